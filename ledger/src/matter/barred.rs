//! Why an office may not say a thing, in two languages.
//!
//! Out of scope: deciding it; [`super::signing`] does.

use std::borrow::Cow;
use std::fmt;

use super::codes::KindCode;
use super::labels::Label;
use crate::standing::Void;

/// Why an office may not say a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// A statement of this kind names its matter.
    NoMatter,
    /// A statement of this kind names no matter.
    Matter,
    /// Its facts do not read as its kind's.
    Facts,
    /// The log is neither the one of whom it concerns nor one above it.
    BesideTheLine,
    /// An answer that names no matter answers what nobody above has said.
    NotAsked,
    /// A node moves no matter.
    Node,
    /// A circular names places below its log's division.
    Places,
    /// None of the offices that sign says this kind there.
    Kind(KindCode),
}

impl Barred {
    /// What the entry counts for.
    pub const fn why(self) -> Void {
        match self {
            Self::NoMatter | Self::Matter | Self::Facts => Void::Malformed,
            Self::BesideTheLine | Self::NotAsked | Self::Node | Self::Places | Self::Kind(_) => Void::WrongOffice,
        }
    }

    /// The rule it breaks, in Chinese and in English.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NoMatter => ("这一种要写明是哪件事项", "a statement of this kind names its matter"),
            Self::Matter => ("这一种不属于哪件事项", "a statement of this kind names no matter"),
            Self::Facts => ("所写事实不合这一种的格式", "its facts do not read as its kind's"),
            Self::BesideTheLine => {
                ("这本账既不是所涉地方的，也不是它上级的", "this log is neither the one of whom it concerns nor one above it")
            }
            Self::NotAsked => {
                ("不属于事项的答复，所答复的要在上级的账本里", "an answer that names no matter answers what stands in a log above its own")
            }
            Self::Node => ("节点不参与办理事项", "a node moves no matter"),
            Self::Places => ("通报所列的地方要在本账本的地方以下", "a circular names places below this log's division"),
            Self::Kind(kind) => of_kind(kind),
        }
    }
}

impl Label for Barred {
    fn zh(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.words().0)
    }
    fn en(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.words().1)
    }
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

impl std::error::Error for Barred {}

/// Who says a kind, and where.
const fn of_kind(kind: KindCode) -> (&'static str, &'static str) {
    match kind {
        KindCode::Topic | KindCode::Outcome | KindCode::Reopen | KindCode::Result | KindCode::Termination => {
            ("只有能召集协商的组织可以这样说，写进事项自己的账本", "only an office that may convene says this, in the matter's own log")
        }
        KindCode::Step => (
            "程序步骤由事项所在地的组织登记，写进事项自己的账本；监督委员会不登记步骤",
            "only an office of the matter's division, and not its supervisors, records a step, in the matter's own log",
        ),
        KindCode::Plan | KindCode::Progress | KindCode::Completion => (
            "由事项所在地的组织写进事项自己的账本（监督委员会除外），上级组织写进上级的账本",
            "an office of the matter's division, but not its supervisors, says this in the matter's own log, an office above in its own",
        ),
        KindCode::Answer => (
            "由被问到的地方的组织在自己的账本里答复，上级政府或民政部门写进上级的账本",
            "an office of the division that is asked answers in that division's own log, government or civil affairs above in its own",
        ),
        KindCode::Problem => (
            "由召集协商的组织写进事项自己的账本，监督委员会可以写进那里或任何上级的账本",
            "the convener says this in the matter's own log, the supervisors there or in any log above",
        ),
        KindCode::Objection | KindCode::Feedback => (
            "由召集协商的组织写进事项自己的账本，监督委员会可以写进那里或任何上级的账本，上级政府或民政部门写进上级的账本",
            "the convener says this in the matter's own log, the supervisors there or in any log above, government or civil affairs above in its own",
        ),
        KindCode::Verification => (
            "村(社区)的事由监督委员会核实，写进本地或任何上级的账本；乡镇以上的事由上级政府或民政部门核实",
            "a community's supervisors verify, in its log or any above; above the community, government or civil affairs of a division above",
        ),
        KindCode::Evaluation | KindCode::Rectification | KindCode::Circular => {
            ("由上级政府或民政部门写进上级的账本", "government or civil affairs of a division above says this, in its own log")
        }
        KindCode::Countersign => (
            "由已登记的组织会签，写进所签那一条的账本或上级的账本",
            "an office that is registered countersigns, in the log of the statement or one above",
        ),
        KindCode::Correction | KindCode::Void => {
            ("由原来说这话的组织写进原来的账本", "the office whose statement it was says this, in the log it stands in")
        }
        KindCode::Redaction => (
            "隐私删除由上级政府或民政部门写进上级的账本，或由原来说这话的组织和监督委员会一起签署",
            "government or civil affairs of a division above redacts, in its own log; or the office whose words they are, together with its supervisors",
        ),
        KindCode::Rules => (
            "规程由乡镇以上的政府或民政部门写进自己的账本",
            "government or civil affairs above the community puts rules into force, in its own log",
        ),
        KindCode::Catalogue => (
            "目录由县级以上民政部门或村(居)民委员会公布，写进自己的账本",
            "civil affairs of a county, or a community's committee, publishes a catalogue, in its own log",
        ),
        KindCode::Assessment => {
            ("考核评价由县级以上民政部门写进自己的账本", "civil affairs of a county, or above, assesses, in its own log")
        }
        KindCode::Evidence | KindCode::Anchor | KindCode::Observation => {
            ("这一种由节点自己写进本地的账本", "a node says this, in the log of its own division")
        }
        KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division => {
            ("这一种登记另按登记的规则判定", "the registry judges this kind")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::CodeList as _;
    use super::*;

    #[test]
    fn every_bar_is_told_in_both_languages() {
        let kinds = KindCode::ALL.iter().map(|kind| Barred::Kind(*kind));
        let plain =
            [Barred::NoMatter, Barred::Matter, Barred::Facts, Barred::BesideTheLine, Barred::NotAsked, Barred::Node, Barred::Places];
        for bar in kinds.chain(plain) {
            let (zh, en) = (bar.zh(), bar.en());
            assert!(!zh.bytes().any(|byte| byte.is_ascii_alphabetic()) && !zh.is_empty(), "{bar:?}: {zh}");
            assert!(en.is_ascii() && en.contains(' '), "{bar:?}: {en}");
        }
    }
}
