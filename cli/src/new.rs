//! `luodi new`: a commented file to fill in, for a statement of any kind, an invitation, or the next federation file.
//!
//! Templates stand in `new/*.toml`, each comment in both languages. Charters and appointments are written from the requests of those who
//! join, so that nobody copies a key by hand. Out of scope: signing, and judging what was filled in.

mod office;
mod registered;
mod registry;
mod rules;
mod story;
mod template;

pub(crate) use registry::read_federation;
pub(crate) use template::head;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::builder::PossibleValuesParser;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{About, CodeList as _, KindCode, OfficeCode, StepCode};
use luodi_ledger::matter::facts::{Bearer, CommitmentId, Said};
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{Division, Federation, Level, MatterId, Office, OfficeName, Origin};
use luodi_ledger::statement::Signers;

use self::story::Story;

use crate::language::{Language, caution, say, tell};
use crate::node_client::Node;
use crate::sign::write_new;
use crate::{Outcome, clock};

/// Arguments of `luodi new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to write.
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(template::KINDS.iter().map(|(kind, _)| *kind).chain(registry::KINDS)), help = "种类 ¦ What to write")]
    kind: String,
    /// The requests to write it from.
    #[arg(
        long,
        value_name = "FILE",
        help = "据以写成的申请：charter 用加入申请，appoint 用密钥申请（同一组织最多5个），federation 用现有联邦文件 ¦ What it is written from: a join request for charter, office requests for appoint (up to 5 of one office), the present federation file for federation"
    )]
    from: Vec<PathBuf>,
    /// Join requests of those who witness the log.
    #[arg(
        long = "witness",
        value_name = "FILE",
        help = "做旁证的节点的加入申请，可给多个（charter、federation） ¦ Join request of a node that witnesses the log; may be given again (charter, federation)"
    )]
    witnesses: Vec<PathBuf>,
    /// The rule pack that `rules` puts in force.
    #[arg(
        long,
        value_name = "FILE",
        help = "要施行的规则包（rules），格式见 config/local-rules.json ¦ The rule pack to put in force (rules), in the form of config/local-rules.json"
    )]
    pack: Option<PathBuf>,
    /// The federation file.
    #[arg(long, value_name = "FILE", help = "联邦文件；或用 --node ¦ The federation file; or use --node")]
    federation: Option<PathBuf>,
    /// Nodes to ask.
    #[arg(
        long = "node",
        value_name = "URL",
        help = "向这个节点取所指条目、事项的轮次和承诺，并为新议题（topic）预留编号；charter、appoint、revoke 可给多个，连同 --federation 在本机判定 ¦ Ask this node for what is referred to and for what the matter tells, and to reserve the number of a new topic; for charter, appoint and revoke several may be given, judged here with --federation"
    )]
    nodes: Vec<String>,
    #[command(flatten)]
    registered: registry::More,
    /// The division.
    #[arg(long, value_name = "DIVISION", help = "区划代码；给了 --matter 可不写 ¦ Division; not needed with --matter")]
    division: Option<Division>,
    /// The matter.
    #[arg(long, value_name = "ID", help = "事项编号，如 410721101201-2026-0007 ¦ The matter, such as 410721101201-2026-0007")]
    matter: Option<MatterId>,
    /// The entry it refers to.
    #[arg(
        long,
        value_name = "INDEX",
        requires = "nodes",
        help = "所指条目在账本中的序号（须同时给 --node） ¦ Index of the entry it refers to (needs --node)"
    )]
    target: Option<u64>,
    /// The log of the entry it refers to.
    #[arg(
        long,
        value_name = "ORIGIN",
        requires = "target",
        help = "所指条目在哪本账；默认为事项所在地的账，没有事项就是写入的那本 ¦ The log of that entry; by default that of the matter's home, without a matter the one it is for"
    )]
    target_log: Option<Origin>,
    /// Which promise.
    #[arg(
        long,
        value_name = "ID",
        help = "哪一项承诺，如 c1（plan、progress、completion 等） ¦ Which promise, such as c1 (plan, progress, completion …)"
    )]
    commitment: Option<CommitmentId>,
    /// Which step.
    #[arg(long, value_name = "CODE", help = "哪一步，如 resolve（step） ¦ Which step, such as resolve (step)")]
    step: Option<StepCode>,
    /// Who signs.
    #[arg(long = "by", value_name = "OFFICE", help = "签署的组织，可给多个 ¦ The office that signs; may be given again")]
    by: Vec<Office>,
    /// The log, where it is not the division's own first.
    #[arg(long, value_name = "ORIGIN", help = "写入哪本账；默认为该区划的账 ¦ The log it is for; the division's own by default")]
    log: Option<Origin>,
    /// Where it goes.
    #[arg(long, short, value_name = "FILE", help = "写到哪里；默认 <种类>.toml ¦ Where it goes; <kind>.toml by default")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let default = if args.kind == "federation" { "federation.txt".to_owned() } else { format!("{}.toml", args.kind) };
    let path = args.output.clone().unwrap_or_else(|| default.into());
    // Told before a node is asked for anything: a number that it hands out is gone.
    is_new(&path, language)?;
    for office in &args.by {
        is_office(office, language)?;
    }
    let text = match args.kind.as_str() {
        "charter" => registry::charter(&args, language).await?,
        "appoint" => office::appoint(&args, language).await?,
        "revoke" if args.registered.key.is_some() => office::revoke(&args, language).await?,
        "division" => office::division(&args, language)?,
        "invitation" => registry::invitation(&args, language)?,
        "federation" => registry::federation(&args, language).await?,
        kind => filled(kind, &args, language).await?,
    };
    let text = match &args.pack {
        Some(pack) if args.kind == "rules" => rules::with_pack(&text, pack, language)?,
        Some(_) => anyhow::bail!(say!(language, "--pack：只用于 rules", "--pack: goes with rules only")),
        None => text,
    };
    write_new(&path, text.as_bytes(), language)?;
    let shown = path.display();
    let next = match args.kind.as_str() {
        "invitation" => say!(language, "已写出 {shown}，请交给下级。", "Wrote {shown}; hand it to the division below."),
        "federation" => say!(
            language,
            "已写出 {shown}。请重新公布指纹，并交给每个节点替换旧文件。",
            "Wrote {shown}. Publish its new fingerprint and hand it to every node in place of the old one."
        ),
        _ => say!(
            language,
            "已写出 {shown}。填好后运行：luodi sign {shown} --key <密钥文件>",
            "Wrote {shown}. Fill it in, then: luodi sign {shown} --key <key file>"
        ),
    };
    tell!("{next}");
    Ok(Outcome::Done)
}

