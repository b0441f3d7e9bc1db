//! What mends: corrections, withdrawals (撤回误录), redactions.
//!
//! Each correction and withdrawal is judged once, at its own place, by the matter as it stands there with every mend before it: by whose it
//! is, whether the old facts are what stands there, whether it comes too late. What they come to are the [`Mends`]. One that has an effect
//! bears on what was told already, so the story is then *behind* and is told again with it: a corrected statement with its new facts at its
//! old place, a withdrawn one without effect. What was judged is not judged again.
//!
//! Told again is what was told, whole, so that must not happen for every mend: of most, nothing that a mend changes has a part in how the
//! next is judged. [`Story::lags_for`] tells where it has.
//!
//! Two things stay as they were signed until the correction itself: what was promised, and by when for how much (see [`super::amending`]).
//! So a corrected date shows as moved, and no promise shows as never made.

use std::collections::BTreeMap;

use super::answered::Voices;
use super::deciding::promised;
use super::notice;
use super::story::{Story, Taken, Touched};
use crate::facts::Value;
use crate::matter::codes::{Irregular, KindCode};
use crate::matter::facts::{Correction, Redaction, Said, Withdrawal};
use crate::matter::record::Reference;
use crate::matter::signing;
use crate::matter::view::{Effect, Event};
use crate::names::OfficeName;
use crate::statement::{Kind, Signers};
use crate::time::Time;

/// Most mends of a matter's ground, its topics, rounds and outcomes, that are weighed against what rests on it: each may have the matter
/// told again. An honest matter has one or two; beyond, all else comes too late.
pub(super) const MOST_WEIGHED: u32 = 32;

/// What corrections and withdrawals came to so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Mends {
    /// By what was corrected.
    corrected: BTreeMap<Reference, Corrected>,
    /// By what was taken back: the withdrawal.
    withdrawn: BTreeMap<Reference, Reference>,
    /// Whether each that was judged has an effect, or why not.
    judged: BTreeMap<Reference, Result<(), Irregular>>,
    /// How many were weighed, of [`MOST_WEIGHED`].
    pub(super) weighed: u32,
    /// Who spoke to what is taken back in logs above.
    pub(super) voices: Voices,
}

/// A corrected statement.
#[derive(Clone, Debug, Default)]
struct Corrected {
    /// In order.
    steps: Vec<Step>,
    /// When the correction was logged that last changed its date.
    dated: Option<Time>,
}

/// One correction of a statement.
#[derive(Clone, Debug)]
struct Step {
    on: Reference,
    by: Signers,
    logged: Time,
    /// What the statement says from then on.
    said: Said,
    /// Whether that is anything new; words alone may be corrected too.
    is_new: bool,
}

/// What a story does not know yet of what was judged while it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Behind {
    #[default]
    Nothing,
    /// What statements say and whether they count.
    Facts,
    /// And perhaps whose matter it is.
    Convener,
}

impl Mends {
    /// The withdrawal that took a statement back.
    pub(super) fn withdrawal_of(&self, target: &Reference) -> Option<&Reference> {
        self.withdrawn.get(target)
    }

    /// When a statement was last corrected.
    pub(super) fn corrected_at(&self, target: &Reference) -> Option<Time> {
        self.corrected.get(target)?.steps.iter().map(|step| step.logged).max()
    }

    /// When a statement was last given other facts without the signature of an office.
    pub(super) fn changed_without(&self, target: &Reference, office: &OfficeName) -> Option<Time> {
        let steps = &self.corrected.get(target)?.steps;
        steps.iter().filter(|step| step.is_new && !step.by.contains(office)).map(|step| step.logged).max()
    }

    /// What a statement said after each correction of it, in order, and when that was logged.
    pub(super) fn since(&self, target: &Reference) -> impl Iterator<Item = (Time, &Said)> {
        self.corrected.get(target).into_iter().flat_map(|corrected| &corrected.steps).map(|step| (step.logged, &step.said))
    }

    /// What a statement said before and after one correction of it.
    pub(super) fn around<'m>(&'m self, target: &'m Event, correction: &Reference) -> Option<(&'m Said, &'m Said)> {
        let steps = &self.corrected.get(&target.reference)?.steps;
        let at = steps.iter().position(|step| step.on == *correction)?;
        let before = match at.checked_sub(1) {
            Some(before) => &steps[before].said,
            None => target.signed().unwrap_or(&target.said),
        };
        Some((before, &steps[at].said))
    }
}

