//! What is registered already and how far logs reach, as nodes tell and as is judged here by the federation file.
//!
//! An officer who ends a key, rotates one or charters a next generation must name sizes of logs; nobody should look those up by hand.
//! Out of scope: deciding what to sign. Invariant: a number that is written into a draft comes from a head that a charter's key signed.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::entry::Link;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, Level, Origin};
use luodi_ledger::registry::{AppointFacts, FormerEnd, Registry, ValidUpTo, Witnessing};
use luodi_ledger::tile::BundleId;
use luodi_ledger::time::Time;

use crate::audit::{At, Reading, Way};
use crate::language::{Language, caution, say};
use crate::node_client::Node;

/// One node that was asked.
struct Place {
    at: At,
    reading: Reading,
}

/// What several nodes tell of one division and of all above it.
pub(super) struct Registered {
    places: Vec<Place>,
    language: Language,
}

/// How far a log reaches at one place.
struct Reach {
    size: u64,
    root: Hash,
}

impl Registered {
    /// Reads the logs of `division` and of all it has lain below, from each node; without one, all logs in which registrations stand.
    pub(super) async fn read(
        nodes: &[String],
        federation: &FederationFile,
        division: Option<Division>,
        language: Language,
    ) -> anyhow::Result<Self> {
        let mut places = Vec::new();
        for url in nodes {
            let at = At::of(url, language)?;
            let logs = at.logs(federation).await?;
            let federation = federation.clone();
            let read = move || {
                let wanted = |registry: &Registry, log: &Origin| match division {
                    Some(division) => registry.is_within(division, log.division),
                    // Nothing lies below a community, so its log registers nothing.
                    None => log.division.level() < Level::Community,
                };
                let reading = crate::audit::read(&at, &Way { keep: None, bodies: false }, federation, &logs, wanted, language)?;
                anyhow::Ok(Place { at, reading })
            };
            let place = tokio::task::spawn_blocking(read).await??;
            // A log that contradicts its next generation's end is another branch: it is read, and said where it matters.
            let finding = place.reading.audits.iter().find_map(|audit| Some((&audit.origin, audit.findings.first()?)));
            if let Some((origin, finding)) = finding {
                let why = &finding.why;
                bail!(say!(
                    language,
                    "{url}：{origin} 核对不符（{why}），不能依据它登记；换一个节点",
                    "{url}: {origin} is not sound ({why}); nothing can be registered by it, ask another node"
                ));
            }
            places.push(place);
        }
        Ok(Self { places, language })
    }

    /// The registry of the node that holds most of it.
    pub(super) fn registry(&self) -> Option<&Registry> {
        self.places.iter().map(|place| &place.reading.registry).max_by_key(|registry| registry.entries().count())
    }

    /// The keys ever registered whose short id is `short`.
    pub(super) fn keys(&self, short: &str) -> Vec<VerifierKey> {
        let Some(registry) = self.registry() else { return Vec::new() };
        let appointed = registry.entries().map(|(_, entry)| entry.statement.statement()).filter(|said| said.kind.as_str() == "appoint");
        let appointed = appointed.filter_map(|said| said.facts.read::<AppointFacts>().ok()).flat_map(|facts| facts.keys);
        let pinned = registry.federation().keys.iter().cloned();
        let found: BTreeSet<VerifierKey> = appointed.chain(pinned).filter(|key| format!("{:08x}", key.id()) == short).collect();
        found.into_iter().collect()
    }

    /// The largest size of a log at any of the nodes.
    pub(super) fn size(&self, log: &Origin) -> Option<u64> {
        let audits = self.places.iter().flat_map(|place| &place.reading.audits).filter(|audit| &audit.origin == log);
        audits.filter_map(|audit| audit.head.as_ref()).map(luodi_ledger::checkpoint::SignedCheckpoint::size).max()
    }

    /// How many entries of each log in which an office of `division` may have spoken stay valid: those that others have witnessed, or, of
    /// a log that nobody witnesses, all; of these only what was logged before `before`, if that is given.
    pub(super) async fn valid(&self, before: Option<Time>) -> anyhow::Result<Vec<ValidUpTo>> {
        let mut valid: Vec<ValidUpTo> = Vec::new();
        for place in &self.places {
            for audit in &place.reading.audits {
                let Some(reach) = reach(place, &audit.origin) else { continue };
                let size = match before {
                    Some(before) => logged_before(&place.at, &audit.origin, reach.size, before, self.language).await?,
                    None => reach.size,
                };
                match valid.iter_mut().find(|known| known.log == audit.origin) {
                    Some(known) => known.size = known.size.max(size),
                    None => valid.push(ValidUpTo { log: audit.origin.clone(), size }),
                }
            }
        }
        valid.retain(|valid| valid.size > 0);
        valid.sort_by(|a, b| a.log.cmp(&b.log));
        Ok(valid)
    }

