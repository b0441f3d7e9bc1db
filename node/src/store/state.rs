//! What the journal says, in memory: every log in short, and the index rows of the segment that is not sealed yet.
//!
//! Invariant: the state is a function of the journal. Commits change it only through [`State::apply`], which a start runs over the same
//! records; so what is seen after a restart is what was seen before.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;

use super::fields::{Fields, Put};
use super::index::{Doubt, Index, Mark};
use super::payload::{Head, decode_named, decode_tombstone};
use super::record::{Kind, Place};
use super::rows::{self, EVIDENCE, Extent, LOG, Rows, SETTING, TOMBSTONE, WITNESS};
use super::run::{Run, TILE};

/// One log in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) origin: Origin,
    /// Size, root and place of the newest head; none while the first entries arrive ahead of any.
    pub(super) head: Option<(u64, Hash, Place)>,
    /// What the entry after the head links to.
    pub(super) link: Link,
    /// What the entry after all that is stored links to; its index says how many are.
    pub(super) end: Link,
    /// The head beyond the stored entries under which they were proven.
    pub(super) target: Option<Place>,
    /// Size and place of the largest head known to have met its quorum.
    pub(super) witnessed: Option<(u64, Place)>,
    /// How many registry rows it has.
    pub(super) registry: u64,
    /// The cursor of its last change; 0 before its first head.
    pub(super) cursor: u64,
}

impl Log {
    fn new(origin: Origin) -> Self {
        let (link, end) = (Link::start(), Link::start());
        Self { origin, head: None, link, end, target: None, witnessed: None, registry: 0, cursor: 0 }
    }

    /// The size under the head.
    pub(super) fn size(&self) -> u64 {
        self.head.map_or(0, |(size, ..)| size)
    }

    /// The root under the head.
    pub(super) fn root(&self) -> Hash {
        self.head.map_or(Hash::EMPTY, |(_, root, _)| root)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(320);
        bytes.put_text(&self.origin.to_string());
        let (size, root, place) = self.head.unwrap_or((0, Hash::EMPTY, NOWHERE));
        bytes.put_u64(size);
        bytes.put(root.as_bytes());
        bytes.put_place(place);
        bytes.put_link(&self.link);
        bytes.put_u64(self.end.index);
        bytes.put_link(&self.end);
        bytes.put_place(self.target.unwrap_or(NOWHERE));
        let (size, place) = self.witnessed.unwrap_or((0, NOWHERE));
        bytes.put_u64(size);
        bytes.put_place(place);
        bytes.put_u64(self.registry);
        bytes.put_u64(self.cursor);
        bytes
    }

    fn decode(value: &[u8]) -> Option<Self> {
        let some = |place: &Place| *place != NOWHERE;
        let mut fields = Fields(value);
        let origin = fields.text()?.parse().ok()?;
        let (size, root, place) = (fields.u64()?, fields.hash()?, fields.place()?);
        let link = fields.link(size)?;
        let stored = fields.u64()?;
        let end = fields.link(stored)?;
        let target = Some(fields.place()?).filter(some);
        let (witnessed, at) = (fields.u64()?, fields.place()?);
        let log = Self {
            origin,
            head: some(&place).then_some((size, root, place)),
            link,
            end,
            target,
            witnessed: some(&at).then_some((witnessed, at)),
            registry: fields.u64()?,
            cursor: fields.u64()?,
        };
        fields.end().map(|()| log)
    }
}

/// Where no record can be.
const NOWHERE: Place = Place { segment: 0, offset: 0 };

/// A head that this node's witness cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cosigned {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) place: Place,
}

/// The whole state.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// By number, in order of first appearance.
    pub(super) logs: Vec<Log>,
    pub(super) numbers: HashMap<Origin, u32>,
    /// The logs that have a head, by the cursor of their last change.
    pub(super) changed: BTreeMap<u64, u32>,
    pub(super) cursor: u64,
    pub(super) witness: HashMap<String, Cosigned>,
    pub(super) evidence: BTreeMap<String, (Blake3, Place)>,
    pub(super) settings: BTreeMap<String, Place>,
    /// Where the tombstone of what had a name stands.
    pub(super) tombstones: BTreeMap<Blake3, Place>,
    /// Rows of the active segment.
    pub(super) rows: Rows,
    /// Rows of a segment that is being sealed and may not be in the index yet.
    pub(super) sealing: Arc<Rows>,
}

