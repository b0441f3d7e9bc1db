//! What the fold says: never signed, always computed.

code_list! {
    /// 事项状态: the one word a matter stands at (DOMAIN §4); the first that holds, in this order.
    Status ("statuses") {
        /// 已终止
        Terminated = "terminated",
        /// 不予协商
        Declined = "declined",
        /// 公示中
        OnNotice = "on-notice",
        /// 核实未通过
        VerificationFailed = "verification-failed",
        /// 已逾期
        Overdue = "overdue",
        /// 已核实办结: every live commitment was accepted by those who verify.
        Done = "done",
        /// 报告完成·待核实
        Claimed = "claimed",
        /// 落实中
        UnderWay = "under-way",
        /// 已决议·无须落实
        NoAction = "no-action",
        /// 未达成共识
        NoConsensus = "no-consensus",
        /// 协商中
        Deliberating = "deliberating",
        /// 征求意见中
        Collecting = "collecting",
    }

    /// What stands beside the status.
    Tag ("tags") {
        /// 再次协商中
        Reopened = "reopened",
        /// 有新问题
        NewProblem = "new-problem",
        /// 部分达成
        Partial = "partial",
        /// 久无消息
        Stale = "stale",
        /// 有争议
        Disputed = "disputed",
    }

    /// 承诺状态: where one commitment stands.
    CommitmentState ("commitment states") {
        /// 已承诺
        Promised = "promised",
        /// 落实中
        UnderWay = "under-way",
        /// 报告完成·待核实
        Claimed = "claimed",
        /// 已核实
        Accepted = "accepted",
        /// 已取消
        Dropped = "dropped",
    }

    /// Where one step of a method stands in a round.
    StepState ("step states") {
        /// 已完成
        Done = "done",
        /// 缺失: required, and a later step was taken.
        Skipped = "skipped",
        /// 未单独进行: optional, and a later step was taken.
        Omitted = "omitted",
        /// 未到
        Pending = "pending",
    }

    /// The name of a flag; [`Flag`](crate::matter::view::Flag) carries its figures.
    FlagCode ("flags") {
        /// 已逾期
        Overdue = "overdue",
        /// 久无消息
        Stale = "stale",
        /// 已改期
        Rescheduled = "rescheduled",
        /// 预算变更
        BudgetChanged = "budget-changed",
        /// 到会人数不足
        QuorumShort = "quorum-short",
        /// 未达通过票数
        NotPassed = "not-passed",
        /// 票数不全
        TallyMissing = "tally-missing",
        /// 票数有变更
        TallyChanged = "tally-changed",
        /// 缺步骤
        StepSkipped = "step-skipped",
        /// 步骤次序不符
        StepOutOfOrder = "step-out-of-order",
        /// 公示期不足
        NoticeTooShort = "notice-too-short",
        /// 公开迟延
        LateDisclosure = "late-disclosure",
        /// 补录
        BackFilled = "back-filled",
        /// 异议未答复
        Unanswered = "unanswered",
        /// 无监督委员会签名
        UnsignedBySupervisors = "unsigned-by-supervisors",
        /// 有争议
        Disputed = "disputed",
        /// 责任方未确认
        ResponsibleUnconfirmed = "responsible-unconfirmed",
        /// 任期已过
        TermExpired = "term-expired",
        /// 入账时间存疑
        LoggedDoubtful = "logged-doubtful",
        /// 已被追溯停用
        Annulled = "annulled",
        /// 账本出现分叉
        ForkSeen = "fork-seen",
        /// 已隐私删除
        Redacted = "redacted",
        /// 已更正
        Corrected = "corrected",
    }

    /// Why a statement of valid standing has no effect, or what it had.
    Irregular ("irregularities") {
        /// The matter has no valid topic before it.
        NoTopic = "no-topic",
        /// Another topic owns the matter.
        SecondTopic = "second-topic",
        /// The same statement stands in this log already.
        Repeated = "repeated",
        /// Signed by an office that is not this matter's convener or reporter, or not the step's.
        NotItsOffice = "not-its-office",
        /// No such round.
        NoSuchRound = "no-such-round",
        /// The round already has its outcome.
        RoundClosed = "round-closed",
        /// A round is open already.
        RoundOpen = "round-open",
        /// No such commitment, or it was dropped.
        NoSuchCommitment = "no-such-commitment",
        /// What it refers to is not here, is void, or is of another kind.
        Unresolved = "unresolved",
        /// The matter has ended: its topic was declined or it was terminated.
        Ended = "ended",
        /// It was taken back by the office that signed it.
        Withdrawn = "withdrawn",
        /// Too late to be taken back: verified, past its notice, or others have spoken to it.
        TooLate = "too-late",
        /// The old facts of a correction are not what the statement says.
        OldDiffers = "old-differs",
        /// A correction promises what the outcome did not: only an outcome does, for its words say what.
        AddsCommitment = "adds-commitment",
        /// Its facts do not read as its kind's.
        Unreadable = "unreadable",
        /// The kind is not known here.
        UnknownKind = "unknown-kind",
    }
}
