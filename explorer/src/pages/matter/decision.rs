//! 决定了什么: the decision in a sentence or two; who, by when, how much and from what money; then each promise.

use luodi_ledger::matter::codes::{CommitmentState, OutcomeResult, Status};
use luodi_ledger::matter::facts::Fen;
use luodi_ledger::matter::labels::NOBODY_VERIFIES;
use luodi_ledger::matter::view::{Commitment, Expected, OutcomeView, View};
use luodi_ledger::time::Date;
use maud::{Markup, html};

use super::said;
use crate::index::Case;
use crate::pages::phrase::{Scene, chip, commitment_look, is_rejected, opening, sentence};

/// 决定了什么: the decision in a sentence or two, then each promise.
pub(super) fn decided(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let newest = view.rounds.iter().rev().find_map(|round| round.outcome.as_ref().map(|outcome| (round.number, outcome)));
    let promises = view.live().count();
    let worded = newest.map(|(_, outcome)| &outcome.on).or_else(|| view.topic.as_ref().map(|topic| &topic.on));
    let text = said(scene, case, worded, |words| words.text.clone());
    html! {
        section.card {
            h2 {
                (look.say("决定了什么", "What was decided"))
                @if promises > 1 { " " span.quiet.small { @if look.is_english() { (promises) " promises" } @else { (promises) " 项承诺" } } }
            }
            @match newest {
                Some((round, outcome)) => p { (outcome_sentence(scene, case, round, outcome)) },
                None => p {
                    (look.say("还没有作出决定。", "Nothing has been decided yet."))
                    @if let Some(text) = &text { " " span.quiet { (look.say("议题：", "The topic: ")) (opened(text)) } }
                },
            }
            @if promises > 1 { (together(scene, case)) }
            @for commitment in view.live() { (promise(scene, case, commitment)) }
            @if promises == 0 { (nobody_promised(scene, view)) }
            (next(scene, case))
            @if let Some(text) = text.filter(|text| opening(text).is_some()) { p.small { b { (look.say("全文：", "In full: ")) } (text) } }
            @for commitment in view.commitments.iter().filter(|commitment| commitment.state == CommitmentState::Dropped) {
                p.quiet { s { (what(scene, case, commitment).unwrap_or_else(|| commitment.id.to_string())) } " " (scene.label(&commitment.state)) }
            }
        }
    }
}

fn outcome_sentence(scene: Scene<'_>, case: &Case, round: u32, outcome: &OutcomeView) -> Markup {
    let text = said(scene, case, Some(&outcome.on), |words| words.text.clone());
    let result = scene.label(&outcome.result);
    html! {
        @if outcome.result == OutcomeResult::None || text.is_none() {
            @if scene.look.is_english() { "Round " (round) ": " (result) ". " } @else { "第 " (round) " 轮：" (result) "。" }
        }
        @match text {
            Some(text) => (opened(&text)),
            None => span.quiet { (scene.look.say("（决议的文字还没有读到）", "(The wording has not been received.)")) },
        }
    }
}

/// The beginning of a long text, marked as such; a short one whole.
fn opened(text: &str) -> String {
    opening(text).map_or_else(|| text.to_owned(), |beginning| format!("{beginning} …"))
}

