//! One timeline for decision and execution, newest first. Moved deadlines stay, struck through; what counts nowhere stays, with the reason.

use std::collections::BTreeMap;

use luodi_ledger::facts::Value;
use luodi_ledger::matter::codes::{FlagCode, Verdict};
use luodi_ledger::matter::facts::{Promise, Said};
use luodi_ledger::matter::view::{Effect, Event, Flag, TallyView, View};
use luodi_ledger::privacy::Disclosed;
use luodi_ledger::standing::Standing;
use maud::{Markup, html};

use super::beside;
use super::steps::tally_line;
use super::versions::mending;
use super::{anchor, entry_path, said};
use crate::index::Case;
use crate::pages::attachments::{attachments, erased, tombstone};
use crate::pages::phrase::Scene;
use crate::pages::uncounted;

/// The timeline.
pub(super) fn timeline(scene: Scene<'_>, case: &Case) -> Markup {
    html! {
        section.card id="timeline" {
            h2 { (scene.look.say("经过（新的在前）", "What happened, newest first")) }
            @if mending(&case.view).next().is_some() {
                p.small { a href=(scene.look.to(&format!("/matter/{}/versions", case.view.id))) { (scene.look.say("有更正或删除：前后版本对比", "Corrected or removed: before and after")) } }
            }
            ol.line { @for event in case.view.timeline.iter().rev() { (entry(scene, case, event)) } }
        }
    }
}

fn entry(scene: Scene<'_>, case: &Case, event: &Event) -> Markup {
    let view = &case.view;
    let class = match (&event.effect, &event.said) {
        (Effect::Void(_), _) => "void",
        (_, Said::Verification(found)) if found.verdict == Verdict::Accepted => "good",
        (_, Said::Verification(_) | Said::Problem(_) | Said::Rectification(_)) => "bad",
        _ => "",
    };
    let heading = beside::kind_word(scene, &event.said, &event.kind);
    html! {
        li id=(anchor(&event.reference)) class=(class) {
            div.said {
                b { (scene.date(event.date)) " " (heading) }
                " " span.quiet.small { (scene.offices_linked(&event.by, view.place)) }
            }
            (remarks(scene, view, event))
            (moves(scene, event))
            div.said { (told(scene, case, event)) (facts(scene, case, event)) }
            a.small.quiet href=(scene.look.to(&entry_path(&event.reference))) { (scene.look.say("看签名原文", "the signed original")) }
        }
    }
}

/// Why it does not count, or what is out of the ordinary with it.
fn remarks(scene: Scene<'_>, view: &View, event: &Event) -> Markup {
    let look = scene.look;
    let flags: Vec<&Flag> = view.flags.iter().filter(|flag| flag.on() == Some(&event.reference)).collect();
    html! {
        @if let Some(why) = uncounted::of_event(scene, event) { p { (why.mark(scene)) } }
        @if flags.iter().any(|flag| flag.code() == FlagCode::BackFilled) {
            p.small { span.tag { (look.say("补录", "back-filled")) } " "
                (look.say("事情发生在 ", "happened on ")) (scene.date(event.date))
                (look.say("，登记在 ", ", recorded on ")) (scene.date(event.logged.civil_date(scene.site.settings().federation.offset))) }
        }
        @for flag in flags.iter().filter(|flag| flag.code() != FlagCode::BackFilled) { span.tag { (scene.label(&flag.code())) } }
        @if event.standing == (Standing::Valid { term_expired: true }) && !flags.iter().any(|flag| flag.code() == FlagCode::TermExpired) {
            span.tag { (scene.label(&FlagCode::TermExpired)) }
        }
    }
}

fn moves(scene: Scene<'_>, event: &Event) -> Markup {
    html! {
        @for moved in &event.moved {
            p { (scene.look.say("期限：", "Due: ")) s { (scene.date(moved.from)) } " → " b { (scene.date(moved.to)) } }
        }
    }
}

/// The words of the statement.
fn told(scene: Scene<'_>, case: &Case, event: &Event) -> Markup {
    let text = said(scene, case, Some(&event.reference), |words| words.text.clone());
    let reason = said(scene, case, Some(&event.reference), |words| words.reason.clone());
    let listed = case.words(&event.reference).map(|words| words.attachments.as_slice()).unwrap_or_default();
    html! {
        @if let Some(tombstone) = tombstone(scene, &event.reference) { (erased(scene, "", tombstone)) }
        @if let Some(text) = text { p { (text) } }
        @if let Some(reason) = reason { p { span.quiet { (scene.look.say("原因：", "Reason: ")) } (reason) } }
        (disclosed(scene, event))
        (attachments(scene, &event.reference, listed))
    }
}

/// Which of the words hold a number on purpose, as the signers say.
fn disclosed(scene: Scene<'_>, event: &Event) -> Markup {
    let (on, logs) = (&event.reference, scene.snapshot.holdings.logs());
    let entry = logs.get(&on.log).and_then(|log| log.entry(on.index)?.entry.as_ref().ok());
    let disclosed = entry.and_then(|entry| Disclosed::read(&entry.statement.statement().facts).ok()).unwrap_or_default();
    html! {
        @if !disclosed.fields().is_empty() {
            p.small.quiet {
                (scene.look.say("有意公开：签署人写明，这里像证件号、手机号或卡号的内容是要公布的 ", "Disclosed on purpose: the signers say that what looks like an id, mobile or card number is meant to be read "))
                @for field in disclosed.fields() { span.code { (field) } " " }
            }
        }
    }
}

