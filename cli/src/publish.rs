//! `luodi publish`: shows what residents will see, then hands a signed statement to a node.
//!
//! The node judges it; publishing the same statement again changes nothing and gives the same answer.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::privacy;
use luodi_ledger::statement::SignedStatement;

use crate::Outcome;
use crate::attachments;
use crate::foretelling;
use crate::language::{Language, caution, say, tell};
use crate::node_client::{Answer, Fault, Node, Published};
use crate::personal;
use crate::preview::preview;
use crate::sign::body_beside;

/// The node takes no more from this office today (429).
#[derive(Debug)]
pub(crate) struct Spent {
    told: String,
}

impl Spent {
    /// It will again after `wait`.
    pub(crate) fn new(wait: Duration, fault: &Fault, language: Language) -> Self {
        let hours = wait.as_secs().div_ceil(3600);
        let told = say!(
            language,
            "节点今天不再收这个组织的（{fault}）；约 {hours} 小时后再公布一次",
            "the node takes no more from this office today ({fault}); publish again in about {hours} h"
        );
        Self { told }
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.told)
    }
}

impl std::error::Error for Spent {}

/// How often a busy node is asked again before giving up.
pub(crate) const TRIES: usize = 20;

/// Arguments of `luodi publish`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The signed statement.
    #[arg(value_name = "STATEMENT", help = "已签署的文件（.statement） ¦ The signed statement (.statement)")]
    statement: PathBuf,
    /// Its body.
    #[arg(long, value_name = "FILE", help = "文字内容；默认取同名的 .body.json ¦ Its words; by default the .body.json beside it")]
    body: Option<PathBuf>,
    /// The node.
    #[arg(long, value_name = "URL", help = "节点网址 ¦ Address of the node")]
    node: String,
    /// Where the receipt goes.
    #[arg(
        long,
        value_name = "FILE",
        help = "回执存到哪里；默认与原文件同名、后缀 .receipt ¦ Where the receipt goes; by default beside the statement, ending in .receipt"
    )]
    receipt: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short, help = "不再询问，直接公布 ¦ Publish without asking")]
    yes: bool,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let read = |path: &Path| {
        let file = path.display();
        std::fs::read(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))
    };
    let file = args.statement.display();
    let signed = SignedStatement::parse(&read(&args.statement)?)
        .map_err(|fault| anyhow::anyhow!(say!(language, "{file}：不是已签署的文件：{fault}", "{file}: not a signed statement: {fault}")))?;
    let body = match (signed.statement().body, &args.body) {
        (None, _) => None,
        (Some(_), Some(path)) => Some(read(path)?),
        (Some(_), None) => Some(read(&body_beside(&args.statement))?),
    };
    if let (Some(named), Some(bytes)) = (signed.statement().body, &body)
        && !named.names(bytes)
    {
        bail!(say!(
            language,
            "{file}：文字内容不是签署的那一份；签署后改过的文字要重新签署",
            "{file}: the words are not those that were signed; sign again after changing them"
        ));
    }
    if let Err(stopped) = privacy::check(signed.statement(), body.as_deref()) {
        let why = personal::told(&stopped, language);
        bail!(say!(language, "{file}：没有公布。{why}", "{file}: not published; {why}"));
    }
    let attached = attachments::public(body.as_deref());
    attachments::check(&attached, &args.statement, language)?;
    let body = body.map(String::from_utf8).transpose().with_context(|| file.to_string())?;
    let node = Node::new(&args.node, language)?;
    if !args.json {
        tell!("{}", preview(signed.statement(), body.as_deref().map(str::as_bytes), language));
        match foretelling::ask(&node, &signed, body.as_deref(), language).await? {
            Ok(told) => told.into_iter().for_each(|told| tell!("{told}")),
            Err(refusal) => return Ok(refused(&refusal, language)),
        }
    }
    if !args.yes
        && !confirmed(&say!(language, "以上内容将永久公开。公布吗？[y/N] ", "This will be public for good. Publish? [y/N] "), language)?
    {
        return Ok(Outcome::Unknown);
    }
    let published = match deliver(&node, &signed, body.as_deref(), language).await? {
        Ok(published) => published,
        Err(refusal) => return Ok(refused(&refusal, language)),
    };
    if args.json {
        tell!("{:#}", serde_json::to_value(&published)?);
    } else {
        let (origin, index) = (&signed.statement().log, published.index);
        tell!("{}", say!(language, "已公布：{origin} 第 {index} 条。", "Published: entry {index} of {origin}."));
    }
    let sent = attachments::send(&node, &signed.statement().log, published.index, &attached, &args.statement, language).await;
    if let Some(receipt) = &published.receipt {
        let path = args.receipt.unwrap_or_else(|| args.statement.with_extension("receipt"));
        std::fs::write(&path, receipt).with_context(|| path.display().to_string())?;
        let receipt = path.display();
        if !args.json {
            tell!(
                "{}",
                say!(
                    language,
                    "回执：{receipt}　核对：luodi verify {receipt} --federation <联邦文件>",
                    "Receipt: {receipt}. Check it: luodi verify {receipt} --federation <federation file>"
                )
            );
        }
    }
    // Last, so that the receipt is kept whatever became of the files.
    sent?;
    Ok(Outcome::Done)
}

fn refused(refusal: &str, language: Language) -> Outcome {
    caution!("{}", say!(language, "节点不接受：{refusal}", "the node refuses it: {refusal}"));
    Outcome::Refused
}

/// Sends a statement, asking a busy node again for a while; the inner error is the node's refusal.
pub(crate) async fn deliver(
    node: &Node,
    signed: &SignedStatement,
    body: Option<&str>,
    language: Language,
) -> anyhow::Result<Result<Box<Published>, String>> {
    let waiting = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
    for _ in 0..TRIES {
        match node.publish(signed, body).await? {
            Answer::Taken(published) => {
                waiting.finish_and_clear();
                return Ok(Ok(published));
            }
            Answer::Refused(fault) => {
                waiting.finish_and_clear();
                return Ok(Err(fault.told(language)));
            }
            Answer::Spent(wait, fault) => {
                waiting.finish_and_clear();
                return Err(Spent::new(wait, &fault, language).into());
            }
            Answer::Busy(wait, fault) => {
                waiting.enable_steady_tick(Duration::from_millis(120));
                waiting.set_message(say!(language, "节点稍后再收：{fault}", "the node asks to wait: {fault}"));
                tokio::time::sleep(wait.clamp(Duration::from_millis(200), Duration::from_secs(5))).await;
            }
        }
    }
    waiting.finish_and_clear();
    Err(busy(node, language))
}

/// A node that asked to wait until patience was at its end.
pub(crate) fn busy(node: &Node, language: Language) -> anyhow::Error {
    let base = node.base();
    anyhow::anyhow!(say!(
        language,
        "{base}：一直忙；稍后再公布一次，不会重复",
        "{base}: busy all along; publish again later, nothing is doubled"
    ))
}

/// Asks for a yes on the terminal; without one the answer is no.
pub(crate) fn confirmed(question: &str, language: Language) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!(say!(language, "这里没有终端可问；确认无误就加 --yes", "no terminal to ask at; add --yes if you mean it"));
    }
    print!("{question}");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
