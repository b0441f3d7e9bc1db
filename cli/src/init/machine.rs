//! New log keys for a machine that has keys already: a rotation, and the next generation of its log.

use std::path::Path;

use anyhow::{Context as _, ensure};
use luodi_ledger::names::Origin;
use luodi_node::config::Config;
use luodi_node::keys::{MachineKeys, Passphrase, WorkFactor};
use luodi_node::runtime;

use crate::join::JoinRequest;
use crate::language::{Language, say, tell};
use crate::sign::write_new;
use crate::{Outcome, clock, passphrase};

/// One more key of the log, and the request with which it is chartered beside the present one.
pub(super) fn rotate(folder: &Path, addresses: &[String], language: Language) -> anyhow::Result<Outcome> {
    let (config, passphrase) = open(folder, language)?;
    let mut machine = MachineKeys::load(&config.file.keys, &config.origin, &passphrase)?;
    ensure!(
        machine.later.is_empty(),
        say!(
            language,
            "上一次更换还没有结束：先登记只用新密钥（luodi new charter --last-key-only），再移走旧密钥文件",
            "the last rotation is not over: have the new key chartered alone (luodi new charter --last-key-only), then move the old key's file away"
        )
    );
    let path = machine.rotate(&config.file.keys, &config.origin, &passphrase, WorkFactor::MACHINE)?;
    let request = folder.join("rotation-request.txt");
    write_request(&request, &config.origin, &machine, addresses, language)?;
    let (path, request) = (path.display(), request.display());
    tell!(
        "{}",
        say!(
            language,
            "新的记账密钥：{path}\n\n下一步：把 {request} 交给上级登记（luodi new charter --from {request} --node <上级节点网址>），并重启本节点；\n登记之后新旧密钥并签。90 天后上级再登记只用新密钥（… --last-key-only），然后移走旧密钥文件",
            "The new log key: {path}\n\nNext: hand {request} to the level above, which registers it (luodi new charter --from {request} --node <address of a node above>), and restart this node;\nonce registered, both keys sign. After 90 days the level above registers the new key alone (… --last-key-only); then move the old key's file away"
        )
    );
    Ok(Outcome::Done)
}

/// The next generation of the log, in the node's own store, and the request with which it is chartered.
pub(super) async fn next_generation(folder: &Path, addresses: &[String], language: Language) -> anyhow::Result<Outcome> {
    let (mut config, passphrase) = open(folder, language)?;
    let next = Origin { generation: config.origin.generation + 1, ..config.origin.clone() };
    let machine = MachineKeys::next_generation(&config.file.keys, &next, &passphrase, WorkFactor::MACHINE)?;
    config.origin = next.clone();
    config.file.generation = next.generation;
    runtime::begin_generation(&config, &machine).await?;
    set_generation(&folder.join("node.toml"), next.generation, language)?;
    let request = folder.join(format!("join-request-{}.txt", next.generation));
    write_request(&request, &next, &machine, addresses, language)?;
    let (request, generation) = (request.display(), next.generation);
    tell!(
        "{}",
        say!(
            language,
            "第 {generation} 代账本已备好，node.toml 已改。\n\n下一步：把 {request} 交给上级登记（luodi new charter --from {request} --node <上级节点网址>，旧账止于何处由它查明）；\n登记后运行 luodi run，上一代账本仍会保存和提供",
            "Generation {generation} of the log is ready, and node.toml is changed.\n\nNext: hand {request} to the level above, which registers it (luodi new charter --from {request} --node <address of a node above>; that finds out where the former ends);\nthen luodi run; the former generation is still kept and served"
        )
    );
    Ok(Outcome::Done)
}

/// The configuration in `folder`, and the passphrase of its keys.
fn open(folder: &Path, language: Language) -> anyhow::Result<(Config, Passphrase)> {
    let config = Config::load(&folder.join("node.toml"))?;
    let whose = say!(language, "节点密钥（{}）", "the machine keys ({})", config.file.keys.display());
    let passphrase = passphrase::obtain(config.file.passphrase_file.as_deref(), &whose, language)?;
    Ok((config, passphrase))
}

/// Where peers reach the node is asked again: charters name it, and only the operator knows.
fn write_request(path: &Path, origin: &Origin, machine: &MachineKeys, addresses: &[String], language: Language) -> anyhow::Result<()> {
    let request = JoinRequest::sign(origin, machine, addresses, clock::now())?;
    write_new(path, &request.to_bytes(), language)
}

/// Changes the one line of the configuration that tells the generation; nothing else of what an operator has written.
fn set_generation(path: &Path, generation: u32, language: Language) -> anyhow::Result<()> {
    let file = path.display();
    let text = std::fs::read_to_string(path).with_context(|| file.to_string())?;
    let is_it = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == "generation");
    let line = format!("generation = {generation}");
    let changed: Vec<String> = text.lines().map(|each| if is_it(each) { line.clone() } else { each.to_owned() }).collect();
    let changed = if text.lines().any(is_it) { changed.join("\n") + "\n" } else { format!("{line}\n{text}") };
    std::fs::write(path, changed)
        .with_context(|| say!(language, "{file}：写不了；请自行改为 {line}", "{file}: cannot be written; set {line} in it yourself"))
}
