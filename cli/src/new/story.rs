//! What a matter tells a template before anybody fills it in: procedure and round, what was promised, what is expected next.
//!
//! Read from the logs and judged here, as `luodi matter` does. Out of scope: deciding what is expected, which is the fold's. Invariant:
//! nothing is invented: what the matter does not tell stays empty.

use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::codes::{CodeList as _, KindCode};
use luodi_ledger::matter::facts::CommitmentId;
use luodi_ledger::matter::pack::Pack;
use luodi_ledger::matter::view::{Commitment, Expected, Round, RulesUsed, View};
use luodi_ledger::matter::{Reference, fold};
use luodi_ledger::names::{MatterId, Office};

use crate::clock;
use crate::language::{Language, say};
use crate::node_client::Node;
use crate::preview::yuan;
use crate::reading::Shelf;

/// A matter as templates need it.
pub(super) struct Story {
    view: View,
    pack: Option<Pack>,
    /// What each promise is, in words.
    told: Vec<(CommitmentId, String)>,
}

impl Story {
    /// Reads the logs of the matter's division and of those above it; nothing if the matter is not there.
    pub(super) async fn read(node: &Node, federation: FederationFile, id: MatterId, language: Language) -> anyhow::Result<Option<Self>> {
        let offset = federation.offset;
        let shelf = Shelf::read(node, federation, id.division, language).await?;
        let records: Vec<_> = shelf.records.iter().filter(|record| record.statement.matter == Some(id)).cloned().collect();
        if records.is_empty() {
            return Ok(None);
        }
        let view = fold(id, &records, &shelf.packs, clock::now(), offset);
        let pack = match &view.rules {
            RulesUsed::Known { pack, .. } => shelf.packs.get(pack).cloned(),
            _ => None,
        };
        let mut told = Vec::new();
        for commitment in view.live() {
            let words = shelf.words(node, &commitment.made).await;
            told.extend(words.and_then(|words| Some((commitment.id, words.commitments.get(&commitment.id)?.what.clone()?))));
        }
        Ok(Some(Self { view, pack, told }))
    }

    /// 工作方法
    pub(super) fn method(&self) -> Option<String> {
        self.view.topic.as_ref().map(|topic| topic.method.to_string())
    }

    /// The round that is open.
    pub(super) fn round(&self) -> Option<u32> {
        self.view.rounds.last().filter(|round| round.outcome.is_none()).map(|round| round.number)
    }

    /// The round that a `reopen` would open: none while one is open.
    pub(super) fn next_round(&self) -> Option<u32> {
        let closed = |round: &&Round| round.outcome.is_some();
        self.view.rounds.last().filter(closed).map(|round| round.number + 1)
    }

    /// The days of notice that its rules ask for.
    pub(super) fn notice_days(&self) -> Option<u16> {
        self.pack.as_ref().map(|pack| pack.notice.days)
    }

    /// The id of a further promise.
    pub(super) fn next_id(&self) -> String {
        let taken = |id: &String| self.view.commitments.iter().any(|commitment| commitment.id.as_str() == id);
        // One of so many is free.
        let most = self.view.commitments.len() + 1;
        (1..=most).map(|number| format!("c{number}")).find(|id| !taken(id)).unwrap_or_default()
    }

    /// The promise that is meant where there is only one.
    pub(super) fn commitment(&self) -> Option<CommitmentId> {
        let mut live = self.view.live();
        live.next().filter(|_| live.next().is_none()).map(|commitment| commitment.id)
    }

    /// Whether it was promised.
    pub(super) fn has(&self, id: CommitmentId, language: Language) -> anyhow::Result<()> {
        let ids: Vec<String> = self.view.commitments.iter().map(|commitment| commitment.id.to_string()).collect();
        let (matter, known) = (self.view.id, if ids.is_empty() { "—".to_owned() } else { ids.join(language.pick("、", ", ")) });
        anyhow::ensure!(
            ids.contains(&id.to_string()),
            say!(
                language,
                "--commitment：{matter} 没有承诺 {id}；有的是 {known}",
                "--commitment: {matter} has no promise {id}; it has {known}"
            )
        );
        Ok(())
    }

    /// The step that is expected next of an office.
    pub(super) fn step(&self, by: &Office) -> Option<String> {
        let from = |expected: &&Expected| expected.from.iter().any(|bearer| bearer.body.as_str() == by.as_str());
        self.expected(KindCode::Step.as_str()).find(from)?.step.map(|step| step.to_string())
    }

    /// The statement that one of `kind` is expected to speak of, where only one is.
    pub(super) fn target(&self, kind: &str, commitment: Option<CommitmentId>) -> Option<&Reference> {
        let fits = |expected: &&Expected| commitment.is_none() || expected.commitment == commitment;
        let targets: Vec<&Reference> = self.expected(kind).filter(fits).filter_map(|expected| expected.target.as_ref()).collect();
        if let [one] = targets.as_slice() { Some(*one) } else { None }
    }

    fn expected<'s>(&'s self, kind: &str) -> impl Iterator<Item = &'s Expected> {
        let kind = kind.to_owned();
        self.view.expected.iter().filter(move |expected| expected.kind.as_str() == kind.as_str())
    }

    /// What a statement says now, corrections included.
    pub(super) fn facts_now(&self, of: &Reference) -> Option<String> {
        self.view.event(of)?.said.to_facts().ok().map(|facts| facts.as_str().to_owned())
    }

    /// Who convened it.
    pub(super) fn convener(&self) -> Option<&Office> {
        self.view.convener.as_ref().map(|convener| &convener.office)
    }

    /// The promises as comments: what, by when, for how much, how far.
    pub(super) fn promises(&self, language: Language) -> String {
        let line = |commitment: &Commitment| {
            let Commitment { id, due, .. } = commitment;
            let what = self.told.iter().find(|(told, _)| told == id).map_or("", |(_, what)| what.as_str());
            let what: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let mut line = say!(language, "#   {id}　{what}　期限 {due}", "#   {id}  {what}  due {due}");
            if let Some(budget) = commitment.budget {
                let (fen, budget) = (budget.0, yuan(budget, language));
                line += &say!(language, "　预算 {budget}（{fen} 分）", "  budget {budget} ({fen} fen)");
            }
            if let Some(spent) = commitment.spent {
                let (fen, spent) = (spent.0, yuan(spent, language));
                line += &say!(language, "　已支出 {spent}（{fen} 分）", "  spent {spent} ({fen} fen)");
            }
            for milestone in commitment.milestones.iter().filter(|milestone| milestone.reached.is_none()) {
                let id = milestone.milestone.id;
                line += &say!(language, "　节点 {id}", "  milestone {id}");
            }
            line + "\n"
        };
        let lines: String = self.view.live().map(line).collect();
        if lines.is_empty() {
            return String::new();
        }
        say!(language, "# 现有的承诺：\n{lines}", "# What is promised now:\n{lines}")
    }

    /// The sections of a result: what was planned and what was reported, of each promise.
    pub(super) fn delivered(&self) -> String {
        let section = |commitment: &Commitment| {
            let Commitment { id, due, completion, .. } = commitment;
            let actual = completion.as_ref().map_or_else(|| "\"\"".to_owned(), |completion| completion.date.to_string());
            let cost =
                completion.as_ref().and_then(|completion| completion.cost).map_or_else(|| "\"\"".to_owned(), |cost| cost.0.to_string());
            format!("[[facts.commitments]]\nid = \"{id}\"\nplanned = {due}\nactual = {actual}\ncost = {cost}\n")
        };
        self.view.live().map(section).collect::<Vec<_>>().join("\n")
    }
}
