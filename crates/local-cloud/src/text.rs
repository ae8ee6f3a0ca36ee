//! Matching of texts, as several services have it.

/// Whether `text` fits `pattern`, in which `*` stands for any run of characters.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn stars_stand_for_any_run() {
        assert!(wildcard("abc", "abc") && !wildcard("abc", "abcd") && !wildcard("ab", "abc"));
        assert!(
            wildcard("*", "")
                && wildcard("a*", "abc")
                && wildcard("*c", "abc")
                && wildcard("a*b*c", "a-b-b-c")
        );
        assert!(!wildcard("a*a", "a") && !wildcard("a*b*c", "acb"));
    }
}
