//! The plan of an `http` workload: what each virtual user sends in turn, as a plan like any other.

use std::fmt::Write as _;

use model::workload::{ExpectStatus, Http, Request};

use crate::{jmx::Plan, xml::Element};

/// Makes the plan. It has one thread group with one user, whose number [`crate::jmx::execution::prepare`] sets.
///
/// What the user wrote reaches the target as it is: `${…}` in it is text. Embedded resources, cache and cookies are off,
/// connections are kept alive.
pub fn plan(workload: &Http) -> Plan {
    let mut requests = Element::new("hashTree");
    if workload.think_time.as_ms() > 0 {
        let timer = element("ConstantTimer", "think time").child(string(
            "ConstantTimer.delay",
            &workload.think_time.as_ms().to_string(),
        ));
        requests = requests.child(timer).child(Element::new("hashTree"));
    }
    for request in &workload.requests {
        requests = requests.child(sampler(workload, request)).child(within(request));
    }
    let tree = Element::new("hashTree").child(thread_group()).child(requests);
    Plan::of(element("TestPlan", "oleada"), tree)
}

fn thread_group() -> Element {
    let forever = Element::new("elementProp")
        .with("name", "ThreadGroup.main_controller")
        .with("elementType", "LoopController")
        .child(boolean("LoopController.continue_forever", false))
        .child(
            Element::new("intProp")
                .with("name", "LoopController.loops")
                .text("-1"),
        );
    element("ThreadGroup", "users")
        .child(string("ThreadGroup.on_sample_error", "continue"))
        .child(forever)
        .child(string("ThreadGroup.num_threads", "1"))
        .child(string("ThreadGroup.ramp_time", "0"))
        // Or JMeter would close its connections after every iteration.
        .child(boolean("ThreadGroup.same_user_on_next_iteration", true))
}

fn sampler(workload: &Http, request: &Request) -> Element {
    let url = Url::split(&request.url);
    let timeout = workload.timeout.as_ms().to_string();
    let mut arguments = Element::new("collectionProp").with("name", "Arguments.arguments");
    if let Some(body) = &request.body {
        let argument = Element::new("elementProp")
            .with("name", "")
            .with("elementType", "HTTPArgument")
            .child(boolean("HTTPArgument.always_encode", false))
            .child(string("Argument.value", &literal(body)))
            .child(string("Argument.metadata", "="));
        arguments = arguments.child(argument);
    }
    let arguments = Element::new("elementProp")
        .with("name", "HTTPsampler.Arguments")
        .with("elementType", "Arguments")
        .child(arguments);
    element("HTTPSamplerProxy", &literal(&request.label))
        .child(boolean("HTTPSampler.postBodyRaw", request.body.is_some()))
        .child(arguments)
        .child(string("HTTPSampler.protocol", url.scheme))
        .child(string("HTTPSampler.domain", &literal(url.host)))
        .child(string("HTTPSampler.port", url.port))
        .child(string("HTTPSampler.path", &literal(&encoded(url.path))))
        .child(string("HTTPSampler.method", request.method.as_str()))
        .child(string("HTTPSampler.contentEncoding", "UTF-8"))
        .child(boolean("HTTPSampler.follow_redirects", workload.follow_redirects))
        .child(boolean("HTTPSampler.auto_redirects", false))
        .child(boolean("HTTPSampler.use_keepalive", true))
        .child(boolean("HTTPSampler.image_parser", false))
        .child(string("HTTPSampler.connect_timeout", &timeout))
        .child(string("HTTPSampler.response_timeout", &timeout))
}

/// What belongs to one request alone.
fn within(request: &Request) -> Element {
    let mut tree = Element::new("hashTree");
    if !request.headers.is_empty() {
        let mut headers = Element::new("collectionProp").with("name", "HeaderManager.headers");
        for (name, value) in &request.headers {
            let header = Element::new("elementProp")
                .with("name", "")
                .with("elementType", "Header")
                .child(string("Header.name", name))
                .child(string("Header.value", &literal(value)));
            headers = headers.child(header);
        }
        tree = tree
            .child(header_manager().child(headers))
            .child(Element::new("hashTree"));
    }
    // The default is what JMeter itself calls a success.
    if request.expect_status != ExpectStatus::default() {
        tree = tree
            .child(assertion(&request.expect_status))
            .child(Element::new("hashTree"));
    }
    tree
}

fn header_manager() -> Element {
    let mut manager = element("HeaderManager", "headers");
    // A sampler takes headers only from a manager with this class.
    manager.set_attribute("guiclass", "HeaderPanel");
    manager
}

