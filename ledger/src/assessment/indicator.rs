//! The figures by name: what each measures, how it is computed in words, whether it is scored.

use serde::{Deserialize, Serialize};

use crate::matter::codes::IndicatorCode;

/// How a figure is made of its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// How many of how many.
    Share,
    /// The median of the days of the cases.
    Median,
    /// How many.
    Count,
    /// How many different words.
    Distinct,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// More is better.
    More,
    /// Less is better.
    Less,
    /// Context only, never scored: scoring it would punish honesty.
    Neither,
}

impl IndicatorCode {
    /// How it is made of its cases.
    pub const fn measure(self) -> Measure {
        match self {
            Self::DaysToDone => Measure::Median,
            Self::Matters | Self::Communities => Measure::Count,
            Self::FormsUsed => Measure::Distinct,
            _ => Measure::Share,
        }
    }

    /// Which way is better.
    pub const fn better(self) -> Better {
        match self {
            Self::EveryStep
            | Self::NoticeKept
            | Self::OnTime
            | Self::Verified
            | Self::AnsweredInTime
            | Self::Matters
            | Self::FormsUsed
            | Self::WiderParticipants => Better::More,
            Self::DaysToDone
            | Self::OverdueNow
            | Self::MissingDisclosures
            | Self::BackFilled
            | Self::Silent
            | Self::NoDirectory
            | Self::NeverConsulted => Better::Less,
            Self::Communities | Self::Consensus | Self::Reopened | Self::Rescheduled => Better::Neither,
        }
    }

    /// Whether it is scored.
    pub const fn is_scored(self) -> bool {
        !matches!(self.better(), Better::Neither)
    }

    /// The formula, in Chinese and English: what stands below the line, and what of it above.
    pub const fn formula(self) -> (&'static str, &'static str) {
        match self {
            Self::EveryStep => (
                "本期入账的协商成果（“未达成共识”除外）中，规则包要求的步骤一个不缺的。还在落实、后面的步骤未到的不计入；规则包未知或当日未施行的也不计入",
                "of the outcomes logged in the period (but those without consensus), those whose round lacks no step that its pack requires; left out: being carried out with required steps still to come, pack not known, or not in force on the day of the resolution",
            ),
            Self::NoticeKept => (
                "同上的协商成果中，公示天数自始不少于规则包要求的（先少后更正为够的不算）",
                "of the same outcomes, those given at least the notice days that the pack asks for from the first, not only since a correction",
            ),
            Self::OnTime => (
                "原定期限在本期内、未取消的承诺中，报告的完成日期不晚于原定期限且已核实的。补录的完成日期不作数；期限未到、按期报告而尚待核实的不计入",
                "of the commitments first due in the period and not dropped, those completed by that first date and accepted; a completion entered late proves no date; left out: not yet due, or reported in time and waiting to be verified",
            ),
            Self::Verified => (
                "最近一次完成报告在本期入账、未取消的承诺中，监督核实通过的",
                "of the commitments whose newest completion was logged in the period and that are not dropped, those accepted by those who verify",
            ),
            Self::DaysToDone => (
                "承诺已全部核实、最后一项的核实在本期入账的事项，从首次协商成果的日期到该核实入账日的天数，取中位数",
                "the median of the days from the date of the first outcome to the day the last acceptance was logged, over the matters that are done and whose last acceptance was logged in the period",
            ),
            Self::OverdueNow => (
                "截至计算时尚未核实、事项也未终止的承诺中，已过现定期限而没有有效完成报告的",
                "of the commitments not yet accepted at the instant of computing, of matters not terminated, those past their current due date without a standing completion",
            ),
            Self::MissingDisclosures => (
                "公开日历中本期内到期的公开（日常公开、财务公开、决议公开、实施结果公开）中，至今仍未公开的。迟公开的算已公开；规则包当日未施行的不计入",
                "of the calendar's disclosures due in the period (regular, money, resolution, result), those still missing; told late counts as told; left out: pack not in force",
            ),
            Self::AnsweredInTime => (
                "答复期限在本期内的异议中，首次答复不晚于期限的。期限未到的、规则包当日未施行的不计入",
                "of the objections whose answer was due in the period, those first answered by that day; left out: not yet due, or pack not in force",
            ),
            Self::BackFilled => (
                "本期入账的有效陈述中，入账日比事实日期晚七天以上的",
                "of the statements that count and were logged in the period, those logged over seven days after the fact",
            ),
            Self::Silent => (
                "本期内已结束的每个整季度、开季前已入网的每个社区，该季在本社区账本中没有一条有效的事项陈述或目录的",
                "of each community and each whole quarter of the period that is over and began after its log did, those in which its log took in no matter's statement that counts and no directory",
            ),
            Self::NoDirectory => ("入网社区中，账本里没有协商目录的", "of the communities with a log, those whose log holds no directory"),
            Self::NeverConsulted => (
                "每个入网社区目录（没有目录的用县级清单）中的必议条目，从未有确定的议题指明该条目的",
                "of the must-items of each community's directory (of the county's list where it has none), those that no confirmed topic ever named",
            ),
            Self::Matters => ("议题在本期入账的事项数", "the matters whose topic was logged in the period"),
            Self::Communities => ("账本已有条目的社区数", "the communities whose log holds an entry"),
            Self::FormsUsed => ("本期入账的程序步骤采用了多少种协商形式", "how many different forms the steps logged in the period name"),
            Self::WiderParticipants => (
                "本期有记录参加者的步骤入账的事项中，有政府、党组织、村(居)委会、监委会以外主体参加的",
                "of the matters with a step logged in the period that tells who took part, those where others than government, party organisation, committee and supervisors did",
            ),
            Self::Consensus => {
                ("本期入账的协商成果中，结果为“取得共识”的", "of the outcomes logged in the period, those that came to consensus")
            }
            Self::Reopened => ("本期入账的协商成果中，此后再次协商的", "of the outcomes logged in the period, those consulted again since"),
            Self::Rescheduled => (
                "截至计算时未取消的承诺中，改过期限的",
                "of the commitments not dropped at the instant of computing, those whose due date was ever moved",
            ),
        }
    }
}
