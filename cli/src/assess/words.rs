//! An assessment in words: every figure with its counts, and on request every case.

use std::fmt::Write as _;

use clap::builder::PossibleValuesParser;
use console::{measure_text_width, style};
use luodi_ledger::assessment::{Assessment, Better, Case, Figure, wording};
use luodi_ledger::matter::codes::{CaseState, CodeList as _, IndicatorCode};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::Division;

use crate::language::{Language, say};

/// Most cases listed in words: more are for `--json`.
const MOST_LISTED: usize = 200;

/// The names of the figures, for the command line.
pub(super) fn figure_names() -> PossibleValuesParser {
    PossibleValuesParser::new(IndicatorCode::ALL.iter().map(|indicator| indicator.as_str()))
}

/// A code's word in this language.
pub(super) fn label(code: &impl Label, language: Language) -> String {
    language.pick(code.zh(), code.en()).into_owned()
}

/// The figures of the county, or of one place in it.
pub(super) fn assessment(assessment: &Assessment, place: Option<Division>, language: Language) -> String {
    let Assessment { county, period, as_of, .. } = assessment;
    let whose = place.unwrap_or(*county);
    let mut out = say!(
        language,
        "{whose} · {period} · 按 {as_of} 计算，只依据已签署的陈述",
        "{whose} · {period} · computed for {as_of}, from signed statements only"
    );
    let rows = || assessment.townships.iter().chain(&assessment.communities);
    let figures = match place.filter(|place| place != county) {
        None => &assessment.figures,
        Some(place) => match rows().find(|row| row.place == place) {
            Some(row) => &row.figures,
            None => return out + "\n" + &say!(language, "  {place} 没有账本", "  {place} has no log"),
        },
    };
    let width = figures.iter().map(|figure| measure_text_width(&label(&figure.indicator, language))).max().unwrap_or(0);
    for scored in [true, false] {
        if !scored {
            let (zh, en) = wording::NEVER_SCORED;
            out += &say!(language, "\n{zh}：", "\n{en}:");
        }
        for figure in figures.iter().filter(|figure| figure.indicator.is_scored() == scored) {
            let name = label(&figure.indicator, language);
            let pad = " ".repeat(width - measure_text_width(&name));
            let _ = write!(out, "\n  {name}{pad}  {}", self::figure(figure, language));
        }
    }
    if place.is_none() && !assessment.townships.is_empty() {
        let (townships, communities) = (assessment.townships.len(), assessment.communities.len());
        out += &say!(
            language,
            "\n{townships} 个乡镇(街道)、{communities} 个社区各有一行：--place 代码；每个数字背后的每一件：--list 指标；全部：--json",
            "\n{townships} townships and {communities} communities have figures of their own: --place CODE; every case behind a figure: --list FIGURE; all of it: --json"
        );
    }
    out
}

/// One figure with its counts.
pub(super) fn figure(figure: &Figure, language: Language) -> String {
    let Figure { had, of, left_out, .. } = figure;
    let arrow = match figure.indicator.better() {
        Better::More => "↑",
        Better::Less => "↓",
        Better::Neither => " ",
    };
    let counts = of.map_or_else(|| had.to_string(), |of| format!("{had}/{of}"));
    let given = match (figure.percent(), figure.median(), figure.given) {
        (Some(share), ..) => style(share).bold().to_string(),
        (_, Some(days), _) => say!(language, "{days} 天", "{days} days"),
        (None, None, true) => String::new(),
        (None, None, false) => {
            let few = label(&wording::too_few(), language);
            say!(language, "（{few}）", "({few})")
        }
    };
    let left_out = if *left_out > 0 { say!(language, "；另有 {left_out} 件未计入", "; {left_out} left out") } else { String::new() };
    format!("{arrow} {counts}  {given}{left_out}").trim_end().to_owned()
}

/// The cases behind a figure, with its formula: of the county, or of one place and those below it, as `packs` know of the registry.
pub(super) fn cases(
    assessment: &Assessment,
    packs: &Packs,
    indicator: IndicatorCode,
    place: Option<Division>,
    language: Language,
) -> String {
    let (zh, en) = indicator.formula();
    let mut out = format!("\n{}\n  {}", style(label(&indicator, language)).bold(), language.pick(zh, en));
    let within = |at: Division| place.is_none_or(|place| place == assessment.county || packs.lies_within(at, place));
    let all: Vec<&Case> = assessment.cases(indicator, within).collect();
    for case in all.iter().take(MOST_LISTED) {
        let _ = write!(out, "\n  {}", self::case(case, indicator, language));
    }
    if all.len() > MOST_LISTED {
        let more = all.len() - MOST_LISTED;
        out += &say!(language, "\n  …… 另有 {more} 件，见 --json", "\n  … and {more} more, see --json");
    }
    let unlisted: u64 = assessment
        .cases
        .get(&indicator)
        .into_iter()
        .flat_map(|cases| &cases.unlisted)
        .filter(|(at, _)| within(**at))
        .map(|(_, count)| count)
        .sum();
    if unlisted > 0 {
        let not = label(&wording::of_state(indicator, CaseState::Not), language);
        out += &say!(language, "\n  另有 {unlisted} 件{not}，不逐件列出", "\n  {unlisted} more ({not}), counted and not listed");
    }
    out
}

fn case(case: &Case, indicator: IndicatorCode, language: Language) -> String {
    let state = label(&wording::of_state(indicator, case.state), language);
    let mut out = case.matter.map_or_else(|| case.place.to_string(), |matter| matter.to_string());
    let parts = [
        case.commitment.map(|id| id.to_string()),
        wording::of_word(indicator, case).map(|word| label(&word, language)),
        case.day.map(|day| day.to_string()),
        case.days.map(|days| say!(language, "{days} 天", "{days} days")),
        case.on.as_ref().map(|on| format!("{}/{}#{}", on.log.division, on.log.generation, on.index)),
    ];
    parts.into_iter().flatten().for_each(|part| out += &format!("  {part}"));
    format!("{out}  {state}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_cases_of_a_place_are_those_of_what_lies_there_now() {
        let case = |place: &str| json!({"place": place, "matter": null, "commitment": null, "on": null, "day": null, "word": null, "days": null, "state": "had"});
        let all = ["990101001201", "990101001202", "990101002201"];
        let listed: Vec<_> = all.into_iter().map(case).collect();
        let indicator = IndicatorCode::ALL[0];
        let assessment: Assessment = serde_json::from_value(json!({
            "county": "990101000000", "period": {"from": "2026-01-01", "until": "2026-03-31"}, "as-of": "2026-04-01T00:00:00Z", "formulas": 1,
            "figures": [], "townships": [], "communities": [], "cases": {indicator.as_str(): {"listed": listed, "unlisted": {}}},
        }))
        .unwrap();
        let mut packs = Packs::built_in();
        packs.move_division("990101001202".parse().unwrap(), "990101002000".parse().unwrap());
        for (place, there) in [("990101001000", &all[..1]), ("990101002000", &all[1..]), ("990101000000", &all[..])] {
            let told = cases(&assessment, &packs, indicator, Some(place.parse().unwrap()), Language::English);
            let shown: Vec<&str> = all.into_iter().filter(|code| told.contains(code)).collect();
            assert_eq!(shown, there, "{place}: {told}");
        }
    }
}
