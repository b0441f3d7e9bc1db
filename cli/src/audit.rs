//! `luodi audit`.

use crate::Outcome;
use crate::language::Language;

/// Arguments of `luodi audit`.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) async fn run(_args: Args, _language: Language) -> anyhow::Result<Outcome> {
    anyhow::bail!("audit")
}
