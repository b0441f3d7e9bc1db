//! `luodi audit`: whole logs judged again from their bytes, from a node or from a folder.
//!
//! A folder holds what a node serves, path for path (`log/<division>/<generation>/head`, `tile/…`); `--keep` writes one. Logs are audited
//! from the root down, for each rests on the registrations above it. Exit 0 sound, 1 something is wrong, 2 could not tell.

pub(crate) mod source;

pub(crate) use self::source::{At, Kept};

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use console::style;
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::audit::{Audit, Finding, Missing, Redacting};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::{Registry, Witnessing};
use serde_json::json;

use crate::Outcome;
use crate::arguments::Trusting;
use crate::language::{Language, say, tell};
use crate::refusals;

/// Arguments of `luodi audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A node's address, or a folder.
    #[arg(value_name = "SOURCE", help = "节点网址，或 --keep 存下的文件夹 ¦ A node's address, or a folder that --keep wrote")]
    source: String,
    #[command(flatten)]
    trusting: Trusting,
    /// Only this log, and those it rests on.
    #[arg(long, value_name = "ORIGIN", help = "只核对这一本账（及其上级的账） ¦ Only this log, and those above it that it rests on")]
    log: Option<Origin>,
    /// Write what was read into a folder.
    #[arg(long, value_name = "FOLDER", help = "把读到的全部存进一个新文件夹 ¦ Keep all that is read in a new folder")]
    keep: Option<PathBuf>,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let federation = args.trusting.read(language)?;
    let at = At::of(&args.source, language)?;
    let logs = at.logs(&federation).await?;
    if logs.is_empty() {
        bail!(say!(language, "那里没有这个联邦的账", "no log of this federation is there"));
    }
    let (keep, only) = (args.keep.clone(), args.log.clone());
    let wanted = move |registry: &Registry, log: &Origin| {
        only.as_ref().is_none_or(|only| only == log || (only.division != log.division && registry.is_within(only.division, log.division)))
    };
    let audits = tokio::task::spawn_blocking(move || {
        let way = Way { keep: keep.as_deref(), bodies: true };
        read(&at, &way, federation, &logs, wanted, language)
    });
    let audits = audits.await??.audits;
    if audits.is_empty() {
        bail!(say!(language, "那里没有这本账", "this log is not there"));
    }
    let sound = audits.iter().all(Audit::is_sound);
    if args.json {
        tell!("{:#}", as_json(&audits));
    } else {
        for audit in &audits {
            tell!("{}", as_words(audit, &audits, language));
        }
        tell!(
            "{}",
            if sound {
                say!(language, "全部核对无误。", "All of it is sound.")
            } else {
                say!(language, "核对不符，见上。", "NOT sound; see above.")
            }
        );
    }
    Ok(if sound { Outcome::Done } else { Outcome::Refused })
}

/// What was read and judged at one place.
#[derive(Debug)]
pub(crate) struct Reading {
    /// All that is registered there.
    pub(crate) registry: Registry,
    /// The logs, highest first.
    pub(crate) audits: Vec<Audit>,
}

/// How a place is read.
pub(crate) struct Way<'a> {
    /// A folder in which all that is read is kept.
    pub(crate) keep: Option<&'a Path>,
    /// Whether bodies are read too.
    pub(crate) bodies: bool,
}

/// Audits the `logs`, highest first, that are `wanted` by what was found above them. Blocks, so it runs beside the event loop.
pub(crate) fn read(
    at: &At,
    way: &Way<'_>,
    federation: FederationFile,
    logs: &[Origin],
    wanted: impl Fn(&Registry, &Origin) -> bool,
    language: Language,
) -> anyhow::Result<Reading> {
    let mut reading = Reading { registry: Registry::new(federation), audits: Vec::new() };
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len}")?;
    for origin in logs {
        if !wanted(&reading.registry, origin) {
            continue;
        }
        let progress = ProgressBar::new(0).with_style(style.clone()).with_message(origin.to_string());
        let mut source = Kept::new(at, way, origin)?;
        let audit = Audit::run(&mut source, &reading.registry, origin, |done, of| {
            progress.set_length(of);
            progress.set_position(done);
        })
        .with_context(|| say!(language, "{origin}：读不全，无法判断", "{origin}: cannot be read whole, so nothing can be told"))?;
        progress.finish_and_clear();
        reading.registry.observe_all(audit.registry_entries.iter().map(|entry| (origin, entry)));
        reading.audits.push(audit);
    }
    Ok(reading)
}

