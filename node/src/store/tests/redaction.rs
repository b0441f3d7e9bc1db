//! What is redacted is gone for good: from readers at once, from the disk before the next start has ended, whatever happened in between.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::*;
use crate::store::rows;

const TOLD: &[u8] = br#"{"ground":"personal-data"}"#;

fn redact(body: &[u8]) -> Change {
    Change::Redact { hash: id(body), tombstone: TOLD.to_vec() }
}

/// Whether the words of `body` stand anywhere in the files of the store.
fn holds(dir: &Path, body: &[u8]) -> bool {
    let files = fs::read_dir(dir.join("journal")).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    let mut files = files.collect::<Vec<_>>().into_iter();
    files.any(|bytes| bytes.windows(body.len()).any(|window| window == body))
}

fn audit_redacted(store: &Store, dir: &Path, gone: &[u8], kept: &[u8]) {
    let reader = store.reader();
    assert_eq!(reader.body(&id(gone)).unwrap(), None);
    assert_eq!(reader.tombstone(&id(gone)).unwrap().unwrap(), TOLD);
    assert!(!reader.wants_body(&id(gone)).unwrap());
    assert_eq!(reader.redacted(), [id(gone)]);
    assert_eq!(reader.body(&id(kept)).unwrap().unwrap(), kept);
    assert_eq!(reader.tombstone(&id(kept)).unwrap(), None);
    assert!(!holds(dir, gone) && holds(dir, kept));
    store.verify().unwrap();
}

#[test]
fn a_redacted_body_is_gone_and_does_not_come_back() {
    for options in [tiny(), roomy()] {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(dir.path(), options).unwrap();
        let mut author = Author::new(1);
        let (gone, kept) = (body(31), body(32));
        store.commit(vec![author.grow(2), Change::Body(gone.clone()), Change::Body(kept.clone())]).unwrap();
        // Further segments, where they are tiny, so that the body lies in a sealed one.
        for number in 0..6 {
            store.commit(vec![author.grow(3), Change::Body(body(100 + number))]).unwrap();
        }
        assert!(holds(dir.path(), &gone));
        store.commit(vec![redact(&gone)]).unwrap();
        audit_redacted(&store, dir.path(), &gone, &kept);
        store.commit(vec![Change::Body(gone.clone()), redact(&gone), author.grow(2)]).unwrap();
        audit_redacted(&store, dir.path(), &gone, &kept);
        for number in 0..6 {
            store.commit(vec![author.grow(3), Change::Body(body(200 + number))]).unwrap();
            store = reopened(store, dir.path(), &options);
            audit_redacted(&store, dir.path(), &gone, &kept);
            author.audit(&store.reader());
        }
        // The index is built from the footers again.
        drop(store);
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        let store = Store::open(dir.path(), options).unwrap();
        audit_redacted(&store, dir.path(), &gone, &kept);
        author.audit(&store.reader());
    }
}

#[test]
fn a_body_that_comes_after_its_tombstone_or_with_it_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let (gone, other, kept) = (body(31), body(33), body(32));
    store.commit(vec![redact(&gone), Change::Body(gone.clone()), Change::Body(kept.clone())]).unwrap();
    audit_redacted(&store, dir.path(), &gone, &kept);
    let group = vec![vec![Change::Body(other.clone())], vec![redact(&other)], vec![Change::Body(other.clone())]];
    assert!(store.commit_group(group).into_iter().all(|answer| answer.is_ok()));
    let store = reopened(store, dir.path(), &roomy());
    assert_eq!(store.reader().body(&id(&other)).unwrap(), None);
    assert!(!holds(dir.path(), &other));
    store.verify().unwrap();
}

/// As a crash leaves it at each step: the tombstone is durable, and of the zeros some first, some last or some single sectors are on the disk.
#[test]
fn a_start_finishes_what_a_crash_interrupted() {
    for options in [tiny(), roomy()] {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(dir.path(), options).unwrap();
        let mut author = Author::new(1);
        let (gone, kept) = (body(39), body(32));
        store.commit(vec![author.grow(1), Change::Body(gone.clone()), Change::Body(kept.clone())]).unwrap();
        store.commit(vec![author.grow(4), redact(&gone)]).unwrap();
        let place = rows::read_place(&store.view.row(&rows::body_key(&id(&gone))).unwrap().unwrap()).unwrap();
        let path = dir.path().join(format!("journal/{:010}.seg", place.segment));
        let start = place.offset + crate::store::record::HEADER as u64;
        for erased in (0..gone.len()).step_by(5).chain([gone.len()]) {
            for backwards in [false, true] {
                drop(store);
                let mut left = gone.clone();
                if backwards {
                    left[gone.len() - erased..].fill(0);
                } else {
                    left[..erased].fill(0);
                }
                fs::File::options().write(true).open(&path).unwrap().write_all_at(&left, start).unwrap();
                store = Store::open(dir.path(), options).unwrap();
                audit_redacted(&store, dir.path(), &gone, &kept);
            }
        }
        author.audit(&store.reader());
    }
}

#[test]
fn a_body_that_nobody_redacted_and_that_is_zeros_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let (gone, kept) = (body(31), body(32));
    store.commit(vec![Change::Body(gone.clone()), Change::Body(kept.clone()), redact(&gone)]).unwrap();
    let place = rows::read_place(&store.view.row(&rows::body_key(&id(&kept))).unwrap().unwrap()).unwrap();
    let file = fs::File::options().write(true).open(dir.path().join("journal/0000000001.seg")).unwrap();
    file.write_all_at(&vec![0; kept.len()], place.offset + crate::store::record::HEADER as u64).unwrap();
    assert!(store.verify().is_err());
    assert!(store.reader().body(&id(&kept)).is_err());
    drop(store);
    assert!(Store::open(dir.path(), roomy()).is_err());
}

#[test]
fn a_copy_holds_the_tombstone_and_not_the_body() {
    use crate::store::Settings;
    for options in [tiny(), roomy()] {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut store = Store::create(dir.path(), options).unwrap();
        let mut author = Author::new(1);
        let (gone, kept) = (body(31), body(32));
        store.commit(vec![author.grow(2), Change::Body(gone.clone()), Change::Body(kept.clone())]).unwrap();
        for number in 0..6 {
            store.commit(vec![author.grow(3), Change::Body(body(100 + number))]).unwrap();
        }
        store.commit(vec![redact(&gone), Change::Setting { name: "here".to_owned(), value: b"1".to_vec() }]).unwrap();
        // The owner has it open all the while.
        let to = other.path().join("copy");
        let settings = Settings { without: &["here"], with: ("copied", b"yes") };
        assert!(Store::copy(dir.path(), &to, options, settings).unwrap() > 0);
        let copy = Store::open(&to, options).unwrap();
        audit_redacted(&copy, &to, &gone, &kept);
        author.audit(&copy.reader());
        assert_eq!(copy.reader().setting("here").unwrap(), None);
        assert_eq!(copy.reader().setting("copied").unwrap().unwrap(), b"yes");
        assert_ne!(copy.reader().epoch(), store.reader().epoch());
    }
}
