//! What an office above writes for those who join: invitation, charter, appointment; and the next federation file.

use std::path::Path;

use anyhow::{Context as _, ensure};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{Division, Federation, Office, OfficeName, Origin};
use luodi_ledger::policy::{Policy, Warning, Witness};
use luodi_ledger::registry::Operator;
use luodi_node::keys::peer_id;

use super::{Args, template};
use crate::clock;
use crate::invitation::Invitation;
use crate::join::{JoinRequest, OfficeRequest};
use crate::language::{Language, say};

/// What is written from requests rather than from a template.
pub(super) const KINDS: [&str; 4] = ["charter", "appoint", "invitation", "federation"];

/// A charter from a join request.
pub(super) fn charter(args: &Args, language: Language) -> anyhow::Result<String> {
    let request = JoinRequest::parse(&read(from(args, language)?, language)?)?;
    let (federation, division) = (&request.origin.federation, request.origin.division);
    let (witnesses, operators) = witnesses(&args.witnesses, federation, division, language)?;
    let policy = Policy::of_two_thirds(&request.log, &witnesses)?;
    warn(&policy, &operators, language);

    let (log, by) = registrar(args, federation, division, language)?;
    let mut text = template::head("charter", &log, &[by], None, language);
    let JoinRequest { origin, log, node, witness, peer, .. } = &request;
    let (addresses, peer) = (toml::Value::from(request.addresses.clone()), peer_id(peer.public_bytes()));
    text += &say!(
        language,
        "[facts]\n# 机器密钥，出自加入申请，已逐一验过；不要手改。\n",
        "[facts]\n# Machine keys from the join request, each proven held; do not edit.\n"
    );
    text += &format!("origin = \"{origin}\"\nkeys = [\"{log}\"]\nnode = \"{node}\"\nwitness = \"{witness}\"\npeer = \"{peer}\"\n");
    text += &say!(
        language,
        "\n# 第几份登记；第一份为 1。从账本的第几条起适用。\nnumber = 1\nfrom = 0\n\n# 其他节点从哪里连到它。\naddresses = {addresses}\n\n# 谁来旁证、几家算数；这段文字原样公布。\npolicy = '''\n{policy}'''\n",
        "\n# 1 for the first charter of the log; and the log size from which it holds.\nnumber = 1\nfrom = 0\n\n# Where peers reach it.\naddresses = {addresses}\n\n# Who witnesses and how many must; served as it stands.\npolicy = '''\n{policy}'''\n"
    );
    for Operator { name, operator } in &operators {
        text += &format!("[[facts.witnesses]]\nname = \"{name}\"\noperator = \"{operator}\"\n");
    }
    Ok(text)
}

/// An appointment from an office request.
pub(super) fn appoint(args: &Args, language: Language) -> anyhow::Result<String> {
    let OfficeRequest { office, key, .. } = OfficeRequest::parse(&read(from(args, language)?, language)?)?;
    let (log, by) = registrar(args, &office.federation, office.division, language)?;
    let head = template::head("appoint", &log, &[by], None, language);
    let today = clock::now().civil_date(8);
    let facts = say!(
        language,
        "[facts]\n# 组织依法产生，这里只登记公布由哪个密钥代表它。\noffice = \"{office}\"\nkeys = [\"{key}\"]\nbasis = \"election\" # 依据：election 选举 assembly 推选 assignment 任命\n[facts.term]\nfrom = {today} # 任期起\n# until = {today} # 任期止，没有就不写\n\n[body]\nname = \"\" # 组织全称，网页上显示\nphone = \"\" # 办公电话\naddress = \"\" # 办公地址\n",
        "[facts]\n# The body is set up by law; this only records which key speaks for it.\noffice = \"{office}\"\nkeys = [\"{key}\"]\nbasis = \"election\" # election, assembly, assignment\n[facts.term]\nfrom = {today} # first day of the term\n# until = {today} # last day, if there is one\n\n[body]\nname = \"\" # full name of the body, shown on pages\nphone = \"\" # office phone\naddress = \"\" # office address\n"
    );
    Ok(head + &facts)
}

/// An invitation for a division below.
pub(super) fn invitation(args: &Args, language: Language) -> anyhow::Result<String> {
    let path = args.federation.as_deref().with_context(|| say!(language, "请给 --federation", "give --federation"))?;
    let federation = read_federation(path, language)?;
    let division = args.division.with_context(|| say!(language, "请用 --division 写明邀请谁", "say whom you invite with --division"))?;
    ensure!(
        division.is_within(federation.root) && division != federation.root,
        say!(language, "{division} 不在联邦的根之下", "{division} does not lie below the federation's root")
    );
    Ok(Invitation::write(&federation, division, &[], language))
}

/// The federation file with other witnesses of the root's log.
pub(super) fn federation(args: &Args, language: Language) -> anyhow::Result<String> {
    let mut federation = read_federation(from(args, language)?, language)?;
    let (witnesses, operators) = witnesses(&args.witnesses, &federation.name, federation.root, language)?;
    let log = federation.charter.keys.first().context("keys")?;
    let policy = Policy::of_two_thirds(log, &witnesses)?;
    warn(&policy, &operators, language);
    federation.charter.policy = policy.to_string();
    federation.charter.witnesses = operators;
    federation.charter.check(&federation.name, federation.root)?;
    Ok(federation.to_string())
}

pub(crate) fn read_federation(path: &Path, language: Language) -> anyhow::Result<FederationFile> {
    let file = path.display();
    let text = String::from_utf8(read(path, language)?).with_context(|| file.to_string())?;
    text.parse().with_context(|| say!(language, "{file}：不是联邦文件", "{file}: not a federation file"))
}

fn from(args: &Args, language: Language) -> anyhow::Result<&Path> {
    args.from.as_deref().with_context(|| say!(language, "请用 --from 给出申请文件", "name the request with --from"))
}

fn read(path: &Path, language: Language) -> anyhow::Result<Vec<u8>> {
    let file = path.display();
    std::fs::read(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))
}

/// The log a registration goes into and the office that signs it: the government of the division above, unless said otherwise.
fn registrar(args: &Args, federation: &Federation, division: Division, language: Language) -> anyhow::Result<(Origin, OfficeName)> {
    let log = match (&args.log, division.parent()) {
        (Some(log), _) => log.clone(),
        (None, Some(parent)) => Origin { federation: federation.clone(), division: parent, generation: 1 },
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
    requests: &[std::path::PathBuf],
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
        eprintln!("{}", say!(language, "注意：{words}", "note: {words}"));
    }
}
