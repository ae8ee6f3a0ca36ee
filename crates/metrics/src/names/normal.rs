//! What failures of one kind have in common.

/// Longer messages tell no more.
const MESSAGE_CHARS: usize = 300;

/// Replaces what differs between failures of one kind by `#`: numbers, and words of hexadecimal digits such as ids.
pub(super) fn normalised(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        if length == 0 {
            out.push(if first.is_control() { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, tail) = rest.split_at(length);
        rest = tail;
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_id = digits > 0 && word.len() >= 4 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if is_id || digits == word.len() {
            // A UUID is five such words, and says no more than one.
            let after_id = out.ends_with("#-");
            if after_id {
                out.pop();
            } else {
                out.push('#');
            }
        } else {
            push_without_numbers(&mut out, word);
        }
    }
    match out.char_indices().nth(MESSAGE_CHARS) {
        Some((cut, _)) => format!("{}…", &out[..cut]),
        None => out,
    }
}

fn push_without_numbers(out: &mut String, word: &str) {
    let mut in_number = false;
    for c in word.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !in_number {
            out.push('#');
        }
        in_number = c.is_ascii_digit();
    }
}
