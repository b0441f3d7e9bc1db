//! The words of statements themselves: kinds and offices.

use crate::names::Level;

code_list! {
    /// Statement kinds that this version reads.
    KindCode ("kinds") {
        /// 组网登记
        Charter = "charter",
        /// 登记公布
        Appoint = "appoint",
        /// 停用密钥
        Revoke = "revoke",
        /// 区划登记
        Division = "division",
        /// 制度规程
        Rules = "rules",
        /// 协商事项清单、协商目录
        Catalogue = "catalogue",
        /// 议题
        Topic = "topic",
        /// 程序步骤
        Step = "step",
        /// 协商成果、决议公开
        Outcome = "outcome",
        /// 异议
        Objection = "objection",
        /// 答复
        Answer = "answer",
        /// 落实方案、调整
        Plan = "plan",
        /// 落实进展
        Progress = "progress",
        /// 新问题
        Problem = "problem",
        /// 再次协商
        Reopen = "reopen",
        /// 报告完成
        Completion = "completion",
        /// 监督核实
        Verification = "verification",
        /// 会签
        Countersign = "countersign",
        /// 实施结果公开
        Result = "result",
        /// 居民反馈
        Feedback = "feedback",
        /// 评估
        Evaluation = "evaluation",
        /// 终止
        Termination = "termination",
        /// 督促整改、问责
        Rectification = "rectification",
        /// 通报、反映
        Circular = "circular",
        /// 考核评价
        Assessment = "assessment",
        /// 更正
        Correction = "correction",
        /// 撤回误录
        Void = "void",
        /// 隐私删除
        Redaction = "redaction",
        /// 不一致
        Evidence = "evidence",
        /// 锚定
        Anchor = "anchor",
        /// 观察
        Observation = "observation",
    }

    /// Offices that this version knows.
    OfficeCode ("offices") {
        /// 基层党组织
        Party = "party",
        /// 村(居)民委员会
        Committee = "committee",
        /// 村(居)务监督委员会
        Supervisors = "supervisors",
        /// 业主委员会
        Owners = "owners",
        /// 集体经济组织
        Collective = "collective",
        /// 乡镇政府、街道办事处、县(市、区)政府
        Government = "government",
        /// 主管部门
        CivilAffairs = "civil-affairs",
        /// 节点
        Node = "node",
    }
}

impl OfficeCode {
    /// Whether there is such a body at a level at all: committees of residents are the community's, governments stand above it.
    pub const fn exists_at(self, level: Level) -> bool {
        let community = matches!(level, Level::Community);
        match self {
            Self::Committee | Self::Supervisors | Self::Owners | Self::Collective => community,
            Self::Government | Self::CivilAffairs => !community,
            Self::Party | Self::Node => true,
        }
    }
}

/// What a kind of statement is about, and so whether it names a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Who may sign: the registry reads it.
    Registry,
    /// One matter, which it names.
    Matter,
    /// The division whose log it stands in; it names no matter.
    Division,
    /// A statement, or an office: it names the matter if that belongs to one.
    Statement,
    /// Other logs, as a node sees them; it names no matter.
    Logs,
}

impl KindCode {
    /// Whether statements of this kind only speak of another, to mend it: they are not mended themselves, whatever their facts say.
    pub const fn mends(self) -> bool {
        matches!(self, Self::Correction | Self::Void | Self::Redaction)
    }

    /// What statements of this kind are about.
    pub const fn about(self) -> About {
        match self {
            Self::Charter | Self::Appoint | Self::Revoke | Self::Division => About::Registry,
            Self::Rules | Self::Catalogue | Self::Assessment => About::Division,
            Self::Answer | Self::Countersign | Self::Rectification | Self::Circular | Self::Correction | Self::Void | Self::Redaction => {
                About::Statement
            }
            Self::Evidence | Self::Anchor | Self::Observation => About::Logs,
            Self::Topic
            | Self::Step
            | Self::Outcome
            | Self::Objection
            | Self::Plan
            | Self::Progress
            | Self::Problem
            | Self::Reopen
            | Self::Completion
            | Self::Verification
            | Self::Result
            | Self::Feedback
            | Self::Evaluation
            | Self::Termination => About::Matter,
        }
    }
}
