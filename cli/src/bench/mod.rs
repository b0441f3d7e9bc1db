//! `luodi bench`: what this machine reaches, each figure beside the limit measured in the same run.

mod appends;
mod fold;
mod matters;
mod nodes;
mod receipts;
mod registry;
mod sample;
mod stalls;

use std::collections::BTreeMap;
use std::path::PathBuf;

use indicatif::ProgressBar;
use serde::Serialize;

use crate::Outcome;
use crate::language::{Language, say};

/// Arguments of `luodi bench`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object of figures instead of a table.
    #[arg(long, help = "输出一个 JSON 对象 ¦ One JSON object of figures instead of a table")]
    json: bool,
    /// Entries that are replicated.
    #[arg(long, value_name = "N", default_value_t = 200_000, help = "复制多少条 ¦ Entries that are replicated")]
    replicate: u64,
    /// Entries of the log that a node is started with.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000_000,
        help = "启动时账本有多少条 ¦ Entries of the log that a node is started with"
    )]
    start: u64,
    /// Statements that are folded, ten a matter.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000_000,
        help = "归并多少条，每个事项十条 ¦ Statements that are folded, ten a matter"
    )]
    fold: u64,
    /// Only the process that folds: the folder of a store made for it.
    #[arg(long, value_name = "DIR", hide = true)]
    fold_stored: Option<PathBuf>,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// The value, in `unit`.
    value: f64,
    unit: &'static str,
    /// What is aimed at, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    aim: Option<&'static str>,
    /// Whether the aim is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

/// The figures of a run, by name.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<&'static str, Figure>);

impl Figures {
    /// A figure without an aim, such as a limit.
    pub(crate) fn tell(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.0.insert(name, Figure { value, unit, aim: None, met: None });
    }

    /// A figure that is to be at least `least`.
    pub(crate) fn at_least(&mut self, name: &'static str, value: f64, unit: &'static str, least: f64, aim: &'static str) {
        self.0.insert(name, Figure { value, unit, aim: Some(aim), met: Some(value >= least) });
    }

    /// A figure that is to be below `most`.
    pub(crate) fn below(&mut self, name: &'static str, value: f64, unit: &'static str, most: f64, aim: &'static str) {
        self.0.insert(name, Figure { value, unit, aim: Some(aim), met: Some(value < most) });
    }
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    if let Some(folder) = args.fold_stored {
        tokio::task::spawn_blocking(move || fold::of_stored(&folder)).await??;
        return Ok(Outcome::Done);
    }
    let (replicate, start, fold) = (args.replicate.max(1), args.start.max(1), args.fold.max(1));
    let progress = ProgressBar::new(7);
    progress.set_style(indicatif::ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")?);
    // Timing blocks a thread for minutes, which is what this one is for.
    let figures = tokio::task::spawn_blocking({
        let progress = progress.clone();
        move || -> anyhow::Result<Figures> {
            let step = |what: String| {
                progress.inc(1);
                progress.set_message(what);
            };
            let mut figures = Figures::default();
            step(say!(language, "逐条与成批写入", "durable appends"));
            appends::measure(&mut figures)?;
            step(say!(language, "核对回执", "verifying receipts"));
            receipts::measure(&mut figures)?;
            step(say!(language, "登记簿添一条", "one more in the registry"));
            registry::measure(&mut figures)?;
            step(say!(language, "段写满与更正", "full segments and corrections"));
            stalls::measure(&mut figures)?;
            step(say!(language, "归并 {fold} 条陈述", "folding {fold} statements"));
            fold::measure(fold, &mut figures)?;
            step(say!(language, "复制 {replicate} 条", "replicating {replicate} entries"));
            nodes::replicate(replicate, &mut figures)?;
            step(say!(language, "带 {start} 条启动", "starting with {start} entries"));
            nodes::start(start, &mut figures)?;
            Ok(figures)
        }
    })
    .await??;
    progress.finish_and_clear();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures.0)?);
    } else {
        print(&figures, language);
    }
    Ok(Outcome::Done)
}

fn print(figures: &Figures, language: Language) {
    for (name, figure) in &figures.0 {
        let verdict = match (figure.aim, figure.met) {
            (Some(aim), Some(true)) => say!(language, "目标 {aim}：达到", "aim {aim}: met"),
            (Some(aim), _) => say!(language, "目标 {aim}：未达到", "aim {aim}: missed"),
            _ => String::new(),
        };
        println!("{name:<44} {:>14} {:<12} {verdict}", short(figure.value), figure.unit);
    }
}

fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

/// The middle of an odd number of measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
