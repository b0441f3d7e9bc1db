//! 考核评价: what the county signed, and whether computing it again from the same log sizes gives the same.

use luodi_ledger::assessment::Difference;
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::IndicatorCode;
use luodi_ledger::matter::facts::{Assessment, Indicator, Said};
use luodi_ledger::names::Division;
use maud::{Markup, html};

use crate::assessed::{Again, Claim};
use crate::pages::phrase::Scene;
use crate::pages::uncounted;
use crate::spoken::Stands;

/// Most assessments on one page: computing each again reads the whole county anew.
const MOST: usize = 4;

/// The newest that the county signed.
pub(super) fn newest(scene: Scene<'_>, code: Division) -> Vec<(Stands<'_>, Assessment)> {
    let read = |stands: Stands<'_>| match stands.said()? {
        Said::Assessment(facts) => Some(*facts),
        _ => None,
    };
    let all = scene.snapshot.spoken.beside_in(&scene.snapshot.holdings, "assessment", [code]);
    let mut all: Vec<(Stands<'_>, Assessment)> = all.filter_map(|stands| Some((stands, read(stands)?))).collect();
    all.sort_by_key(|(stands, _)| std::cmp::Reverse((stands.logged(), stands.index)));
    all.truncate(MOST);
    all
}

/// What is to be computed again.
pub(super) fn claim(stands: Stands<'_>, facts: &Assessment) -> Claim {
    Claim {
        id: stands.reference().map_or(facts.logs, |on| on.id),
        county: stands.origin.division,
        signed: facts.clone(),
        sizes: stands.words().map(|words| words.log_sizes).unwrap_or_default(),
        time: stands.statement.time,
    }
}

/// Each with what computing it again came to; nothing where none was signed.
pub(super) fn assessments(scene: Scene<'_>, signed: &[(Stands<'_>, Assessment)], again: &[Again]) -> Markup {
    let look = scene.look;
    html! {
        @if !signed.is_empty() {
            section.card id="signed" {
                h2 { (look.say("考核评价：签了名的", "Assessments that were signed")) " " span.quiet { (signed.len()) } }
                ul.rows { @for ((stands, facts), found) in signed.iter().zip(again) { li { (one(scene, *stands, facts, found)) } } }
            }
        }
    }
}

fn one(scene: Scene<'_>, stands: Stands<'_>, facts: &Assessment, found: &Again) -> Markup {
    let look = scene.look;
    let period = Span { from: facts.period.from, until: facts.period.until };
    html! {
        b { (scene.period(period)) } " "
        span.quiet.small {
            (scene.offices_linked(&stands.statement.by, stands.origin.division))
            " " (scene.moment(stands.statement.time))
            " · " a href=(look.to(&format!("/log/{}/{}", stands.origin.division, stands.index))) { (look.say("看签名原文", "the signed original")) }
        }
        (uncounted::mark(scene, &stands))
        (verdict(scene, found))
        @if !facts.consequences.is_empty() {
            p.small { @for (position, each) in facts.consequences.iter().enumerate() {
                @if position > 0 { (look.say("；", "; ")) }
                a href=(look.to(&format!("/place/{}", each.place))) { (scene.place(each.place)) } " " (scene.label(&each.consequence))
            } }
        }
    }
}

fn verdict(scene: Scene<'_>, found: &Again) -> Markup {
    let look = scene.look;
    html! {
        @match found {
            Again::Same => p.pass { (look.say("✓ 按它写明的记录长度重算，每一项都一样", "✓ computed again from the log sizes it names: every figure is the same")) },
            Again::Differs(all) => {
                p.fail { (look.say("✗ 按它写明的记录长度重算，有几项不一样：", "✗ computed again from the log sizes it names: these figures differ:")) }
                ul { @for each in all { (difference(scene, each)) } }
            },
            Again::Waiting => p { span.tag { (look.say("正在重算", "being computed again")) } " " (look.say(
                "记录很多，还没有算完；过一会儿再打开本页看结果。",
                "There are many records and it is not finished; open this page again in a moment.",
            )) },
            Again::NoSizes => p.quiet { (look.say("它依据的记录长度没有读到，没法重算。", "The log sizes it rests on are not here, so it cannot be computed again.")) },
            Again::NotRead(logs) => p.quiet {
                (look.say("这几处的记录还没有读到那么长，没法重算：", "These records have not been read so far, so it cannot be computed again: "))
                @for (position, log) in logs.iter().take(5).enumerate() { @if position > 0 { (look.say("、", ", ")) } (scene.place(log.division)) }
            },
            Again::OtherFormulas(version) => p.quiet { @if look.is_english() { "It was computed by version " (version) " of the formulas." } @else { "它用的是第 " (version) " 版公式。" } },
        }
    }
}

fn difference(scene: Scene<'_>, each: &Difference) -> Markup {
    let look = scene.look;
    let name = each.code.as_str().parse().map_or_else(|_| each.code.to_string(), |code: IndicatorCode| scene.label(&code));
    let figure = |figure: Option<Indicator>| match figure {
        None => look.say("没有写", "left out").to_owned(),
        Some(Indicator { had, of: Some(of), .. }) => format!("{had}/{of}"),
        Some(Indicator { had, median_halves: Some(halves), .. }) => {
            format!("{}{} ({had})", halves.div_euclid(2), if halves.rem_euclid(2) == 0 { "" } else { ".5" })
        }
        Some(Indicator { had, .. }) => had.to_string(),
    };
    html! { li { (name) (look.say("：签的是 ", ": signed ")) b { (figure(each.signed)) } (look.say("，重算是 ", ", computed ")) b { (figure(each.computed)) } } }
}