fn as_words(audit: &Audit, all: &[Audit], language: Language) -> String {
    let (origin, valid, void) = (&audit.origin, audit.valid, audit.void.len());
    let size = audit.head.as_ref().map_or(0, luodi_ledger::checkpoint::SignedCheckpoint::size);
    let mark = if audit.is_sound() { style("✓").green() } else { style("✗").red().bold() };
    let mut out = say!(language, "{mark} {origin}\n  {size} 条，{valid} 条有效", "{mark} {origin}\n  {size} entries, {valid} count");
    if void > 0 {
        out += &say!(language, "，{void} 条作废", ", {void} are void");
    }
    if audit.term_expired > 0 {
        let expired = audit.term_expired;
        out += &say!(language, "，{expired} 条在任期之后签署", ", {expired} signed after a term had ended");
    }
    let erased = audit.erased(all);
    if !erased.is_empty() {
        let erased = erased.len();
        out += &say!(language, "，{erased} 份文字已隐私删除", ", {erased} bodies are redacted");
    }
    let missing = audit.missing.len() - erased.len();
    if missing > 0 {
        out += &say!(language, "，{missing} 份文字内容不在这里", ", {missing} bodies are not held here");
    }
    out += &match &audit.witnessed {
        Some((head, Witnessing::Met(by))) => {
            let (size, by) = (head.size(), by.len());
            say!(language, "；前 {size} 条另有 {by} 方核对过", "; the first {size} have been checked by {by} others")
        }
        Some((head, Witnessing::Short(by))) => {
            let (size, by) = (head.size(), by.len());
            say!(
                language,
                "；前 {size} 条只有 {by} 方核对过，未达约定数目",
                "; the first {size} have been checked by {by} others only, fewer than agreed"
            )
        }
        Some((_, Witnessing::NobodyAsked)) | None => say!(language, "；没有旁人核对过", "; nobody else has checked it"),
    };
    for (missing, by) in &erased {
        let (index, log, at) = (missing.index, &by.on.log.division, by.on.index);
        let ground = language.pick(by.redaction.ground.zh(), by.redaction.ground.en());
        out += &say!(
            language,
            "\n  第 {index} 条的文字已隐私删除：{ground}（依据 {log} 第 {at} 条）",
            "\n  the words of entry {index} are redacted: {ground} (entry {at} of {log})"
        );
    }
    for Finding { object, at, why } in &audit.findings {
        let why = refusals::said(why, language);
        let at = at.map(|at| say!(language, "，位置 {at}", ", at {at}")).unwrap_or_default();
        out += &format!("\n  {} {object}{at}: {why}", style("✗").red());
    }
    out
}

fn as_json(audits: &[Audit]) -> serde_json::Value {
    let finding = |finding: &Finding| json!({"object": finding.object, "at": finding.at, "why": finding.why});
    let log = |audit: &Audit| {
        let erased = audit.erased(audits);
        let redacted = |(missing, by): &(&Missing, &Redacting)| json!({"index": missing.index, "body": missing.body, "ground": by.redaction.ground, "by": by.by, "redaction": by.on});
        json!({
            "log": audit.origin,
            "sound": audit.is_sound(),
            "size": audit.head.as_ref().map(luodi_ledger::checkpoint::SignedCheckpoint::size),
            "witnessed": audit.witnessed.as_ref().map(|(head, _)| head.size()),
            "valid": audit.valid,
            "term_expired": audit.term_expired,
            "void": audit.void,
            "missing_bodies": audit.missing.len() - erased.len(),
            "redacted": erased.iter().map(redacted).collect::<Vec<_>>(),
            "findings": audit.findings.iter().map(finding).collect::<Vec<_>>(),
        })
    };
    json!({"sound": audits.iter().all(Audit::is_sound), "logs": audits.iter().map(log).collect::<Vec<_>>()})
}
