//! 状态: one word, since when it stands, and who says so.

use luodi_ledger::matter::codes::{FlagCode, Status, Verdict};
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::labels::NOBODY_VERIFIES;
use luodi_ledger::matter::view::{Effect, Flag, VerdictView, Verifier, View};
use luodi_ledger::names::OfficeName;
use maud::{Markup, html};

use crate::index::Case;
use crate::pages::phrase::{Scene, days, status_look};

/// The band with the status word, its tags and who says so.
pub(super) fn state_band(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    if view.topic.is_none() {
        return html! {
            div.band role="status" {
                span.word { (look.say("没有有效的议题", "No topic that counts")) }
                p { (look.say("这个编号下的议题已撤回或无效，不再列入任何清单；登记过的内容仍在下面。", "The topic of this number was taken back or is void, and no list shows it any more; what was recorded stands below.")) }
            }
        };
    }
    let (drawing, class) = status_look(view.status);
    html! {
        div class={ "band " (class) } role="status" {
            span.word { (drawing) " " (scene.label(&view.status)) }
            @if let Some(days) = days(look, view) { b { (days) } " " }
            @for tag in &view.tags { span.tag { (scene.label(tag)) } }
            @for flag in remarkable(view) { span.tag { (scene.label(&flag)) } }
            @if let Some(updated) = view.updated { span.quiet.small.whole { (scene.days_ago(updated)) } }
            p { (who_says(scene, view)) }
        }
    }
}

/// What else is out of the ordinary, each kind once; what the status word or a tag says already is left out.
fn remarkable(view: &View) -> Vec<FlagCode> {
    const SAID_ALREADY: [FlagCode; 4] = [FlagCode::Overdue, FlagCode::Stale, FlagCode::Disputed, FlagCode::ForkSeen];
    let mut codes: Vec<FlagCode> = view.flags.iter().map(Flag::code).filter(|code| !SAID_ALREADY.contains(code)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Who says what the status word says, in one line.
fn who_says(scene: Scene<'_>, view: &View) -> String {
    let look = scene.look;
    let by = |names: &[OfficeName], date| format!("{}{}{}", scene.offices(names, view.place), look.say(" ", ", "), scene.date(date));
    let verdict = newest_verdict(view, view.status == Status::Done);
    let claim = view.voices.convener.iter().max_by_key(|claim| claim.date);
    let reported = view.voices.convener.iter().filter(|claim| claim.kind.as_str() == "completion").max_by_key(|claim| claim.date);
    match (view.status, verdict, claim) {
        (Status::Done, Some(verdict), _) => by(&verdict.by, verdict.date) + look.say(" 核实：通过", ": verified and accepted"),
        (Status::VerificationFailed, Some(verdict), _) => {
            let found = match verdict.verdict {
                Verdict::Partly => look.say(" 核实：只有部分通过", ": accepted only in part"),
                _ => look.say(" 核实：没有通过", ": not accepted"),
            };
            let claimed = reported.map(|claim| {
                look.say("；", "; ").to_owned() + &by(&claim.by, claim.date) + look.say(" 曾报告完成", " had reported it finished")
            });
            by(&verdict.by, verdict.date) + found + &claimed.unwrap_or_default()
        }
        (Status::Claimed, _, _) => {
            let by = reported.map(|claim| by(&claim.by, claim.date)).unwrap_or_default();
            match view.verifier {
                Verifier::Nobody => by + look.say(" 报告完成；", " reported it finished; ") + look.pick(NOBODY_VERIFIES),
                _ => by + look.say(" 报告完成；监督方还没有核实", " reported it finished; nobody has verified it yet"),
            }
        }
        (Status::Overdue, _, Some(claim)) => {
            look.say("期限已过，没有完成报告；最近：", "No report by the due date; last word: ").to_owned() + &by(&claim.by, claim.date)
        }
        (Status::Overdue, _, None) => look.say("期限已过，没有收到任何进展", "No report by the due date, nor any before").to_owned(),
        (Status::UnderWay, _, Some(claim)) => format!("{}{}{}", by(&claim.by, claim.date), look.say(" ", ": "), scene.label(&claim.kind)),
        _ => newest_word(scene, view),
    }
}

/// The newest verdict on a live commitment: an accepting one for what is done, a refusing one for what failed.
fn newest_verdict(view: &View, accepted: bool) -> Option<&VerdictView> {
    let verdicts = view.live().filter_map(|commitment| commitment.completion.as_ref()?.verdict.as_ref());
    verdicts.filter(|verdict| (verdict.verdict == Verdict::Accepted) == accepted).max_by_key(|verdict| verdict.date)
}

/// The newest statement that counts: who, when, what kind.
fn newest_word(scene: Scene<'_>, view: &View) -> String {
    let counted = view.timeline.iter().rev().find(|event| event.effect == Effect::Counted);
    let told = counted.map(|event| {
        let (comma, colon) = (scene.look.say(" ", ", "), scene.look.say(" ", ": "));
        let what = match &event.said {
            Said::Step(step) => scene.label(&step.step),
            _ => scene.label(&event.kind),
        };
        format!("{}{comma}{}{colon}{what}", scene.offices(&event.by, view.place), scene.date(event.date))
    });
    told.unwrap_or_else(|| scene.look.say("还没有有效的记录", "no record that counts yet").to_owned())
}
