//! `luodi review`: the supervisors' work. Lists the completions that wait for this office, shows what residents see, asks for the verdict
//! and the reason, signs and publishes it.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use console::style;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::codes::{CheckMade, CommitmentState, Status, Verdict};
use luodi_ledger::matter::facts::{CommitmentId, Said, Verification};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::view::{Commitment, View};
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{self, fold};
use luodi_ledger::matter::{Record, Reference};
use luodi_ledger::names::{MatterId, OfficeName};
use luodi_ledger::privacy;
use luodi_ledger::standing::Standing;
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;

use crate::arguments::Opening;
use crate::language::{Language, caution, say, tell};
use crate::node_client::Node;
use crate::personal;
use crate::preview::yuan;
use crate::publish::deliver;
use crate::reading::Shelf;
use crate::refusals;
use crate::{Outcome, clock};

/// Arguments of `luodi review`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The node of the division.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8601", help = "本社区节点的网址 ¦ Address of the community's node")]
    node: String,
    /// The supervisors' key.
    #[arg(long, value_name = "FILE", help = "监委会的密钥文件 ¦ Key file of the supervisory committee")]
    key: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// The federation file.
    #[arg(
        long,
        value_name = "FILE",
        help = "联邦文件；不给则用节点上的，并显示其指纹 ¦ The federation file; the node's own if absent, and its fingerprint is shown"
    )]
    federation: Option<PathBuf>,
    /// Only this matter.
    #[arg(long, value_name = "ID", help = "只看这一件事项 ¦ Only this matter")]
    matter: Option<MatterId>,
    #[command(flatten)]
    given: Given,
    /// Why.
    #[arg(long, value_name = "TEXT", help = "看到了什么、为什么；会公开，不写姓名 ¦ What you found and why; public, so no names")]
    reason: Option<String>,
    /// How it was checked.
    #[arg(
        long = "check",
        value_name = "CODE",
        default_value = "on-site",
        help = "怎么核的：on-site 现场、measured 丈量、photos 照片、vouchers 票据、contract 合同、minutes 记录、acceptance-report 验收、residents-asked 走访；可给多个 ¦ How it was checked: on-site, measured, photos, vouchers, contract, minutes, acceptance-report, residents-asked; may be given again"
    )]
    checks: Vec<CheckMade>,
    /// Only list.
    #[arg(long, help = "只列出待核实的，不表态 ¦ Only list what waits")]
    list: bool,
}

/// The verdict, where it is given beforehand.
#[derive(Clone, Copy, Debug, clap::Args)]
#[group(multiple = false)]
struct Given {
    /// Accept.
    #[arg(long, help = "认可完成（不再询问） ¦ Accept, without asking")]
    accept: bool,
    /// Accept in part.
    #[arg(long, requires = "reason", help = "部分认可，须写原因 ¦ Accept in part; needs a reason")]
    partly: bool,
    /// Reject.
    #[arg(long, requires = "reason", help = "不认可，须写原因 ¦ Reject; needs a reason")]
    reject: bool,
}

impl Given {
    fn verdict(self) -> Option<Verdict> {
        match (self.accept, self.partly, self.reject) {
            (true, ..) => Some(Verdict::Accepted),
            (_, true, _) => Some(Verdict::Partly),
            (_, _, true) => Some(Verdict::Rejected),
            _ => None,
        }
    }
}

/// What one statement of the supervisors will say.
struct Decision {
    verdict: Verdict,
    reason: Option<String>,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let node = Node::new(&args.node, language)?;
    let key = args.opening.open(&args.key, language)?;
    let office: OfficeName = key.public().name().parse()?;
    let federation = match &args.federation {
        Some(path) => crate::new::read_federation(path, language)?,
        None => node.federation().await?,
    };
    let (fingerprint, offset) = (federation.fingerprint(), federation.offset);
    let shelf = Shelf::read(&node, federation, office.division, language).await?;
    let name = office_name(&shelf, &node, &office, language).await;
    tell!("{}", say!(language, "{name}　联邦指纹 {fingerprint}", "{name} · fingerprint of the federation {fingerprint}"));

    let waiting = waiting(&shelf, &office, args.matter, offset);
    if waiting.is_empty() {
        tell!("{}", say!(language, "没有等待核实的完成报告。", "No completion waits for verification."));
        return Ok(Outcome::Done);
    }
    let given = args.given.verdict();
    if given.is_some() && waiting.len() > 1 {
        let n = waiting.len();
        bail!(say!(language, "有 {n} 项等待核实；用 --matter 写明是哪一件", "{n} completions wait; name the matter with --matter"));
    }
    let mut outcome = Outcome::Done;
    for (view, commitment) in &waiting {
        show(view, commitment, &shelf, &node, language).await;
        if args.list {
            continue;
        }
        let decision = match given {
            Some(verdict) => Decision { verdict, reason: args.reason.clone() },
            None => match ask(language)? {
                Some(decision) => decision,
                None => continue,
            },
        };
        let subject = Subject { view, target: completion(commitment)?, checks: &args.checks };
        if !publish(&subject, &decision, &key, &office, (&shelf, &node), offset, language).await? {
            outcome = Outcome::Refused;
        }
    }
    Ok(outcome)
}

