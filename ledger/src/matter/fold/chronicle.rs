//! A matter that grows: one more statement at a cost that does not depend on how many came before.
//!
//! Statements arrive as logs are read, and nearly always stand last in the order of [`super::order`]: those are taken into the story as it
//! is. One that belongs further up (a log above read late, a reference that comes after what refers to it), or that mends what was said
//! before, has the matter told anew.
//!
//! Invariant: whatever arrived in whatever order, the view is the one that [`super::fold`] gives of the same records.

use std::collections::BTreeMap;

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
    /// Told as everything was signed.
    plain: Box<Story>,
    /// Told again with what was corrected and taken back, if anything was.
    mended: Option<Box<Story>>,
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
        Self { plain: Box::new(Story::new(id, packs, offset)), mended: None, tail: Tail::default(), work: Work::default() }
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
        if record.statement.matter != Some(self.plain.id) {
            return;
        }
        if let Some(known) = self.plain.find(&record.reference) {
            if (known.standing, known.marks) != (record.standing, record.marks) {
                self.judge_anew(|reference| (*reference == record.reference).then_some((record.standing, record.marks)));
            }
            return;
        }
        let event = heard(record, self.plain.offset);
        if self.takes_at_end(&event) {
            self.append(event);
        } else {
            let mut events = std::mem::take(&mut self.plain.events);
            events.push(event);
            self.retell(events);
        }
    }

    /// Takes in several records; whatever order they come in, the matter is told anew once at most.
    pub fn take_all(&mut self, records: &[Record]) {
        let id = self.plain.id;
        let mut further_up = Vec::new();
        let mut judged = BTreeMap::new();
        for record in records.iter().filter(|record| record.statement.matter == Some(id)) {
            if self.plain.find(&record.reference).is_some() {
                judged.insert(&record.reference, (record.standing, record.marks));
                continue;
            }
            let event = heard(record, self.plain.offset);
            if further_up.is_empty() && self.takes_at_end(&event) {
                self.append(event);
            } else {
                further_up.push(event);
            }
        }
        if !further_up.is_empty() {
            further_up.append(&mut self.plain.events);
            self.retell(further_up);
        }
        if !judged.is_empty() {
            self.judge_anew(|reference| judged.get(reference).copied());
        }
    }

    /// Whether any statement here stands in `log`.
    pub fn speaks_from(&self, log: &Origin) -> bool {
        self.plain.events.iter().any(|event| event.reference.log == *log)
    }

    /// Takes in what the registry or the cross-check now says of statements that are here; `judged` gives none for what stays as it was.
    pub fn judge_anew(&mut self, judged: impl Fn(&Reference) -> Option<(Standing, Marks)>) {
        let mut changed = false;
        let mut events = std::mem::take(&mut self.plain.events);
        for event in &mut events {
            if let Some((standing, marks)) = judged(&event.reference) {
                changed |= (event.standing, event.marks) != (standing, marks);
                (event.standing, event.marks) = (standing, marks);
            }
        }
        if changed {
            self.retell(events);
        } else {
            self.plain.events = events;
        }
    }

    /// Takes in the packs that a reader knows by now; the matter is told anew if that changes whether it is judged.
    pub fn learn(&mut self, packs: &Packs) {
        let place = self.plain.id.division;
        let judged_otherwise = match &self.plain.rules {
            RulesUsed::None => false,
            RulesUsed::Unknown { pack } => packs.judging(pack, place).is_some(),
            RulesUsed::Known { pack, .. } | RulesUsed::OtherMethod { pack } => packs.judging(pack, place).is_none(),
        };
        self.plain.packs = packs.clone();
        if judged_otherwise {
            let events = std::mem::take(&mut self.plain.events);
            self.retell(events);
        } else if let Some(mended) = &mut self.mended {
            mended.packs = packs.clone();
        }
    }

    /// The matter as of an instant.
    pub fn tell(&self, as_of: Time) -> View {
        tell(self.mended.as_deref().unwrap_or(&self.plain), as_of)
    }

    /// How many statements are here.
    pub fn len(&self) -> usize {
        self.plain.events.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.plain.events.is_empty()
    }

    /// What it had to do so far.
    pub fn work(&self) -> Work {
        self.work
    }

    fn takes_at_end(&self, event: &Event) -> bool {
        self.tail.takes(event, &self.plain)
    }

    fn append(&mut self, event: Box<Event>) {
        self.work.appended += 1;
        let (mends, place) = (self.plain.mends.count, self.plain.events.len());
        self.extend(event);
        if self.plain.mends.count > mends {
            self.tell_with_mends();
        } else if let Some(mended) = &mut self.mended {
            let mut event = self.plain.events[place].clone();
            unhear(&mut event, mended.offset);
            mended.take_in(event, Some(&self.plain.mends));
        }
    }

    /// Tells the matter from nothing.
    fn retell(&mut self, events: Events) {
        let (id, offset) = (self.plain.id, self.plain.offset);
        self.work.retold += events.len() as u64;
        *self.plain = Story::new(id, &self.plain.packs, offset);
        self.mended = None;
        self.tail = Tail::default();
        for mut event in order::in_order(id.division, events) {
            unhear(&mut event, offset);
            self.extend(event);
        }
        if self.plain.mends.count > 0 {
            self.tell_with_mends();
        }
    }

    fn extend(&mut self, event: Box<Event>) {
        self.tail.append(&event, &self.plain);
        self.plain.take_in(event, None);
    }

    fn tell_with_mends(&mut self) {
        self.work.retold += self.plain.events.len() as u64;
        let mut story = Story::new(self.plain.id, &self.plain.packs, self.plain.offset);
        for event in &self.plain.events {
            let mut event = event.clone();
            unhear(&mut event, story.offset);
            story.take_in(event, Some(&self.plain.mends));
        }
        self.mended = Some(Box::new(story));
    }
}
