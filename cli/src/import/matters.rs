//! A row that is a matter: topic, meeting, decision with one promise, work, completion or end. What is not in the row is not invented.

use luodi_ledger::matter::codes::{Coded, Decision, Method, OutcomeResult, StepCode, TerminationReason, Unit};
use luodi_ledger::matter::facts::{Bearer, Completion, OptionCount, Outcome, Plan, Progress, Promise, Raised, Said, Step, Tally, Topic};
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::words::{CommitmentWords, Words};
use luodi_ledger::time::Date;

use super::cell::Wrong;
use super::field::{Field, means};
use super::item::{About, Facts, Item, Piece};
use super::reading::Reading;
use super::rows::{keep, only, words};
use crate::language::{Language, say};

/// Where a matter stood when the table was last kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Collecting,
    Decided,
    UnderWay,
    Completed,
    Abandoned,
}

const STAGES: [(&str, Stage); 5] = [
    ("collecting", Stage::Collecting),
    ("decided", Stage::Decided),
    ("under-way", Stage::UnderWay),
    ("completed", Stage::Completed),
    ("abandoned", Stage::Abandoned),
];

pub(super) fn matter(reading: &mut Reading<'_>, packs: &Packs, key: String) -> Option<Item> {
    let language = reading.language;
    let (raised, met, decided) = (reading.day(Field::TopicDate), reading.day(Field::MeetingDate), reading.day(Field::OutcomeDate));
    let stage = stage(reading);
    let completed = reading.day(Field::Completed);
    let started = reading.day(Field::Started);
    let ended = reading.day(Field::Ended);
    let abandoned = reading.abandoned || stage == Some(Stage::Abandoned) || ended.is_some();
    let day = raised.or(met).or(decided);
    if day.is_none() && reading.faults.is_empty() {
        let field =
            [Field::TopicDate, Field::MeetingDate, Field::OutcomeDate].into_iter().find(|field| reading.mapping.fields.contains_key(field));
        reading.blame(
            field.unwrap_or(Field::TopicDate),
            Wrong {
                problem: say!(language, "没有一个日期说明议题是哪一天的", "no date says of which day the topic is"),
                remedy: say!(language, "填上议题、会议或决议的日期", "give the day of the topic, the meeting or the decision"),
            },
        );
    }
    let title = reading.words(Field::Title);
    if title.is_none() {
        reading.blame(
            Field::Title,
            Wrong {
                problem: say!(language, "没有标题", "there is no title"),
                remedy: say!(language, "填上居民看得懂的一句话", "give one in plain words"),
            },
        );
    }
    let topic = topic(reading, packs, day, raised);
    let declined = topic.as_ref().is_some_and(|topic| topic.decision == Decision::Declined);
    let method = topic.as_ref().map_or(Coded::Known(Method::General), |topic| topic.method);
    let meeting = meeting(reading, method, met);
    let outcome = outcome(reading, decided.or(met).or(day), title.as_deref(), stage, abandoned, completed.is_some() || started.is_some());
    let mut pieces = Vec::new();
    let text = reading.words(Field::Text);
    if let Some(topic) = topic {
        pieces.push(Piece { part: "topic", facts: Facts::Said(Said::from(topic)), words: Words { title, ..words(text) } });
    }
    pieces.extend(meeting.map(|step| Piece { part: "step", facts: Facts::Said(Said::from(step)), words: Words::default() }));
    let promised = outcome.as_ref().is_some_and(|(outcome, _)| !outcome.commitments.is_empty());
    let due = outcome.as_ref().and_then(|(outcome, _)| outcome.commitments.first()).map(|promise| promise.due);
    pieces.extend(outcome.map(|(outcome, words)| Piece { part: "outcome", facts: Facts::Said(Said::from(outcome)), words }));
    let work = work(reading, (started, completed), due, stage);
    if let Some(piece) = work.first().filter(|_| declined || !promised) {
        let (kind, field) = (piece.facts.kind(), if completed.is_some() { Field::Completed } else { Field::Started });
        reading.blame(
            field,
            Wrong {
                problem: say!(language, "没有承诺，却有落实（{kind}）", "work ({kind}) without a promise"),
                remedy: say!(language, "填上完成期限，或改正结果", "give the day it was due, or correct the result"),
            },
        );
    }
    pieces.extend(work);
    if abandoned {
        let reason = reading.coded(Field::EndReason).unwrap_or(Coded::Known(TerminationReason::Impossible));
        let words = words(reading.words(Field::EndText));
        if !pieces.iter().any(|piece| matches!(piece.part, "outcome" | "step")) && !declined {
            reading.blame(
                Field::Due,
                Wrong {
                    problem: say!(language, "说已终止，却没有所依据的决议", "given up, and no decision that rests on"),
                    remedy: say!(
                        language,
                        "填上决议日期和期限；没有进入协商的，decision 写 declined",
                        "give the day of the decision and the day it was due; a topic that was never consulted is declined"
                    ),
                },
            );
        }
        if !declined {
            pieces.push(Piece { part: "termination", facts: Facts::Termination { date: ended, reason }, words });
        }
    }
    let number = reading.count(Field::Number);
    let day = day?;
    keep(reading, pieces.first_mut());
    Some(Item { row: reading.row.number, key, about: About::New { year: u16::try_from(day.year()).ok()?, number }, pieces, day })
}

