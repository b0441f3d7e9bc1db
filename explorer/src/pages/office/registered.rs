//! Terms and keys of an office: who registered them, when and on what basis; keys that were withdrawn.

use luodi_ledger::key::VerifierKey;
use luodi_ledger::matter::codes::{AppointmentBasis, EndReason};
use luodi_ledger::names::OfficeName;
use luodi_ledger::registry::{AppointFacts, RevokeFacts};
use luodi_ledger::told;
use maud::{Markup, html};

use crate::pages::phrase::Scene;
use crate::pages::{source, uncounted};
use crate::spoken::Stands;

/// 登记公布: each registration, the newest first, then what was withdrawn.
pub(super) fn terms(scene: Scene<'_>, office: &OfficeName) -> Markup {
    let look = scene.look;
    let (snapshot, home) = (scene.snapshot, office.division);
    let above = |kind: &'static str| snapshot.spoken.beside_in(&snapshot.holdings, kind, snapshot.holdings.registry().above(home));
    let read = |stands: Stands<'_>| stands.statement.facts.read::<AppointFacts>().ok().filter(|facts| facts.office == *office);
    let mut appointed: Vec<_> = above("appoint").filter_map(|stands| Some((stands, read(stands)?))).collect();
    appointed.sort_by_key(|(stands, facts)| std::cmp::Reverse((facts.term.from, stands.index)));
    let ended = |stands: Stands<'_>| {
        let facts: RevokeFacts = stands.statement.facts.read().ok()?;
        (facts.key.name() == office.to_string()).then_some(facts)
    };
    let withdrawn: Vec<_> = above("revoke").filter_map(|stands| Some((stands, ended(stands)?))).collect();
    let pinned: Vec<&VerifierKey> = scene.site.settings().federation.keys.iter().filter(|key| key.name() == office.to_string()).collect();
    html! {
        section.card id="terms" {
            h2 { (look.say("登记与任期", "Registration and terms")) }
            p.quiet.small { (look.say(
                "单位依法产生。这里只登记：哪些钥匙可以替它签名，由谁登记，凭什么，到什么时候。",
                "The office is set up by law. Recorded here is only which keys may sign for it, who registered them, on what basis, and until when.",
            )) }
            ul.rows {
                @for (stands, facts) in &appointed { li { (appointment(scene, *stands, facts)) } }
                @if !pinned.is_empty() { li {
                    b { (look.say("由联盟文件直接指定", "Named in the federation file itself")) }
                    br;
                    span.small { (look.say("钥匙 ", "Keys ")) @for key in &pinned { span.code { (short(key)) } " " } }
                } }
                @for (stands, facts) in &withdrawn { li { (withdrawal(scene, *stands, facts)) } }
            }
        }
    }
}

fn appointment(scene: Scene<'_>, stands: Stands<'_>, facts: &AppointFacts) -> Markup {
    let look = scene.look;
    let over = facts.term.until.is_some_and(|until| until < scene.site.today());
    html! {
        b { (look.say("任期 ", "Term ")) (scene.date(facts.term.from)) " – "
            @match facts.term.until { Some(until) => (scene.date(until)), None => (look.say("未定", "open")) } }
        @if over { " " span.tag { (look.say("任期已过", "term over")) } }
        " " span.quiet { (scene.label(&told::word::<AppointmentBasis>(&facts.basis))) }
        br;
        span.small { (look.say("钥匙 ", "Keys ")) @for key in &facts.keys { span.code { (short(key)) } " " } }
        br;
        (recorded(scene, stands))
    }
}

fn withdrawal(scene: Scene<'_>, stands: Stands<'_>, facts: &RevokeFacts) -> Markup {
    let look = scene.look;
    html! {
        b { (look.say("停用的钥匙 ", "Key withdrawn ")) s.code { (short(&facts.key)) } }
        " " span.quiet { (scene.label(&told::word::<EndReason>(&facts.reason))) }
        br;
        (recorded(scene, stands))
    }
}

/// Who recorded it, when, and the way to the original.
fn recorded(scene: Scene<'_>, stands: Stands<'_>) -> Markup {
    let look = scene.look;
    let by: Vec<String> = stands.statement.by.iter().map(|by| scene.office(by)).collect();
    let logged = stands.logged();
    html! {
        span.quiet.small {
            (by.join(look.say("、", " and ")))
            @if let Some(logged) = logged { (look.say(" 登记于 ", " recorded it on ")) (scene.date(logged.civil_date(scene.site.settings().federation.offset))) }
            " · " a href=(look.to(&format!("/log/{}/{}", stands.origin.division, stands.index))) { (look.say("看签名原文", "the signed original")) }
        }
        (uncounted::mark(scene, &stands))
        (source::folded(scene, stands.words().as_ref()))
    }
}

/// The eight hex digits that signature lines name a key by.
pub(super) fn short(key: &VerifierKey) -> String {
    format!("{:08x}", key.id())
}
