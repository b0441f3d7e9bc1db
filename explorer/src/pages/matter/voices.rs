//! 三方说法: what the committee says, what the supervisors found, what residents answered; side by side and never merged. And whom to ask.

use luodi_ledger::matter::labels::NOBODY_VERIFIES;
use luodi_ledger::matter::view::{Claim, FeedbackView, FindingView, Verifier, View};
use luodi_ledger::names::{Division, Level, Office, OfficeName};
use maud::{Markup, html};

use super::said;
use crate::index::Case;
use crate::pages::office;
use crate::pages::phrase::{Scene, sentence};

/// The three voices.
pub(super) fn three(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let village = scene.is_village(view.place);
    let community = view.place.level() == Level::Community;
    let committee = match (community, village) {
        (true, true) => look.say("村委会说", "The committee says"),
        (true, false) => look.say("居委会说", "The committee says"),
        (false, _) => look.say("召集方说", "The convener says"),
    };
    let supervisors = match view.verifier {
        Verifier::Supervisors => look.say("监委会核实", "The supervisors found"),
        Verifier::Above => look.say("上级核实", "The office above found"),
        Verifier::Nobody => look.say("核实", "Verification"),
    };
    let none_verified = if view.verifier == Verifier::Nobody {
        sentence(look, NOBODY_VERIFIES)
    } else {
        look.say("还没有核实。", "Nothing verified yet.").to_owned()
    };
    html! {
        section id="voices" {
            h2 { (look.say("三方说法", "Three voices")) }
            div.voices {
                div.v1 {
                    h3 { (committee) }
                    @if view.voices.convener.is_empty() { p.quiet { (look.say("还没有报告进展。", "Nothing reported yet.")) } }
                    @for claim in &view.voices.convener { (claimed(scene, case, claim)) }
                }
                div.v2 {
                    h3 { (supervisors) }
                    @if view.voices.supervisors.is_empty() { p.quiet { (none_verified) } }
                    @for finding in &view.voices.supervisors { (found(scene, case, finding)) }
                }
                div.v3 {
                    h3 { (look.say("居民反馈", "Residents answered")) }
                    @if view.voices.residents.is_empty() { p.quiet { (look.say("还没有收集。", "Nothing gathered yet.")) } }
                    @for feedback in &view.voices.residents { (answered(scene, case, feedback)) }
                }
            }
        }
    }
}

fn claimed(scene: Scene<'_>, case: &Case, claim: &Claim) -> Markup {
    let text = said(scene, case, Some(&claim.on), |words| words.text.clone().or_else(|| words.reason.clone()));
    html! {
        p {
            b { (scene.label(&claim.kind)) } " " span.quiet.small { (scene.offices(&claim.by, case.view.place)) " " (scene.date(claim.date)) }
            @if let Some(text) = text { br; (text) }
        }
    }
}

fn found(scene: Scene<'_>, case: &Case, finding: &FindingView) -> Markup {
    let look = scene.look;
    let verdict = &finding.verdict;
    let text = said(scene, case, Some(&verdict.on), |words| words.reason.clone().or_else(|| words.text.clone()));
    let target = case.view.event(&finding.target).map(|event| scene.label(&event.kind));
    let checks: Vec<String> = verdict.checks.iter().map(|check| scene.label(check)).collect();
    html! {
        p {
            b { (scene.label(&verdict.verdict)) } " " span.quiet.small { (scene.offices(&verdict.by, case.view.place)) " " (scene.date(verdict.date)) }
            @if let Some(target) = target { br; span.quiet.small { (look.say("核实的是：", "What was verified: ")) (target) } }
            @if let Some(text) = text { br; (text) }
            @if !checks.is_empty() { br; span.quiet.small { (look.say("做法：", "How: ")) (checks.join(look.say("、", ", "))) } }
        }
    }
}

fn answered(scene: Scene<'_>, case: &Case, feedback: &FeedbackView) -> Markup {
    let look = scene.look;
    html! {
        p {
            (look.say("已解决 ", "fixed ")) b { (feedback.fixed) }
            (look.say("，部分 ", ", partly ")) b { (feedback.partly) }
            (look.say("，没有 ", ", not ")) b { (feedback.not) }
            (look.say("，不清楚 ", ", don't know ")) b { (feedback.unknown) }
            br;
            span.quiet.small { (scene.offices(&feedback.by, case.view.place)) " · " (scene.label(&feedback.gathered)) " · " (scene.date(feedback.date)) }
        }
    }
}

/// 有意见找谁: the offices that must listen, with phone and address where their registration gives them.
pub(super) fn whom_to_ask(scene: Scene<'_>, view: &View) -> Markup {
    let look = scene.look;
    let asked = contacts(scene, view.place);
    html! {
        section.card id="ask" {
            h2 { (look.say("有意见找谁", "Whom to ask")) }
            @if asked.is_empty() { p.quiet { (look.say("还没有登记的单位。", "No office is registered yet.")) } }
            @for office in asked {
                @let words = scene.registered(&office).unwrap_or_default();
                @let phone = words.phone.clone();
                p {
                    b { (office::link(scene, &office)) }
                    @match phone { Some(phone) => { br; a href={ "tel:" (phone.replace([' ', '-'], "")) } { (phone) } }, None => { br; span.quiet.small { (look.say("没有登记电话", "no phone registered")) } } }
                    @if let Some(address) = scene.in_language(&words, |words| words.address.clone()) { br; span.small { (address) } }
                }
            }
        }
    }
}

/// The supervisors of the place, then government and civil affairs of those above up to the county, if registered.
fn contacts(scene: Scene<'_>, place: Division) -> Vec<OfficeName> {
    let registry = scene.snapshot.holdings.registry();
    let above = scene.snapshot.land.up(place).filter(|code| code.level() >= Level::County);
    let listens = |office: &OfficeName| {
        let at_home = office.division == place && place.level() == Level::Community;
        if at_home { office.is(Office::SUPERVISORS) } else { office.is(Office::GOVERNMENT) || office.is(Office::CIVIL_AFFAIRS) }
    };
    above.flat_map(|code| registry.offices(code)).filter(listens).collect()
}