fn stage(reading: &mut Reading<'_>) -> Option<Stage> {
    let text = reading.translated(Field::Stage)?;
    reading.keep_field(Field::Stage);
    // As facts have it, or as a remedy shows it.
    let known = Field::Stage.choices().unwrap_or_default();
    let code = known.iter().find(|choice| means(choice, &text)).map(|(code, ..)| *code);
    let found = STAGES.into_iter().find(|(word, _)| code == Some(*word)).map(|(_, stage)| stage);
    if found.is_none() {
        reading.unknown_word(Field::Stage, &text);
    }
    found
}

fn topic(reading: &mut Reading<'_>, packs: &Packs, day: Option<Date>, raised_on: Option<Date>) -> Option<Topic> {
    let language = reading.language;
    let decision = reading.code(Field::Decision).unwrap_or(Decision::Confirmed);
    let method = reading.code(Field::Method).unwrap_or(Method::General);
    let elsewhere = reading.coded(Field::Elsewhere);
    let raised = reading.coded(Field::RaisedBy).map(|by| Raised { by, count: None });
    let raised = raised.map(|raised| Raised { count: reading.count(Field::RaisedCount), ..raised });
    let (basis, category) = (reading.coded(Field::Basis), reading.coded(Field::Category));
    for (field, missing) in [(Field::Basis, basis.is_none()), (Field::Category, category.is_none())] {
        if missing && reading.faults.is_empty() {
            reading.blame(
                field,
                Wrong {
                    problem: say!(language, "没有填", "not filled in"),
                    remedy: say!(language, "填上，或在对照表里写 default", "fill it in, or give a default in the mapping"),
                },
            );
        }
    }
    let confirmed = decision == Decision::Confirmed;
    // The pack of the method that was in force on the day; any, where none was.
    let in_force = |day: Option<Date>| packs.with(method).find(|(_, pack)| day.is_none_or(|day| pack.in_force.covers(day)));
    let rules = reading.mapping.rules.or_else(|| in_force(day).or_else(|| packs.with(method).next()).map(|(name, _)| *name));
    Some(Topic {
        area: None,
        basis: basis?,
        category: category?,
        date: raised_on.or(day),
        decision,
        elsewhere: elsewhere.filter(|_| !confirmed),
        item: None,
        links: Vec::new(),
        method: method.into(),
        raised,
        rules: rules.filter(|_| confirmed),
    })
}

/// The meeting that decided, with its counts.
fn meeting(reading: &mut Reading<'_>, method: Coded<Method>, date: Option<Date>) -> Option<Step> {
    let due = reading.count(Field::MeetingDue);
    let present = reading.count(Field::MeetingPresent);
    let votes: Vec<(&str, Option<u32>)> = [("for", Field::VotesFor), ("against", Field::VotesAgainst), ("abstain", Field::VotesAbstain)]
        .into_iter()
        .map(|(code, field)| (code, reading.count(field)))
        .collect();
    let unit = reading.coded(Field::MeetingUnit);
    let date = date?;
    let options = votes.iter().filter_map(|(code, count)| Some(OptionCount { code: code.parse().ok()?, count: u64::from((*count)?) }));
    let tallies = match (due, present) {
        (Some(due), Some(present)) => vec![Tally {
            due: due.into(),
            options: options.collect(),
            present: present.into(),
            unit: unit.unwrap_or(Coded::Known(Unit::Representatives)),
        }],
        (None, None) if votes.iter().all(|(_, count)| count.is_none()) => Vec::new(),
        _ => {
            let language = reading.language;
            reading.blame(
                if due.is_none() { Field::MeetingDue } else { Field::MeetingPresent },
                Wrong {
                    problem: say!(language, "应到、实到只有一个", "only one of those due and those present is given"),
                    remedy: say!(language, "两个都填，或都不填", "give both, or neither"),
                },
            );
            Vec::new()
        }
    };
    let step = match method {
        Coded::Known(Method::General) => StepCode::Deliberate,
        _ => StepCode::Resolve,
    };
    Some(Step { date, form: None, method, participants: Vec::new(), round: 1, step: step.into(), tallies })
}