/// A file that is there already is never written over.
fn is_new(path: &Path, language: Language) -> anyhow::Result<()> {
    let file = path.display();
    ensure!(
        !path.exists(),
        say!(language, "{file}：文件已在；换个名字（--output）", "{file}: it is there already; choose another name (--output)")
    );
    Ok(())
}

/// Whether there is such an office.
pub(crate) fn is_office(office: &Office, language: Language) -> anyhow::Result<()> {
    let known = OfficeCode::ALL.iter().map(|office| office.as_str()).collect::<Vec<_>>();
    ensure!(
        known.contains(&office.as_str()),
        say!(
            language,
            "没有 {office} 这个组织；只有 {}",
            "there is no office {office}; these are: {}",
            known.join(language.pick("、", ", "))
        )
    );
    Ok(())
}

/// A template of a statement, with what is known already filled in.
async fn filled(kind: &str, args: &Args, language: Language) -> anyhow::Result<String> {
    let node = args.nodes.first().map(|url| Node::new(url, language)).transpose()?;
    let file = match (&args.federation, &node) {
        (Some(path), _) => Some(read_federation(path, language)?),
        (None, Some(node)) => Some(node.federation().await?),
        (None, None) => None,
    };
    let federation: Federation = match (&args.log, &file) {
        (Some(log), _) => log.federation.clone(),
        (None, Some(file)) => file.name.clone(),
        (None, None) => {
            bail!(say!(language, "请给 --federation 或 --node，以便知道是哪个联邦", "name the federation with --federation or --node"))
        }
    };
    let own = match &node {
        Some(node) if args.log.is_none() => node.origin().await.ok(),
        _ => None,
    };
    let log = log_of(kind, args, &federation, own, language)?;
    let target = match (&node, args.target) {
        (Some(node), Some(index)) => {
            let home = args.matter.map(|matter| Origin { federation: federation.clone(), division: matter.division, generation: 1 });
            let of = args.target_log.clone().or(home.filter(|home| home.division != log.division)).unwrap_or_else(|| log.clone());
            Some(target_at(node, &of, index).await?)
        }
        _ => None,
    };
    let matter = match (args.matter, template::about(kind)) {
        (_, About::Division | About::Logs | About::Registry) => None,
        // What speaks of a statement belongs where that does.
        (named, About::Statement) if target.is_some() => {
            let of = target.as_ref().and_then(|target| target.matter);
            if let Some(named) = named.filter(|named| of != Some(*named)) {
                let of = of.map_or_else(|| language.pick("不属于任何事项", "belongs to no matter").to_owned(), |of| of.to_string());
                bail!(say!(
                    language,
                    "--matter {named}：所指的那一条是：{of}；请改正 --matter，或去掉它自动填写",
                    "--matter {named}: what it refers to: {of}; correct --matter, or leave it out to have it filled in"
                ));
            }
            of
        }
        (None, About::Matter) => target.as_ref().and_then(|target| target.matter),
        (given, _) => given,
    };
    let by = signers(kind, args, &log, target.as_ref());
    let story = match (&node, file, matter) {
        (Some(node), Some(file), Some(matter)) if kind != "topic" => story(node, file, matter, language).await,
        _ => None,
    };
    if let (Some(story), Some(commitment)) = (&story, args.commitment) {
        story.has(commitment, language)?;
    }
    let (mut target, mut said) = target.map(|target| (target.reference, target.said)).unzip();
    if let Some(story) = &story {
        target = target.or_else(|| story.target(kind, args.commitment).cloned());
        let now = target.as_ref().and_then(|target| story.facts_now(target));
        if let (Some(said), Some(now)) = (&mut said, now) {
            said.facts = now;
        }
    }
    let matter = match (matter, template::about(kind), &node) {
        (None, About::Matter, Some(node)) if kind == "topic" => {
            let matter = node.reserve(&log).await?;
            tell!(
                "{}",
                say!(language, "已预留事项编号 {matter}，不会再给别人。", "Matter {matter} is reserved for this; nobody else is given it.")
            );
            Some(matter)
        }
        (None, About::Matter, _) if kind != "topic" => bail!(say!(
            language,
            "{kind} 属于一件事项；用 --matter 写明编号，如 410721101201-2026-0007",
            "{kind}: it belongs to a matter; name that with --matter, such as 410721101201-2026-0007"
        )),
        (None, About::Matter, _) => {
            let year = u16::try_from(clock::now().civil_date(8).year()).ok();
            year.map(|year| MatterId { division: log.division, year, number: 1 })
        }
        (matter, ..) => matter,
    };
    let known = template::Known { log, by, matter, target, said, story, commitment: args.commitment, step: args.step };
    template::render(kind, &known, language)
}