/// A change that is durable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) payload: Payload<'a>,
}

/// What a record holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Payload<'a> {
    Bytes(&'a [u8]),
    /// The bytes of a body that is redacted are gone; this was its name.
    Erased(Blake3),
}

/// A record that makes no sense where it stands.
#[derive(Debug)]
pub(super) struct Senseless {
    pub(super) place: Place,
    pub(super) why: &'static str,
}

impl State {
    /// The log of `origin` with its number.
    pub(super) fn log(&self, origin: &Origin) -> Option<(u32, &Log)> {
        let number = *self.numbers.get(origin)?;
        self.logs.get(number as usize).map(|log| (number, log))
    }

    /// What the index must hold, for its mark.
    pub(super) fn counts(&self) -> [u64; 5] {
        [self.logs.len(), self.witness.len(), self.evidence.len(), self.settings.len(), self.tombstones.len()].map(|count| count as u64)
    }

    /// Takes in the changes of one commit, in order.
    pub(super) fn apply<'a>(&mut self, changes: impl IntoIterator<Item = Told<'a>>) -> Result<(), Senseless> {
        // Logs touched, in order, and whether readers can tell.
        let mut touched: Vec<(u32, bool)> = Vec::new();
        for Told { kind, place, payload } in changes {
            let change = match payload {
                Payload::Bytes(payload) => self.take_in(kind, place, payload),
                Payload::Erased(name) => {
                    self.take_body(&name, place);
                    Ok(None)
                }
            };
            let change = change.map_err(|why| Senseless { place, why })?;
            if let Some((number, visible)) = change {
                match touched.iter_mut().find(|(seen, _)| *seen == number) {
                    Some((_, seen)) => *seen |= visible,
                    None => touched.push((number, visible)),
                }
            }
        }
        for (number, visible) in touched {
            let Some(log) = self.logs.get_mut(number as usize) else { continue };
            if visible {
                self.cursor += 1;
                self.changed.remove(&log.cursor);
                self.changed.insert(self.cursor, number);
                log.cursor = self.cursor;
            }
            self.rows.insert(rows::log_key(number), log.encode());
        }
        Ok(())
    }

    fn take_in(&mut self, kind: Kind, place: Place, payload: &[u8]) -> Result<Option<(u32, bool)>, &'static str> {
        match kind {
            Kind::Run => {
                let (run, table) = Run::decode(payload).ok_or("a run that does not read")?;
                return self.take_run(&run, place, table).map(|number| Some((number, false)));
            }
            Kind::Head | Kind::Target | Kind::Witnessed => {
                let head = Head::decode(payload).ok_or("a head that does not read")?;
                let origin = head.origin.parse().map_err(|_| "a head of no log")?;
                return self.take_head(kind, &head, &origin, place).map(Some);
            }
            Kind::Witness => {
                let Head { origin, size, root, .. } = Head::decode(payload).ok_or("a witness state that does not read")?;
                self.set_witness(origin, Cosigned { size, root, place });
            }
            Kind::Evidence => {
                let (origin, file) = decode_named(payload).ok_or("evidence that does not read")?;
                self.set_evidence(origin, Blake3::of(file), place);
            }
            Kind::Setting => {
                let (name, _) = decode_named(payload).ok_or("a setting that does not read")?;
                self.settings.insert(name.to_owned(), place);
                self.rows.insert(rows::named_key(SETTING, name), rows::place_value(place));
            }
            Kind::Body => self.take_body(&Blake3::of(payload), place),
            Kind::Tombstone => {
                let (name, _) = decode_tombstone(payload).ok_or("a tombstone that does not read")?;
                self.tombstones.insert(name, place);
                self.rows.insert(rows::tombstone_key(&name), rows::place_value(place));
            }
            _ => return Err("a kind of record that this version does not know"),
        }
        Ok(None)
    }

    fn take_body(&mut self, name: &Blake3, place: Place) {
        self.rows.insert(rows::body_key(name), rows::place_value(place));
    }

    fn number(&mut self, origin: &Origin) -> Result<u32, &'static str> {
        if let Some(number) = self.numbers.get(origin) {
            return Ok(*number);
        }
        let number = u32::try_from(self.logs.len()).map_err(|_| "more logs than can be numbered")?;
        self.logs.push(Log::new(origin.clone()));
        self.numbers.insert(origin.clone(), number);
        Ok(number)
    }

    fn take_run(&mut self, run: &Run, place: Place, table: usize) -> Result<u32, &'static str> {
        let number = self.number(&run.origin)?;
        let Some(log) = self.logs.get_mut(number as usize) else { return Err("a log without a number") };
        if log.end.index != run.first {
            return Err("entries that do not follow those before");
        }
        let extent = Extent::of(run, place, table).ok_or("a run too large")?;
        self.rows.insert(rows::extent_key(number, run.first), extent.value());
        let mut completed = run.end();
        for (level, hash) in (1..).zip(&run.completed) {
            if !completed.is_multiple_of(TILE) {
                return Err("a tile root where no tile ends");
            }
            completed /= TILE;
            self.rows.insert(rows::node_key(number, level, completed - 1), hash.as_bytes().to_vec());
        }
        for position in &run.registry {
            self.rows.insert(rows::registry_key(number, run.first + u64::from(*position)), Vec::new());
        }
        for (index, id) in (run.first..).zip(&run.ids).filter(|(_, id)| **id != Blake3::ZERO) {
            self.rows.insert_statement(number, *id, index);
        }
        log.end = run.link;
        log.registry += run.registry.len() as u64;
        Ok(number)
    }

    fn take_head(&mut self, kind: Kind, head: &Head<'_>, origin: &Origin, place: Place) -> Result<(u32, bool), &'static str> {
        let number = self.number(origin)?;
        let Some(log) = self.logs.get_mut(number as usize) else { return Err("a log without a number") };
        match kind {
            Kind::Target => log.target = Some(place),
            Kind::Witnessed if head.size <= log.size() => log.witnessed = Some((head.size, place)),
            Kind::Head if head.size == log.end.index => {
                log.head = Some((head.size, head.root, place));
                log.link = log.end;
                log.target = None;
            }
            _ => return Err("a head of another size than its log"),
        }
        Ok((number, kind != Kind::Target))
    }

    fn set_witness(&mut self, origin: &str, cosigned: Cosigned) {
        let mut value = rows::place_value(cosigned.place);
        value.put_u64(cosigned.size);
        value.put(cosigned.root.as_bytes());
        self.rows.insert(rows::named_key(WITNESS, origin), value);
        self.witness.insert(origin.to_owned(), cosigned);
    }

    fn set_evidence(&mut self, origin: &str, id: Blake3, place: Place) {
        let mut value = rows::place_value(place);
        value.put(id.as_bytes());
        self.rows.insert(rows::named_key(EVIDENCE, origin), value);
        self.evidence.insert(origin.to_owned(), (id, place));
    }

    /// The state as of the sealed segments, from their index.
    pub(super) fn load(index: &Index, mark: &Mark) -> Result<Self, Doubt> {
        let mut state = Self::default();
        for letter in [LOG, WITNESS, EVIDENCE, SETTING, TOMBSTONE] {
            for (key, value) in index.range(&[letter], &[letter + 1])? {
                state.load_row(letter, &key, &value).ok_or_else(|| index.doubt("a row does not read"))?;
            }
        }
        if state.counts() != mark.counts {
            return Err(index.doubt("rows are missing"));
        }
        Ok(state)
    }

    fn load_row(&mut self, letter: u8, key: &[u8], value: &[u8]) -> Option<()> {
        let name = || std::str::from_utf8(&key[1..]).ok().map(str::to_owned);
        let mut fields = Fields(value);
        match letter {
            LOG => {
                let log = Log::decode(value)?;
                let number = u32::try_from(self.logs.len()).ok()?;
                if key != rows::log_key(number) || self.numbers.insert(log.origin.clone(), number).is_some() {
                    return None;
                }
                if log.cursor > 0 {
                    self.changed.insert(log.cursor, number);
                    self.cursor = self.cursor.max(log.cursor);
                }
                self.logs.push(log);
                return Some(());
            }
            WITNESS => {
                let cosigned = Cosigned { place: fields.place()?, size: fields.u64()?, root: fields.hash()? };
                self.witness.insert(name()?, cosigned);
            }
            EVIDENCE => {
                let (place, id) = (fields.place()?, fields.blake3()?);
                self.evidence.insert(name()?, (id, place));
            }
            TOMBSTONE => {
                let name = Fields(&key[1..]).blake3()?;
                self.tombstones.insert(name, fields.place()?);
            }
            _ => {
                self.settings.insert(name()?, fields.place()?);
            }
        }
        fields.end()
    }
}
