//! `luodi init`.

use crate::Outcome;
use crate::language::Language;

/// Arguments of `luodi init`.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(_args: Args, _language: Language) -> anyhow::Result<Outcome> {
    anyhow::bail!("init")
}
