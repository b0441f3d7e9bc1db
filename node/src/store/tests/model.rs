//! Random changes, against a model in memory.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// One step; numbers pick among what there is.
#[derive(Clone, Debug)]
enum Step {
    Grow { log: u32, count: u64 },
    Ahead { log: u32, count: u64, part: u64 },
    Stale { log: u32 },
    Witnessed { log: u32, back: u64 },
    Witness { log: u32 },
    Body(u64),
    Setting { name: u8, value: u64 },
    Evidence { log: u32, file: u64 },
    Reopen { without_index: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let log = 1..4_u32;
    prop_oneof![
        6 => (log.clone(), 0..400_u64).prop_map(|(log, count)| Step::Grow { log, count }),
        2 => (log.clone(), 1..300_u64, 0..100_u64).prop_map(|(log, count, part)| Step::Ahead { log, count, part }),
        1 => log.clone().prop_map(|log| Step::Stale { log }),
        2 => (log.clone(), 0..300_u64).prop_map(|(log, back)| Step::Witnessed { log, back }),
        2 => log.clone().prop_map(|log| Step::Witness { log }),
        2 => (0..30_u64).prop_map(Step::Body),
        1 => (0..3_u8, 0..9_u64).prop_map(|(name, value)| Step::Setting { name, value }),
        1 => (log, 0..30_u64).prop_map(|(log, file)| Step::Evidence { log, file }),
        3 => any::<bool>().prop_map(|without_index| Step::Reopen { without_index }),
    ]
}

#[derive(Default)]
struct Model {
    logs: BTreeMap<u32, Author>,
    witnessed: BTreeMap<u32, u64>,
    witness: BTreeMap<u32, u64>,
    bodies: BTreeSet<u64>,
    settings: BTreeMap<u8, u64>,
    evidence: BTreeMap<u32, Blake3>,
}

impl Model {
    fn author(&mut self, log: u32) -> &mut Author {
        self.logs.entry(log).or_insert_with(|| Author { own: log == 1, ..Author::new(log) })
    }

    fn audit(&self, store: &Store) {
        let reader = store.reader();
        for (number, author) in &self.logs {
            author.audit(&reader);
            let witnessed = reader.log(&author.origin).unwrap().and_then(|log| log.witnessed).map(|head| head.size());
            assert_eq!(witnessed, self.witnessed.get(number).copied());
            let witness = reader.witness(&named(&author.origin)).unwrap().map(|head| head.size());
            assert_eq!(witness, self.witness.get(number).copied());
        }
        for number in 0..30 {
            assert_eq!(reader.body(&id(&body(number))).unwrap().is_some(), self.bodies.contains(&number));
        }
        for name in 0..3 {
            assert_eq!(reader.setting(&name.to_string()).unwrap(), self.settings.get(&name).map(|value| body(*value)));
        }
        let kept: BTreeMap<String, Blake3> = reader.evidence().into_iter().map(|row| (row.origin, row.id)).collect();
        let expected: BTreeMap<String, Blake3> = self.evidence.iter().map(|(log, id)| (named(&origin(*log)), *id)).collect();
        assert_eq!(kept, expected);
        store.verify().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(steps in proptest::collection::vec(step(), 1..30)) {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { segment_bytes: 30_000, free_floor: 0 };
        let mut store = Store::create(dir.path(), options).unwrap();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Grow { log, count } => {
                    let change = model.author(log).grow(count);
                    store.commit(vec![change]).unwrap();
                }
                Step::Ahead { log, count, part } => {
                    let author = model.author(log);
                    let stands = author.stands();
                    let Change::Grow(whole) = author.grow(count) else { unreachable!() };
                    let cut = usize::try_from(count * part / 100).unwrap();
                    let part = |range: std::ops::Range<usize>| Grow {
                        from: stands.0 + range.start as u64,
                        entries: whole.entries[range.clone()].to_vec(),
                        leaves: whole.leaves[range.clone()].to_vec(),
                        read: whole.read[range].to_vec(),
                        ..whole.clone()
                    };
                    let (first, second) = (part(0..cut), part(cut..whole.entries.len()));
                    store.commit(vec![Change::Grow(first)]).unwrap();
                    author.audit_at(&store.reader(), stands.0);
                    store = reopened(store, dir.path(), &options);
                    author.audit_at(&store.reader(), stands.0);
                    store.commit(vec![Change::Grow(second)]).unwrap();
                }
                Step::Stale { log } => {
                    let author = model.author(log);
                    let change = author.clone().grow(1);
                    let other = (author.size() + 1, Hash::EMPTY);
                    let Change::Grow(grow) = change else { unreachable!() };
                    let refused = store.commit(vec![Change::Body(body(999)), Change::Grow(Grow { expected: other, ..grow })]);
                    prop_assert!(refused.is_err());
                }
                Step::Witnessed { log, back } => {
                    let author = model.author(log);
                    let size = author.size().saturating_sub(back);
                    let note = author.head_at(size);
                    let origin = author.origin.clone();
                    let known = store.reader().log(&origin).unwrap().is_some();
                    if known {
                        store.commit(vec![Change::Witnessed { origin, note }]).unwrap();
                        let kept = model.witnessed.entry(log).or_insert(size);
                        *kept = size.max(*kept);
                    }
                }
                Step::Witness { log } => {
                    let expected = model.witness.get(&log).copied();
                    let author = model.author(log);
                    let expected = expected.map(|size| (size, author.head_at(size).root()));
                    store.commit(vec![Change::Witness { origin: named(&author.origin), expected, head: author.head() }]).unwrap();
                    let size = author.size();
                    model.witness.insert(log, size);
                }
                Step::Body(number) => {
                    store.commit(vec![Change::Body(body(number))]).unwrap();
                    model.bodies.insert(number);
                }
                Step::Setting { name, value } => {
                    store.commit(vec![Change::Setting { name: name.to_string(), value: body(value) }]).unwrap();
                    model.settings.insert(name, value);
                }
                Step::Evidence { log, file } => {
                    store.commit(vec![Change::Evidence { origin: named(&origin(log)), file: body(file) }]).unwrap();
                    let kept = model.evidence.entry(log).or_insert_with(|| id(&body(file)));
                    *kept = id(&body(file)).min(*kept);
                }
                Step::Reopen { without_index } => {
                    drop(store);
                    if without_index {
                        let _ = std::fs::remove_dir_all(dir.path().join("index"));
                    }
                    store = Store::open(dir.path(), options).unwrap();
                }
            }
        }
        model.audit(&store);
        model.audit(&reopened(store, dir.path(), &options));
    }
}