/// The completions that nobody has judged yet and that this office may judge.
fn waiting(shelf: &Shelf, office: &OfficeName, only: Option<MatterId>, offset: i8) -> Vec<(View, Commitment)> {
    let ids = shelf.records.iter().filter_map(|record| record.statement.matter).filter(|id| id.division == office.division);
    let ids: std::collections::BTreeSet<MatterId> = ids.filter(|id| only.is_none_or(|only| only == *id)).collect();
    let views = ids.into_iter().map(|id| fold(id, &shelf.records, &shelf.packs, clock::now(), offset));
    let claimed = views.flat_map(|view| {
        let claimed: Vec<Commitment> = view.live().filter(|commitment| commitment.state == CommitmentState::Claimed).cloned().collect();
        claimed.into_iter().map(move |commitment| (view.clone(), commitment))
    });
    claimed.collect()
}

fn completion(commitment: &Commitment) -> anyhow::Result<&Reference> {
    commitment.completion.as_ref().map(|completion| &completion.on).context("completion")
}

/// What the office is called, from its appointment.
async fn office_name(shelf: &Shelf, node: &Node, office: &OfficeName, language: Language) -> String {
    let plain = || {
        let (division, label) = (office.division, label(&office.office, language));
        format!("{division} {label}")
    };
    let Some(appointment) = shelf.registry.appointments(office).last() else { return plain() };
    let (log, index) = &appointment.stated;
    let Ok(Some(entry)) = node.entry(log, *index).await else { return plain() };
    let Some(named) = entry.statement.statement().body else { return plain() };
    let path = format!("{}/body/{}", Node::log_path(log), named.hash);
    let body = node.get(&path).await.ok().flatten().filter(|bytes| named.names(bytes));
    let words = body.and_then(|bytes| Words::parse(&bytes).ok());
    words.and_then(|words| told(&words, language, |words| words.name.as_ref()).cloned()).unwrap_or_else(plain)
}

/// What residents see of it now.
async fn show(view: &View, commitment: &Commitment, shelf: &Shelf, node: &Node, language: Language) {
    let of = |reference: Option<Reference>| async move {
        match reference {
            Some(reference) => shelf.words(node, &reference).await.unwrap_or_default(),
            None => Words::default(),
        }
    };
    let topic = of(view.topic.as_ref().map(|topic| topic.on.clone())).await;
    let outcome = of(Some(commitment.made.clone())).await;
    let report = of(commitment.completion.as_ref().map(|completion| completion.on.clone())).await;
    let title = told(&topic, language, |words| words.title.as_ref()).cloned().unwrap_or_else(|| view.id.to_string());
    tell!("\n{}  {}", style(title).bold(), style(view.id).dim());
    let status = label(&view.status, language);
    tell!("  {}", say!(language, "网页现在写：{status}", "Pages now say: {status}"));
    let promise = promise_words(&outcome, commitment.id, language);
    if let Some(promise) = promise {
        tell!("  {}", say!(language, "承诺：{promise}", "Promised: {promise}"));
    }
    let (first, due) = (commitment.first_due, commitment.due);
    let budget = commitment.budget.map_or_else(|| "—".to_owned(), |fen| yuan(fen, language));
    tell!("  {}", say!(language, "期限：{due}（原定 {first}）　预算：{budget}", "Due: {due} (first {first}) · budget: {budget}"));
    if let Some(completion) = &commitment.completion {
        let date = completion.date;
        let cost = completion.cost.map_or_else(|| "—".to_owned(), |fen| yuan(fen, language));
        tell!("  {}", say!(language, "报告完成：{date}　结算：{cost}", "Reported done: {date} · cost: {cost}"));
    }
    if let Some(text) = told(&report, language, |words| words.text.as_ref()) {
        tell!("  {}", say!(language, "报告说：{text}", "The report says: {text}"));
    }
}

fn promise_words(words: &Words, id: CommitmentId, language: Language) -> Option<String> {
    let english = words.en.as_deref().filter(|_| language == Language::English);
    english.and_then(|words| words.commitments.get(&id)).or(words.commitments.get(&id)).and_then(|words| words.what.clone())
}

/// A field of the words in this language, or as it was written.
fn told<'w>(words: &'w Words, language: Language, field: impl Fn(&'w Words) -> Option<&'w String>) -> Option<&'w String> {
    let english = words.en.as_deref().filter(|_| language == Language::English);
    english.and_then(&field).or(field(words))
}

fn label(what: &impl Label, language: Language) -> String {
    language.pick(what.zh(), what.en()).into_owned()
}

