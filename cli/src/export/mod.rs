//! `luodi export`: matters, commitments, timeline, calendar and figures of a place as tables, judged here from verified bytes.
//!
//! [`corpus`] reads and judges, [`fields`] says what each column is, [`files`] writes. Out of scope: what was redacted, which no source
//! serves; registrations, which `luodi audit --keep` copies with the logs.
//!
//! Invariant: the same logs up to the same sizes, with the same words held, give the same bytes.

mod corpus;
mod fields;
mod files;
mod value;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use luodi_ledger::names::Division;
use luodi_ledger::time::Time;

use self::corpus::Corpus;
use self::files::Output;
use crate::Outcome;
use crate::arguments::{ReadingFrom, Trusting};
use crate::language::{Language, say, tell};

/// Arguments of `luodi export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    reading: ReadingFrom,
    #[command(flatten)]
    trusting: Trusting,
    /// The place.
    #[arg(long, value_name = "CODE", help = "只要这个区划及其下级；默认全部 ¦ Only this division and what lies below; all by default")]
    place: Option<Division>,
    /// The formats.
    #[arg(
        long = "format",
        value_name = "FORMAT",
        value_enum,
        value_delimiter = ',',
        default_value = "csv",
        help = "格式，可给多个 ¦ The format; may be given again"
    )]
    formats: Vec<Output>,
    /// The instant the tables are told for.
    #[arg(
        long,
        value_name = "TIME",
        help = "按哪一刻算，如 2026-11-22T07:58:11Z；默认最近一条入账的时间 ¦ The instant they are told for, such as 2026-11-22T07:58:11Z; by default when the newest entry was logged"
    )]
    as_of: Option<Time>,
    /// Where they go.
    #[arg(long, short, value_name = "FOLDER", help = "写到哪个新文件夹 ¦ The new folder they go to")]
    output: PathBuf,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let federation = args.trusting.read(language)?;
    let place = args.place.unwrap_or(federation.root);
    let folder = args.output.display();
    let empty = std::fs::read_dir(&args.output).map_or(true, |mut entries| entries.next().is_none());
    ensure!(empty, say!(language, "{folder}：里面已有文件；换一个新文件夹", "{folder}: holds files already; choose a new folder"));
    let at = args.reading.at(language)?;
    let corpus = Corpus::read(&at, federation, place, args.as_of, language).await?;
    let mut formats = args.formats.clone();
    formats.sort();
    formats.dedup();
    let files = files::files(&corpus, place, &formats, language)?;
    std::fs::create_dir_all(&args.output).with_context(|| folder.to_string())?;
    for (name, bytes) in &files {
        let path = args.output.join(name);
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    let (matters, statements) = (corpus.views.len(), corpus.views.iter().map(|view| view.timeline.len()).sum::<usize>());
    let (as_of, logs, missing) = (corpus.as_of, corpus.logs.len(), corpus.logs.iter().map(|log| log.missing).sum::<u64>());
    tell!(
        "{}",
        say!(
            language,
            "{folder}：{matters} 件事项、{statements} 份陈述，来自 {logs} 本账，算到 {as_of}；各列的意思见 README.md。",
            "{folder}: {matters} matters, {statements} statements from {logs} logs, as of {as_of}; README.md says what each column is."
        )
    );
    let redacted = corpus.logs.iter().map(|log| log.redacted).sum::<u64>();
    if redacted > 0 {
        tell!(
            "{}",
            say!(language, "有 {redacted} 份文字已隐私删除，相应的格子是空的。", "{redacted} bodies are redacted; their cells are empty.")
        );
    }
    if missing > 0 {
        tell!(
            "{}",
            say!(
                language,
                "有 {missing} 份文字不在这个来源，相应的格子是空的。",
                "{missing} bodies are not held there; their cells are empty."
            )
        );
    }
    Ok(Outcome::Done)
}
