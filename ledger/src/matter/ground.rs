//! 依据: why a flag that the rules raise stands: which rule, which article, which counts; in both languages.
//!
//! Out of scope: raising flags, which the fold does. Invariant: of every flag in [`BY_RULES`] that a known pack raised there is a ground, and
//! each ground names all three.

use serde::{Deserialize, Serialize};

use super::codes::{Coded, FlagCode, StepCode, Unit};
use super::facts::{Said, Tally};
use super::labels::{ADVISORY, Label};
use super::pack::{Pack, Packs, Share, StepRule, in_english};
use super::record::Reference;
use super::view::{Event, Flag, Judged, RulesUsed, StepView, View};
use crate::time::Date;

/// The flags that a rule pack raises; the others follow from dates, keys and promises alone.
pub const BY_RULES: [FlagCode; 9] = [
    FlagCode::QuorumShort,
    FlagCode::NotPassed,
    FlagCode::TallyMissing,
    FlagCode::StepSkipped,
    FlagCode::StepOutOfOrder,
    FlagCode::NoticeTooShort,
    FlagCode::LateDisclosure,
    FlagCode::Unanswered,
    FlagCode::UnsignedBySupervisors,
];

/// The ground of one flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Of which flag.
    pub flag: FlagCode,
    /// The statement that the flag is on.
    pub on: Option<Reference>,
    /// The rule: the pack, and the step or duty in it.
    pub rule: Both,
    /// The article or basis, as people cite it in Chinese; the pack's title where the pack itself is all that says so.
    pub article: String,
    /// The counts, and what was wanted of them.
    pub counts: Both,
    /// The rule was not in force on that day.
    pub advisory: bool,
}

/// The same in Chinese and in English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

/// One line: counts, rule, article.
impl Label for Ground {
    fn zh(&self) -> std::borrow::Cow<'static, str> {
        let beside = if self.advisory { format!("；{}", ADVISORY.0) } else { String::new() };
        format!("{}。依据：{}{}{beside}", self.counts.zh, self.rule.zh, self.cited("，", &self.article)).into()
    }
    fn en(&self) -> std::borrow::Cow<'static, str> {
        let beside = if self.advisory { format!("; {}", ADVISORY.1) } else { String::new() };
        let article = in_english(&self.article).unwrap_or(&self.article);
        format!("{}. By {}{}{beside}", self.counts.en, self.rule.en, self.cited(", ", article)).into()
    }
}

impl Ground {
    /// The article behind a comma; nothing where it is the pack itself, which the rule names.
    fn cited(&self, comma: &str, article: &str) -> String {
        if self.rule.zh.starts_with(&self.article) { String::new() } else { format!("{comma}{article}") }
    }
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Both {
    Both { zh: zh.into(), en: en.into() }
}

/// Why the flags of a matter stand that the pack it is judged by raised, in their order; nothing where `packs` does not hold it.
pub fn grounds(view: &View, packs: &Packs) -> Vec<Ground> {
    let RulesUsed::Known { pack: name, .. } = &view.rules else { return Vec::new() };
    let Some(pack) = packs.get(name) else { return Vec::new() };
    let in_force = |day| packs.in_force(name, view.place, day);
    view.flags.iter().flat_map(|flag| Reader { view, pack, in_force: &in_force, flag }.read()).collect()
}

struct Reader<'a> {
    view: &'a View,
    pack: &'a Pack,
    /// Whether the pack was in force on a day.
    in_force: &'a dyn Fn(Date) -> bool,
    flag: &'a Flag,
}

