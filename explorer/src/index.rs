//! What the pages show: every matter folded, by division; rebuilt from nothing at a start, and then grown where a log grew: each matter is
//! kept as its chronicle, so one more statement is taken in by itself.
//!
//! Out of scope: what counts (holdings and `ledger` judge), how it looks. Invariant: a snapshot is never changed, only replaced, so a page
//! is told from one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use luodi_ledger::matter::pack::{Adoptions, Packs};
use luodi_ledger::matter::view::View;
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Chronicle, Marks, Record, Reference};
use luodi_ledger::names::{Division, MatterId, Origin};
use luodi_ledger::standing::{Cosigned, is_annulled, is_logged_doubtful};
use luodi_ledger::statement::BodyRef;
use luodi_ledger::time::{Date, Time};

use crate::assessed::Computed;
use crate::board::{Board, Brief};
use crate::land::Land;
use crate::source::{HeldEntry, HeldLog, Holdings};
use crate::spoken::Spoken;

/// Whether a source answers.
#[derive(Clone, Debug, Default)]
pub struct SourceState {
    /// What the page calls it: its division, or its address.
    pub url: String,
    /// Whose node it is, as the operator wrote it down.
    pub division: Option<Division>,
    /// When it last answered.
    pub answered: Option<Time>,
    /// Why it does not answer, if so.
    pub failing: Option<String>,
}

impl SourceState {
    pub(crate) fn answered(&mut self, now: Time) {
        self.answered = Some(now);
        self.failing = None;
    }
}

/// One matter with the words of its statements.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the fold says.
    pub view: View,
    words: BTreeMap<Reference, Arc<Words>>,
    /// Titles and decisions in small letters, for who looks for words.
    sought: Box<str>,
}

impl Case {
    /// A folded matter and the words that are here.
    pub fn new(view: View, words: BTreeMap<Reference, Arc<Words>>) -> Self {
        let outcome = view.rounds.iter().rev().find_map(|round| round.outcome.as_ref()).map(|outcome| &outcome.on);
        let topic = view.topic.as_ref().map(|topic| &topic.on);
        let mut sought = view.id.to_string();
        for on in [topic, outcome].into_iter().flatten() {
            let said = words.get(on).into_iter().flat_map(|words| std::iter::once(words.as_ref()).chain(words.en.as_deref()));
            for text in said.flat_map(|words| [&words.title, &words.text]).flatten() {
                sought.push('\n');
                sought.push_str(&text.to_lowercase());
            }
        }
        Self { view, words, sought: sought.into() }
    }

    /// Whether title, decision or number hold a word; the word is in small letters.
    pub fn speaks_of(&self, word: &str) -> bool {
        self.sought.contains(word)
    }

    /// The words of a statement, if it has any and they are here.
    pub fn words(&self, on: &Reference) -> Option<&Words> {
        self.words.get(on).map(Arc::as_ref)
    }
}

/// All that is known at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Counts the snapshots that differ in more than whether a source answers.
    pub serial: u64,
    /// The moment matters were folded for.
    pub as_of: Time,
    /// What was read and found true.
    pub holdings: Holdings,
    /// The matters, by home division.
    pub boards: BTreeMap<Division, Arc<Board>>,
    /// Who lies below whom.
    pub land: Arc<Land>,
    /// How many divisions at or below each keep a log.
    pub joined: Arc<BTreeMap<Division, usize>>,
    /// The rule packs matters were judged by: those that ship, and those put in force by statements that were read.
    pub packs: Arc<Packs>,
    /// Counties' figures that were computed from it, or from those before it.
    pub computed: Computed,
    /// Where each office spoke, and what logs say beside matters.
    pub spoken: Spoken,
    /// The sources, in the order of the configuration.
    pub sources: Vec<SourceState>,
}

impl Snapshot {
    /// Everything folded from nothing.
    pub fn rebuild(holdings: &mut Holdings, sources: &[SourceState], now: Time) -> Self {
        let everything = holdings.logs().keys().map(|origin| (origin.clone(), 0)).collect();
        holdings.take_changed();
        Index::default().take_in(holdings, &everything, sources, now)
    }

    /// A matter, if it is known.
    pub fn case(&self, id: &MatterId) -> Option<&Arc<Case>> {
        self.boards.get(&id.division)?.get(id)
    }

    /// All matters in or below `place`, or everywhere.
    pub fn cases(&self, place: Option<Division>) -> impl Iterator<Item = &Arc<Case>> {
        let within = move |code: &Division| place.is_none_or(|place| self.lies_within(*code, place));
        self.boards.iter().filter(move |(code, _)| within(code)).flat_map(|(_, board)| board.cases())
    }

    /// What lists ask of all matters in or below `place`, or everywhere.
    pub fn briefs(&self, place: Option<Division>) -> impl Iterator<Item = &Brief> {
        let within = move |code: &Division| place.is_none_or(|place| self.lies_within(*code, place));
        self.boards.iter().filter(move |(code, _)| within(code)).flat_map(|(_, board)| board.briefs())
    }

    /// Whether a division is `place` or lies below it today.
    pub fn lies_within(&self, code: Division, place: Division) -> bool {
        self.land.lies_within(code, place)
    }

