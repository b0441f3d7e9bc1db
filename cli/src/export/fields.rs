//! The fields of an export: one table of them, from which sheets, JSON Lines and their description are all made.

use std::borrow::Cow;

use luodi_ledger::assessment::{Assessment, Figure};
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::calendar::Slot;
use luodi_ledger::matter::codes::{CodeList, Coded, CommitmentState, FlagCode};
use luodi_ledger::matter::facts::{Bearer, Fen, Outcome, Said, Topic};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::pack::in_english;
use luodi_ledger::matter::view::{Commitment, Effect, Event, Expected, View};
use luodi_ledger::matter::words::{CommitmentWords, Words};
use luodi_ledger::names::Division;
use luodi_ledger::told::Wording;

use super::corpus::{Corpus, LogRead};
use super::value::{Shown, Value};

/// One field of a row `R`.
pub(super) struct Field<R> {
    /// Its name in JSON Lines.
    pub(super) name: &'static str,
    /// Its heading in sheets, in Chinese and English.
    pub(super) heading: (&'static str, &'static str),
    /// What it says, and its unit.
    pub(super) meaning: (&'static str, &'static str),
    pub(super) value: fn(&R) -> Value,
}

/// A row of the table of matters.
pub(super) struct MatterRow<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) view: &'a View,
}

/// A row of the table of commitments.
pub(super) struct CommitmentRow<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) view: &'a View,
    pub(super) commitment: &'a Commitment,
}

/// A row of the timeline: a statement.
pub(super) struct EventRow<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) view: &'a View,
    pub(super) event: &'a Event,
}

/// A row of the calendar.
pub(super) struct SlotRow<'a> {
    pub(super) place: Division,
    pub(super) slot: &'a Slot,
}

/// A row of the table of figures.
pub(super) struct FigureRow<'a> {
    pub(super) assessment: &'a Assessment,
    pub(super) place: Division,
    pub(super) figure: &'a Figure,
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)?: $row:ty { $($field:literal, $zh:literal, $en:literal, $means_zh:literal, $means_en:literal, $value:expr;)+ }) => {
        $(#[$doc])*
        pub(super) fn $name$(<$life>)?() -> Vec<Field<$row>> {
            vec![$(Field {
                name: $field,
                heading: ($zh, $en),
                meaning: ($means_zh, $means_en),
                value: $value,
            },)+]
        }
    };
}

