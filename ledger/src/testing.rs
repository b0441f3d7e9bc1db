//! A small county for tests: names, keys from seeds, logs under construction.

use std::collections::BTreeMap;

use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::entry::{Entry, Link};
use crate::facts::Facts;
use crate::federation::FederationFile;
use crate::hash::Blake3;
use crate::key::{KeyKind, SignerKey};
use crate::merkle::{CompactRange, Hash};
use crate::names::Origin;
use crate::policy::{Policy, Witness};
use crate::registry::{AppointFacts, CharterFacts, Operator, Registry, RevokeFacts, Term, ValidUpTo};
use crate::standing::Standing;
use crate::statement::{BodyRef, Kind, SignedStatement, Statement};
use crate::time::Time;

pub(crate) const FEDERATION: &str = "luodi.example/demo";
pub(crate) const COUNTY: &str = "990101000000";
pub(crate) const TOWNSHIP: &str = "990101001000";
pub(crate) const VILLAGE: &str = "990101001201";
pub(crate) const OTHER: &str = "990101001202";

pub(crate) fn seed(name: &str) -> [u8; 32] {
    *Blake3::of(name.as_bytes()).as_bytes()
}

/// The log of a division: its first generation, or `<division>/<generation>`.
pub(crate) fn origin(log: &str) -> Origin {
    let generation = if log.contains('/') { "" } else { "/1" };
    format!("{FEDERATION}/log/{log}{generation}").parse().unwrap()
}

pub(crate) fn office(division: &str, office: &str) -> SignerKey {
    let name = format!("{FEDERATION}/{division}/{office}");
    SignerKey::from_seed(&name, KeyKind::Ed25519, &seed(&name)).unwrap()
}

/// A further key of an office.
pub(crate) fn office_key(division: &str, office: &str, number: u32) -> SignerKey {
    let name = format!("{FEDERATION}/{division}/{office}");
    SignerKey::from_seed(&name, KeyKind::Ed25519, &seed(&format!("{name} {number}"))).unwrap()
}

pub(crate) fn log_key(division: &str) -> SignerKey {
    let name = origin(division).to_string();
    SignerKey::from_seed(&name, KeyKind::Ed25519, &seed(&name)).unwrap()
}

pub(crate) fn witness_key(division: &str) -> SignerKey {
    let name = format!("{FEDERATION}/{division}/witness");
    SignerKey::from_seed(&name, KeyKind::Cosigner, &seed(&name)).unwrap()
}

/// A charter whose quorum is the one witness of `by`.
pub(crate) fn witnessed_charter(division: &str, by: &str) -> CharterFacts {
    let witness = Witness { name: "above".into(), key: witness_key(by).public().clone(), url: None };
    CharterFacts {
        policy: Policy::of_two_thirds(log_key(division).public(), &[witness]).unwrap().to_string(),
        witnesses: vec![Operator { name: "above".into(), operator: by.into() }],
        ..charter_facts(division)
    }
}

pub(crate) fn charter_facts(division: &str) -> CharterFacts {
    let origin = origin(division);
    let log = log_key(division);
    CharterFacts {
        addresses: vec!["/ip4/127.0.0.1/tcp/9000".into()],
        former: None,
        from: 0,
        keys: vec![log.public().clone()],
        node: office(&origin.division.to_string(), "node").public().clone(),
        number: 1,
        origin,
        peer: "12D3KooWExample".into(),
        policy: Policy::of_two_thirds(log.public(), &[]).unwrap().to_string(),
        witness: None,
        witnesses: vec![],
    }
}

pub(crate) fn federation() -> FederationFile {
    FederationFile {
        name: FEDERATION.parse().unwrap(),
        offset: 8,
        root: COUNTY.parse().unwrap(),
        keys: vec![office(COUNTY, "government").public().clone()],
        earlier: vec![],
        charter: charter_facts(COUNTY),
    }
}

pub(crate) fn appoint(key: &SignerKey, until: Option<&str>) -> (&'static str, Facts) {
    let facts = AppointFacts {
        basis: "election".into(),
        keys: vec![key.public().clone()],
        office: key.public().name().parse().unwrap(),
        succeeds: None,
        term: Term { from: "2026-01-01".parse().unwrap(), until: until.map(|day| day.parse().unwrap()) },
    };
    ("appoint", Facts::of(&facts).unwrap())
}

pub(crate) fn revoke(key: &SignerKey, valid: &[(&str, u64)]) -> (&'static str, Facts) {
    let valid = valid.iter().map(|(division, size)| ValidUpTo { log: origin(division), size: *size }).collect();
    ("revoke", Facts::of(&RevokeFacts { key: key.public().clone(), reason: "lost".into(), valid }).unwrap())
}

/// Logs under construction.
pub(crate) struct World {
    pub(crate) federation: FederationFile,
    pub(crate) links: BTreeMap<String, Link>,
    pub(crate) entries: Vec<(Origin, Entry)>,
}

impl Default for World {
    fn default() -> Self {
        Self::of(federation())
    }
}

impl World {
    pub(crate) fn of(federation: FederationFile) -> Self {
        Self { federation, links: BTreeMap::new(), entries: Vec::new() }
    }

    pub(crate) fn say(&mut self, division: &str, by: &SignerKey, said: (&str, Facts)) -> usize {
        self.say_with(division, by, said, None)
    }

    pub(crate) fn say_with(&mut self, division: &str, by: &SignerKey, (kind, facts): (&str, Facts), body: Option<BodyRef>) -> usize {
        let link = self.links.entry(division.to_owned()).or_insert_with(Link::start);
        let logged: Time = "2026-06-01T00:00:00Z".parse::<Time>().unwrap().plus(i64::try_from(link.index).unwrap() * 86_400 * 30);
        let kind: Kind = kind.parse().unwrap();
        let matter = (!kind.is_registry()).then(|| format!("{}-2026-0001", origin(division).division).parse().unwrap());
        let statement =
            Statement { log: origin(division), by: [by.public().name().parse().unwrap()].into(), kind, matter, time: logged, facts, body };
        let statement: SignedStatement = statement.sign(std::slice::from_ref(by)).unwrap();
        let entry = Entry { index: link.index, previous: link.previous, logged, statement };
        link.step(&entry.to_bytes()).unwrap();
        self.entries.push((origin(division), entry));
        self.entries.len() - 1
    }

    pub(crate) fn registry(&self) -> Registry {
        let mut registry = Registry::new(self.federation.clone());
        registry.observe_all(self.entries.iter().map(|(origin, entry)| (origin, entry)));
        registry
    }

    pub(crate) fn standing(&self, at: usize) -> Standing {
        let (origin, entry) = &self.entries[at];
        self.registry().standing(origin, entry)
    }

    pub(crate) fn leaves(&self, division: &str) -> Vec<Hash> {
        let of = origin(division);
        self.entries.iter().filter(|(log, _)| log == &of).map(|(_, entry)| Hash::leaf(&entry.to_bytes())).collect()
    }

    pub(crate) fn head(&self, division: &str) -> SignedCheckpoint {
        self.head_by(division, &[log_key(division)])
    }

    pub(crate) fn head_by(&self, division: &str, keys: &[SignerKey]) -> SignedCheckpoint {
        let mut range = CompactRange::default();
        let leaves = self.leaves(division);
        for leaf in &leaves {
            range.append(*leaf);
        }
        Checkpoint { origin: origin(division).to_string(), size: leaves.len() as u64, root: range.root() }.sign(keys)
    }
}
