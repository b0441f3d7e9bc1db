//! A small county for tests: a root, townships and villages with real keys, charters and logs.

#![allow(dead_code, reason = "each test binary uses its own part of the county")]

use std::collections::BTreeMap;

use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::cosignature::cosign;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::policy::{Policy, Witness};
use luodi_ledger::registry::{AppointFacts, CharterFacts, Operator, Registry, Term};
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;
use luodi_node::store::Read;

pub(crate) const FEDERATION: &str = "luodi.example/demo";
pub(crate) const COUNTY: &str = "990101000000";
pub(crate) const TOWNSHIPS: [&str; 2] = ["990101001000", "990101002000"];
pub(crate) const VILLAGES: [&str; 5] = ["990101001201", "990101001202", "990101001203", "990101002201", "990101002202"];

pub(crate) fn division(text: &str) -> Division {
    text.parse().unwrap()
}

pub(crate) fn origin(of: Division) -> Origin {
    Origin { federation: FEDERATION.parse().unwrap(), division: of, generation: 1 }
}

fn key(name: &str, kind: KeyKind) -> SignerKey {
    SignerKey::from_seed(name, kind, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

pub(crate) fn office(of: Division, office: &str) -> SignerKey {
    key(&format!("{FEDERATION}/{of}/{office}"), KeyKind::Ed25519)
}

pub(crate) fn log_key(of: Division) -> SignerKey {
    key(&origin(of).to_string(), KeyKind::Ed25519)
}

pub(crate) fn witness_key(of: Division) -> SignerKey {
    key(&format!("{FEDERATION}/{of}/witness"), KeyKind::Cosigner)
}

/// A node as its charter tells of it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) division: Division,
    pub(crate) peer: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) witnesses: Vec<Division>,
}

impl Node {
    pub(crate) fn new(of: &str, peer: impl Into<String>) -> Self {
        Self { division: division(of), peer: peer.into(), addresses: vec![], witnesses: vec![] }
    }

    fn charter(&self) -> CharterFacts {
        let log = log_key(self.division);
        let witnesses: Vec<Witness> = self
            .witnesses
            .iter()
            .enumerate()
            .map(|(n, of)| Witness { name: format!("w{n}"), key: witness_key(*of).public().clone(), url: None })
            .collect();
        let operators =
            witnesses.iter().zip(&self.witnesses).map(|(witness, of)| Operator { name: witness.name.clone(), operator: of.to_string() });
        CharterFacts {
            addresses: self.addresses.clone(),
            former: None,
            from: 0,
            keys: vec![log.public().clone()],
            node: office(self.division, "node").public().clone(),
            number: 1,
            origin: origin(self.division),
            peer: self.peer.clone(),
            policy: Policy::of_two_thirds(log.public(), &witnesses).unwrap().to_string(),
            witness: Some(witness_key(self.division).public().clone()),
            witnesses: operators.collect(),
        }
    }
}

/// The federation of `nodes`, the first of which is the root's.
pub(crate) fn federation(nodes: &[Node]) -> FederationFile {
    FederationFile {
        name: FEDERATION.parse().unwrap(),
        offset: 8,
        root: nodes[0].division,
        keys: vec![office(nodes[0].division, "government").public().clone()],
        earlier: vec![],
        charter: nodes[0].charter(),
    }
}

/// A log under construction.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) division: Division,
    pub(crate) link: Link,
    pub(crate) tree: CompactRange,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) read: Vec<Option<Read>>,
}

impl Author {
    pub(crate) fn new(of: Division) -> Self {
        Self { division: of, link: Link::start(), tree: CompactRange::new(), entries: vec![], leaves: vec![], read: vec![] }
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Any bytes may be a leaf.
    pub(crate) fn push(&mut self, leaf: Vec<u8>) {
        self.read.push(self.link.step(&leaf).ok().as_ref().map(Read::of));
        self.leaves.push(Hash::leaf(&leaf));
        self.tree.append(Hash::leaf(&leaf));
        self.entries.push(leaf);
    }

    pub(crate) fn say(&mut self, by: &SignerKey, kind: &str, facts: Facts, body: Option<&[u8]>) {
        let logged: Time = "2026-06-01T00:00:00Z".parse::<Time>().unwrap().plus(i64::try_from(self.link.index).unwrap());
        let statement = Statement {
            log: origin(self.division),
            by: [by.public().name().parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: None,
            time: logged,
            facts,
            body: body.map(BodyRef::of),
        };
        let statement = statement.sign(std::slice::from_ref(by)).unwrap();
        let entry = Entry { index: self.link.index, previous: self.link.previous, logged, statement };
        self.push(entry.to_bytes());
    }

    pub(crate) fn head(&self) -> SignedCheckpoint {
        let head = Checkpoint { origin: origin(self.division).to_string(), size: self.size(), root: self.tree.root() };
        head.sign(&[log_key(self.division)])
    }

    pub(crate) fn witnessed(&self, by: &[Division]) -> SignedCheckpoint {
        let mut head = self.head();
        let lines: Vec<_> = by.iter().map(|of| cosign(&head, &witness_key(*of), "2026-06-02T00:00:00Z".parse().unwrap())).collect();
        for line in lines {
            head.note_mut().add(line);
        }
        head
    }
}

/// The root's log: it charters every other node and appoints its committee.
pub(crate) fn root_log(nodes: &[Node]) -> Author {
    let mut author = Author::new(nodes[0].division);
    let government = office(nodes[0].division, "government");
    for node in &nodes[1..] {
        author.say(&government, "charter", Facts::of(&node.charter()).unwrap(), None);
        let committee = office(node.division, "committee");
        let facts = AppointFacts {
            basis: "election".into(),
            keys: vec![committee.public().clone()],
            office: committee.public().name().parse().unwrap(),
            succeeds: None,
            term: Term { from: "2026-01-01".parse().unwrap(), until: None },
        };
        author.say(&government, "appoint", Facts::of(&facts).unwrap(), None);
    }
    author
}

/// The registry of a node that has read these logs.
pub(crate) fn registry<'a>(nodes: &[Node], logs: impl IntoIterator<Item = &'a Author>) -> Registry {
    let mut registry = Registry::new(federation(nodes));
    let mut entries = Vec::new();
    for log in logs {
        entries.extend(log.entries.iter().filter_map(|leaf| Some((origin(log.division), Entry::parse(leaf).ok()?))));
    }
    registry.observe_all(entries.iter().map(|(origin, entry)| (origin, entry)));
    registry
}

/// The authors of all logs, by division.
pub(crate) type Authors = BTreeMap<Division, Author>;
