//! What is left of a journal that was torn, cut or has rotted, and of an index likewise.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::store::disk::SystemDisk;
use crate::store::journal::{Journal, Record};
use crate::store::record::{HEADER, Kind, Secret, span};
use crate::store::segment::PREAMBLE;
use crate::store::{OpenError, ReadError};

/// The payloads of the commits that a journal holds, or what is wrong with it.
fn commits(dir: &Path) -> Result<Vec<Vec<Vec<u8>>>, OpenError> {
    let mut commits = Vec::new();
    let found = Journal::find(dir)?.unwrap();
    Journal::open(found, dir, &roomy(), Arc::new(SystemDisk), |changes| {
        commits.push(changes.into_iter().map(|change| change.payload).collect());
        Ok(())
    })?;
    Ok(commits)
}

/// A journal of a few commits: its directory, its file, what it holds, and the bytes that each commit takes, its mark aside.
struct Sample {
    dir: tempfile::TempDir,
    file: PathBuf,
    bytes: Vec<u8>,
    held: Vec<Vec<Vec<u8>>>,
    commits: Vec<Range<usize>>,
}

fn sample() -> Sample {
    let dir = tempfile::tempdir().unwrap();
    Journal::create(dir.path(), Secret::from_bytes([5; 32]), &SystemDisk).unwrap();
    let found = Journal::find(dir.path()).unwrap().unwrap();
    let (mut journal, _) = Journal::open(found, dir.path(), &roomy(), Arc::new(SystemDisk), |_| Ok(())).unwrap();
    let (mut held, mut commits) = (Vec::new(), Vec::new());
    for number in 0..5_u64 {
        let records: Vec<Record> = (0..=number % 3).map(|more| Record::of(Kind::Body, body(7 * number + more))).collect();
        let start = journal.position().offset;
        journal.commit(&records).unwrap();
        commits.push(usize::try_from(start).unwrap()..usize::try_from(journal.position().offset - span(0)).unwrap());
        held.push(records.into_iter().map(|record| record.payload).collect());
    }
    let file = dir.path().join("0000000001.seg");
    let mut bytes = fs::read(&file).unwrap();
    bytes.truncate(usize::try_from(journal.position().offset).unwrap() + 64);
    Sample { dir, file, bytes, held, commits }
}

#[test]
fn no_flipped_byte_of_what_was_told_of_is_accepted() {
    let sample = sample();
    let told = sample.commits.last().unwrap().end;
    for position in 0..sample.bytes.len() {
        let mut bad = sample.bytes.clone();
        bad[position] ^= 1 << (position % 8);
        fs::write(&sample.file, &bad).unwrap();
        match commits(sample.dir.path()) {
            Err(OpenError::Damaged(damage)) => {
                assert!(position < told, "byte {position} is of no commit");
                assert_eq!(damage.file, sample.file);
                assert!(usize::try_from(damage.offset).unwrap() <= position, "byte {position}: {damage}");
            }
            Ok(found) => {
                assert!(position >= told, "byte {position} was accepted or cut off");
                assert_eq!(found, sample.held, "byte {position}");
                // What is behind the last commit was cut off or marked anew; nothing is left to complain of.
                assert_eq!(commits(sample.dir.path()).unwrap(), sample.held);
            }
            Err(other) => panic!("byte {position}: {other}"),
        }
    }
}

#[test]
fn a_journal_cut_off_anywhere_keeps_the_commits_before_the_cut() {
    let sample = sample();
    for length in 0..sample.bytes.len() {
        fs::write(&sample.file, &sample.bytes[..length]).unwrap();
        let whole = sample.commits.iter().filter(|commit| commit.end <= length).count();
        match commits(sample.dir.path()) {
            Ok(found) => assert_eq!(found, sample.held[..whole], "cut at {length}"),
            Err(OpenError::Damaged(_)) => assert!((length as u64) < PREAMBLE),
            Err(other) => panic!("cut at {length}: {other}"),
        }
    }
}

#[test]
fn a_commit_nobody_was_told_of_may_be_torn_anywhere() {
    let sample = sample();
    let last = sample.commits.last().unwrap().clone();
    for position in last.clone() {
        for (from, to) in [(position, last.end), (last.start, position), (position, position + 1)] {
            for filler in [0_u8, 0xa5] {
                // Without the mark behind it, for the crash came before the sync had returned.
                let mut torn = sample.bytes[..last.end].to_vec();
                torn[from..to].fill(filler);
                torn.resize(last.end + 200, 0);
                let untouched = torn[..last.end] == sample.bytes[..last.end];
                fs::write(&sample.file, &torn).unwrap();
                let kept = if untouched { 5 } else { 4 };
                assert_eq!(commits(sample.dir.path()).unwrap(), sample.held[..kept], "{from}..{to} filled with {filler}");
                assert_eq!(commits(sample.dir.path()).unwrap(), sample.held[..kept], "opened again");
            }
        }
    }
}