fields! {
    /// 事项
    matters<'a>: MatterRow<'a> {
        "matter", "事项编号", "Matter", "区划-年份-序号", "division-year-number", |row| text(row.view.id);
        "place", "区划", "Place", "12 位统计用区划代码", "division code of 12 digits", |row| text(row.view.place);
        "title", "标题", "Title", "议题的标题", "title of the topic", |row| words(row).and_then(|words| words.title.as_ref()).into();
        "status", "状态", "Status", "按已签署的事实算出，不是谁写的", "computed from signed facts, written by nobody", |row| code(row.view.status).into();
        "days", "天数", "Days", "公示中：剩余天数；已逾期：最多逾期天数", "on notice: days left; overdue: most days late", |row| row.view.days.into();
        "tags", "标记", "Tags", "状态旁的标记", "beside the status", |row| codes(row.view.tags.iter().copied()).into();
        "flags", "提示", "Flags", "算出的异常，如补录、已改期", "computed oddities, such as back-filled or rescheduled", |row| codes(flag_codes(row.view)).into();
        "category", "类别", "Category", "协商事项类别", "what it is about", |row| topic(row.view).map(|topic| coded(topic.category)).into();
        "basis", "依据", "Basis", "协商依据", "why it is consulted", |row| topic(row.view).map(|topic| coded(topic.basis)).into();
        "method", "工作方法", "Method", "协商程序", "procedure", |row| topic(row.view).map(|topic| coded(topic.method)).into();
        "raised_by", "议题来源", "Raised by", "谁提出", "who raised it", |row| topic(row.view).and_then(|topic| topic.raised).map(|raised| coded(raised.by)).into();
        "topic_date", "议题日期", "Topic date", "议题确定的日期", "day of the topic", |row| row.view.topic.as_ref().map(|topic| topic.date).into();
        "convener", "召集方", "Convener", "签署议题的组织", "office that signed the topic", |row| row.view.convener.as_ref().map(|office| format!("{}/{}", office.division, office.office)).into();
        "rounds", "轮次", "Rounds", "协商了几轮", "rounds of consultation", |row| row.view.rounds.len().into();
        "result", "协商结果", "Result", "最近一次协商成果", "of the newest outcome", |row| newest(row.view).map(|outcome| code(outcome.result)).into();
        "outcome_date", "决议日期", "Outcome date", "最近一次协商成果的日期", "day of the newest outcome", |row| row.view.rounds.iter().rev().find_map(|round| Some(round.outcome.as_ref()?.date)).into();
        "notice_until", "公示截止", "Notice until", "公示的最后一天", "last day of the notice", |row| row.view.notice.as_ref().map(|notice| notice.to).into();
        "commitments", "承诺数", "Commitments", "未取消的承诺", "commitments not dropped", |row| row.view.live().count().into();
        "accepted", "已核实承诺数", "Accepted", "其中监督方认可的", "of them accepted by those who verify", |row| row.view.live().filter(|commitment| commitment.state == CommitmentState::Accepted).count().into();
        "budget", "预算合计", "Budget", "元；JSON 中为分", "yuan; fen in JSON", |row| sum(row.view.live().map(|commitment| commitment.budget));
        "cost", "结算合计", "Cost", "元；JSON 中为分", "yuan; fen in JSON", |row| sum(row.view.live().map(|commitment| commitment.completion.as_ref().and_then(|completion| completion.cost)));
        "objections", "异议件数", "Objections", "收到的异议", "objections received", |row| row.view.objections.iter().map(|objection| objection.count).sum::<u32>().into();
        "open_objections", "未了异议", "Open objections", "没有答复或采纳后没有再协商的", "unanswered, or upheld without a new round", |row| row.view.objections.iter().filter(|objection| objection.open).count().into();
        "feedback_fixed", "反馈已解决", "Feedback fixed", "居民反馈：已解决（人次）", "residents who say it is fixed", |row| feedback(row.view, |said| said.fixed);
        "feedback_partly", "反馈部分解决", "Feedback partly", "居民反馈：部分解决", "residents who say partly", |row| feedback(row.view, |said| said.partly);
        "feedback_not", "反馈未解决", "Feedback not", "居民反馈：没有解决", "residents who say not", |row| feedback(row.view, |said| said.not);
        "next", "下一步", "Next", "预期的下一份陈述", "the statement expected next", |row| row.view.expected.first().map(next).into();
        "next_from", "下一步由谁", "Next from", "应由哪个组织签署", "the office expected to sign it", |row| row.view.expected.first().map_or(Value::Empty, |next| any_of(&next.from));
        "next_by", "下一步期限", "Next by", "应在哪天之前", "the day it is due", |row| row.view.expected.first().and_then(|next| next.by).into();
        "updated", "最近入账", "Updated", "最近一份有效陈述的入账时间（UTC）", "when the newest statement that counts was logged (UTC)", |row| row.view.updated.into();
        "text", "基本情况", "Text", "议题的正文", "text of the topic", |row| words(row).and_then(|words| words.text.as_ref()).into();
    }
}

