//! Lists, each at one address as a page, as CSV and as JSON at the same query: what is downloaded is what was seen, and all of it.
//!
//! Out of scope: what a row holds (each list says) and how it is drawn. Invariant: the three forms are made from the same rows.

mod notices;
mod overdue;
mod part;
mod places;
mod results;

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::codes::Status;
use luodi_ledger::names::Division;
use maud::{Markup, html};
use serde::Serialize;
use serde_json::Value;

use super::layout;
use super::missing::broken;
use super::phrase::Scene;
use crate::board::Brief;
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

pub(crate) use notices::notices;
pub(crate) use overdue::overdue;
pub(crate) use part::Part;
pub(crate) use places::places;
pub(crate) use results::results;

/// Most rows on one page, below 50 KB of the longest rows; CSV and JSON give all of them.
pub(crate) const MOST_ROWS: usize = 50;

/// Makes an answer beside the event loop: a download of everything takes longer than others may wait.
pub(crate) async fn aside(site: Arc<Site>, look: Look, make: impl FnOnce(Scene<'_>) -> Response + Send + 'static) -> Response {
    let (of, as_asked) = (site.clone(), look.clone());
    let made = tokio::task::spawn_blocking(move || {
        let snapshot = of.snapshot();
        make(Scene { site: &of, snapshot: &snapshot, look: &as_asked })
    });
    made.await.unwrap_or_else(|_| broken(&site, &look))
}

/// A row of a list. Field names are the columns of the CSV and the keys of the JSON.
pub(crate) trait Listed: Serialize {
    /// The columns, in the order of the CSV: every field, once.
    const COLUMNS: &'static [&'static str];
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

/// Answers with the rows in the format of the address, or with the page made from them.
pub(crate) fn respond<T: Listed>(format: Format, rows: &[T], page: impl FnOnce() -> Markup) -> Response {
    match format {
        Format::Page => page().into_response(),
        Format::Csv => csv(rows),
        Format::Json => axum::Json(rows).into_response(),
    }
}

/// All rows as CSV with a heading, marked as UTF-8 for spreadsheets.
fn csv<T: Listed>(rows: &[T]) -> Response {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut written = writer.write_record(T::COLUMNS).ok();
    for row in rows {
        let fields = serde_json::to_value(row).ok();
        let cell = |column: &&str| fields.as_ref().and_then(|fields| fields.get(column)).map_or_else(String::new, cell);
        written = written.and_then(|()| writer.write_record(T::COLUMNS.iter().map(cell)).ok());
    }
    match (written, writer.into_inner()) {
        (Some(()), Ok(bytes)) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response(),
        // Writing to memory cannot fail; a half-written list must not pass for a whole one.
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => inert(text.clone()),
        Value::Array(several) => inert(several.iter().map(cell).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// A spreadsheet takes a text that begins so for a formula; an apostrophe keeps it text.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
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

/// The place that the address narrows a list to.
pub(crate) fn place_asked(look: &Look) -> Option<Division> {
    look.field("place").and_then(|code| code.parse().ok())
}

/// What a list page says around its rows.
struct Frame<'a> {
    path: &'a str,
    title: (&'a str, &'a str),
    about: (&'a str, &'a str),
    empty: (&'a str, &'a str),
    /// The choices of the query field `show`: value, word, how many.
    choices: Vec<(&'a str, String, usize)>,
}

impl Frame<'_> {
    /// Answers with matters in the order of `key`; a page opens only those it shows.
    fn of_matters<T: Listed, K: Ord>(
        &self,
        scene: Scene<'_>,
        found: Vec<&Brief>,
        key: impl Fn(&Brief) -> K,
        row: impl Fn(&Case) -> T,
        item: impl Fn(&T, &Case) -> Markup,
    ) -> Response {
        let (format, total) = (Format::split(scene.look.path()).1, found.len());
        let shown = Part::asked(scene.look, format, total);
        let cases = shown.of(found, |brief| key(brief)).into_iter().filter_map(|brief| scene.snapshot.case(&brief.id));
        let (rows, cases): (Vec<T>, Vec<&Arc<Case>>) = cases.map(|case| (row(case), case)).unzip();
        respond(format, &rows, || {
            let list = html! { @for (row, case) in rows.iter().zip(&cases) { li { (item(row, case)) } } };
            self.page(scene, &shown, &list)
        })
    }

    /// The page: heading, choices, the rows of one part, downloads.
    fn page(&self, scene: Scene<'_>, shown: &Part, rows: &Markup) -> Markup {
        let look = scene.look;
        let place = place_asked(look);
        let main = html! {
            section.card {
                h1 { (look.pick(self.title)) " " span.quiet { (shown.total) } }
                p { (look.pick(self.about)) }
                (only_in(scene))
                (self.chips(scene))
            }
            section.card {
                @if shown.total == 0 { p { (look.pick(self.empty)) } }
                ul.rows { (rows) }
                (shown.others(look))
                (formats(scene, self.path))
            }
        };
        layout::page(scene.site, look, look.pick(self.title), place, &main)
    }

    fn chips(&self, scene: Scene<'_>) -> Markup {
        let look = scene.look;
        let chosen = look.field("show");
        html! {
            @if !self.choices.is_empty() {
                p.small.noprint {
                    @for (value, word, count) in &self.choices {
                        a.tag href=(look.with("show", value)) aria-current=[(chosen.unwrap_or_default() == *value).then_some("true")] { (word) " " (count) }
                    }
                }
            }
        }
    }
}

/// The place a list is narrowed to, and the way back to all.
pub(crate) fn only_in(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    html! {
        @if let Some(place) = place_asked(look) {
            p { (look.say("只看：", "Only in: ")) (layout::place_line(scene, place)) " " a href=(look.with("place", "")) { (look.say("看全部", "everywhere")) } }
        }
    }
}

/// Said where a page shows only the first rows.
pub(crate) fn more(look: &Look) -> Markup {
    html! {
        p.quiet {
            @if look.is_english() { "Only the first " (MOST_ROWS) " are listed; the downloads hold all of them." }
            @else { "只列出前 " (MOST_ROWS) " 个，下载的列表里有全部。" }
        }
    }
}

/// The lists of what is on notice, late and finished, each with its number, where there is any.
pub(crate) fn shortcuts(scene: Scene<'_>, place: Option<Division>) -> Markup {
    let look = scene.look;
    let mut counts = [0_usize; 5];
    for brief in scene.snapshot.briefs(place) {
        let holds =
            [brief.is_on_notice(), brief.is_late(), brief.is_silent(), brief.status == Status::Claimed, brief.status == Status::Done];
        counts.iter_mut().zip(holds).for_each(|(count, holds)| *count += usize::from(holds));
    }
    let [on_notice, late, silent, claimed, done] = counts;
    let all = [
        ("/notices", "", look.say("正在公示", "On notice"), on_notice),
        ("/overdue", "late", look.say("逾期", "Overdue"), late),
        ("/overdue", "silent", look.say("久无消息", "Long silent"), silent),
        ("/results", "claimed", look.say("等人核实", "To be verified"), claimed),
        ("/results", "", look.say("已核实的结果", "Verified results"), done),
    ];
    html! {
        @if all.iter().any(|(.., count)| *count > 0) {
            p.small.noprint { @for (path, show, word, count) in all { @if count > 0 { a.tag href=(link(look, path, show, place)) { (word) " " (count) } } } }
        }
    }
}

/// A link to a list, narrowed to a place.
pub(crate) fn link(look: &Look, path: &str, show: &str, place: Option<Division>) -> String {
    let place = place.map(|code| code.to_string());
    let query: Vec<(&str, &str)> =
        [("show", show), ("place", place.as_deref().unwrap_or_default())].into_iter().filter(|(_, value)| !value.is_empty()).collect();
    look.link(path, &query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair {
        one: Option<i64>,
        two: Vec<String>,
    }

    impl Listed for Pair {
        const COLUMNS: &'static [&'static str] = &["two", "one"];
    }

    #[tokio::test]
    async fn numbers_stay_numbers_and_no_text_becomes_a_formula() {
        let rows =
            [Pair { one: Some(-3), two: vec!["=1+1".into(), "乙".into()] }, Pair { one: None, two: vec!["a,b".into(), "\"".into()] }];
        let bytes = axum::body::to_bytes(csv(&rows).into_body(), 1024).await.unwrap();
        assert_eq!(std::str::from_utf8(&bytes).unwrap(), "\u{feff}two,one\n'=1+1 乙,-3\n\"a,b \"\"\",\n");
    }
}
