//! `luodi sign`: from a filled template to a signed statement, off line.
//!
//! Reads the template and the key files, writes the statement and its body beside the template. Nothing is sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::key::SignerKey;
use luodi_ledger::{Malformed, matter, privacy};
use luodi_node::keys;

use crate::arguments::Opening;
use crate::attachments;
use crate::draft::{Draft, Ready};
use crate::language::{Language, say, tell};
use crate::preview::preview;
use crate::{Outcome, clock, passphrase, personal, refusals};

/// Arguments of `luodi sign`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The filled template.
    #[arg(value_name = "TEMPLATE", help = "填好的文件（.toml） ¦ The filled template (.toml)")]
    template: PathBuf,
    /// The key files of the offices that sign.
    #[arg(
        long = "key",
        value_name = "FILE",
        required = true,
        help = "签署方的密钥文件，每方一个 ¦ Key file of an office that signs; one for each"
    )]
    keys: Vec<PathBuf>,
    #[command(flatten)]
    opening: Opening,
    /// Where the signed statement goes.
    #[arg(
        long,
        short,
        value_name = "FILE",
        help = "签好的文件写到哪里；默认与原文件同名、后缀 .statement ¦ Where the signed statement goes; by default beside the template, ending in .statement"
    )]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, language: Language) -> anyhow::Result<Outcome> {
    let draft = Draft::read(&args.template, language)?;
    let beside = args.template.parent().unwrap_or(Path::new(""));
    let Ready { statement, body, attachments } = draft.ready(clock::now(), clock::nonce()?, beside, language)?;
    matter::check::check(&statement, body.as_deref()).map_err(|fault| {
        let (file, fault) = (args.template.display(), refusals::told(&in_template(fault), language));
        anyhow::anyhow!(say!(language, "{file}：{fault}", "{file}: {fault}"))
    })?;
    if let Err(stopped) = privacy::check(&statement, body.as_deref()) {
        let (file, why) = (args.template.display(), personal::told(&stopped, language));
        bail!(say!(language, "{file}：{why}", "{file}: {why}"));
    }
    let keys = args.keys.iter().map(|path| args.opening.open(path, language)).collect::<anyhow::Result<Vec<_>>>()?;
    tell!("{}", preview(&statement, body.as_deref(), language));

    let path = args.output.clone().unwrap_or_else(|| args.template.with_extension("statement"));
    let signed = statement.sign(&keys).map_err(|fault| {
        let (file, fault) = (args.template.display(), refusals::told(&fault, language));
        anyhow::anyhow!(say!(
            language,
            "{file}：签署方与所给密钥不符（{fault}）；为每个签署方各给一个 --key",
            "{file}: the signers and the keys given do not match ({fault}); give one --key for each signer"
        ))
    })?;
    write_new(&path, &signed.to_bytes(), language)?;
    let shown = path.display();
    tell!("{}", say!(language, "已签署：{shown}", "signed: {shown}"));
    if let Some(body) = body {
        let path = body_beside(&path);
        write_new(&path, &body, language)?;
        let shown = path.display();
        tell!("{}", say!(language, "文字内容：{shown}", "its words: {shown}"));
    }
    attachments::keep(&attachments, &path, language)?;
    tell!("{}", say!(language, "下一步：luodi publish {shown} --node <节点网址>", "next: luodi publish {shown} --node <URL of a node>"));
    Ok(Outcome::Done)
}

/// A fault with the path its field has in a template, where facts stand in a section of their own.
fn in_template(fault: Malformed) -> Malformed {
    let outside = ["matter", "kind", "log", "by", "time", "body", "facts"];
    let first = fault.field.split('.').next().unwrap_or_default();
    if outside.contains(&first) { fault } else { Malformed::new(format!("facts.{}", fault.field), fault.why) }
}

/// Opens a key file, asking for its passphrase if need be.
pub(crate) fn open_key(path: &Path, passphrase_file: Option<&Path>, language: Language) -> anyhow::Result<SignerKey> {
    let passphrase = passphrase::obtain(passphrase_file, &path.display().to_string(), language)?;
    Ok(keys::load(path, &passphrase)?)
}

/// Where the body of the statement at `path` stands.
pub(crate) fn body_beside(path: &Path) -> PathBuf {
    path.with_extension("body.json")
}

/// Writes a file that was not there: a statement signed twice is two statements.
pub(crate) fn write_new(path: &Path, bytes: &[u8], language: Language) -> anyhow::Result<()> {
    let file = path.display();
    let mut out = OpenOptions::new().write(true).create_new(true).open(path).with_context(|| {
        say!(
            language,
            "{file}：写不成；文件已在的话，换个名字（--output）",
            "{file}: cannot be written; if it is there already, choose another name (--output)"
        )
    })?;
    out.write_all(bytes).with_context(|| file.to_string())
}
