//! A fictional county for tests: real keys, real logs, real heads, built with `ledger` alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_explorer::config::{Config, NodeConfig};
use luodi_explorer::index::{Snapshot, SourceState};
use luodi_explorer::site::Site;
use luodi_explorer::source::{Holdings, Want};
use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::cosignature::cosign;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::words::Words;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, MatterId, Origin};
use luodi_ledger::policy::{Policy, Witness};
use luodi_ledger::registry::{AppointFacts, CharterFacts, DivisionFacts, Operator, RevokeFacts, Term};
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::{Date, Time};

pub mod beside;
pub mod story;

pub const FEDERATION: &str = "luodi.example/test";
pub const COUNTY: &str = "990101000000";
pub const TOWNSHIP: &str = "990101001000";
pub const VILLAGE: &str = "990101001201";
pub const OTHER: &str = "990101001202";
pub const NOW: &str = "2026-11-22T08:00:00Z";

pub const PLACES: &str = "990101000000,槐安县,Huai'an County\n990101001000,杏坪镇,Xingping Town\n\
                          990101001201,杏花村,Xinghua Village\n990101001202,石桥村,Shiqiao Village\n";

pub fn now() -> Time {
    NOW.parse().unwrap()
}

/// The civil date `days` ago; in the future if negative.
pub fn ago(days: i64) -> Date {
    now().plus(-days * 86_400).civil_date(8)
}

pub fn division(code: &str) -> Division {
    code.parse().unwrap()
}

pub fn origin(code: &str) -> Origin {
    format!("{FEDERATION}/log/{code}/1").parse().unwrap()
}

