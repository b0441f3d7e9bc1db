//! 规程: the rule packs that judge matters here: those that ship with this software and those that offices put in force; each step with
//! its share and article.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::facts::{RulesNotice, Said};
use luodi_ledger::matter::pack::{InForce, Pack, Required, StepRule};
use maud::{Markup, html};

use super::phrase::Scene;
use super::{layout, source, uncounted};
use crate::look::Look;
use crate::site::Site;
use crate::spoken::Stands;

pub(crate) async fn rules(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let title = look.say("按什么规程办", "The rules matters are judged by");
    let notices: Vec<(Stands<'_>, RulesNotice)> = snapshot
        .spoken
        .beside(&snapshot.holdings, "rules", |_| true)
        .filter_map(|stands| match stands.said()? {
            Said::Rules(notice) => Some((stands, *notice)),
            _ => None,
        })
        .collect();
    let local: BTreeSet<Blake3> = notices.iter().map(|(_, notice)| notice.pack).collect();
    let root = site.settings().federation.root;
    let built_in: Vec<(&Blake3, &Pack)> = snapshot.packs.at(root).filter(|(name, _)| !local.contains(name)).collect();
    let main = html! {
        section.card {
            h1 { (title) }
            p { (look.say(
                "到会够不够、票数过没过、公示几天、多久答复，都按下面的规程重新算，不看谁自己怎么说。每件事的议题写明按哪一份。",
                "Quorums, majorities, notice days and days to answer are computed anew by these rules; nobody's own word is taken for it. The topic of each matter names its rules.",
            )) }
        }
        @for (stands, notice) in &notices { (put_in_force(scene, *stands, notice)) }
        @for (name, pack) in built_in { (one(scene, name, pack, &html! {})) }
    };
    layout::page(&site, &look, title, None, &main)
}

/// Rules that an office put in force for its place and all below.
fn put_in_force(scene: Scene<'_>, stands: Stands<'_>, notice: &RulesNotice) -> Markup {
    let look = scene.look;
    let signed = html! {
        p.small {
            span.tag { (look.say("本地规程", "local rules")) } " "
            a href=(look.to(&format!("/place/{}", stands.origin.division))) { (scene.place(stands.origin.division)) } " · "
            (scene.offices_linked(&stands.statement.by, stands.origin.division)) " · "
            (span(scene, InForce { from: Some(notice.from), until: notice.until })) " · "
            a href=(look.to(&format!("/log/{}/{}", stands.origin.division, stands.index))) { (look.say("看签名原文", "the signed original")) }
            (uncounted::mark(scene, &stands))
        }
        (source::folded(scene, stands.words().as_ref()))
    };
    if let Some(pack) = scene.snapshot.packs.get(&notice.pack) {
        return one(scene, &notice.pack, pack, &signed);
    }
    let title = stands.words().and_then(|words| scene.in_language(&words, |words| words.title.clone()));
    html! {
        section.card {
            h2 { (title.as_deref().unwrap_or(look.say("规程", "Rules"))) }
            (signed)
            @if stands.counts() { p.quiet { (look.say("规程的全文还没有读到，按它办的事项暂不评判。", "The text of these rules has not been received; matters under them are not judged yet.")) } }
        }
    }
}

fn span(scene: Scene<'_>, days: InForce) -> String {
    let look = scene.look;
    match (days.from, days.until) {
        (None, None) => look.say("一直适用", "always in force").to_owned(),
        (from, until) => format!(
            "{}{}{}",
            from.map(|from| format!("{}{}", look.say("自 ", "from "), scene.whole_date(from))).unwrap_or_default(),
            if from.is_some() && until.is_some() { look.say(" ", " ") } else { "" },
            until
                .map(|until| format!("{}{}{}", look.say("至 ", "until "), scene.whole_date(until), look.say("（不含）", " (not included)")))
                .unwrap_or_default(),
        ),
    }
}

fn one(scene: Scene<'_>, name: &Blake3, pack: &Pack, signed: &Markup) -> Markup {
    let look = scene.look;
    let id = name.to_string();
    html! {
        section.card id={ "r-" (id.get(..16).unwrap_or_default()) } {
            h2 { (look.say(&pack.title.zh, &pack.title.en)) }
            (signed)
            p.small { (look.say("所依据的法律：", "The law it rests on: ")) (span(scene, pack.in_force)) }
            @for (method, steps) in &pack.methods {
                h3 { (scene.label(method)) }
                table.stack {
                    thead { tr { th { (look.say("步骤", "Step")) } th { (look.say("谁登记", "Recorded by")) } th { (look.say("到会与通过", "Quorum and majority")) } } }
                    tbody { @for step in steps { (step_row(scene, step)) } }
                }
            }
            @if !pack.methods.is_empty() {
                p.small {
                    @if look.is_english() {
                        "Notice " (pack.notice.days) " days (" (scene.cited(&pack.notice.basis)) "); objections answered within " (pack.answer.days) " days (" (scene.cited(&pack.answer.basis))
                        "); resolution published within " (pack.disclosure.resolution_days) " days, result within " (pack.disclosure.result_days) " days (" (scene.cited(&pack.disclosure.basis)) ")."
                    } @else {
                        "公示 " (pack.notice.days) " 天（" (pack.notice.basis) "）；异议 " (pack.answer.days) " 天内答复（" (pack.answer.basis)
                        "）；决议 " (pack.disclosure.resolution_days) " 天内公开，结果 " (pack.disclosure.result_days) " 天内公开（" (pack.disclosure.basis) "）。"
                    }
                }
            }
            @if !pack.calendar.is_empty() {
                ul.small { @for rhythm in &pack.calendar { li {
                    (scene.label(&rhythm.duty)) " · " (scene.label(&rhythm.every))
                    @match (rhythm.days, look.is_english()) {
                        (0, false) => "，当期内",
                        (0, true) => ", before it is over",
                        (days, false) => { "，过后 " (days) " 天内" }
                        (days, true) => { ", within " (days) " days after it" }
                    }
                    " " span.quiet { "(" (scene.cited(&rhythm.basis)) ")" }
                } } }
            }
            p.small.quiet { (look.say("全文的指纹：", "Fingerprint of the text: ")) span.code { (id.get(..16).unwrap_or_default()) "…" } }
        }
    }
}

fn step_row(scene: Scene<'_>, step: &StepRule) -> Markup {
    let look = scene.look;
    let by: Vec<String> = step.by.iter().map(|office| scene.label(office)).collect();
    let share = |share: &dyn std::fmt::Display| share.to_string().replace(">= ", "≥").replace("> ", "＞");
    html! {
        tr {
            td { (scene.label(&step.step)) @if step.required == Required::Never { " " span.quiet.small { (look.say("可以没有", "optional")) } } }
            td.small data-label=(look.say("谁登记", "Recorded by")) { (by.join(look.say("、", ", "))) }
            @if step.counts.is_empty() { td {} } @else { td.small data-label=(look.say("到会与通过", "Quorum and majority")) { div { @for rule in &step.counts {
                div {
                    (scene.label(&rule.unit)) (look.say("：", ": "))
                    @if let Some(quorum) = &rule.quorum { (look.say("到会 ", "present ")) (share(quorum)) " " }
                    @if let Some(majority) = &rule.majority { (look.say("同意 ", "for ")) (share(majority)) " " }
                    span.quiet { "(" (scene.cited(&rule.article)) ")" }
                }
            } } } }
        }
    }
}