    /// Where `former` ends: at `size` if the officer says so; else where the largest witnessed head stands, and, where two nodes hold
    /// different branches, no earlier than where they part.
    pub(super) async fn end(&self, former: &Origin, size: Option<u64>) -> anyhow::Result<FormerEnd> {
        let language = self.language;
        let held: Vec<(&Place, Reach)> = self.places.iter().filter_map(|place| Some((place, newest(place, former)?))).collect();
        let Some((place, reach)) = held.iter().max_by_key(|(_, reach)| reach.size) else {
            bail!(say!(
                language,
                "给出的节点都没有 {former}；换一个存有它的节点，或用 --former-size 0 从头开始",
                "none of the nodes holds {former}; name one that does"
            ));
        };
        let confirmed =
            self.places.iter().filter_map(|place| reach_of(place, former).map(|reach| (place, reach))).max_by_key(|(_, reach)| reach.size);
        let leaves = leaves(&place.at, former, reach.size, language).await?;
        let mut parting = reach.size;
        for (other, theirs) in &held {
            let other_leaves = leaves_of(&other.at, former, theirs, language).await?;
            let common = leaves.iter().zip(&other_leaves).take_while(|(one, other)| one == other).count() as u64;
            if common < theirs.size.min(reach.size) {
                parting = parting.min(common);
                caution!(
                    "{}",
                    say!(
                        language,
                        "注意：{} 与 {} 所存的 {former} 自第 {common} 条起不同：账本已分叉",
                        "note: from entry {common} on {} and {} hold {former} differently: it has forked",
                        place.at,
                        other.at
                    )
                );
            }
        }
        // Of branches the one that others have witnessed goes on; without one, what all branches hold.
        let (at, size) = match (size, &confirmed) {
            (Some(size), _) => (&place.at, size),
            (None, Some((place, reach))) if reach.size > parting => (&place.at, reach.size),
            (None, _) => (&place.at, parting),
        };
        let kept = self::leaves(at, former, size, language).await?;
        ensure!(
            kept.len() as u64 == size,
            say!(language, "--former-size：{former} 没有 {size} 条", "--former-size: {former} has fewer than {size} entries")
        );
        let mut tree = CompactRange::new();
        for leaf in &kept {
            tree.append(*leaf);
        }
        Ok(FormerEnd { root: tree.root().to_string(), size })
    }
}

fn newest(place: &Place, log: &Origin) -> Option<Reach> {
    let head = place.reading.audits.iter().find(|audit| &audit.origin == log)?.head.as_ref()?;
    Some(Reach { size: head.size(), root: head.root() })
}

/// The largest witnessed head.
fn reach_of(place: &Place, log: &Origin) -> Option<Reach> {
    let audit = place.reading.audits.iter().find(|audit| &audit.origin == log)?;
    match &audit.witnessed {
        Some((head, Witnessing::Met(_))) => Some(Reach { size: head.size(), root: head.root() }),
        _ => None,
    }
}

/// The largest witnessed head; where the charter asks nobody, the newest.
fn reach(place: &Place, log: &Origin) -> Option<Reach> {
    let asks_nobody = place.reading.registry.charter(log)?.policy.asks_nobody();
    if asks_nobody { newest(place, log) } else { reach_of(place, log) }
}

/// The leaves under a head, held to its root.
async fn leaves_of(at: &At, log: &Origin, reach: &Reach, language: Language) -> anyhow::Result<Vec<Hash>> {
    let leaves = leaves(at, log, reach.size, language).await?;
    let mut tree = CompactRange::new();
    for leaf in &leaves {
        tree.append(*leaf);
    }
    ensure!(
        tree.root() == reach.root,
        say!(language, "{at}：{log} 的内容与其签名不符", "{at}: what it serves of {log} is not what the log signed")
    );
    Ok(leaves)
}

async fn leaves(at: &At, log: &Origin, size: u64, language: Language) -> anyhow::Result<Vec<Hash>> {
    let mut leaves = Vec::new();
    each_leaf(at, log, size, language, |leaf| leaves.push(Hash::leaf(leaf))).await?;
    Ok(leaves)
}

/// How many of the first `size` entries were logged before `before`; `logged` never decreases.
async fn logged_before(at: &At, log: &Origin, size: u64, before: Time, language: Language) -> anyhow::Result<u64> {
    let (mut link, mut kept, mut past) = (Link::start(), 0, false);
    each_leaf(at, log, size, language, |leaf| {
        past |= link.step(leaf).is_ok_and(|entry| entry.logged >= before);
        kept += u64::from(!past);
    })
    .await?;
    Ok(kept)
}

async fn each_leaf(at: &At, log: &Origin, size: u64, language: Language, mut take: impl FnMut(&[u8])) -> anyhow::Result<()> {
    for bundle in BundleId::between(0, size) {
        let path = format!("{}/{bundle}", Node::log_path(log));
        let bytes = at.get(&path).await?.with_context(|| say!(language, "{at}{path}：没有", "{at}{path}: there is none"))?;
        bundle.decode(&bytes).with_context(|| format!("{at}{path}"))?.into_iter().for_each(&mut take);
    }
    Ok(())
}