fields! {
    /// 承诺
    commitments<'a>: CommitmentRow<'a> {
        "matter", "事项编号", "Matter", "所属事项", "the matter it belongs to", |row| text(row.view.id);
        "title", "标题", "Title", "事项的标题", "title of the matter", |row| topic_words(row.corpus, row.view).and_then(|words| words.title.as_ref()).into();
        "commitment", "承诺编号", "Commitment", "在事项内唯一", "unique in the matter", |row| text(row.commitment.id);
        "what", "做什么", "What", "承诺的内容", "what is promised", |row| promise(row).and_then(|words| words.what.as_ref()).into();
        "state", "承诺状态", "State", "算出的状态；核实前不算办结", "computed; not done before it is verified", |row| code(row.commitment.state).into();
        "round", "轮次", "Round", "作出承诺的轮次", "round that made it", |row| row.commitment.round.into();
        "responsible", "责任方", "Responsible", "纸面上的责任方", "who is responsible, as on paper", |row| row.commitment.responsible.map(|bearer| Shown::of(&bearer.to_string(), &bearer)).into();
        "who", "责任方名称", "Who", "纸面上的名称", "the name on paper", |row| promise(row).and_then(|words| words.who.as_ref()).into();
        "reporter", "报告方", "Reporter", "签署进展和完成的组织，空即召集方", "who signs progress and completion; the convener where empty", |row| row.commitment.reporter.map(|bearer| Shown::of(&bearer.to_string(), &bearer)).into();
        "first_due", "原定期限", "First due", "最初承诺的期限，是否按时以它为准", "first promised; on time is judged by it", |row| row.commitment.first_due.into();
        "due", "现定期限", "Due", "现在的期限", "the day it is due now", |row| row.commitment.due.into();
        "times_moved", "改期次数", "Times moved", "期限改过几次", "how often the day was moved", |row| row.commitment.times_moved().into();
        "days_moved", "改期天数", "Days moved", "现定减原定", "current minus first", |row| row.commitment.days_moved().into();
        "overdue_days", "逾期天数", "Days overdue", "未完成且已过现定期限的天数", "days past the current day, while not completed", |row| row.commitment.overdue_days.into();
        "first_budget", "原定预算", "First budget", "元；JSON 中为分", "yuan; fen in JSON", |row| row.commitment.first_budget.into();
        "budget", "预算", "Budget", "现在的预算，元；JSON 中为分", "as it is now, in yuan; fen in JSON", |row| row.commitment.budget.into();
        "source", "资金来源", "Money from", "资金来源", "what it is paid from", |row| row.commitment.source.map(coded).into();
        "spent", "累计支出", "Spent", "元；JSON 中为分", "yuan; fen in JSON", |row| row.commitment.spent.into();
        "completed", "完成日期", "Completed", "报告的完成日期", "day of completion as reported", |row| row.commitment.completion.as_ref().map(|completion| completion.date).into();
        "cost", "结算", "Cost", "实际支出，元；JSON 中为分", "what it cost, in yuan; fen in JSON", |row| row.commitment.completion.as_ref().and_then(|completion| completion.cost).into();
        "on_time", "按时", "On time", "按原定期限；补录的不判", "by the first day; not judged where back-filled", |row| row.commitment.on_time.into();
        "verdict", "核实", "Verdict", "监督方的结论", "what those who verify found", |row| verdict(row).map(|verdict| code(verdict.verdict)).into();
        "verdict_date", "核实日期", "Verdict date", "核实的日期", "day of the verdict", |row| verdict(row).map(|verdict| verdict.date).into();
    }
}

