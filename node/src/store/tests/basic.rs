//! What can be stored and read back.

use luodi_ledger::merkle::Hash;

use super::*;
use crate::store::{CommitError, OpenError, ReadError};

type Spoiler<'a> = Box<dyn Fn(&mut Grow) + 'a>;

#[test]
fn a_log_reads_back_whole_after_every_commit_and_every_start() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 64 << 10, free_floor: 0 };
    let mut store = Store::create(dir.path(), options).unwrap();
    let epoch = store.reader().epoch();
    let mut author = Author::new(1);
    for count in [1, 1, 3, 250, 1, 0, 255, 1, 300, 700] {
        let change = author.grow(count);
        store.commit(vec![change]).unwrap();
        author.audit(&store.reader());
        store = reopened(store, dir.path(), &options);
        author.audit(&store.reader());
        store.verify().unwrap();
    }
    assert_eq!(store.reader().epoch(), epoch);
    assert!(dir.path().join("journal/0000000003.seg").exists(), "the log fills several segments");
}

#[test]
fn a_log_of_three_levels_of_tiles_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1 << 20, free_floor: 0 };
    let mut store = Store::create(dir.path(), options).unwrap();
    let mut author = Author::new(1);
    author.own = false;
    for count in [60_000_u64, 6_000] {
        let from = author.stands();
        for _ in 0..count {
            author.leaf(author.size().to_be_bytes().to_vec());
        }
        store.commit(vec![author.grow_from(from)]).unwrap();
    }
    author.audit(&store.reader());
    author.audit(&reopened(store, dir.path(), &options).reader());
}

#[test]
fn heads_move_only_by_compare_and_swap() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let mut author = Author::new(1);
    let first = author.grow(3);
    store.commit(vec![first.clone()]).unwrap();
    let stands = author.stands();
    let Err(CommitError::Conflict { size: 3, root, .. }) = store.commit(vec![first]) else { panic!("moved twice") };
    assert_eq!(root, stands.1);
    let Change::Grow(good) = author.grow(2) else { unreachable!() };
    for spoil in [|grow: &mut Grow| grow.expected.0 = 2, |grow: &mut Grow| grow.expected.1 = Hash::EMPTY, |grow: &mut Grow| grow.from = 4] {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(matches!(store.commit(vec![Change::Grow(bad)]), Err(CommitError::Conflict { .. })));
    }
    let other = Author::new(2);
    let spoilers: Vec<Spoiler<'_>> = vec![
        Box::new(|grow| grow.leaves.truncate(1)),
        Box::new(|grow| grow.read.truncate(1)),
        Box::new(|grow| grow.entries.truncate(1)),
        Box::new(|grow| grow.leaves.swap(0, 1)),
        Box::new(|grow| grow.entries[0] = vec![0; 65_536]),
        Box::new(|grow| grow.head = author.sign(5, Hash::EMPTY)),
        Box::new(|grow| grow.head = author.head_at(4)),
        Box::new(|grow| grow.origin = other.origin.clone()),
    ];
    for spoil in spoilers {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(matches!(store.commit(vec![Change::Grow(bad)]), Err(CommitError::Rejected(_))));
    }
    author.audit_at(&store.reader(), 3);
    store.commit(vec![Change::Grow(good)]).unwrap();
    author.audit(&store.reader());
    store.verify().unwrap();
}

#[test]
fn all_changes_of_a_commit_happen_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let (mut one, mut two) = (Author::new(1), Author::new(2));
    let (grow, body) = (one.grow(4), body(1));
    let stale = Change::Witness { origin: named(&two.origin), expected: Some((9, Hash::EMPTY)), head: two.head() };
    let refused = store.commit(vec![grow.clone(), Change::Body(body.clone()), two.grow(2), stale]);
    assert!(matches!(refused, Err(CommitError::Conflict { size: 0, .. })));
    let reader = store.reader();
    assert_eq!(reader.logs(), []);
    assert_eq!(reader.body(&id(&body)).unwrap(), None);
    store.commit(vec![grow, Change::Body(body.clone()), two.grow_from((0, Hash::EMPTY))]).unwrap();
    one.audit(&reader);
    two.audit(&reader);
    assert_eq!(reader.body(&id(&body)).unwrap(), Some(body));
}

#[test]
fn requests_in_one_group_stand_or_fall_alone_and_build_on_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let mut author = Author::new(1);
    let first = author.grow(300);
    let second = author.grow(300);
    let answers = store.commit_group(vec![vec![first.clone()], vec![first], vec![second]]);
    assert!(matches!(answers.as_slice(), [Ok(one), Err(CommitError::Conflict { size: 300, .. }), Ok(two)] if one == two));
    author.audit(&store.reader());
}

