//! Judging a receipt with nothing but the federation file.

use std::collections::BTreeSet;

use super::{ChainLog, Receipt};
use crate::checkpoint::SignedCheckpoint;
use crate::entry::Entry;
use crate::federation::FederationFile;
use crate::merkle::{Hash, verify_inclusion};
use crate::names::Origin;
use crate::registry::{Registry, Witnessing};
use crate::{Malformed, Rejected};

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What, as a stable word: `form`, `federation`, `chain`, `head`, `inclusion`, `authority`, `body`, `witnesses`.
    pub name: &'static str,
    /// What was found when it passed, or why it failed.
    pub result: Result<String, String>,
}

/// How recent the proof of authority is, for one ancestor's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The log.
    pub origin: Origin,
    /// The size of the head inside.
    pub size: u64,
    /// POSIX seconds of its newest cosignature, if it bears one.
    pub cosigned: Option<u64>,
}

/// What a receipt proves.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The checks, in order; the list ends with the first that failed.
    pub checks: Vec<Check>,
    /// The entry, once it has been read.
    pub entry: Option<Entry>,
    /// The log it stands in.
    pub origin: Option<Origin>,
    /// The body, if the receipt carries it and it is the one the entry names.
    pub body: Option<Vec<u8>>,
    /// Who else has checked the head.
    pub witnessing: Option<Witnessing>,
    /// How recent the proof of authority is.
    pub as_of: Vec<AsOf>,
}

impl Report {
    /// Whether every check passed.
    pub fn is_verified(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.result.is_ok())
    }

    fn pass(&mut self, name: &'static str, found: impl Into<String>) {
        self.checks.push(Check { name, result: Ok(found.into()) });
    }
}

