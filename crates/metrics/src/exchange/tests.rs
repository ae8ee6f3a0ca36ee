use model::Timestamp;

use super::*;

/// As little as an exchange can be.
pub(crate) fn exchange(label: &str) -> Exchange {
    Exchange {
        at: Timestamp::from_ms(1_795_421_151_000),
        label: label.into(),
        phase: Phase::Load,
        success: false,
        elapsed_ms: 12,
        thread: "users 1-1".into(),
        request: Request {
            method: Some("GET".into()),
            url: Some("http://127.0.0.1/".into()),
            headers: Vec::new(),
            body: None,
        },
        response: Response {
            code: "503".into(),
            message: "Service Unavailable".into(),
            headers: Vec::new(),
            body: None,
        },
        assertions: Vec::new(),
        sub_requests: Vec::new(),
        redacted: Vec::new(),
        cut: false,
    }
}

#[test]
fn a_line_is_an_exchange_or_the_last_word() {
    let written = serde_json::to_value(exchange("a")).unwrap();
    let failure = serde_json::json!({"label": "a", "code": "503", "message": "no 12", "assertion": ""});
    for failure in [Some(failure), None] {
        let line = serde_json::json!({"failure": failure, "exchange": written});
        match Line::parse(line.to_string().as_bytes()).unwrap() {
            Line::Exchange {
                failure: read,
                exchange: of,
            } => {
                assert_eq!(*of, exchange("a"));
                assert_eq!(
                    read.map(|failure| failure.key().message),
                    failure.map(|_| "no #".to_owned())
                );
            }
            Line::Omitted { .. } => panic!("it is an exchange"),
        }
    }
    let last = Line::parse(br#"{"omitted":{"samples":3,"failures":1}}"#).unwrap();
    assert_eq!(
        last,
        Line::Omitted {
            omitted: Omitted {
                samples: 3,
                failures: 1
            }
        }
    );
    assert!(Line::parse(b"{}").is_err());
}

#[test]
fn what_is_omitted_counts_as_well() {
    let good = Exchange {
        success: true,
        ..exchange("good")
    };
    let mut transcript = Transcript {
        exchanges: vec![good, exchange("bad")],
        ..Transcript::default()
    };
    assert_eq!(
        transcript.first_failure().map(|first| first.label.as_str()),
        Some("bad")
    );
    assert!(!transcript.is_faultless());
    transcript.exchanges.pop();
    assert!(transcript.is_faultless());
    transcript.omitted.failures = 1;
    assert!(!transcript.is_faultless());
}
