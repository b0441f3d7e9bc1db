//! How places disclose: missing disclosures, answers, silence, directories, must-items.

use std::collections::{BTreeMap, BTreeSet};

use super::deciding::had;
use super::{Case, Gathered, Member};
use crate::matter::calendar::{Calendar, Slot, Span};
use crate::matter::codes::{CaseState, CodeList as _, Decision, DutyCode, Every, IndicatorCode, SlotState, Word};
use crate::matter::facts::Said;
use crate::matter::view::View;
use crate::names::{Division, Level};
use crate::time::Date;

/// What counts as a disclosure that is missing. Answers and directories have figures of their own; the item list is the county's own duty.
const DISCLOSURES: [DutyCode; 4] = [DutyCode::Disclosure, DutyCode::Finance, DutyCode::Resolution, DutyCode::Result];

pub(super) fn gather(gathered: &mut Gathered<'_>, members: &BTreeMap<Division, &Member>, views: &[&View]) {
    let mut at_home: BTreeMap<Division, Vec<&View>> = BTreeMap::new();
    for view in views {
        at_home.entry(view.place).or_default().push(view);
    }
    let of_county = members.get(&gathered.ground.county).and_then(|county| county.must.as_deref());
    for (division, member) in members {
        let views = at_home.get(division).map_or(&[][..], Vec::as_slice);
        of_calendar(gathered, member, views);
        if division.level() == Level::Community {
            of_community(gathered, member, views, of_county);
        }
    }
}

fn of_calendar(gathered: &mut Gathered<'_>, member: &Member, views: &[&View]) {
    let ground = gathered.ground;
    let calendar = Calendar::of(&member.place, views.iter().copied(), ground.packs, ground.as_of, ground.offset);
    for slot in calendar.slots.iter().filter(|slot| ground.period.holds(slot.due)) {
        let judged = |state| match slot {
            Slot { advisory: true, .. } => CaseState::Advisory,
            Slot { state: SlotState::Open, .. } => CaseState::Pending,
            _ => state,
        };
        let case = |state| Case {
            matter: slot.matter,
            on: slot.filled.as_ref().map(|filled| filled.on.clone()).or_else(|| slot.follows.clone()),
            day: Some(slot.due),
            word: slot.duty.as_str().parse().ok(),
            ..Case::new(calendar.place, state)
        };
        if DISCLOSURES.contains(&slot.duty) {
            gathered.push(IndicatorCode::MissingDisclosures, case(judged(had(slot.state == SlotState::Missing))));
        } else if slot.duty == DutyCode::Answer {
            gathered.push(IndicatorCode::AnsweredInTime, case(judged(had(slot.state == SlotState::Filled))));
        }
    }
}

fn of_community(gathered: &mut Gathered<'_>, member: &Member, views: &[&View], of_county: Option<&[Word]>) {
    let place = member.place.division;
    let Some(since) = member.place.since else { return };
    gathered.push(IndicatorCode::Communities, Case { day: Some(since), ..Case::new(place, CaseState::Had) });
    gathered.push(IndicatorCode::NoDirectory, Case::new(place, had(member.place.catalogues.is_empty())));

    let period = gathered.ground.period;
    let spoken = spoken(gathered, member, views);
    let whole = |quarter: &Span| quarter.until <= period.until && quarter.until < gathered.today;
    let quarters: Vec<Span> = Span::periods(Every::Quarter, since.max(period.from), period.until).filter(whole).collect();
    for quarter in quarters {
        let silent = spoken.range(quarter.from..=quarter.until).next().is_none();
        gathered.push(IndicatorCode::Silent, Case { day: Some(quarter.from), ..Case::new(place, had(silent)) });
    }

    let consulted: BTreeSet<Word> = views.iter().filter_map(|view| item(view)).collect();
    for code in member.must.as_deref().or(of_county).unwrap_or_default() {
        let case = Case { word: Some(*code), ..Case::new(place, had(!consulted.contains(code))) };
        gathered.push(IndicatorCode::NeverConsulted, case);
    }
}

/// The days on which the place's own log took in something that counts.
fn spoken(gathered: &Gathered<'_>, member: &Member, views: &[&View]) -> BTreeSet<Date> {
    let own = views.iter().flat_map(|view| &view.timeline);
    let own = own.filter(|event| event.effect.counts() && event.reference.log.division == member.place.division);
    own.map(|event| gathered.date(event.logged)).chain(member.place.catalogues.iter().map(|filled| filled.logged)).collect()
}

/// The catalogue item that a confirmed topic names.
fn item(view: &View) -> Option<Word> {
    let topic = view.topic.as_ref().filter(|topic| topic.decision == Decision::Confirmed)?;
    match &view.event(&topic.on)?.said {
        Said::Topic(said) => said.item,
        _ => None,
    }
}
