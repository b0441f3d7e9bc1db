//! The logs that a division's matters stand in, read from a node and judged before anybody acts on them.
//!
//! Out of scope: upper tiles and cosignatures, which `luodi audit` checks. What is read here is what the log's signed root covers.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, ensure};
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::pack::{Adoptions, Packs};
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Record, Reference};
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_ledger::tile::BundleId;

use crate::audit::source::At;
use crate::language::{Language, say};
use crate::node_client::Node;

/// Everything said of the matters of one division, with the registrations it rests on.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// Who may say what.
    pub(crate) registry: Registry,
    /// The statements that name a matter, with their standing.
    pub(crate) records: Vec<Record>,
    /// The rule packs that judge here: those that ship, and those that offices above have signed.
    pub(crate) packs: Packs,
}

impl Shelf {
    /// Reads the logs of `division` and of all above it from `node`, highest first.
    pub(crate) async fn read(node: &Node, federation: FederationFile, division: Division, language: Language) -> anyhow::Result<Self> {
        let at = At::Node(node.clone());
        let root = federation.root;
        ensure!(
            Registry::new(federation.clone()).is_within(division, root),
            say!(language, "{division} 不在这个联邦里（根是 {root}）", "{division} is not in this federation, whose root is {root}")
        );
        let mut registry = Registry::new(federation);
        let mut entries: Vec<(Origin, Entry)> = Vec::new();
        let mut done = BTreeSet::new();
        // A log read may tell of another division above, where this one has moved: the next is always the highest not yet read.
        while let Some(each) = registry.above(division).difference(&done).min_by_key(|each| each.level()).copied() {
            done.insert(each);
            let logs: Vec<Origin> = registry.generations(each).cloned().collect();
            let needed = each == division;
            ensure!(!needed || !logs.is_empty(), say!(language, "{each} 还没有登记节点", "no charter of {each} is in the logs above it"));
            for origin in logs {
                let (_, read) = read_log(&at, &registry, &origin, language).await?;
                registry.observe_all(read.iter().map(|entry| (&origin, entry)));
                entries.extend(read.into_iter().map(|entry| (origin.clone(), entry)));
            }
        }
        let packs = packs(&at, &registry, &entries).await;
        // Each entry goes as its record comes: of hundreds of thousands not both are held.
        let records = entries.into_iter().filter_map(|(origin, entry)| record(&registry, &origin, &entry)).collect();
        Ok(Self { registry, records, packs })
    }

    /// The words of a statement, if the node holds them and they are the ones it names.
    pub(crate) async fn words(&self, node: &Node, of: &Reference) -> Option<Words> {
        words_of(node, self.records.iter().find(|record| &record.reference == of)?).await.ok().flatten()
    }
}

/// The packs that ship and those that valid `rules` carry; one whose text is not to be had judges nothing.
async fn packs(at: &At, registry: &Registry, entries: &[(Origin, Entry)]) -> Packs {
    let mut adoptions = Adoptions::default();
    for (origin, entry) in entries {
        let on = Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() };
        if entry.statement.statement().kind.as_str().parse().is_ok_and(Adoptions::concerns) && registry.standing(origin, entry).is_valid() {
            adoptions.take(&on, entry.statement.statement());
        }
    }
    let bodies = carried(at, &adoptions).await;
    adoptions.packs(registry, |_, named| bodies.get(&named.hash).cloned()).0
}

/// The bodies that carry packs, as far as they are held there; a redacted one answers as gone, which is as good as none.
pub(crate) async fn carried(at: &At, adoptions: &Adoptions) -> HashMap<Blake3, Vec<u8>> {
    let mut bodies = HashMap::new();
    for (on, named) in adoptions.bodies() {
        if let Ok(Some(bytes)) = at.get(&format!("{}/body/{}", Node::log_path(&on.log), named.hash)).await {
            bodies.insert(named.hash, bytes);
        }
    }
    bodies
}

/// The words of a record; nothing where the node does not hold them, or holds other ones than it names.
pub(crate) async fn words_of(node: &Node, record: &Record) -> anyhow::Result<Option<Words>> {
    let Some(named) = record.statement.body else { return Ok(None) };
    let bytes = node.get(&format!("{}/body/{}", Node::log_path(&record.reference.log), named.hash)).await?;
    Ok(bytes.filter(|bytes| named.names(bytes)).and_then(|bytes| Words::parse(&bytes).ok()))
}

/// An entry that names a matter, with what it counts for.
pub(crate) fn record(registry: &Registry, origin: &Origin, entry: &Entry) -> Option<Record> {
    entry.statement.statement().matter?;
    Some(Record::of(origin, entry, registry.standing(origin, entry)))
}

/// The well-formed entries of a log, held to the root that its charter's key signed, and the head it signed.
pub(crate) async fn read_log(
    at: &At,
    registry: &Registry,
    origin: &Origin,
    language: Language,
) -> anyhow::Result<(SignedCheckpoint, Vec<Entry>)> {
    let (base, prefix) = (at.to_string(), Node::log_path(origin));
    let head = at.get(&format!("{prefix}/head")).await?;
    let head = head.with_context(|| {
        let division = origin.division;
        say!(
            language,
            "{base} 没有 {origin}；换成 {division} 自己的节点，或跟随它的上级（如县）的节点",
            "{base} holds no {origin}; ask the node of {division}, or one above that follows it, such as the county's"
        )
    })?;
    let head = registry.open_head(origin, &head).with_context(|| format!("{base}{prefix}/head"))?;
    let (mut tree, mut link, mut entries) = (CompactRange::new(), Link::start(), Vec::new());
    for bundle in BundleId::between(0, head.size()) {
        let path = format!("{prefix}/{bundle}");
        let bytes = at.get(&path).await?.with_context(|| say!(language, "{base}{path}：没有", "{base}{path}: there is none"))?;
        for leaf in bundle.decode(&bytes).with_context(|| format!("{base}{path}"))? {
            tree.append(Hash::leaf(leaf));
            // What does not read as an entry counts nowhere, and is no reason to stop.
            entries.extend(link.step(leaf).ok());
        }
    }
    ensure!(
        tree.root() == head.root(),
        say!(
            language,
            "{base}：{origin} 的内容与其签名不符，不能依据它",
            "{base}: what it serves of {origin} is not what the log signed; do not act on it"
        )
    );
    Ok((head, entries))
}
