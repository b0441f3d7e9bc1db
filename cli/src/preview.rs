//! What a statement says, in words, before anybody signs or sends it: who, what, about what, and all that residents will read.
//!
//! Words for codes are those of `ledger::matter::labels`, the same that pages show.

use luodi_ledger::attachment::Access;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{Ballot, IndicatorCode};
use luodi_ledger::matter::facts::{
    Assessment, Fen, Indicator, Outcome, Period, PlaceConsequence, Plan, Promise, ResultNotice, Said, Step, Tally, Topic,
};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::Origin;
use luodi_ledger::privacy::DISCLOSED;
use luodi_ledger::statement::Statement;
use luodi_ledger::told::{self, Told};

use crate::language::{Language, say};
use crate::personal;

/// The statement as a person reads it.
pub(crate) fn preview(statement: &Statement, body: Option<&[u8]>, language: Language) -> String {
    let words = body.and_then(|bytes| Words::parse(bytes).ok()).unwrap_or_default();
    let mut page = Page { lines: Vec::new(), words: &words, language };
    let by: Vec<String> = statement.by.iter().map(|office| format!("{} {}", office.division, page.label(&office.office))).collect();
    page.lines.push(format!("{}\n", console::style(page.label(&statement.kind)).bold()));
    page.row("签署", "signed by", by.join(page.comma()));
    if let Some(matter) = statement.matter {
        page.row("事项", "matter", matter);
    }
    for (chinese, english, field) in
        [("标题", "title", page.words(|words| &words.title)), ("内容", "text", page.words(|words| &words.text))]
    {
        page.maybe(chinese, english, field);
    }
    match Said::read(&statement.kind, &statement.facts) {
        Ok(said) => page.said(&said, statement),
        Err(_) => page.told(statement),
    }
    page.maybe("原因", "reason", page.words(|words| &words.reason));
    page.maybe("名称", "name", page.words(|words| &words.name));
    page.maybe("电话", "phone", page.words(|words| &words.phone));
    page.maybe("地址", "address", page.words(|words| &words.address));
    if !words.places.is_empty() {
        page.row("张贴", "posted at", page.in_language().places.join(page.comma()));
    }
    for attachment in &words.attachments {
        let title = attachment.title.as_deref().unwrap_or_default();
        let access = match attachment.access {
            Access::Public => language.pick("公开", "public"),
            _ => language.pick("原件存档备查，不公布", "stays in the archive"),
        };
        let (media, size) = (&attachment.media, attachment.size.div_ceil(1024));
        page.row("附件", "attachment", format!("{title}（{access}，{media}，{size} KiB）"));
    }
    if let Some(source) = page.in_language().source.as_ref().or(words.source.as_ref()) {
        page.row("来源", "source", &source.facts);
        page.maybe("编排", "arranged", source.arranged.as_ref());
        source.at.iter().for_each(|at| page.row("出处", "from", at));
    }
    page.maybe("有意公开", "disclosed", personal::disclosed(statement, language));
    page.row("账本", "log", &statement.log);
    page.row("时间", "time", statement.time);
    page.lines.concat()
}

/// An amount as people write it.
pub(crate) fn yuan(amount: Fen, language: Language) -> String {
    let amount = amount.grouped();
    say!(language, "{amount} 元", "{amount} yuan")
}

struct Page<'w> {
    lines: Vec<String>,
    words: &'w Words,
    language: Language,
}

impl<'w> Page<'w> {
    fn row(&mut self, chinese: &str, english: &str, value: impl std::fmt::Display) {
        self.lines.push(match self.language {
            Language::Chinese => format!("  {chinese}　{value}\n"),
            Language::English => format!("  {english:<11} {value}\n"),
        });
    }

