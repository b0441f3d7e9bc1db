//! The steps of the method as a strip: which were taken, when, by what counts; what is missing is said.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{Ballot, StepState, Unit, Word};
use luodi_ledger::matter::facts::Tally;
use luodi_ledger::matter::ground::grounds;
use luodi_ledger::matter::labels::{ADVISORY, NOT_JUDGED};
use luodi_ledger::matter::view::{Judged, Round, RulesUsed, StepView, TallyView, View};
use luodi_ledger::told;
use maud::{Markup, html};

use super::{anchor, said};
use crate::index::Case;
use crate::pages::icons;
use crate::pages::phrase::{Scene, share};

/// Every round, the newest first.
pub(super) fn strip(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let several = view.rounds.len() > 1;
    let method = view.topic.as_ref().map(|topic| scene.label(&topic.method));
    html! {
        section.card id="steps" {
            h2 { (look.say("怎么决定的", "How it was decided")) @if let Some(method) = method { " " span.quiet.small { (method) } } }
            @for round in view.rounds.iter().rev() {
                @if several { h3 { (heading(scene, round)) } }
                ol.steps { @for step in &round.steps { (one(scene, case, step)) } }
            }
            (unmet(scene, view))
            @if let RulesUsed::Known { pack, .. } = &view.rules {
                @let name = pack.to_string();
                p.small { a.quiet href={ (look.to("/rules")) "#r-" (name.get(..16).unwrap_or_default()) } { (look.say("按哪份规程、哪一条", "By which rules and articles")) } }
            }
            @if view.rounds.is_empty() { p.quiet { (look.say("还没有开始。", "Not begun yet.")) } }
        }
    }
}

/// What the rules ask for and is not there: which rule, which article, which counts.
fn unmet(scene: Scene<'_>, view: &View) -> Markup {
    let grounds = grounds(view, &scene.snapshot.packs);
    html! {
        @if !grounds.is_empty() {
            h3 { (scene.look.say("哪里不合规程，依据哪一条", "Where the rules are not met, and by which article")) }
            ul.rows { @for ground in &grounds { li { span.tag { (scene.label(&ground.flag)) } " " (scene.label(ground)) } } }
        }
    }
}

fn heading(scene: Scene<'_>, round: &Round) -> String {
    let result = round
        .outcome
        .as_ref()
        .map(|outcome| format!(" · {} {}", scene.label(&outcome.result), scene.date(outcome.date)))
        .unwrap_or_default();
    let why = round
        .reason
        .as_ref()
        .map(|reason| format!("{}{}", scene.look.say("（再议原因：", " (again because: "), scene.label(reason)) + scene.look.say("）", ")"))
        .unwrap_or_default();
    let number = round.number;
    if scene.look.is_english() { format!("Round {number}{why}{result}") } else { format!("第 {number} 轮{why}{result}") }
}

fn one(scene: Scene<'_>, case: &Case, step: &StepView) -> Markup {
    let failed = step.passed == Some(false);
    let (class, drawing) = match step.state {
        StepState::Done if failed => ("fault", icons::failed()),
        StepState::Done => ("taken", icons::done()),
        StepState::Skipped => ("fault", icons::failed()),
        StepState::Omitted | StepState::Pending => ("open", icons::stopped()),
    };
    html! {
        li class=(class) {
            b { (drawing) " " (scene.label(&step.step)) }
            @match (&step.on, step.date) {
                (Some(on), Some(date)) => a href={ "#" (anchor(on)) } { (scene.date(date)) },
                _ => span.small { (scene.label(&step.state)) },
            }
            @for tally in &step.tallies { div.small { (tally_line(scene, case, step.on.as_ref(), tally)) } }
        }
    }
}

/// `应到 42 实到 36 (85.7%，需≥2/3) 赞成 33 反对 2 弃权 1 → 通过 (article)`; options are named as the words of the step, `on`, name them.
pub(super) fn tally_line(scene: Scene<'_>, case: &Case, on: Option<&Reference>, view: &TallyView) -> Markup {
    let look = scene.look;
    let judged = view.judged.as_ref();
    let quorum = judged.and_then(|judged| judged.quorum.as_ref());
    html! {
        (counts(scene, &view.tally))
        @if let Some(test) = quorum { " (" (share(look, test)) ")" }
        @if !view.tally.options.is_empty() { br; (votes(scene, case, on, &view.tally)) }
        @match judged {
            Some(judged) => (verdict(scene, judged)),
            None => span.quiet { " · " (look.pick(NOT_JUDGED)) },
        }
    }
}

fn counts(scene: Scene<'_>, tally: &Tally) -> String {
    let unit = match tally.unit.known() {
        Some(Unit::Area) => scene.look.say("专有面积(m²) ", "floor area (m²): ").to_owned(),
        Some(Unit::Persons) => String::new(),
        _ => format!("{}{}", scene.label(&tally.unit), scene.look.say(" ", ": ")),
    };
    let (due, present) = (amount(tally, tally.due), amount(tally, tally.present));
    if scene.look.is_english() { format!("{unit}{present} of {due} came") } else { format!("{unit}应到 {due} 实到 {present}") }
}

/// A count in its unit: floor area in square metres.
fn amount(tally: &Tally, count: u64) -> String {
    match tally.unit.known() {
        Some(Unit::Area) => format!("{}.{:02}", count / 100, count % 100),
        _ => count.to_string(),
    }
}

fn votes(scene: Scene<'_>, case: &Case, on: Option<&Reference>, tally: &Tally) -> String {
    let option = |code: &Word| {
        let named = || said(scene, case, on, |words| words.options.get(code).cloned());
        let of_every_vote = || scene.label(&told::word::<Ballot>(code.as_str()));
        if code.as_str().parse::<Ballot>().is_ok() { of_every_vote() } else { named().unwrap_or_else(of_every_vote) }
    };
    let counted: Vec<String> = tally.options.iter().map(|each| format!("{} {}", option(&each.code), amount(tally, each.count))).collect();
    // Named options may hold numbers of their own.
    let plain = tally.options.iter().all(|each| ["for", "against", "abstain"].contains(&each.code.as_str()));
    counted.join(scene.look.say(if plain { " " } else { "，" }, ", "))
}

fn verdict(scene: Scene<'_>, judged: &Judged) -> Markup {
    let look = scene.look;
    html! {
        " → "
        @match judged.passed {
            Some(true) => span.pass { (look.say("通过", "passed")) },
            _ if !judged.consistent => span.fail { (look.say("票数自相矛盾", "the counts contradict themselves")) },
            Some(false) => span.fail { (look.say("未达到", "not reached")) },
            None => span.quiet { (look.pick(NOT_JUDGED)) },
        }
        span.quiet { " (" (scene.cited(&judged.article)) ")" }
        @if judged.advisory { " " span.tag { (look.pick(ADVISORY)) } }
    }
}