/// The log a statement is for: as given, else the division's; where neither is named, that of the node asked.
fn log_of(kind: &str, args: &Args, federation: &Federation, own: Option<Origin>, language: Language) -> anyhow::Result<Origin> {
    if let Some(log) = &args.log {
        return Ok(log.clone());
    }
    let named = args.division.or(args.matter.map(|matter| matter.division));
    // Without either, what is meant stands in the log of the node that was asked for it.
    let division = named.or_else(|| args.target.and(own.as_ref()).map(|own| own.division));
    let division = division.with_context(|| say!(language, "请给 --matter 或 --division", "give --matter or --division"))?;
    let from_above = matches!(kind.parse(), Ok(KindCode::Evaluation | KindCode::Rectification | KindCode::Circular));
    // A node above that was asked speaks for its own division.
    let above = own.as_ref().map(|own| own.division).filter(|own| division != *own && division.is_within(*own));
    let division = if from_above && args.division.is_none() { above.unwrap_or(division) } else { division };
    ensure!(
        !from_above || division.level() < Level::Community,
        say!(
            language,
            "{kind} 由上级签署，写在上级的账本里；用 --division 写明是哪个乡镇或县",
            "{kind}: it is signed above the community, for a log there; name the township or county with --division"
        )
    );
    // The generation that its node writes, where that was asked.
    Ok(own.filter(|own| own.division == division).unwrap_or_else(|| Origin { federation: federation.clone(), division, generation: 1 }))
}