    fn maybe(&mut self, chinese: &str, english: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.row(chinese, english, value);
        }
    }

    fn comma(&self) -> &'static str {
        self.language.pick("、", ", ")
    }

    fn label(&self, what: &impl Label) -> String {
        self.language.pick(what.zh(), what.en()).into_owned()
    }

    fn list(&self, what: &[impl Label]) -> Option<String> {
        let labels: Vec<String> = what.iter().map(|each| self.label(each)).collect();
        (!labels.is_empty()).then(|| labels.join(self.comma()))
    }

    /// The words in this language, or as they were written.
    fn in_language(&self) -> &'w Words {
        self.words.en.as_deref().filter(|_| self.language == Language::English).unwrap_or(self.words)
    }

    fn words(&self, field: impl Fn(&'w Words) -> &'w Option<String>) -> Option<&'w String> {
        field(self.in_language()).as_ref().or(field(self.words).as_ref())
    }

    fn money(&self, amount: Option<Fen>) -> Option<String> {
        amount.map(|fen| yuan(fen, self.language))
    }

    /// All facts, each by its name: those of a kind that has no sentences of its own here.
    fn told(&mut self, statement: &Statement) {
        let mut group = told::facts(&statement.kind, &statement.facts, None);
        // It stands below, in words.
        let below = told::name(DISCLOSED);
        group.retain(|(name, _)| *name != below);
        self.group(&group, 0);
    }

    fn group(&mut self, group: &told::Group, depth: usize) {
        let indent = "  ".repeat(depth);
        for (name, told) in group {
            let name = indent.clone() + &self.label(name);
            match told {
                Told::Group(inner) if inner.iter().any(|(_, told)| matches!(told, Told::Group(_) | Told::List(_))) => {
                    self.row(&name, &name, "");
                    self.group(inner, depth + 1);
                }
                Told::List(items) => {
                    for item in items {
                        self.row(&name, &name, self.value(item));
                    }
                }
                other => self.row(&name, &name, self.value(other)),
            }
        }
    }

    /// A value on one line; a text of several lines below its name.
    fn value(&self, told: &Told) -> String {
        let listed = |parts: Vec<String>| parts.join(self.comma());
        match told {
            Told::Group(group) => {
                let parts = group.iter().map(|(name, told)| format!("{} {}", self.label(name), self.value(told)));
                listed(parts.collect())
            }
            Told::List(items) => listed(items.iter().map(|item| self.value(item)).collect()),
            Told::Label(label) => self.label(label),
            Told::Money(amount) => yuan(*amount, self.language),
            Told::Date(date) => date.to_string(),
            Told::Number(number) => number.to_string(),
            Told::Yes(yes) => if *yes { self.language.pick("是", "yes") } else { self.language.pick("否", "no") }.to_owned(),
            Told::Reference(on) => self.reference(on),
            Told::Division(code) => code.to_string(),
            Told::Office(office) => format!("{} {}", office.division, self.label(&office.office)),
            Told::Bearer(bearer) => self.label(bearer),
            Told::Matter(id) => id.to_string(),
            Told::Log(origin) => self.log(origin),
            Told::Key(key) => key.to_string(),
            Told::Lines(text) => text.lines().map(|line| format!("\n      {line}")).collect(),
            Told::Exact(text) | Told::Text(text) => text.clone(),
        }
    }

    fn log(&self, log: &Origin) -> String {
        let (division, generation) = (log.division, log.generation);
        say!(self.language, "{division} 第 {generation} 本账", "log {generation} of {division}")
    }

    fn reference(&self, target: &Reference) -> String {
        let (log, index) = (self.log(&target.log), target.index);
        say!(self.language, "{log}第 {index} 条", "entry {index} of {log}")
    }

    fn target(&mut self, target: &Reference) {
        self.row("所指", "refers to", self.reference(target));
    }

    fn said(&mut self, said: &Said, statement: &Statement) {
        self.maybe("承诺", "promise", said.commitment());
        // A step and a completion tell theirs in their own sentence.
        self.maybe("日期", "date", said.date().filter(|_| !matches!(said, Said::Step(_) | Said::Completion(_))));
        match said {
            Said::Topic(topic) => self.topic(topic),
            Said::Step(step) => self.step(step),
            Said::Outcome(outcome) => self.outcome(outcome),
            Said::Objection(objection) => {
                self.row("件数", "received", objection.count);
                self.target(&objection.target);
            }
            Said::Answer(answer) => {
                self.row("答复", "answer", self.label(&answer.finding));
                self.target(&answer.target);
            }
            Said::Plan(plan) => self.plan(plan),
            Said::Progress(progress) => {
                self.maybe("到达节点", "reached", progress.milestone);
                self.maybe("累计支出", "spent", self.money(progress.spent));
            }
            Said::Problem(problem) => self.maybe("轮次", "round", problem.round),
            Said::Reopen(reopen) => {
                self.row("轮次", "round", reopen.round);
                self.row("因为", "because", self.label(&reopen.reason));
            }
            Said::Completion(completion) => {
                self.row("完成日期", "finished", completion.date);
                self.maybe("实际支出", "cost", self.money(completion.cost));
            }
            Said::Verification(verification) => {
                self.row("结论", "verdict", self.label(&verification.verdict));
                self.maybe("核实方式", "checked", self.list(&verification.checks));
                self.target(&verification.target);
            }
            Said::Result(result) => self.result(result),
            Said::Feedback(feedback) => {
                let (fixed, partly, not, unknown) = (feedback.fixed, feedback.partly, feedback.not, feedback.unknown);
                let counts = say!(
                    self.language,
                    "已解决 {fixed}，部分解决 {partly}，没有解决 {not}，不清楚 {unknown}",
                    "fixed {fixed}, partly {partly}, not {not}, don't know {unknown}"
                );
                self.row("居民反馈", "residents", counts);
                self.row("收集方式", "gathered", self.label(&feedback.gathered));
            }
            Said::Termination(termination) => self.row("因为", "because", self.label(&termination.reason)),
            Said::Countersign(countersign) => self.target(&countersign.target),
            Said::Evaluation(evaluation) => {
                self.row("评估等次", "rating", self.label(&evaluation.rating));
                self.maybe("评估方式", "how", self.list(&evaluation.how));
                evaluation.target.iter().for_each(|target| self.target(target));
            }
            Said::Rectification(order) => {
                self.row("措施", "action", self.label(&order.action));
                self.maybe("对象", "to", order.office.map(|office| self.label(&office)));
                self.maybe("期限", "by", order.deadline);
                self.maybe("问责方式", "measure", order.measure.map(|measure| self.label(&measure)));
                order.target.iter().for_each(|target| self.target(target));
            }
            Said::Circular(circular) => {
                let places: Vec<String> = circular.places.iter().map(ToString::to_string).collect();
                self.row("方式", "to", self.label(&circular.to));
                self.row("事由", "ground", self.label(&circular.ground));
                self.row("地方", "places", places.join(self.comma()));
                circular.target.iter().for_each(|target| self.target(target));
            }
            Said::Void(withdrawal) => {
                self.row("因为", "because", self.label(&withdrawal.reason));
                self.target(&withdrawal.target);
            }
            Said::Correction(correction) => {
                self.target(&correction.target);
                for told::Changed { name, old, new } in told::changes(None, &correction.changes) {
                    let [old, new] = [old, new].map(|told| told.map_or_else(|| "—".to_owned(), |told| self.value(&told)));
                    let name = self.label(&name);
                    self.row(&name, &name, format!("{old} → {new}"));
                }
            }
            Said::Redaction(redaction) => {
                self.row("理由", "ground", self.label(&redaction.ground));
                self.target(&redaction.target);
                redaction.hashes.iter().for_each(|hash| self.row("删除内容", "erases", hash));
            }
            Said::Catalogue(catalogue) => {
                self.row("版本", "version", catalogue.version);
                self.maybe("施行日期", "from", catalogue.from);
                for item in &catalogue.items {
                    let name = self.in_language().items.get(&item.code).cloned().unwrap_or_default();
                    self.row("条目", "item", format!("{} {name} · {} · {}", item.code, self.label(&item.category), self.label(&item.duty)));
                }
            }
            Said::Rules(rules) => {
                self.row("规则包", "rule pack", rules.pack);
                self.row("施行日期", "from", rules.from);
                self.maybe("失效日期", "until", rules.until);
                self.maybe("替代", "replaces", rules.replaces);
            }
            Said::Assessment(assessment) => self.assessment(assessment),
            Said::Raw(_) | Said::Evidence(_) | Said::Anchor(_) | Said::Observation(_) => self.told(statement),
        }
    }

    fn assessment(&mut self, assessment: &Assessment) {
        let Period { from, until } = assessment.period;
        self.row("考核期", "period", format!("{from} – {until}"));
        for Indicator { code, had, of, median_halves } in &assessment.indicators {
            let name = self.label(&told::word::<IndicatorCode>(code.as_str()));
            let figure = match (of, median_halves) {
                (Some(of), _) => format!("{had} / {of}"),
                (None, Some(halves)) => {
                    let days = format!("{}{}", halves.div_euclid(2), if halves.rem_euclid(2) == 0 { "" } else { ".5" });
                    say!(self.language, "中位数 {days} 天（{had} 件）", "median {days} days ({had} cases)")
                }
                (None, None) => had.to_string(),
            };
            self.row("指标", "figure", say!(self.language, "{name}：{figure}", "{name}: {figure}"));
        }
        for PlaceConsequence { consequence, place } in &assessment.consequences {
            self.row("考核结果", "follows", format!("{place} {}", self.label(consequence)));
        }
        self.row("公式版本", "formulas", assessment.formulas);
        self.row("账本长度", "log sizes", assessment.logs);
    }

    fn topic(&mut self, topic: &Topic) {
        self.row("议题", "topic", self.label(&topic.decision));
        self.row("类别", "category", self.label(&topic.category));
        self.row("依据", "basis", self.label(&topic.basis));
        self.row("方法", "procedure", self.label(&topic.method));
        if let Some(raised) = topic.raised {
            let count = raised.count.map(|count| say!(self.language, "（{count} 人）", " ({count})")).unwrap_or_default();
            self.row("来源", "raised by", self.label(&raised.by) + &count);
        }
    }

    fn step(&mut self, step: &Step) {
        self.row("步骤", "step", self.label(&step.step));
        self.row("日期", "date", step.date);
        self.row("轮次", "round", step.round);
        self.maybe("形式", "form", step.form.as_ref().map(|form| self.label(form)));
        let heads: Vec<String> = step.participants.iter().map(|each| format!("{} {}", self.label(&each.kind), each.count)).collect();
        if !heads.is_empty() {
            self.row("参加", "took part", heads.join(self.comma()));
        }
        for Tally { due, options, present, unit } in &step.tallies {
            let unit = self.label(unit);
            let votes: Vec<String> = options.iter().map(|option| format!("{} {}", self.option(&option.code), option.count)).collect();
            let votes = votes.join(self.comma());
            let counts = say!(self.language, "{unit}：应到 {due}，实到 {present}；{votes}", "{unit}: {present} of {due} came; {votes}");
            self.row("表决", "vote", counts);
        }
    }

    fn option(&self, code: &luodi_ledger::matter::codes::Word) -> String {
        if let Some(name) = self.in_language().options.get(code) {
            return name.clone();
        }
        self.label(&told::word::<Ballot>(code.as_str()))
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.row("结果", "result", self.label(&outcome.result));
        self.row("轮次", "round", outcome.round);
        self.maybe("公示天数", "notice days", outcome.notice_days);
        self.maybe("张贴渠道", "posted", self.list(&outcome.posted));
        for Promise { budget, due, id, .. } in &outcome.commitments {
            let words = self.in_language().commitments.get(id).cloned().unwrap_or_default();
            let what = words.what.unwrap_or_default();
            self.row("承诺", "promise", format!("{id} {what}"));
            self.maybe("  谁负责", "  who", words.who);
            self.row("  期限", "  due", due);
            self.maybe("  预算", "  budget", self.money(*budget));
            self.maybe("  资金", "  from", words.funds);
        }
    }

    fn plan(&mut self, plan: &Plan) {
        self.maybe("期限改为", "due moves to", plan.due);
        self.maybe("预算改为", "budget is", self.money(plan.budget));
        self.maybe("调整原因", "because", plan.reason.as_ref().map(|reason| self.label(reason)));
        for milestone in &plan.milestones {
            let name = self.in_language().milestones.get(&milestone.id).cloned().unwrap_or_else(|| milestone.id.to_string());
            let due = milestone.due.map(|due| due.to_string()).unwrap_or_default();
            self.row("节点", "milestone", format!("{name} {due}"));
        }
    }

    fn result(&mut self, result: &ResultNotice) {
        for delivered in &result.commitments {
            let id = delivered.id;
            let date = |date: Option<luodi_ledger::time::Date>| date.map_or_else(|| "—".to_owned(), |date| date.to_string());
            let (planned, actual) = (date(delivered.planned), date(delivered.actual));
            let cost = self.money(delivered.cost).unwrap_or_else(|| "—".to_owned());
            let row = say!(
                self.language,
                "{id}：计划 {planned}，实际 {actual}，支出 {cost}",
                "{id}: planned {planned}, actual {actual}, cost {cost}"
            );
            self.row("结果", "result", row);
        }
        self.maybe("张贴渠道", "posted", self.list(&result.posted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luodi_ledger::facts::Facts;
    use luodi_ledger::matter::codes::{CodeList as _, KindCode, lists};
    use luodi_ledger::statement::BodyRef;

    fn shown(kind: &str, facts: &str, body: &str, language: Language) -> String {
        let statement = Statement {
            log: "luodi.example/demo/log/990101001001/1".parse().unwrap(),
            by: ["luodi.example/demo/990101001001/committee".parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: Some("990101001001-2026-0007".parse().unwrap()),
            time: "2026-11-22T07:58:11Z".parse().unwrap(),
            facts: Facts::of(&serde_json::from_str::<serde_json::Value>(facts).unwrap()).unwrap(),
            body: Some(BodyRef::of(body.as_bytes())),
        };
        console::strip_ansi_codes(&preview(&statement, Some(body.as_bytes()), language)).into_owned()
    }

    #[test]
    fn an_outcome_is_told_in_words() {
        let facts = r#"{"commitments":[{"budget":1850050,"due":"2026-12-31","id":"c1"}],"result":"consensus","round":1}"#;
        let body = r#"{"commitments":{"c1":{"what":"疏通水沟"}},"en":{"commitments":{"c1":{"what":"Clear the ditch"}}},"text":"先通水沟"}"#;
        let chinese = shown("outcome", facts, body, Language::Chinese);
        assert!(chinese.contains("疏通水沟") && chinese.contains("18,500.50 元") && chinese.contains("2026-12-31"), "{chinese}");
        let english = shown("outcome", facts, body, Language::English);
        assert!(english.contains("Clear the ditch") && english.contains("18,500.50 yuan"), "{english}");
        assert!(!english.contains("consensus\""), "{english}");
    }

    #[test]
    fn corrected_amounts_are_told_in_yuan() {
        let facts = r#"{"changes":[{"new":1180050,"old":1160000,"path":"cost"},{"new":3,"old":2,"path":"round"}],"target":{"id":"ID","index":7,"log":"luodi.example/demo/log/990101001001/1"}}"#;
        let facts = facts.replace("ID", &luodi_ledger::hash::Blake3::of(b"completion").to_string());
        let chinese = shown("correction", &facts, r#"{"text":"抄错了一位"}"#, Language::Chinese);
        assert!(chinese.contains("11,600 元 → 11,800.50 元") && chinese.contains("2 → 3") && chinese.contains("抄错了一位"), "{chinese}");
    }

    #[test]
    fn every_code_and_every_key_of_every_kind_is_previewed_in_words() {
        let codes: std::collections::BTreeSet<String> =
            lists().into_iter().flat_map(|list| list.codes).map(|code| code.code.to_owned()).collect();
        for kind in KindCode::ALL {
            for facts in luodi_ledger::schema::samples(*kind) {
                let chinese = shown(kind.as_str(), &facts.to_string(), "{}", Language::Chinese);
                for row in chinese.lines() {
                    assert!(!row.contains(['{', '"']), "{kind}: {row}\n{facts}");
                    let words = row.split(|each: char| !each.is_ascii_alphanumeric() && !"-._/:+=".contains(each));
                    for word in words {
                        assert!(!codes.contains(word) && (word.len() < 3 || facts.get(word).is_none()), "{kind}: {word} in {row}\n{facts}");
                    }
                }
            }
        }
    }

    #[test]
    fn registrations_are_told_in_words() {
        let facts = r#"{"basis":"election","keys":[],"office":"luodi.example/demo/990101001001/committee","term":{"from":"2026-01-10"}}"#;
        let chinese = shown("appoint", facts, "{}", Language::Chinese);
        assert!(chinese.contains("任期　自 2026-01-10\n"), "{chinese}");
        assert!(chinese.contains("依据　选举产生") && chinese.contains("990101001001 村(居)民委员会"), "{chinese}");
        let facts = r#"{"consequences":[],"formulas":1,"indicators":[{"code":"every-step","had":3,"of":4}],"logs":"ID","period":{"from":"2026-01-01","until":"2026-12-31"}}"#;
        let facts = facts.replace("ID", &luodi_ledger::hash::Blake3::of(b"logs").to_string());
        let chinese = shown("assessment", &facts, "{}", Language::Chinese);
        assert!(chinese.contains("指标　程序完整率：3 / 4"), "{chinese}");
        let english = shown("assessment", &facts, "{}", Language::English);
        assert!(english.contains("Every required step taken") && !english.contains("every-step"), "{english}");
    }

    #[test]
    fn what_no_type_knows_is_shown_as_it_stands() {
        assert!(shown("weather", r#"{"rain":"much"}"#, "{}", Language::English).contains("much"));
    }
}
