//! `luodi verify`: a receipt, off line, with nothing but the federation file.
//!
//! Prints every check by name, and as of when authority is proven. It never says "not revoked since": a receipt cannot show it.
//! Exit 0 verified, 1 refuted, 2 could not tell (a file could not be read, or the federation file itself is not one).

use std::path::PathBuf;

use anyhow::Context as _;
use console::style;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::receipt::{self, Check, Report};
use luodi_ledger::registry::Witnessing;
use luodi_ledger::time::Time;
use serde_json::json;

use crate::Outcome;
use crate::arguments::Trusting;
use crate::language::{Language, say, tell};
use crate::preview::preview;
use crate::refusals;

/// Arguments of `luodi verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The receipt.
    #[arg(value_name = "RECEIPT", help = "回执文件 ¦ The receipt file")]
    receipt: PathBuf,
    #[command(flatten)]
    trusting: Trusting,
    /// The body, for a receipt that does not carry it.
    #[arg(long, value_name = "FILE", help = "文字内容，回执里没有带上时给出 ¦ The body, if the receipt does not carry it")]
    body: Option<PathBuf>,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) fn run(args: &Args, language: Language) -> anyhow::Result<Outcome> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| say_unreadable(path, language));
    let file = read(&args.trusting.federation)?;
    let shown = args.trusting.federation.display();
    let federation: FederationFile = String::from_utf8(file)
        .ok()
        .and_then(|text| text.parse().ok())
        .with_context(|| say!(language, "{shown}：不是联邦文件", "{shown}: not a federation file"))?;
    let mut report = receipt::verify(&read(&args.receipt)?, &federation);
    if let Some(path) = &args.body {
        check_body(&mut report, read(path)?);
    }
    if args.json {
        tell!("{:#}", as_json(&report, &federation));
    } else {
        print!("{}", as_words(&report, &federation, language));
    }
    Ok(if report.is_verified() { Outcome::Done } else { Outcome::Refused })
}

fn say_unreadable(path: &std::path::Path, language: Language) -> String {
    let file = path.display();
    say!(language, "{file}：读不到，无法判断", "{file}: cannot be read, so nothing can be told")
}

/// The body given beside the receipt must be the one the statement names.
fn check_body(report: &mut Report, body: Vec<u8>) {
    let Some(entry) = &report.entry else { return };
    let named = entry.statement.statement().body.is_some_and(|named| named.names(&body));
    let result = if named { Ok(format!("{} bytes", body.len())) } else { Err("it is not the body that the statement names".to_owned()) };
    report.checks.push(Check { name: "body", result });
    if named {
        report.body = Some(body);
    }
}

/// The name of a check, in words.
fn label(name: &str, language: Language) -> &str {
    let (chinese, english) = match name {
        "form" => ("格式", "form"),
        "federation" => ("联邦文件", "federation file"),
        "chain" => ("登记链", "chain of registrations"),
        "entry" => ("账本条目", "entry"),
        "head" => ("账本签名", "signature of the log"),
        "inclusion" => ("在账中", "in the log"),
        "authority" => ("签署权限", "authority of the signers"),
        "body" => ("文字内容", "words"),
        "witnesses" => ("旁证", "witnesses"),
        other => return other,
    };
    language.pick(chinese, english)
}

/// Each check on a line.
fn checks(report: &Report, language: Language) -> String {
    let mut out = String::new();
    for Check { name, result } in &report.checks {
        let label = label(name, language);
        let met = *name != "witnesses" || matches!(report.witnessing, Some(Witnessing::Met(_)));
        let line = match result {
            Ok(found) if met => format!("{} {label}  {}\n", style("✓").green(), style(refusals::said(found, language)).dim()),
            // Nothing is wrong, and nobody outside answers for it: no tick.
            Ok(found) => format!("{} {label}  {}\n", style("!").yellow().bold(), refusals::said(found, language)),
            Err(why) => format!("{} {label}  {}\n", style("✗").red().bold(), refusals::said(why, language)),
        };
        out += &line;
    }
    out
}

