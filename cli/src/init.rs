//! `luodi init`: the folder of a node, or the key of an office.
//!
//! Three ways in: `--root` begins a federation, `--invitation` joins one, `--office` makes the key of a body that signs. Each writes new files
//! only and says what to do next. Whoever joins hands a request to the office above, which proves that the keys are held.

mod machine;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::names::{Division, Federation, Office, OfficeName, Origin};
use luodi_ledger::policy::Policy;
use luodi_ledger::registry::CharterFacts;
use luodi_node::config::Config;
use luodi_node::keys::{self, MachineKeys, Passphrase, WorkFactor, make_private_folder, peer_id};
use luodi_node::runtime;

use crate::invitation::Invitation;
use crate::join::{JoinRequest, OfficeRequest};
use crate::language::{Language, say, tell};
use crate::sign::write_new;
use crate::{Outcome, clock, passphrase};

/// Arguments of `luodi init`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["root", "invitation", "office", "rotate", "next_generation"]))]
pub struct Args {
    /// Begin a federation.
    #[arg(
        long,
        value_name = "DIVISION",
        requires = "name",
        help = "建立联邦：最上一级的12位区划代码 ¦ Begin a federation with this division at its root (12 digits)"
    )]
    root: Option<Division>,
    /// Join one.
    #[arg(long, value_name = "FILE", help = "加入联邦：上级给的邀请文件 ¦ Join a federation with the invitation from the level above")]
    invitation: Option<PathBuf>,
    /// Make an office's key.
    #[arg(long, value_name = "OFFICE", requires_all = ["division", "federation"], help = "为组织生成密钥，如 committee、supervisors、party、government ¦ Make the key of an office, such as committee, supervisors, party, government")]
    office: Option<Office>,
    /// Make one more key of this node's log.
    #[arg(
        long,
        help = "更换记账密钥：为 --dir 里的节点再生成一个，登记后新旧并签，90天内由上级登记只用新密钥 ¦ Rotate the log's key: make one more for the node in --dir; once chartered both sign, until within 90 days the level above charters the new one alone"
    )]
    rotate: bool,
    /// Begin the next generation of this node's log.
    #[arg(
        long,
        help = "账本分叉或记账密钥遗失之后：为 --dir 里的节点（须已停止）开始下一代账本 ¦ After a fork or a lost log key: begin the next generation of the log of the node in --dir, which must be stopped"
    )]
    next_generation: bool,
    /// The federation's name.
    #[arg(
        long,
        value_name = "NAME",
        help = "联邦名称，写成不带 https:// 的网址，以后不能改，如 luodi.example/xinxiang（与 --root 连用） ¦ Name of the federation, as an address without https://, never to change, such as luodi.example/xinxiang (with --root)"
    )]
    name: Option<Federation>,
    /// The office's division.
    #[arg(
        long,
        value_name = "DIVISION",
        help = "组织所在的12位区划代码（与 --office 连用） ¦ Division of the office, 12 digits (with --office)"
    )]
    division: Option<Division>,
    /// The federation file.
    #[arg(long, value_name = "FILE", help = "联邦文件（与 --office 连用） ¦ The federation file (with --office)")]
    federation: Option<PathBuf>,
    /// Where the files go.
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = ".",
        help = "节点或密钥的文件夹，没有就新建；只写新文件，从不覆盖 ¦ Folder of the node or the key, made if absent; only new files are written, none is replaced"
    )]
    dir: PathBuf,
    /// Where peers reach the node.
    #[arg(
        long = "address",
        value_name = "MULTIADDR",
        help = "其他节点从哪里连到本节点，如 /ip4/192.0.2.7/udp/9601/quic-v1；可给多个 ¦ Where peers reach the node, such as /ip4/192.0.2.7/udp/9601/quic-v1; may be given again"
    )]
    addresses: Vec<String>,
    /// Where HTTP is served.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8601",
        help = "本节点的网址（IP:端口），供签署人员、网页和审计访问；默认只有本机连得上，对外请用 0.0.0.0:8601 或放在反向代理之后 ¦ Address and port of the node's HTTP, for offices, pages and auditors; by default only this machine reaches it: use 0.0.0.0:8601, or a reverse proxy, for others"
    )]
    http: SocketAddr,
    /// A file with the passphrase.
    #[arg(
        long,
        value_name = "FILE",
        help = "存有口令、只有本人可读的文件；本次生成的密钥都用它加密。不给则询问组织密钥的口令 ¦ File with the passphrase, readable by you alone, for all keys that are made now; without it, those of offices are asked for"
    )]
    passphrase_file: Option<PathBuf>,
    /// Ask for the passphrase of the machine keys.
    #[arg(
        long,
        help = "节点密钥也用自己设的口令，每次启动时输入；不给则随机生成并存入 passphrase 文件 ¦ Choose the passphrase of the machine keys and type it at every start; otherwise a random one is kept in the file passphrase"
    )]
    ask: bool,
}

