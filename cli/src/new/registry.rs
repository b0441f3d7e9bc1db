//! What an office above writes for those who join: invitation, charter, appointment; and the next federation file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::builder::PossibleValuesParser;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{Division, Federation, Office, OfficeName, Origin};
use luodi_ledger::policy::{Policy, Warning, Witness};
use luodi_ledger::registry::{Charter, CharterFacts, FormerEnd, Operator, Registry};
use luodi_ledger::time::{Date, Time};
use luodi_node::keys::peer_id;

use super::registered::Registered;
use super::{Args, template};
use crate::invitation::Invitation;
use crate::join::JoinRequest;
use crate::language::{Language, caution, say};
use crate::node_client::Node;

/// What is written from requests rather than from a template.
pub(super) const KINDS: [&str; 5] = ["charter", "appoint", "division", "invitation", "federation"];

/// Why a key ends; a successor ends it by the appointment itself.
const REASONS: [&str; 4] = ["term-ended", "lost", "stolen", "error"];

/// Arguments for what is registered.
#[derive(Debug, clap::Args)]
pub(super) struct More {
    /// The key that ends.
    #[arg(
        long,
        value_name = "VKEY",
        help = "要停用的公钥，整行或8位短号（revoke；连同 --node 查明各账本应保留到第几条） ¦ The key that ends, the whole line or its 8 digits (revoke; with --node it finds how much of each log stays valid)"
    )]
    pub(super) key: Option<String>,
    /// Why it ends.
    #[arg(
        long,
        value_name = "CODE",
        default_value = "term-ended",
        value_parser = PossibleValuesParser::new(REASONS),
        hide_possible_values = true,
        help = "停用原因：term-ended 届满、lost 遗失、stolen 被盗、error 登记有误（revoke） ¦ Why the key ends: term-ended, lost, stolen, error (revoke)"
    )]
    pub(super) reason: String,
    /// Keep only what was logged before.
    #[arg(
        long,
        value_name = "TIME",
        help = "只保留这一刻之前入账的，如 2026-11-22T00:00:00Z（密钥被盗时） ¦ Keep only what was logged before this instant, such as 2026-11-22T00:00:00Z (of a stolen key)"
    )]
    pub(super) before: Option<Time>,
    /// End the office's present keys.
    #[arg(
        long,
        help = "换届：同时停用该组织现有的密钥（appoint，须给 --node） ¦ A new term: end the office's present keys as well (appoint, needs --node)"
    )]
    pub(super) succeeds: bool,
    /// How long old and new speak side by side.
    #[arg(
        long,
        value_name = "DATE",
        requires = "succeeds",
        help = "与 --succeeds 连用：旧密钥与新密钥并用到哪天（含），最多到任期起后第 90 天；不写则旧密钥当即停用（appoint） ¦ With --succeeds: the last day on which the old keys speak beside the new, at most 90 days after the term begins; left out, they end at once (appoint)"
    )]
    pub(super) both_until: Option<Date>,
    /// End a rotation.
    #[arg(long, help = "结束更换：只登记最新的记账密钥（charter） ¦ End a rotation: charter the newest key of the log alone (charter)")]
    last_key_only: bool,
    /// Which generation is invited.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        help = "邀请写第几代账本（invitation；机器和密钥全部遗失时用） ¦ Which generation of the log is invited (invitation; for a machine that lost everything)"
    )]
    generation: u32,
    /// Where the former generation ends.
    #[arg(
        long,
        value_name = "SIZE",
        help = "上一代账本保留到第几条；默认由 --node 查明（charter） ¦ How much of the former generation stays; by default found out with --node (charter)"
    )]
    former_size: Option<u64>,
    /// A request of the root's own machine.
    #[arg(
        long,
        value_name = "FILE",
        help = "根节点自己的更换申请或下一代申请（federation） ¦ The root's own request, of a rotation or of its next generation (federation)"
    )]
    request: Option<PathBuf>,
    /// The division above.
    #[arg(
        long,
        value_name = "DIVISION",
        help = "归哪个区划，若非代码所示（division） ¦ The division above, if not the one the code tells (division)"
    )]
    pub(super) parent: Option<Division>,
}