fn outcome(
    reading: &mut Reading<'_>,
    date: Option<Date>,
    title: Option<&str>,
    stage: Option<Stage>,
    abandoned: bool,
    worked: bool,
) -> Option<(Outcome, Words)> {
    let language = reading.language;
    let result: Option<OutcomeResult> = reading.code(Field::Result);
    let due = reading.day(Field::Due);
    let (budget, source) = (reading.money(Field::Budget), reading.coded(Field::FundSource));
    let responsible: Option<Bearer> = reading.parsed(Field::Responsible);
    let (what, who, funds) = (reading.words(Field::Promise), reading.words(Field::Who), reading.words(Field::Funds));
    let text = reading.words(Field::OutcomeText);
    let (said, what) = (text.is_some(), what.or_else(|| title.map(str::to_owned)));
    let decided = matches!(stage, Some(Stage::Decided | Stage::UnderWay | Stage::Completed));
    if result.is_none() && due.is_none() && !decided && !worked && !abandoned {
        return None;
    }
    let result = result.unwrap_or(OutcomeResult::Consensus);
    let promises = matches!(result, OutcomeResult::Consensus | OutcomeResult::Partial);
    if promises && due.is_none() && reading.faults.is_empty() {
        reading.blame(
            Field::Due,
            Wrong {
                problem: say!(language, "没有完成期限，承诺不成立", "no day it was due, so nothing was promised"),
                remedy: say!(
                    language,
                    "填上；没有要落实的，结果写 no-action；都一样的可在对照表里写 default",
                    "fill it in; where nothing was to be done the result is no-action; a default in the mapping serves for all"
                ),
            },
        );
    }
    let promise = due.filter(|_| promises).map(|due| Promise { budget, due, id: only(), reporter: None, responsible, source });
    let told = CommitmentWords { what: what.clone(), who, funds, ..CommitmentWords::default() };
    let commitments = promise.iter().map(|promise| (promise.id, told.clone())).collect();
    let outcome = Outcome {
        commitments: promise.into_iter().collect(),
        date,
        drops: Vec::new(),
        notice_days: None,
        posted: Vec::new(),
        posted_on: None,
        result,
        round: 1,
    };
    // Where the table has no words for the decision, it was to do what is promised.
    let text = if said || !promises { text } else { what };
    Some((outcome, Words { commitments, ..words(text) }))
}

/// What was done: a later due date, the start, news, the completion.
fn work(
    reading: &mut Reading<'_>,
    (started, completed): (Option<Date>, Option<Date>),
    due: Option<Date>,
    stage: Option<Stage>,
) -> Vec<Piece> {
    let language = reading.language;
    let mut pieces = Vec::new();
    let (new_due, planned) = (reading.day(Field::NewDue), reading.day(Field::PlanDate));
    let (reason, text) = (reading.coded(Field::PlanReason), reading.words(Field::PlanText));
    if let Some(new) = new_due.filter(|new| Some(*new) != due) {
        let plan = Plan { budget: None, commitment: only(), date: planned, due: Some(new), milestones: Vec::new(), reason };
        pieces.push(Piece { part: "plan", facts: Facts::Said(Said::from(plan)), words: words(text) });
    }
    if let Some(date) = started {
        let progress = Progress { commitment: only(), date: Some(date), milestone: None, spent: None };
        let text = Some(say!(Language::Chinese, "开工", "work began"));
        pieces.push(Piece { part: "start", facts: Facts::Said(Said::from(progress)), words: words(text) });
    }
    let (day, text, spent) = (reading.day(Field::ProgressDate), reading.words(Field::ProgressText), reading.money(Field::Spent));
    if let Some(date) = day.or(completed).filter(|_| text.is_some() || spent.is_some()) {
        let progress = Progress { commitment: only(), date: Some(date), milestone: None, spent };
        pieces.push(Piece { part: "progress", facts: Facts::Said(Said::from(progress)), words: words(text) });
    } else if text.is_some() || spent.is_some() {
        reading.blame(
            if text.is_some() { Field::ProgressText } else { Field::Spent },
            Wrong {
                problem: say!(language, "不知道是哪一天的进展", "no day of this progress is known"),
                remedy: say!(language, "填上进展日期（progress-date）", "give its day (progress-date)"),
            },
        );
    }
    let (cost, text) = (reading.money(Field::Cost), reading.words(Field::CompletionText));
    match completed {
        Some(date) => {
            let completion = Completion { commitment: only(), cost, date };
            pieces.push(Piece { part: "completion", facts: Facts::Said(Said::from(completion)), words: words(text) });
        }
        None if cost.is_some() || text.is_some() || stage == Some(Stage::Completed) => {
            reading.blame(
                Field::Completed,
                Wrong {
                    problem: say!(language, "说已完成，却没有完成日期", "told as completed, and no day of completion"),
                    remedy: say!(
                        language,
                        "填上完成日期；没有完成的，清空结算和完成说明",
                        "give the day; if it is not, clear cost and words of completion"
                    ),
                },
            );
        }
        None => {}
    }
    pieces
}
