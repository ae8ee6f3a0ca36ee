//! Uploads, good ones and hostile ones, made here byte by byte.

use std::io::{Cursor, Write};

use oleada_script::archive::{Archive, Error, Limits};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(bytes: Vec<u8>) -> Result<Archive<Cursor<Vec<u8>>>, Error> {
    Archive::open(Cursor::new(bytes), "upload.zip", Limits::default())
}

fn refusal(bytes: Vec<u8>) -> String {
    open(bytes).expect_err("must be refused").to_string()
}

/// Replaces a name everywhere in an archive by another of the same length, which a writer would not take.
fn renamed(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn a_single_plan_is_an_archive_of_one_file() {
    let mut archive = Archive::open(Cursor::new(b"<x/>".to_vec()), "my plan.jmx", Limits::default()).unwrap();
    assert_eq!(archive.entry(None).unwrap(), "my plan.jmx");
    assert_eq!(archive.read_at_most("my plan.jmx", 100).unwrap(), b"<x/>");
    let other = Archive::open(Cursor::new(b"<x/>".to_vec()), "upload.bin", Limits::default()).unwrap();
    assert_eq!(other.entry(None).unwrap(), "plan.jmx");
}

#[test]
fn the_plan_is_found_when_there_is_only_one() {
    let archive = open(zip(&[
        ("a/plan.jmx", b"x"),
        ("a/users.csv", b"y"),
        ("__MACOSX/a/._plan.jmx", b"z"),
    ]))
    .unwrap();
    assert_eq!(archive.entry(None).unwrap(), "plan.jmx");
    assert_eq!(
        archive.entry(Some("a/plan.jmx")).unwrap(),
        "plan.jmx",
        "with the folder that wraps everything"
    );
    assert_eq!(archive.files().count(), 2);

    let archive = open(zip(&[("one.jmx", b"x"), ("b/two.JMX", b"y")])).unwrap();
    assert!(
        matches!(archive.entry(None), Err(Error::SeveralPlans(plans)) if plans == ["b/two.JMX", "one.jmx"])
    );
    assert_eq!(archive.entry(Some("./b/two.JMX")).unwrap(), "b/two.JMX");
    assert!(matches!(archive.entry(Some("c.jmx")), Err(Error::Missing(_))));

    // A folder that is called like the one that wraps it.
    let archive = open(zip(&[("shop/plan.jmx", b"x"), ("shop/shop/plan.jmx", b"y")])).unwrap();
    for (asked, found) in [
        ("plan.jmx", "plan.jmx"),
        ("shop/plan.jmx", "shop/plan.jmx"),
        ("shop/shop/plan.jmx", "shop/plan.jmx"),
    ] {
        assert_eq!(archive.entry(Some(asked)).unwrap(), found);
    }
    assert!(matches!(
        open(zip(&[("a.txt", b"x")])).unwrap().entry(None),
        Err(Error::NoPlan)
    ));
}

#[test]
fn unpacked_files_stand_as_the_archive_says() {
    let into = tempfile::tempdir().unwrap();
    let mut archive = open(zip(&[
        ("w/p/plan.jmx", b"x"),
        ("w/data/ñ.csv", b"y"),
        ("w/lib/a.jar", b"z"),
        ("w/empty", b""),
    ]))
    .unwrap();
    archive.unpack(into.path()).unwrap();
    assert_eq!(std::fs::read(into.path().join("data/ñ.csv")).unwrap(), b"y");
    assert_eq!(std::fs::read(into.path().join("empty")).unwrap(), b"");
    assert_eq!(archive.jars(), ["lib/a.jar"]);
    let seen: Vec<_> = archive.files_from("p/plan.jmx").into_iter().collect();
    assert_eq!(seen, ["../data/ñ.csv", "../empty", "../lib/a.jar", "plan.jmx"]);
    assert!(
        archive.unpack(into.path()).is_err(),
        "never over files that are there"
    );
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "../a.jmx",
        "a/../../b.jmx",
        "/etc/a.jmx",
        "C:/a.jmx",
        "c:a.jmx",
        "a\\b.jmx",
        "a/..",
        "a\nb.jmx",
        "a\0b.jmx",
    ] {
        let placeholder = "n".repeat(name.len());
        let bytes = renamed(
            &zip(&[(&placeholder, b"x")]),
            placeholder.as_bytes(),
            name.as_bytes(),
        );
        let refusal = refusal(bytes);
        assert!(refusal.starts_with("the name "), "{name}: {refusal}");
    }
    let bytes = renamed(&zip(&[("nnn.jmx", b"x")]), b"nnn", b"\xff\xfe\xfd");
    assert!(refusal(bytes).ends_with("is not UTF-8"));
}

