//! Whether another office has spoken to a statement, so that it is no longer its own office's alone to take back.
//!
//! What is asked is who spoke and when, never whether that had an effect: whether it has may hang on what is taken back, and no withdrawal
//! may erase a verdict by way of what it makes of it. When is told by the entry: in the home log by its order, else by `logged`.
//!
//! Invariant: it is told alike whichever statements have effect so far.

use std::collections::BTreeMap;

use super::story::{Events, Story};
use crate::matter::codes::KindCode;
use crate::matter::facts::Said;
use crate::matter::record::Reference;
use crate::matter::signing;
use crate::matter::view::Event;
use crate::names::{Division, OfficeName};
use crate::time::Time;

/// Whether and when another office spoke to a statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken {
    /// One did in the home log, of what stands there as well; the order tells when.
    at_home: bool,
    /// When one first did otherwise.
    across: Option<Time>,
}

/// Of each statement in a log above that a withdrawal names: when another office first spoke to it. What stands there is followed by what
/// comes later, in the order of the fold, so the order does not tell.
pub(super) type Voices = BTreeMap<Reference, Time>;

/// The [`Voices`] among all statements of a matter.
pub(super) fn voices(home: Division, events: &Events) -> Voices {
    let valid = || events.iter().filter(|event| event.standing.is_valid());
    let named = valid().filter_map(|event| match &event.said {
        Said::Void(withdrawal) if withdrawal.target.log.division != home => Some((&withdrawal.target, None)),
        _ => None,
    });
    let mut named: BTreeMap<&Reference, Option<&Event>> = named.collect();
    if named.is_empty() {
        return Voices::new();
    }
    for event in valid() {
        named.entry(&event.reference).and_modify(|of| *of = Some(event));
    }
    let mut voices = Voices::new();
    for event in valid() {
        let Some(target) = event.said.target() else { continue };
        if let Some(Some(of)) = named.get(target)
            && is_spoken_to(home, &event.said, event, of)
        {
            voices.entry(target.clone()).and_modify(|first| *first = event.logged.min(*first)).or_insert(event.logged);
        }
    }
    voices
}

/// Whether `said`, by the signers of `event`, is another office's word to the statement `of`.
fn is_spoken_to(home: Division, said: &Said, event: &Event, of: &Event) -> bool {
    let Ok(kind) = of.kind.as_str().parse::<KindCode>() else { return false };
    let any = |holds: &dyn Fn(&OfficeName) -> bool| event.by.iter().any(holds);
    let convenes = |by: &OfficeName| by.division == home && signing::may_convene(by);
    let may_say = match said {
        // A verdict stands, whoever signed what it is on.
        Said::Verification(_) => return can_be_verified(kind) && any(&|by| signing::may_verify(by, home)),
        Said::Countersign(_) => can_be_countersigned(kind),
        Said::Answer(_) => matches!(kind, KindCode::Objection | KindCode::Rectification | KindCode::Outcome),
        Said::Termination(_) => matches!(kind, KindCode::Step | KindCode::Outcome) && any(&convenes),
        Said::Objection(_) => any(&|by| by.division != home || signing::is_supervisor(by, home) || convenes(by)),
        Said::Evaluation(_) | Said::Rectification(_) | Said::Circular(_) => any(&|by| by.division != home && signing::oversees(by)),
        _ => false,
    };
    // What a convening office signed is its own, whoever signed beside it.
    let convened = of.by.iter().any(convenes);
    may_say && !any(&|by| of.by.contains(by) && (!convened || convenes(by)))
}

/// What supervisors can find true or not: what was decided, done or told by those who carry the matter.
pub(super) fn can_be_verified(kind: KindCode) -> bool {
    matches!(
        kind,
        KindCode::Topic
            | KindCode::Step
            | KindCode::Outcome
            | KindCode::Plan
            | KindCode::Progress
            | KindCode::Problem
            | KindCode::Reopen
            | KindCode::Completion
            | KindCode::Result
            | KindCode::Termination
    )
}

/// What another office can put its name beside.
pub(super) fn can_be_countersigned(kind: KindCode) -> bool {
    matches!(
        kind,
        KindCode::Topic
            | KindCode::Step
            | KindCode::Outcome
            | KindCode::Plan
            | KindCode::Result
            | KindCode::Completion
            | KindCode::Reopen
            | KindCode::Termination
    )
}

impl Story {
    /// Notes to what a statement, which is the next of the story, was said.
    pub(super) fn hear(&mut self, event: &Event) {
        if !event.standing.is_valid() {
            return;
        }
        // What it was said to stays spoken to, though a correction has it speak to another.
        self.note_spoken(event.signed().unwrap_or(&event.said), event);
        if let Said::Correction(correction) = &event.said
            && let Some((was, now)) = self.find(&correction.target).and_then(|of| self.mends.around(of, &event.reference))
            && was.target() != now.target()
        {
            let now = now.clone();
            self.note_spoken(&now, event);
        }
    }

    fn note_spoken(&mut self, said: &Said, event: &Event) {
        let Some(place) = said.target().and_then(|target| self.valid_place(target)) else { return };
        let (home, of) = (self.id.division, &self.events[place]);
        if !is_spoken_to(home, said, event, of) {
            return;
        }
        let at_home = of.reference.log.division == home && event.reference.log.division == home;
        let spoken = &mut self.beside_at(place).spoken;
        if at_home {
            spoken.at_home = true;
        } else {
            spoken.across = Some(spoken.across.map_or(event.logged, |first| first.min(event.logged)));
        }
    }

    /// Whether another office had spoken to the statement at a place of the order when `heard` was logged.
    pub(super) fn is_answered(&self, place: usize, heard: &Event) -> bool {
        let spoken = self.beside(place).map(|beside| beside.spoken).unwrap_or_default();
        let across = [spoken.across, self.mends.voices.get(&self.events[place].reference).copied()];
        spoken.at_home || across.into_iter().flatten().any(|first| first <= heard.logged)
    }

    /// Whether a statement speaks to one that a withdrawal took back, and was logged before that: so it came too late after all.
    pub(super) fn was_heard_before_withdrawal(&self, event: &Event) -> bool {
        let Some(of) = event.said.target().and_then(|target| self.find(target)) else { return false };
        let across = of.reference.log.division != self.id.division || event.reference.log.division != self.id.division;
        across
            && self
                .mends
                .withdrawal_of(&of.reference)
                .and_then(|by| self.find(by))
                .is_some_and(|withdrawal| event.logged <= withdrawal.logged)
            && is_spoken_to(self.id.division, &event.said, event, of)
    }
}
