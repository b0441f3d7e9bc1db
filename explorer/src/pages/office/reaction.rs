//! 反应时间: how many days an office took to do what waited for it, and what waits now.

use std::collections::BTreeSet;

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::view::{Event, Verifier, View};
use luodi_ledger::names::{MatterId, Office, OfficeName, Origin};
use luodi_ledger::time::Time;
use maud::{Markup, html};

use super::path;
use crate::index::Case;
use crate::pages::phrase::Scene;

/// One duty: how long it took each time, and what waits for it.
#[derive(Default)]
struct Duty {
    took: Vec<i64>,
    waiting: Vec<(MatterId, i64)>,
}

/// The duties in rows; nothing where the office has had none.
pub(super) fn times(scene: Scene<'_>, office: &OfficeName) -> Markup {
    let look = scene.look;
    let (mut verifying, mut answering) = (Duty::default(), Duty::default());
    let snapshot = scene.snapshot;
    let spoke_of = snapshot.spoken.by(&snapshot.holdings, office).filter_map(|stands| stands.statement.matter);
    let at_home = snapshot.boards.get(&office.division).into_iter().flat_map(|board| board.briefs()).map(|brief| brief.id);
    let unanswered = snapshot.briefs(Some(office.division)).filter(|brief| brief.unanswered > 0).map(|brief| brief.id);
    let ids: BTreeSet<MatterId> = spoke_of.chain(at_home).chain(unanswered).collect();
    for case in ids.iter().filter_map(|id| snapshot.case(id)).filter(|case| snapshot.lies_within(case.view.place, office.division)) {
        let view = &case.view;
        for event in view.timeline.iter().filter(|event| event.effect.counts() && event.by.contains(office)) {
            let Some(days) = lag(scene, view, event) else { continue };
            match event.said {
                Said::Verification(_) => verifying.took.push(days),
                _ => answering.took.push(days),
            }
        }
        verifying.waiting.extend(to_verify(scene, view, office));
        answering.waiting.extend(to_answer(scene, view, office));
    }
    let duties = [
        (look.say("核实完成报告", "Verifying what is reported finished"), "verification", verifying),
        (look.say("答复异议", "Answering objections"), "answer", answering),
    ];
    html! {
        @if duties.iter().any(|(_, _, duty)| !duty.took.is_empty() || !duty.waiting.is_empty()) {
            section.card id="reaction" {
                h2 { (look.say("反应时间", "How soon it reacts")) }
                @for (what, kind, duty) in duties { (row(scene, office, what, kind, duty)) }
            }
        }
    }
}

fn row(scene: Scene<'_>, office: &OfficeName, what: &str, kind: &str, mut duty: Duty) -> Markup {
    let look = scene.look;
    duty.took.sort_unstable();
    duty.waiting.sort_by_key(|(id, days)| (std::cmp::Reverse(*days), *id));
    let list = look.link(&path(office), &[("show", kind)]) + "#said";
    let times = duty.took.len();
    html! {
        @if times > 0 || !duty.waiting.is_empty() {
            p {
                b { (what) } " "
                @if let (Some(median), Some(longest)) = (duty.took.get((times.max(1) - 1) / 2), duty.took.last()) {
                    a href=(list) { @if look.is_english() { (times) (if times == 1 { " time" } else { " times" }) } @else { (times) " 次" } }
                    @if look.is_english() { ": median " (median) " days, longest " (longest) " days" }
                    @else { "：中位数 " (median) " 天，最久 " (longest) " 天" }
                }
                @for (id, days) in &duty.waiting {
                    br;
                    a href=(look.to(&format!("/matter/{id}"))) { (id) } " "
                    span.fail { @if look.is_english() { "waiting for " (days) " days" } @else { "已等 " (days) " 天" } }
                }
            }
        }
    }
}

/// Days from what a statement reacts to until it was recorded itself; none where it reacts to nothing.
pub(super) fn days_to_react(scene: Scene<'_>, case: &Case, origin: &Origin, index: u64) -> Option<i64> {
    let here = |event: &&Event| event.reference.index == index && event.reference.log == *origin;
    lag(scene, &case.view, case.view.timeline.iter().find(here)?)
}

fn lag(scene: Scene<'_>, view: &View, event: &Event) -> Option<i64> {
    let target = match &event.said {
        Said::Verification(found) => &found.target,
        Said::Answer(answer) => &answer.target,
        _ => return None,
    };
    Some(days_between(scene, view.event(target)?.logged, event.logged))
}

fn days_between(scene: Scene<'_>, from: Time, to: Time) -> i64 {
    let offset = scene.site.settings().federation.offset;
    i64::from((to.civil_date(offset) - from.civil_date(offset)).get_days())
}

/// Completions that nobody has verified, where it is this office that verifies.
fn to_verify(scene: Scene<'_>, view: &View, office: &OfficeName) -> Vec<(MatterId, i64)> {
    let its_part = view.verifier == Verifier::Supervisors && office.is(Office::SUPERVISORS) && office.division == view.place;
    let waits = view.live().filter_map(|commitment| commitment.completion.as_ref()).filter(|completion| completion.verdict.is_none());
    let since = waits.filter_map(|completion| view.event(&completion.on)).map(|event| days_between(scene, event.logged, view.as_of));
    since.filter(|_| its_part && view.termination.is_none()).map(|days| (view.id, days)).collect()
}

/// Objections without an answer that this office has to give.
fn to_answer(scene: Scene<'_>, view: &View, office: &OfficeName) -> Vec<(MatterId, i64)> {
    let awaited = |on: &Reference| {
        let of_it = view.expected.iter().filter(|expected| expected.target.as_ref() == Some(on));
        of_it.flat_map(|expected| &expected.from).any(|bearer| bearer.is(office, view.place))
    };
    let its_part = |objection: &&luodi_ledger::matter::view::ObjectionView| objection.answer.is_none() && awaited(&objection.on);
    let open = view.objections.iter().filter(its_part);
    open.filter_map(|objection| view.event(&objection.on)).map(|event| (view.id, days_between(scene, event.logged, view.as_of))).collect()
}