#[test]
fn two_entries_for_one_file_are_refused() {
    for (first, second) in [("a.jmx", "b.jmx"), ("./a.jmx", "aa/b.jmx")] {
        let bytes = zip(&[(first, b"x"), (second, b"y")]);
        let same = match first {
            "a.jmx" => renamed(&bytes, b"b.jmx", b"a.jmx"),
            _ => renamed(&bytes, b"aa/b.jmx", b".//a.jmx"),
        };
        assert!(matches!(open(same), Err(Error::Duplicate(_) | Error::SameName)));
    }
    assert!(
        matches!(open(zip(&[("a", b"x"), ("a/b.jmx", b"y")])), Err(Error::Duplicate(name)) if name == "a")
    );
}

#[test]
fn links_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink("plan.jmx", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert!(matches!(open(bytes), Err(Error::NotAFile(name)) if name == "plan.jmx"));
}

#[test]
fn a_bomb_is_refused_by_what_it_declares() {
    let zeros = vec![0; 64 << 20];
    assert!(refusal(zip(&[("plan.jmx", b"x"), ("zeros", &zeros)])).contains("bomb"));
}

#[test]
fn a_bomb_that_lies_is_refused_by_what_it_holds() {
    let mut bytes = zip(&[("zeros", &vec![0; 1 << 20])]);
    // The size in the central directory, which is what is read first.
    let size = (1_u32 << 20).to_le_bytes();
    let at = bytes.windows(4).rposition(|window| window == size).unwrap();
    bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    let limits = Limits {
        file: 1000,
        ..Limits::default()
    };
    let mut archive = Archive::open(Cursor::new(bytes), "x.zip", limits).unwrap();
    assert!(archive.read_at_most("zeros", 1 << 20).is_err());
    assert!(archive.verify().is_err());
}

#[test]
fn no_more_is_read_than_is_wanted() {
    let bytes = zip(&[("shop/plan.jmx", &vec![b'x'; 300_000])]);
    let refused = open(bytes.clone()).unwrap().read_at_most("plan.jmx", 299_999);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "`plan.jmx` has more than 299999 bytes"
    );
    let read = open(bytes).unwrap().read_at_most("plan.jmx", 300_000).unwrap();
    assert_eq!(read.len(), 300_000);
    let single = Archive::open(Cursor::new(vec![b'x'; 1_000]), "plan.jmx", Limits::default());
    assert!(matches!(
        single.unwrap().read_at_most("plan.jmx", 999),
        Err(Error::TooLarge(_))
    ));
}

#[test]
fn entries_that_share_their_bytes_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("a.jmx", stored).unwrap();
    writer.write_all(&[1; 1000]).unwrap();
    writer.shallow_copy_file("a.jmx", "b.jmx").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert!(matches!(open(bytes), Err(Error::Overlapping)));
}

