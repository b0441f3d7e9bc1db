//! A matter that grows: one more statement at a cost that does not depend on how many came before.
//!
//! Statements arrive as logs are read, and nearly always stand last in the order of [`super::order`]: those are taken into the story as it
//! is. One that belongs further up (a log above read late, a reference that comes after what refers to it), or that mends what was said
//! before, has the matter told anew.
//!
//! Invariant: whatever arrived in whatever order, the view is the one that [`super::fold`] gives of the same records.

use std::collections::BTreeMap;

use super::answered::voices;
use super::mending::Behind;
use super::order::{self, Tail};
use super::story::{Events, Story, heard, unhear};
use super::tell;
use crate::matter::pack::Packs;
use crate::matter::record::{Marks, Record, Reference};
use crate::matter::view::{Event, RulesUsed, View};
use crate::names::{MatterId, Origin};
use crate::standing::Standing;
use crate::time::Time;

/// A matter's statements and what came of them so far.
#[derive(Clone, Debug)]
pub struct Chronicle {
    /// Never behind, between one call and the next.
    story: Box<Story>,
    tail: Tail,
    work: Work,
}

/// What a chronicle had to do so far, to be held against how much came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Statements that were taken in at the end of the order.
    pub appended: u64,
    /// Statements that were taken in again because the matter was told anew.
    pub retold: u64,
}

impl Chronicle {
    /// A matter of which nothing is known yet. `offset` is the federation's fixed offset from UTC in hours.
    pub fn new(id: MatterId, packs: &Packs, offset: i8) -> Self {
        Self { story: Box::new(Story::new(id, packs, offset)), tail: Tail::default(), work: Work::default() }
    }

    /// The matter with these records, in whatever order; those of other matters are passed over.
    pub fn of(id: MatterId, records: &[Record], packs: &Packs, offset: i8) -> Self {
        let mut chronicle = Self::new(id, packs, offset);
        let of_matter = records.iter().filter(|record| record.statement.matter == Some(id));
        chronicle.retell(of_matter.map(|record| heard(record, offset)).collect());
        chronicle
    }

    /// Takes in one more record. One of another matter is passed over, one that is here already changes nothing unless it counts otherwise
    /// than before.
    pub fn take(&mut self, record: &Record) {
        if record.statement.matter != Some(self.story.id) {
            return;
        }
        if let Some(known) = self.story.find(&record.reference) {
            if (known.standing, known.marks) != (record.standing, record.marks) {
                self.judge_anew(|reference| (*reference == record.reference).then_some((record.standing, record.marks)));
            }
            return;
        }
        let event = heard(record, self.story.offset);
        if self.takes_at_end(&event) {
            self.append(event);
            self.catch_up();
        } else {
            let mut events = std::mem::take(&mut self.story.events);
            events.push(event);
            self.retell(events);
        }
    }

    /// Takes in several records; whatever order they come in, the matter is told anew once at most.
    pub fn take_all(&mut self, records: &[Record]) {
        let id = self.story.id;
        let mut further_up = Vec::new();
        let mut judged = BTreeMap::new();
        for record in records.iter().filter(|record| record.statement.matter == Some(id)) {
            if self.story.find(&record.reference).is_some() {
                judged.insert(&record.reference, (record.standing, record.marks));
                continue;
            }
            let event = heard(record, self.story.offset);
            if further_up.is_empty() && self.takes_at_end(&event) {
                self.append(event);
            } else {
                further_up.push(event);
            }
        }
        if !further_up.is_empty() {
            further_up.append(&mut self.story.events);
            self.retell(further_up);
        }
        self.catch_up();
        if !judged.is_empty() {
            self.judge_anew(|reference| judged.get(reference).copied());
        }
    }

    /// Whether any statement here stands in `log`.
    pub fn speaks_from(&self, log: &Origin) -> bool {
        self.story.events.iter().any(|event| event.reference.log == *log)
    }

    /// Takes in what the registry or the cross-check now says of statements that are here; `judged` gives none for what stays as it was.
    pub fn judge_anew(&mut self, judged: impl Fn(&Reference) -> Option<(Standing, Marks)>) {
        let mut changed = false;
        let mut events = std::mem::take(&mut self.story.events);
        for event in &mut events {
            if let Some((standing, marks)) = judged(&event.reference) {
                changed |= (event.standing, event.marks) != (standing, marks);
                (event.standing, event.marks) = (standing, marks);
            }
        }
        if changed {
            self.retell(events);
        } else {
            self.story.events = events;
        }
    }

    /// Takes in the packs that a reader knows by now; the matter is told anew if that changes whether it is judged.
    pub fn learn(&mut self, packs: &Packs) {
        let place = self.story.id.division;
        let judged_otherwise = match &self.story.rules {
            // What was weighed may have been so by a pack of a topic that was taken back since.
            _ if self.story.mends.weighed > 0 => true,
            RulesUsed::None => false,
            RulesUsed::Unknown { pack } => packs.judging(pack, place).is_some(),
            RulesUsed::Known { pack, .. } | RulesUsed::OtherMethod { pack } => packs.judging(pack, place).is_none(),
        };
        self.story.packs = packs.clone();
        if judged_otherwise {
            let events = std::mem::take(&mut self.story.events);
            self.retell(events);
        }
    }

    /// The matter as of an instant.
    pub fn tell(&self, as_of: Time) -> View {
        tell(&self.story, as_of)
    }

    /// How many statements are here.
    pub fn len(&self) -> usize {
        self.story.events.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.story.events.is_empty()
    }

    /// What it had to do so far.
    pub fn work(&self) -> Work {
        self.work
    }

    fn takes_at_end(&self, event: &Event) -> bool {
        self.tail.takes(event, &self.story) && !self.story.was_heard_before_withdrawal(event)
    }

    /// Takes in a statement that stands last.
    fn append(&mut self, event: Box<Event>) {
        self.work.appended += 1;
        self.extend(event);
    }

    /// Tells the matter from nothing.
    fn retell(&mut self, mut events: Events) {
        let (id, offset) = (self.story.id, self.story.offset);
        self.work.retold += events.len() as u64;
        for event in &mut events {
            unhear(event, offset);
        }
        *self.story = Story::new(id, &self.story.packs, offset);
        self.story.mends.voices = voices(id.division, &events);
        self.tail = Tail::default();
        for event in order::in_order(id.division, events) {
            self.extend(event);
        }
        self.catch_up();
    }

    fn extend(&mut self, event: Box<Event>) {
        if self.story.lags_for(&event) {
            self.catch_up();
        }
        self.tail.append(&event, &self.story);
        self.story.take_in(event);
    }

    /// Tells the matter again, if it is behind what was corrected and taken back.
    fn catch_up(&mut self) {
        if self.story.behind > Behind::Nothing {
            self.work.retold += self.story.events.len() as u64;
            let empty = Story::new(self.story.id, &self.story.packs, self.story.offset);
            *self.story = std::mem::replace(&mut *self.story, empty).told_again();
        }
    }
}
