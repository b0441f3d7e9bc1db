//! The start rule: after every start a node seals nothing until it knows that it holds the newest head of its own log.
//!
//! A node restored from an old copy would otherwise sign a second history. So it asks every holder its charter names — the nodes that
//! witness its log — for the newest head they hold. It waits up to [`PATIENCE`] and needs one answer ("I hold none" is one); a newer head
//! that extends its own is fetched and adopted first; one that contradicts it stops the log.
//!
//! A node restored from a backup is known to be old. It hears everybody, and is content only when the witnesses that have not answered could
//! not make a quorum by themselves: of n witnesses of which k are wanted, n−k+1 must have answered. So no head that met its quorum since
//! can be unknown to all who answered.
//!
//! Exceptions, none of which a restored node has: a log with no other holder in its charter; a log that has never been sealed ([`NEWBORN`]), of which nobody can hold more;
//! and the operator's recorded word ([`ALONE`]). None of them opens a log that evidence in store convicts.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::follow::{Verdict, judge_with};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::policy::Witness;
use luodi_ledger::registry::Registry;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::peering::CONVICTED;
use super::reaching::division_of;
use crate::convictions::convicted;
use crate::marks::{ALONE, NEWBORN};
use crate::registrar::Registrar;
use crate::sequencing::Gate;
use crate::store::{ReadError, Reader};

/// How long answers are waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long until the holders are asked again.
const AGAIN: Duration = Duration::from_millis(250);

/// What a holder answers about our log: the newest head it holds, if any.
pub(super) type Held = Option<Vec<u8>>;

/// How holders are asked.
pub(super) trait Holders: Send + Sync {
    /// The answers of the connected holders of `origin`.
    fn newest_heads(&self, origin: &Origin) -> impl Future<Output = Vec<(Division, Held)>> + Send;
    /// Whether this node's own log is fetched from others.
    fn follow_own(&self, follow: bool) -> impl Future<Output = ()> + Send;
}

/// Opens `gate` when the rule is satisfied; stops it on a contradiction.
pub(super) async fn run(
    origin: Origin,
    reader: Reader,
    registrar: Registrar,
    holders: impl Holders,
    gate: watch::Sender<Gate>,
    restored: bool,
) {
    // Until an ancestor has chartered the log nobody could check what it seals.
    let mut registry = registrar.watch();
    if registry.wait_for(|registry| registry.charter(&origin).is_some()).await.is_err() {
        return;
    }
    let exempt = if restored { Ok(None) } else { exempt(&origin, &reader, &registrar) };
    let outcome = match (convicted(&reader, &registrar.snapshot()), exempt) {
        (Ok(logs), _) if logs.contains(&origin) => Gate::Stopped(CONVICTED.to_owned()),
        (Ok(_), Ok(Some(why))) => {
            tracing::info!(why, "the log is open");
            Gate::Open
        }
        (Ok(_), Ok(None)) => {
            holders.follow_own(true).await;
            let outcome = ask(&origin, &reader, &registrar, &holders, restored).await;
            holders.follow_own(false).await;
            outcome
        }
        (Err(error), _) | (_, Err(error)) => Gate::Stopped(error.to_string()),
    };
    if let Gate::Stopped(why) = &outcome {
        tracing::error!(%why, "the log is not written");
    }
    // Evidence against it may have come meanwhile.
    gate.send_if_modified(|gate| {
        let was_confirming = *gate == Gate::Confirming;
        if was_confirming {
            *gate = outcome;
        }
        was_confirming
    });
}

/// Why the log may be opened without asking, if it may.
fn exempt(origin: &Origin, reader: &Reader, registrar: &Registrar) -> Result<Option<&'static str>, ReadError> {
    if reader.setting(ALONE)?.is_some() {
        return Ok(Some("the operator has said that nobody else holds it (--alone)"));
    }
    let sealed = reader.log(origin)?.is_some_and(|state| state.size > 0);
    if !sealed && reader.setting(NEWBORN)?.is_some() {
        return Ok(Some("it is new"));
    }
    Ok(holders_of(origin, registrar).is_empty().then_some("its charter names no other holder"))
}

