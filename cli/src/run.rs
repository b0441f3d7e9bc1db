//! `luodi run`: one node, until it is told to stop.

use std::path::PathBuf;

use anyhow::bail;

use crate::Outcome;
use crate::language::Language;

/// Arguments of `luodi run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "node.toml", help = "配置文件 ¦ The configuration")]
    config: PathBuf,
    /// Seal without asking the other holders of the log.
    #[arg(
        long,
        help = "不等其他节点答话就开始记账；会记录在案，只在确知没有更新的账本时使用 ¦ Seal without an answer from the log's other holders; recorded, and only for when you know there is no newer log"
    )]
    alone: bool,
    /// Stop when standard input closes, as it does when the process that started this one ends.
    #[arg(long, hide = true)]
    stop_with_stdin: bool,
}

pub(crate) async fn run(args: Args, _language: Language) -> anyhow::Result<Outcome> {
    bail!("{} {} {}", args.config.display(), args.alone, args.stop_with_stdin)
}
