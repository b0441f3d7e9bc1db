//! `luodi explorer`: the pages for residents, read from two or more nodes.

use std::path::PathBuf;

use anyhow::Context as _;
use luodi_explorer::Config;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::language::{Language, say, tell};
use crate::run::{log_to_stderr, told_to_stop};

/// Arguments of `luodi explorer`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "explorer.toml", help = "配置文件 ¦ The configuration")]
    config: PathBuf,
    /// Log lines as JSON.
    #[arg(long, help = "日志用 JSON 格式 ¦ Write the log as JSON lines")]
    json_log: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    log_to_stderr(args.json_log);
    let config = Config::read(&args.config)?;
    let listen = config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        let file = args.config.display();
        say!(
            language,
            "{file}：listen：{listen} 用不了，可能已被占用；换一个端口",
            "{file}: listen: {listen} cannot be used, perhaps it is taken; choose another port"
        )
    })?;
    tell!("{}", say!(language, "网页：http://{listen}{}", "Pages: http://{listen}{}", config.prefix));
    luodi_explorer::run(config, listener, told_to_stop(false)?).await?;
    Ok(Outcome::Done)
}
