//! 公示: what is on notice, how many days are left to object, and what came in; the notices that ended behind a choice.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Serialize;

use super::{Frame, Listed, aside, place_asked};
use crate::board::Brief;
use crate::index::Case;
use crate::look::Look;
use crate::pages::icons;
use crate::pages::matter::said;
use crate::pages::phrase::{Scene, chip};
use crate::pages::rows::{About, shortened};
use crate::site::Site;

/// One notice.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    about: About,
    from: Option<String>,
    to: Option<String>,
    days: Option<u16>,
    days_left: Option<i64>,
    objections: u32,
    unanswered: usize,
    decided: Option<String>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "title",
        "place",
        "place_name",
        "status",
        "status_word",
        "from",
        "to",
        "days",
        "days_left",
        "objections",
        "unanswered",
        "decided",
    ];
}

pub(crate) async fn notices(State(site): State<Arc<Site>>, look: Look) -> Response {
    aside(site, look, answer).await
}

/// The running notices, the shortest first; with `show=ended` those that are over, the newest first.
fn answer(scene: Scene<'_>) -> Response {
    let look = scene.look;
    let all = scene.snapshot.briefs(place_asked(look)).filter(|brief| brief.notice_to.is_some());
    let (running, over): (Vec<&Brief>, Vec<&Brief>) = all.partition(|brief| brief.is_on_notice());
    let choices = vec![
        ("", look.say("正在公示", "Running").to_owned(), running.len()),
        ("ended", look.say("已结束", "Ended").to_owned(), over.len()),
    ];
    let frame = Frame {
        path: "/notices",
        title: ("公示", "Public notices"),
        about: (
            "决定公布以后要公示，有意见在公示期里提。剩的天数含今天。",
            "A decision is put on notice after it is published; objections are raised while the notice runs. Days left include today.",
        ),
        empty: ("没有正在公示的事项。", "Nothing is on notice."),
        choices,
    };
    let shown = if look.field("show") == Some("ended") { over } else { running };
    // Of those that run the shortest first; of those that ended the newest.
    let key = |brief: &Brief| (brief.notice_left, Reverse(brief.notice_to.filter(|_| !brief.is_on_notice())), brief.id);
    frame.of_matters(scene, shown, key, |case| row(scene, case), |row, _| item(scene, row))
}

fn row(scene: Scene<'_>, case: &Case) -> Row {
    let view = &case.view;
    let notice = view.notice.as_ref();
    Row {
        about: About::of(scene, case),
        from: notice.map(|notice| notice.from.to_string()),
        to: notice.map(|notice| notice.to.to_string()),
        days: notice.map(|notice| notice.days),
        days_left: notice.and_then(|notice| notice.left),
        objections: view.objections.iter().fold(0, |sum, objection| objection.count.saturating_add(sum)),
        unanswered: view.objections.iter().filter(|objection| objection.answer.is_none()).count(),
        decided: said(scene, case, notice.map(|notice| &notice.on), |words| words.text.clone()),
    }
}

fn item(scene: Scene<'_>, row: &Row) -> Markup {
    let look = scene.look;
    let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok()).map(|date| scene.date(date)).unwrap_or_default();
    let word = match row.days_left {
        Some(left) if look.is_english() => format!("{left} day{} left", if left == 1 { "" } else { "s" }),
        Some(left) => format!("剩 {left} 天"),
        None => look.say("已结束", "ended").to_owned(),
    };
    let told = html! {
        span.small { (date(&row.from)) " – " (date(&row.to))
            @if row.objections > 0 {
                @if look.is_english() { " · " (row.objections) " objection(s)" } @else { " · 异议 " (row.objections) " 件" }
                @if row.unanswered > 0 { " · " span.fail { (look.say("还没有答复", "not answered yet")) } }
            }
        }
    };
    let lines: Vec<Markup> = row.decided.iter().map(|decided| html! { (shortened(decided)) }).chain([told]).collect();
    row.about.row(scene, &chip(&icons::notice(), if row.days_left.is_some() { "s-notice" } else { "s-still" }, &word), &lines, &html! {})
}