    /// Whether a division is `above` or has at any time lain below it: whether the log of `above` may speak of it.
    pub fn has_lain_within(&self, code: Division, above: Division) -> bool {
        self.holdings.registry().is_within(code, above)
    }

    /// Whether a division has a log of its own here.
    pub fn has_joined(&self, code: Division) -> bool {
        self.holdings.registry().home_log(code).is_some()
    }

    /// How many divisions keep a log here, this one and those below it.
    pub fn joined_below(&self, code: Division) -> usize {
        self.joined.get(&code).copied().unwrap_or_default()
    }

    /// The divisions that keep a log here, by code.
    pub fn homes(&self) -> impl Iterator<Item = Division> {
        // Generations of one log stand side by side.
        let mut last = None;
        self.holdings.logs().keys().map(|origin| origin.division).filter(move |home| last.replace(*home) != Some(*home))
    }
}

/// What is known of one log, as far as it was read.
#[derive(Debug, Default)]
struct Mentions {
    scanned: u64,
    /// Which entries name a matter.
    of: BTreeMap<MatterId, Vec<u64>>,
    seen: Seen,
}

/// A matter as it grows.
#[derive(Debug)]
struct Kept {
    chronicle: Chronicle,
    words: BTreeMap<Reference, Arc<Words>>,
}

/// Keeps the boards up with the holdings.
#[derive(Debug)]
pub(crate) struct Index {
    packs: Arc<Packs>,
    mentions: BTreeMap<Origin, Mentions>,
    kept: BTreeMap<MatterId, Kept>,
    boards: BTreeMap<Division, Arc<Board>>,
    spoken: Spoken,
    land: Arc<Land>,
    joined: Arc<BTreeMap<Division, usize>>,
    /// How many logs `joined` was counted over.
    counted: usize,
    day: Option<Date>,
    computed: Computed,
    serial: u64,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            packs: Arc::new(Packs::built_in()),
            mentions: BTreeMap::new(),
            kept: BTreeMap::new(),
            boards: BTreeMap::new(),
            spoken: Spoken::default(),
            land: Arc::default(),
            joined: Arc::default(),
            counted: 0,
            day: None,
            computed: Computed::default(),
            serial: 0,
        }
    }
}

impl Index {
    /// Takes in what changed and gives the snapshot as of `now`.
    pub(crate) fn snapshot(&mut self, holdings: &mut Holdings, sources: &[SourceState], now: Time) -> Snapshot {
        let changed = holdings.take_changed();
        self.take_in(holdings, &changed, sources, now)
    }

    /// Takes in `changed` logs, each from the lowest index that may speak otherwise than before.
    fn take_in(&mut self, holdings: &Holdings, changed: &BTreeMap<Origin, u64>, sources: &[SourceState], now: Time) -> Snapshot {
        let mut fresh = BTreeMap::new();
        for (origin, lowest) in changed {
            self.scan(holdings, origin);
            self.gather(holdings, origin, *lowest, &mut fresh);
        }
        let mut affected: BTreeSet<MatterId> = fresh.keys().copied().collect();
        for (id, records) in fresh {
            self.grow(holdings, id, &records);
        }
        let offset = holdings.registry().federation().offset;
        let today = now.civil_date(offset);
        let rules_changed = self.adopt(holdings);
        if rules_changed {
            self.kept.values_mut().for_each(|kept| kept.chronicle.learn(&self.packs));
        }
        if !changed.is_empty() || rules_changed || self.day != Some(today) {
            self.serial += 1;
        }
        if rules_changed || self.day != Some(today) {
            // Any matter may be judged by rules that came or went, and days left and days late are told by the date, so every matter is told anew.
            self.day = Some(today);
            affected.extend(self.kept.keys().copied());
        }
        for id in affected {
            let Some(kept) = self.kept.get(&id) else { continue };
            let case = Case::new(kept.chronicle.tell(now), kept.words.clone());
            Arc::make_mut(self.boards.entry(id.division).or_default()).put(Arc::new(case));
        }
        self.survey(holdings, today);
        Snapshot {
            serial: self.serial,
            as_of: now,
            holdings: holdings.clone(),
            boards: self.boards.clone(),
            land: self.land.clone(),
            joined: self.joined.clone(),
            packs: self.packs.clone(),
            computed: self.computed.clone(),
            spoken: self.spoken.clone(),
            sources: sources.to_vec(),
        }
    }

    /// Takes in what was taken back, and the packs of the `rules` that stand and whose text was read; returns whether the packs changed.
    fn adopt(&mut self, holdings: &Holdings) -> bool {
        let mut adoptions = Adoptions::default();
        for kind in ["rules", "void"] {
            // What was taken back is being read: only whether each is valid is known.
            for stands in self.spoken.beside(holdings, kind, |_| true).filter(|stands| stands.held.judged.is_ok()) {
                if let Some(on) = stands.reference() {
                    adoptions.take(&on, stands.statement);
                }
            }
        }
        self.spoken.learn(adoptions.withdrawals().clone());
        let body = |on: &Reference, named: &BodyRef| Some(holdings.logs().get(&on.log)?.body(&named.hash)?.to_vec());
        let (packs, _) = adoptions.packs(holdings.registry(), body);
        let changed = packs != *self.packs;
        if changed {
            self.packs = Arc::new(packs);
        }
        changed
    }

