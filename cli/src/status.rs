//! `luodi status`: how a node is, in words.

use serde_json::Value;

use crate::Outcome;
use crate::language::{Language, say, tell};
use crate::node_client::Node;

/// Arguments of `luodi status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The node.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8601", help = "节点网址 ¦ Address of the node")]
    node: String,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let node = Node::new(&args.node, language)?;
    let status: Value = serde_json::from_str(&node.text("/status").await?)?;
    if args.json {
        tell!("{status:#}");
        return Ok(Outcome::Done);
    }
    let base = node.base();
    tell!("{}", say!(language, "{base} 在运行。", "{base} is running."));
    tell!("{status:#}");
    Ok(Outcome::Done)
}
