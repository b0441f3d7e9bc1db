//! What others say of a matter, and how statements are mended: countersign, evaluation, order, circular, correction, withdrawal,
//! redaction; each in words, with the statement it speaks of one link away.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::facts::{Circular, Correction, Evaluation, Rectification, Said};
use luodi_ledger::matter::labels::Label;
use maud::{Markup, html};

use super::anchor;
use crate::index::Case;
use crate::pages::facts::changed;
use crate::pages::phrase::Scene;

/// The facts of a statement of these kinds; nothing for another.
pub(super) fn facts(scene: Scene<'_>, case: &Case, said: &Said) -> Option<Markup> {
    Some(match said {
        Said::Countersign(stood) => target(scene, case, Some(&stood.target), ("会签的是：", "What it stands by: ")),
        Said::Evaluation(found) => html! {
            (evaluation(scene, found))
            (target(scene, case, found.target.as_ref(), ("评估的是：", "What was evaluated: ")))
        },
        Said::Rectification(order) => html! {
            (rectification(scene, case, order))
            (target(scene, case, order.target.as_ref(), ("起因：", "What gave rise to it: ")))
        },
        Said::Circular(told) => html! {
            (circular(scene, told))
            (target(scene, case, told.target.as_ref(), ("起因：", "What gave rise to it: ")))
        },
        Said::Correction(mended) => html! {
            (target(scene, case, Some(&mended.target), ("更正的是：", "What is corrected: ")))
            (changes(scene, case, mended))
            (versions(scene, case))
        },
        Said::Void(taken) => html! {
            p.small { (scene.look.say("原因：", "Reason: ")) (scene.label(&taken.reason)) }
            (target(scene, case, Some(&taken.target), ("撤回的是：", "What is taken back: ")))
            (versions(scene, case))
        },
        Said::Redaction(erased) => html! {
            p.small { (scene.look.say("理由：", "Ground: ")) (scene.label(&erased.ground)) }
            (target(scene, case, Some(&erased.target), ("删除的是它的文字或附件：", "Whose words or attachments were removed: ")))
            (versions(scene, case))
        },
        _ => return None,
    })
}

/// The word that heads a statement, where its kind alone says too little: an order, or holding to account.
pub(crate) fn heading(scene: Scene<'_>, said: &Said) -> Option<String> {
    Some(match said {
        Said::Rectification(order) => scene.label(&order.action),
        Said::Circular(told) => format!("{}{}", scene.look.say("", "Circular "), scene.label(&told.to)),
        _ => return None,
    })
}

/// 等次, and how it was looked into.
pub(crate) fn evaluation(scene: Scene<'_>, found: &Evaluation) -> Markup {
    html! { p.small { b { (scene.label(&found.rating)) } @for how in &found.how { " · " (scene.label(how)) } } }
}

/// Whom it addresses, by which day, or by what measure.
pub(crate) fn rectification(scene: Scene<'_>, case: &Case, order: &Rectification) -> Markup {
    let look = scene.look;
    let place = case.view.place;
    let convener = || case.view.convener.as_ref().map(|office| scene.office_briefly(office, place));
    let whom = order.office.map(|bearer| scene.bearer(&bearer, place)).or_else(convener);
    html! {
        p.small {
            @if let Some(whom) = whom { (look.say("对象：", "To: ")) (whom) " " }
            @if let Some(deadline) = order.deadline { (look.say("整改期限：", "By: ")) b { (scene.date(deadline)) } " " }
            @if let Some(measure) = &order.measure { (look.say("方式：", "Measure: ")) b { (scene.label(measure)) } }
        }
    }
}

/// On what ground, and which places it names.
pub(crate) fn circular(scene: Scene<'_>, told: &Circular) -> Markup {
    let look = scene.look;
    html! {
        p.small {
            b { (scene.label(&told.ground)) } (look.say("：", ": "))
            @for (position, place) in told.places.iter().enumerate() {
                @if position > 0 { (look.say("、", ", ")) }
                a href=(look.to(&format!("/place/{place}"))) { (scene.place(*place)) }
            }
        }
    }
}

/// Each changed fact, the old value struck through.
fn changes(scene: Scene<'_>, case: &Case, mended: &Correction) -> Markup {
    let target = case.view.event(&mended.target).map(|event| &event.kind);
    html! {
        @for (name, old, new) in changed(scene, target, &mended.changes) {
            p { (name) (scene.look.say("：", ": ")) s { (old) } " → " b { (new) } }
        }
    }
}

fn target(scene: Scene<'_>, case: &Case, on: Option<&Reference>, (chinese, english): (&str, &str)) -> Markup {
    html! {
        @if let Some(on) = on {
            p.small { (scene.look.say(chinese, english))
                @match case.view.event(on) {
                    Some(event) => a href={ "#" (anchor(on)) } { (scene.date(event.date)) " " (kind_word(scene, &event.said, &event.kind)) },
                    None => a href=(scene.look.to(&super::entry_path(on))) { (scene.look.say("另一条记录", "another record")) },
                }
            }
        }
    }
}

/// The step a `step` takes, or the word of the kind.
pub(crate) fn kind_word(scene: Scene<'_>, said: &Said, kind: &impl Label) -> String {
    match said {
        Said::Step(step) => scene.label(&step.step),
        other => heading(scene, other).unwrap_or_else(|| scene.label(kind)),
    }
}

fn versions(scene: Scene<'_>, case: &Case) -> Markup {
    let look = scene.look;
    html! { p.small { a href=(look.to(&format!("/matter/{}/versions", case.view.id))) { (look.say("前后版本对比", "Before and after, side by side")) } } }
}
