//! The fields that a column can fill, and what may stand for each.

use luodi_ledger::Malformed;
use luodi_ledger::matter::codes::{
    Basis, Category, CodeList, Decision, Elsewhere, FundSource, KindCode, Method, OutcomeResult, PlanReason, Proposer, TerminationReason,
    Unit, Word,
};
use luodi_ledger::matter::facts::Bearer;
use luodi_ledger::matter::labels::Label;
use luodi_ledger::names::{Division, MatterId};
use serde::Deserialize;

use super::cell::{self, Dates, MoneyUnit, Wrong};
use super::table::Cell;
use crate::language::{Language, say};
use crate::refusals;

/// Most words of a list shown in a remedy.
const MOST_SHOWN: usize = 12;
/// Kinds that a row of progress may be.
pub(super) const NEWS: [KindCode; 3] = [KindCode::Progress, KindCode::Completion, KindCode::Plan];
/// Where a matter may have stood when the table was last kept.
const STAGES: [(&str, &str, &str); 5] = [
    ("collecting", "征求意见", "views being asked"),
    ("decided", "已决议", "decided"),
    ("under-way", "落实中", "work under way"),
    ("completed", "已完成", "completed"),
    ("abandoned", "已终止", "given up"),
];

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TableKind {
    /// A matter each, with what became of it.
    Matters,
    /// A piece of news each, of a matter that is in the log.
    Progress,
}

/// A field that a column can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Field {
    Division,
    Number,
    Title,
    Text,
    Category,
    Basis,
    Method,
    RaisedBy,
    RaisedCount,
    TopicDate,
    Decision,
    Elsewhere,
    MeetingDate,
    MeetingUnit,
    MeetingDue,
    MeetingPresent,
    VotesFor,
    VotesAgainst,
    VotesAbstain,
    OutcomeDate,
    Result,
    OutcomeText,
    Promise,
    Due,
    Budget,
    FundSource,
    Funds,
    Responsible,
    Who,
    NewDue,
    PlanDate,
    PlanReason,
    PlanText,
    Started,
    ProgressDate,
    ProgressText,
    Spent,
    Completed,
    Cost,
    CompletionText,
    Stage,
    Ended,
    EndReason,
    EndText,
    Matter,
    MatterRow,
    Event,
    Commitment,
    Date,
    Milestone,
}

impl Field {
    /// Whether rows of `kind` have it.
    pub(super) fn is_of(self, kind: TableKind) -> bool {
        use Field as F;
        let shared = matches!(self, F::Division | F::Text | F::Spent | F::Cost | F::NewDue | F::Budget | F::PlanReason);
        let news = matches!(self, F::Matter | F::MatterRow | F::Event | F::Commitment | F::Date | F::Milestone);
        match kind {
            TableKind::Matters => !news,
            TableKind::Progress => news || shared,
        }
    }

    /// As a mapping names it.
    pub(super) fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// Whether it is words that people read, in which no marker is looked for.
    pub(super) fn is_words(self) -> bool {
        use Field as F;
        matches!(
            self,
            F::Title
                | F::Text
                | F::OutcomeText
                | F::Promise
                | F::Funds
                | F::Who
                | F::PlanText
                | F::ProgressText
                | F::CompletionText
                | F::EndText
        )
    }
}

impl TableKind {
    /// As a mapping names it.
    pub(super) fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }
}

/// `TopicDate` as it is written: `topic-date`.
fn kebab(name: &str) -> String {
    let parted = |(at, letter): (usize, char)| {
        let hyphen = (at > 0 && letter.is_uppercase()).then_some('-');
        hyphen.into_iter().chain(letter.to_lowercase())
    };
    name.char_indices().flat_map(parted).collect()
}