impl Reader<'_> {
    fn read(&self) -> Vec<Ground> {
        match self.flag {
            Flag::QuorumShort { step, round, .. } | Flag::NotPassed { step, round, .. } => self.of_counts(*step, *round),
            Flag::TallyMissing { step, round, .. } => self.missing(*step, *round),
            Flag::StepSkipped { step, round } => vec![self.skipped(*step, *round)],
            Flag::StepOutOfOrder { step, round, .. } => vec![self.out_of_order(*step, *round)],
            Flag::NoticeTooShort { days, wanted, .. } => {
                let counts = both(format!("公示 {days} 天，应为 {wanted} 天"), format!("{days} days of notice, {wanted} wanted"));
                vec![self.ground(&both("公示期", "public notice"), &self.pack.notice.basis, counts)]
            }
            Flag::LateDisclosure { step, days, .. } => vec![self.late(*step, *days)],
            Flag::Unanswered { on, days } => vec![self.unanswered(on, *days)],
            Flag::UnsignedBySupervisors { .. } => {
                let counts = both(
                    "监督委员会签名、会签或核实 0 份，至少应有 1 份",
                    "0 signatures, countersigns or verdicts of the supervisors, at least 1 wanted",
                );
                vec![self.ground(&both("监督委员会签名", "signed by the supervisors"), &self.pack.title.zh, counts)]
            }
            _ => Vec::new(),
        }
    }

    /// The day that the rule is applied to: of the statement that the flag is on, else of what came last in its round or in the matter.
    fn day(&self) -> Option<Date> {
        let dates = |events: &mut dyn Iterator<Item = &Event>| events.map(|event| event.date).max();
        match (self.flag, self.flag.on().and_then(|on| self.view.event(on))) {
            (_, Some(event)) => Some(event.date),
            (Flag::StepSkipped { round, .. }, _) => self.steps(*round).iter().filter_map(|seen| seen.date).max(),
            _ => dates(&mut self.view.timeline.iter().filter(|event| event.effect.counts())),
        }
    }

    fn ground(&self, duty: &Both, article: &str, counts: Both) -> Ground {
        let title = &self.pack.title;
        Ground {
            flag: self.flag.code(),
            on: self.flag.on().cloned(),
            rule: both(format!("{}“{}”", title.zh, duty.zh), format!("{}, “{}”", title.en, duty.en)),
            article: article.to_owned(),
            counts,
            advisory: self.day().is_some_and(|day| !(self.in_force)(day)),
        }
    }

    fn steps(&self, round: u32) -> &[StepView] {
        self.view.rounds.iter().find(|each| each.number == round).map_or(&[][..], |round| &round.steps)
    }

    fn seen(&self, step: Coded<StepCode>, round: u32) -> Option<&StepView> {
        self.steps(round).iter().find(|seen| seen.step == step)
    }

    /// The day a round came to a step that statements of its own fulfil: a meeting held again does not move it.
    fn come_to(&self, seen: &StepView, round: u32) -> Option<Date> {
        let of_step = |event: &Event| {
            event.effect.counts() && matches!(&event.said, Said::Step(step) if (step.step, step.round) == (seen.step, round))
        };
        let is_own = self.view.event(seen.on.as_ref()?).is_some_and(of_step);
        let first = self.view.timeline.iter().filter(|_| is_own).find(|event| of_step(event));
        first.map(|event| event.date).or(seen.date)
    }

    fn rule(&self, step: Coded<StepCode>) -> Option<&StepRule> {
        let method = self.view.topic.as_ref()?.method.known()?;
        self.pack.methods.get(&method)?.iter().find(|rule| Coded::Known(rule.step) == step)
    }

    fn of_counts(&self, step: Coded<StepCode>, round: u32) -> Vec<Ground> {
        let judged = self.seen(step, round).into_iter().flat_map(|seen| &seen.tallies);
        let judged = judged.filter_map(|view| Some((&view.tally, view.judged.as_ref()?)));
        judged
            .filter_map(|(tally, judged)| {
                let counts = if self.flag.code() == FlagCode::QuorumShort { short(tally, judged)? } else { failed(tally, judged)? };
                Some(self.ground(&named(step), &judged.article, counts))
            })
            .collect()
    }

    fn missing(&self, step: Coded<StepCode>, round: u32) -> Vec<Ground> {
        let told = |unit: Unit| {
            let mut tallies = self.seen(step, round).into_iter().flat_map(|seen| &seen.tallies);
            tallies.any(|view| view.tally.unit.known() == Some(unit) && view.judged.as_ref().is_some_and(|judged| judged.passed.is_some()))
        };
        let rule = self.rule(step);
        let counts = rule.into_iter().flat_map(|rule| &rule.counts).filter(|count| !told(count.unit));
        counts
            .map(|count| {
                let Both { zh, en } = called(Coded::Known(count.unit));
                let wanted = [count.quorum, count.majority].map(|share| share.map(sign).unwrap_or_default());
                let counts = both(
                    format!("{zh}：没有应到、实到和赞成数；到会须{}，同意须{}", wanted[0], wanted[1]),
                    format!("{en}: due, present and votes for are not given; {} present and {} for wanted", wanted[0], wanted[1]),
                );
                self.ground(&named(step), &count.article, counts)
            })
            .collect()
    }

    fn skipped(&self, step: Coded<StepCode>, round: u32) -> Ground {
        let required: Vec<&StepView> = self.steps(round).iter().filter(|seen| seen.required).collect();
        let (of, had) = (required.len(), required.iter().filter(|seen| seen.on.is_some()).count());
        let counts = both(
            format!("第 {round} 轮规定的 {of} 步做了 {had} 步，缺“{}”", step.zh()),
            format!("{had} of {of} required steps of round {round} taken, “{}” is missing", step.en()),
        );
        self.ground(&named(step), &self.pack.title.zh, counts)
    }

    fn out_of_order(&self, step: Coded<StepCode>, round: u32) -> Ground {
        // The flag is on the statement by which the round came to the step.
        let date = self.day();
        let before = self.steps(round).iter().take_while(|seen| seen.step != step);
        let before = before.filter_map(|seen| Some((seen.step, self.come_to(seen, round)?)));
        let day = date.map(|date| date.to_string()).unwrap_or_default();
        let counts = match before.filter(|(_, day)| Some(*day) > date).max_by_key(|(_, day)| *day) {
            Some((earlier, after)) => both(
                format!("“{}”在 {day}，早于它前面的“{}”（{after}）", step.zh(), earlier.zh()),
                format!("“{}” on {day}, before “{}” on {after}, which comes first", step.en(), earlier.en()),
            ),
            None => both(
                format!("“{}”在 {day}，登记在第 {round} 轮协商成果之后", step.zh()),
                format!("“{}” on {day}, recorded after the outcome of round {round}", step.en()),
            ),
        };
        self.ground(&named(step), &self.pack.title.zh, counts)
    }

    fn late(&self, step: Coded<StepCode>, days: i64) -> Ground {
        let disclosure = &self.pack.disclosure;
        let allowed = if step == Coded::Known(StepCode::PublishResult) { disclosure.result_days } else { disclosure.resolution_days };
        let counts =
            both(format!("应在 {allowed} 天内公布，晚了 {days} 天"), format!("to be published within {allowed} days, {days} days late"));
        self.ground(&named(step), &disclosure.basis, counts)
    }

    fn unanswered(&self, on: &Reference, days: i64) -> Ground {
        if let Some(order) = self.view.orders.iter().find(|order| order.on == *on) {
            let deadline = order.deadline.map(|day| day.to_string()).unwrap_or_default();
            let counts = both(format!("应在 {deadline} 前答复，已过 {days} 天"), format!("to be answered by {deadline}, {days} days past"));
            // An order brings its own deadline.
            let index = on.index;
            return Ground {
                advisory: false, ..self.ground(&both("督促整改", "rectification"), &format!("{} {index}", on.log), counts)
            };
        }
        let allowed = self.pack.answer.days;
        let counts =
            both(format!("应在 {allowed} 天内答复，已过去 {days} 天"), format!("to be answered within {allowed} days, {days} days gone"));
        self.ground(&both("答复异议", "answers to objections"), &self.pack.answer.basis, counts)
    }
}