fields! {
    /// 时间线
    timeline<'a>: EventRow<'a> {
        "matter", "事项编号", "Matter", "所属事项", "the matter it belongs to", |row| text(row.view.id);
        "log", "账本", "Log", "所在账本", "the log it stands in", |row| text(&row.event.reference.log);
        "index", "序号", "Index", "在账本中的位置，从 0 起", "its place in the log, from 0", |row| row.event.reference.index.into();
        "id", "陈述编号", "Statement", "正文的 BLAKE3", "BLAKE3 of its text", |row| text(row.event.reference.id);
        "kind", "种类", "Kind", "陈述种类", "kind of statement", |row| Shown::of(row.event.kind.as_str(), &row.event.kind).into();
        "date", "日期", "Date", "事情发生的日期", "day of the fact", |row| row.event.date.into();
        "by", "签署方", "Signed by", "区划/组织", "division/office", |row| row.event.by.iter().map(|office| format!("{}/{}", office.division, office.office)).collect::<Vec<_>>().join(" ").into();
        "round", "轮次", "Round", "协商轮次", "round of consultation", |row| row.event.round.into();
        "commitment", "承诺编号", "Commitment", "所说的承诺", "the commitment it speaks of", |row| row.event.said.commitment().map(|id| id.to_string()).into();
        "title", "标题", "Title", "陈述的标题", "its title", |row| row.corpus.words(&row.event.reference).and_then(|words| words.title.as_ref()).into();
        "text", "内容", "Text", "陈述的正文", "its text", |row| row.corpus.words(&row.event.reference).and_then(|words| words.text.as_ref()).into();
        "reason", "原因", "Reason", "改期、退回、终止的原因", "why, of a change, a rejection, an end", |row| row.corpus.words(&row.event.reference).and_then(|words| words.reason.as_ref()).into();
        "due", "新期限", "New due", "方案或调整定下的期限", "the day that a plan sets", |row| match &row.event.said { Said::Plan(plan) => plan.due.into(), _ => Value::Empty };
        "plan_reason", "调整原因", "Plan reason", "调整的原因类别", "why a plan was changed", |row| match &row.event.said { Said::Plan(plan) => plan.reason.map(coded).into(), _ => Value::Empty };
        "budget", "新预算", "New budget", "方案或调整定下的预算，元；JSON 中为分", "the budget that a plan sets, in yuan; fen in JSON", |row| match &row.event.said { Said::Plan(plan) => plan.budget.into(), _ => Value::Empty };
        "milestone", "节点", "Milestone", "到达的节点", "the milestone reached", |row| match &row.event.said { Said::Progress(progress) => progress.milestone.map(|id| id.to_string()).into(), _ => Value::Empty };
        "spent", "累计支出", "Spent", "元；JSON 中为分", "yuan; fen in JSON", |row| match &row.event.said { Said::Progress(progress) => progress.spent.into(), _ => Value::Empty };
        "cost", "结算", "Cost", "元；JSON 中为分", "yuan; fen in JSON", |row| match &row.event.said { Said::Completion(completion) => completion.cost.into(), _ => Value::Empty };
        "counts", "有效", "Counts", "是否影响事项", "whether it has an effect", |row| row.event.effect.counts().into();
        "why_not", "无效原因", "Why not", "不起作用的原因", "why it has no effect", |row| match row.event.effect { Effect::Counted => Value::Empty, Effect::Void(why) => Shown::of(&format!("{why:?}"), &why).into(), Effect::Irregular(why) => code(why).into() };
        "back_filled", "补录", "Back-filled", "入账晚于事情七天以上", "logged over seven days after the fact", |row| row.view.flags.iter().any(|flag| flag.code() == FlagCode::BackFilled && flag.on() == Some(&row.event.reference)).into();
        "signed", "签署时间", "Signed", "签署方所写（UTC）", "as its signers say (UTC)", |row| row.event.time.into();
        "logged", "入账时间", "Logged", "入账的时间（UTC）", "when its log took it in (UTC)", |row| row.event.logged.into();
        "from_table", "来源表", "From table", "由哪张表导入", "the table it was imported from", |row| imported(row, "table").into();
        "from_row", "来源行", "From row", "表中的编号", "the key of its row there", |row| imported(row, "row").into();
        "cells", "原表格文字", "Cells", "导入时原样保留的格子", "cells kept as they stood", |row| row.corpus.words(&row.event.reference).and_then(|words| words.more.get("cells")).map_or(Value::Empty, |cells| Value::Json(cells.to_string()));
        "facts", "事实", "Facts", "签署的事实，一字不差", "the facts as signed, byte for byte", |row| row.corpus.notes.get(&row.event.reference).map_or(Value::Empty, |note| Value::Json(note.statement().facts.as_str().to_owned()));
    }
}

