//! What happened in the county before the demonstration starts: eight matters, told backwards from today.
//!
//! Each is written from a case of public reports ([`super::cases`]) and names it; places, numbers and dates are arranged. Every event is
//! signed by the office whose part it is. Out of scope: signing and publishing.
//!
//! Invariant: the same start gives the same events, so that a demonstration that was interrupted takes up its story where it stopped.

mod beside;
mod canteen;
mod drain;
mod flowers;
mod gate;
mod path;
mod renovation;
mod road;
mod words;
mod yard;

use std::collections::BTreeMap;

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{
    Basis, Category, CodeList as _, Coded, Decision, Form, KindCode, Method, Participant, Proposer, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Attendance, Fen, OptionCount, Raised, Said, Step, Tally, Topic};
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{MatterId, Office, OfficeName};
use luodi_ledger::time::{Date, Time};

use super::cases;
use super::cast::{OFFSET, Place, parsed};

/// The days before the demonstration, counted backwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    today: Date,
}

impl Calendar {
    /// The calendar of a demonstration that starts at `start`.
    pub(super) fn of(start: Time) -> Self {
        Self { today: start.civil_date(OFFSET) }
    }

    /// The date `days` ago; in the future if negative.
    pub(super) fn ago(self, days: i64) -> Date {
        Time::start_of(self.today, OFFSET).plus(-days * 86_400).civil_date(OFFSET)
    }

    pub(super) fn at(self, (days, hour, minute): Moment) -> Time {
        Time::start_of(self.ago(days), OFFSET).plus(hour * 3600 + minute * 60)
    }
}

/// Days ago, hour, minute.
type Moment = (i64, i64, i64);

/// What a statement says; some can only be said once another stands in its log.
pub(super) enum Saying {
    /// It stands alone.
    Plain(Box<Said>),
    /// It speaks of the event with that label.
    Of(String, Box<dyn Fn(Reference) -> Said + Send + Sync>),
}

/// One statement of the story.
pub(super) struct Event {
    /// Names it among all events.
    pub(super) label: String,
    /// When it is signed and logged.
    pub(super) at: Time,
    /// Whose log it enters.
    pub(super) place: Place,
    /// Who signs.
    pub(super) by: Vec<OfficeName>,
    /// The matter, if it names one.
    pub(super) matter: Option<MatterId>,
    /// What it says.
    pub(super) saying: Saying,
    /// Its words, in both languages.
    pub(super) words: Words,
}

impl Event {
    /// What it says, once the events it speaks of stand where `placed` tells.
    pub(super) fn said(&self, placed: &BTreeMap<String, Reference>) -> anyhow::Result<Said> {
        match &self.saying {
            Saying::Plain(said) => Ok(said.as_ref().clone()),
            Saying::Of(label, said) => {
                let target = placed.get(label).ok_or_else(|| anyhow::anyhow!("{}: {label} has not been published", self.label))?;
                Ok(said(target.clone()))
            }
        }
    }
}

/// The whole story, in the order it happened.
pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let matters = [yard::tell, road::tell, canteen::tell, renovation::tell, drain::tell, flowers::tell, gate::tell, path::tell];
    let mut events: Vec<Event> = matters.into_iter().flat_map(|tell| tell(calendar)).collect();
    let beside = beside::tell(calendar, &events);
    events.extend(beside);
    events.sort_by(|a, b| (a.at, &a.label).cmp(&(b.at, &b.label)));
    events
}

/// What a matter is about, and the case it is written from.
#[derive(Clone, Copy)]
struct Subject {
    case: &'static str,
    basis: Basis,
    category: Category,
    /// The item of the list or directory that it falls under.
    item: &'static str,
    raised: (Proposer, Option<u32>),
}

/// One matter being told.
struct Telling {
    name: &'static str,
    place: Place,
    matter: MatterId,
    method: Method,
    calendar: Calendar,
    events: Vec<Event>,
}

impl Telling {
    /// Begins a matter whose topic is signed `days` ago.
    fn new(name: &'static str, place: Place, number: u32, method: Method, calendar: Calendar, days: i64) -> Self {
        let year = u16::try_from(calendar.ago(days).year()).unwrap_or_default();
        let matter = MatterId { division: place.division(), year, number };
        Self { name, place, matter, method, calendar, events: Vec::new() }
    }

