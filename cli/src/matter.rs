//! `luodi matter`: one matter in words — where it stands, who promised what, what happened, what is expected next, from whom, by when — and
//! the command with which an office says it.
//!
//! Judged here from the logs of the division and those above, as pages judge it; the words are shown where they are held. Out of scope:
//! deciding what is expected, which is the fold's.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use console::style;
use luodi_ledger::matter::codes::{CodeList as _, KindCode};
use luodi_ledger::matter::facts::{Bearer, Said};
use luodi_ledger::matter::fold;
use luodi_ledger::matter::ground::grounds;
use luodi_ledger::matter::labels::{Label, NOBODY_VERIFIES};
use luodi_ledger::matter::view::{Commitment, Effect, Event, Expected, View};
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Record, Reference};
use luodi_ledger::names::{Division, MatterId, Office, Origin};
use luodi_ledger::time::{Date, Time};
use serde_json::json;

use crate::arguments::Trusting;
use crate::language::{Language, say, tell};
use crate::node_client::Node;
use crate::preview::yuan;
use crate::reading::{Shelf, words_of};
use crate::{Outcome, clock};

/// Longest piece of a text shown in the list of what happened, in characters: a line on a terminal.
const LONGEST_PIECE: usize = 60;

/// Arguments of `luodi matter`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The matter.
    #[arg(value_name = "ID", help = "事项编号，如 410721101201-2026-0007 ¦ The matter, such as 410721101201-2026-0007")]
    id: MatterId,
    /// A node.
    #[arg(long, value_name = "URL", help = "节点网址 ¦ Address of a node")]
    node: String,
    #[command(flatten)]
    trusting: Trusting,
    /// As which office.
    #[arg(
        long = "as",
        value_name = "OFFICE",
        help = "我是哪个组织（committee、supervisors、government…）：只列该由我做的，并给出命令 ¦ As which office (committee, supervisors, government …): only what is expected of it, with the commands"
    )]
    office: Option<Office>,
    /// The instant it is told for.
    #[arg(long, value_name = "TIME", help = "按哪一刻算；默认现在 ¦ The instant it is told for; now by default")]
    as_of: Option<Time>,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let federation = args.trusting.read(language)?;
    let offset = federation.offset;
    let node = Node::new(&args.node, language)?;
    if let Some(office) = &args.office {
        crate::new::is_office(office, language).with_context(|| "--as")?;
    }
    let id = args.id;
    let shelf = Shelf::read(&node, federation, id.division, language).await?;
    let records: Vec<Record> = shelf.records.iter().filter(|record| record.statement.matter == Some(id)).cloned().collect();
    ensure!(!records.is_empty(), say!(language, "{}：没有 {id} 这件事项", "{}: no matter {id} is there", node.base()));
    let as_of = args.as_of.unwrap_or_else(clock::now);
    // What was logged later was not there to be told.
    let records: Vec<Record> = records.into_iter().filter(|record| record.logged <= as_of).collect();
    ensure!(!records.is_empty(), say!(language, "{as_of} 时还没有 {id} 这件事项", "at {as_of} there was no matter {id} yet"));
    let view = fold(id, &records, &shelf.packs, as_of, offset);
    let mut words = HashMap::new();
    for record in &records {
        if let Some(found) = words_of(&node, record).await? {
            words.insert(record.reference.clone(), found);
        }
    }
    let own = node.origin().await.ok();
    let page = Page { view: &view, words: &words, shelf: &shelf, args: &args, own, today: as_of.civil_date(offset), language };
    if args.json {
        tell!("{:#}", page.json());
    } else {
        tell!("{}", page.text());
    }
    Ok(Outcome::Done)
}

struct Page<'a> {
    view: &'a View,
    words: &'a HashMap<Reference, Words>,
    shelf: &'a Shelf,
    args: &'a Args,
    /// The log that the node asked writes, if it tells.
    own: Option<Origin>,
    today: Date,
    language: Language,
}