#[test]
fn a_statement_is_found_where_it_first_stands() {
    let dir = tempfile::tempdir().unwrap();
    let options = tiny();
    let mut store = Store::create(dir.path(), options).unwrap();
    let mut author = Author::new(1);
    store.commit(vec![author.grow(1)]).unwrap();
    let Ok(first) = Link::start().step(&author.entries[0]) else { panic!() };
    for _ in 0..3 {
        // The same statement once more, in an entry that links.
        let again = Entry { index: author.link.index, previous: author.link.previous, ..first.clone() };
        let from = author.stands();
        let leaf = again.to_bytes();
        author.link.step(&leaf).unwrap();
        author.remember(leaf, Some(Read::of(&again)));
        store.commit(vec![author.grow_from(from)]).unwrap();
        store = reopened(store, dir.path(), &options);
        assert_eq!(store.reader().find(&author.origin, &first.statement.id()).unwrap(), Some(0));
    }
    assert_eq!(store.reader().find(&author.origin, &id(b"no statement")).unwrap(), None);
}

#[test]
fn a_long_log_arrives_ahead_of_its_head() {
    let dir = tempfile::tempdir().unwrap();
    let options = tiny();
    let mut store = Store::create(dir.path(), options).unwrap();
    let mut author = Author::new(1);
    author.own = false;
    author.grow(700);
    let page = |from: u64, to: u64, expected: (u64, Hash)| {
        let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
        let (entries, leaves) = (author.entries[range.clone()].to_vec(), author.leaves[range.clone()].to_vec());
        let read = author.read[range].to_vec();
        Change::Grow(Grow { origin: author.origin.clone(), expected, from, entries, leaves, read, head: author.head(), own: false })
    };
    let nothing = (0, Hash::EMPTY);
    for (from, to) in [(0, 256), (256, 300), (300, 512)] {
        let cursor = store.commit(vec![page(from, to, nothing)]).unwrap().cursor;
        assert_eq!(cursor, 0, "nobody is told of it");
        store = reopened(store, dir.path(), &options);
        let reader = store.reader();
        assert!(reader.log(&author.origin).unwrap().is_none());
        assert_eq!(reader.logs(), []);
        assert_eq!(reader.entries(&author.origin, 0..10).unwrap(), Vec::<Vec<u8>>::new());
        assert_eq!(reader.registry_entries(&author.origin, 0).unwrap(), Vec::<u64>::new());
        let ahead = reader.ahead(&author.origin).unwrap().unwrap();
        assert_eq!((ahead.tree.size(), ahead.link.index, ahead.tree.root()), (to, to, author.head_at(to).root()));
        assert_eq!(ahead.head, author.head());
    }
    assert!(matches!(store.commit(vec![page(256, 300, nothing)]), Err(CommitError::Conflict { .. })));
    assert_eq!(store.commit(vec![page(512, 700, nothing)]).unwrap().cursor, 1);
    assert!(store.reader().ahead(&author.origin).unwrap().is_none());
    author.audit(&store.reader());
    store.verify().unwrap();
}

#[test]
fn the_largest_witnessed_head_is_kept_and_gathers_lines() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let mut author = Author::new(1);
    let other = SignerKey::from_seed("luodi.example/henan/410700000000/witness", KeyKind::Cosigner, &[4; 32]).unwrap();
    let witnessed = |note: SignedCheckpoint| Change::Witnessed { origin: origin(1), note };
    // A head between what was stored before and what the same commit stores.
    let growth = author.grow(300);
    let head = author.head_at(270);
    store.commit(vec![growth, witnessed(cosigned(head.clone(), &witness_key()))]).unwrap();
    let kept = |store: &Store| store.reader().log(&origin(1)).unwrap().unwrap().witnessed.unwrap();
    assert_eq!(kept(&store), cosigned(head.clone(), &witness_key()));
    // Smaller: nothing changes, nobody is told.
    let cursor = *store.reader().watch().borrow();
    store.commit(vec![witnessed(cosigned(author.head_at(3), &other))]).unwrap();
    assert_eq!((kept(&store).size(), *store.reader().watch().borrow()), (270, cursor));
    // The same size: lines are added, none twice.
    store.commit(vec![witnessed(cosigned(head.clone(), &other))]).unwrap();
    store.commit(vec![witnessed(cosigned(head.clone(), &other))]).unwrap();
    assert_eq!(kept(&store), cosigned(cosigned(head, &witness_key()), &other));
    // Larger than stored, or not of this log.
    assert!(matches!(store.commit(vec![witnessed(author.sign(301, Hash::EMPTY))]), Err(CommitError::Conflict { .. })));
    assert!(matches!(store.commit(vec![witnessed(author.sign(280, Hash::EMPTY))]), Err(CommitError::Rejected(_))));
    assert!(matches!(store.commit(vec![witnessed(author.sign(270, Hash::EMPTY))]), Err(CommitError::Rejected(_))));
    store.commit(vec![witnessed(author.head_at(280))]).unwrap();
    store = reopened(store, dir.path(), &roomy());
    assert_eq!(kept(&store), author.head_at(280));
    assert_eq!(store.reader().logs()[0].witnessed, Some(280));
    store.verify().unwrap();
}

