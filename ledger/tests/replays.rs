//! Two readers who never spoke to each other tell the same: one reads whole logs from the top down with every body at hand, the other takes
//! entries in as they happen to arrive, one by one, across logs, and never sees a body. Standings, views with their flags, and the county's
//! figures are held against each other as bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use luodi_ledger::assessment::Reading;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::{Every, Method};
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::{Chronicle, Record, Reference};
use luodi_ledger::names::{Division, MatterId, Origin};
use luodi_ledger::policy::Policy;
use luodi_ledger::registry::{AppointFacts, CharterFacts, Registry, RevokeFacts, Term, ValidUpTo};
use luodi_ledger::standing::Standing;
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;

const FEDERATION: &str = "luodi.example/replay";
const COUNTY: &str = "990101000000";
const TOWNSHIP: &str = "990101001000";
const VILLAGES: [&str; 2] = ["990101001201", "990101001202"];

fn origin(division: &str) -> Origin {
    format!("{FEDERATION}/log/{division}/1").parse().unwrap()
}

fn key(name: &str) -> SignerKey {
    SignerKey::from_seed(name, KeyKind::Ed25519, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

fn office(division: &str, office: &str) -> SignerKey {
    key(&format!("{FEDERATION}/{division}/{office}"))
}

fn charter(division: &str) -> CharterFacts {
    let log = key(&origin(division).to_string());
    CharterFacts {
        addresses: vec![],
        former: None,
        from: 0,
        keys: vec![log.public().clone()],
        node: office(division, "node").public().clone(),
        number: 1,
        origin: origin(division),
        peer: "12D3KooWExample".into(),
        policy: Policy::of_two_thirds(log.public(), &[]).unwrap().to_string(),
        witness: None,
        witnesses: vec![],
    }
}

/// Logs under construction, with the bodies beside them.
#[derive(Clone, Debug)]
struct County {
    federation: FederationFile,
    links: BTreeMap<Origin, Link>,
    logs: BTreeMap<Origin, Vec<Vec<u8>>>,
    bodies: BTreeMap<Blake3, Vec<u8>>,
    now: Time,
}

impl County {
    /// A township and two villages; every office of theirs but one is registered.
    fn new() -> Self {
        let keys = vec![office(COUNTY, "government").public().clone()];
        let root = COUNTY.parse().unwrap();
        let federation =
            FederationFile { name: FEDERATION.parse().unwrap(), offset: 8, root, keys, earlier: vec![], charter: charter(COUNTY) };
        let now = "2025-06-01T00:00:00Z".parse().unwrap();
        let mut county = Self { federation, links: BTreeMap::new(), logs: BTreeMap::new(), bodies: BTreeMap::new(), now };
        for below in [TOWNSHIP, VILLAGES[0], VILLAGES[1]] {
            county.register(&Facts::of(&charter(below)).unwrap(), "charter");
        }
        for (division, body) in [(TOWNSHIP, "government"), (COUNTY, "civil-affairs"), (VILLAGES[0], "party")] {
            county.appoint(&office(division, body));
        }
        for village in VILLAGES {
            county.appoint(&office(village, "committee"));
            county.appoint(&office(village, "supervisors"));
        }
        county
    }

    fn register(&mut self, facts: &Facts, kind: &str) {
        self.say(COUNTY, &[office(COUNTY, "government")], kind, None, facts.clone(), None);
    }

    fn appoint(&mut self, key: &SignerKey) {
        let term = Term { from: "2025-01-01".parse().unwrap(), until: Some("2025-09-01".parse().unwrap()) };
        let office = key.public().name().parse().unwrap();
        let facts = AppointFacts { basis: "election".into(), keys: vec![key.public().clone()], office, succeeds: None, term };
        self.register(&Facts::of(&facts).unwrap(), "appoint");
    }

    fn revoke(&mut self, key: &SignerKey, log: &str, size: u64) {
        let valid = vec![ValidUpTo { log: origin(log), size }];
        self.register(&Facts::of(&RevokeFacts { key: key.public().clone(), reason: "lost".into(), valid }).unwrap(), "revoke");
    }

    fn say(
        &mut self,
        log: &str,
        by: &[SignerKey],
        kind: &str,
        matter: Option<MatterId>,
        facts: Facts,
        words: Option<Vec<u8>>,
    ) -> Reference {
        let origin = origin(log);
        let link = self.links.entry(origin.clone()).or_insert_with(Link::start);
        let body = words.as_ref().map(|words| BodyRef::of(words));
        let mut names: Vec<_> = by.iter().map(|key| key.public().name().to_owned()).collect();
        names.sort();
        let by_names = names.iter().map(|name| name.parse().unwrap()).collect();
        let statement = Statement { log: origin.clone(), by: by_names, kind: kind.parse().unwrap(), matter, time: self.now, facts, body };
        let statement = statement.sign(by).unwrap();
        let reference = Reference { log: origin.clone(), index: link.index, id: statement.id() };
        let leaf = Entry { index: link.index, previous: link.previous, logged: self.now, statement }.to_bytes();
        link.step(&leaf).unwrap();
        self.logs.entry(origin).or_default().push(leaf);
        if let (Some(named), Some(words)) = (body, words) {
            self.bodies.insert(named.hash, words);
        }
        reference
    }

    fn latest(&self) -> Time {
        self.now
    }
}

/// One random statement; numbers choose among what exists.
#[derive(Clone, Copy, Debug)]
struct Saying {
    village: usize,
    matter: u32,
    kind: usize,
    pick: usize,
    days: i64,
}

fn history() -> impl Strategy<Value = County> {
    let saying = (0..2_usize, 1..3_u32, 0..20_usize, 0..1000_usize, prop_oneof![0..2_i64, 0..20_i64])
        .prop_map(|(village, matter, kind, pick, days)| Saying { village, matter, kind, pick, days });
    prop::collection::vec(saying, 8..36).prop_map(|sayings| told(&sayings))
}

/// Each village decides on two matters; then whatever the sayings say.
fn told(sayings: &[Saying]) -> County {
    let mut county = County::new();
    let pack = *Packs::built_in().with(Method::General).next().unwrap().0;
    let mut said: BTreeMap<MatterId, Vec<(Reference, Value)>> = BTreeMap::new();
    let words = |number: usize| json!({"nonce": "00", "text": format!("话{number}"), "title": "修路"}).to_string().into_bytes();
    for (number, village) in VILLAGES.iter().enumerate() {
        for matter in 1..=2_u32 {
            let id: MatterId = format!("{village}-2025-{matter:04}").parse().unwrap();
            let by = [office(village, "committee")];
            let topic =
                json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": pack});
            let outcome = json!({"commitments": [{"budget": 100, "due": "2025-09-30", "id": "c1"}], "result": "consensus", "round": 1});
            for (kind, facts) in [("topic", topic), ("outcome", outcome)] {
                let reference = county.say(village, &by, kind, Some(id), Facts::of(&facts).unwrap(), Some(words(number)));
                said.entry(id).or_default().push((reference, facts));
            }
        }
    }
    for (number, Saying { village, matter, kind, pick, days }) in sayings.iter().copied().enumerate() {
        county.now = county.now.plus(days * 86_400 + 1);
        let village = VILLAGES[village];
        let id: MatterId = format!("{village}-2025-{matter:04}").parse().unwrap();
        let of_matter = &said[&id];
        let (target, of) = of_matter[pick % of_matter.len()].clone();
        let above = of_matter.iter().rev().find(|(on, _)| on.log.division.to_string() == TOWNSHIP).map_or(&target, |(on, _)| on).clone();
        let due = county.now.plus(i64::try_from(pick % 90).unwrap() * 86_400).civil_date(8).to_string();
        let today = county.now.civil_date(8).to_string();
        let (committee, supervisors) = (office(village, "committee"), office(village, "supervisors"));
        let (township, affairs) = (office(TOWNSHIP, "government"), office(COUNTY, "civil-affairs"));
        let verdict = ["accepted", "partly", "rejected", "accepted"][pick % 4];
        let (log, by, kind, facts): (&str, Vec<SignerKey>, &str, Value) = match kind {
            0 => (village, vec![committee], "step", json!({"date": today, "method": "general", "round": 1, "step": "deliberate"})),
            1 => (village, vec![committee], "plan", json!({"commitment": "c1", "due": due})),
            2 | 3 => (village, vec![committee], "progress", json!({"commitment": "c1", "spent": pick})),
            4 | 5 => (village, vec![committee], "completion", json!({"commitment": "c1", "date": today})),
            6 | 7 => (village, vec![supervisors], "verification", json!({"target": target, "verdict": verdict})),
            8 => (village, vec![committee, supervisors], "countersign", json!({"target": target})),
            9 => (village, vec![supervisors], "objection", json!({"count": 2, "target": target})),
            10 => (village, vec![committee], "answer", json!({"finding": "not", "target": target})),
            11 => (village, vec![committee], "void", json!({"reason": "duplicate", "target": target})),
            12 => (TOWNSHIP, vec![township], "rectification", json!({"action": "order", "deadline": due, "target": target})),
            13 => (COUNTY, vec![affairs], "evaluation", json!({"rating": "good", "target": target})),
            // Signed anew for the log above, whose node may not refuse it.
            14 => (TOWNSHIP, vec![supervisors], "verification", json!({"target": target, "verdict": verdict})),
            // What mends, and what counts only since it did.
            15 => (village, vec![committee], "correction", json!({"changes": [changed(&of, &due)], "target": target})),
            16 => (village, vec![committee, supervisors], "correction", json!({"changes": [changed(&of, &due)], "target": target})),
            17 => {
                let promised = json!([{"budget": pick, "due": due, "id": "c1", "responsible": format!("{TOWNSHIP}/government")}]);
                (village, vec![committee], "outcome", json!({"commitments": promised, "result": "consensus", "round": 1}))
            }
            18 => (TOWNSHIP, vec![township], "void", json!({"reason": "duplicate", "target": above})),
            // An office nobody registered, or one whose key ends in the middle of what it said.
            _ if pick % 2 == 0 => (village, vec![office(village, "owners")], "progress", json!({"commitment": "c1"})),
            _ => {
                let size = u64::try_from(pick % 6).unwrap();
                county.revoke(&supervisors, village, size);
                continue;
            }
        };
        let words = (pick % 3 == 0).then(|| words(number));
        let reference = county.say(log, &by, kind, Some(id), Facts::of(&facts).unwrap(), words);
        said.get_mut(&id).unwrap().push((reference, facts));
    }
    county
}

/// A change of one fact that is there, or of one that is not.
fn changed(of: &Value, due: &str) -> Value {
    let facts =
        [("commitments.0.budget", json!(7)), ("commitments.0.due", json!(due)), ("verdict", json!("accepted")), ("date", json!(due))];
    let found = facts.into_iter().find_map(|(path, new)| {
        let old = of.pointer(&format!("/{}", path.replace('.', "/"))).filter(|old| **old != new)?;
        Some(json!({"new": new, "old": old, "path": path}))
    });
    found.unwrap_or_else(|| json!({"new": 3, "path": "notice-days"}))
}

/// What a reader tells, as bytes.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    standings: String,
    views: String,
    figures: String,
}

fn entries(leaves: &[Vec<u8>]) -> Vec<Entry> {
    let mut link = Link::start();
    leaves.iter().map(|leaf| link.step(leaf).unwrap()).collect()
}

fn record(registry: &Registry, origin: &Origin, entry: &Entry) -> Record {
    Record::of(origin, entry, registry.standing(origin, entry))
}

fn write(standings: &BTreeMap<(Origin, u64), Standing>, matters: &BTreeMap<MatterId, Chronicle>, figures: &Reading, as_of: Time) -> Told {
    let views: Vec<_> = matters.values().map(|chronicle| chronicle.tell(as_of)).collect();
    let standings: Vec<_> = standings.iter().collect();
    let period = Span::around(as_of.civil_date(8), Every::Year);
    Told {
        standings: serde_json::to_string(&standings).unwrap(),
        views: serde_json::to_string(&views).unwrap(),
        figures: serde_json::to_string(&figures.assess(period, as_of)).unwrap(),
    }
}

/// Whole logs from the top down; every matter folded from nothing; every body at hand.
fn in_order(county: &County, as_of: Time) -> Told {
    let logs: BTreeMap<Origin, Vec<Entry>> = county.logs.iter().map(|(origin, leaves)| (origin.clone(), entries(leaves))).collect();
    let all = || logs.iter().flat_map(|(origin, entries)| entries.iter().map(move |entry| (origin, entry)));
    let mut registry = Registry::new(county.federation.clone());
    registry.observe_all(all());
    let records: Vec<Record> = all().map(|(origin, entry)| record(&registry, origin, entry)).collect();
    let standings = records.iter().map(|record| ((record.reference.log.clone(), record.reference.index), record.standing)).collect();
    let matters: std::collections::BTreeSet<MatterId> = records.iter().filter_map(|record| record.statement.matter).collect();
    let fold = |id: &MatterId| (*id, Chronicle::of(*id, &records, &Packs::built_in(), 8));
    let matters = matters.iter().map(fold).collect();
    let body = |_: &Reference, named: &BodyRef| county.bodies.get(&named.hash).cloned();
    let reading = Reading::of(&registry, COUNTY.parse::<Division>().unwrap(), all(), body);
    write(&standings, &matters, &reading, as_of)
}

/// Entry by entry, `turns` choosing the log that the next one comes from; each matter grows as they come, and is judged anew where the registry
/// says that it bears on it; no body ever arrives.
fn as_it_arrives(county: &County, turns: &[prop::sample::Index], as_of: Time) -> Told {
    let mut waiting: BTreeMap<&Origin, std::slice::Iter<'_, Vec<u8>>> =
        county.logs.iter().map(|(origin, leaves)| (origin, leaves.iter())).collect();
    let mut links: BTreeMap<&Origin, Link> = BTreeMap::new();
    let mut arrived: Vec<(Origin, Entry)> = Vec::new();
    let mut registry = Registry::new(county.federation.clone());
    let mut matters: BTreeMap<MatterId, Chronicle> = BTreeMap::new();
    for turn in turns.iter().cycle() {
        waiting.retain(|_, leaves| !leaves.as_slice().is_empty());
        if waiting.is_empty() {
            break;
        }
        let origin = *waiting.keys().nth(turn.index(waiting.len())).unwrap();
        let leaf = waiting.get_mut(origin).unwrap().next().unwrap();
        let entry = links.entry(origin).or_insert_with(Link::start).step(leaf).unwrap();
        let bearing = registry.observe(origin, &entry);
        arrived.push((origin.clone(), entry));
        let newest = arrived.len() - 1;
        for (at, (origin, entry)) in arrived.iter().enumerate() {
            if at != newest && !bearing.is_on(origin, entry) {
                continue;
            }
            let Some(id) = entry.statement.statement().matter else { continue };
            let chronicle = matters.entry(id).or_insert_with(|| Chronicle::new(id, &Packs::built_in(), 8));
            chronicle.take(&record(&registry, origin, entry));
        }
    }
    let standings = arrived.iter().map(|(origin, entry)| ((origin.clone(), entry.index), registry.standing(origin, entry))).collect();
    let of_arrived = arrived.iter().map(|(origin, entry)| (origin, entry));
    let reading = Reading::of(&registry, COUNTY.parse::<Division>().unwrap(), of_arrived, |_, _| None);
    write(&standings, &matters, &reading, as_of)
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn two_readers_tell_the_same(county in history(), turns in prop::collection::vec(any::<prop::sample::Index>(), 40), ahead in 0..120_i64) {
        let as_of = county.latest().plus(ahead * 86_400);
        let (one, other) = (in_order(&county, as_of), as_it_arrives(&county, &turns, as_of));
        prop_assert_eq!(one.standings, other.standings);
        prop_assert_eq!(one.views, other.views);
        prop_assert_eq!(one.figures, other.figures);
    }
}

/// The law above would hold of silence as well: these histories are not silent.
#[test]
fn the_histories_hold_what_could_part_two_readers() {
    let mut runner = TestRunner::deterministic();
    let (mut standings, mut views, mut figures) = (String::new(), String::new(), String::new());
    for _ in 0..40 {
        let county = history().new_tree(&mut runner).unwrap().current();
        assert!(!county.bodies.is_empty());
        let told = in_order(&county, county.latest().plus(30 * 86_400));
        standings += &told.standings;
        views += &told.views;
        figures += &told.figures;
    }
    for standing in ["unknown-key", "revoked", "\"term_expired\":true", "\"term_expired\":false"] {
        assert!(standings.contains(standing), "no entry is ever {standing}");
    }
    for word in
        ["accepted", "overdue", "rejected", "withdrawn", "unanswered", "disputed", "done", "term-expired", "too-late", "corrected-by"]
    {
        assert!(views.contains(word), "no view ever says {word}");
    }
    assert!(figures.contains("\"place\":\"990101001201\""), "no figure ever has a case");
}
