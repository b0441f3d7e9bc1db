//! A whole log judged again from its bytes: head, tiles, bundles, bodies, standings.
//!
//! The audit drives a [`Source`], which only fetches. It first finds a level of truth — tiles whose root is the signed one — and then
//! judges every object against it, so a changed byte is named with the object and the entry it stands in.
//!
//! Out of scope: whether two nodes show the same log (see [`crate::follow`]). A registry that lacks the ancestors' logs judges standings
//! too harshly, so audit them first, highest first, and let it observe [`Audit::registry_entries`].

use std::collections::BTreeMap;

use crate::checkpoint::SignedCheckpoint;
use crate::entry::{Entry, Link};
use crate::hash::Blake3;
use crate::matter::Reference;
use crate::matter::facts::Redaction;
use crate::merkle::{CompactRange, Hash};
use crate::names::Origin;
use crate::redaction;
use crate::registry::{Registry, Witnessing};
use crate::standing::{Standing, Void};
use crate::statement::Signers;
use crate::tile::{BundleId, FULL, TileId};

/// Findings after which an audit stops: what is wrong is clear by then.
pub const MOST_FINDINGS: usize = 100;

/// Where a log's objects are read, by their path under its prefix: `head`, `tile/0/000`, `body/<hash>` …
pub trait Source {
    /// Why nothing can be said: the network or the disk failed.
    type Unavailable;

    /// The bytes at `path`; none if there is no such object.
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Self::Unavailable>;
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The object, by its path under the log's prefix.
    pub object: String,
    /// Where in it, if that can be told: an entry's index or a position.
    pub at: Option<u64>,
    /// What is wrong.
    pub why: String,
}

/// A body that an entry names and the source does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The entry.
    pub index: u64,
    /// Its statement.
    pub id: Blake3,
    /// The body.
    pub body: Blake3,
}

/// A redaction that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacting {
    /// Where it stands.
    pub on: Reference,
    /// Who signed it.
    pub by: Signers,
    /// What it erases, whose that is, and why.
    pub redaction: Redaction,
}

impl Redacting {
    fn erases(&self, log: &Origin, missing: &Missing) -> bool {
        let target = &self.redaction.target;
        (&target.log, target.index, target.id) == (log, missing.index, missing.id) && self.redaction.hashes.contains(&missing.body)
    }
}

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The log.
    pub origin: Origin,
    /// The newest head, once it was accepted.
    pub head: Option<SignedCheckpoint>,
    /// The largest witnessed head, once it was accepted, and who cosigned it.
    pub witnessed: Option<(SignedCheckpoint, Witnessing)>,
    /// All that is wrong; empty means the log is sound.
    pub findings: Vec<Finding>,
    /// Entries that count, those of them logged after a signer's term had ended, and those that count nowhere, by reason.
    pub valid: u64,
    /// Of the valid ones, how many are flagged as signed after the term.
    pub term_expired: u64,
    /// Entries that count nowhere, with the reason: shown as void, and no finding, for the log holds what its node took in.
    pub void: BTreeMap<u64, Void>,
    /// Bodies named by entries and not held by the source; [`Audit::erased`] tells which of them were redacted.
    pub missing: Vec<Missing>,
    /// The redactions that count.
    pub redactions: Vec<Redacting>,
    /// The registry entries, for [`Registry::observe_all`].
    pub registry_entries: Vec<Entry>,
}

