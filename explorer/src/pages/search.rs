//! 查询: places by name, pinyin or code; matters by words, place and state.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::codes::{CodeList as _, Status};
use luodi_ledger::names::Division;
use maud::{Markup, html};

use super::catalogue;
use super::layout;
use super::lists::{self, Format, MOST_ROWS};
use super::phrase::Scene;
use super::rows::{self, Row};
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

/// Most places listed on one page; more are told by their number, and a longer query narrows them.
const MOST_PLACES: usize = 20;

pub(crate) async fn search(State(site): State<Arc<Site>>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let cases = matters(scene);
    match Format::split(look.path()).1 {
        Format::Page => page(scene, &cases).into_response(),
        format => lists::respond(format, &rows::all(scene, &cases), || html! {}),
    }
}

/// The matters that answer the query in the address.
fn matters(scene: Scene<'_>) -> Vec<&Case> {
    let look = scene.look;
    let place: Option<Division> = lists::place_asked(look);
    let states: Vec<Status> =
        look.field("state").into_iter().flat_map(|states| states.split(',')).filter_map(|state| state.parse().ok()).collect();
    let words: Vec<String> = look.field("q").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let item = look.field("item");
    let answers = |case: &&Arc<Case>| {
        item.is_none_or(|item| catalogue::item_of(case).as_deref() == Some(item))
            && (states.is_empty() || states.contains(&case.view.status))
            && {
                let row = Row::of(scene, case);
                let text = format!("{} {} {} {} {}", row.id, row.title, row.place_name, row.decided.unwrap_or_default(), row.status_word)
                    .to_lowercase();
                words.iter().all(|word| text.contains(word.as_str()))
            }
    };
    rows::by_urgency(scene.snapshot.cases(place).filter(answers))
}

fn page(scene: Scene<'_>, cases: &[&Case]) -> Markup {
    let (look, snapshot) = (scene.look, scene.snapshot);
    let query = look.field("q").unwrap_or_default();
    let found = scene.site.divisions().search(query, |code| snapshot.has_joined(code));
    let total = found.places.len();
    let main = html! {
        section.card {
            h1 { (look.say("查询", "Search")) }
            (search_form(look, query))
            (states(scene))
            (lists::only_in(scene))
        }
        @if !query.is_empty() {
            section.card {
                h2 { (look.say("地方", "Places")) " " span.quiet { (total) } }
                @if total == 0 {
                    p { (look.say(
                        "没有找到这个地方。可以只输两三个字、拼音，或 12 位代码的前几位。",
                        "No such place found. Try two or three characters, pinyin, or the first digits of the code.",
                    )) }
                }
                ul.rows { @for place in found.places.iter().take(MOST_PLACES) { (place_row(scene, place.code())) } }
                @if total > MOST_PLACES {
                    p { a href=(look.link("/places", &[("q", query)])) { (look.say("全部 ", "All ")) (total) } " "
                        span.quiet { (look.say("多输几个字可以缩小范围。", "Type more to narrow them down.")) } }
                }
            }
        }
        section.card {
            h2 { (look.say("事项", "Matters")) " " span.quiet { (cases.len()) } }
            @if cases.is_empty() { p { (look.say("没有符合的事项。", "No matter answers this.")) } }
            (rows::list(scene, cases))
            @if cases.len() > MOST_ROWS { (lists::more(look)) }
            (lists::formats(scene, "/search"))
        }
    };
    layout::page(scene.site, look, look.say("查询", "Search"), None, &main)
}

/// Links that narrow the list to one state, each with its count in the chosen place.
fn states(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let place: Option<Division> = lists::place_asked(look);
    let chosen = look.field("state");
    html! {
        p.small.noprint {
            a.tag href=(look.with("state", "")) { (look.say("全部状态", "All states")) }
            @for status in Status::ALL {
                @let count = scene.snapshot.cases(place).filter(|case| case.view.status == *status).count();
                @if count > 0 || chosen == Some(status.as_str()) {
                    a.tag href=(look.with("state", status.as_str())) aria-current=[(chosen == Some(status.as_str())).then_some("true")] { (scene.label(status)) " " (count) }
                }
            }
        }
    }
}

/// A place as a row: its name, whether it has joined, the way down to it.
pub(crate) fn place_row(scene: Scene<'_>, code: Division) -> Markup {
    html! { li { (place_link(scene, code)) } }
}

/// What a row of a place holds.
pub(crate) fn place_link(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    html! {
        a.row href=(look.to(&format!("/place/{code}"))) {
            b { (scene.place(code)) }
            @if scene.snapshot.joined_below(code) == 0 { " " span.tag { (look.say("尚未加入", "not joined yet")) } }
            br;
            span.quiet.small { (layout::place_line(scene, code)) }
        }
    }
}

/// The search box; `query` stands in it.
pub(crate) fn search_form(look: &Look, query: &str) -> Markup {
    html! {
        form.find action=(look.asset("/search")) method="get" role="search" {
            @for (name, value) in look.choices() { input type="hidden" name=(name) value=(value); }
            input type="search" name="q" value=(query) aria-label=(look.say("村、社区、乡镇或事项", "Village, community, township or matter"))
                placeholder=(look.say("村名、拼音或事项", "Name or words"));
            button type="submit" { (look.say("查找", "Find")) }
        }
        p.small.quiet { (look.say("例：", "For example: ")) "陈堂村 · chentang · ct · 411381113215" }
    }
}
