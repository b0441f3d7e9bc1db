//! Logs made for measuring: entries of 1 KB, signed, linked and headed like real ones.

use anyhow::Context as _;
use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, Federation, OfficeName, Origin};
use luodi_ledger::policy::Policy;
use luodi_ledger::registry::{AppointFacts, CharterFacts, Term};
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_ledger::time::Time;
use luodi_node::keys::MachineKeys;
use luodi_node::store::{Change, Grow, Read, Store};

/// The county, township and village of the measurements; fictional, like all under prefix 99.
pub(crate) const COUNTY: &str = "990101000000";
pub(crate) const TOWNSHIP: &str = "990101001000";
pub(crate) const VILLAGE: &str = "990101001201";
/// Bytes of an entry, as the limits of the design were measured with.
pub(crate) const ENTRY: usize = 1024;

/// The federation's name.
pub(crate) fn federation() -> anyhow::Result<Federation> {
    Ok("luodi.example/bench".parse()?)
}

/// The log of a division.
pub(crate) fn origin(division: &str) -> anyhow::Result<Origin> {
    Ok(Origin { federation: federation()?, division: division.parse()?, generation: 1 })
}

/// A government office's key; measured keys need no secret.
pub(crate) fn office(division: &str, office: &str) -> anyhow::Result<SignerKey> {
    let name = format!("{}/{division}/{office}", federation()?);
    Ok(SignerKey::from_seed(&name, KeyKind::Ed25519, luodi_ledger::hash::Blake3::of(name.as_bytes()).as_bytes())?)
}

/// A charter that asks for no witness.
pub(crate) fn charter(keys: &MachineKeys, origin: &Origin, peer: &str, addresses: Vec<String>) -> anyhow::Result<CharterFacts> {
    Ok(CharterFacts {
        addresses,
        former: None,
        from: 0,
        keys: vec![keys.log.public().clone()],
        node: keys.node.public().clone(),
        number: 1,
        origin: origin.clone(),
        peer: peer.to_owned(),
        policy: Policy::of_two_thirds(keys.log.public(), &[])?.to_string(),
        witness: Some(keys.witness.public().clone()),
        witnesses: vec![],
    })
}

/// The facts that register `key` for its office.
pub(crate) fn appoint(key: &SignerKey) -> anyhow::Result<Facts> {
    let term = Term { from: "2020-01-01".parse().context("a date")?, until: None };
    let office: OfficeName = key.public().name().parse()?;
    Ok(Facts::of(&AppointFacts { basis: "election".into(), keys: vec![key.public().clone()], office, succeeds: None, term })?)
}

/// The federation file over a county whose node has `keys`.
pub(crate) fn federation_file(charter: CharterFacts) -> anyhow::Result<FederationFile> {
    let root: Division = COUNTY.parse()?;
    let keys = vec![office(COUNTY, "government")?.public().clone()];
    Ok(FederationFile { name: federation()?, offset: 8, root, keys, earlier: vec![], charter })
}

/// A log under construction.
pub(crate) struct Growing {
    pub(crate) origin: Origin,
    key: SignerKey,
    pub(crate) link: Link,
    pub(crate) tree: CompactRange,
    /// When the next entry is logged.
    pub(crate) logged: Time,
}

/// Entries appended and not stored yet.
#[derive(Default)]
pub(crate) struct Batch {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    read: Vec<Option<Read>>,
}

impl Growing {
    pub(crate) fn new(origin: Origin, key: SignerKey) -> anyhow::Result<Self> {
        Ok(Self { origin, key, link: Link::start(), tree: CompactRange::new(), logged: "2026-01-01T00:00:00Z".parse()? })
    }

    /// Signs a statement for this log.
    pub(crate) fn sign(&self, by: &SignerKey, kind: &str, facts: Facts) -> anyhow::Result<SignedStatement> {
        let matter = (kind == "topic").then(|| format!("{}-2026-0001", self.origin.division).parse()).transpose()?;
        let statement = Statement {
            log: self.origin.clone(),
            by: [by.public().name().parse()?].into(),
            kind: kind.parse()?,
            matter,
            time: self.logged,
            facts,
            body: None,
        };
        Ok(statement.sign(std::slice::from_ref(by))?)
    }

    /// A statement that makes an entry of [`ENTRY`] bytes; `number` makes it another than the last.
    pub(crate) fn sign_padded(&self, by: &SignerKey, number: u64) -> anyhow::Result<SignedStatement> {
        let facts = |pad: usize| Facts::parse(&format!(r#"{{"number":{number},"pad":"{}"}}"#, "0".repeat(pad)));
        let bare =
            Entry { index: 1_000_000, previous: self.link.previous, logged: self.logged, statement: self.sign(by, "topic", facts(0)?)? };
        self.sign(by, "topic", facts(ENTRY.saturating_sub(bare.to_bytes().len()))?)
    }

    /// The next leaf with `statement`.
    pub(crate) fn append(&mut self, statement: SignedStatement) -> (Vec<u8>, Hash) {
        let entry = Entry { index: self.link.index, previous: self.link.previous, logged: self.logged, statement };
        let leaf = entry.to_bytes();
        let hash = Hash::leaf(&leaf);
        // Made from its own link, it follows it.
        let _ = self.link.step(&leaf);
        self.tree.append(hash);
        (leaf, hash)
    }

    /// The head over what was appended.
    pub(crate) fn head(&self) -> SignedCheckpoint {
        let head = Checkpoint { origin: self.origin.to_string(), size: self.tree.size(), root: self.tree.root() };
        head.sign(std::slice::from_ref(&self.key))
    }

    /// Appends `batch` statements and gives the change that stores them.
    pub(crate) fn grow(&mut self, statements: impl IntoIterator<Item = SignedStatement>) -> Change {
        let expected = (self.tree.size(), self.tree.root());
        let mut batch = Batch::default();
        for statement in statements {
            self.append_to(&mut batch, statement);
        }
        self.stored(batch, expected)
    }

    /// Appends a statement to the log and to what is to be stored together.
    pub(crate) fn append_to(&mut self, batch: &mut Batch, statement: SignedStatement) {
        let (id, is_registry) = (statement.id(), statement.statement().kind.is_registry());
        let (entry, leaf) = self.append(statement);
        batch.entries.push(entry);
        batch.leaves.push(leaf);
        batch.read.push(Some(Read { id, logged: self.logged, is_lasting: is_registry }));
    }

    /// The change that stores a batch, appended to the log as it `expected` to be.
    pub(crate) fn stored(&self, batch: Batch, expected: (u64, Hash)) -> Change {
        let Batch { entries, leaves, read } = batch;
        let head = self.head();
        Change::Grow(Grow { origin: self.origin.clone(), expected, from: expected.0, entries, leaves, read, head, own: true })
    }

    /// Fills a store with `count` entries of one and the same statement: enough where nobody verifies signatures.
    pub(crate) fn fill(&mut self, store: &mut Store, by: &SignerKey, count: u64) -> anyhow::Result<()> {
        let statement = self.sign_padded(by, 0)?;
        let mut left = count;
        while left > 0 {
            let batch = left.min(4096);
            let statements = (0..batch).map(|_| statement.clone());
            store.commit(vec![self.grow(statements)])?;
            left -= batch;
        }
        Ok(())
    }
}
