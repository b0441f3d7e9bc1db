//! The top of the page: one status word and who says so; what was decided, who, by when, how much.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{CommitmentState, FlagCode, OutcomeResult, Status, Verdict};
use luodi_ledger::matter::facts::{Fen, Said};
use luodi_ledger::matter::view::{Commitment, Effect, OutcomeView, VerdictView, View};
use luodi_ledger::names::OfficeName;
use maud::{Markup, html};

use super::said;
use crate::index::Case;
use crate::pages::phrase::{Scene, chip, commitment_look, days, is_rejected, status_look};

/// The band with the status word, its tags and who says so.
pub(super) fn state_band(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let (drawing, class) = status_look(view.status);
    html! {
        div class={ "band " (class) } role="status" {
            span.word { (drawing) " " (scene.label(&view.status)) }
            @if let Some(days) = days(look, view) { b { (days) } " " }
            @for tag in &view.tags { span.tag { (scene.label(tag)) } }
            @for flag in remarkable(view) { span.tag { (scene.label(&flag)) } }
            p { (who_says(scene, view)) @if let Some(updated) = view.updated { " " span.quiet.small.whole { (scene.days_ago(updated)) } } }
        }
    }
}

/// What else is out of the ordinary, each kind once; what the status word or a tag says already is left out.
fn remarkable(view: &View) -> Vec<FlagCode> {
    const SAID_ALREADY: [FlagCode; 4] = [FlagCode::Overdue, FlagCode::Stale, FlagCode::Disputed, FlagCode::ForkSeen];
    let mut codes: Vec<FlagCode> =
        view.flags.iter().map(luodi_ledger::matter::view::Flag::code).filter(|code| !SAID_ALREADY.contains(code)).collect();
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
    match (view.status, verdict, claim) {
        (Status::Done, Some(verdict), _) => by(&verdict.by, verdict.date) + look.say(" 核实：通过", ": verified and accepted"),
        (Status::VerificationFailed, Some(verdict), claim) => {
            let found = match verdict.verdict {
                Verdict::Partly => look.say(" 核实：只有部分通过", ": accepted only in part"),
                _ => look.say(" 核实：没有通过", ": not accepted"),
            };
            let claimed = claim.map(|claim| {
                look.say("；", "; ").to_owned() + &by(&claim.by, claim.date) + look.say(" 曾报告完成", " had reported it finished")
            });
            by(&verdict.by, verdict.date) + found + &claimed.unwrap_or_default()
        }
        (Status::Claimed, _, Some(claim)) => {
            by(&claim.by, claim.date) + look.say(" 报告完成；监督方还没有核实", " reported it finished; nobody has verified it yet")
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

/// 决定了什么: the decision in a sentence or two, then each promise.
pub(super) fn decided(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let newest = view.rounds.iter().rev().find_map(|round| round.outcome.as_ref().map(|outcome| (round.number, outcome)));
    let promises = view.live().count();
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
                    @if let Some(text) = topic_text(scene, case) { " " span.quiet { (look.say("议题：", "The topic: ")) (text) } }
                },
            }
            @if promises > 1 { (together(scene, case)) }
            @for commitment in view.live() { (promise(scene, case, commitment)) }
            @if view.live().next().is_none() { (nobody_promised(scene, view)) } @else { (next(scene, view)) }
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
            Some(text) => (text),
            None => span.quiet { (scene.look.say("（决议的文字还没有读到）", "(The wording has not been received.)")) },
        }
    }
}