#[test]
fn a_journal_goes_on_after_a_torn_tail_and_old_bytes_never_count() {
    let sample = sample();
    let last = sample.commits.last().unwrap().clone();
    // The commit record is gone; its changes, and the mark of durability of the commit before, are not.
    let mut torn = sample.bytes[..last.end].to_vec();
    let commit_record = last.end - HEADER - 40;
    torn[commit_record..].fill(0);
    fs::write(&sample.file, &torn).unwrap();
    let found = Journal::find(sample.dir.path()).unwrap().unwrap();
    let (mut journal, _) = Journal::open(found, sample.dir.path(), &roomy(), Arc::new(SystemDisk), |_| Ok(())).unwrap();
    journal.commit(&[Record::of(Kind::Body, body(1))]).unwrap();
    let mut held = sample.held[..4].to_vec();
    held.push(vec![body(1)]);
    assert_eq!(commits(sample.dir.path()).unwrap(), held);
}

/// A store of several segments with something of every kind in each.
fn filled(dir: &Path, options: Options) -> (Store, Author, Vec<Vec<u8>>) {
    let mut store = Store::create(dir, options).unwrap();
    let mut author = Author::new(1);
    let bodies: Vec<Vec<u8>> = (0..12).map(body).collect();
    for (number, body) in (0_u64..).zip(&bodies) {
        let witness = |author: &Author| store.reader().witness(&named(&author.origin)).unwrap().map(|head| (head.size(), head.root()));
        let expected = witness(&author);
        let grow = author.grow(1 + number % 3);
        let head = cosigned(author.head(), &witness_key());
        let changes = vec![
            grow,
            Change::Witnessed { origin: author.origin.clone(), note: head.clone() },
            Change::Witness { origin: named(&author.origin), expected, head },
            Change::Body(body.clone()),
            Change::Evidence { origin: named(&author.origin), file: body.clone() },
            Change::Setting { name: "newest".to_owned(), value: body.clone() },
        ];
        store.commit(changes).unwrap();
    }
    (store, author, bodies)
}

fn audit_filled(reader: &Reader, author: &Author, bodies: &[Vec<u8>]) {
    author.audit(reader);
    for body in bodies {
        assert_eq!(reader.body(&id(body)).unwrap().as_ref(), Some(body));
    }
    let head = cosigned(author.head(), &witness_key());
    assert_eq!(reader.witness(&named(&author.origin)).unwrap(), Some(head.clone()));
    assert_eq!(reader.log(&author.origin).unwrap().unwrap().witnessed, Some(head));
    assert_eq!(reader.setting("newest").unwrap().as_ref(), bodies.last());
    let least = bodies.iter().map(|body| id(body)).min().unwrap();
    assert_eq!(reader.evidence().iter().map(|row| row.id).collect::<Vec<_>>(), [least]);
    assert!(bodies.contains(&reader.evidence_file(&least).unwrap().unwrap()));
}

/// What one read of everything gives: nothing wrong, or the damage.
fn read_all(reader: &Reader, author: &Author, bodies: &[Vec<u8>]) -> Result<(), ReadError> {
    let mut next = 0;
    while next < author.size() {
        let page = reader.entries(&author.origin, next..author.size())?;
        let start = usize::try_from(next).unwrap();
        assert_eq!(page, author.entries[start..start + page.len()]);
        next += page.len() as u64;
    }
    assert_eq!(reader.leaves(&author.origin, 0..author.size())?, author.leaves);
    let state = reader.log(&author.origin)?.unwrap();
    assert_eq!((state.head.clone(), state.witnessed), (author.head(), Some(cosigned(author.head(), &witness_key()))));
    for body in bodies {
        assert_eq!(reader.body(&id(body))?.as_ref(), Some(body));
    }
    assert_eq!(reader.setting("newest")?.as_ref(), bodies.last());
    assert!(reader.witness(&named(&author.origin))?.is_some());
    Ok(())
}