impl Story {
    /// Puts a statement as it stands after all mends.
    pub(super) fn mend(&mut self, event: &mut Event) {
        if let Some(by) = self.mends.withdrawal_of(&event.reference) {
            event.mended.get_or_insert_default().withdrawn_by = Some(by.clone());
            event.effect = Effect::Irregular(Irregular::Withdrawn);
        }
        let Some((corrected, now)) = self.mends.corrected.get(&event.reference).and_then(|all| Some((all, all.steps.last()?))) else {
            return;
        };
        let signed = std::mem::replace(&mut event.said, now.said.clone());
        let mended = event.mended.get_or_insert_default();
        mended.signed = Some(signed);
        mended.corrected_by = corrected.steps.iter().map(|step| step.on.clone()).collect();
        event.date = event.said.date().unwrap_or_else(|| event.time.civil_date(self.offset));
        // Facts that did not read may do so now.
        if event.standing.is_valid() && event.withdrawn_by().is_none() {
            event.effect = Effect::Counted;
        }
        if let Some(dated) = corrected.dated {
            self.beside_at(self.events.len()).dated = Some(dated);
        }
    }

    /// Whether the story has to be told again before this next statement can be judged as the matter stands.
    pub(super) fn lags_for(&self, event: &Event) -> bool {
        if self.behind == Behind::Nothing || !event.effect.counts() {
            return false;
        }
        match &event.said {
            Said::Correction(_) | Said::Void(_) if self.behind == Behind::Convener => true,
            // What it is weighed by is the whole story. All else is told alike by one that is behind.
            Said::Void(withdrawal) if self.mends.weighed < MOST_WEIGHED => self
                .mendable(event, &withdrawal.target)
                .is_ok_and(|place| is_ground(&self.events[place].kind) && !self.is_answered(place, event)),
            _ => false,
        }
    }

    pub(super) fn take_correction(&mut self, heard: &Event, correction: &Correction) -> Taken {
        if let Some(judged) = self.mends.judged.get(&heard.reference) {
            (*judged)?;
            return Ok(self.amend(heard, &correction.target));
        }
        let judged = self.judge_correction(heard, correction);
        self.mends.judged.insert(heard.reference.clone(), judged.map(|_| ()));
        let round = judged?;
        Ok(Touched { round, moved: Vec::new() })
    }

    /// The round of what is corrected.
    fn judge_correction(&mut self, heard: &Event, correction: &Correction) -> Result<Option<u32>, Irregular> {
        let place = self.mendable(heard, &correction.target)?;
        let target = &self.events[place];
        let standing = self.mends.corrected.get(&correction.target).and_then(|corrected| corrected.steps.last());
        let was = standing.map_or(&target.said, |step| &step.said);
        let facts_were = was.to_facts().map_err(|_| Irregular::OldDiffers)?;
        let facts = correction.apply(&facts_were).map_err(|_| Irregular::OldDiffers)?;
        let now = match Said::read(&target.kind, &facts) {
            Ok(now) if now.kind().is_some() => now,
            _ => return Err(Irregular::Unreadable),
        };
        if adds_commitment(was, &now) {
            return Err(Irregular::AddsCommitment);
        }
        let redated = was.date() != now.date();
        let round = target.round;
        // A topic that did not read may own the matter from now on.
        let owns = was.kind().is_none() && now.kind() == Some(KindCode::Topic);
        if owns {
            self.weigh()?;
        }
        let corrected = self.mends.corrected.entry(correction.target.clone()).or_default();
        let (on, by) = (heard.reference.clone(), heard.by.clone());
        corrected.steps.push(Step { on, by, logged: heard.logged, said: now, is_new: facts != facts_were });
        if redated {
            corrected.dated = Some(heard.logged);
        }
        self.behind = self.behind.max(if owns { Behind::Convener } else { Behind::Facts });
        Ok(round)
    }

    pub(super) fn take_withdrawal(&mut self, heard: &Event, withdrawal: &Withdrawal) -> Taken {
        if let Some(judged) = self.mends.judged.get(&heard.reference) {
            (*judged)?;
            return Ok(Touched::default());
        }
        let judged = self.judge_withdrawal(heard, withdrawal);
        self.mends.judged.insert(heard.reference.clone(), judged);
        judged?;
        Ok(Touched::default())
    }

    /// Nothing is taken back that others have verified or spoken to, or that is past its notice; nor what a decision rests on.
    fn judge_withdrawal(&mut self, heard: &Event, withdrawal: &Withdrawal) -> Result<(), Irregular> {
        let place = self.mendable(heard, &withdrawal.target)?;
        if self.is_answered(place, heard) {
            return Err(Irregular::TooLate);
        }
        let mut behind = Behind::Facts;
        if is_ground(&self.events[place].kind) {
            self.weigh()?;
            if self.is_rested_on(place, heard) {
                return Err(Irregular::TooLate);
            }
            behind = Behind::Convener;
        }
        self.mends.withdrawn.insert(withdrawal.target.clone(), heard.reference.clone());
        self.behind = self.behind.max(behind);
        Ok(())
    }