pub(crate) async fn run(args: &Args, language: Language) -> anyhow::Result<Outcome> {
    make_private_folder(&args.dir)?;
    match (args.root, &args.invitation, &args.office) {
        (Some(root), ..) => begin(args, root, language).await,
        (_, Some(invitation), _) => join(args, invitation, language).await,
        (_, _, Some(office)) => office_key(args, office, language),
        _ if args.rotate => machine::rotate(&args.dir, &args.addresses, language),
        _ if args.next_generation => machine::next_generation(&args.dir, &args.addresses, language).await,
        _ => bail!("--root | --invitation | --office"),
    }
}

async fn begin(args: &Args, root: Division, language: Language) -> anyhow::Result<Outcome> {
    let name = args.name.clone().context("--name")?;
    let origin = Origin { federation: name.clone(), division: root, generation: 1 };
    // Everything is asked before anything is made, so that two passphrases that differ leave nothing behind.
    let mut offices = Vec::new();
    for office in [Office::GOVERNMENT, Office::CIVIL_AFFAIRS] {
        let office = OfficeName { federation: name.clone(), division: root, office: office.parse()? };
        let passphrase = passphrase::choose(args.passphrase_file.as_deref(), &office.to_string(), language)?;
        offices.push((office, passphrase));
    }
    let (machine, passphrase_file) = machine_keys(args, &origin, language)?;
    let mut office_keys = Vec::new();
    for (office, passphrase) in &offices {
        office_keys.push(make_office_key(args, office, passphrase, language)?);
    }
    office_keys.sort();
    let federation = FederationFile {
        name,
        offset: 8,
        root,
        keys: office_keys,
        earlier: vec![],
        charter: charter_of(&origin, &machine, &args.addresses)?,
    };
    let path = args.dir.join("federation.txt");
    write_new(&path, federation.to_string().as_bytes(), language)?;
    write_node_file(args, (root, 1), passphrase_file.as_deref(), &[], language)?;
    begin_log(args, &machine).await?;
    let (folder, fingerprint) = (args.dir.display(), federation.fingerprint());
    tell!(
        "{}",
        say!(
            language,
            "联邦已建立。联邦文件：{folder}/federation.txt\n指纹（印在公示纸上，供人比对）：{fingerprint}\n\n下一步：\n  luodi run --config {folder}/node.toml\n  luodi new invitation --federation {folder}/federation.txt --division <下级代码> --output 邀请.toml",
            "The federation is founded. Its file: {folder}/federation.txt\nFingerprint, to print on paper for people to compare: {fingerprint}\n\nNext:\n  luodi run --config {folder}/node.toml\n  luodi new invitation --federation {folder}/federation.txt --division <code below> --output invitation.toml"
        )
    );
    Ok(Outcome::Done)
}

async fn join(args: &Args, invitation: &Path, language: Language) -> anyhow::Result<Outcome> {
    let invitation = Invitation::read(invitation, language)?;
    let origin =
        Origin { federation: invitation.federation.name.clone(), division: invitation.division, generation: invitation.generation };
    let (machine, passphrase_file) = machine_keys(args, &origin, language)?;
    write_new(&args.dir.join("federation.txt"), invitation.federation.to_string().as_bytes(), language)?;
    let log = (invitation.division, invitation.generation);
    write_node_file(args, log, passphrase_file.as_deref(), &invitation.peers, language)?;
    begin_log(args, &machine).await?;
    let request = JoinRequest::sign(&origin, &machine, &args.addresses, clock::now())?;
    write_new(&args.dir.join("join-request.txt"), &request.to_bytes(), language)?;
    let (folder, fingerprint) = (args.dir.display(), invitation.federation.fingerprint());
    tell!(
        "{}",
        say!(
            language,
            "密钥和配置已生成。请比对联邦指纹与县里公布的一致：{fingerprint}\n\n下一步：把 {folder}/join-request.txt 交给上级，由上级登记（luodi new charter --from …）；\n运行：luodi run --config {folder}/node.toml（登记之前只跟读上级的账本，登记一到就开始记账）",
            "Keys and configuration are made. Compare the federation's fingerprint with the one the county published: {fingerprint}\n\nNext: hand {folder}/join-request.txt to the level above, which registers it (luodi new charter --from …);\nrun it with luodi run --config {folder}/node.toml (until it is registered it only reads the logs above, then it begins to write)"
        )
    );
    Ok(Outcome::Done)
}

fn office_key(args: &Args, office: &Office, language: Language) -> anyhow::Result<Outcome> {
    let path = args.federation.as_deref().context("--federation")?;
    let file = path.display();
    let federation: FederationFile = std::fs::read_to_string(path)
        .with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))?
        .parse()
        .with_context(|| say!(language, "{file}：不是联邦文件", "{file}: not a federation file"))?;
    let division = args.division.context("--division")?;
    let office = OfficeName { federation: federation.name, division, office: office.clone() };
    let passphrase = passphrase::choose(args.passphrase_file.as_deref(), &office.to_string(), language)?;
    make_office_key(args, &office, &passphrase, language)?;
    let (folder, word) = (args.dir.display(), &office.office);
    tell!(
        "{}",
        say!(
            language,
            "密钥：{folder}/{word}.age（请另存一份离线备份）\n\n下一步：把 {folder}/{word}.request 交给上级登记（luodi new appoint --from …）",
            "Key: {folder}/{word}.age (keep a copy off line)\n\nNext: hand {folder}/{word}.request to the level above, which registers it (luodi new appoint --from …)"
        )
    );
    Ok(Outcome::Done)
}

