//! `luodi backup`: a copy of a node, running or not, to be kept on another machine.

use std::path::PathBuf;

use luodi_node::backup;
use luodi_node::config::Config;

use crate::language::{Language, say, tell};
use crate::{Outcome, clock};

/// Arguments of `luodi backup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration of the node.
    #[arg(long, value_name = "FILE", default_value = "node.toml", help = "节点的配置文件 ¦ The configuration of the node")]
    config: PathBuf,
    /// The new folder of the copy.
    #[arg(long, short, value_name = "FOLDER", help = "备份放进这个新文件夹 ¦ The copy goes into this new folder")]
    output: PathBuf,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let config = Config::load(&args.config)?;
    let (to, now) = (args.output.clone(), clock::now().to_string());
    let commits = tokio::task::spawn_blocking(move || backup::backup(&config, &to, &now)).await??;
    let shown = args.output.display();
    tell!(
        "{}",
        say!(
            language,
            "备份完成：{shown}（{commits} 次提交）。\n里面有账本、副本、文字内容，以及加了密的账本密钥、节点密钥和连接密钥；没有旁证密钥和旁证记录，没有口令。\n请移到另一台机器保管，口令另存别处：没有口令，备份里的密钥打不开；两样都拿到的人，可以冒充本节点。\n用法：luodi restore --from {shown} --dir <新文件夹>",
            "Backup made: {shown} ({commits} commits).\nIt holds the log, the copies, the bodies, and the encrypted log, node and peer keys; not the witness key or what it cosigned, and no passphrase.\nKeep it on another machine, and the passphrase elsewhere: without it the keys do not open; whoever has both can pass for this node.\nTo use it: luodi restore --from {shown} --dir <new folder>"
        )
    );
    Ok(Outcome::Done)
}