/// A charter from a join request.
pub(super) async fn charter(args: &Args, language: Language) -> anyhow::Result<String> {
    let mut request = JoinRequest::parse(&read(from(args, language)?, language)?)?;
    if args.registered.last_key_only {
        request.logs.drain(..request.logs.len() - 1);
    }
    let (federation, division) = (request.origin.federation.clone(), request.origin.division);
    let known = registered(args, division, language).await?;
    let present = known.as_ref().and_then(Registered::registry).and_then(|registry| registry.charter(&request.origin)).cloned();
    // The next generation goes on as the former did.
    let former_log = Origin { generation: request.origin.generation.saturating_sub(1), ..request.origin.clone() };
    let like = present.clone().or_else(|| known.as_ref()?.registry()?.charter(&former_log).cloned());
    let (witnesses, operators) = match &like {
        // The witnesses stay, unless others are named.
        Some(charter) if args.witnesses.is_empty() => (charter.policy.witnesses().to_vec(), charter.facts.witnesses.clone()),
        _ => witnesses(&args.witnesses, &federation, division, language)?,
    };
    let policy = Policy::of_two_thirds_of(&request.logs, &witnesses)?;
    warn(&policy, &operators, language);
    ensure!(
        present.is_some() || (request.logs.len() == 1 && !args.registered.last_key_only),
        say!(
            language,
            "这是更换密钥的申请，要接着现有的登记编号：请给 --federation 和 --node",
            "this is a request of rotation, numbered after the present charter: give --federation and --node"
        )
    );
    let number = present.as_ref().map_or(1, |charter| charter.facts.number + 1);
    // The heads that are signed stay what they are; the next one is judged by this charter.
    let from = match (&present, &known) {
        (Some(_), Some(known)) => known.size(&request.origin).unwrap_or(0) + 1,
        _ => 0,
    };
    let former = former(args, &request.origin, present.as_ref(), known.as_ref(), language).await?;
    if request.addresses.is_empty()
        && let Some(charter) = &like
    {
        request.addresses.clone_from(&charter.facts.addresses);
    }

    let (log, by) = registrar(args, &federation, division, known.as_ref(), language)?;
    let mut text = template::head("charter", &log, &[by], None, language);
    let JoinRequest { origin, logs, node, witness, peer, .. } = &request;
    let keys = toml::Value::from(logs.iter().map(ToString::to_string).collect::<Vec<_>>());
    let addresses = toml::Value::from(request.addresses.clone());
    let addresses = if request.addresses.is_empty() { "# addresses = []".to_owned() } else { format!("addresses = {addresses}") };
    let peer = peer_id(peer.public_bytes());
    text += &say!(
        language,
        "[facts]\n# 机器密钥，出自加入申请，已逐一验过；不要手改。\n",
        "[facts]\n# Machine keys from the join request, each proven held; do not edit.\n"
    );
    text += &format!("origin = \"{origin}\"\nkeys = {keys}\nnode = \"{node}\"\nwitness = \"{witness}\"\npeer = \"{peer}\"\n");
    text += &say!(
        language,
        "\n# 第几份登记；第一份为 1。从账本的第几条起适用。\nnumber = {number}\nfrom = {from}\n\n# 其他节点从哪里连到它。\n{addresses}\n\n# 谁来旁证、几家算数；这段文字原样公布。\npolicy = '''\n{policy}'''\n",
        "\n# 1 for the first charter of the log; and the log size from which it holds.\nnumber = {number}\nfrom = {from}\n\n# Where peers reach it.\n{addresses}\n\n# Who witnesses and how many must; served as it stands.\npolicy = '''\n{policy}'''\n"
    );
    if let Some(FormerEnd { root, size }) = former {
        text += &say!(
            language,
            "\n# 上一代账本止于这里：此后的条目作废。\n[facts.former]\nsize = {size}\nroot = \"{root}\"\n",
            "\n# Where the former generation ends: its entries beyond count nowhere.\n[facts.former]\nsize = {size}\nroot = \"{root}\"\n"
        );
    }
    for Operator { name, operator } in &operators {
        text += &format!("[[facts.witnesses]]\nname = \"{name}\"\noperator = \"{operator}\"\n");
    }
    Ok(text)
}