impl Audit {
    /// Each missing body that was redacted, with the redaction, by what the `audits` of this log and of those above it read; the other
    /// missing ones have not arrived, or are kept back. No tombstone is believed for this.
    pub fn erased<'a>(&'a self, audits: &'a [Self]) -> Vec<(&'a Missing, &'a Redacting)> {
        let redactions: Vec<&Redacting> = audits.iter().flat_map(|audit| &audit.redactions).collect();
        let by = |missing| redactions.iter().find(|redacting| redacting.erases(&self.origin, missing)).map(|by| (missing, *by));
        self.missing.iter().filter_map(by).collect()
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.head.is_some()
    }

    fn find(&mut self, object: impl Into<String>, at: Option<u64>, why: impl Into<String>) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { object: object.into(), at, why: why.into() });
        }
    }

    /// Audits `origin`. `progress` is told how many entries of how many have been judged.
    pub fn run<S: Source>(
        source: &mut S,
        registry: &Registry,
        origin: &Origin,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Self, S::Unavailable> {
        let mut audit = Self {
            origin: origin.clone(),
            head: None,
            witnessed: None,
            findings: vec![],
            valid: 0,
            term_expired: 0,
            void: BTreeMap::new(),
            missing: vec![],
            redactions: vec![],
            registry_entries: vec![],
        };
        let Some(head) = audit.read_head(source, registry, "head")? else { return Ok(audit) };
        audit.head = Some(head.clone());
        audit.read_policy(source, registry)?;

        let leaves = audit.read_leaves(source, &head)?;
        let (tree, upper) = grow(&leaves);
        if tree.root() != head.root() {
            // Without a true level nothing below can be judged; the upper tiles may still tell which leaf tile is false.
            audit.locate_false_tile(source, &upper, head.size())?;
            audit.find("head", None, format!("signs root {}, the tiles have {}", head.root(), tree.root()));
            return Ok(audit);
        }
        audit.judge_upper_tiles(source, &upper, head.size())?;
        audit.judge_end(registry, &leaves);
        audit.judge_witnessed(source, registry, &leaves)?;
        audit.judge_entries(source, registry, &leaves, &mut progress)?;
        Ok(audit)
    }

    fn read_head<S: Source>(
        &mut self,
        source: &mut S,
        registry: &Registry,
        path: &str,
    ) -> Result<Option<SignedCheckpoint>, S::Unavailable> {
        let Some(bytes) = source.read(path)? else {
            if path == "head" {
                self.find(path, None, "there is none");
            }
            return Ok(None);
        };
        let head = match registry.open_head(&self.origin, &bytes) {
            Ok(head) => head,
            Err(refused) => {
                self.find(path, None, refused.to_string());
                return Ok(None);
            }
        };
        // An honest node keeps lines of charter keys only, so a name nobody knows is a changed one.
        if let Some(charter) = registry.charter_at(&self.origin, head.size()) {
            let known: Vec<_> = charter.facts.keys.iter().chain(charter.policy.witnesses().iter().map(|witness| &witness.key)).collect();
            for line in head.note().signatures() {
                if !known.iter().any(|key| line.claims(key)) {
                    self.find(path, None, format!("a signature line by {}, which the charter does not name", line.name));
                }
            }
        }
        Ok(Some(head))
    }

    fn read_policy<S: Source>(&mut self, source: &mut S, registry: &Registry) -> Result<(), S::Unavailable> {
        if let (Some(bytes), Some(charter)) = (source.read("policy")?, registry.charter(&self.origin))
            && bytes != charter.policy.to_string().into_bytes()
        {
            self.find("policy", None, "is not the one in the charter");
        }
        Ok(())
    }

    /// The leaf hashes from the tiles of level 0; as many as could be read.
    fn read_leaves<S: Source>(&mut self, source: &mut S, head: &SignedCheckpoint) -> Result<Vec<Hash>, S::Unavailable> {
        let mut leaves = Vec::new();
        for tile in TileId::between(0, head.size()).take_while(|tile| tile.level() == 0) {
            let Some(hashes) = self.read_tile(source, tile)? else { break };
            leaves.extend(hashes);
        }
        Ok(leaves)
    }

    fn read_tile<S: Source>(&mut self, source: &mut S, tile: TileId) -> Result<Option<Vec<Hash>>, S::Unavailable> {
        let Some(bytes) = source.read(&tile.to_string())? else {
            self.find(tile.to_string(), None, "there is none");
            return Ok(None);
        };
        let hashes = tile.decode(&bytes);
        if let Err(fault) = &hashes {
            self.find(tile.to_string(), None, fault.to_string());
        }
        Ok(hashes.ok())
    }

    fn locate_false_tile<S: Source>(&mut self, source: &mut S, upper: &[Vec<Hash>], size: u64) -> Result<(), S::Unavailable> {
        let Some(computed) = upper.first() else { return Ok(()) };
        for tile in TileId::between(0, size).filter(|tile| tile.level() == 1) {
            let Some(hashes) = self.read_tile(source, tile)? else { continue };
            for (position, hash) in (tile.index() * u64::from(FULL)..).zip(hashes) {
                if usize::try_from(position).ok().and_then(|at| computed.get(at)) != Some(&hash)
                    && let Some(below) = TileId::at(0, position, size)
                {
                    self.find(below.to_string(), None, format!("or {tile}: they contradict each other"));
                }
            }
        }
        Ok(())
    }

    fn judge_upper_tiles<S: Source>(&mut self, source: &mut S, upper: &[Vec<Hash>], size: u64) -> Result<(), S::Unavailable> {
        for tile in TileId::between(0, size).filter(|tile| tile.level() > 0) {
            let Some(hashes) = self.read_tile(source, tile)? else { continue };
            let computed = upper.get(usize::from(tile.level()) - 1).map_or(&[][..], Vec::as_slice);
            for (position, hash) in (tile.index() * u64::from(FULL)..).zip(hashes) {
                if usize::try_from(position).ok().and_then(|at| computed.get(at)) != Some(&hash) {
                    self.find(tile.to_string(), Some(position), "is not the hash of the tile below");
                }
            }
        }
        Ok(())
    }

    /// Of a log that forked the next generation's charter names one branch; this must be it.
    fn judge_end(&mut self, registry: &Registry, leaves: &[Hash]) {
        let Some(end) = registry.end(&self.origin) else { return };
        let kept = usize::try_from(end.size).ok().and_then(|size| leaves.get(..size));
        if let Some(kept) = kept.filter(|kept| grow(kept).0.root().to_string() != end.root) {
            let size = kept.len();
            self.find(
                "head",
                None,
                format!("the next generation's charter ends this log at size {size} with another root: another branch goes on"),
            );
        }
    }

    fn judge_witnessed<S: Source>(&mut self, source: &mut S, registry: &Registry, leaves: &[Hash]) -> Result<(), S::Unavailable> {
        let Some(head) = self.read_head(source, registry, "checkpoint")? else { return Ok(()) };
        let size = usize::try_from(head.size()).ok().filter(|size| *size <= leaves.len());
        let Some(size) = size else {
            self.find("checkpoint", None, format!("its size {} is beyond the newest head", head.size()));
            return Ok(());
        };
        if grow(&leaves[..size]).0.root() != head.root() {
            self.find("checkpoint", None, "its root is not that of the log at its size: two heads contradict each other");
        }
        match registry.witnessing(&self.origin, &head) {
            Ok(Witnessing::Short(by)) => self.find("checkpoint", None, format!("only {} cosignatures, the quorum is not met", by.len())),
            Ok(witnessing) => self.witnessed = Some((head, witnessing)),
            Err(rejected) => self.find("checkpoint", None, rejected.to_string()),
        }
        Ok(())
    }

    fn judge_entries<S: Source>(
        &mut self,
        source: &mut S,
        registry: &Registry,
        leaves: &[Hash],
        progress: &mut impl FnMut(u64, u64),
    ) -> Result<(), S::Unavailable> {
        let size = leaves.len() as u64;
        // What the root's log registers of the root's own offices bears on that log itself, so it is judged when all of it is known.
        let at_root = self.origin.division == registry.federation().root;
        let mut held: Vec<Entry> = Vec::new();
        let mut link = Link::start();
        for bundle in BundleId::between(0, size) {
            let path = bundle.to_string();
            let Some(bytes) = source.read(&path)? else {
                self.find(path, None, "there is none");
                return Ok(());
            };
            let entries = match bundle.decode(&bytes) {
                Ok(entries) => entries,
                Err(fault) => {
                    self.find(path, None, fault.to_string());
                    return Ok(());
                }
            };
            for (leaf, hash) in entries.into_iter().zip(leaves.iter().skip(usize::try_from(link.index).unwrap_or(usize::MAX))) {
                let index = link.index;
                if Hash::leaf(leaf) != *hash {
                    self.find(path.as_str(), Some(index), "is not the entry that the log's root covers");
                    return Ok(());
                }
                match link.step(leaf) {
                    Ok(entry) if at_root => held.push(entry),
                    Ok(entry) => self.judge_entry(source, registry, entry)?,
                    Err(_) => drop(self.void.insert(index, Void::Malformed)),
                }
            }
            progress(link.index, size);
        }
        if at_root {
            let mut registry = registry.clone();
            registry.observe_all(held.iter().map(|entry| (&self.origin, entry)));
            held.into_iter().try_for_each(|entry| self.judge_entry(source, &registry, entry))?;
        }
        Ok(())
    }

    fn judge_entry<S: Source>(&mut self, source: &mut S, registry: &Registry, entry: Entry) -> Result<(), S::Unavailable> {
        match registry.standing(&self.origin, &entry) {
            Standing::Valid { term_expired } => {
                self.valid += 1;
                self.redactions.extend(redaction::read(entry.statement.statement()).map(|redaction| Redacting {
                    on: Reference { log: self.origin.clone(), index: entry.index, id: entry.statement.id() },
                    by: entry.statement.statement().by.clone(),
                    redaction,
                }));
                self.term_expired += u64::from(term_expired);
            }
            Standing::Void(why) => drop(self.void.insert(entry.index, why)),
        }
        if let Some(named) = entry.statement.statement().body {
            let path = format!("body/{}", named.hash);
            match source.read(&path)? {
                None => {
                    self.missing.push(Missing { index: entry.index, id: entry.statement.id(), body: named.hash });
                }
                Some(body) if named.names(&body) => {}
                Some(_) => self.find(path, Some(entry.index), "is not the body that the entry names"),
            }
        }
        if entry.statement.statement().kind.is_registry() {
            self.registry_entries.push(entry);
        }
        Ok(())
    }
}