fn key(name: &str, kind: KeyKind) -> SignerKey {
    SignerKey::from_seed(name, kind, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

pub fn office(code: &str, office: &str) -> SignerKey {
    key(&format!("{FEDERATION}/{code}/{office}"), KeyKind::Ed25519)
}

fn witness(code: &str) -> SignerKey {
    key(&format!("{FEDERATION}/{code}/witness"), KeyKind::Cosigner)
}

fn log_key(code: &str) -> SignerKey {
    key(&origin(code).to_string(), KeyKind::Ed25519)
}

fn witnesses_of(code: &str) -> Vec<&'static str> {
    [COUNTY, TOWNSHIP, VILLAGE, OTHER].into_iter().filter(|other| *other != code).collect()
}

fn charter(code: &str) -> CharterFacts {
    let witnesses: Vec<Witness> = witnesses_of(code)
        .into_iter()
        .enumerate()
        .map(|(number, code)| Witness { name: format!("w{number}"), key: witness(code).public().clone(), url: None })
        .collect();
    CharterFacts {
        addresses: vec!["/ip4/127.0.0.1/tcp/9000".into()],
        former: None,
        from: 0,
        keys: vec![log_key(code).public().clone()],
        node: office(code, "node").public().clone(),
        number: 1,
        origin: origin(code),
        peer: "12D3KooWExample".into(),
        policy: Policy::of_two_thirds(log_key(code).public(), &witnesses).unwrap().to_string(),
        witness: Some(witness(code).public().clone()),
        witnesses: witnesses.iter().map(|witness| Operator { name: witness.name.clone(), operator: witness.name.clone() }).collect(),
    }
}

pub fn federation() -> FederationFile {
    FederationFile {
        name: FEDERATION.parse().unwrap(),
        offset: 8,
        root: division(COUNTY),
        keys: vec![office(COUNTY, "government").public().clone()],
        earlier: vec![],
        charter: charter(COUNTY),
    }
}

/// One log under construction.
#[derive(Clone)]
pub struct Log {
    pub leaves: Vec<Vec<u8>>,
    link: Link,
}

/// All logs under construction.
#[derive(Clone, Default)]
pub struct County {
    pub logs: BTreeMap<String, Log>,
    pub bodies: BTreeMap<Blake3, Vec<u8>>,
}

impl County {
    /// The county with its charters and offices registered.
    pub fn registered() -> Self {
        let mut county = Self::default();
        county.appoint(COUNTY, COUNTY, "civil-affairs", "槐安县民政局");
        for (by, below) in [(COUNTY, TOWNSHIP), (TOWNSHIP, VILLAGE), (TOWNSHIP, OTHER)] {
            county.register(by, "charter", Facts::of(&charter(below)).unwrap(), &Words::default());
            let offices: &[(&str, &str)] = match below {
                TOWNSHIP => &[("government", "杏坪镇人民政府")],
                VILLAGE => &[("party", "杏花村党支部"), ("committee", "杏花村村民委员会"), ("supervisors", "杏花村村务监督委员会")],
                _ => &[("party", "石桥村党支部"), ("committee", "石桥村村民委员会"), ("supervisors", "石桥村村务监督委员会")],
            };
            for (word, name) in offices {
                county.appoint(by, below, word, name);
            }
        }
        // An office that was registered by mistake, and a village that got its code anew.
        county.appoint(TOWNSHIP, OTHER, "owners", "石桥村业主委员会");
        let ended = RevokeFacts { key: office(OTHER, "owners").public().clone(), reason: "error".into(), valid: vec![] };
        county.register(TOWNSHIP, "revoke", Facts::of(&ended).unwrap(), &Words::default());
        let change = DivisionFacts {
            division: division(OTHER),
            name: "石桥村".into(),
            parent: None,
            successor_of: vec![division("990101001299")],
            vintage: "2025-07-01".parse().unwrap(),
        };
        county.register(TOWNSHIP, "division", Facts::of(&change).unwrap(), &Words::default());
        county
    }

    fn appoint(&mut self, by: &str, below: &str, word: &str, name: &str) {
        let english = Words { name: Some(format!("{} of {below}", word.replace('-', " "))), ..Words::default() };
        let words = Words {
            name: Some(name.to_owned()),
            phone: Some("0000-0005".into()),
            address: Some("便民服务大厅（示例）".into()),
            en: Some(Box::new(english)),
            ..Words::default()
        };
        let facts = AppointFacts {
            basis: "election".into(),
            keys: vec![office(below, word).public().clone()],
            office: office(below, word).public().name().parse().unwrap(),
            succeeds: None,
            term: Term { from: "2024-01-01".parse().unwrap(), until: Some("2028-12-31".parse().unwrap()) },
        };
        self.register(by, "appoint", Facts::of(&facts).unwrap(), &words);
    }

    pub fn register(&mut self, by: &str, kind: &str, facts: Facts, words: &Words) {
        let at: Time = "2026-01-02T02:00:00Z".parse().unwrap();
        self.add(by, &[office(by, "government")], kind, None, facts, words, at);
    }

    /// Adds an entry signed with `keys` as they are, whoever they belong to.
    #[expect(clippy::too_many_arguments, reason = "a statement has this many parts")]
    pub fn add(
        &mut self,
        code: &str,
        keys: &[SignerKey],
        kind: &str,
        matter: Option<MatterId>,
        facts: Facts,
        words: &Words,
        at: Time,
    ) -> Reference {
        let log = self.logs.entry(code.to_owned()).or_insert_with(|| Log { leaves: Vec::new(), link: Link::start() });
        let body = (*words != Words::default()).then(|| words.to_bytes().unwrap());
        let mut by: Vec<_> = keys.iter().map(|key| key.public().name().parse().unwrap()).collect();
        by.sort();
        let at = at.max(log.link.not_before);
        let statement = Statement {
            log: origin(code),
            by: by.into(),
            kind: kind.parse().unwrap(),
            matter,
            time: at,
            facts,
            body: body.as_ref().map(|bytes| BodyRef::of(bytes)),
        };
        let signed = statement.sign(keys).unwrap();
        let entry = Entry { index: log.link.index, previous: log.link.previous, logged: at, statement: signed };
        let leaf = entry.to_bytes();
        log.link.step(&leaf).unwrap();
        log.leaves.push(leaf);
        if let Some(body) = body {
            self.bodies.insert(Blake3::of(&body), body);
        }
        Reference { log: origin(code), index: entry.index, id: entry.statement.id() }
    }

    /// The newest head of a log, cosigned by all its witnesses.
    pub fn head(&self, code: &str) -> SignedCheckpoint {
        head_over(code, &self.logs[code].leaves)
    }

    /// What a reader holds after reading two nodes that serve all of it.
    pub fn holdings(&self) -> Holdings {
        let mut holdings = Holdings::new(federation());
        for source in 0..2 {
            self.offer_all(&mut holdings, source);
        }
        holdings
    }

    /// Has `source` show everything.
    pub fn offer_all(&self, holdings: &mut Holdings, source: usize) {
        // Codes sort from the county down.
        for code in self.logs.keys() {
            self.offer(holdings, source, code);
        }
    }

    pub fn offer(&self, holdings: &mut Holdings, source: usize, code: &str) {
        let (origin, head) = (origin(code), self.head(code).to_bytes());
        if let Want::Entries { from, to } = holdings.offer_head(source, &origin, &head) {
            let leaves = &self.logs[code].leaves[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
            holdings.offer_entries(source, &origin, from, leaves);
        }
        holdings.offer_checkpoint(source, &origin, &head);
        for named in holdings.missing_bodies(&origin) {
            if let Some(bytes) = self.bodies.get(&named.hash) {
                assert!(holdings.offer_body(&origin, &named, bytes.clone()));
            }
        }
    }

    /// The site over all of it.
    pub fn site(&self) -> Arc<Site> {
        site_over(&mut self.holdings())
    }
}

/// A head over these leaves, signed by the log and cosigned by all its witnesses.
pub fn head_over(code: &str, leaves: &[Vec<u8>]) -> SignedCheckpoint {
    let mut range = CompactRange::new();
    for leaf in leaves {
        range.append(Hash::leaf(leaf));
    }
    let checkpoint = Checkpoint { origin: origin(code).to_string(), size: range.size(), root: range.root() };
    let mut head = checkpoint.sign(&[log_key(code)]);
    for code in witnesses_of(code) {
        let line = cosign(&head, &witness(code), now());
        head.note_mut().add(line);
    }
    head
}

pub fn sources() -> Vec<SourceState> {
    let source = |code: &str| SourceState {
        url: format!("http://{code}.example"),
        division: Some(division(code)),
        answered: Some(now()),
        failing: None,
    };
    vec![source(COUNTY), source(TOWNSHIP)]
}

pub fn site_over(holdings: &mut Holdings) -> Arc<Site> {
    site_of(Snapshot::rebuild(holdings, &sources(), now()))
}

/// The site over one moment.
pub fn site_of(snapshot: Snapshot) -> Arc<Site> {
    site_at("http://127.0.0.1:1", snapshot)
}

/// The same, reading files from a node at that address.
pub fn site_at(node: &str, snapshot: Snapshot) -> Arc<Site> {
    let folder = tempfile::tempdir().unwrap();
    let (file, places) = (folder.path().join("federation.txt"), folder.path().join("places.csv"));
    std::fs::write(&file, federation().to_string()).unwrap();
    std::fs::write(&places, PLACES).unwrap();
    let config = Config {
        federation: file,
        node: vec![NodeConfig { url: node.into(), division: None }],
        listen: "127.0.0.1:0".parse().unwrap(),
        prefix: String::new(),
        frames: vec![],
        divisions: Some(places),
        staged: true,
    };
    let (sender, receiver) = tokio::sync::watch::channel(Arc::new(snapshot));
    // The receiver keeps the last value after its sender has gone.
    drop(sender);
    Site::new(config.settings().unwrap(), receiver, Arc::new(now))
}
