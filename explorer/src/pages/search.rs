//! 查询: places by name, pinyin or code.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::layout;
use crate::look::Look;
use crate::site::Site;

/// Most places listed on one page; more are told by their number, and a longer query narrows them.
const MOST_PLACES: usize = 30;

pub(crate) async fn search(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let query = look.field("q").unwrap_or_default().to_owned();
    let snapshot = site.snapshot();
    let found = site.divisions().search(&query, |code| snapshot.has_joined(code));
    let total = found.places.len();
    let main = html! {
        section.card {
            h1 { (look.say("查询", "Search")) }
            (search_form(&look, &query))
        }
        @if !query.is_empty() {
            section.card {
                h2 { (look.say("地方", "Places")) " " span.quiet { (total) } }
                @if total == 0 {
                    p { (look.say("没有找到这个地方。可以只输两三个字、拼音，或 12 位代码的前几位。", "No such place found. Try two or three characters, pinyin, or the first digits of the code.")) }
                }
                ul.rows {
                    @for place in found.places.iter().take(MOST_PLACES) {
                        li { a.row href=(look.to(&format!("/place/{}", place.code()))) {
                            b { @if look.is_english() { (place.english()) } @else { (place.short()) } }
                            @if !snapshot.has_joined(place.code()) { " " span.tag { (look.say("尚未加入", "not joined yet")) } }
                            br;
                            span.quiet.small { (layout::place_line(&site, &look, place.code())) }
                        } }
                    }
                }
                @if total > MOST_PLACES {
                    p.quiet { (look.say("只列出前 30 个，多输几个字可以缩小范围。", "Only the first 30 are listed; type more to narrow them down.")) }
                }
            }
        }
    };
    layout::page(&site, &look, look.say("查询", "Search"), None, &main)
}

/// The search box; `query` stands in it.
pub(crate) fn search_form(look: &Look, query: &str) -> Markup {
    html! {
        form.find action=(look.asset("/search")) method="get" role="search" {
            @for (name, value) in look.choices() { input type="hidden" name=(name) value=(value); }
            input type="search" name="q" value=(query) aria-label=(look.say("村、社区、乡镇或事项", "Village, community, township or matter"))
                placeholder=(look.say("村名、拼音、代码或事项", "Name, pinyin, code or words"));
            button type="submit" { (look.say("查找", "Find")) }
        }
        p.small.quiet { (look.say("例：", "For example: ")) "陈堂村 · chentang · ct · 411381113215" }
    }
}