/// The facts of the statement, in words.
fn facts(scene: Scene<'_>, case: &Case, event: &Event) -> Markup {
    let look = scene.look;
    let line = |parts: Vec<String>| html! { @if !parts.is_empty() { p.small { (parts.join(" · ")) } } };
    match &event.said {
        Said::Topic(topic) => {
            let raised = topic.raised.as_ref().map(|raised| {
                let count = raised
                    .count
                    .map(|count| if look.is_english() { format!(" ({count})") } else { format!(" {count} 人") })
                    .unwrap_or_default();
                format!("{}{}{count}", look.say("提出：", "raised by "), scene.label(&raised.by))
            });
            let elsewhere = topic.elsewhere.as_ref().map(|way| format!("{}{}", look.say("去向：", "goes to: "), scene.label(way)));
            line([Some(scene.label(&topic.category)), raised, Some(scene.label(&topic.basis)), elsewhere].into_iter().flatten().collect())
        }
        Said::Step(step) => {
            let judged = case.view.rounds.iter().flat_map(|round| &round.steps).find(|taken| taken.on.as_ref() == Some(&event.reference));
            let form = step.form.as_ref().map(|form| scene.label(form));
            let people: Vec<String> = step.participants.iter().map(|each| format!("{} {}", scene.label(&each.kind), each.count)).collect();
            html! {
                (line(form.into_iter().chain(people).collect()))
                @match judged {
                    Some(judged) => @for tally in &judged.tallies { p.small { (tally_line(scene, case, Some(&event.reference), tally)) } },
                    None => @for tally in &step.tallies { p.small { (tally_line(scene, case, Some(&event.reference), &TallyView { tally: tally.clone(), judged: None })) } },
                }
            }
        }
        Said::Outcome(outcome) => html! {
            p.small { b { (scene.label(&outcome.result)) } }
            @for promise in &outcome.commitments { (promised(scene, case, event, promise)) }
        },
        Said::Objection(objection) => {
            line(vec![if look.is_english() { format!("received: {}", objection.count) } else { format!("收到 {} 件", objection.count) }])
        }
        Said::Answer(answer) => line(vec![scene.label(&answer.finding)]),
        Said::Plan(plan) => {
            let reason = plan.reason.as_ref().map(|reason| format!("{}{}", look.say("原因：", "reason: "), scene.label(reason)));
            let budget = plan.budget.map(|budget| format!("{}{}", look.say("预算：", "budget: "), scene.money(budget)));
            let due = plan.due.filter(|_| event.moved.is_empty()).map(|due| format!("{}{}", look.say("期限：", "due: "), scene.date(due)));
            line([due, budget, reason].into_iter().flatten().collect())
        }
        Said::Progress(progress) => {
            let spent = progress.spent.map(|spent| format!("{}{}", look.say("累计支出 ", "spent so far: "), scene.money(spent)));
            line(spent.into_iter().collect())
        }
        Said::Reopen(reopen) => line(vec![scene.label(&reopen.reason)]),
        Said::Completion(completion) => {
            let cost = completion.cost.map(|cost| format!("{}{}", look.say("支出 ", "cost: "), scene.money(cost)));
            line(cost.into_iter().collect())
        }
        Said::Verification(found) => {
            let checks = found.checks.iter().map(|check| scene.label(check));
            html! { p.small { b { (scene.label(&found.verdict)) } @for check in checks { " · " (check) } } }
        }
        Said::Result(result) => html! {
            @for each in &result.commitments {
                (line([
                    each.planned.map(|date| format!("{}{}", look.say("计划 ", "planned "), scene.date(date))),
                    each.actual.map(|date| format!("{}{}", look.say("实际 ", "actual "), scene.date(date))),
                    each.cost.map(|cost| format!("{}{}", look.say("支出 ", "cost "), scene.money(cost))),
                ].into_iter().flatten().collect()))
            }
        },
        Said::Feedback(counts) => line(vec![
            format!("{}{}", look.say("已解决 ", "fixed "), counts.fixed),
            format!("{}{}", look.say("部分 ", "partly "), counts.partly),
            format!("{}{}", look.say("没有 ", "not "), counts.not),
            format!("{}{}", look.say("不清楚 ", "don't know "), counts.unknown),
            scene.label(&counts.gathered),
        ]),
        Said::Termination(end) => line(vec![scene.label(&end.reason)]),
        Said::Problem(_) => html! {},
        Said::Raw(fields) => raw(fields),
        other => {
            let as_it_stands = || other.to_facts().map_or_else(|_| html! {}, |facts| raw(&facts.fields()));
            beside::facts(scene, case, other).unwrap_or_else(as_it_stands)
        }
    }
}

/// Facts as they stand.
fn raw(fields: &BTreeMap<String, Value>) -> Markup {
    html! {
        @if !fields.is_empty() { pre { @for (name, value) in fields { (name) ": " (serde_json::to_string(value).unwrap_or_default()) "\n" } } }
    }
}

fn promised(scene: Scene<'_>, case: &Case, event: &Event, promise: &Promise) -> Markup {
    let what = said(scene, case, Some(&event.reference), |words| words.commitments.get(&promise.id)?.what.clone());
    html! {
        p.small {
            (what.unwrap_or_else(|| promise.id.to_string()))
            " · " (scene.look.say("期限 ", "due ")) (scene.date(promise.due))
            @if let Some(budget) = promise.budget { " · " (scene.money(budget)) }
        }
    }
}