/// Makes the machine keys under a random passphrase kept beside them, or one that a person gives.
fn machine_keys(args: &Args, origin: &Origin, language: Language) -> anyhow::Result<(MachineKeys, Option<PathBuf>)> {
    let folder = args.dir.join("keys");
    let machine = MachineKeys::generate(origin)?;
    if args.ask || args.passphrase_file.is_some() {
        let whose = say!(language, "节点密钥", "the machine keys");
        let passphrase = passphrase::choose(args.passphrase_file.as_deref(), &whose, language)?;
        let work = if args.ask { WorkFactor::PERSON } else { WorkFactor::MACHINE };
        machine.save(&folder, origin, &passphrase, work)?;
        let file = args.passphrase_file.as_deref().map(std::path::absolute).transpose()?;
        return Ok((machine, file));
    }
    let passphrase = Passphrase::random()?;
    passphrase.save(&args.dir.join("passphrase"))?;
    machine.save(&folder, origin, &passphrase, WorkFactor::MACHINE)?;
    Ok((machine, Some("passphrase".into())))
}

/// Makes the store with the first head of its log.
async fn begin_log(args: &Args, machine: &MachineKeys) -> anyhow::Result<()> {
    let config = Config::load(&args.dir.join("node.toml"))?;
    Ok(runtime::create(&config, machine).await?)
}

/// Makes the key of an office, and the request with which it is registered.
fn make_office_key(args: &Args, office: &OfficeName, passphrase: &Passphrase, language: Language) -> anyhow::Result<VerifierKey> {
    let key = keys::generate_office(office)?;
    keys::save(&key, &args.dir.join(format!("{}.age", office.office)), passphrase, WorkFactor::PERSON)?;
    let request = OfficeRequest::sign(&key, clock::now())?;
    write_new(&args.dir.join(format!("{}.request", office.office)), &request.to_bytes(), language)?;
    Ok(key.public().clone())
}

/// The root's own charter: nobody else checks it until others have joined and a new federation file names them as witnesses.
fn charter_of(origin: &Origin, machine: &MachineKeys, addresses: &[String]) -> anyhow::Result<CharterFacts> {
    Ok(CharterFacts {
        addresses: addresses.to_vec(),
        former: None,
        from: 0,
        keys: vec![machine.log.public().clone()],
        node: machine.node.public().clone(),
        number: 1,
        origin: origin.clone(),
        peer: peer_id(machine.peer.public().public_bytes()),
        policy: Policy::of_two_thirds(machine.log.public(), &[])?.to_string(),
        witness: Some(machine.witness.public().clone()),
        witnesses: vec![],
    })
}

/// The example configuration, with this node's values in it.
fn write_node_file(
    args: &Args,
    (division, generation): (Division, u32),
    passphrase_file: Option<&Path>,
    peers: &[String],
    language: Language,
) -> anyhow::Result<()> {
    let mut text = String::new();
    let ports = ports_of(&args.addresses);
    for line in NODE_EXAMPLE.lines() {
        let line = match line.split_once(" = ").map(|(key, _)| key) {
            Some("division") => format!("division = \"{division}\""),
            Some("generation") => format!("generation = {generation}"),
            Some("http") => format!("http = \"{}\"", args.http),
            Some("# passphrase_file") => match passphrase_file {
                Some(path) => format!("passphrase_file = {}", toml::Value::from(path.to_string_lossy().into_owned())),
                None => line.to_owned(),
            },
            Some("listen") if !ports.is_empty() => format!("listen = {}", toml::Value::from(listen_on(&ports))),
            Some("# peers") if !peers.is_empty() => format!("peers = {}", toml::Value::from(peers.to_vec())),
            _ => line.to_owned(),
        };
        text += &line;
        text.push('\n');
    }
    write_new(&args.dir.join("node.toml"), text.as_bytes(), language)
}

/// The ports at which peers reach a node: unless something between them forwards ports, those are the ones to listen on.
fn ports_of(addresses: &[String]) -> BTreeSet<u16> {
    let parts = addresses.iter().flat_map(|address| address.split('/').zip(address.split('/').skip(1)));
    parts.filter(|(protocol, _)| matches!(*protocol, "udp" | "tcp")).filter_map(|(_, port)| port.parse().ok()).collect()
}

fn listen_on(ports: &BTreeSet<u16>) -> Vec<String> {
    ports.iter().flat_map(|port| [format!("/ip4/0.0.0.0/udp/{port}/quic-v1"), format!("/ip4/0.0.0.0/tcp/{port}")]).collect()
}

/// `config/node.toml`, the one example of a node's configuration.
const NODE_EXAMPLE: &str = include_str!("../../config/node.toml");