fn what(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> Option<String> {
    said(scene, case, Some(&commitment.made), |words| words.commitments.get(&commitment.id)?.what.clone())
}

/// Several promises in three rows, so that the first screen holds them however many follow.
fn together(scene: Scene<'_>, case: &Case) -> Markup {
    let look = scene.look;
    let live = || case.view.live();
    let mut who: Vec<String> = live().map(|commitment| bearer_name(scene, case, commitment)).collect();
    who.dedup();
    let budgets: Vec<u64> = live().filter_map(|commitment| commitment.budget.map(|budget| budget.0)).collect();
    let sum = Fen(budgets.iter().fold(0, |sum, each| sum.saturating_add(*each)));
    let mut dues: Vec<Date> = live().map(|commitment| commitment.due).collect();
    dues.sort_unstable();
    let dates = match dues.as_slice() {
        [first, .., last] if dues.len() > 2 => format!("{} – {}", scene.date(*first), scene.date(*last)),
        few => few.iter().map(|due| scene.date(*due)).collect::<Vec<_>>().join(look.say("、", ", ")),
    };
    html! {
        dl.who {
            div { dt { (look.say("谁负责", "Who")) } dd { b { (who.join(look.say("、", ", "))) } } }
            div { dt { (look.say("期限", "Due")) } dd {
                b { (dates) }
            } }
            div { dt { (look.say("钱", "Money")) } dd {
                b { @if budgets.is_empty() { (look.say("没有写明", "not stated")) } @else { (scene.money(sum)) } }
                @if budgets.len() > 1 { " " span.quiet { (look.say("合计", "in all")) } }
            } }
        }
    }
}

fn late(scene: Scene<'_>, days: i64) -> String {
    if scene.look.is_english() { format!("{days} days late") } else { format!("逾期 {days} 天") }
}

/// One promise: what, who, by when, how much.
fn promise(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> Markup {
    let look = scene.look;
    let alone = case.view.live().count() == 1;
    let (drawing, class) = commitment_look(commitment.state, is_rejected(commitment));
    let failed = is_rejected(commitment);
    let word = if failed { scene.label(&Status::VerificationFailed) } else { scene.label(&commitment.state) };
    html! {
        div.promise.alone[alone] {
            @if !alone {
                p { @if let Some(what) = what(scene, case, commitment) { b { (what) } " " } (chip(&drawing, class, &word)) }
            }
            dl.who {
                div { dt { (look.say("谁负责", "Who")) } dd { (responsible(scene, case, commitment)) } }
                div { dt { (look.say("期限", "Due")) } dd { (due(scene, commitment)) } }
                div { dt { (look.say("钱", "Money")) } dd { (money(scene, case, commitment)) } }
                @if alone && let Some(what) = what(scene, case, commitment) { div { dt { (look.say("要做的", "To do")) } dd { (what) } } }
            }
        }
    }
}

/// Who is responsible: as the words name them, else the office, else the convener.
fn bearer_name(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> String {
    let view = &case.view;
    let named = said(scene, case, Some(&commitment.made), |words| words.commitments.get(&commitment.id)?.who.clone());
    let convener = || view.convener.as_ref().map(|convener| scene.office_briefly(convener, view.place));
    let office = commitment.responsible.map(|bearer| scene.bearer(&bearer, view.place)).or_else(convener);
    named.or(office).unwrap_or_else(|| scene.look.say("没有写明", "not named").to_owned())
}

fn responsible(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let reporter =
        commitment.reporter.filter(|reporter| Some(*reporter) != commitment.responsible).map(|bearer| scene.bearer(&bearer, view.place));
    html! {
        b { (bearer_name(scene, case, commitment)) }
        @if let Some(reporter) = reporter { " " span.quiet.small { (look.say("由", "reported by ")) (reporter) (look.say("报告", "")) } }
        @if commitment.responsible_unconfirmed { " " span.tag { (look.say("责任方未确认", "has not confirmed")) } }
    }
}

fn due(scene: Scene<'_>, commitment: &Commitment) -> Markup {
    html! {
        @if commitment.times_moved() > 0 { s { (scene.date(commitment.first_due)) } " → " }
        b { (scene.date(commitment.due)) }
        @if commitment.times_moved() > 0 { " " span.small { (moved(scene, commitment)) } }
        @if let Some(days) = commitment.overdue_days { " " span.fail { (late(scene, days)) } }
    }
}

/// `已改期 2 次(+45 天)`.
fn moved(scene: Scene<'_>, commitment: &Commitment) -> String {
    let (times, days) = (commitment.times_moved(), commitment.days_moved());
    match (scene.look.is_english(), times) {
        (false, _) => format!("已改期 {times} 次({days:+} 天)"),
        (true, 1) => format!("moved once ({days:+} days)"),
        (true, _) => format!("moved {times} times ({days:+} days)"),
    }
}

fn money(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> Markup {
    let look = scene.look;
    let funds = said(scene, case, Some(&commitment.made), |words| words.commitments.get(&commitment.id)?.funds.clone());
    let source = commitment.source.as_ref().map(|source| scene.label(source));
    let spent = commitment.completion.as_ref().and_then(|completion| completion.cost).or(commitment.spent);
    html! {
        @match commitment.budget {
            Some(amount) => {
                @if let Some(first) = commitment.first_budget.filter(|first| *first != amount) { s { (scene.money(first)) } " → " }
                b { (scene.money(amount)) }
            },
            None => b { (source.clone().unwrap_or_else(|| look.say("没有写明", "not stated").to_owned())) },
        }
        @if let Some(from) = funds.or(source.filter(|_| commitment.budget.is_some())) { " " span.quiet { (from) } }
        @if let Some(spent) = spent { span.quiet { (look.say("，已支出 ", ", spent ")) (scene.money(spent)) } }
    }
}

/// The same three rows where nothing has been promised: who calls the meeting, what comes next, no money yet.
fn nobody_promised(scene: Scene<'_>, view: &View) -> Markup {
    let look = scene.look;
    let convener = view.convener.as_ref().map(|office| scene.office_briefly(office, view.place));
    let next = view.expected.first().and_then(|next| next.by).map(|by| scene.date(by));
    html! {
        dl.who {
            div { dt { (look.say("谁负责", "Who")) } dd { b { (convener.as_deref().unwrap_or(look.say("没有写明", "not named"))) } } }
            div { dt { (look.say("期限", "Due")) } dd { b { (next.as_deref().unwrap_or(look.say("未定", "not set"))) } } }
            div { dt { (look.say("钱", "Money")) } dd { b { (look.say("未定", "not set")) } } }
        }
    }
}

/// 下一步: what is expected next, from whom, by when.
fn next(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    // Where there are several promises, which of them is meant.
    let of_several = |expected: &Expected| {
        let id = expected.commitment.filter(|_| view.live().count() > 1)?;
        view.live().find(|commitment| commitment.id == id).and_then(|commitment| what(scene, case, commitment))
    };
    html! {
        @for expected in view.expected.iter().take(2) {
            @let whom: Vec<String> = expected.from.iter().map(|bearer| scene.bearer(bearer, view.place)).collect();
            p.small.quiet.next {
                (look.say("接下来：", "Next: "))
                (expected.step.as_ref().map_or_else(|| scene.label(&expected.kind), |step| scene.label(step)))
                @if !whom.is_empty() { (look.say(" · ", " by ")) (whom.join(look.say("或", " or "))) }
                @if let Some(what) = of_several(expected) { (look.say(" · ", ", ")) "“" (what) "”" }
                @if let Some(by) = expected.by { (look.say(" · 应在 ", ", due ")) (scene.date(by)) (look.say(" 前", "")) }
            }
        }
        @if view.awaits_nobody() { p.small.quiet.next { (sentence(look, NOBODY_VERIFIES)) } }
    }
}