fields! {
    /// 公开日历
    calendar<'a>: SlotRow<'a> {
        "place", "区划", "Place", "谁应公开", "who is to disclose", |row| text(row.place);
        "duty", "应公开", "Duty", "应公开什么", "what is to be disclosed", |row| code(row.slot.duty).into();
        "period_from", "期间起", "Period from", "定期公开的期间", "the period, where it recurs", |row| row.slot.period.map(|period| period.from).into();
        "period_to", "期间止", "Period to", "期间的最后一天", "its last day", |row| row.slot.period.map(|period| period.until).into();
        "matter", "事项编号", "Matter", "因哪件事项", "of which matter", |row| row.slot.matter.map(|matter| matter.to_string()).into();
        "due", "应在", "Due", "最后一天", "last day in time", |row| row.slot.due.into();
        "state", "公开情况", "State", "已公开、迟延、未到期、缺", "disclosed, late, not yet due, missing", |row| code(row.slot.state).into();
        "logged", "公开日期", "Disclosed", "入账的日期", "the day it was logged", |row| row.slot.filled.as_ref().map(|filled| filled.logged).into();
        "statement", "陈述编号", "Statement", "据以认定的陈述", "the statement that fills it", |row| row.slot.filled.as_ref().map(|filled| filled.on.id.to_string()).into();
        "advisory", "仅供参考", "Advisory", "所依规则当时未施行", "the rule was not in force then", |row| row.slot.advisory.into();
        "basis", "依据", "Basis", "条文", "the article", |row| cited(&row.slot.basis);
    }
}

fields! {
    /// 考核
    assessment<'a>: FigureRow<'a> {
        "county", "县", "County", "考核的县（市、区）", "the county assessed", |row| text(row.assessment.county);
        "place", "区划", "Place", "这一行是谁的", "whose figure it is", |row| text(row.place);
        "period_from", "考核期起", "Period from", "导出时刻所在的公历年", "the calendar year of the instant of the export", |row| row.assessment.period.from.into();
        "period_to", "考核期止", "Period to", "考核期的最后一天", "its last day", |row| row.assessment.period.until.into();
        "indicator", "指标", "Indicator", "指标；公式见下", "the indicator; the formulas stand below", |row| code(row.figure.indicator).into();
        "had", "件数", "Had", "占比的分子、计数、或中位数背后的件数", "of a share those that had it; a count; of a median the cases behind it", |row| row.figure.had.into();
        "of", "总数", "Of", "占比的分母", "of a share, how many were asked", |row| row.figure.of.into();
        "share", "占比", "Share", "不足五件不给", "not given of fewer than five", |row| row.figure.percent().into();
        "median", "中位数", "Median", "天；不足五件不给", "days; not given of fewer than five", |row| row.figure.median().into();
        "left_out", "未计", "Left out", "说不清、不能判或不计的", "that could not be told, judged or counted", |row| row.figure.left_out.into();
    }
}

fields! {
    /// 账本
    logs: LogRead {
        "log", "账本", "Log", "账本名称", "its name", |row| text(&row.origin);
        "size", "条数", "Size", "算到第几条", "the size it was read up to", |row| row.size.into();
        "root", "根", "Root", "该条数下签署的树根", "the root that was signed at that size", |row| text(row.root);
        "newest", "最近入账", "Newest", "最后一条的入账时间（UTC）", "when its last entry was logged (UTC)", |row| row.newest.into();
        "redacted_bodies", "已隐私删除", "Redacted words", "有几份文字已依据账中的隐私删除而删去", "bodies erased by a redaction in these logs", |row| row.redacted.into();
        "missing_bodies", "缺文字", "Missing words", "另有几份文字不在手边", "other bodies that are not held", |row| row.missing.into();
    }
}

fn text(value: impl std::fmt::Display) -> Value {
    Value::Text(format!("{value}"))
}

fn code<L: CodeList + Label>(code: L) -> Shown {
    Shown::of(code.as_str(), &code)
}

fn coded<L: CodeList + Label>(code: Coded<L>) -> Shown {
    Shown::of(code.as_str(), &code)
}

fn codes<L: CodeList + Label>(list: impl IntoIterator<Item = L>) -> Vec<Shown> {
    list.into_iter().map(code).collect()
}