impl Page<'_> {
    fn label(&self, what: &impl Label) -> String {
        self.language.pick(what.zh(), what.en()).into_owned()
    }

    /// A field of a statement's words in this language, or as it was written.
    fn told(&self, of: &Reference, field: impl Fn(&Words) -> Option<&String>) -> Option<String> {
        let words = self.words.get(of)?;
        let english = words.en.as_deref().filter(|_| self.language == Language::English);
        english.and_then(&field).or(field(words)).cloned()
    }

    fn title(&self) -> Option<String> {
        self.told(&self.view.topic.as_ref()?.on, |words| words.title.as_ref())
    }

    fn text(&self) -> String {
        let (view, language) = (self.view, self.language);
        let title = self.title().unwrap_or_else(|| language.pick("（没有标题）", "(no title)").to_owned());
        let mut text = format!("{}  {}\n", style(title).bold(), style(view.id).dim());
        let mut status = self.label(&view.status);
        if let Some(days) = view.days {
            status += &say!(language, "（{days} 天）", " ({days} days)");
        }
        let beside: Vec<String> = view.tags.iter().map(|tag| self.label(tag)).collect();
        let mut flags: Vec<String> = view.flags.iter().map(|flag| self.label(&flag.code())).collect();
        flags.dedup();
        text += &self.row("状态", "status", &style(status).bold().to_string());
        for (zh, en, list) in [("标记", "tags", beside), ("提示", "flags", flags)] {
            if !list.is_empty() {
                text += &self.row(zh, en, &list.join(language.pick("、", ", ")));
            }
        }
        for ground in grounds(view, &self.shelf.packs) {
            let told = format!("{}{}{}", self.label(&ground.flag), language.pick("：", ": "), self.label(&ground));
            text += &self.row("依据", "ground", &told);
        }
        text += &self.heading("承诺", "Promised");
        if view.commitments.is_empty() {
            text += language.pick("  还没有\n", "  nothing yet\n");
        }
        for commitment in &view.commitments {
            text += &self.commitment(commitment);
        }
        text += &self.heading("经过", "What happened");
        for event in &view.timeline {
            text += &self.event(event);
        }
        text += &self.heading("接下来", "Expected next");
        let mut mine: Vec<&Expected> = view.expected.iter().filter(|expected| self.is_mine(expected)).collect();
        // By day; what has none comes last.
        mine.sort_by_key(|expected| (expected.by.is_none(), expected.by));
        if mine.is_empty() && !view.awaits_nobody() {
            text += &match (&self.args.office, view.expected.is_empty()) {
                (Some(office), false) => {
                    let office = self.label(office);
                    say!(
                        language,
                        "  现在没有等 {office} 做的；等别人的不列，去掉 --as 可看\n",
                        "  nothing of {office} now; leave out --as to see what others are to do\n"
                    )
                }
                _ => language.pick("  没有\n", "  nothing\n").to_owned(),
            };
        }
        for expected in mine {
            text += &self.expected(expected);
        }
        if view.awaits_nobody() {
            text += &format!("  {}\n", language.pick(NOBODY_VERIFIES.0, NOBODY_VERIFIES.1));
        }
        if self.args.office.is_none() && !view.expected.is_empty() {
            text +=
                language.pick("\n  加 --as <组织> 看该组织下一步的命令。\n", "\n  Add --as <office> for the commands of that office.\n");
        }
        text
    }

    fn row(&self, zh: &str, en: &str, value: &str) -> String {
        match self.language {
            Language::Chinese => format!("{zh}　{value}\n"),
            Language::English => format!("{en:<8} {value}\n"),
        }
    }

    fn heading(&self, zh: &str, en: &str) -> String {
        format!("\n{}\n", style(self.language.pick(zh, en)).bold())
    }

    fn commitment(&self, commitment: &Commitment) -> String {
        let language = self.language;
        let words = self.words.get(&commitment.made).and_then(|words| {
            let english = words.en.as_deref().filter(|_| language == Language::English);
            english.and_then(|words| words.commitments.get(&commitment.id)).or(words.commitments.get(&commitment.id))
        });
        let what = words.and_then(|words| words.what.clone()).unwrap_or_default();
        let who = words.and_then(|words| words.who.clone()).or_else(|| commitment.responsible.map(|bearer| self.label(&bearer)));
        let who = who.or_else(|| self.view.convener.as_ref().map(|office| self.label(&office.office))).unwrap_or_default();
        let (id, state, due, first) = (commitment.id, self.label(&commitment.state), commitment.due, commitment.first_due);
        let mut text = format!("  {id}  {what}  [{state}]\n");
        text += &say!(language, "      谁：{who}　期限：{due}", "      who: {who} · due: {due}");
        if due != first {
            text += &say!(language, "（原定 {first}）", " (first {first})");
        }
        if let Some(days) = commitment.overdue_days {
            text += &say!(language, "，已过 {days} 天", ", {days} days past");
        }
        if let Some(budget) = commitment.budget {
            text += &say!(language, "　预算：{}", " · budget: {}", yuan(budget, language));
        }
        text.push('\n');
        if let Some(completion) = &commitment.completion {
            let date = completion.date;
            text += &say!(language, "      报告完成：{date}", "      reported done: {date}");
            if let Some(cost) = completion.cost {
                text += &say!(language, "，支出 {}", ", cost {}", yuan(cost, language));
            }
            text += &match &completion.verdict {
                Some(verdict) => {
                    let (found, date) = (self.label(&verdict.verdict), verdict.date);
                    say!(language, "；核实：{found}（{date}）", "; verification: {found} ({date})")
                }
                None => language.pick("；还没有核实", "; not verified yet").to_owned(),
            };
            text.push('\n');
        }
        text
    }

    fn event(&self, event: &Event) -> String {
        let language = self.language;
        let (date, kind) = (event.date, self.named(event));
        let by: Vec<String> = event.by.iter().map(|office| self.label(&office.office)).collect();
        let by = by.join(self.language.pick("、", ", "));
        let on = &event.reference;
        let said = self.told(on, |words| words.title.as_ref().or(words.text.as_ref()).or(words.reason.as_ref())).unwrap_or_default();
        let mut piece: String = said.chars().take(LONGEST_PIECE).collect();
        if piece.len() < said.len() {
            piece.push('…');
        }
        let erased = match event.redacted_by() {
            [] => "",
            _ => language.pick(" [文字或附件已按隐私删除]", " [words or attachments erased for privacy]"),
        };
        let mark = match event.effect {
            Effect::Counted => String::new(),
            Effect::Void(why) => format!(" [{}]", self.label(&why)),
            Effect::Irregular(why) => format!(" [{}]", self.label(&why)),
        };
        format!("  {date}  {kind}  {by}  {piece}{}{}\n", style(erased).dim(), style(mark).red())
    }

    /// What a statement is, with the step or the promise it speaks of.
    fn named(&self, event: &Event) -> String {
        let kind = self.label(&event.kind);
        match &event.said {
            Said::Step(step) => format!("{kind}{}{}", self.language.pick("：", ": "), self.label(&step.step)),
            said => said.commitment().map_or_else(|| kind.clone(), |id| format!("{kind} {id}")),
        }
    }

    /// What is expected, as its step or its kind.
    fn called(&self, expected: &Expected) -> String {
        let name = expected.step.as_ref().map_or_else(|| self.label(&expected.kind), |step| self.label(step));
        let round = self.view.rounds.last().map(|round| round.number).filter(|number| *number > 1 && expected.step.is_some());
        let name = match round {
            Some(round) => say!(self.language, "{name}（第 {round} 轮）", "{name} (round {round})"),
            None => name,
        };
        expected.commitment.map_or_else(|| name.clone(), |id| format!("{name} {id}"))
    }

    fn expected(&self, expected: &Expected) -> String {
        let language = self.language;
        let from: Vec<String> = expected.from.iter().map(|bearer| self.label(bearer)).collect();
        let (what, from) = (self.called(expected), from.join(language.pick("或", " or ")));
        let mut text = say!(language, "  {}　由 {from}", "  {} by {from}", style(what).bold());
        if let Some(by) = expected.by {
            let left = i64::from((by - self.today).get_days());
            let days = left.abs();
            text += &if left >= 0 {
                say!(language, "　{by} 前（还有 {days} 天）", ", due {by} ({days} days left)")
            } else {
                say!(language, "　{by} 前（已过 {days} 天）", ", due {by} ({days} days past)")
            };
        }
        text.push('\n');
        for bearer in expected.from.iter().filter(|bearer| self.is_me(bearer)) {
            for line in self.commands(expected, bearer) {
                text += &format!("    {}\n", style(line).cyan());
            }
        }
        text
    }

    fn is_me(&self, bearer: &Bearer) -> bool {
        self.args.office.as_ref().is_some_and(|office| office.as_str() == bearer.body.as_str())
    }

    fn is_mine(&self, expected: &Expected) -> bool {
        self.args.office.is_none() || expected.from.iter().any(|bearer| self.is_me(bearer))
    }

    /// The commands with which an office says what is expected of it.
    fn commands(&self, expected: &Expected, bearer: &Bearer) -> Vec<String> {
        let (id, node, language) = (self.view.id, &self.args.node, self.language);
        let (kind, office) = (&expected.kind, bearer.body);
        let (key, federation) = (language.pick("<密钥文件>", "<key file>"), self.args.trusting.federation.display());
        let verifies = kind.as_str() == KindCode::Verification.as_str();
        // Only the node of a log takes in what is said there; any node that holds the logs tells a template.
        let writer = self.node_of(bearer.division.unwrap_or(id.division));
        if verifies && bearer.division.is_none() {
            return vec![format!("luodi review --node {writer} --federation {federation} --matter {id} --key {key}")];
        }
        let mut new = format!("luodi new {kind} --node {node} --matter {id} --by {office}");
        // What `luodi new` takes by itself: the first log of the matter's home, to write to and, from elsewhere, to refer to.
        let registry = &self.shelf.registry;
        let first = Origin { federation: registry.federation().name.clone(), division: id.division, generation: 1 };
        let log = registry.home_log(bearer.division.unwrap_or(id.division)).unwrap_or(&first);
        if *log != first {
            new += &format!(" --division {} --log {log}", log.division);
        }
        if let Some(target) = &expected.target {
            new += &format!(" --target {}", target.index);
            if target.log != *(if log.division == id.division { log } else { &first }) {
                new += &format!(" --target-log {}", target.log);
            }
        }
        let step = expected.step.map(|step| format!(" --step {step}"));
        let commitment = expected.commitment.filter(|_| expected.target.is_none()).map(|id| format!(" --commitment {id}"));
        new.extend(step.into_iter().chain(commitment));
        // A file for each promise, so that none is taken for another.
        let file = expected.commitment.map_or_else(|| kind.to_string(), |id| format!("{kind}-{id}"));
        let mut commands = vec![format!("{new} --output {file}.toml")];
        commands.push(say!(language, "# 填好 {file}.toml", "# fill in {file}.toml"));
        commands.push(format!("luodi sign {file}.toml --key {key}"));
        commands.push(format!("luodi publish {file}.statement --node {writer}"));
        commands
    }

    /// The node that writes the log of a division: the one asked, if it is that; else its address is for the reader to fill in.
    fn node_of(&self, division: Division) -> String {
        match &self.own {
            Some(own) if own.division == division => self.args.node.clone(),
            _ => say!(self.language, "<{division} 的节点网址>", "<address of the node of {division}>"),
        }
    }

    fn json(&self) -> serde_json::Value {
        let next = |expected: &Expected| {
            let commands: Vec<String> =
                expected.from.iter().filter(|bearer| self.is_me(bearer)).flat_map(|bearer| self.commands(expected, bearer)).collect();
            let mut said = json!(expected);
            if let (Some(object), false) = (said.as_object_mut(), commands.is_empty()) {
                object.insert("commands".to_owned(), json!(commands));
            }
            said
        };
        let words: HashMap<String, &Words> = self.words.iter().map(|(on, words)| (on.id.to_string(), words)).collect();
        let next: Vec<_> = self.view.expected.iter().filter(|expected| self.is_mine(expected)).map(next).collect();
        json!({"title": self.title(), "next": next, "view": self.view, "words": words})
    }
}
