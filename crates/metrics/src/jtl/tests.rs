use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const HEADER: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,grpThreads,\
                      allThreads,Latency,Hostname,Connect\n";

/// Label, end, elapsed and success of every row, pushed in pieces of `size` bytes.
fn read(text: &[u8], size: usize) -> (Vec<(String, i64, u64, bool)>, Malformed) {
    let mut reader = Reader::new();
    let mut rows = Vec::new();
    let mut sink = |sample: &Sample<'_>| {
        let label = String::from_utf8_lossy(sample.label).into_owned();
        rows.push((label, sample.end_ms, sample.elapsed, sample.success));
    };
    for chunk in text.chunks(size) {
        reader.push(chunk, &mut sink).unwrap();
    }
    reader.finish(&mut sink).unwrap();
    (rows, reader.malformed().clone())
}

#[test]
fn a_row_of_jmeter() {
    let mut reader = Reader::new();
    let text =
        format!("{HEADER}1795421151495,8,\"get,with \"\"quote\"\"\",200,OK,tg 1-4,true,850,4,3,7,vm,1\r\n");
    let mut rows = 0;
    let sink = |sample: &Sample<'_>| {
        rows += 1;
        let expected = Sample {
            end_ms: 1_795_421_151_503,
            label: b"get,with \"quote\"",
            elapsed: 8_000,
            ttfb: Some(7_000),
            connect: Some(1_000),
            success: true,
            code: b"200",
            message: b"OK",
            assertion: b"",
            bytes_received: 850,
            bytes_sent: 0,
            virtual_users: Some(3),
            thread: b"tg 1-4",
            kind: Kind::Request,
        };
        assert_eq!(*sample, expected);
    };
    reader.push(text.as_bytes(), sink).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn the_engine_s_own_words_are_nothing_that_was_received() {
    let text = "timeStamp,elapsed,label,success,responseCode,bytes\n\
                1000,8,a,false,Non HTTP response code: java.net.ConnectException,2500\n1000,8,a,false,503,40\n";
    let mut received = Vec::new();
    let sink = |sample: &Sample<'_>| received.push(sample.bytes_received);
    Reader::new().push(text.as_bytes(), sink).unwrap();
    assert_eq!(received, [0, 40]);
}

#[test]
fn columns_are_found_by_name_and_rows_by_marker() {
    let text = "label\t\"oleada_kind\"\tsuccess\telapsed\ttimeStamp\tsentBytes\n\
                a\tsetup\ttrue\t1\t1000\t9\nb\tnull\tfalse\t2\t1000\t9\nc\ttransaction\ttrue\t3\t1000\t9\n";
    let mut kinds = Vec::new();
    Reader::new()
        .push(text.as_bytes(), |sample| {
            assert_eq!((sample.ttfb, sample.bytes_sent), (None, 9));
            kinds.push(sample.kind);
        })
        .unwrap();
    assert_eq!(kinds, [Kind::Setup, Kind::Request, Kind::Transaction]);
}

#[test]
fn locust_and_apiritif_are_read_too() {
    let locust = "allThreads,timeStamp,label,method,elapsed,bytes,responseCode,responseMessage,success,Latency\n\
                  4,1795421293668,/json,GET,28,28,200,OK,true,0\n";
    let apiritif = "timeStamp,elapsed,Latency,label,responseCode,responseMessage,success,allThreads,bytes\n\
                    1795421323278,1,0,http://127.0.0.1/err,503,Service Temporarily Unavailable,false,4,125\n";
    assert_eq!(
        read(locust.as_bytes(), 7).0,
        [("/json".to_owned(), 1_795_421_293_696, 28_000, true)]
    );
    assert_eq!(
        read(apiritif.as_bytes(), 7).0,
        [("http://127.0.0.1/err".to_owned(), 1_795_421_323_279, 1_000, false)]
    );
}

#[test]
fn what_cannot_be_read_is_counted_and_shown() {
    let bad = [
        "x,1,l,200,OK,t,true,1,1,1,1,h,1",
        "1,1,l,200,OK,t,perhaps,1,1,1,1,h,1",
        "1,1,l,200",
        "1,1,\"l\"x,200,OK,t,true,1,1,1,1,h,1",
        "1,99999999999999999999,l,200,OK,t,true,1,1,1,1,h,1",
    ];
    let good = "5,1,good,200,OK,t,true,1,1,1,1,h,1";
    let text = format!("{HEADER}{good}\n{}\n{good}\n\n{HEADER}{good}", bad.join("\n"));
    let (rows, malformed) = read(text.as_bytes(), 11);
    assert_eq!(rows.len(), 3);
    assert_eq!(malformed.rows, bad.len() as u64);
    assert_eq!(malformed.first.as_deref(), Some(bad[0]));
}

#[test]
fn a_quote_that_never_closes_costs_its_row() {
    let good = "5,1,good,200,OK,t,true,1,1,1,1,h,1\n";
    let text = format!(
        "{HEADER}5,1,\"open,200,OK,t,true,1,1,1,1,h,1\n{}",
        good.repeat(40_000)
    );
    let (rows, malformed) = read(text.as_bytes(), 100_000);
    assert_eq!((rows.len(), malformed.rows), (40_000, 1));
}

#[test]
fn labels_need_not_be_utf_8() {
    let mut text = HEADER.as_bytes().to_vec();
    text.extend(b"5,1,caf\xe9,200,OK,t,true,1,1,1,1,h,1\n");
    assert_eq!(read(&text, 3).0[0].0, "caf\u{fffd}");
}

#[test]
fn a_file_without_the_columns_that_matter_is_refused() {
    let mut reader = Reader::new();
    let missing = reader.push(b"timeStamp,label,success\n", |_| ());
    assert_eq!(missing, Err(HeaderError::Missing("elapsed")));
}

#[test]
fn negative_times_count_as_zero() {
    let text = format!("{HEADER}1000,-5,l,200,OK,t,true,1,1,1,-3,h,-1\n");
    assert_eq!(read(text.as_bytes(), 1000).0, [("l".to_owned(), 1_000, 0, true)]);
}

proptest! {
    #[test]
    fn any_label_survives_any_cut(labels in prop::collection::vec("[a,\"\r\n ñ]{0,8}", 0..20), size in 1..80_usize) {
        let mut text = HEADER.to_owned();
        for (elapsed, label) in labels.iter().enumerate() {
            let quoted = label.replace('"', "\"\"");
            writeln!(text, "7,{elapsed},\"{quoted}\",200,OK,t,true,1,1,1,1,h,1").unwrap();
        }
        let (rows, malformed) = read(text.as_bytes(), size);
        prop_assert_eq!(malformed.rows, 0);
        let read: Vec<_> = rows.into_iter().map(|(label, ..)| label).collect();
        prop_assert_eq!(read, labels);
    }

    #[test]
    fn garbage_is_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), size in 1..50_usize) {
        let mut text = HEADER.as_bytes().to_vec();
        text.extend(bytes);
        let (rows, malformed) = read(&text, size);
        prop_assert!(rows.len() as u64 + malformed.rows <= 402);
    }
}