/// Who signs: as given; an order is answered by whom it names, what mends a statement is signed by those who signed that; else by whom it
/// usually is.
fn signers(kind: &str, args: &Args, log: &Origin, target: Option<&TargetEntry>) -> Vec<OfficeName> {
    let here = |office: Office| OfficeName { federation: log.federation.clone(), division: log.division, office };
    if !args.by.is_empty() {
        return args.by.iter().cloned().map(here).collect();
    }
    let of_target: Vec<OfficeName> =
        target.into_iter().flat_map(|target| target.by.iter().cloned()).filter(|by| by.division == log.division).collect();
    // An order is answered by the office it names.
    let asked = target.and_then(|target| target.addressed).filter(|bearer| bearer.division.is_none_or(|named| named == log.division));
    match kind.parse() {
        Ok(KindCode::Answer) if let Some(asked) = asked.and_then(|bearer| bearer.body.as_str().parse().ok()) => vec![here(asked)],
        Ok(KindCode::Correction | KindCode::Void) if !of_target.is_empty() => of_target,
        Ok(KindCode::Redaction) if log.division.level() == Level::Community => {
            let supervisors = template::usual_signer("verification", log.division);
            let office = of_target.into_iter().map(|by| by.office).find(|office| *office != supervisors);
            [office.unwrap_or_else(|| template::usual_signer(kind, log.division)), supervisors].into_iter().map(here).collect()
        }
        _ => vec![here(template::usual_signer(kind, log.division))],
    }
}

/// What the matter tells, where its logs can be read; a template can do without.
async fn story(node: &Node, federation: FederationFile, matter: MatterId, language: Language) -> Option<Story> {
    let why = match Story::read(node, federation, matter, language).await {
        Ok(Some(story)) => return Some(story),
        Ok(None) => say!(language, "{} 没有这件事项", "{} holds nothing of it", node.base()),
        Err(error) => format!("{error:#}"),
    };
    caution!(
        "{}",
        say!(
            language,
            "注意：没有读到 {matter}（{why}）；轮次、承诺等要自己填",
            "note: {matter} was not read ({why}); fill in round, promises and the like yourself"
        )
    );
    None
}

/// The entry that a statement refers to.
struct TargetEntry {
    reference: Reference,
    matter: Option<MatterId>,
    by: Signers,
    /// Whom it addresses by name, as an order may.
    addressed: Option<Bearer>,
    said: template::Said,
}

/// Asks a node for the entry that a statement refers to, and for what its words list.
async fn target_at(node: &Node, log: &Origin, index: u64) -> anyhow::Result<TargetEntry> {
    let entry = node.required_entry(log, index).await?;
    let statement = entry.statement.statement();
    let body = statement.body.map(|body| body.hash);
    let words = match statement.body {
        Some(named) => node.get(&format!("{}/body/{}", Node::log_path(log), named.hash)).await?.filter(|bytes| named.names(bytes)),
        None => None,
    };
    let words = words.and_then(|bytes| Words::parse(&bytes).ok()).unwrap_or_default();
    let title = |title: Option<String>| title.unwrap_or_default().replace(char::is_control, " ");
    let attachments = words.attachments.into_iter().map(|each| (each.hash, title(each.title))).collect();
    let said = template::Said { facts: statement.facts.as_str().to_owned(), body, attachments };
    let reference = Reference { log: log.clone(), index, id: entry.statement.id() };
    let addressed = match Said::read(&statement.kind, &statement.facts) {
        Ok(Said::Rectification(order)) => order.office,
        _ => None,
    };
    Ok(TargetEntry { reference, matter: statement.matter, by: statement.by.clone(), addressed, said })
}
