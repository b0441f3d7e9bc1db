//! 逾期与久无消息: what is past its day, how late and how often it was moved; and what nobody has spoken of for eight weeks.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use luodi_ledger::matter::view::{Commitment, Flag};
use maud::{Markup, html};
use serde::Serialize;

use super::{Frame, Listed, aside, place_asked};
use crate::board::Brief;
use crate::index::Case;
use crate::look::Look;
use crate::pages::icons;
use crate::pages::phrase::{Scene, chip};
use crate::pages::rows::About;
use crate::site::Site;

/// One matter that is late, silent or both.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    about: About,
    /// Days past the due date of the promise that is latest.
    days_late: Option<i64>,
    /// How many promises are late.
    late_promises: usize,
    /// The first due date of that promise, and the one in force.
    first_due: Option<String>,
    due: Option<String>,
    times_moved: usize,
    days_moved: i64,
    /// Days since convener or reporter last spoke, from eight weeks on.
    days_silent: Option<i64>,
    updated: Option<String>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "title",
        "place",
        "place_name",
        "status",
        "status_word",
        "days_late",
        "late_promises",
        "first_due",
        "due",
        "times_moved",
        "days_moved",
        "days_silent",
        "updated",
    ];
}

pub(crate) async fn overdue(State(site): State<Arc<Site>>, look: Look) -> Response {
    aside(site, look, answer).await
}

/// The latest first, then the longest silent; `show` narrows it to `late` or `silent`.
fn answer(scene: Scene<'_>) -> Response {
    let look = scene.look;
    let mut found: Vec<&Brief> = scene.snapshot.briefs(place_asked(look)).filter(|brief| brief.is_late() || brief.is_silent()).collect();
    let count = |holds: fn(&Brief) -> bool| found.iter().filter(|brief| holds(brief)).count();
    let choices = vec![
        ("", look.say("全部", "All").to_owned(), found.len()),
        ("late", look.say("逾期", "Overdue").to_owned(), count(Brief::is_late)),
        ("silent", look.say("久无消息", "Long silent").to_owned(), count(Brief::is_silent)),
    ];
    match look.field("show") {
        Some("late") => found.retain(|brief| brief.is_late()),
        Some("silent") => found.retain(|brief| brief.is_silent()),
        _ => {}
    }
    let frame = Frame {
        path: "/overdue",
        title: ("逾期与久无消息", "Overdue and long silent"),
        about: (
            "逾期：说好的日子过了，没有完成报告。久无消息：八个星期没有人报告过。改过的期限，从第一次说的日子算起。",
            "Overdue: the promised day has passed without a report of completion. Long silent: nobody has reported for eight weeks. \
             Moved deadlines are counted from the first day promised.",
        ),
        empty: ("没有逾期，也没有久无消息的事项。", "Nothing is overdue, and nothing long silent."),
        choices,
    };
    let key = |brief: &Brief| (Reverse(brief.late), Reverse(brief.silent), brief.id);
    frame.of_matters(scene, found, key, |case| row(scene, case), |row, _| item(scene, row))
}

fn row(scene: Scene<'_>, case: &Case) -> Row {
    let view = &case.view;
    let is_late = Brief::of(view).is_late();
    let late = || view.live().filter(|commitment| commitment.overdue_days.is_some() && is_late);
    let latest: Option<&Commitment> = late().max_by_key(|commitment| commitment.overdue_days);
    let silent = view.flags.iter().find_map(|flag| match flag {
        Flag::Stale { days } => Some(*days),
        _ => None,
    });
    Row {
        about: About::of(scene, case),
        days_late: latest.and_then(|commitment| commitment.overdue_days),
        late_promises: late().count(),
        first_due: latest.map(|commitment| commitment.first_due.to_string()),
        due: latest.map(|commitment| commitment.due.to_string()),
        times_moved: latest.map_or(0, Commitment::times_moved),
        days_moved: latest.map_or(0, Commitment::days_moved),
        days_silent: silent,
        updated: view.updated.map(|time| time.to_string()),
    }
}

fn item(scene: Scene<'_>, row: &Row) -> Markup {
    let look = scene.look;
    let english = look.is_english();
    let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok()).map(|date| scene.date(date)).unwrap_or_default();
    let late = row.days_late.map(|days| if english { format!("{days} days late") } else { format!("逾期 {days} 天") });
    let silent = row.days_silent.map(|days| if english { format!("silent for {days} days") } else { format!("{days} 天没有消息") });
    let chips = html! {
        @if let Some(late) = &late { (chip(&icons::late(), "s-bad", late)) " " }
        @if let Some(silent) = &silent { (chip(&icons::waiting(), "s-wait", silent)) }
    };
    let told = html! {
        span.small {
            @if row.days_late.is_some() {
                (look.say("期限 ", "due "))
                @if row.times_moved > 0 {
                    s { (date(&row.first_due)) } " → " strong { (date(&row.due)) } " · "
                    @if english { "moved " (row.times_moved) "× (" (format!("{:+}", row.days_moved)) " days)" }
                    @else { "改期 " (row.times_moved) " 次(" (format!("{:+}", row.days_moved)) " 天)" }
                } @else { strong { (date(&row.due)) } }
                @if row.late_promises > 1 { @if english { " · " (row.late_promises) " promises" } @else { " · " (row.late_promises) " 项承诺" } }
            } @else { (look.say("状态：", "Status: ")) (row.about.status_word) }
        }
    };
    row.about.row(scene, &chips, &[told], &html! {})
}