/// A word that a field may hold: as facts have it, in Chinese, in English.
pub(super) type Choice = (&'static str, String, String);

fn choices<L: CodeList + Label>(codes: &[L]) -> Vec<Choice> {
    codes.iter().map(|code| (code.as_str(), code.zh().into_owned(), code.en().into_owned())).collect()
}

/// Whether a text means this choice: as facts have it, or as pages show it.
pub(super) fn means((code, zh, en): &Choice, text: &str) -> bool {
    *code == text || zh == text || en.eq_ignore_ascii_case(text)
}

/// That a text is none of the words of a field.
pub(super) fn unknown(text: &str, known: &[Choice], language: Language) -> Wrong {
    let shown = known.iter().take(MOST_SHOWN).map(|(code, zh, en)| format!("{code} {}", language.pick(zh, en)));
    let mut list = shown.collect::<Vec<_>>().join(language.pick("、", ", "));
    if known.len() > MOST_SHOWN {
        list += "…";
    }
    Wrong {
        problem: say!(language, "不认识“{text}”", "\"{text}\" is not known"),
        remedy: say!(language, "在对照表的 values 里写明它是：{list}", "say with values in the mapping which it is: {list}"),
    }
}

impl Field {
    /// The list that its words are of, if they are of one.
    pub(super) fn choices(self) -> Option<Vec<Choice>> {
        Some(match self {
            Self::Category => choices(Category::ALL),
            Self::Basis => choices(Basis::ALL),
            Self::Method => choices(Method::ALL),
            Self::RaisedBy => choices(Proposer::ALL),
            Self::Decision => choices(Decision::ALL),
            Self::Elsewhere => choices(Elsewhere::ALL),
            Self::MeetingUnit => choices(Unit::ALL),
            Self::Result => choices(OutcomeResult::ALL),
            Self::FundSource => choices(FundSource::ALL),
            Self::PlanReason => choices(PlanReason::ALL),
            Self::EndReason => choices(TerminationReason::ALL),
            Self::Event => choices(&NEWS),
            Self::Stage => STAGES.into_iter().map(|(code, zh, en)| (code, zh.to_owned(), en.to_owned())).collect(),
            _ => return None,
        })
    }

    /// What is wrong with a text that a mapping itself puts into the field.
    pub(super) fn refuses(self, text: &str, unit: MoneyUnit, dates: Dates, language: Language) -> Option<Wrong> {
        use Field as F;
        if let Some(known) = self.choices() {
            return (!known.iter().any(|choice| means(choice, text))).then(|| unknown(text, &known, language));
        }
        let cell = Cell::Text(text.to_owned());
        match self {
            F::TopicDate
            | F::MeetingDate
            | F::OutcomeDate
            | F::Due
            | F::NewDue
            | F::PlanDate
            | F::Started
            | F::ProgressDate
            | F::Completed
            | F::Ended
            | F::Date => cell::day(&cell, dates, language).err(),
            F::Budget | F::Spent | F::Cost => cell::money(&cell, unit, language).err(),
            F::Number | F::RaisedCount | F::MeetingDue | F::MeetingPresent | F::VotesFor | F::VotesAgainst | F::VotesAbstain => {
                cell::count(&cell, language).err()
            }
            F::Division => unread::<Division>(text, language),
            F::Matter => unread::<MatterId>(text, language),
            F::Responsible => unread::<Bearer>(text, language),
            F::Commitment | F::Milestone => unread::<Word>(text, language),
            _ => None,
        }
    }

    /// Which field made the fact at a path of a statement that is this part of a row.
    pub(super) fn of_fact(kind: TableKind, part: &str, path: &str) -> Option<Self> {
        use Field as F;
        Some(match (kind, part, path) {
            (TableKind::Progress, _, "date") => F::Date,
            (_, "topic", "date") => F::TopicDate,
            (_, "step", "date") => F::MeetingDate,
            (_, "step", "tallies.due") => F::MeetingDue,
            (_, "step", "tallies.present") => F::MeetingPresent,
            (_, "step", "tallies.options") => F::VotesFor,
            (_, "step", "tallies.unit") => F::MeetingUnit,
            (_, "outcome", "date") => F::OutcomeDate,
            (_, "outcome", "commitments.due") => F::Due,
            (_, "outcome", "commitments.budget") => F::Budget,
            (_, "outcome", "commitments.responsible") => F::Responsible,
            (_, "plan", "date") => F::PlanDate,
            (_, "plan", "due") => F::NewDue,
            (_, "start", "date") => F::Started,
            (_, "progress", "date") => F::ProgressDate,
            (_, "progress", "spent") => F::Spent,
            (_, "completion", "date") => F::Completed,
            (_, "completion", "cost") => F::Cost,
            (_, "termination", "date") => F::Ended,
            (_, "topic", "category") => F::Category,
            (_, "topic", "basis") => F::Basis,
            (_, "topic", "title" | "body.title") => F::Title,
            (_, "topic", "elsewhere") => F::Elsewhere,
            (_, "topic", "raised.count") => F::RaisedCount,
            _ => return None,
        })
    }
}

/// What is wrong with a text that should read as a `T`.
pub(super) fn unread<T: std::str::FromStr<Err = Malformed>>(text: &str, language: Language) -> Option<Wrong> {
    let fault = text.parse::<T>().err()?;
    let fault = refusals::told(&fault, language);
    Some(Wrong {
        problem: say!(language, "“{text}”：{fault}", "\"{text}\": {fault}"),
        remedy: say!(language, "改正，或在对照表里用 values 写明它是什么", "correct it, or say with values in the mapping what it means"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_a_mapping_names_it() {
        for (field, name) in [(Field::TopicDate, "topic-date"), (Field::Category, "category"), (Field::MatterRow, "matter-row")] {
            assert_eq!(field.name(), name);
            assert_eq!(serde_json::from_value::<Field>(name.into()).unwrap(), field);
        }
        assert_eq!(TableKind::Progress.name(), "progress");
    }

    #[test]
    fn every_word_that_is_offered_has_its_meaning_beside_it() {
        for (code, zh, en) in Field::Stage.choices().unwrap().iter().chain(&Field::EndReason.choices().unwrap()) {
            assert!(!zh.is_empty() && !en.is_empty(), "{code}");
        }
    }
}