    /// Sees who lies below whom, and counts anew who has joined where a log came or a division moved.
    fn survey(&mut self, holdings: &Holdings, today: Date) {
        let land = Land::of(holdings.registry(), today);
        let logs = holdings.logs();
        if land == *self.land && logs.len() == self.counted {
            return;
        }
        let mut joined = BTreeMap::new();
        let homes: BTreeSet<Division> = logs.keys().map(|origin| origin.division).collect();
        for above in homes.into_iter().flat_map(|home| land.up(home)) {
            *joined.entry(above).or_default() += 1;
        }
        (self.land, self.joined, self.counted) = (Arc::new(land), Arc::new(joined), logs.len());
    }

    /// Notes what the new entries of a log speak of.
    fn scan(&mut self, holdings: &Holdings, origin: &Origin) {
        let Some(log) = holdings.logs().get(origin) else { return };
        let mentions = self.mentions.entry(origin.clone()).or_default();
        for (index, held) in (mentions.scanned..).zip(log.entries().iter().skip(usize::try_from(mentions.scanned).unwrap_or(usize::MAX))) {
            self.spoken.note(origin, index, held);
            if let Some(id) = matter_of(held) {
                mentions.of.entry(id).or_default().push(index);
            }
            mentions.scanned = index + 1;
        }
    }

    /// Gathers what a log says from `lowest` on of the matters at home or below; what else it says of others' matters is on its own pages
    /// only.
    fn gather(&mut self, holdings: &Holdings, origin: &Origin, lowest: u64, fresh: &mut BTreeMap<MatterId, Vec<Record>>) {
        let (Some(log), Some(mentions)) = (holdings.logs().get(origin), self.mentions.get_mut(origin)) else { return };
        let seen = Seen { fork: holdings.is_contradicted(origin), cosigned: log.cosigned() };
        let seen_anew = std::mem::replace(&mut mentions.seen, seen) != seen;
        for (id, indices) in &mentions.of {
            let from = indices.partition_point(|index| *index < lowest);
            if from == indices.len() {
                continue;
            }
            let records = fresh.entry(*id).or_default();
            if !holdings.registry().is_within(id.division, origin.division) {
                // The place has moved to others since: the matter is gathered anew, without this log.
                if self.kept.get(id).is_some_and(|kept| kept.chronicle.speaks_from(origin)) {
                    self.kept.remove(id);
                }
                continue;
            }
            // What is seen of the log as a whole may be said of every entry of it.
            let from = if seen_anew { 0 } else { from };
            records.extend(indices[from..].iter().filter_map(|index| record(origin, *index, log.entry(*index)?, seen)));
        }
    }

    fn grow(&mut self, holdings: &Holdings, id: MatterId, records: &[Record]) {
        let offset = holdings.registry().federation().offset;
        let mut all = Vec::new();
        if !self.kept.contains_key(&id) {
            // A matter not kept is gathered whole: this log may be the last of several that speak of it.
            for (origin, mentions) in &self.mentions {
                let Some(log) = holdings.logs().get(origin).filter(|_| holdings.registry().is_within(id.division, origin.division)) else {
                    continue;
                };
                let indices = mentions.of.get(&id).into_iter().flatten();
                all.extend(indices.filter_map(|index| record(origin, *index, log.entry(*index)?, mentions.seen)));
            }
        }
        let records = if all.is_empty() { records } else { &all };
        if records.is_empty() {
            return;
        }
        let kept =
            self.kept.entry(id).or_insert_with(|| Kept { chronicle: Chronicle::new(id, &self.packs, offset), words: BTreeMap::new() });
        for record in records {
            match holdings.logs().get(&record.reference.log).and_then(|log| words_of(log, record)) {
                Some(read) => kept.words.insert(record.reference.clone(), Arc::new(read)),
                None => kept.words.remove(&record.reference),
            };
        }
        kept.chronicle.take_all(records);
    }
}

fn matter_of(held: &HeldEntry) -> Option<MatterId> {
    held.entry.as_ref().ok()?.statement.statement().matter
}

/// What the cross-check has seen of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    fork: bool,
    cosigned: Option<Cosigned>,
}

fn record(origin: &Origin, index: u64, held: &HeldEntry, seen: Seen) -> Option<Record> {
    let entry = held.entry.as_ref().ok()?;
    let standing = held.standing();
    let marks = Marks {
        logged_doubtful: is_logged_doubtful(index, entry.logged, seen.cosigned),
        annulled: is_annulled(index, standing, seen.cosigned.map_or(0, |head| head.size)),
        fork_seen: seen.fork,
    };
    Some(Record { marks, ..Record::of(origin, entry, standing) })
}

fn words_of(log: &HeldLog, record: &Record) -> Option<Words> {
    let body = log.body(&record.statement.body?.hash)?;
    Words::parse(body).ok()
}