/// Where the generation before `origin` ends: as its present charter says, or as the nodes tell.
async fn former(
    args: &Args,
    origin: &Origin,
    present: Option<&Charter>,
    known: Option<&Registered>,
    language: Language,
) -> anyhow::Result<Option<FormerEnd>> {
    if origin.generation == 1 {
        return Ok(None);
    }
    if let (Some(charter), None) = (present, args.registered.former_size) {
        return Ok(charter.facts.former.clone());
    }
    let known = known.with_context(|| {
        say!(
            language,
            "第 {} 代账本须写明上一代止于何处：请给 --federation 和存有上一代的节点 --node，可给多个",
            "a charter of generation {} names where the former ends: give --federation and, with --node, one or more nodes that hold the former",
            origin.generation
        )
    })?;
    let before = Origin { generation: origin.generation - 1, ..origin.clone() };
    known.end(&before, args.registered.former_size).await.map(Some)
}

/// What the nodes named tell, judged here: of a division and all above it, or of all that registers anything.
pub(super) async fn registered(
    args: &Args,
    division: impl Into<Option<Division>>,
    language: Language,
) -> anyhow::Result<Option<Registered>> {
    let Some(first) = args.nodes.first() else { return Ok(None) };
    let federation = if let Some(path) = &args.federation {
        read_federation(path, language)?
    } else {
        let federation = Node::new(first, language)?.federation().await?;
        let fingerprint = federation.fingerprint();
        caution!(
            "{}",
            say!(
                language,
                "依据节点给出的联邦文件，指纹 {fingerprint}：请与公布的比对，或用 --federation 给出自己的那一份",
                "by the federation file that the node gives, fingerprint {fingerprint}: compare it with the published one, or give your own with --federation"
            )
        );
        federation
    };
    Registered::read(&args.nodes, &federation, division.into(), language).await.map(Some)
}

/// An invitation for a division below.
pub(super) fn invitation(args: &Args, language: Language) -> anyhow::Result<String> {
    let path = args.federation.as_deref().with_context(|| say!(language, "请给 --federation", "give --federation"))?;
    let federation = read_federation(path, language)?;
    let division = args.division.with_context(|| say!(language, "请用 --division 写明邀请谁", "say whom you invite with --division"))?;
    ensure!(
        Registry::new(federation.clone()).is_within(division, federation.root) && division != federation.root,
        say!(language, "{division} 不在联邦的根之下", "{division} does not lie below the federation's root")
    );
    Ok(Invitation::write(&federation, division, args.registered.generation, &[], language))
}

/// The federation file with other witnesses of the root's log, or with a further charter of it.
pub(super) async fn federation(args: &Args, language: Language) -> anyhow::Result<String> {
    let mut federation = read_federation(from(args, language)?, language)?;
    let (witnesses, operators) = match &args.registered.request {
        // A rotation keeps the witnesses, unless others are named.
        Some(_) if args.witnesses.is_empty() => {
            let policy: Policy = federation.charter.policy.parse()?;
            (policy.witnesses().to_vec(), federation.charter.witnesses.clone())
        }
        _ => witnesses(&args.witnesses, &federation.name, federation.root, language)?,
    };
    if let Some(path) = &args.registered.request {
        let next = next_charter(args, &federation, path, language).await?;
        federation.earlier.push(std::mem::replace(&mut federation.charter, next));
    }
    let policy = Policy::of_two_thirds_of(&federation.charter.keys, &witnesses)?;
    warn(&policy, &operators, language);
    federation.charter.policy = policy.to_string();
    federation.charter.witnesses = operators;
    federation.charter.check(&federation.name, federation.root)?;
    Ok(federation.to_string())
}

/// The root's charter after the present one, from a request of its own machine.
async fn next_charter(args: &Args, federation: &FederationFile, path: &Path, language: Language) -> anyhow::Result<CharterFacts> {
    let mut request = JoinRequest::parse(&read(path, language)?)?;
    if args.registered.last_key_only {
        request.logs.drain(..request.logs.len() - 1);
    }
    let present = &federation.charter;
    let (own, asked) = (&present.origin, &request.origin);
    let (file, next) = (path.display(), Origin { generation: own.generation + 1, ..own.clone() });
    ensure!(
        asked == own || *asked == next,
        say!(language, "{file}：不是 {own} 或其下一代的申请", "{file}: no request of {own} or of its next generation")
    );
    let known = registered(args, federation.root, language).await?;
    let rotates = asked == own;
    let former = if rotates { present.former.clone() } else { former(args, asked, None, known.as_ref(), language).await? };
    let from = if rotates {
        let size = known.as_ref().and_then(|known| known.size(own));
        size.with_context(|| {
            say!(
                language,
                "更换根的记账密钥须给 --federation 和 --node，以便查明账本现有多少条",
                "a rotation of the root's key needs --federation and --node, to find how long its log is"
            )
        })? + 1
    } else {
        0
    };
    Ok(CharterFacts {
        addresses: if request.addresses.is_empty() { present.addresses.clone() } else { request.addresses },
        former,
        from,
        keys: request.logs,
        node: request.node,
        number: if rotates { present.number + 1 } else { 1 },
        origin: request.origin,
        peer: peer_id(request.peer.public_bytes()),
        witness: Some(request.witness),
        ..present.clone()
    })
}