fn named(step: Coded<StepCode>) -> Both {
    both(step.zh(), step.en())
}

/// What is counted, without the hundredths that facts count area in.
fn called(unit: Coded<Unit>) -> Both {
    match unit.known() {
        Some(Unit::Area) => both("专有面积", "floor area"),
        _ => both(unit.zh(), unit.en()),
    }
}

/// A count as people write it: floor area in square metres.
fn amount(unit: Coded<Unit>, count: u64) -> String {
    match unit.known() {
        Some(Unit::Area) => format!("{}.{:02} m²", count / 100, count % 100),
        _ => count.to_string(),
    }
}

/// A share as people write it: ≥2/3, >1/2.
fn sign(share: Share) -> String {
    share.to_string().replace(">= ", "≥").replace("> ", ">")
}

fn wanted(unit: Coded<Unit>, share: Share, of: u64) -> Both {
    let (share, least) = (sign(share), amount(unit, share.least(of)));
    both(format!("{share}，至少 {least}"), format!("{share}, at least {least}"))
}

fn short(tally: &Tally, judged: &Judged) -> Option<Both> {
    let test = judged.quorum.filter(|test| !test.met)?;
    let [present, due] = [tally.present, tally.due].map(|count| amount(tally.unit, count));
    let wanted = wanted(tally.unit, test.wanted, test.of);
    Some(both(
        format!("{}应到 {due}，实到 {present}；到会须{}", called(tally.unit).zh, wanted.zh),
        format!("{}: {present} of {due} came; {} wanted", called(tally.unit).en, wanted.en),
    ))
}

fn failed(tally: &Tally, judged: &Judged) -> Option<Both> {
    let (unit, present) = (tally.unit, amount(tally.unit, tally.present));
    if !judged.consistent {
        let [due, yes, no, neither] =
            [tally.due, tally.votes("for").unwrap_or(0), tally.votes("against").unwrap_or(0), tally.votes("abstain").unwrap_or(0)]
                .map(|count| amount(unit, count));
        return Some(both(
            format!("{}应到 {due}，实到 {present}，赞成 {yes}，反对 {no}，弃权 {neither}：票数自相矛盾", called(unit).zh),
            format!(
                "{}: {present} of {due} came, {yes} for, {no} against, {neither} abstained: the counts contradict themselves",
                called(unit).en
            ),
        ));
    }
    let test = judged.majority.filter(|test| !test.met)?;
    let (votes, wanted) = (amount(unit, test.had), wanted(unit, test.wanted, test.of));
    Some(both(
        format!("{}实到 {present}，赞成 {votes}；同意须{}", called(unit).zh, wanted.zh),
        format!("{}: {votes} of {present} for; {} wanted", called(unit).en, wanted.en),
    ))
}
