//! 版本对比: what was corrected, taken back or removed, side by side with what stood there; who, when and why.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::facts::{Correction, Said};
use luodi_ledger::matter::view::{Event, View};
use luodi_ledger::names::MatterId;
use maud::{Markup, html};

use super::beside::kind_word;
use super::{anchor, entry_path, said, title};
use crate::index::Case;
use crate::look::Look;
use crate::pages::facts::changed;
use crate::pages::layout;
use crate::pages::missing::absent;
use crate::pages::phrase::Scene;
use crate::site::Site;

pub(crate) async fn versions(State(site): State<Arc<Site>>, Path(id): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let found = id.parse().ok().and_then(|id: MatterId| snapshot.case(&id));
    let Some(case) = found else {
        return absent(&site, &look, ("没有这个编号的事项", "There is no matter of this number"));
    };
    page(scene, case).into_response()
}

/// The statements that mend others, the newest first.
pub(super) fn mending(view: &View) -> impl Iterator<Item = (&Event, &Reference)> {
    view.timeline.iter().rev().filter_map(|event| match &event.said {
        Said::Correction(mended) => Some((event, &mended.target)),
        Said::Void(taken) => Some((event, &taken.target)),
        Said::Redaction(erased) => Some((event, &erased.target)),
        _ => None,
    })
}

fn page(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let heading = look.say("版本对比", "Versions");
    let all: Vec<(&Event, &Reference)> = mending(view).collect();
    let main = html! {
        (layout::crumbs(scene, view.place))
        h1 { (heading) (look.say("：", ": ")) a href=(look.to(&format!("/matter/{}", view.id))) { (title(scene, case)) } }
        section.card {
            p { (look.say(
                "登记过的话改不了。说错了，要另写一条更正；前一版留着，谁改的、什么时候、为什么，都在这里。",
                "What was recorded cannot be changed. A mistake is mended by a further statement; the former version stays, with who mended it, when and why.",
            )) }
            @if all.is_empty() { p { (look.say("这件事没有更正、撤回或删除过。", "Nothing was corrected, taken back or removed in this matter.")) } }
        }
        @for (event, target) in all { (one(scene, case, event, target)) }
    };
    layout::page(scene.site, look, heading, Some(view.place), &main)
}

fn one(scene: Scene<'_>, case: &Case, event: &Event, target: &Reference) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let before = view.event(target);
    let (ground, asked) = match &event.said {
        Said::Void(taken) => (Some(scene.label(&taken.reason)), ("原因：", "Why: ")),
        Said::Redaction(erased) => (Some(scene.label(&erased.ground)), ("原因：", "Why: ")),
        _ => (None, ("更正原因：", "Why: ")),
    };
    let mut why: Vec<String> = ground.into_iter().collect();
    why.extend(said(scene, case, Some(&event.reference), |words| words.reason.clone()));
    // Where a correction mends words alone, its own take their place (see [`corrected`]); else they explain.
    let replaces = matches!(&event.said, Said::Correction(mended) if mended.changes.is_empty());
    let mut text = said(scene, case, Some(&event.reference), |words| words.text.clone()).filter(|_| !replaces);
    if why.is_empty() {
        why.extend(text.take());
    }
    html! {
        section.card {
            h2 { (scene.date(event.date)) " " (scene.label(&event.kind)) " " span.quiet.small { (scene.offices_linked(&event.by, view.place)) } }
            @if !event.effect.counts() { p.fail { (look.say("没有效力，前一版照旧。", "Without effect: the former version stands.")) } }
            @if let Some(text) = text { p { (text) } }
            @for why in why { p { span.quiet { (look.pick(asked)) } (why) } }
            p.small {
                (look.say("针对：", "Of: "))
                @match before {
                    Some(before) => a href={ (look.to(&format!("/matter/{}", view.id))) "#" (anchor(target)) } { (scene.date(before.date)) " " (kind_word(scene, &before.said, &before.kind)) },
                    None => a href=(look.to(&entry_path(target))) { (look.say("另一条记录", "another record")) },
                }
                " · " a href=(look.to(&entry_path(&event.reference))) { (look.say("看签名原文", "the signed original")) }
            }
            @match &event.said {
                Said::Correction(mended) => (corrected(scene, case, event, target, mended)),
                Said::Redaction(_) => p { (look.say(
                    "它的文字或附件已依法删除，各处都不再保存；事实、签名和证明都还在。",
                    "Its words or attachments were removed by law and nobody keeps them any more; facts, signatures and proofs remain.",
                )) },
                _ => p { (look.say("整条撤回：不再算数，划掉留着。", "Taken back whole: it no longer counts, and stays, struck through.")) },
            }
        }
    }
}

/// Facts and words, before and after.
fn corrected(scene: Scene<'_>, case: &Case, event: &Event, target: &Reference, mended: &Correction) -> Markup {
    let look = scene.look;
    let text = |of: &Reference| said(scene, case, Some(of), |words| words.text.clone());
    // The words of a correction take the place of others only where it corrects no facts.
    let words = text(&event.reference).filter(|_| mended.changes.is_empty()).map(|new| (text(target), new));
    html! {
        table.stack.versions {
            thead { tr { th { (look.say("哪一项", "What")) } th { (look.say("更正前", "Before")) } th { (look.say("更正后", "After")) } } }
            tbody {
                @for (name, old, new) in changed(scene, case.view.event(target).map(|event| &event.kind), &mended.changes) {
                    (side_by_side(scene, &name, &old, &new))
                }
                @if let Some((old, new)) = words {
                    (side_by_side(scene, look.say("文字", "The words"), old.as_deref().unwrap_or(look.say("（没有）", "(none)")), &new))
                }
            }
        }
    }
}

/// One thing that changed: what stood there struck through, what stands there now marked.
fn side_by_side(scene: Scene<'_>, name: &str, old: &str, new: &str) -> Markup {
    let (before, after) = (scene.look.say("更正前", "Before"), scene.look.say("更正后", "After"));
    html! { tr { td { (name) } td data-label=(before) { del { (old) } } td data-label=(after) { ins { (new) } } } }
}