/// Each flag once, in the order of the list.
fn flag_codes(view: &View) -> std::collections::BTreeSet<FlagCode> {
    view.flags.iter().map(luodi_ledger::matter::view::Flag::code).collect()
}

fn topic(view: &View) -> Option<&Topic> {
    match &view.event(&view.topic.as_ref()?.on)?.said {
        Said::Topic(topic) => Some(topic),
        _ => None,
    }
}

fn newest(view: &View) -> Option<&Outcome> {
    let on = view.rounds.iter().rev().find_map(|round| Some(&round.outcome.as_ref()?.on))?;
    match &view.event(on)?.said {
        Said::Outcome(outcome) => Some(outcome),
        _ => None,
    }
}

fn topic_words<'a>(corpus: &'a Corpus, view: &View) -> Option<&'a Words> {
    corpus.words(&view.topic.as_ref()?.on)
}

fn words<'a>(row: &MatterRow<'a>) -> Option<&'a Words> {
    topic_words(row.corpus, row.view)
}

fn promise<'a>(row: &CommitmentRow<'a>) -> Option<&'a CommitmentWords> {
    row.corpus.words(&row.commitment.made)?.commitments.get(&row.commitment.id)
}

fn verdict<'a>(row: &CommitmentRow<'a>) -> Option<&'a luodi_ledger::matter::view::VerdictView> {
    row.commitment.completion.as_ref()?.verdict.as_ref()
}

fn imported(row: &EventRow<'_>, field: &str) -> Option<String> {
    let source = row.corpus.words(&row.event.reference)?.more.get(crate::import::SOURCE)?;
    Some(source.get(field)?.as_str()?.to_owned())
}

fn feedback(view: &View, count: fn(&luodi_ledger::matter::view::FeedbackView) -> u32) -> Value {
    let heard = &view.voices.residents;
    if heard.is_empty() { Value::Empty } else { heard.iter().map(|said| u64::from(count(said))).sum::<u64>().into() }
}

/// The sum of the amounts that are known; nothing where none is.
fn sum(amounts: impl Iterator<Item = Option<Fen>>) -> Value {
    amounts.flatten().map(|fen| fen.0).reduce(u64::saturating_add).map(Fen).into()
}

fn next(expected: &Expected) -> Shown {
    match expected.step {
        Some(step) => coded(step),
        None => Shown::of(expected.kind.as_str(), &expected.kind),
    }
}

/// A citation, in English where it is known so.
fn cited(basis: &str) -> Value {
    let en = in_english(basis).unwrap_or(basis).to_owned();
    Shown::of(basis, &Wording { zh: basis.to_owned().into(), en: en.into() }).into()
}

/// Any of these, as one word.
fn any_of(bearers: &[Bearer]) -> Value {
    let joined = |word: fn(&Bearer) -> Cow<'static, str>, or| bearers.iter().map(word).collect::<Vec<_>>().join(or);
    let codes = joined(|bearer| bearer.to_string().into(), " ");
    if codes.is_empty() {
        return Value::Empty;
    }
    Shown::of(&codes, &Wording { zh: joined(Label::zh, "或").into(), en: joined(Label::en, " or ").into() }).into()
}

/// The statement of a row, for whoever wants its bytes.
pub(super) fn reference<'a>(row: &EventRow<'a>) -> &'a Reference {
    &row.event.reference
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn who_is_expected_stands_in_words_in_sheets_and_as_codes_in_json() {
        let bearers = ["supervisors", "990101001000/government"].map(|bearer| bearer.parse().unwrap());
        let value = any_of(&bearers);
        assert_eq!(value.text(Language::Chinese), "村(居)务监督委员会或990101001000 人民政府(街道办事处)");
        assert_eq!(value.text(Language::English), "Supervisory committee or 990101001000 Government");
        assert_eq!(value.json(), Some("supervisors 990101001000/government".into()));
        assert_eq!(any_of(&[]), Value::Empty);
        let contractor: Bearer = "contractor".parse().unwrap();
        assert_eq!(Value::from(Shown::of(&contractor.to_string(), &contractor)).text(Language::Chinese), "施工单位");
    }
}