fn topic_text(scene: Scene<'_>, case: &Case) -> Option<String> {
    said(scene, case, case.view.topic.as_ref().map(|topic| &topic.on), |words| words.text.clone())
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
    html! {
        dl.who {
            div { dt { (look.say("谁负责", "Who")) } dd { b { (who.join(look.say("、", ", "))) } } }
            div { dt { (look.say("期限", "Due")) } dd {
                @for (position, commitment) in live().enumerate() { @if position > 0 { (look.say("、", ", ")) } b { (scene.date(commitment.due)) } }
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
        div.promise {
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
    let convener = view
        .convener
        .as_ref()
        .map_or_else(|| look.say("没有写明", "not named").to_owned(), |office| scene.office_briefly(office, view.place));
    let next = view.expected.first();
    html! {
        dl.who {
            div { dt { (look.say("谁负责", "Who")) } dd { b { (convener) } } }
            div {
                dt { (look.say("期限", "Due")) }
                dd {
                    b { @match next.and_then(|next| next.by) { Some(by) => (scene.date(by)), None => (look.say("未定", "not set")) } }
                    @if let Some(next) = next { " " span.quiet { (look.say("下一步：", "next: ")) (next.step.as_ref().map_or_else(|| scene.label(&next.kind), |step| scene.label(step))) } }
                }
            }
            div { dt { (look.say("钱", "Money")) } dd { b { (look.say("未定", "not set")) } } }
        }
    }
}

/// 下一步: what is expected next, from whom, by when.
fn next(scene: Scene<'_>, view: &View) -> Markup {
    let look = scene.look;
    html! {
        @for expected in view.expected.iter().take(2) {
            @let whom: Vec<String> = expected.from.iter().map(|bearer| scene.bearer(bearer, view.place)).collect();
            p.small.quiet {
                (look.say("接下来：", "Next: "))
                (expected.step.as_ref().map_or_else(|| scene.label(&expected.kind), |step| scene.label(step)))
                @if !whom.is_empty() { (look.say(" · ", " by ")) (whom.join(look.say("或", " or "))) }
                @if let Some(by) = expected.by { (look.say(" · 应在 ", ", due ")) (scene.date(by)) (look.say(" 前", "")) }
            }
        }
    }
}

/// 公示: from, to, days left, where posted, objections and answers.
pub(super) fn notice(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let Some(notice) = &view.notice else { return html! {} };
    let places = case.words(&notice.on).map(|words| words.places.join(look.say("、", ", "))).filter(|places| !places.is_empty());
    html! {
        section.card id="notice" {
            h2 { (look.say("公示", "Public notice")) }
            p {
                b { (scene.date(notice.from)) " – " (scene.date(notice.to)) }
                @match notice.left {
                    Some(left) => { " · " b { @if look.is_english() { (left) " days left, today included" } @else { "还剩 " (left) " 天（含今天）" } } },
                    None => span.quiet { " · " (look.say("已结束", "ended")) },
                }
            }
            @if let Some(places) = places { p { (look.say("张贴在：", "Posted at: ")) (places) } }
            @if view.objections.is_empty() {
                p.quiet { (look.say("没有收到登记的异议。", "No objection has been recorded.")) }
            }
            @for objection in &view.objections {
                (objection_line(scene, case, objection))
            }
        }
    }
}

fn objection_line(scene: Scene<'_>, case: &Case, objection: &luodi_ledger::matter::view::ObjectionView) -> Markup {
    let look = scene.look;
    let words = |on: &Reference| said(scene, case, Some(on), |words| words.text.clone().or_else(|| words.reason.clone()));
    html! {
        div.promise {
            p {
                b { @if look.is_english() { "Objections: " (objection.count) } @else { "异议 " (objection.count) " 件" } }
                " " span.quiet { (scene.offices(&objection.by, case.view.place)) " " (scene.date(objection.date)) }
                @if let Some(text) = words(&objection.on) { br; (text) }
            }
            @match &objection.answer {
                Some(answer) => p { (look.say("答复：", "Answer: ")) b { (scene.label(&answer.finding)) } " " span.quiet { (scene.date(answer.date)) } @if let Some(text) = words(&answer.on) { br; (text) } },
                None => p.fail { (look.say("还没有答复", "not answered yet")) },
            }
        }
    }
}