#[test]
fn a_witness_never_goes_back_nor_sideways() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let mut author = Author::new(1);
    author.grow(9);
    let origin = "foreign.example/log".to_owned();
    let head = |size: u64| {
        let checkpoint = Checkpoint { origin: origin.clone(), size, root: author.head_at(size).root() };
        checkpoint.sign(std::slice::from_ref(&author.key))
    };
    let change = |expected: Option<u64>, new: SignedCheckpoint| Change::Witness {
        origin: origin.clone(),
        expected: expected.map(|size| (size, head(size).root())),
        head: new,
    };
    assert_eq!(store.reader().witness(&origin).unwrap(), None);
    assert!(matches!(store.commit(vec![change(Some(3), head(4))]), Err(CommitError::Conflict { size: 0, .. })));
    store.commit(vec![change(None, head(4))]).unwrap();
    assert!(matches!(store.commit(vec![change(None, head(5))]), Err(CommitError::Conflict { size: 4, .. })));
    assert!(matches!(store.commit(vec![change(Some(4), head(3))]), Err(CommitError::Rejected(_))));
    let sideways = Checkpoint { origin: origin.clone(), size: 4, root: head(5).root() }.sign(&[]);
    assert!(matches!(store.commit(vec![change(Some(4), sideways)]), Err(CommitError::Rejected(_))));
    store.commit(vec![change(Some(4), cosigned(head(4), &witness_key()))]).unwrap();
    store.commit(vec![change(Some(4), head(9))]).unwrap();
    store = reopened(store, dir.path(), &roomy());
    assert_eq!(store.reader().witness(&origin).unwrap(), Some(head(9)));
}

#[test]
fn of_evidence_the_least_is_kept_and_settings_are_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let options = tiny();
    let mut store = Store::create(dir.path(), options).unwrap();
    let mut files: Vec<Vec<u8>> = (0..6).map(body).collect();
    for file in &files {
        store.commit(vec![Change::Evidence { origin: "a.example/log".to_owned(), file: file.clone() }]).unwrap();
        store = reopened(store, dir.path(), &options);
    }
    files.sort_by_key(|file| id(file));
    let reader = store.reader();
    assert_eq!(reader.evidence().iter().map(|row| row.id).collect::<Vec<_>>(), [id(&files[0])]);
    assert_eq!(reader.evidence_file(&id(&files[0])).unwrap(), Some(files[0].clone()));
    assert_eq!(reader.evidence_file(&id(&files[1])).unwrap(), None);
    for value in [b"first".to_vec(), Vec::new(), b"second".to_vec()] {
        assert!(store.commit(vec![Change::Setting { name: "alone".to_owned(), value: value.clone() }]).is_ok());
        assert_eq!(store.reader().setting("alone").unwrap(), Some(value));
    }
    assert_eq!(store.reader().setting("absent").unwrap(), None);
    let too_long = Change::Setting { name: "n".repeat(256), value: Vec::new() };
    assert!(matches!(store.commit(vec![too_long]), Err(CommitError::Rejected(_))));
    assert!(matches!(store.commit(vec![Change::Body(vec![0; 65_537])]), Err(CommitError::Rejected(_))));
}

