//! Matters as rows of a list.

use luodi_ledger::matter::codes::Status;
use luodi_ledger::names::Division;
use maud::{Markup, html};
use serde::Serialize;

use super::lists::{Listed, MOST_ROWS};
use super::matter::{said, title};
use super::phrase::{Scene, opening, status_chip};
use crate::index::Case;

/// One matter in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// The matter's number.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) title: String,
    /// The place's code.
    pub(crate) place: String,
    /// The place's name with the township and county above it.
    pub(crate) place_name: String,
    /// The code of the status.
    pub(crate) status: String,
    /// Its word.
    pub(crate) status_word: String,
    /// Days left or late, where the status counts them.
    pub(crate) days: Option<i64>,
    /// The words of the tags.
    pub(crate) tags: Vec<String>,
    /// What was decided, where anything was.
    pub(crate) decided: Option<String>,
    /// The earliest current due date of a live commitment.
    pub(crate) due: Option<String>,
    /// The first promised due date of the same commitment.
    pub(crate) first_due: Option<String>,
    /// All live budgets, in yuan.
    pub(crate) budget_yuan: Option<String>,
    /// When the newest statement that counts was logged.
    pub(crate) updated: Option<String>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "title",
        "place",
        "place_name",
        "status",
        "status_word",
        "days",
        "tags",
        "decided",
        "due",
        "first_due",
        "budget_yuan",
        "updated",
    ];
}

impl Row {
    pub(crate) fn of(scene: Scene<'_>, case: &Case) -> Self {
        let view = &case.view;
        let outcome = view.rounds.iter().rev().find_map(|round| round.outcome.as_ref());
        let soonest = view.live().min_by_key(|commitment| commitment.due);
        let budgets: Vec<u64> = view.live().filter_map(|commitment| commitment.budget.map(|budget| budget.0)).collect();
        let budget = (!budgets.is_empty()).then(|| budgets.iter().fold(0_u64, |sum, each| sum.saturating_add(*each)));
        Self {
            id: view.id.to_string(),
            title: title(scene, case),
            place: view.place.to_string(),
            place_name: place_name(scene, view.place),
            status: view.status.to_string(),
            status_word: scene.label(&view.status),
            days: view.days,
            tags: view.tags.iter().map(|tag| scene.label(tag)).collect(),
            decided: said(scene, case, outcome.map(|outcome| &outcome.on), |words| words.text.clone()),
            due: soonest.map(|commitment| commitment.due.to_string()),
            first_due: soonest.map(|commitment| commitment.first_due.to_string()),
            budget_yuan: budget.map(|fen| luodi_ledger::matter::facts::Fen(fen).to_string()),
            updated: view.updated.map(|time| time.to_string()),
        }
    }
}

/// The place with those above it up to the county, in one line.
pub(crate) fn place_name(scene: Scene<'_>, code: Division) -> String {
    let above = scene.above(code);
    let names: Vec<String> = std::iter::once(scene.place(code)).chain(above.iter().rev().take(2).map(|place| scene.name(place))).collect();
    names.join(scene.look.say(" · ", ", "))
}

/// What needs looking at comes first: running notices, then what is late or failed, what waits, what goes on, what is settled.
pub(crate) fn urgency(status: Status) -> u8 {
    match status {
        Status::OnNotice => 0,
        Status::Overdue | Status::VerificationFailed => 1,
        Status::Claimed => 2,
        Status::UnderWay => 3,
        Status::Deliberating | Status::Collecting | Status::NoConsensus => 4,
        Status::Done => 5,
        Status::NoAction | Status::Declined | Status::Terminated => 6,
    }
}

/// Sorts by urgency, then by what was heard last.
pub(crate) fn by_urgency<'a>(cases: impl Iterator<Item = &'a std::sync::Arc<Case>>) -> Vec<&'a Case> {
    let mut cases: Vec<&Case> = cases.map(AsRef::as_ref).collect();
    cases.sort_by(|one, other| {
        let key = |case: &Case| (urgency(case.view.status), std::cmp::Reverse(case.view.updated), case.view.id);
        key(one).cmp(&key(other))
    });
    cases
}

/// The rows of all, to download.
pub(crate) fn all(scene: Scene<'_>, cases: &[&Case]) -> Vec<Row> {
    cases.iter().map(|case| Row::of(scene, case)).collect()
}

/// The rows as a list of links.
pub(crate) fn list(scene: Scene<'_>, cases: &[&Case]) -> Markup {
    html! { ul.rows { @for case in cases.iter().take(MOST_ROWS) { (item(scene, case)) } } }
}

fn item(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let row = Row::of(scene, case);
    html! {
        li { a.row href=(look.to(&format!("/matter/{}", view.id))) {
            (status_chip(look, view))
            @for tag in &row.tags { " " span.tag { (tag) } }
            br;
            b { (row.title) }
            @if let Some(decided) = &row.decided { br; (shortened(decided)) }
            br;
            span.quiet.small {
                (row.place_name) " " span.code { (row.place) }
                @if let Some(due) = view.live().map(|commitment| commitment.due).min() { " · " (look.say("期限 ", "due ")) (scene.date(due)) }
                @if let Some(updated) = view.updated { " · " (scene.days_ago(updated)) }
            }
        } }
    }
}

/// The first sentence or two of a text.
pub(crate) fn shortened(text: &str) -> String {
    opening(text).map_or_else(|| text.to_owned(), |beginning| format!("{beginning} …"))
}
