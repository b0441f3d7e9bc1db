//! Lists of matters: the same rows as a page, as CSV and as JSON, so what is downloaded is what was seen.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::codes::Status;
use luodi_ledger::names::Division;
use maud::{Markup, html};
use serde::Serialize;

use super::matter::{said, title};
use super::phrase::{Scene, status_chip};
use crate::divisions::Place;
use crate::index::Case;

/// Most rows on one page, about 30 KB; CSV and JSON give all of them.
pub(crate) const MOST_ROWS: usize = 60;

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
    let path = scene.site.divisions().path(code);
    let name = |place: &&Place| if scene.look.is_english() { place.english() } else { place.short().to_owned() };
    let mut names: Vec<String> = path.iter().rev().take(3).map(name).collect();
    if names.is_empty() {
        names.push(code.to_string());
    }
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

/// The rows as a list of links.
pub(crate) fn list(scene: Scene<'_>, cases: &[&Case]) -> Markup {
    html! { ul.rows { @for case in cases.iter().take(MOST_ROWS) { (item(scene, case)) } } }
}

fn item(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let row = Row::of(scene, case);
    html! {
        li { a.row href=(look.to(&format!("/matter/{}", view.id))) {
            (status_chip(look, view)) " " b { (row.title) }
            @for tag in &row.tags { " " span.tag { (tag) } }
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
fn shortened(text: &str) -> String {
    /// Three lines of a small phone.
    const MOST: usize = 60;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(std::iter::once('…')).collect() }
}

/// The links to the same list in other formats.
pub(crate) fn formats(scene: Scene<'_>, path: &str) -> Markup {
    let look = scene.look;
    html! {
        p.small.noprint {
            (look.say("这个列表也可以下载：", "This list to download: "))
            a href=(look.same_query(&format!("{path}.csv"))) { "CSV" } " · "
            a href=(look.same_query(&format!("{path}.json"))) { "JSON" }
        }
    }
}

/// How a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Page,
    Csv,
    Json,
}

impl Format {
    /// Splits the format off the end of a path segment.
    pub(crate) fn split(name: &str) -> (&str, Self) {
        if let Some(rest) = name.strip_suffix(".csv") {
            (rest, Self::Csv)
        } else if let Some(rest) = name.strip_suffix(".json") {
            (rest, Self::Json)
        } else {
            (name, Self::Page)
        }
    }
}

/// All rows as JSON.
pub(crate) fn json(scene: Scene<'_>, cases: &[&Case]) -> Response {
    let rows: Vec<Row> = cases.iter().map(|case| Row::of(scene, case)).collect();
    axum::Json(rows).into_response()
}

/// All rows as CSV with a heading, marked as UTF-8 for spreadsheets.
pub(crate) fn csv(scene: Scene<'_>, cases: &[&Case]) -> Response {
    const HEADING: [&str; 13] = [
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
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut written = writer.write_record(HEADING);
    for row in cases.iter().map(|case| Row::of(scene, case)) {
        let days = row.days.map(|days| days.to_string());
        let fields = [
            Some(row.id),
            Some(row.title),
            Some(row.place),
            Some(row.place_name),
            Some(row.status),
            Some(row.status_word),
            days,
            Some(row.tags.join(" ")),
            row.decided,
            row.due,
            row.first_due,
            row.budget_yuan,
            row.updated,
        ];
        written = written.and_then(|()| writer.write_record(fields.into_iter().map(|field| inert(field.unwrap_or_default()))));
    }
    match (written, writer.into_inner()) {
        (Ok(()), Ok(bytes)) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response(),
        // Writing to memory cannot fail; a half-written list must not pass for a whole one.
        _ => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A spreadsheet takes a cell that begins so for a formula; an apostrophe keeps it text.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