    fn weigh(&mut self) -> Result<(), Irregular> {
        self.mends.weighed = self.mends.weighed.saturating_add(1);
        if self.mends.weighed > MOST_WEIGHED { Err(Irregular::TooLate) } else { Ok(()) }
    }

    /// Whether a decision or a further round rests on the statement at a place of the order, or what another office has spoken to, or its
    /// notice is over, when `heard` is logged.
    fn is_rested_on(&self, place: usize, heard: &Event) -> bool {
        let target = &self.events[place];
        let decided = |first: u32| self.rounds.iter().any(|round| round.number >= first && round.outcome.is_some());
        match &target.said {
            // One that had no effect carries nothing.
            _ if !target.effect.counts() => false,
            Said::Topic(_) => decided(1) || self.is_any_answered(heard, |_| true),
            Said::Reopen(reopen) => {
                let of_round = |event: &Event| matches!(&event.said, Said::Step(step) if step.round >= reopen.round);
                decided(reopen.round) || self.is_any_answered(heard, of_round)
            }
            Said::Outcome(outcome) => {
                let made = |id| self.commitment(id).is_some_and(|position| self.commitments[position].made == place);
                heard.logged.civil_date(self.offset) > notice::last_day(self, place)
                    || self.rounds.iter().any(|round| round.number > outcome.round)
                    || self.is_any_answered(heard, |event| event.said.commitment().is_some_and(made))
            }
            _ => false,
        }
    }

    /// Whether another office had spoken to any statement of some sort that counts when `heard` was logged.
    fn is_any_answered(&self, heard: &Event, is_of: impl Fn(&Event) -> bool) -> bool {
        (0..self.events.len()).any(|at| {
            let event = &self.events[at];
            event.effect.counts() && is_of(event) && self.is_answered(at, heard)
        })
    }

    /// Where the statement stands that is mended, if its own office mends it, in its own log, and it is not taken back.
    fn mendable(&self, heard: &Event, target: &Reference) -> Result<usize, Irregular> {
        let place = self.valid_place(target).ok_or(Irregular::Unresolved)?;
        let target = &self.events[place];
        // By its kind: one that does not read as it stands would be judged at its old place, once it did.
        let is_mend = target.kind.as_str().parse().is_ok_and(KindCode::mends);
        if is_mend || self.mends.withdrawal_of(&target.reference).is_some() {
            return Err(Irregular::Unresolved);
        }
        if target.reference.log.division != heard.reference.log.division || !self.speaks_for(&heard.by, &target.by) {
            return Err(Irregular::NotItsOffice);
        }
        Ok(place)
    }

    /// An office above erases words, or the office whose they are together with the supervisors. No state depends on it.
    pub(super) fn take_redaction(&mut self, heard: &Event, redaction: &Redaction) -> Taken {
        let target = self.find(&redaction.target).ok_or(Irregular::Unresolved)?;
        let home = self.id.division;
        let from_above = heard.by.iter().any(|by| by.division != home && signing::oversees(by));
        let together =
            heard.by.len() > 1 && heard.by.iter().any(|by| signing::is_supervisor(by, home)) && self.speaks_for(&heard.by, &target.by);
        if !from_above && !together {
            return Err(Irregular::NotItsOffice);
        }
        let round = target.round;
        if let Some(target) = self.find_mut(&redaction.target) {
            target.mended.get_or_insert_default().redacted_by.push(heard.reference.clone());
        }
        Ok(Touched { round, moved: Vec::new() })
    }
}

/// What everything else in a matter rests on.
fn is_ground(kind: &Kind) -> bool {
    matches!(kind.as_str().parse(), Ok(KindCode::Topic | KindCode::Reopen | KindCode::Outcome))
}

/// Whether a correction of an outcome promises what the outcome did not: words say what is promised, and a correction brings none.
fn adds_commitment(was: &Said, now: &Said) -> bool {
    let Said::Outcome(now) = now else { return false };
    let raw = |id: &str| match was {
        Said::Raw(fields) => matches!(fields.get("commitments"), Some(Value::List(all)) if all.iter().any(|promise| {
            matches!(promise, Value::Map(fields) if matches!(fields.get("id"), Some(Value::Text(known)) if known == id))
        })),
        _ => false,
    };
    let known = |id| matches!(was, Said::Outcome(was) if promised(was).iter().any(|promise| promise.id == id));
    promised(now).iter().any(|promise| !known(promise.id) && !raw(promise.id.as_str()))
}
