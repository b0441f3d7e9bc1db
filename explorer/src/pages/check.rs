//! 核对: a plain sentence first, then who signed each step and whether that holds; what a signature cannot prove; how to check off line.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::view::Event;
use luodi_ledger::names::MatterId;
use luodi_ledger::standing::Standing;
use maud::{Markup, html};

use super::layout;
use super::matter::{entry_path, title};
use super::missing::absent;
use super::office;
use super::phrase::Scene;
use super::trust;
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

pub(crate) async fn check(State(site): State<Arc<Site>>, Path(id): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let found = id.parse().ok().and_then(|id: MatterId| snapshot.case(&id));
    let Some(case) = found else {
        return absent(&site, &look, ("没有这个编号的事项", "There is no matter of this number"));
    };
    page(scene, case).into_response()
}

fn page(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let heading = look.say("核对", "Check");
    let main = html! {
        (trust::fork_warning(scene, view.place))
        (layout::crumbs(scene, view.place))
        h1 { (heading) (look.say("：", ": ")) a href=(look.to(&format!("/matter/{}", view.id))) { (title(scene, case)) } }
        section.card { p.lead { (trust::sentence(scene, view)) } }
        section.card {
            h2 { (look.say("每一步是谁签的", "Who signed each step")) }
            table.stack {
                thead { tr { @for (chinese, english) in COLUMNS { th { (look.say(chinese, english)) } } } }
                tbody { @for event in view.timeline.iter().rev() { (row(scene, event)) } }
            }
        }
        (limits(scene))
        (offline(scene))
    };
    layout::page(scene.site, look, heading, Some(view.place), &main)
}

/// Chinese and English headings; on a phone each cell repeats its own.
const COLUMNS: [(&str, &str); 7] = [
    ("哪一步", "Step"),
    ("谁签的", "Signed by"),
    ("什么时候", "When"),
    ("当时有权签", "In office then"),
    ("别家见证", "Witnessed"),
    ("几处一致", "Copies"),
    ("回执", "Receipt"),
];

fn row(scene: Scene<'_>, event: &Event) -> Markup {
    let look = scene.look;
    let on = &event.reference;
    let log = scene.snapshot.holdings.logs().get(&on.log);
    let witnessed = log.and_then(|log| log.witnessed()).is_some_and(|(head, _)| on.index < head.size());
    let copies = log.map_or(0, |log| log.copies().values().filter(|copy| !copy.contradicts && copy.agrees_to > on.index).count());
    let heading = |column: usize| look.pick(COLUMNS[column]);
    let what = match &event.said {
        Said::Step(step) => scene.label(&step.step),
        _ => scene.label(&event.kind),
    };
    html! {
        tr {
            td data-label=(heading(0)) { a href=(look.to(&entry_path(on))) { (what) } }
            td data-label=(heading(1)) { span { @for by in event.by.iter() { (office::link(scene, by)) br; } } }
            td data-label=(heading(2)) { (scene.moment(event.time)) }
            td data-label=(heading(3)) { @match event.standing {
                Standing::Valid { term_expired: false } => span.pass { (look.say("✓ 是", "✓ yes")) },
                Standing::Valid { term_expired: true } => span.pass { (look.say("✓ 任期已过", "✓ term over")) },
                Standing::Void(why) => span.fail { "✗ " (scene.label(&why)) },
            } }
            td data-label=(heading(4)) { @if witnessed { span.pass { (look.say("✓ 已见证", "✓ witnessed")) } } @else { span.quiet { (look.say("等待中", "waiting")) } } }
            td data-label=(heading(5)) { (copies) "/" (scene.snapshot.sources.len()) }
            td data-label=(heading(6)) { a href=(look.to(&format!("/receipt/{}/{}", on.log.division, on.index))) { (look.say("下载", "file")) } }
        }
    }
}

fn limits(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    html! {
        section.card {
            h2 { (look.say("签名证明不了什么", "What a signature cannot prove")) }
            p { (look.say(
                "签名能证明：这句话是这个单位说的，说了就改不了，几处保存的是同一份。它证明不了路修得好不好、钱花得值不值。好不好，看监督委员会的核实和居民的反馈，也可以自己去看。",
                "A signature proves that this office said this, that it cannot be changed any more, and that the copies are the same. It cannot prove that the road is good or the money well spent: for that there are the supervisors' verification, the residents' answers, and your own eyes.",
            )) }
            p { (look.say(
                "本站也可能出错或被人做手脚，所以不要只信本站：下载回执，在自己的电脑上核对。",
                "This site may be wrong or tampered with as well, so do not take its word alone: download a receipt and check it on your own computer.",
            )) }
        }
    }
}

fn offline(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let federation = &scene.site.settings().federation;
    html! {
        section.card {
            h2 { (look.say("自己核对，不用联网", "Check it yourself, off line")) }
            p { (look.say("把回执和纸上公布过的联盟文件放在一起，运行：", "With the receipt and the federation file the county published on paper, run:")) }
            pre { "luodi verify receipt.txt --federation federation.txt" }
            p { (look.say("联盟文件的指纹，要和纸上印的一样：", "The fingerprint of the federation file, to compare with the one on paper: ")) b { (federation.fingerprint()) } }
            p { a href=(look.asset("/federation.txt")) { (look.say("下载联盟文件", "Download the federation file")) } }
        }
    }
}
