//! `luodi status`: how a node is, in words.
//!
//! Exit 0 when it takes statements in, 1 when it does not, 2 when it cannot be reached.

use luodi_ledger::names::{Division, Origin};
use luodi_ledger::time::Date;
use serde::Deserialize;

use crate::Outcome;
use crate::language::{Language, say, tell};
use crate::node_client::{LogState, Node};

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

/// What a node says of itself; fields of later versions are passed over.
#[derive(Debug, Deserialize)]
struct Status {
    origin: Origin,
    state: String,
    why: Option<String>,
    fingerprint: String,
    time: String,
    clock_off: Option<i64>,
    #[serde(default)]
    restored: bool,
    story: bool,
    #[serde(default)]
    rotations: Vec<Rotating>,
    logs: Vec<LogState>,
    peers: Vec<Peer>,
    evidence: usize,
    free: u64,
    floor: u64,
}

#[derive(Debug, Deserialize)]
struct Rotating {
    origin: Origin,
    until: Option<Date>,
    #[serde(default)]
    days_over: i64,
}

#[derive(Debug, Deserialize)]
struct Peer {
    peer: String,
    division: Option<Division>,
    #[serde(default)]
    clock_offset: i64,
}

/// A peer's clock this many seconds off is worth a word: at ten minutes nodes stop sealing.
const CLOCK_WORTH_A_WORD: i64 = 60;

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let node = Node::new(&args.node, language)?;
    let text = node.text("/status").await?;
    let status: Status = serde_json::from_str(&text)?;
    if args.json {
        tell!("{text}");
    } else {
        tell!("{}", words(&status, language));
    }
    Ok(if status.state == "open" { Outcome::Done } else { Outcome::Refused })
}

fn words(status: &Status, language: Language) -> String {
    let Status { origin, fingerprint, time, .. } = status;
    let state = match (status.state.as_str(), &status.why) {
        ("open", _) => say!(language, "在运行，接收新内容。", "It runs and takes statements in."),
        ("confirming", _) => say!(
            language,
            "在运行，还不接收新内容：正在向保存副本的节点确认自己没有落后，或还在等上级登记。",
            "It runs and takes nothing in yet: it is asking those who hold copies whether it is behind, or waits for its charter."
        ),
        ("clock-off", _) => {
            let seconds = status.clock_off.unwrap_or_default();
            say!(
                language,
                "在运行，但时钟与其他节点相差 {seconds} 秒：校准前不记账，也不给别人旁证。",
                "It runs, but its clock is {seconds} s off its peers': it seals and cosigns nothing until the clock is set right."
            )
        }
        (_, why) => {
            let why = why.as_deref().unwrap_or_default();
            say!(language, "在运行，但已停止记账：{why}", "It runs, but seals nothing: {why}")
        }
    };
    let mut out = say!(
        language,
        "{state}\n账本　{origin}\n指纹　{fingerprint}\n时间　{time}",
        "{state}\nlog          {origin}\nfingerprint  {fingerprint}\ntime         {time}"
    );
    if status.restored {
        out += language.pick(
            "\n刚从备份恢复：赶上自己和各级上级的账本之前，不提供文字内容；旁证密钥待上级登记",
            "\nrestored from a backup: it serves no bodies until it has caught up; its new witness key waits to be chartered",
        );
    }
    if status.story {
        out += language.pick("（示例）", " (sample)");
    }
    out += "\n";
    for LogState { origin, size, witnessed } in &status.logs {
        let (division, generation, witnessed) = (origin.division, origin.generation, witnessed.unwrap_or(0));
        out += &say!(
            language,
            "  {division}/{generation}：{size} 条，其中 {witnessed} 条已达旁证\n",
            "  {division}/{generation}: {size} entries, {witnessed} of them witnessed\n"
        );
    }
    for rotation in &status.rotations {
        out += &rotating(rotation, language);
    }
    let n = status.peers.len();
    out += &say!(language, "连着 {n} 个节点\n", "connected to {n} peers\n");
    for Peer { peer, division, clock_offset } in &status.peers {
        let who = division.map_or_else(|| peer.clone(), |division| division.to_string());
        let clock = if clock_offset.abs() < CLOCK_WORTH_A_WORD {
            String::new()
        } else {
            say!(language, "，时钟相差 {clock_offset} 秒", ", its clock is {clock_offset} s off ours")
        };
        out += &format!("  {who}{clock}\n");
    }
    if status.evidence > 0 {
        let n = status.evidence;
        out += &say!(
            language,
            "注意：保存着 {n} 份账本不一致的证据，见网页“节点互验”。\n",
            "NOTE: {n} pieces of evidence of logs that contradict themselves are kept; see the page on copies.\n"
        );
    }
    let (free, floor) = (status.free >> 20, status.floor >> 20);
    out += &say!(language, "磁盘剩余 {free} MiB，低于 {floor} MiB 时停止写入", "{free} MiB free; below {floor} MiB nothing is written");
    out
}

fn rotating(Rotating { origin, until, days_over }: &Rotating, language: Language) -> String {
    match (until, days_over) {
        (Some(until), 0) => say!(
            language,
            "  {origin} 正在更换记账密钥，新旧并签到 {until}\n",
            "  the key of {origin} is being rotated: both sign until {until}\n"
        ),
        (Some(until), over) => say!(
            language,
            "注意：{origin} 更换记账密钥已过期 {over} 天，{until} 就应登记只用新密钥（luodi new charter --last-key-only）\n",
            "NOTE: the rotation of {origin}'s key is {over} days over its time: by {until} a charter should have named the new key alone (luodi new charter --last-key-only)\n"
        ),
        (None, _) => say!(
            language,
            "  {origin} 正在更换记账密钥，新旧并签；90 天内应换用只写新密钥的联邦文件\n",
            "  the key of {origin} is being rotated and both sign; within 90 days a federation file should name the new key alone\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_in_words() {
        let text = r#"{"origin":"a.example/log/990101001001/1","state":"confirming","fingerprint":"1234","time":"2026-11-22T07:58:11Z",
            "story":true,"logs":[{"origin":"a.example/log/990101001001/1","size":3,"witnessed":null}],
            "peers":[{"peer":"12D3","division":null,"clock_offset":-75}],"evidence":1,"free":1073741824,"floor":67108864,"later":1}"#;
        let status: Status = serde_json::from_str(text).unwrap();
        let english = words(&status, Language::English);
        assert!(english.contains("takes nothing in yet") && english.contains("-75 s") && english.contains("1024 MiB"), "{english}");
        assert!(words(&status, Language::Chinese).contains("3 条"));
        let rotating = r#","rotations":[{"origin":"a.example/log/990101001001/1","since":"2026-01-01T00:00:00Z","until":"2026-04-01","days_over":DAYS}],"later":1"#;
        let over = |days: &str| serde_json::from_str(&text.replace(",\"later\":1", &rotating.replace("DAYS", days))).unwrap();
        assert!(words(&over("0"), Language::English).contains("both sign until 2026-04-01"));
        assert!(words(&over("12"), Language::English).contains("12 days over its time"));
        assert!(words(&over("12"), Language::Chinese).contains("已过期 12 天"));
    }
}