/// The tree over `leaves`, and for each level of tiles above the leaves its hashes.
fn grow(leaves: &[Hash]) -> (CompactRange, Vec<Vec<Hash>>) {
    let mut tree = CompactRange::new();
    let mut upper: Vec<Vec<Hash>> = Vec::new();
    for leaf in leaves {
        tree.append_with(*leaf, |node, hash| {
            if node.level > 0 && node.level % 8 == 0 {
                let level = usize::from(node.level / 8) - 1;
                if upper.len() <= level {
                    upper.resize(level + 1, Vec::new());
                }
                upper[level].push(hash);
            }
        });
    }
    (tree, upper)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::cosignature::cosign;
    use crate::facts::Facts;
    use crate::statement::BodyRef;
    use crate::testing::{COUNTY, TOWNSHIP, VILLAGE, World, appoint, office, origin, witness_key, witnessed_charter};
    use crate::tile::{encode_entries, encode_hashes};

    #[test]
    fn a_redacted_body_is_told_apart_from_a_missing_one() {
        let missing = |index: u64| Missing { index, id: Blake3::of(&index.to_be_bytes()), body: Blake3::of(b"words") };
        let of = |at: &str, missing: Vec<Missing>, redactions: Vec<Redacting>| Audit {
            origin: origin(at),
            head: None,
            witnessed: None,
            findings: vec![],
            valid: 0,
            term_expired: 0,
            void: BTreeMap::new(),
            missing,
            redactions,
            registry_entries: vec![],
        };
        let target = Reference { log: origin(VILLAGE), index: 3, id: missing(3).id };
        let redaction =
            |hash| Redaction { date: None, ground: "personal-data".parse().unwrap(), hashes: vec![hash], target: target.clone() };
        let on = Reference { log: origin(COUNTY), index: 9, id: Blake3::of(b"redaction") };
        let redacting = |hash| Redacting { on: on.clone(), by: [].into(), redaction: redaction(hash) };
        let village = of(VILLAGE, vec![missing(3), missing(4)], vec![]);
        let audits = [of(COUNTY, vec![], vec![redacting(Blake3::of(b"words"))]), village];
        let told: Vec<_> = audits[1].erased(&audits).into_iter().map(|(missing, by)| (missing.index, by.on.clone())).collect();
        assert_eq!(told, [(3, on.clone())], "entry 4 says the same words, and nobody redacted them there");
        let audits = [of(COUNTY, vec![missing(3)], vec![redacting(Blake3::of(b"others"))]), of(VILLAGE, vec![missing(3)], vec![])];
        assert!(audits.iter().all(|audit| audit.erased(&audits).is_empty()));
    }

    /// A log's files, as a server or a directory has them.
    type Files = BTreeMap<String, Vec<u8>>;

    impl Source for Files {
        type Unavailable = Infallible;

        fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
            Ok(self.get(path).cloned())
        }
    }

    fn log(entries: usize) -> (Registry, Files) {
        let mut world = World::default();
        let county = office(COUNTY, "government");
        let committee = office(VILLAGE, "committee");
        let charter = witnessed_charter(VILLAGE, TOWNSHIP);
        world.say(COUNTY, &county, ("charter", Facts::of(&charter).unwrap()));
        world.say(COUNTY, &county, appoint(&committee, None));
        let body = b"{\"title\":\"\xe4\xbf\xae\xe8\xb7\xaf\"}".to_vec();
        for _ in 0..entries {
            world.say_with(VILLAGE, &committee, ("topic", Facts::empty()), Some(BodyRef::of(&body)));
        }
        world.say(VILLAGE, &office(VILLAGE, "party"), ("topic", Facts::empty()));

        let mut files = Files::new();
        let leaves = world.leaves(VILLAGE);
        let bytes: Vec<Vec<u8>> =
            world.entries.iter().filter(|(log, _)| log == &origin(VILLAGE)).map(|(_, entry)| entry.to_bytes()).collect();
        let (_, upper) = grow(&leaves);
        for tile in TileId::between(0, leaves.len() as u64) {
            let hashes = if tile.level() == 0 { &leaves } else { &upper[usize::from(tile.level()) - 1] };
            let from = usize::try_from(tile.index()).unwrap() * 256;
            files.insert(tile.to_string(), encode_hashes(&hashes[from..from + usize::from(tile.width())]));
        }
        for bundle in BundleId::between(0, leaves.len() as u64) {
            let range = bundle.entries().unwrap();
            let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            files.insert(bundle.to_string(), encode_entries(&bytes[range]).unwrap());
        }
        let mut head = world.head(VILLAGE);
        files.insert("head".into(), head.to_bytes());
        let line = cosign(&head, &witness_key(TOWNSHIP), "2026-11-22T00:00:00Z".parse().unwrap());
        head.note_mut().add(line);
        files.insert("checkpoint".into(), head.to_bytes());
        files.insert("policy".into(), charter.policy.clone().into_bytes());
        files.insert(format!("body/{}", BodyRef::of(&body).hash), body);
        (world.registry(), files)
    }

    fn audit(registry: &Registry, files: &mut Files) -> Audit {
        Audit::run(files, registry, &origin(VILLAGE), |_, _| {}).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn the_root_s_log_is_judged_by_what_it_registers_itself() {
        let mut world = World::default();
        let (county, affairs) = (office(COUNTY, "government"), office(COUNTY, "civil-affairs"));
        world.say(COUNTY, &affairs, appoint(&office(TOWNSHIP, "government"), None));
        world.say(COUNTY, &county, appoint(&affairs, None));
        let (leaves, entries) = (world.leaves(COUNTY), &world.entries);
        let bytes: Vec<Vec<u8>> = entries.iter().map(|(_, entry)| entry.to_bytes()).collect();
        let mut files = Files::from([
            ("head".to_owned(), world.head(COUNTY).to_bytes()),
            ("tile/0/000.p/2".to_owned(), encode_hashes(&leaves)),
            ("tile/entries/000.p/2".to_owned(), encode_entries(&bytes).unwrap()),
        ]);
        let audit = Audit::run(&mut files, &Registry::new(world.federation.clone()), &origin(COUNTY), |_, _| {}).unwrap();
        assert!(audit.is_sound(), "{:?}", audit.findings);
        assert_eq!((audit.valid, audit.void.len()), (2, 0));
    }

    #[test]
    fn a_branch_that_the_next_generation_does_not_go_on_from_is_told() {
        let (mut world, files) = (World::default(), log(3).1);
        let leaves: Vec<Hash> = {
            let tile = TileId::between(0, 4).next().unwrap();
            tile.decode(&files[&tile.to_string()]).unwrap()
        };
        let mut found = Vec::new();
        for root in [grow(&leaves[..2]).0.root(), Hash::EMPTY] {
            let mut next = witnessed_charter(&format!("{VILLAGE}/2"), TOWNSHIP);
            next.former = Some(crate::registry::FormerEnd { root: root.to_string(), size: 2 });
            let mut registry = log(3).0;
            let at = world.say(COUNTY, &office(COUNTY, "government"), ("charter", Facts::of(&next).unwrap()));
            let mut entry = world.entries[at].1.clone();
            entry.index = 7;
            registry.observe(&origin(COUNTY), &entry);
            assert!(registry.end(&origin(VILLAGE)).is_some());
            found.push(Audit::run(&mut files.clone(), &registry, &origin(VILLAGE), |_, _| {}).unwrap());
        }
        assert!(found[0].is_sound(), "{:?}", found[0].findings);
        assert_eq!(found[0].void.get(&2), Some(&Void::BeyondEnd));
        assert!(found[1].findings.iter().any(|finding| finding.why.contains("another branch")), "{:?}", found[1].findings);
    }

    #[test]
    fn a_sound_log_is_found_sound_and_its_void_entry_told() {
        let (registry, mut files) = log(300);
        let audit = audit(&registry, &mut files);
        assert!(audit.is_sound(), "{:?}", audit.findings);
        assert_eq!((audit.valid, audit.missing.len()), (300, 0));
        assert_eq!(audit.void, BTreeMap::from([(300, Void::WrongOffice)]));
        assert!(matches!(audit.witnessed, Some((_, Witnessing::Met(_)))));
    }

    #[test]
    fn every_flipped_byte_of_every_object_is_found_in_that_object() {
        let (registry, files) = log(2);
        for (path, bytes) in &files {
            for at in 0..bytes.len() {
                let mut bad = files.clone();
                bad.get_mut(path).unwrap()[at] ^= 1;
                let audit = audit(&registry, &mut bad);
                assert!(!audit.is_sound(), "{path}, byte {at}");
                let named = audit.findings.iter().any(|finding| &finding.object == path);
                // Head and leaf tile vouch for each other: with either changed, only their disagreement can be told.
                assert!(named || path.starts_with("tile/0/"), "{path}, byte {at}: {:?}", audit.findings);
            }
        }
    }

    #[test]
    fn in_a_long_log_the_false_tile_or_entry_is_named() {
        let (registry, files) = log(520);
        for (path, at, named, place) in [
            ("tile/0/001", 40, "tile/0/001", None),
            ("tile/1/000.p/2", 40, "tile/1/000.p/2", Some(1)),
            ("tile/entries/001", 5_000, "tile/entries/001", Some(265)),
        ] {
            let mut bad = files.clone();
            bad.get_mut(path).unwrap()[at] ^= 1;
            let audit = audit(&registry, &mut bad);
            let found = audit.findings.iter().find(|finding| finding.object == named);
            assert!(found.is_some(), "{path}: {:?}", audit.findings);
            if let Some(place) = place {
                assert_eq!(found.unwrap().at, Some(place), "{:?}", audit.findings);
            }
        }
    }
}