#[test]
fn rot_under_a_running_store_is_named_by_verify_and_never_read_as_truth() {
    let dir = tempfile::tempdir().unwrap();
    let (store, author, bodies) = filled(dir.path(), Options { segment_bytes: 12_000, free_floor: 0 });
    store.verify().unwrap();
    let reader = store.reader();
    let mut noticed = 0;
    for number in 1.. {
        let path = dir.path().join(format!("journal/{number:010}.seg"));
        let Ok(file) = fs::File::options().read(true).write(true).open(&path) else { break };
        let length = file.metadata().unwrap().len();
        for offset in (0..length).step_by(3) {
            let mut byte = [0];
            file.read_exact_at(&mut byte, offset).unwrap();
            file.write_all_at(&[byte[0] ^ 0x20], offset).unwrap();
            match store.verify() {
                Err(ReadError::Damaged(damage)) => assert_eq!(damage.file, path, "byte {offset}"),
                other => panic!("byte {offset} of segment {number}: {other:?}"),
            }
            match read_all(&reader, &author, &bodies) {
                Ok(()) => {}
                Err(ReadError::Damaged(damage)) => {
                    noticed += 1;
                    assert_eq!(damage.file, path, "byte {offset}");
                }
                Err(other) => panic!("byte {offset} of segment {number}: {other}"),
            }
            file.write_all_at(&byte, offset).unwrap();
        }
    }
    assert!(noticed > 1000, "most rot is met when reading everything");
    store.verify().unwrap();
    audit_filled(&reader, &author, &bodies);
}

#[test]
fn a_missing_segment_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(dir.path(), tiny()));
    let journal = dir.path().join("journal");
    let last = fs::read_dir(&journal).unwrap().map(|file| file.unwrap().path()).max().unwrap();
    for lost in [journal.join("0000000001.seg"), journal.join("0000000002.seg"), last] {
        let aside = dir.path().join("aside");
        fs::rename(&lost, &aside).unwrap();
        let Err(OpenError::Damaged(damage)) = Store::open(dir.path(), tiny()) else { panic!("{} was not missed", lost.display()) };
        assert_eq!((damage.file, damage.offset), (lost.clone(), 0));
        fs::rename(&aside, &lost).unwrap();
    }
    Store::open(dir.path(), tiny()).unwrap().verify().unwrap();
}

#[test]
fn an_index_deleted_garbled_or_of_another_store_is_built_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, author, bodies) = filled(dir.path(), tiny());
    let index = dir.path().join("index");
    let other = tempfile::tempdir().unwrap();
    drop(filled(other.path(), tiny()));
    let files =
        || -> Vec<PathBuf> { fs::read_dir(&index).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()).collect() };
    let mut harms: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| fs::remove_dir_all(&index).unwrap()),
        Box::new(|| {
            fs::remove_dir_all(&index).unwrap();
            fs::write(&index, b"not a directory").unwrap();
        }),
        Box::new(|| {
            fs::remove_dir_all(&index).unwrap();
            fs::rename(other.path().join("index"), &index).unwrap();
        }),
        Box::new(|| files().iter().for_each(|file| fs::remove_file(file).unwrap())),
        Box::new(|| files().iter().for_each(|file| fs::write(file, b"").unwrap())),
        Box::new(|| {
            for file in files() {
                let bytes = fs::read(&file).unwrap();
                fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
            }
        }),
    ];
    for seed in 0..40_usize {
        let files = &files;
        harms.push(Box::new(move || {
            for file in files() {
                let mut bytes = fs::read(&file).unwrap();
                let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
                let at = id(&seed.to_le_bytes()).as_bytes()[0] as usize * used / 256;
                let end = (at + 1 + seed * 13).min(bytes.len());
                bytes[at.min(end)..end].fill(0x5a);
                fs::write(&file, bytes).unwrap();
            }
        }));
    }
    for (number, harm) in harms.iter().enumerate() {
        drop(store);
        harm();
        store = Store::open(dir.path(), tiny()).unwrap_or_else(|error| panic!("harm {number}: {error}"));
        audit_filled(&store.reader(), &author, &bodies);
    }
}

#[test]
fn an_index_in_doubt_answers_nothing_until_the_next_commit_builds_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, author, bodies) = filled(dir.path(), tiny());
    let reader = store.reader();
    store.view.index.doubt("a test says so");
    assert!(matches!(reader.body(&id(&bodies[0])), Err(ReadError::Unavailable(_))));
    assert!(matches!(reader.find(&author.origin, &id(b"no statement")), Err(ReadError::Unavailable(_))));
    store.commit(vec![Change::Body(body(99))]).unwrap();
    audit_filled(&reader, &author, &bodies);
    store.view.index.doubt("a test says so");
    audit_filled(&reopened(store, dir.path(), &tiny()).reader(), &author, &bodies);
}
