//! `luodi assess`: a county's figures from the logs of a node, or someone else's computed again.
//!
//! Every log of the county and above it is read from one place and held to its signed root; the figures themselves are
//! [`luodi_ledger::assessment`]'s. What is written is a draft for `luodi sign`: it names how far each log was read and the instant of
//! computing, so that anybody can compute it again. Exit 0 done or the same, 1 differs, 2 could not tell.

mod county;
mod draft;
mod recompute;
mod words;

use std::path::PathBuf;

use anyhow::Context as _;
use luodi_ledger::assessment::Reading;
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::IndicatorCode;
use luodi_ledger::names::{Division, Level};
use luodi_ledger::time::Time;

use self::county::Logs;
use crate::arguments::{ReadingFrom, Trusting};
use crate::language::{Language, caution, say, tell};
use crate::sign::write_new;
use crate::{Outcome, clock};

/// Arguments of `luodi assess`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    reading: ReadingFrom,
    #[command(flatten)]
    trusting: Trusting,
    /// The county.
    #[arg(
        long,
        value_name = "DIVISION",
        required_unless_present = "recompute",
        help = "县(市、区)的区划代码 ¦ The county's division code"
    )]
    county: Option<Division>,
    /// The period.
    #[arg(
        long,
        value_name = "PERIOD",
        required_unless_present = "recompute",
        help = "考核期，如 2026-Q3、2026-07、2026 ¦ The period, such as 2026-Q3, 2026-07 or 2026"
    )]
    period: Option<Span>,
    /// The instant of computing.
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with = "recompute",
        help = "按哪一刻计算，如 2026-10-08T02:00:00Z；默认现在 ¦ The instant it is computed for, such as 2026-10-08T02:00:00Z; now by default"
    )]
    as_of: Option<Time>,
    /// Write a draft to sign.
    #[arg(
        long,
        short,
        value_name = "FILE",
        conflicts_with = "recompute",
        help = "写出待签署的考核评价（assessment.toml） ¦ Write an assessment that is ready to sign (assessment.toml)"
    )]
    output: Option<PathBuf>,
    /// Compute someone else's again.
    #[arg(
        long,
        value_name = "FILE|PLACE",
        conflicts_with_all = ["county", "period"],
        help = "重算别人的考核评价：已签署的文件，或账本中的位置，如 410721000000/1/12 ¦ Compute someone else's again: a signed file, or its place in a log such as 410721000000/1/12"
    )]
    recompute: Option<String>,
    /// Show the cases behind a figure.
    #[arg(
        long,
        value_name = "FIGURE",
        value_parser = words::figure_names(),
        help = "列出某一指标背后的每一件，可给多个 ¦ List every case behind a figure; may be given again"
    )]
    list: Vec<String>,
    /// Show one place.
    #[arg(long, value_name = "DIVISION", help = "只看某个乡镇或社区 ¦ Only this township or community")]
    place: Option<Division>,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出：各级数字和每一件 ¦ Print JSON: the figures of every place and every case")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let federation = args.trusting.read(language)?;
    let at = args.reading.at(language)?;
    if let Some(target) = &args.recompute {
        return recompute::run(&at, federation, target, args.json, language).await;
    }
    let wanted = || say!(language, "请给 --county 和 --period", "give --county and --period");
    let (county, period) = (args.county.with_context(wanted)?, args.period.with_context(wanted)?);
    if county.level() != Level::County {
        anyhow::bail!(say!(language, "--county：{county} 不是县级区划", "--county: {county} is not a county's code"));
    }
    let logs = Logs::read(&at, federation, county, language).await?;
    let as_of = args.as_of.unwrap_or_else(clock::now);
    let reading = logs.whole(&at).await;
    let assessment = reading.assess(period, as_of);
    if args.json {
        tell!("{}", serde_json::to_string_pretty(&assessment)?);
    } else {
        tell!("{}", words::assessment(&assessment, args.place, language));
        for name in &args.list {
            let indicator: IndicatorCode = name.parse()?;
            tell!("{}", words::cases(&assessment, reading.packs(), indicator, args.place, language));
        }
    }
    warn(&logs, &reading, language);
    if let Some(path) = &args.output {
        write_new(path, draft::draft(&logs, &assessment, language)?.as_bytes(), language)?;
        let shown = path.display();
        caution!(
            "{}",
            say!(
                language,
                "已写出 {shown}。填好后果和说明后运行：luodi sign {shown} --key <县民政部门密钥文件>",
                "Wrote {shown}. Add consequences and an explanation, then: luodi sign {shown} --key <key file of the county's civil affairs>"
            )
        );
    }
    Ok(Outcome::Done)
}

/// What the figures leave out, for it could not be read. On standard error, so that JSON stays JSON.
fn warn(logs: &Logs, reading: &Reading, language: Language) {
    for origin in &logs.missing {
        caution!(
            "{}",
            say!(
                language,
                "注意：节点没有 {origin}，其中的陈述没有计入。",
                "Note: the node holds no {origin}; what stands in it is not counted."
            )
        );
    }
    for on in &reading.unread {
        let (log, index) = (&on.log, on.index);
        caution!(
            "{}",
            say!(
                language,
                "注意：{log} 第 {index} 条的规则包全文读不到，按它进行的事项未判定。",
                "Note: the text of the rule pack in entry {index} of {log} cannot be had; matters under it are not judged."
            )
        );
    }
}