fn assertion(expected: &ExpectStatus) -> Element {
    let pattern: Vec<String> = expected
        .ranges()
        .iter()
        .map(|(from, to)| pattern(*from, *to))
        .collect();
    element("ResponseAssertion", "expected status")
        .child(
            Element::new("collectionProp")
                .with("name", "Asserion.test_strings") // JMeter's own spelling
                .child(string("0", &pattern.join("|"))),
        )
        .child(string(
            "Assertion.custom_message",
            &format!("the status is not {expected}"),
        ))
        .child(string("Assertion.test_field", "Assertion.response_code"))
        // Or a status that is expected, such as 404, would fail by itself.
        .child(boolean("Assertion.assume_success", true))
        .child(
            Element::new("intProp")
                .with("name", "Assertion.test_type")
                .text("1"),
        ) // matches
}

/// A regular expression for the whole numbers of three digits from `from` to `to`.
fn pattern(from: u16, to: u16) -> String {
    let mut parts = Vec::new();
    let mut at = from;
    while at <= to {
        let (digits, step) = match at {
            _ if at.is_multiple_of(100) && at + 99 <= to => (format!("{}[0-9][0-9]", at / 100), 100),
            _ if at.is_multiple_of(10) && at + 9 <= to => (format!("{}[0-9]", at / 10), 10),
            _ => (at.to_string(), 1),
        };
        parts.push(digits);
        at += step;
    }
    parts.join("|")
}

/// The parts of an absolute URL that a sampler has fields for.
struct Url<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    /// With its query, without a fragment.
    path: &'a str,
}

impl<'a> Url<'a> {
    fn split(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let rest = rest.split('#').next().unwrap_or(rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        Self {
            scheme,
            host,
            port,
            path,
        }
    }
}

/// A path with its query, every byte that Java refuses in an address percent-encoded, as a browser does.
fn encoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut in_query = false;
    for (at, byte) in path.bytes().enumerate() {
        let is_escape = || {
            bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        };
        in_query |= byte == b'?';
        match byte {
            b'%' if is_escape() => out.push('%'),
            b'[' | b']' if in_query => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    out
}

/// The text as JMeter has to be told it, where `${` begins an expression.
///
/// JMeter takes backslashes away only from texts that hold an expression, so `\${` alone would keep its backslash. A call
/// that gives the dollar sign is an expression, and beside it every backslash is doubled.
fn literal(text: &str) -> String {
    if text.contains("${") {
        text.replace('\\', "\\\\").replace("${", "${__char(36)}{")
    } else {
        text.to_owned()
    }
}

fn element(class: &str, name: &str) -> Element {
    Element::new(class)
        .with("guiclass", "") // JMeter insists on the attribute, not on a value
        .with("testclass", class)
        .with("testname", name)
        .with("enabled", "true")
}

fn string(name: &str, value: &str) -> Element {
    Element::new("stringProp").with("name", name).text(value)
}

fn boolean(name: &str, value: bool) -> Element {
    Element::new("boolProp")
        .with("name", name)
        .text(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_codes_becomes_a_pattern_of_just_these() {
        for (from, to) in [
            (200, 399),
            (200, 200),
            (204, 206),
            (195, 312),
            (100, 599),
            (299, 300),
        ] {
            let regex = regex::Regex::new(&format!("^({})$", pattern(from, to))).unwrap();
            for code in 100..=599 {
                assert_eq!(
                    regex.is_match(&code.to_string()),
                    (from..=to).contains(&code),
                    "{code} in {from}-{to}"
                );
            }
        }
    }

    #[test]
    fn a_path_keeps_what_an_address_may_hold() {
        let kept = "/a%20b/~c;d=1,2?q=[x]&r=(y)!*'@:+$";
        assert_eq!(encoded(kept), kept);
        assert_eq!(
            encoded("/{a}|[b]?50%&ñ=日"),
            "/%7Ba%7D%7C%5Bb%5D?50%25&%C3%B1=%E6%97%A5"
        );
    }

    #[test]
    fn a_url_is_split_as_a_sampler_wants_it() {
        let parts = |url| {
            let Url {
                scheme,
                host,
                port,
                path,
            } = Url::split(url);
            [scheme, host, port, path].map(str::to_owned)
        };
        assert_eq!(parts("http://a/b?c=d#e"), ["http", "a", "", "/b?c=d"]);
        assert_eq!(parts("https://a.b:8443"), ["https", "a.b", "8443", ""]);
        assert_eq!(parts("http://[::1]:80/x:y"), ["http", "[::1]", "80", "/x:y"]);
        assert_eq!(parts("http://[::1]?q"), ["http", "[::1]", "", "?q"]);
    }
}
