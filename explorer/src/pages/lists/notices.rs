//! 公示: what is on notice, how many days are left to object, and what came in; the notices that ended behind a choice.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use luodi_ledger::matter::view::View;
use maud::{Markup, html};
use serde::Serialize;

use super::{Format, Frame, Listed, place_asked, respond};
use crate::index::Case;
use crate::look::Look;
use crate::pages::matter::{said, title};
use crate::pages::phrase::{Scene, chip};
use crate::pages::{icons, rows};
use crate::site::Site;

/// One notice.
#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    place: String,
    place_name: String,
    from: String,
    to: String,
    days: u16,
    days_left: Option<i64>,
    objections: u32,
    unanswered: usize,
    decided: Option<String>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] =
        &["id", "title", "place", "place_name", "from", "to", "days", "days_left", "objections", "unanswered", "decided"];
}

/// Whether a notice runs.
pub(crate) fn is_on_notice(view: &View) -> bool {
    view.notice.as_ref().is_some_and(|notice| notice.left.is_some())
}

/// The running notices, the shortest first; with `show=ended` those that are over, the newest first.
pub(crate) async fn notices(State(site): State<Arc<Site>>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let all: Vec<&Arc<Case>> = snapshot.cases(place_asked(&look)).filter(|case| case.view.notice.is_some()).collect();
    let left = |case: &&Arc<Case>| case.view.notice.as_ref().and_then(|notice| notice.left);
    let (mut running, mut over): (Vec<&Arc<Case>>, Vec<&Arc<Case>>) = all.into_iter().partition(|case| is_on_notice(&case.view));
    running.sort_by_key(|case| (left(case), case.view.id));
    over.sort_by_key(|case| (std::cmp::Reverse(case.view.notice.as_ref().map(|notice| notice.to)), case.view.id));
    let choices = vec![
        ("", look.say("正在公示", "Running").to_owned(), running.len()),
        ("ended", look.say("已结束", "Ended").to_owned(), over.len()),
    ];
    let shown = if look.field("show") == Some("ended") { over } else { running };
    let rows: Vec<Row> = shown.into_iter().filter_map(|case| row(scene, case)).collect();
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
    respond(Format::split(look.path()).1, &rows, || frame.page(scene, &rows, |row| item(scene, row)))
}

fn row(scene: Scene<'_>, case: &Case) -> Option<Row> {
    let view = &case.view;
    let notice = view.notice.as_ref()?;
    Some(Row {
        id: view.id.to_string(),
        title: title(scene, case),
        place: view.place.to_string(),
        place_name: rows::place_name(scene, view.place),
        from: notice.from.to_string(),
        to: notice.to.to_string(),
        days: notice.days,
        days_left: notice.left,
        objections: view.objections.iter().fold(0, |sum, objection| objection.count.saturating_add(sum)),
        unanswered: view.objections.iter().filter(|objection| objection.answer.is_none()).count(),
        decided: said(scene, case, Some(&notice.on), |words| words.text.clone()),
    })
}

fn item(scene: Scene<'_>, row: &Row) -> Markup {
    let look = scene.look;
    let date = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |date| scene.date(date));
    let word = match row.days_left {
        Some(left) if look.is_english() => format!("{left} day{} left", if left == 1 { "" } else { "s" }),
        Some(left) => format!("剩 {left} 天"),
        None => look.say("已结束", "ended").to_owned(),
    };
    html! {
        a.row href=(look.to(&format!("/matter/{}", row.id))) {
            (chip(&icons::notice(), if row.days_left.is_some() { "s-notice" } else { "s-still" }, &word)) br; b { (row.title) }
            @if let Some(decided) = &row.decided { br; (rows::shortened(decided)) }
            br;
            span.small { (date(&row.from)) " – " (date(&row.to))
                @if row.objections > 0 {
                    @if look.is_english() { " · " (row.objections) " objection(s)" } @else { " · 异议 " (row.objections) " 件" }
                    @if row.unanswered > 0 { " · " span.fail { (look.say("还没有答复", "not answered yet")) } }
                }
            }
            br;
            span.quiet.small { (row.place_name) " " span.code { (row.place) } }
        }
    }
}
