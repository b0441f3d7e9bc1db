//! 查询: places by name, pinyin or code; matters by words, place and state.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::codes::{CodeList as _, Status};
use luodi_ledger::names::Division;
use maud::{Markup, html};

use super::layout;
use super::lists::{self, Format, Part};
use super::phrase::Scene;
use super::rows;
use crate::board::Brief;
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

/// Most places listed on one page; more are told by their number, and a longer query narrows them.
const MOST_PLACES: usize = 20;

pub(crate) async fn search(State(site): State<Arc<Site>>, look: Look) -> Response {
    lists::aside(site, look, |scene| {
        let (found, format) = (matters(scene), Format::split(scene.look.path()).1);
        let shown = Part::asked(scene.look, format, found.len());
        let cases = rows::most_urgent(scene, &shown, found);
        match format {
            Format::Page => page(scene, &shown, &cases).into_response(),
            format => lists::respond(format, &rows::all(scene, &cases), || html! {}),
        }
    })
    .await
}

/// The matters that answer the query in the address.
fn matters(scene: Scene<'_>) -> Vec<&Brief> {
    let look = scene.look;
    let place: Option<Division> = lists::place_asked(look);
    let states: Vec<Status> =
        look.field("state").into_iter().flat_map(|states| states.split(',')).filter_map(|state| state.parse().ok()).collect();
    let words: Vec<String> = look.field("q").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let item = look.field("item");
    // What is the same for all matters of a place or of a state is compared once.
    let named = |code: Division| words.iter().map(|word| names(scene, code).contains(word.as_str())).collect::<Vec<bool>>();
    let labels: BTreeMap<Status, String> = Status::ALL.iter().map(|status| (*status, scene.label(status).to_lowercase())).collect();
    let mut place_names: Option<(Division, Vec<bool>)> = None;
    let briefs = scene.snapshot.briefs(place).filter(|brief| {
        item.is_none_or(|item| brief.item.is_some_and(|of| of.as_str() == item))
            && (states.is_empty() || states.contains(&brief.status))
            && (words.is_empty() || {
                let home = brief.id.division;
                if place_names.as_ref().is_none_or(|(of, _)| *of != home) {
                    place_names = Some((home, named(home)));
                }
                let by_place = place_names.as_ref().map_or(&[][..], |(_, found)| found);
                let case = scene.snapshot.case(&brief.id);
                let holds = |word: &str| {
                    case.is_some_and(|case| case.speaks_of(word)) || labels.get(&brief.status).is_some_and(|label| label.contains(word))
                };
                words.iter().zip(by_place).all(|(word, by_place)| *by_place || holds(word.as_str()))
            })
    });
    briefs.collect()
}

/// The names of a place and those above it, in both languages.
fn names(scene: Scene<'_>, code: Division) -> String {
    let path = scene.above(code).into_iter().chain(scene.named(code));
    path.map(|place| format!("{} {} ", place.short(), place.english()).to_lowercase()).collect()
}

fn page(scene: Scene<'_>, shown: &Part, cases: &[&Case]) -> Markup {
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
            h2 { (look.say("事项", "Matters")) " " span.quiet { (shown.total) } }
            @if cases.is_empty() { p { (look.say("没有符合的事项。", "No matter answers this.")) } }
            (rows::list(scene, cases))
            (shown.others(look))
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
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    for brief in scene.snapshot.briefs(place) {
        *counts.entry(brief.status).or_default() += 1;
    }
    html! {
        p.small.noprint {
            a.tag href=(look.with("state", "")) { (look.say("全部状态", "All states")) }
            @for status in Status::ALL {
                @let count = counts.get(status).copied().unwrap_or_default();
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
