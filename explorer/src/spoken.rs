//! Where each office spoke, and what the logs say beside matters (registrations, catalogues, circulars, rules …): positions only, so that
//! a page finds its statements without reading whole logs.
//!
//! Out of scope: what counts (the holdings judge each entry, `ledger` reads what was taken back). Invariant: grows with what is read and is
//! never recomputed, but for the withdrawals, which are read anew as entries are judged anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Reference, Withdrawals};
use luodi_ledger::names::{Division, Office, OfficeName, Origin};
use luodi_ledger::statement::{Kind, Statement};
use luodi_ledger::time::Time;

use crate::source::{HeldEntry, HeldLog, Holdings};

/// A log's generation and an index in it.
type At = (u32, u64);
/// Positions by the division whose log it is.
type ByLog = BTreeMap<Division, Vec<At>>;

/// Positions of statements; clones share what did not change.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    /// By the division of the office; for each office the divisions whose logs it spoke in.
    offices: BTreeMap<Division, Arc<BTreeMap<Office, ByLog>>>,
    /// By the division of the log: statements that name no matter, by kind.
    beside: BTreeMap<Division, Arc<BTreeMap<Kind, Vec<At>>>>,
    /// What was taken back of the statements that name no matter.
    withdrawals: Arc<Withdrawals>,
}

/// A statement where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Stands<'a> {
    /// The log.
    pub origin: &'a Origin,
    /// All that is held of it.
    pub log: &'a HeldLog,
    /// The position.
    pub index: u64,
    /// The entry as held and judged.
    pub held: &'a HeldEntry,
    /// What it says.
    pub statement: &'a Statement,
    /// Which statement took it back, where it names no matter; of a matter the fold tells.
    pub withdrawn: Option<&'a Reference>,
}

impl Stands<'_> {
    /// How other statements name it.
    pub fn reference(&self) -> Option<Reference> {
        Some(Reference { log: self.origin.clone(), index: self.index, id: self.held.entry.as_ref().ok()?.statement.id() })
    }

    /// When its log took it in.
    pub fn logged(&self) -> Option<Time> {
        self.held.entry.as_ref().ok().map(|entry| entry.logged)
    }

    /// Whether it counts: it is valid, and was not taken back. A statement of a matter may count; its matter tells whether it does.
    pub fn counts(&self) -> bool {
        self.held.judged.is_ok() && self.withdrawn.is_none()
    }

    /// Its words, if it has any and they are here.
    pub fn words(&self) -> Option<Words> {
        Words::parse(self.log.body(&self.statement.body?.hash)?).ok()
    }

    /// What it says, if it reads.
    pub fn said(&self) -> Option<Said> {
        Said::read(&self.statement.kind, &self.statement.facts).ok()
    }
}

impl Spoken {
    /// Takes in an entry.
    pub(crate) fn note(&mut self, origin: &Origin, index: u64, held: &HeldEntry) {
        let Ok(entry) = &held.entry else { return };
        let (statement, at) = (entry.statement.statement(), (origin.generation, index));
        for by in statement.by.iter() {
            let offices = Arc::make_mut(self.offices.entry(by.division).or_default());
            offices.entry(by.office.clone()).or_default().entry(origin.division).or_default().push(at);
        }
        if statement.matter.is_none() {
            Arc::make_mut(self.beside.entry(origin.division).or_default()).entry(statement.kind.clone()).or_default().push(at);
        }
    }

    /// Takes in what was taken back by now.
    pub(crate) fn learn(&mut self, withdrawals: Withdrawals) {
        self.withdrawals = Arc::new(withdrawals);
    }

    /// What stands at a place of a log, if it reads as a statement.
    pub fn at<'a>(&'a self, holdings: &'a Holdings, origin: &Origin, index: u64) -> Option<Stands<'a>> {
        let (origin, log) = holdings.logs().get_key_value(origin)?;
        let held = log.entry(index)?;
        let entry = held.entry.as_ref().ok()?;
        let statement = entry.statement.statement();
        let withdrawn = if statement.matter.is_some() || self.withdrawals.is_empty() {
            None
        } else {
            self.withdrawals.of(&Reference { log: origin.clone(), index, id: entry.statement.id() }, statement)
        };
        Some(Stands { origin, log, index, held, statement, withdrawn })
    }

    fn stands<'a>(&'a self, holdings: &'a Holdings, division: Division, (generation, index): At) -> Option<Stands<'a>> {
        let federation = holdings.registry().federation().name.clone();
        self.at(holdings, &Origin { federation, division, generation }, index)
    }

    /// What `office` signed, wherever it stands, in the order of each log.
    pub fn by<'a>(&'a self, holdings: &'a Holdings, office: &OfficeName) -> impl Iterator<Item = Stands<'a>> {
        let logs = self.offices.get(&office.division).and_then(|offices| offices.get(&office.office));
        logs.into_iter().flatten().flat_map(move |(division, all)| all.iter().filter_map(move |at| self.stands(holdings, *division, *at)))
    }

    /// The statements of `kind` that name no matter, in the logs of these divisions.
    pub fn beside_in<'a>(
        &'a self,
        holdings: &'a Holdings,
        kind: &'a str,
        divisions: impl IntoIterator<Item = Division> + 'a,
    ) -> impl Iterator<Item = Stands<'a>> {
        let kinds = move |division: Division| self.beside.get(&division).into_iter().map(move |kinds| (division, kinds));
        let of_kind = move |kinds: &'a BTreeMap<Kind, Vec<At>>| kinds.iter().filter(move |(each, _)| each.as_str() == kind);
        divisions.into_iter().flat_map(kinds).flat_map(move |(division, kinds)| {
            of_kind(kinds).flat_map(move |(_, all)| all.iter().filter_map(move |at| self.stands(holdings, division, *at)))
        })
    }

    /// The statements of `kind` that name no matter, in logs that `within` admits, from the highest division down.
    pub fn beside<'a>(
        &'a self,
        holdings: &'a Holdings,
        kind: &'a str,
        within: impl Fn(Division) -> bool + 'a,
    ) -> impl Iterator<Item = Stands<'a>> {
        let logs = self.beside.iter().filter(move |(division, _)| within(**division));
        let of_kind = move |kinds: &'a BTreeMap<Kind, Vec<At>>| kinds.iter().filter(move |(each, _)| each.as_str() == kind);
        logs.flat_map(move |(division, kinds)| {
            of_kind(kinds).flat_map(move |(_, all)| all.iter().filter_map(move |at| self.stands(holdings, *division, *at)))
        })
    }
}