/// Asks for the verdict and, unless it is accepted, the reason; nothing when the person wants to leave it.
fn ask(language: Language) -> anyhow::Result<Option<Decision>> {
    if !std::io::stdin().is_terminal() {
        bail!(say!(
            language,
            "这里没有终端可问；用 --accept、--partly 或 --reject 表态，或用 --list 只看",
            "no terminal to ask at; say --accept, --partly or --reject, or --list to look only"
        ));
    }
    let verdict = loop {
        let answer = line(&say!(
            language,
            "  认可(a)　部分认可(p)　不认可(r)　先不表态(s)？ ",
            "  accept (a), partly (p), reject (r), leave it (s)? "
        ))?;
        match answer.as_str() {
            "a" | "认可" => break Verdict::Accepted,
            "p" | "部分认可" => break Verdict::Partly,
            "r" | "不认可" => break Verdict::Rejected,
            "s" | "" => return Ok(None),
            _ => {}
        }
    };
    let reason = line(&say!(language, "  看到了什么、为什么（会公开，不写姓名）： ", "  What you found, and why (public: no names): "))?;
    if reason.is_empty() && verdict != Verdict::Accepted {
        bail!(say!(language, "不认可要写明原因；没有公布任何内容", "a rejection needs its reason; nothing was published"));
    }
    Ok(Some(Decision { verdict, reason: Some(reason).filter(|reason| !reason.is_empty()) }))
}

fn line(question: &str) -> anyhow::Result<String> {
    print!("{question}");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// What a verdict is about.
struct Subject<'a> {
    view: &'a View,
    target: &'a Reference,
    checks: &'a [CheckMade],
}

/// Signs the verdict, shows what pages will say, and publishes it; false when the node refuses it.
async fn publish(
    subject: &Subject<'_>,
    decision: &Decision,
    key: &SignerKey,
    office: &OfficeName,
    (shelf, node): (&Shelf, &Node),
    offset: i8,
    language: Language,
) -> anyhow::Result<bool> {
    let log = shelf.registry.home_log(office.division).context("home log")?.clone();
    let said = Said::from(Verification {
        checks: subject.checks.iter().map(|check| (*check).into()).collect(),
        date: None,
        target: subject.target.clone(),
        verdict: decision.verdict,
    });
    let words = decision.reason.as_ref().map(|reason| -> anyhow::Result<Vec<u8>> {
        let nonce = clock::nonce()?.iter().map(|byte| format!("{byte:02x}")).collect();
        let reason_too = (decision.verdict != Verdict::Accepted).then(|| reason.clone());
        Ok(Words { nonce: Some(nonce), text: Some(reason.clone()), reason: reason_too, ..Words::default() }.to_bytes()?)
    });
    let body = words.transpose()?;
    let statement = Statement {
        log: log.clone(),
        by: [office.clone()].into(),
        kind: "verification".parse()?,
        matter: Some(subject.view.id),
        time: clock::now(),
        facts: said.to_facts()?,
        body: body.as_deref().map(BodyRef::of),
    };
    // Before anything is signed: what may not be said must not be signed once.
    matter::check::check(&statement, body.as_deref()).map_err(|fault| anyhow::anyhow!(refusals::told(&fault, language)))?;
    if let Err(stopped) = privacy::check(&statement, body.as_deref()) {
        bail!(say!(language, "没有签署。{}", "nothing was signed; {}", personal::told(&stopped, language)));
    }
    let (then, verdict) = (status_after(shelf, &statement, subject.view.id, offset), label(&decision.verdict, language));
    let then = label(&then, language);
    tell!("  {}", say!(language, "签署：{verdict}；网页将写：{then}", "Signing: {verdict}; pages will say: {then}"));
    let signed = statement.sign(std::slice::from_ref(key))?;
    let body = body.map(String::from_utf8).transpose()?;
    match deliver(node, &signed, body.as_deref(), language).await? {
        Ok(published) => {
            let index = published.index;
            tell!("  {}", say!(language, "已公布：{log} 第 {index} 条。", "Published: entry {index} of {log}."));
            Ok(true)
        }
        Err(refusal) => {
            caution!("{}", say!(language, "节点不接受：{refusal}", "the node refuses it: {refusal}"));
            Ok(false)
        }
    }
}

/// The status that the matter will have once `statement` is logged.
fn status_after(shelf: &Shelf, statement: &Statement, id: MatterId, offset: i8) -> Status {
    let now: Time = clock::now();
    let next = shelf.records.iter().filter(|record| record.reference.log == statement.log).map(|record| record.reference.index + 1).max();
    let record = Record {
        reference: Reference { log: statement.log.clone(), index: next.unwrap_or_default(), id: statement.id() },
        statement: statement.clone(),
        logged: now,
        standing: Standing::Valid { term_expired: false },
        marks: matter::Marks::default(),
    };
    let records: Vec<Record> = shelf.records.iter().cloned().chain([record]).collect();
    fold(id, &records, &shelf.packs, now, offset).status
}

#[cfg(test)]
mod tests {
    use luodi_ledger::matter::codes::CodeList as _;

    use super::*;

    #[test]
    fn the_help_names_every_way_of_checking() {
        use clap::CommandFactory as _;
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            args: Args,
        }
        let help = Only::command().render_long_help().to_string();
        for check in CheckMade::ALL {
            assert!(help.contains(check.as_str()), "{check}");
        }
    }
}
