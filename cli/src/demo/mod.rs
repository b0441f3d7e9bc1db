//! `luodi demo`: a fictional county on this machine, seven nodes and seven matters, through the real path.

mod cast;
mod story;

use crate::Outcome;
use crate::language::Language;

/// Arguments of `luodi demo`.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) async fn run(_args: Args, _language: Language) -> anyhow::Result<Outcome> {
    anyhow::bail!("demo")
}
