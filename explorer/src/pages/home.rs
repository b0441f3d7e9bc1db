//! 首页: find my place, then what needs looking at today.

use std::sync::Arc;

use axum::extract::State;
use luodi_ledger::matter::codes::Status;
use luodi_ledger::matter::view::View;
use luodi_ledger::names::{Division, Level};
use maud::{Markup, html};

use super::layout;
use super::lists::{is_late, is_on_notice, link};
use super::phrase::Scene;
use super::rows;
use super::search::{place_row, search_form};
use super::trust;
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

/// Rows of each list on the home page; the link below leads to all of them.
const FEW: usize = 5;
/// Most joined townships and counties listed.
const MOST_PLACES: usize = 30;

pub(crate) async fn home(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let of = |holds: fn(&View) -> bool| rows::by_urgency(snapshot.cases(None).filter(|case| holds(&case.view)));
    let mut notices = of(is_on_notice);
    notices.sort_by_key(|case| case.view.notice.as_ref().and_then(|notice| notice.left));
    let attention = of(|view| matches!(view.status, Status::Overdue | Status::VerificationFailed));
    let waiting = of(|view| view.status == Status::Claimed);
    let results = of(|view| view.status == Status::Done);
    let main = html! {
        (any_fork(scene))
        section.card {
            h1 { (look.say("找到你的村、社区", "Find your village or community")) }
            (search_form(&look, ""))
        }
        (numbers(scene))
        (some(scene, look.say("公示快到期的", "Notices ending soon"), &notices, &look.to("/notices")))
        (some(scene, look.say("要留意的", "Needs attention"), &attention, &look.link("/search", &[("state", "overdue,verification-failed")])))
        (some(scene, look.say("报告完成，等人核实的", "Waiting to be verified"), &waiting, &link(&look, "/results", "claimed", None)))
        (some(scene, look.say("新核实办结的", "Newly verified as done"), &results, &look.to("/results")))
        (joined(scene))
        section.card {
            h2 { (look.say("怎么知道是真的", "How do I know it is true?")) }
            p { (look.say(
                "每一条都由说话的单位签名，登记后谁也改不了；几处各存一份，互相核对。完成不完成，由监督委员会核实，不由办事的人自己说。",
                "Every record is signed by the office that says it and cannot be changed afterwards; several places keep copies and compare them. Whether a promise was kept is verified by the supervisors, not by those who made it.",
            )) }
            p { a href=(look.to("/help")) { (look.say("怎样自己核对", "How to check for yourself")) } }
        }
    };
    layout::page(&site, &look, look.say("首页", "Home"), None, &main)
}

/// Four big numbers, each a link to the list behind it.
fn numbers(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let under_way: fn(&View) -> bool = |view| view.status == Status::UnderWay;
    let done: fn(&View) -> bool = |view| view.status == Status::Done;
    let shown = [
        (Status::OnNotice, "s-notice", look.to("/notices"), is_on_notice as fn(&View) -> bool),
        (Status::UnderWay, "s-go", look.link("/search", &[("state", "under-way")]), under_way),
        (Status::Overdue, "s-bad", link(look, "/overdue", "late", None), is_late),
        (Status::Done, "s-good", look.to("/results"), done),
    ];
    html! {
        ul.numbers {
            @for (status, class, list, holds) in shown {
                li { a class=(class) href=(list) {
                    b { (scene.snapshot.cases(None).filter(|case| holds(&case.view)).count()) }
                    (scene.label(&status))
                } }
            }
        }
    }
}

fn some(scene: Scene<'_>, heading: &str, cases: &[&Case], list: &str) -> Markup {
    html! {
        @if let Some(few) = cases.get(..cases.len().min(FEW)).filter(|few| !few.is_empty()) {
            section.card {
                h2 { (heading) }
                (rows::list(scene, few))
                p.small { a href=(list) { (scene.look.say("全部 ", "All ")) (cases.len()) } }
            }
        }
    }
}

/// The counties and townships that have joined.
fn joined(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let homes: Vec<Division> = scene.snapshot.homes().collect();
    let upper: Vec<Division> = homes.iter().copied().filter(|code| code.level() != Level::Community).collect();
    html! {
        section.card {
            h2 { (look.say("已加入的地方", "Places that have joined")) " " a.quiet href=(look.to("/places")) { (homes.len()) } }
            @if homes.is_empty() { p { (look.say("正在读取各地的记录，请稍候再看。", "Records are being read; please look again in a moment.")) } }
            ul.rows { @for code in upper.iter().take(MOST_PLACES) { (place_row(scene, *code)) } }
        }
    }
}

fn any_fork(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let found = trust::loudest(scene);
    html! {
        @if !found.is_empty() {
            div.loud role="alert" {
                b { @if look.is_english() { "Contradicting records were found in " (found.len()) " place(s)" } @else { "发现 " (found.len()) " 处记录前后不一致" } }
                @for (origin, (id, _)) in found {
                    p { a href=(look.to(&format!("/evidence/{id}"))) { (layout::place_line(scene, origin.division)) } }
                }
            }
        }
    }
}
