//! 首页: find my place, then what needs looking at today.

use std::sync::Arc;

use axum::extract::State;
use luodi_ledger::matter::codes::Status;
use luodi_ledger::names::{Division, Level};
use maud::{Markup, html};

use super::layout;
use super::lists::link;
use super::phrase::Scene;
use super::rows;
use super::search::{place_row, search_form};
use super::trust;
use crate::board::Brief;
use crate::index::{Case, Snapshot};
use crate::look::Look;
use crate::site::Site;

/// Rows of each list on the home page; the link below leads to all of them.
const FEW: usize = 5;
/// Most joined townships and counties listed.
const MOST_PLACES: usize = 30;

pub(crate) async fn home(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let board = Today::of(&snapshot);
    let main = html! {
        (any_fork(scene))
        section.card {
            h1 { (look.say("找到你的村、社区", "Find your village or community")) }
            (search_form(&look, ""))
        }
        (numbers(scene, &board))
        (some(scene, look.say("公示快到期的", "Notices ending soon"), board.notices, |brief| (brief.notice_left, rows::by_urgency(brief)), &look.to("/notices")))
        (some(scene, look.say("要留意的", "Needs attention"), board.attention, rows::by_urgency, &look.link("/search", &[("state", "overdue,verification-failed")])))
        (some(scene, look.say("报告完成，等人核实的", "Waiting to be verified"), board.waiting, rows::by_urgency, &link(&look, "/results", "claimed", None)))
        (some(scene, look.say("新核实办结的", "Newly verified as done"), board.results, rows::by_urgency, &look.to("/results")))
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

/// What the home page tells of all matters, found in one pass.
#[derive(Default)]
struct Today<'a> {
    notices: Vec<&'a Brief>,
    attention: Vec<&'a Brief>,
    waiting: Vec<&'a Brief>,
    results: Vec<&'a Brief>,
    under_way: usize,
    late: usize,
}

impl<'a> Today<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let mut today = Self::default();
        for brief in snapshot.briefs(None) {
            if brief.is_on_notice() {
                today.notices.push(brief);
            }
            match brief.status {
                Status::Overdue | Status::VerificationFailed => today.attention.push(brief),
                Status::Claimed => today.waiting.push(brief),
                Status::Done => today.results.push(brief),
                Status::UnderWay => today.under_way += 1,
                _ => {}
            }
            today.late += usize::from(brief.is_late());
        }
        today
    }
}

/// Four big numbers, each a link to the list behind it.
fn numbers(scene: Scene<'_>, board: &Today<'_>) -> Markup {
    let look = scene.look;
    let shown = [
        (Status::OnNotice, "s-notice", look.to("/notices"), board.notices.len()),
        (Status::UnderWay, "s-go", look.link("/search", &[("state", "under-way")]), board.under_way),
        (Status::Overdue, "s-bad", link(look, "/overdue", "late", None), board.late),
        (Status::Done, "s-good", look.to("/results"), board.results.len()),
    ];
    html! {
        ul.numbers {
            @for (status, class, list, count) in shown {
                li { a class=(class) href=(list) { b { (count) } (scene.label(&status)) } }
            }
        }
    }
}

/// The first few of a list, and the way to all of it.
fn some<K: Ord>(scene: Scene<'_>, heading: &str, mut found: Vec<&Brief>, key: impl Fn(&Brief) -> K, list: &str) -> Markup {
    let total = found.len();
    if total > FEW {
        found.select_nth_unstable_by_key(FEW, |brief| key(brief));
        found.truncate(FEW);
    }
    found.sort_unstable_by_key(|brief| key(brief));
    let few: Vec<&Case> = found.into_iter().filter_map(|brief| scene.snapshot.case(&brief.id)).map(AsRef::as_ref).collect();
    html! {
        @if !few.is_empty() {
            section.card {
                h2 { (heading) }
                (rows::list(scene, &few))
                p.small { a href=(list) { (scene.look.say("全部 ", "All ")) (total) } }
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