#[test]
fn the_change_journal_gives_each_log_once_in_its_newest_state() {
    let dir = tempfile::tempdir().unwrap();
    let options = tiny();
    let mut store = Store::create(dir.path(), options).unwrap();
    let mut authors: Vec<Author> = (1..6).map(Author::new).collect();
    for author in &mut authors {
        store.commit(vec![author.grow(2)]).unwrap();
    }
    let reader = store.reader();
    let all = reader.changes_since(0, 100);
    assert_eq!(all.logs.len(), 5);
    assert_eq!(reader.changes_since(all.next, 100).logs, []);
    let both = vec![authors[3].grow(1), authors[1].grow(1)];
    store.commit(both).unwrap();
    store.commit(vec![authors[1].grow(1)]).unwrap();
    store = reopened(store, dir.path(), &options);
    let reader = store.reader();
    let one = reader.changes_since(all.next, 1);
    assert_eq!(one.logs.iter().map(|log| (&log.origin, log.size)).collect::<Vec<_>>(), [(&authors[3].origin, 3)]);
    let two = reader.changes_since(one.next, 1);
    assert_eq!(two.logs.iter().map(|log| (&log.origin, log.size)).collect::<Vec<_>>(), [(&authors[1].origin, 4)]);
    assert_eq!(reader.changes_since(two.next, 1).logs, []);
    assert_eq!(reader.changes_since(0, 100).logs.len(), 5);
    assert_eq!(*reader.watch().borrow(), two.next);
}

#[test]
fn one_process_at_a_time_and_never_two_stores_in_one_place() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(dir.path(), tiny()), Err(OpenError::Absent(_))));
    let store = Store::create(dir.path(), tiny()).unwrap();
    assert!(matches!(Store::open(dir.path(), tiny()), Err(OpenError::Locked(_))));
    drop(store);
    assert!(matches!(Store::create(dir.path(), tiny()), Err(OpenError::Exists(_))));
    Store::open(dir.path(), tiny()).unwrap();
}

#[test]
#[expect(clippy::used_underscore_binding, reason = "the store only holds it")]
fn a_closed_store_is_unlocked_though_a_starting_process_holds_a_copy_of_the_descriptor() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), tiny()).unwrap();
    let _inherited = store._lock.0.try_clone().unwrap();
    drop(store);
    Store::open(dir.path(), tiny()).unwrap();
}

#[test]
fn beyond_the_head_there_is_nothing_and_that_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path(), roomy()).unwrap();
    let mut author = Author::new(1);
    store.commit(vec![author.grow(5)]).unwrap();
    let reader = store.reader();
    #[expect(clippy::reversed_empty_ranges, reason = "asked by strangers")]
    for range in [5..9, 9..3, u64::MAX..u64::MAX] {
        assert_eq!(reader.entries(&author.origin, range).unwrap(), Vec::<Vec<u8>>::new());
    }
    for (level, index, width) in [(0, 0, 0), (0, 0, 6), (0, 0, 257), (0, 1, 1), (1, 0, 1), (255, 0, 1), (0, u64::MAX, 1), (63, 1, 1)] {
        assert_eq!(reader.tile(&author.origin, level, index, width).unwrap(), None);
        assert_eq!(reader.tile(&origin(9), level, index, width).unwrap(), None);
    }
    assert_eq!(reader.bundle(&author.origin, 0, 6).unwrap(), None);
    let bundle = reader.bundle(&author.origin, 0, 5).unwrap().unwrap();
    let expected: Vec<u8> =
        author.entries.iter().flat_map(|entry| [&u16::try_from(entry.len()).unwrap().to_be_bytes()[..], entry].concat()).collect();
    assert_eq!(bundle, expected);
    assert!(matches!(root_of(&reader.nodes(&origin(9)), 1), Err(ReadError::Rejected(_))));
}

#[tokio::test]
async fn many_tasks_share_a_sync_and_see_only_what_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), roomy()).unwrap();
    let writer = store.into_writer();
    let tasks: Vec<_> = (0..200_u64)
        .map(|number| {
            let writer = writer.clone();
            tokio::spawn(async move {
                let committed = writer.commit(vec![Change::Body(body(number))]).await.unwrap();
                assert_eq!(writer.reader().body(&id(&body(number))).unwrap(), Some(body(number)));
                committed.number
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.unwrap());
    }
    assert!(*numbers.iter().max().unwrap() < 200, "commits that wait together share a sync");
    let mut watch = writer.reader().watch();
    let mut author = Author::new(1);
    let committed = writer.commit(vec![author.grow(2)]).await.unwrap();
    watch.changed().await.unwrap();
    assert_eq!(*watch.borrow(), committed.cursor);
    writer.close().await;
    assert!(matches!(writer.commit(Vec::new()).await, Err(CommitError::Closed)));
    let store = Store::open(dir.path(), roomy()).unwrap();
    author.audit(&store.reader());
    store.verify().unwrap();
}