/// A check that failed; ends the list.
struct Failed(&'static str, String);

impl Failed {
    fn at<E: std::fmt::Display>(name: &'static str) -> impl Fn(E) -> Self {
        move |error| Self(name, error.to_string())
    }
}

/// Checks a receipt, off line. Every failure is in the report; there is no other error.
pub fn verify(bytes: &[u8], federation: &FederationFile) -> Report {
    let mut report = Report::default();
    if let Err(Failed(name, why)) = run(bytes, federation, &mut report) {
        report.checks.push(Check { name, result: Err(why) });
    }
    report
}

fn run(bytes: &[u8], federation: &FederationFile, report: &mut Report) -> Result<(), Failed> {
    let receipt = Receipt::parse(bytes).map_err(Failed::at::<Malformed>("form"))?;
    report.pass("form", format!("{} bytes read", bytes.len()));

    if receipt.federation != federation.hash() {
        return Err(Failed("federation", format!("it rests on another federation file ({})", receipt.federation)));
    }
    report.pass("federation", federation.fingerprint());

    let registry = read_chain(&receipt.chain, federation, report)?;

    let entry = Entry::parse(&receipt.entry).map_err(Failed::at::<Malformed>("entry"))?;
    let origin = entry.statement.statement().log.clone();
    if entry.index != receipt.index {
        return Err(Failed("entry", format!("bears index {}, the proof is for {}", entry.index, receipt.index)));
    }
    let witnessing = check_head(&registry, &origin, &receipt.head)?;
    report.pass("head", format!("{origin} · {}", receipt.head.size()));
    include(&receipt.entry, receipt.index, &receipt.hashes, &receipt.head)?;
    report.pass("inclusion", format!("entry {} of {}", entry.index, receipt.head.size()));

    let expired = registry.judge(&origin, &entry).map_err(|denied| Failed("authority", denied.ground.to_string()))?;
    report.pass("authority", if expired { "signed after the term had ended" } else { "signed by keys in office" });

    if let Some(body) = &receipt.body {
        if !entry.statement.statement().body.is_some_and(|named| named.names(body)) {
            return Err(Failed("body", "it is not the body that the statement names".to_owned()));
        }
        report.pass("body", format!("{} bytes", body.len()));
        report.body = Some(body.clone());
    }
    let found = match &witnessing {
        Witnessing::Met(by) => format!("quorum met by {}", by.len()),
        Witnessing::Short(by) => format!("{} so far, the quorum is not met: only the log itself answers for it", by.len()),
        Witnessing::NobodyAsked => "nobody else has checked".to_owned(),
    };
    report.pass("witnesses", found);
    report.entry = Some(entry);
    report.origin = Some(origin);
    report.witnessing = Some(witnessing);
    Ok(())
}

/// Takes in the ancestors' entries, highest log first; each is proven before the registry hears of it.
fn read_chain(chain: &[ChainLog], federation: &FederationFile, report: &mut Report) -> Result<Registry, Failed> {
    let mut registry = Registry::new(federation.clone());
    let mut links = 0;
    for log in chain {
        let origin: Origin = log.head.checkpoint().origin.parse().map_err(Failed::at::<Malformed>("chain"))?;
        let at = |why: String| Failed("chain", format!("{origin}: {why}"));
        check_head(&registry, &origin, &log.head).map_err(|Failed(_, why)| at(why))?;
        let mut entries = Vec::new();
        for link in &log.links {
            include(&link.entry, link.index, &link.hashes, &log.head).map_err(|Failed(_, why)| at(why))?;
            let entry = Entry::parse(&link.entry).map_err(|fault| at(fault.to_string()))?;
            if entry.index != link.index {
                return Err(at(format!("entry {} bears index {}", link.index, entry.index)));
            }
            entries.push(entry);
        }
        registry.observe_all(entries.iter().map(|entry| (&origin, entry)));
        // A link that does not count proves nothing, and a changed byte in it must not pass unseen.
        for entry in &entries {
            registry.judge(&origin, entry).map_err(|denied| at(format!("entry {}: {}", entry.index, denied.ground)))?;
        }
        links += entries.len();
        let cosigned = newest_cosignature(&registry, &origin, &log.head);
        report.as_of.push(AsOf { origin, size: log.head.size(), cosigned });
    }
    report.pass("chain", format!("{links} entries of {} logs above", chain.len()));
    Ok(registry)
}

/// The log's signature, and that every line is by a key of its charter: an unknown line has no business in a receipt.
fn check_head(registry: &Registry, origin: &Origin, head: &SignedCheckpoint) -> Result<Witnessing, Failed> {
    registry.open_head(origin, &head.to_bytes()).map_err(Failed::at("head"))?;
    let witnessing = registry.witnessing(origin, head).map_err(Failed::at::<Rejected>("head"))?;
    let charter = registry.charter_at(origin, head.size());
    let known: BTreeSet<(&str, u32)> = charter
        .iter()
        .flat_map(|charter| charter.facts.keys.iter().chain(charter.policy.witnesses().iter().map(|witness| &witness.key)))
        .map(|key| (key.name(), key.id()))
        .collect();
    match head.note().signatures().iter().find(|line| !known.contains(&(line.name.as_str(), line.id))) {
        Some(line) => Err(Failed("head", format!("a signature line by {}, which the charter does not name", line.name))),
        None => Ok(witnessing),
    }
}

fn include(entry: &[u8], index: u64, hashes: &[Hash], head: &SignedCheckpoint) -> Result<(), Failed> {
    verify_inclusion(Hash::leaf(entry), index, head.size(), head.root(), hashes).map_err(Failed::at::<Rejected>("inclusion"))
}

fn newest_cosignature(registry: &Registry, origin: &Origin, head: &SignedCheckpoint) -> Option<u64> {
    let charter = registry.charter_at(origin, head.size())?;
    let keys: Vec<_> = charter.policy.witnesses().iter().map(|witness| witness.key.clone()).collect();
    head.cosigners(&keys).ok()?.iter().map(|verified| verified.time).max()
}
