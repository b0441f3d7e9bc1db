//! 公示: how long it runs, where it hangs, who objected and what was answered.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::view::ObjectionView;
use maud::{Markup, html};

use super::said;
use crate::index::Case;
use crate::pages::phrase::Scene;

/// 公示: from, to, days left, where posted, objections and answers.
pub(super) fn notice(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let Some(notice) = &view.notice else { return html! {} };
    let places = case.words(&notice.on).map(|words| words.places.join(look.say("、", ", "))).filter(|places| !places.is_empty());
    html! {
        section.card id="notice" {
            h2 { (look.say("公示", "Public notice")) }
            p {
                b { (scene.date(notice.from)) " – " (scene.date(notice.to)) }
                @match notice.left {
                    Some(left) => { " · " b { @if look.is_english() { (left) " days left, today included" } @else { "还剩 " (left) " 天（含今天）" } } },
                    None => span.quiet { " · " (look.say("已结束", "ended")) },
                }
            }
            @if let Some(places) = places { p { (look.say("张贴在：", "Posted at: ")) (places) } }
            @if view.objections.is_empty() {
                p.quiet { (look.say("没有收到登记的异议。", "No objection has been recorded.")) }
            }
            @for objection in &view.objections {
                (objection_line(scene, case, objection))
            }
        }
    }
}

fn objection_line(scene: Scene<'_>, case: &Case, objection: &ObjectionView) -> Markup {
    let look = scene.look;
    let words = |on: &Reference| said(scene, case, Some(on), |words| words.text.clone().or_else(|| words.reason.clone()));
    html! {
        div.promise {
            p {
                b { @if look.is_english() { "Objections: " (objection.count) } @else { "异议 " (objection.count) " 件" } }
                " " span.quiet { (scene.offices(&objection.by, case.view.place)) " " (scene.date(objection.date)) }
                @if let Some(text) = words(&objection.on) { br; (text) }
            }
            @match &objection.answer {
                Some(answer) => p { (look.say("答复：", "Answer: ")) b { (scene.label(&answer.finding)) } " " span.quiet { (scene.date(answer.date)) } @if let Some(text) = words(&answer.on) { br; (text) } },
                None => p.fail { (look.say("还没有答复", "not answered yet")) },
            }
        }
    }
}
