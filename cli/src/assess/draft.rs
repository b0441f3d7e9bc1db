//! An assessment as a draft for `luodi sign`: facts with every figure, a body with how far each log was read.

use std::fmt::Write as _;

use anyhow::Context as _;
use luodi_ledger::assessment::Assessment;
use luodi_ledger::matter::codes::IndicatorCode;
use luodi_ledger::names::{Office, OfficeName};

use super::county::Logs;
use super::words;
use crate::language::{Language, say};
use crate::new::head;

/// The draft's text.
pub(super) fn draft(logs: &Logs, assessment: &Assessment, language: Language) -> anyhow::Result<String> {
    let sizes = logs.sizes();
    let facts = assessment.to_facts(&sizes);
    let county = assessment.county;
    let log = logs.home().with_context(|| say!(language, "节点没有 {county} 的账本", "the node holds no log of {county}"))?;
    let by = OfficeName { federation: log.federation.clone(), division: county, office: Office::CIVIL_AFFAIRS.parse()? };
    let mut out = head("assessment", log, &[by], None, language).trim_end().to_owned();
    out.push('\n');
    let (as_of, period) = (assessment.as_of, assessment.period);
    out += &say!(
        language,
        "time = \"{as_of}\" # 计算的时刻；别人按它重算，不要改\n\n[facts]\n",
        "time = \"{as_of}\" # the instant of computing; others compute again by it, so leave it\n\n[facts]\n"
    );
    let _ = writeln!(out, "formulas = {}\nlogs = \"{}\"", facts.formulas, facts.logs);
    let _ = writeln!(out, "period = {{ from = \"{}\", until = \"{}\" }}", facts.period.from, facts.period.until);
    for figure in &facts.indicators {
        let name =
            figure.code.as_str().parse::<IndicatorCode>().map_or_else(|_| figure.code.to_string(), |code| words::label(&code, language));
        let _ = writeln!(out, "\n[[facts.indicators]] # {name}\ncode = \"{}\"\nhad = {}", figure.code, figure.had);
        if let Some(of) = figure.of {
            let _ = writeln!(out, "of = {of}");
        }
        if let Some(halves) = figure.median_halves {
            let _ = writeln!(out, "median-halves = {halves}");
        }
    }
    out += language.pick(
        "\n# 考核结果：每个地方一节，没有就不写。\n# [[facts.consequences]]\n# place = \"\"\n# consequence = \"\" # commended 通报表扬、supported 给予资助、guided 加强指导、rectify 督促整改、talk 约谈、criticised 通报批评、awards-barred 取消评优\n",
        "\n# What follows: one section for each place, none if nothing does.\n# [[facts.consequences]]\n# place = \"\"\n# consequence = \"\" # commended, supported, guided, rectify, talk, criticised, awards-barred\n",
    );
    let title = say!(language, "{county} {period} 考核评价", "Assessment of {county}, {period}");
    let text = language.pick("说明", "explanation");
    let sizes_note =
        language.pick("每本账读到第几条；与上面的 logs 对应，不要改", "how far each log was read; bound to `logs` above, so leave it");
    let _ = write!(out, "\n[body]\ntitle = \"{title}\"\ntext = \"\" # {text}\n\n[body.log-sizes] # {sizes_note}\n");
    for (log, size) in &sizes.0 {
        let _ = writeln!(out, "\"{log}\" = {size}");
    }
    Ok(out)
}
