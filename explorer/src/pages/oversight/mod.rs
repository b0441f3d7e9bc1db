//! 督查·整改·通报: what those above found, ordered and told of the places below: orders with their deadlines and replies, circulars,
//! evaluations.

mod finding;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use luodi_ledger::matter::facts::Said;
use luodi_ledger::names::Division;
use maud::{Markup, html};

use self::finding::{Finding, Row};
use super::layout;
use super::lists::{self, Format, MOST_ROWS};
use super::missing::absent;
use super::phrase::{Scene, chip};
use super::{icons, matter};
use crate::look::Look;
use crate::site::Site;

pub(crate) async fn oversight(State(site): State<Arc<Site>>, Path(code): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let code: Option<Division> = code.parse().ok().filter(|code| snapshot.joined_below(*code) > 0);
    let Some(code) = code else {
        return absent(&site, &look, ("没有这个代码的地方", "There is no place of this code"));
    };
    let all = finding::gather(scene, code);
    let shown: Vec<&Finding<'_>> = all.iter().filter(|each| look.field("show").is_none_or(|show| each.group() == show)).collect();
    let rows: Vec<Row> = shown.iter().map(|each| each.row(scene)).collect();
    lists::respond(Format::split(look.path()).1, &rows, || page(scene, code, &all, &shown))
}

/// How many orders, circulars and evaluations a place has; with the page that lists them, for other pages to point to.
pub(super) fn pointer(scene: Scene<'_>, code: Division) -> Option<(usize, String)> {
    let of_matters: usize = scene.snapshot.briefs(Some(code)).map(|brief| brief.findings).sum();
    let count = of_matters + finding::beside_matters(scene, code);
    (count > 0).then(|| (count, scene.look.to(&format!("/county/{code}/oversight"))))
}

fn page(scene: Scene<'_>, code: Division, all: &[Finding<'_>], shown: &[&Finding<'_>]) -> Markup {
    let look = scene.look;
    let title = look.say("督查·整改·通报", "Orders, evaluations, circulars");
    let groups = [
        ("", look.say("全部", "All")),
        ("orders", look.say("督促整改、问责", "Orders")),
        ("circulars", look.say("通报、反映", "Circulars")),
        ("evaluations", look.say("评估", "Evaluations")),
    ];
    let main = html! {
        (layout::crumbs(scene, code))
        section.card {
            h1 { (title) " " span.quiet { (shown.len()) } }
            p { (look.say(
                "上级对下级协商工作的督促、评估和通报。整改有期限，答复登记在下面；只对单位，不对个人。",
                "What those above ordered, evaluated and told of consultation below. Orders have a deadline, and replies stand beneath them; offices are addressed, never persons.",
            )) }
            p.small.noprint { @for (value, word) in groups {
                @let count = all.iter().filter(|each| value.is_empty() || each.group() == value).count();
                a.tag href=(look.with("show", value)) aria-current=[(look.field("show").unwrap_or_default() == value).then_some("true")] { (word) " " (count) }
            } }
        }
        section.card {
            @if shown.is_empty() { p { (look.say("没有登记过。", "Nothing has been recorded.")) } }
            ul.rows { @for each in shown.iter().take(MOST_ROWS) { li { (item(scene, each)) } } }
            @if shown.len() > MOST_ROWS { (lists::more(look)) }
            (lists::formats(scene, &format!("/county/{code}/oversight")))
        }
    };
    layout::page(scene.site, look, title, Some(code), &main)
}

fn item(scene: Scene<'_>, each: &Finding<'_>) -> Markup {
    let look = scene.look;
    html! {
        (standing_chip(scene, each)) " "
        b { (each.heading(scene)) } " "
        @if let Some(id) = each.matter { a href=(look.to(&format!("/matter/{id}"))) { (each.title.as_deref().unwrap_or(look.say("事项", "the matter"))) } }
        br;
        span.quiet.small { (scene.offices_linked(&each.by, each.place)) " " (scene.date(each.date)) }
        @if let Some(why) = &each.why_not { (why.mark(scene)) }
        @match &each.said {
            Said::Evaluation(found) => (matter::beside::evaluation(scene, found)),
            Said::Circular(told) => (matter::beside::circular(scene, told)),
            Said::Rectification(order) => p.small {
                (look.say("对象：", "To: ")) (each.addressed(scene)) " "
                @if let Some(deadline) = order.deadline { (look.say("整改期限：", "By: ")) b { (scene.date(deadline)) } " " }
                @if let Some(measure) = &order.measure { (look.say("方式：", "Measure: ")) b { (scene.label(measure)) } }
            },
            _ => {},
        }
        @for text in each.text.iter().chain(&each.reason) { p { (text) } }
        @for reply in &each.replies {
            p { (look.say("答复：", "Reply: ")) b { (scene.label(&reply.finding)) } " "
                span.quiet.small { (scene.offices_linked(&reply.by, each.place)) " " (scene.date(reply.date)) }
                @if let Some(why) = &reply.why_not { (why.mark(scene)) }
                @if let Some(text) = &reply.text { br; (text) } }
        }
        p.small { a.quiet href=(look.to(&matter::entry_path(&each.on))) { (look.say("看签名原文", "the signed original")) } }
    }
}

/// Where an order stands: answered, waiting, or late.
fn standing_chip(scene: Scene<'_>, each: &Finding<'_>) -> Markup {
    let look = scene.look;
    let Some(deadline) = each.deadline() else { return html! {} };
    let left = i64::from((deadline - scene.site.today()).get_days());
    if each.is_answered() {
        return chip(&icons::done(), "s-go", look.say("已答复", "answered"));
    }
    let word = match (left, look.is_english()) {
        (0.., false) => format!("整改中 · 剩 {left} 天"),
        (0.., true) => format!("to be answered · {left} days left"),
        (_, false) => format!("逾期未整改 {} 天", -left),
        (_, true) => format!("unanswered · {} days late", -left),
    };
    if left < 0 { chip(&icons::late(), "s-bad", &word) } else { chip(&icons::waiting(), "s-wait", &word) }
}
