//! `luodi run`: one node, until it is told to stop.

use std::path::PathBuf;

use anyhow::Context as _;
use luodi_node::config::Config;
use luodi_node::keys::MachineKeys;
use luodi_node::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::language::{Language, say};
use crate::{Outcome, passphrase};

/// Arguments of `luodi run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "node.toml", help = "配置文件 ¦ The configuration")]
    config: PathBuf,
    /// Seal without asking the other holders of the log.
    #[arg(
        long,
        help = "不等其他节点答话就开始记账；会记录在案，只在确知别处没有更新的账本时使用 ¦ Seal without an answer from the log's other holders; recorded, and only for when you know that nobody holds a newer log"
    )]
    alone: bool,
    /// Log lines as JSON.
    #[arg(long, help = "日志用 JSON 格式 ¦ Write the log as JSON lines")]
    json_log: bool,
    /// Stop when standard input closes, as it does when the process that started this one ends.
    #[arg(long, hide = true)]
    stop_with_stdin: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    log_to_stderr(args.json_log);
    let config = Config::load(&args.config)?;
    let whose = say!(language, "节点密钥（{}）", "the machine keys ({})", config.file.keys.display());
    let passphrase = passphrase::obtain(config.file.passphrase_file.as_deref(), &whose, language)?;
    let keys = MachineKeys::load(&config.file.keys, &config.origin, &passphrase)?;
    let http = runtime::listen(&config).await?;
    runtime::run(config, keys, args.alone, http, told_to_stop(args.stop_with_stdin)?).await?;
    Ok(Outcome::Done)
}

/// Structured lines on standard error; `RUST_LOG` chooses which.
pub(crate) fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A subscriber is already there only where a test has set one.
    let _ = if json { lines.json().try_init() } else { lines.with_ansi(false).try_init() };
}

/// Ready on Ctrl-C, on SIGTERM and, if asked, when standard input closes.
pub(crate) fn told_to_stop(with_stdin: bool) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = stdin_closes(), if with_stdin => {}
        }
    })
}

/// Ready when standard input ends. A thread waits for it: a blocked read must not hold up the runtime's own end.
async fn stdin_closes() {
    let (closed, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = ended.await;
}
