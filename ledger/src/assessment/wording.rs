//! How the cases of a figure read: what it means to be one of those that had it, and one of those that had not.
//!
//! Of some figures the cases that are counted are the bad ones (overdue, missing), so "yes" and "no" would read the wrong way round.

use super::indicator::Better;
use super::{Case, FEWEST};
use crate::matter::codes::{CaseState, DutyCode, Form, IndicatorCode};
use crate::matter::labels::Label;
use crate::told::{self, Wording};

/// Over the figures that are never scored.
pub const NEVER_SCORED: (&str, &str) = ("只作参考，不打分", "For context, never scored");

/// Beside the counts of a figure that has too few cases for a share or a median.
pub fn too_few() -> Wording {
    Wording { zh: format!("不到 {FEWEST} 件，不给出").into(), en: format!("fewer than {FEWEST}: not given").into() }
}

/// Whether a case of this state speaks well of whoever it is counted for; none where neither is better, or where it is not counted.
pub fn speaks_well(indicator: IndicatorCode, state: CaseState) -> Option<bool> {
    let had = match state {
        CaseState::Had => true,
        CaseState::Not => false,
        CaseState::Pending | CaseState::NotJudged | CaseState::Advisory => return None,
    };
    match indicator.better() {
        Better::More => Some(had),
        Better::Less => Some(!had),
        Better::Neither => None,
    }
}

/// The word for the state of a case of that figure.
pub fn of_state(indicator: IndicatorCode, state: CaseState) -> Wording {
    let (had, not) = of_cases(indicator);
    let (zh, en) = match state {
        CaseState::Had => had,
        CaseState::Not => not,
        other => return Wording { zh: other.zh(), en: other.en() },
    };
    Wording { zh: zh.into(), en: en.into() }
}

/// What a case names, where it names a form or a duty to disclose; an item of a catalogue has its name in the catalogue's words.
pub fn of_word(indicator: IndicatorCode, case: &Case) -> Option<Wording> {
    let word = case.word?;
    Some(match indicator {
        IndicatorCode::FormsUsed => told::word::<Form>(word.as_str()),
        IndicatorCode::NeverConsulted => Wording::raw(word.as_str()),
        _ => told::word::<DutyCode>(word.as_str()),
    })
}

type Words = (&'static str, &'static str);

/// In Chinese and English: those that had it, those that had not.
const fn of_cases(indicator: IndicatorCode) -> (Words, Words) {
    match indicator {
        IndicatorCode::EveryStep => (("步骤齐全", "every step taken"), ("缺步骤", "a step is missing")),
        IndicatorCode::NoticeKept => (("公示足期", "notice kept"), ("公示期不足", "notice too short")),
        IndicatorCode::OnTime => (("按期完成", "completed in time"), ("未按期完成", "not completed in time")),
        IndicatorCode::Verified => (("核实通过", "accepted"), ("未核实通过", "not accepted")),
        IndicatorCode::OverdueNow => (("逾期", "overdue"), ("未逾期", "not overdue")),
        IndicatorCode::MissingDisclosures => (("未公开", "not disclosed"), ("已公开", "disclosed")),
        IndicatorCode::AnsweredInTime => (("按时答复", "answered in time"), ("未按时答复", "not answered in time")),
        IndicatorCode::BackFilled => (("补录", "entered late"), ("及时登记", "entered in time")),
        IndicatorCode::Silent => (("整季没有记录", "silent for a quarter"), ("有记录", "not silent")),
        IndicatorCode::NoDirectory => (("没有目录", "no directory"), ("有目录", "has a directory")),
        IndicatorCode::NeverConsulted => (("从未协商", "never consulted"), ("协商过", "was consulted")),
        IndicatorCode::WiderParticipants => (("有其他主体参加", "others took part"), ("没有其他主体参加", "no others took part")),
        IndicatorCode::Consensus => (("取得共识", "consensus"), ("未取得共识", "no consensus")),
        IndicatorCode::Reopened => (("再次协商过", "consulted again"), ("没有再次协商", "not consulted again")),
        IndicatorCode::Rescheduled => (("改过期限", "rescheduled"), ("没有改过期限", "not rescheduled")),
        IndicatorCode::DaysToDone | IndicatorCode::Matters | IndicatorCode::Communities | IndicatorCode::FormsUsed => {
            (("计入", "counted"), ("不计入", "not counted"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::assessment::Measure;
    use crate::matter::codes::CodeList as _;

    #[test]
    fn cases_of_every_share_read_by_themselves_and_none_reads_as_its_reverse() {
        let mut seen = BTreeSet::new();
        for indicator in IndicatorCode::ALL.iter().filter(|indicator| matches!(indicator.measure(), Measure::Share)) {
            for state in [CaseState::Had, CaseState::Not] {
                let word = of_state(*indicator, state);
                assert!(seen.insert(word.zh.clone()) && seen.insert(word.en.clone()), "{indicator}: {word:?}");
                assert!(![CaseState::Had.zh(), CaseState::Not.zh()].contains(&word.zh), "{indicator}: {word:?}");
            }
        }
        assert_eq!(of_state(IndicatorCode::OverdueNow, CaseState::Had).zh, "逾期");
        assert_eq!(speaks_well(IndicatorCode::OverdueNow, CaseState::Had), Some(false));
        assert_eq!(speaks_well(IndicatorCode::EveryStep, CaseState::Had), Some(true));
        assert_eq!(speaks_well(IndicatorCode::Consensus, CaseState::Not), None);
    }
}