    fn day(&self, days: i64) -> Date {
        self.calendar.ago(days)
    }

    /// The committee, or the owners where they decide, confirms the topic.
    fn raise(&mut self, at: Moment, subject: Subject, words: words::Both) {
        let village = self.place.code.get(9..).is_some_and(|last| last >= "200");
        let topic = Topic {
            area: Some(if village { 220 } else { 111 }),
            basis: subject.basis.into(),
            category: subject.category.into(),
            date: None,
            decision: Decision::Confirmed,
            elsewhere: None,
            item: Some(parsed(subject.item)),
            links: vec![],
            method: self.method.into(),
            raised: Some(Raised { by: subject.raised.0.into(), count: subject.raised.1 }),
            rules: Packs::built_in().with(self.method).map(|(name, _)| *name).next(),
        };
        let by = if self.method == Method::Owners { Office::OWNERS } else { Office::COMMITTEE };
        self.says(at, &[by], "topic", Said::from(topic), words.of_case(&cases::named(subject.case)));
    }

    /// The offices named `by` say something.
    fn says(&mut self, at: Moment, by: &[&str], what: &str, said: Said, words: words::Both) {
        self.add(at, by, what, Saying::Plain(Box::new(said)), words);
    }

    /// The offices named `by` say something of an earlier event.
    fn says_of(
        &mut self,
        at: Moment,
        by: &[&str],
        what: &str,
        of: &str,
        said: impl Fn(Reference) -> Said + Send + Sync + 'static,
        words: words::Both,
    ) {
        let of = format!("{}/{of}", self.name);
        self.add(at, by, what, Saying::Of(of, Box::new(said)), words);
    }

    fn add(&mut self, at: Moment, by: &[&str], what: &str, saying: Saying, words: words::Both) {
        let event = Event {
            label: format!("{}/{what}", self.name),
            at: self.calendar.at(at),
            place: self.place,
            by: by.iter().map(|office| self.place.office(office)).collect(),
            matter: Some(self.matter),
            saying,
            words: words.done(),
        };
        self.events.push(event);
    }

    /// A step of the method, held on the day it is signed.
    fn step(&mut self, at: Moment, by: &[&str], step: StepCode, meeting: Meeting, words: words::Both) {
        let said = Said::from(Step {
            date: self.day(at.0),
            form: meeting.form.map(Coded::from),
            method: self.method.into(),
            participants: meeting.heads.iter().map(|(kind, count)| Attendance { count: *count, kind: (*kind).into() }).collect(),
            round: meeting.round,
            step: step.into(),
            tallies: meeting.tallies,
        });
        let round = meeting.round;
        self.says(at, by, &format!("{step}-{round}"), said, words);
    }

    fn end(self) -> Vec<Event> {
        self.events
    }
}

/// Who met, in what form, and how they voted.
struct Meeting {
    form: Option<Form>,
    round: u32,
    heads: Vec<(Participant, u32)>,
    tallies: Vec<Tally>,
}

impl Meeting {
    fn new(form: Form, heads: &[(Participant, u32)]) -> Self {
        Self { form: Some(form), round: 1, heads: heads.to_vec(), tallies: Vec::new() }
    }

    fn in_round(mut self, round: u32) -> Self {
        self.round = round;
        self
    }

    /// Counted by `unit`: due and present, then votes for, against and abstaining.
    fn voted(self, unit: Unit, (due, present): (u64, u64), votes: [u64; 3]) -> Self {
        let options = [("for", votes[0]), ("against", votes[1]), ("abstain", votes[2])];
        self.chose(unit, (due, present), &options)
    }

    /// Counted by `unit`, with the options named.
    fn chose(mut self, unit: Unit, (due, present): (u64, u64), options: &[(&str, u64)]) -> Self {
        let options = options.iter().map(|(code, count)| OptionCount { code: parsed(code), count: *count }).collect();
        self.tallies.push(Tally { due, options, present, unit: unit.into() });
        self
    }
}

/// The kind of statement that says it.
pub(super) fn said_kind(said: &Said) -> &'static str {
    said.kind().map_or("raw", KindCode::as_str)
}

/// An amount in yuan.
fn yuan(amount: u64) -> Fen {
    Fen(amount * 100)
}

#[cfg(test)]
mod tests;