fn as_words(report: &Report, federation: &FederationFile, language: Language) -> String {
    let mut out = checks(report, language);
    out.push('\n');
    if !report.is_verified() {
        out += &say!(language, "核对不符：这份回执不能作数。\n", "REFUTED: this receipt proves nothing.\n");
        return out;
    }
    if let Some(entry) = &report.entry {
        out += &preview(entry.statement.statement(), report.body.as_deref(), language);
        out.push('\n');
    }
    let fingerprint = federation.fingerprint();
    out += &say!(language, "核对无误。联邦文件指纹：{fingerprint}\n", "VERIFIED. Fingerprint of the federation file: {fingerprint}\n");
    out += &match &report.witnessing {
        Some(Witnessing::Met(by)) => {
            let n = by.len();
            say!(language, "账本的这一版另有 {n} 方核对过。\n", "{n} others have checked this version of the log.\n")
        }
        Some(Witnessing::Short(by)) => {
            let n = by.len();
            say!(
                language,
                "账本的这一版目前只有 {n} 方核对过，未达约定数目。\n",
                "Only {n} others have checked this version of the log so far, fewer than agreed.\n"
            )
        }
        _ => say!(language, "账本的这一版没有旁人核对过。\n", "Nobody else has checked this version of the log.\n"),
    };
    for as_of in &report.as_of {
        let (origin, size) = (&as_of.origin.division, as_of.size);
        let date = as_of.cosigned.and_then(|seconds| i64::try_from(seconds).ok()).and_then(|seconds| Time::from_unix(seconds).ok());
        let date = date.map_or_else(|| say!(language, "无日期", "undated"), |time| time.civil_date(federation.offset).to_string());
        out += &say!(
            language,
            "签署权限依据 {origin} 截至 {date} 的 {size} 条登记；此后有无变动，回执看不出。\n",
            "Authority is proven as of {date}, by {size} entries of {origin}; what changed later cannot show in a receipt.\n"
        );
    }
    out
}

fn as_json(report: &Report, federation: &FederationFile) -> serde_json::Value {
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|check| match &check.result {
            Ok(found) => json!({"check": check.name, "passed": true, "found": found}),
            Err(why) => json!({"check": check.name, "passed": false, "why": why}),
        })
        .collect();
    let as_of: Vec<_> =
        report.as_of.iter().map(|as_of| json!({"log": as_of.origin, "size": as_of.size, "cosigned": as_of.cosigned})).collect();
    json!({
        "verified": report.is_verified(),
        "fingerprint": federation.fingerprint(),
        "checks": checks,
        "authority_as_of": as_of,
        "log": report.origin,
        "index": report.entry.as_ref().map(|entry| entry.index),
        "statement": report.entry.as_ref().map(|entry| entry.statement.id()),
        "witnesses": match &report.witnessing {
            Some(Witnessing::Met(by)) => json!({"met": true, "by": by}),
            Some(Witnessing::Short(by)) => json!({"met": false, "by": by}),
            _ => serde_json::Value::Null,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(witnessing: Witnessing, found: &str, language: Language) -> String {
        let check = |name, found: &str| Check { name, result: Ok(found.to_owned()) };
        let all = vec![check("form", "12553 bytes read"), check("inclusion", "entry 5 of 24"), check("witnesses", found)];
        let report = Report { checks: all, witnessing: Some(witnessing), ..Report::default() };
        console::strip_ansi_codes(&checks(&report, language)).into_owned()
    }

    #[test]
    fn every_check_says_what_it_found_and_no_tick_stands_where_nobody_witnessed() {
        let met = shown(Witnessing::Met(vec![]), "quorum met by 3", Language::Chinese);
        assert!(met.contains("✓ 格式  共 12553 字节") && met.contains("✓ 在账中  24 条中的第 5 条"), "{met}");
        assert!(met.contains("✓ 旁证  3 方核对过，达到约定数目"), "{met}");
        let short = "0 so far, the quorum is not met: only the log itself answers for it";
        let told = shown(Witnessing::Short(vec![]), short, Language::Chinese);
        assert!(told.contains("! 旁证  目前 0 方核对过，未达约定数目") && !told.contains("✓ 旁证"), "{told}");
        let told = shown(Witnessing::NobodyAsked, "nobody else has checked", Language::English);
        assert!(told.contains("! witnesses  nobody else has checked") && !told.contains("✓ witnesses"), "{told}");
    }
}
