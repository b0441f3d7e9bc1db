//! `luodi review`.

use crate::Outcome;
use crate::language::Language;

/// Arguments of `luodi review`.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) async fn run(_args: Args, _language: Language) -> anyhow::Result<Outcome> {
    anyhow::bail!("review")
}
