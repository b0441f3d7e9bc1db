//! Someone else's assessment, computed again from the sizes it names.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use console::style;
use luodi_ledger::assessment::{Difference, FORMULAS, differences};
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::{CodeList as _, IndicatorCode, KindCode};
use luodi_ledger::matter::facts::{Indicator, LogPlace, Said};
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::Division;
use luodi_ledger::registry::Ground;
use luodi_ledger::statement::{SignedStatement, Statement};
use serde_json::json;

use super::county::Logs;
use super::words::label;
use crate::Outcome;
use crate::audit::source::At;
use crate::language::{Language, say, tell};
use crate::node_client::Node;
use crate::refusals;
use crate::sign::body_beside;

pub(super) async fn run(at: &At, federation: FederationFile, target: &str, as_json: bool, language: Language) -> anyhow::Result<Outcome> {
    let place = place(target);
    let (signed, logs) = match place {
        Some((log, index)) => from_log(at, federation, log, index, language).await?,
        None => from_file(at, federation, Path::new(target), language).await?,
    };
    // Whose words a file holds is not known until its signatures are held to the registry: without that no figure is anybody's.
    if let (None, Some(why)) = (place, &signed.void) {
        tell_refuted(target, &signed.statement, why, as_json, language);
        return Ok(Outcome::Refused);
    }
    let Said::Assessment(facts) = Said::read(&signed.statement.kind, &signed.statement.facts)? else {
        bail!(not_one(target, &signed.statement, language));
    };
    if facts.formulas != FORMULAS {
        let version = facts.formulas;
        bail!(say!(
            language,
            "{target}：按第 {version} 版公式计算，本程序只会第 {FORMULAS} 版，无法判断",
            "{target}: computed by version {version} of the formulas and this program knows version {FORMULAS}, so nothing can be told"
        ));
    }
    let sizes = signed.words.log_sizes;
    if sizes.hash() != facts.logs {
        bail!(say!(
            language,
            "{target}：正文里各账本的长度不是签名所指的那一份，无法判断",
            "{target}: the log sizes in its body are not those its facts name, so nothing can be told"
        ));
    }
    let beyond = logs.beyond(&sizes);
    if !beyond.is_empty() {
        let told: Vec<String> = beyond
            .iter()
            .map(|(log, size, here)| match here {
                Some(here) => {
                    say!(language, "{log}：要读到 {size} 条，节点只有 {here} 条", "{log}: {size} entries wanted, the node has {here}")
                }
                None => say!(language, "{log}：节点没有，或没有登记", "{log}: not held by the node, or not chartered"),
            })
            .collect();
        bail!(
            "{}\n{}",
            say!(language, "账本读不全，无法判断：", "not all logs can be read that far, so nothing can be told:"),
            told.join("\n")
        );
    }
    let reading = logs.up_to(at, &sizes).await;
    let (period, as_of) = (Span { from: facts.period.from, until: facts.period.until }, signed.statement.time);
    let found = differences(&facts.indicators, &reading.assess(period, as_of));
    if !found.is_empty() && !reading.unread.is_empty() {
        let on = &reading.unread[0];
        let (log, index) = (&on.log, on.index);
        bail!(say!(
            language,
            "{log} 第 {index} 条的规则包全文读不到，数字不同可能因此而来，无法判断",
            "the text of the rule pack in entry {index} of {log} cannot be had, and the figures may differ for that; nothing can be told"
        ));
    }
    if as_json {
        let county = signed.statement.log.division;
        tell!(
            "{:#}",
            json!({"same": found.is_empty(), "county": county, "period": period, "as-of": as_of, "void": signed.void, "differences": found})
        );
    } else {
        let (by, logs) = (signed.statement.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "), sizes.0.len());
        tell!(
            "{}",
            say!(
                language,
                "{by} · {period} · 按 {as_of}，从 {logs} 本账的所述长度重算",
                "{by} · {period} · computed again for {as_of}, from {logs} logs at the sizes it names"
            )
        );
        for difference in &found {
            tell!("  {} {}", style("✗").red(), in_words(difference, language));
        }
        if let Some(why) = &signed.void {
            tell!("  {} {}", style("✗").red(), say!(language, "这条陈述已作废：{why}", "this statement is void: {why}"));
        }
        let figures = facts.indicators.len();
        if found.is_empty() {
            tell!("{}", say!(language, "{figures} 项指标全部相符。", "All {figures} figures are the same."));
        } else {
            let count = found.len();
            tell!("{}", say!(language, "有 {count} 项不符，见上。", "{count} figures DIFFER, see above."));
        }
    }
    Ok(if found.is_empty() && signed.void.is_none() { Outcome::Done } else { Outcome::Refused })
}

fn tell_refuted(target: &str, statement: &Statement, why: &str, as_json: bool, language: Language) {
    if as_json {
        tell!("{:#}", json!({"same": null, "county": statement.log.division, "as-of": statement.time, "void": why}));
    } else {
        tell!("{} {}", style("✗").red(), say!(language, "{target}：签名不作数：{why}", "{target}: the signature does not count: {why}"));
    }
}

/// What was signed, with its words; void where it counts nowhere.
struct SignedAssessment {
    statement: Statement,
    words: Words,
    void: Option<String>,
}

/// Told before its body is asked for: other kinds may have none.
fn is_assessment(target: &str, statement: &Statement, language: Language) -> anyhow::Result<()> {
    ensure!(statement.kind.as_str() == KindCode::Assessment.as_str(), not_one(target, statement, language));
    Ok(())
}

fn not_one(target: &str, statement: &Statement, language: Language) -> String {
    let kind = language.pick(statement.kind.zh(), statement.kind.en());
    say!(language, "{target}：不是考核评价，而是“{kind}”", "{target}: not an assessment; it is: {kind}")
}

/// `<division>/<generation>/<index>`.
fn place(target: &str) -> Option<(LogPlace, u64)> {
    let (log, index) = target.rsplit_once('/')?;
    Some((log.parse().ok()?, index.parse().ok()?))
}

async fn from_log(
    at: &At,
    federation: FederationFile,
    log: LogPlace,
    index: u64,
    language: Language,
) -> anyhow::Result<(SignedAssessment, Logs)> {
    let logs = Logs::read(at, federation, log.division, language).await?;
    let entry = logs.entry(log, index);
    let (origin, entry) = entry.with_context(|| say!(language, "{log} 没有第 {index} 条", "{log} has no entry {index}"))?;
    let statement = entry.statement.statement().clone();
    is_assessment(&format!("{log}/{index}"), &statement, language)?;
    let void = logs.registry().judge(origin, entry).err().map(|denied| refusals::ground(&denied.ground, language));
    let named = statement
        .body
        .with_context(|| say!(language, "它没有正文，无从知道读到哪里", "it has no body, so how far it read cannot be known"))?;
    let path = format!("{}/body/{}", Node::log_path(origin), named.hash);
    let body = at.get(&path).await?.filter(|bytes| named.names(bytes));
    let body = body.with_context(|| {
        say!(language, "{path}：节点没有这份正文，无法判断", "{path}: the node has no such body, so nothing can be told")
    })?;
    Ok((SignedAssessment { statement, words: Words::parse(&body)?, void }, logs))
}

async fn from_file(at: &At, federation: FederationFile, path: &Path, language: Language) -> anyhow::Result<(SignedAssessment, Logs)> {
    let file = path.display();
    let bytes = std::fs::read(path).with_context(|| {
        say!(
            language,
            "{file}：读不到；账本中的位置写作 410721000000/1/12",
            "{file}: cannot be read; a place in a log is written 410721000000/1/12"
        )
    })?;
    let signed = SignedStatement::parse(&bytes).with_context(|| file.to_string())?;
    let statement = signed.statement().clone();
    is_assessment(&file.to_string(), &statement, language)?;
    let beside = body_beside(path);
    let body = std::fs::read(&beside).with_context(|| beside.display().to_string())?;
    if !statement.body.is_some_and(|named| named.names(&body)) {
        let beside = beside.display();
        bail!(say!(language, "{beside}：不是签名所指的正文", "{beside}: not the body that the statement names"));
    }
    let county: Division = statement.log.division;
    let logs = Logs::read(at, federation, county, language).await?;
    let void = judged(&logs, signed, language)?;
    Ok((SignedAssessment { statement, words: Words::parse(&body)?, void }, logs))
}

/// Why a signed file counts nowhere, if it does not: judged where it stands in its log, or, not logged yet, as if it were logged next.
fn judged(logs: &Logs, signed: SignedStatement, language: Language) -> anyhow::Result<Option<String>> {
    let origin = signed.statement().log.clone();
    let entry = logs.find(&origin, &signed);
    let entry = entry.cloned().unwrap_or_else(|| Entry {
        index: logs.size(&origin),
        previous: Link::start().previous,
        logged: signed.statement().time,
        statement: signed,
    });
    let Err(denied) = logs.registry().judge(&origin, &entry) else { return Ok(None) };
    let why = refusals::ground(&denied.ground, language);
    // Whoever registered the key may have done so in a log that is not here.
    if let (Ground::Unappointed { .. }, Some(missing)) = (&*denied.ground, logs.missing_above(origin.division)) {
        bail!(say!(
            language,
            "签名无法判断：{why}；而 {missing} 节点没有，换一个存有它的节点",
            "the signature cannot be judged: {why}; but the node does not hold {missing}, so ask one that does"
        ));
    }
    Ok(Some(why))
}

fn in_words(difference: &Difference, language: Language) -> String {
    let code = difference.code.as_str();
    let name =
        IndicatorCode::ALL.iter().find(|known| known.as_str() == code).map_or_else(|| code.to_owned(), |known| label(known, language));
    let figure = |figure: &Option<Indicator>| match figure {
        None => say!(language, "没有", "none"),
        Some(Indicator { had, of: Some(of), .. }) => format!("{had}/{of}"),
        Some(Indicator { had, median_halves: Some(halves), .. }) => {
            let days = format!("{}.{}", halves.div_euclid(2), halves.rem_euclid(2) * 5);
            say!(language, "{had} 件，中位数 {days} 天", "{had} cases, median {days} days")
        }
        Some(Indicator { had, .. }) => had.to_string(),
    };
    let (signed, computed) = (figure(&difference.signed), figure(&difference.computed));
    say!(language, "{name}（{code}）：签署 {signed}，重算 {computed}", "{name} ({code}): signed {signed}, computed {computed}")
}