#[test]
fn there_is_a_most_of_everything() {
    let limits = |entries, total| Limits {
        entries,
        total,
        ..Limits::default()
    };
    let bytes = zip(&[("a.jmx", &[1; 600]), ("b.jmx", &[2; 600])]);
    let open = |limits| Archive::open(Cursor::new(bytes.clone()), "x.zip", limits);
    assert!(matches!(open(limits(1, 10_000)), Err(Error::TooLarge(_))));
    assert!(matches!(open(limits(2, 1_000)), Err(Error::TooLarge(_))));
    assert!(open(limits(2, 1_200)).unwrap().verify().is_ok());
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let good = zip(&[("plan.jmx", b"<x/>".repeat(50).as_slice()), ("a/b.csv", b"1,2")]);
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        if let Ok(mut archive) = open(bytes) {
            drop(archive.verify());
        }
        if let Ok(mut archive) = open(good[..at].to_vec()) {
            drop(archive.verify());
        }
    }
}

fn edited(bytes: Vec<u8>, name: &str, content: &[u8]) -> Result<Archive<Cursor<Vec<u8>>>, Error> {
    let mut to = Cursor::new(Vec::new());
    open(bytes)?.with_file(&name.parse()?, content, &mut to)?;
    open(to.into_inner())
}

#[test]
fn a_file_is_replaced_or_added_and_the_rest_stays() {
    let upload = || {
        zip(&[
            ("shop/p/plan.jmx", b"old"),
            ("shop/data/ñ.csv", b"1"),
            ("__MACOSX/x", b"dropped"),
        ])
    };
    let mut archive = edited(upload(), "p/plan.jmx", b"new").unwrap();
    let names = |archive: &Archive<_>| {
        archive
            .files()
            .map(|(name, _)| name.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&archive), ["data/ñ.csv", "p/plan.jmx"]);
    assert_eq!(archive.read_at_most("p/plan.jmx", 100).unwrap(), b"new");
    assert_eq!(archive.read_at_most("data/ñ.csv", 100).unwrap(), b"1");
    archive.verify().unwrap();
    let mut archive = edited(upload(), "lib/new.csv", b"added").unwrap();
    assert_eq!(names(&archive), ["data/ñ.csv", "lib/new.csv", "p/plan.jmx"]);
    assert_eq!(archive.read_at_most("lib/new.csv", 100).unwrap(), b"added");

    // A folder that wraps everything stays one, so that no other is taken for it.
    let archive = edited(zip(&[("w/a/plan.jmx", b"x")]), "a/plan.jmx", b"y").unwrap();
    assert_eq!(names(&archive), ["a/plan.jmx"]);
}

#[test]
fn an_edit_leads_nowhere_else() {
    for name in [
        "../a.jmx",
        "/a.jmx",
        "a//b.jmx",
        "./a.jmx",
        "a/",
        "a\\b.jmx",
        "C:a.jmx",
        "__MACOSX/a.jmx",
        ".DS_Store",
        "",
        "a\nb",
    ] {
        let refusal = edited(zip(&[("plan.jmx", b"x")]), name, b"y").expect_err(name);
        assert!(matches!(refusal, Error::Name { .. }), "{name}: {refusal}");
    }
    for name in ["data", "plan.jmx/inner"] {
        let refusal = edited(zip(&[("plan.jmx", b"x"), ("data/a.csv", b"x")]), name, b"y").expect_err(name);
        assert!(matches!(refusal, Error::Duplicate(_)), "{name}: {refusal}");
    }
}

#[test]
fn a_single_plan_has_one_file_to_edit() {
    let single = || Archive::open(Cursor::new(b"<x/>".to_vec()), "my plan.jmx", Limits::default()).unwrap();
    let mut to = Cursor::new(Vec::new());
    single()
        .with_file(&"my plan.jmx".parse().unwrap(), b"<y/>", &mut to)
        .unwrap();
    assert_eq!(to.into_inner(), b"<y/>");
    let other = single().with_file(&"b.csv".parse().unwrap(), b"1", Cursor::new(Vec::new()));
    assert!(matches!(other, Err(Error::SingleFile(name)) if name == "my plan.jmx"));
}