/// The divisions whose nodes hold our log because they witness it.
fn holders_of(origin: &Origin, registrar: &Registrar) -> BTreeSet<Division> {
    let registry = registrar.snapshot();
    let Some(charter) = registry.charter(origin) else { return BTreeSet::new() };
    let named = charter.policy.witnesses().iter().filter_map(division_of);
    named.filter(|division| *division != origin.division).collect()
}

async fn ask(origin: &Origin, reader: &Reader, registrar: &Registrar, holders: &impl Holders, restored: bool) -> Gate {
    let patience = Instant::now() + PATIENCE;
    let mut told = false;
    loop {
        let divisions = holders_of(origin, registrar);
        let mut answered = holders.newest_heads(origin).await;
        let content = if restored {
            let who = answered.iter().map(|(division, _)| *division).collect();
            is_enough_after_restore(&registrar.snapshot(), origin, &who)
        } else {
            answered.retain(|(division, _)| divisions.contains(division));
            answered.len() == divisions.len() || (!answered.is_empty() && Instant::now() >= patience)
        };
        match compare(origin, reader, registrar, answered.iter().filter_map(|(_, held)| held.as_ref())) {
            Ok(Standing::Newest) if content => {
                tracing::info!(answered = answered.len(), of = divisions.len(), "the log is open: no holder knows a newer head");
                return Gate::Open;
            }
            Ok(Standing::Newest) => {}
            Ok(Standing::Behind(size)) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(size, "a peer holds more of our own log; fetching it first");
                }
            }
            Ok(Standing::Forked(size)) => {
                return Gate::Stopped(format!(
                    "a peer holds a head of size {size} under our key that contradicts ours; the county must charter the next generation"
                ));
            }
            Err(error) => return Gate::Stopped(error.to_string()),
        }
        sleep(AGAIN).await;
    }
}

/// Whether those who have not answered could not have witnessed a head by themselves. Where nobody is asked to witness, one answer of any
/// member is enough, and none where there is no other member.
fn is_enough_after_restore(registry: &Registry, origin: &Origin, answered: &BTreeSet<Division>) -> bool {
    let Some(charter) = registry.charter(origin) else { return false };
    if charter.policy.asks_nobody() {
        let others = registry.charters().any(|charter| charter.facts.origin.division != origin.division);
        return !others || answered.iter().any(|division| *division != origin.division);
    }
    let has_answered = |witness: &Witness| division_of(witness).is_some_and(|division| answered.contains(&division));
    let silent = charter.policy.witnesses().iter().filter(|witness| !has_answered(witness));
    !charter.policy.is_satisfied_by(silent.map(|witness| &witness.key))
}

enum Standing {
    Newest,
    /// A head of this size is to be fetched first.
    Behind(u64),
    Forked(u64),
}

fn compare<'a>(
    origin: &Origin,
    reader: &Reader,
    registrar: &Registrar,
    heads: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<Standing, ReadError> {
    let registry = registrar.snapshot();
    let Some(state) = reader.log(origin)? else { return Ok(Standing::Newest) };
    let mut standing = Standing::Newest;
    // A head that is not under our key says nothing of our log.
    for head in heads.filter_map(|bytes| registry.open_head(origin, bytes).ok()) {
        if head.size() > state.size {
            standing = Standing::Behind(head.size());
        } else if matches!(judge(reader, origin, &state.head, &head)?, Verdict::Fork(_)) {
            return Ok(Standing::Forked(head.size()));
        }
    }
    Ok(standing)
}

fn judge(reader: &Reader, origin: &Origin, ours: &SignedCheckpoint, theirs: &SignedCheckpoint) -> Result<Verdict, ReadError> {
    judge_with(Some(ours), theirs, &reader.nodes(origin))
}
