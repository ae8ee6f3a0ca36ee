//! What a merge makes of what is damaged.

use super::*;

#[test]
fn what_is_damaged_is_named_and_the_rest_is_counted() {
    let samples: Vec<Raw> = (0..60).map(|second| (0, 0, second * 1_000, 5, true)).collect();
    let mut segments = record(&samples, 30);
    let (key, bytes) = segments.iter_mut().next().unwrap();
    let key = key.clone();
    *bytes.last_mut().unwrap() ^= 1;
    segments.insert("9/000000-0-30.seg".into(), b"not a segment".to_vec());
    let part = merge(&segments, 1, 10);
    let faults: Vec<&str> = part
        .merged
        .faults
        .iter()
        .map(|fault| fault.key.as_str())
        .collect();
    assert_eq!(faults, [&key, "9/000000-0-30.seg"]);
    assert!(matches!(
        part.merged.faults[0].error,
        SegmentError::Corrupt { block: 5 | 6, .. }
    ));
    let requests = query(&[part], &(0..u64::MAX), 1).total.requests;
    assert!((54..60).contains(&requests), "{requests}");
}

#[test]
fn a_damaged_result_is_an_error() {
    let samples: Vec<Raw> = (0..60).map(|second| (0, 0, second * 1_000, 5, true)).collect();
    let part = merge(&record(&samples, 30), 1, 30);
    let index = &part.merged.index;
    let mut query = Query::whole(1);
    let fetch = query.fetches(index).remove(0);
    let mut bytes = part.read(&fetch);
    assert!(matches!(
        query.add(index, &[(fetch.clone(), bytes[1..].to_vec())]),
        Err(StoreError::WrongLength { .. })
    ));
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert!(matches!(
        query.add(index, &[(fetch, bytes)]),
        Err(StoreError::Damaged { .. })
    ));
    let encoded = index.encode();
    for place in 0..encoded.len() {
        let mut damaged = encoded.clone();
        damaged[place] ^= 1;
        assert!(Index::decode(&damaged).is_err(), "at {place}");
        assert!(Index::decode(&encoded[..place]).is_err());
    }
}