pub(crate) fn read_federation(path: &Path, language: Language) -> anyhow::Result<FederationFile> {
    let file = path.display();
    let text = String::from_utf8(read(path, language)?).with_context(|| file.to_string())?;
    text.parse().with_context(|| say!(language, "{file}：不是联邦文件", "{file}: not a federation file"))
}

pub(super) fn from(args: &Args, language: Language) -> anyhow::Result<&Path> {
    args.from.first().map(PathBuf::as_path).with_context(|| say!(language, "请用 --from 给出申请文件", "name the request with --from"))
}

pub(super) fn read(path: &Path, language: Language) -> anyhow::Result<Vec<u8>> {
    let file = path.display();
    std::fs::read(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))
}

/// The log a registration goes into and the office that signs it: the government of the division above, unless said otherwise.
pub(super) fn registrar(
    args: &Args,
    federation: &Federation,
    division: Division,
    known: Option<&Registered>,
    language: Language,
) -> anyhow::Result<(Origin, OfficeName)> {
    let registry = known.and_then(Registered::registry);
    let parent = registry.map_or_else(|| division.parent(), |registry| registry.parent(division));
    let log = match (&args.log, parent) {
        (Some(log), _) => log.clone(),
        (None, Some(parent)) => {
            let first = Origin { federation: federation.clone(), division: parent, generation: 1 };
            registry.and_then(|registry| registry.home_log(parent)).cloned().unwrap_or(first)
        }
        (None, None) => anyhow::bail!(say!(
            language,
            "{division} 没有上级；用 --log 写明登记在哪本账",
            "nothing lies above {division}; name the log with --log"
        )),
    };
    let office: Office = match args.by.first() {
        Some(office) => office.clone(),
        None => Office::GOVERNMENT.parse()?,
    };
    let by = OfficeName { federation: federation.clone(), division: log.division, office };
    Ok((log, by))
}

/// The witnesses of a policy from their join requests.
fn witnesses(
    requests: &[PathBuf],
    federation: &Federation,
    own: Division,
    language: Language,
) -> anyhow::Result<(Vec<Witness>, Vec<Operator>)> {
    let (mut witnesses, mut operators) = (Vec::new(), Vec::new());
    for path in requests {
        let request = JoinRequest::parse(&read(path, language)?)?;
        let (file, division) = (path.display(), request.origin.division);
        ensure!(
            &request.origin.federation == federation && division != own,
            say!(
                language,
                "{file}：不能给自己的账做旁证，也不能来自别的联邦",
                "{file}: no log is witnessed by its own operator, or from another federation"
            )
        );
        let name = format!("w{division}");
        witnesses.push(Witness { name: name.clone(), key: request.witness, url: None });
        operators.push(Operator { name, operator: division.to_string() });
    }
    Ok((witnesses, operators))
}

/// Says what an officer should know before signing this policy.
fn warn(policy: &Policy, operators: &[Operator], language: Language) {
    let operator = |witness: &Witness| operators.iter().find(|each| each.name == witness.name).map_or("", |each| each.operator.as_str());
    for warning in policy.warnings(operator) {
        let words = match warning {
            Warning::NobodyChecks => say!(language, "没有旁证：别人都没有核对过这本账", "no witness: nobody else checks this log"),
            Warning::SatisfiesAlone(who) => say!(language, "{who} 一家就凑够旁证", "{who} alone satisfies the quorum"),
            Warning::BlocksAlone(who) => say!(language, "{who} 一家停机，旁证就凑不够", "without {who} the quorum cannot be met"),
        };
        caution!("{}", say!(language, "注意：{words}", "note: {words}"));
    }
}
