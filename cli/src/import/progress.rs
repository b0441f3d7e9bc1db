//! A row that is news of a matter: progress, a changed plan, a completion.

use luodi_ledger::matter::codes::{CodeList as _, KindCode};
use luodi_ledger::matter::facts::{Completion, Plan, Progress, Said};
use luodi_ledger::matter::labels::Label as _;

use super::cell::Wrong;
use super::field::{Field, NEWS};
use super::item::{About, Facts, Item, Piece};
use super::reading::Reading;
use super::rows::{keep, only, words};
use crate::language::say;

pub(super) fn progress(reading: &mut Reading<'_>, key: String) -> Option<Item> {
    let language = reading.language;
    let kind = match reading.translated(Field::Event) {
        None => KindCode::Progress,
        Some(text) => {
            let named = |kind: &KindCode| kind.as_str() == text || kind.zh() == text || kind.en().eq_ignore_ascii_case(&text);
            let found = NEWS.into_iter().find(named);
            if found.is_none() {
                reading.unknown_word(Field::Event, &text);
            }
            found?
        }
    };
    let about = match (reading.parsed(Field::Matter), reading.words(Field::MatterRow)) {
        (Some(matter), _) => Some(About::Known(matter)),
        (None, Some(row)) => Some(About::Row(row)),
        (None, None) => None,
    };
    if about.is_none() && reading.faults.is_empty() {
        let field = if reading.mapping.fields.contains_key(&Field::Matter) { Field::Matter } else { Field::MatterRow };
        reading.blame(
            field,
            Wrong {
                problem: say!(language, "没有写是哪一件事项", "does not say which matter"),
                remedy: say!(language, "填上事项编号", "give its id"),
            },
        );
    }
    let date = reading.day(Field::Date);
    if date.is_none() && reading.faults.is_empty() {
        reading.blame(
            Field::Date,
            Wrong {
                problem: say!(language, "没有日期", "there is no date"), remedy: say!(language, "填上那一天", "give the day")
            },
        );
    }
    let commitment = reading.parsed(Field::Commitment).unwrap_or_else(only);
    let (spent, cost, due, budget) =
        (reading.money(Field::Spent), reading.money(Field::Cost), reading.day(Field::NewDue), reading.money(Field::Budget));
    let (milestone, reason, text) = (reading.parsed(Field::Milestone), reading.coded(Field::PlanReason), reading.words(Field::Text));
    let date = date?;
    // What a kind cannot say is a slip, not something to drop in silence.
    let stray = match kind {
        KindCode::Progress => [(Field::Cost, cost.is_some()), (Field::NewDue, due.is_some()), (Field::Budget, budget.is_some())],
        KindCode::Completion => [(Field::Spent, spent.is_some()), (Field::NewDue, due.is_some()), (Field::Milestone, milestone.is_some())],
        _ => [(Field::Spent, spent.is_some()), (Field::Cost, cost.is_some()), (Field::Milestone, milestone.is_some())],
    };
    for (field, _) in stray.into_iter().filter(|(_, given)| *given) {
        let kind = language.pick(kind.zh(), kind.en());
        reading.blame(
            field,
            Wrong {
                problem: say!(language, "“{kind}”没有这一项", "a {kind} says no such thing"),
                remedy: say!(language, "清空，或改正种类", "clear it, or correct the kind"),
            },
        );
    }
    let (part, said) = match kind {
        KindCode::Completion => ("completion", Said::from(Completion { commitment, cost, date })),
        KindCode::Plan => ("plan", Said::from(Plan { budget, commitment, date: Some(date), due, milestones: Vec::new(), reason })),
        _ => ("progress", Said::from(Progress { commitment, date: Some(date), milestone, spent })),
    };
    let mut piece = Piece { part, facts: Facts::Said(said), words: words(text) };
    keep(reading, Some(&mut piece));
    Some(Item { row: reading.row.number, key, about: about?, pieces: vec![piece], day: date })
}
