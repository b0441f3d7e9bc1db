//! 登记变动: what those above recorded of a place: its record book and keys, its name and the place above it, its offices' registrations.

use luodi_ledger::matter::codes::EndReason;
use luodi_ledger::names::Division;
use luodi_ledger::registry::{AppointFacts, CharterFacts, DivisionFacts, RevokeFacts};
use luodi_ledger::told::word;
use maud::{Markup, html};

use super::phrase::Scene;
use super::{source, uncounted};
use crate::spoken::Stands;

/// Most changes shown; the entries of the logs above hold all.
const MOST: usize = 20;

/// The changes, the newest first.
pub(super) fn changes(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let (snapshot, mut all) = (scene.snapshot, Vec::new());
    for kind in ["charter", "division", "appoint", "revoke"] {
        let above = snapshot.spoken.beside_in(&snapshot.holdings, kind, snapshot.holdings.registry().above(code));
        all.extend(above.filter_map(|stands| Some((stands, told(scene, stands, code)?))));
    }
    all.sort_by_key(|(stands, _)| std::cmp::Reverse((stands.logged(), stands.index)));
    html! {
        @if !all.is_empty() {
            section.card id="registered" {
                details {
                    summary { b { (look.say("登记变动", "What was registered here")) } " " span.quiet { (all.len()) } }
                    ul.rows { @for (stands, told) in all.iter().take(MOST) { li { (line(scene, *stands, told)) } } }
                }
            }
        }
    }
}

fn line(scene: Scene<'_>, stands: Stands<'_>, told: &str) -> Markup {
    let look = scene.look;
    html! {
        (told)
        br;
        span.quiet.small {
            (scene.offices_linked(&stands.statement.by, stands.origin.division))
            @if let Some(logged) = stands.logged() { " " (scene.date(logged.civil_date(scene.site.settings().federation.offset))) }
            " · " a href=(look.to(&format!("/log/{}/{}", stands.origin.division, stands.index))) { (look.say("看签名原文", "the signed original")) }
        }
        (uncounted::mark(scene, &stands))
        (source::folded(scene, stands.words().as_ref()))
    }
}

/// A place of before, by name where it has one still.
fn former(scene: Scene<'_>, code: Division) -> String {
    scene.site.place(code).map_or_else(|| code.to_string(), |_| format!("{} {code}", scene.place(code)))
}

/// What a registry statement says of this very place, in a sentence; none where it is about another.
fn told(scene: Scene<'_>, stands: Stands<'_>, code: Division) -> Option<String> {
    let (look, facts) = (scene.look, &stands.statement.facts);
    let english = look.is_english();
    match stands.statement.kind.as_str() {
        "charter" => {
            let charter: CharterFacts = facts.read().ok().filter(|charter: &CharterFacts| charter.origin.division == code)?;
            let (book, number) = (charter.origin.generation, charter.number);
            Some(match (number, english) {
                (1, false) => format!("开通第 {book} 本记录"),
                (1, true) => format!("Record book {book} opened"),
                (_, false) => format!("第 {book} 本记录换了钥匙或见证（第 {number} 次登记，自第 {} 条起）", charter.from),
                (_, true) => {
                    format!("Keys or witnesses of record book {book} changed (registration {number}, from record {})", charter.from)
                }
            })
        }
        "division" => {
            let change: DivisionFacts = facts.read().ok().filter(|change: &DivisionFacts| change.division == code)?;
            let mut text = format!("{}{}{}", change.name, look.say("，自 ", ", from "), scene.date(change.vintage));
            if let Some(parent) = change.parent {
                text += &format!("{}{}", look.say("，归 ", ", belongs to "), scene.place(parent));
            }
            if !change.successor_of.is_empty() {
                let former: Vec<String> = change.successor_of.iter().map(|code| former(scene, *code)).collect();
                text += &format!("{}{}", look.say("，前身是 ", ", took the place of "), former.join(look.say("、", ", ")));
            }
            Some(format!("{}{text}", look.say("区划：", "Division: ")))
        }
        "appoint" => {
            let appointed: AppointFacts = facts.read().ok().filter(|facts: &AppointFacts| facts.office.division == code)?;
            let (name, from) = (scene.office(&appointed.office), scene.date(appointed.term.from));
            Some(if english {
                format!("{name}: keys registered, term from {from}")
            } else {
                format!("{name}：登记公布，任期自 {from}")
            })
        }
        "revoke" => {
            let ended: RevokeFacts = facts.read().ok()?;
            let office = ended.key.name().parse().ok().filter(|office: &luodi_ledger::names::OfficeName| office.division == code)?;
            let name = scene.office(&office);
            let why = scene.label(&word::<EndReason>(&ended.reason));
            Some(if english { format!("{name}: a key withdrawn ({why})") } else { format!("{name}：停用一把钥匙（{why}）") })
        }
        _ => None,
    }
}
