//! What a recorder hands out, read as what it is.

use super::*;
use crate::segment::SegmentError;

#[test]
fn the_name_of_a_segment_reads_back() {
    let name = Name {
        sequence: 7,
        from: 90,
        to: 121,
    };
    assert_eq!(name.to_string(), "000007-90-121.seg");
    assert_eq!(name.to_string().parse(), Ok(name));
    for wrong in [
        "",
        "7-90-121",
        "000007-121-90.seg",
        "000007-90.seg",
        "x-90-121.seg",
        "1-2-3-4.seg",
    ] {
        assert_eq!(wrong.parse::<Name>(), Err(crate::segment::InvalidName), "{wrong}");
    }
}

fn blocks_length(segment: &Segment<'_>) -> usize {
    segment
        .head
        .blocks
        .iter()
        .map(|block| block.length as usize)
        .sum()
}

#[test]
fn a_damaged_segment_says_where() {
    let mut recorder = Recorder::new(settings());
    for second in 0..20 {
        recorder.record(&sample("a", second * 1_000, 5, true));
    }
    let bytes = recorder.finish(Ending::default(), None).1.bytes;
    let segment = Segment::parse(&bytes).unwrap();
    let (blocks, body) = (segment.head.blocks.clone(), bytes.len() - blocks_length(&segment));
    assert_eq!(blocks.len(), 4);
    let offset = body + blocks[2].offset as usize;
    let mut damaged = bytes.clone();
    damaged[offset] ^= 1;
    let mut out = Vec::new();
    let segment = Segment::parse(&damaged).unwrap();
    assert_eq!(
        segment.unpack(2, &mut out),
        Err(SegmentError::Corrupt { block: 2, offset })
    );
    assert_eq!(segment.unpack(3, &mut out), Ok(()));
    let segment = Segment::parse(&bytes[..=offset]).unwrap();
    assert_eq!(segment.unpack(1, &mut out), Ok(()));
    assert_eq!(
        segment.unpack(2, &mut out),
        Err(SegmentError::Truncated { block: 2, offset })
    );
    assert_eq!(
        Segment::parse(&bytes[..body - 1]).unwrap_err(),
        SegmentError::Head
    );
    assert_eq!(Segment::parse(b"{}").unwrap_err(), SegmentError::NotASegment);
}
