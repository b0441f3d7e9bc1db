//! Asking a person for a passphrase.

use std::path::Path;

use anyhow::{Context as _, bail};
use console::Term;
use luodi_node::keys::{PASSPHRASE_VARIABLE, Passphrase};

use crate::language::{Language, say};

/// The passphrase from `file`, the credential or the environment; else from the person at the terminal, who is told `whose` it is.
pub(crate) fn obtain(file: Option<&Path>, whose: &str, language: Language) -> anyhow::Result<Passphrase> {
    if let Some(passphrase) = Passphrase::unattended(file)? {
        return Ok(passphrase);
    }
    ask(&say!(language, "{whose} 的口令：", "passphrase of {whose}: "), language)
}

/// As [`obtain`], for a key that is being made: a person types it twice.
pub(crate) fn choose(file: Option<&Path>, whose: &str, language: Language) -> anyhow::Result<Passphrase> {
    if let Some(passphrase) = Passphrase::unattended(file)? {
        return Ok(passphrase);
    }
    let first = ask(&say!(language, "为 {whose} 设一个口令：", "choose a passphrase for {whose}: "), language)?;
    let second = ask(&say!(language, "再输入一次：", "once more: "), language)?;
    if first != second {
        bail!(say!(language, "两次输入不一样，没有生成任何文件", "the two differ; nothing was made"));
    }
    Ok(first)
}

fn ask(prompt: &str, language: Language) -> anyhow::Result<Passphrase> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        bail!(say!(
            language,
            "需要口令，但这里没有终端可问：用 --passphrase-file 指定只有本人可读的文件，或设环境变量 {PASSPHRASE_VARIABLE}",
            "a passphrase is needed and no terminal is here to ask: name a file only you may read with --passphrase-file, or set {PASSPHRASE_VARIABLE}"
        ));
    }
    terminal.write_str(prompt).and_then(|()| terminal.flush())?;
    let line = terminal.read_secure_line().with_context(|| say!(language, "读不到口令", "the passphrase could not be read"))?;
    Passphrase::new(line).with_context(|| say!(language, "口令不能为空", "the passphrase must not be empty"))
}
