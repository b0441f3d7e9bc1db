//! The matters of one division, and of each the few things that lists ask: so that a list passes over 100,000 matters without opening one.
//!
//! Out of scope: what a matter is (the fold says). Invariant: every matter has one brief, and it says what the view says.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_ledger::matter::codes::{FlagCode, Status, Word};
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::view::{Flag, View};
use luodi_ledger::names::MatterId;
use luodi_ledger::time::{Date, Time};

use crate::index::Case;

/// What lists ask of a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Which.
    pub id: MatterId,
    /// Its status.
    pub status: Status,
    /// When the newest statement that counts was logged.
    pub updated: Option<Time>,
    /// The last day of its newest notice.
    pub notice_to: Option<Date>,
    /// Days left of a notice that runs.
    pub notice_left: Option<i64>,
    /// Days past the due date of the promise that is latest; none of a matter that ended.
    pub late: Option<i64>,
    /// Days since convener or reporter last spoke, from eight weeks on.
    pub silent: Option<i64>,
    /// The day the last promise was reported finished.
    pub finished: Option<Date>,
    /// The item of a catalogue that its topic names.
    pub item: Option<Word>,
    /// Orders, circulars and evaluations said of it.
    pub findings: usize,
    /// Objections without an answer.
    pub unanswered: usize,
}

impl Brief {
    /// What `view` says of them.
    pub fn of(view: &View) -> Self {
        let ended = view.termination.is_some() || !view.has(FlagCode::Overdue);
        let topic = view.topic.as_ref().and_then(|topic| view.event(&topic.on));
        let is_finding = |said: &Said| matches!(said, Said::Rectification(_) | Said::Circular(_) | Said::Evaluation(_));
        Self {
            id: view.id,
            status: view.status,
            updated: view.updated,
            notice_to: view.notice.as_ref().map(|notice| notice.to),
            notice_left: view.notice.as_ref().and_then(|notice| notice.left),
            late: view.live().filter_map(|commitment| commitment.overdue_days).max().filter(|_| !ended),
            silent: view.flags.iter().find_map(|flag| match flag {
                Flag::Stale { days } => Some(*days),
                _ => None,
            }),
            finished: view.live().filter_map(|commitment| commitment.completion.as_ref().map(|completion| completion.date)).max(),
            item: topic.and_then(|topic| match &topic.said {
                Said::Topic(topic) => topic.item,
                _ => None,
            }),
            findings: view.timeline.iter().filter(|event| is_finding(&event.said)).count(),
            unanswered: view.objections.iter().filter(|objection| objection.answer.is_none()).count(),
        }
    }

    /// Whether a notice runs.
    pub fn is_on_notice(&self) -> bool {
        self.notice_left.is_some()
    }

    /// Whether a promise is past its day.
    pub fn is_late(&self) -> bool {
        self.late.is_some()
    }

    /// Whether nobody has spoken of it for eight weeks.
    pub fn is_silent(&self) -> bool {
        self.silent.is_some()
    }
}

/// The matters of one division.
#[derive(Clone, Debug, Default)]
pub struct Board {
    cases: BTreeMap<MatterId, Arc<Case>>,
    /// One of each matter with a topic that counts, by id: what was never raised, or was taken back, is in no list.
    briefs: Vec<Brief>,
}

impl Board {
    /// Puts a matter up, in the place of what stood there of it.
    pub fn put(&mut self, case: Arc<Case>) {
        let id = case.view.id;
        match (self.briefs.binary_search_by_key(&id, |known| known.id), case.view.topic.is_some()) {
            (Ok(at), true) => self.briefs[at] = Brief::of(&case.view),
            (Err(at), true) => self.briefs.insert(at, Brief::of(&case.view)),
            (Ok(at), false) => drop(self.briefs.remove(at)),
            (Err(_), false) => {}
        }
        self.cases.insert(id, case);
    }

    /// A matter, if it is known.
    pub fn get(&self, id: &MatterId) -> Option<&Arc<Case>> {
        self.cases.get(id)
    }

    /// All matters, by id.
    pub fn cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.cases.values()
    }

    /// What lists ask of each.
    pub fn briefs(&self) -> &[Brief] {
        &self.briefs
    }
}
