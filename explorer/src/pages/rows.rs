//! Matters as rows of a list.

use std::cmp::Reverse;

use luodi_ledger::matter::codes::Status;
use luodi_ledger::names::{Division, MatterId};
use luodi_ledger::time::Time;
use maud::{Markup, html};
use serde::Serialize;

use super::lists::{Listed, Part};
use super::matter::{said, title};
use super::phrase::{Scene, opening, status_chip};
use crate::board::Brief;
use crate::index::Case;

/// What every list says of a matter.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct About {
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
}

impl About {
    pub(crate) fn of(scene: Scene<'_>, case: &Case) -> Self {
        let view = &case.view;
        Self {
            id: view.id.to_string(),
            title: title(scene, case),
            place: view.place.to_string(),
            place_name: place_name(scene, view.place),
            status: view.status.to_string(),
            status_word: scene.label(&view.status),
        }
    }

    /// The matter as a row of a list: chips, title, what this list tells of it line by line, then where it is and what stands beside that.
    pub(crate) fn row(&self, scene: Scene<'_>, chips: &Markup, lines: &[Markup], beside: &Markup) -> Markup {
        html! {
            a.row href=(scene.look.to(&format!("/matter/{}", self.id))) {
                (chips) br; b { (self.title) }
                @for line in lines { br; (line) }
                br;
                span.quiet.small { (self.place_name) " " span.code { (self.place) } (beside) }
            }
        }
    }
}

/// One matter in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// What every list says.
    #[serde(flatten)]
    pub(crate) about: About,
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
            about: About::of(scene, case),
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

/// The order of lists: by urgency, then by what was heard last.
pub(crate) fn by_urgency(brief: &Brief) -> (u8, Reverse<Option<Time>>, MatterId) {
    (urgency(brief.status), Reverse(brief.updated), brief.id)
}

/// The matters of a part of a list, the most urgent first.
pub(crate) fn most_urgent<'a>(scene: Scene<'a>, shown: &Part, found: Vec<&'a Brief>) -> Vec<&'a Case> {
    let briefs = shown.of(found, |brief| by_urgency(brief));
    briefs.into_iter().filter_map(|brief| scene.snapshot.case(&brief.id)).map(AsRef::as_ref).collect()
}

/// The rows of these, to download.
pub(crate) fn all(scene: Scene<'_>, cases: &[&Case]) -> Vec<Row> {
    cases.iter().map(|case| Row::of(scene, case)).collect()
}

/// The rows as a list of links.
pub(crate) fn list(scene: Scene<'_>, cases: &[&Case]) -> Markup {
    html! { ul.rows { @for case in cases { li { (item(scene, case)) } } } }
}

fn item(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let row = Row::of(scene, case);
    let chips = html! { (status_chip(look, view)) @for tag in &row.tags { " " span.tag { (tag) } } };
    let decided: Vec<Markup> = row.decided.iter().map(|decided| html! { (shortened(decided)) }).collect();
    let beside = html! {
        @if let Some(due) = view.live().map(|commitment| commitment.due).min() { " · " (look.say("期限 ", "due ")) (scene.date(due)) }
        @if let Some(updated) = view.updated { " · " (scene.days_ago(updated)) }
    };
    row.about.row(scene, &chips, &decided, &beside)
}

/// The first sentence or two of a text.
pub(crate) fn shortened(text: &str) -> String {
    opening(text).map_or_else(|| text.to_owned(), |beginning| format!("{beginning} …"))
}
