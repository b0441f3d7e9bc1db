//! What a county's assessment counts.

code_list! {
    /// 指标: one figure of an assessment; [`crate::assessment`] gives each its formula.
    IndicatorCode ("indicators") {
        /// 程序完整率
        EveryStep = "every-step",
        /// 公示足期率
        NoticeKept = "notice-kept",
        /// 按期完成率
        OnTime = "on-time",
        /// 核实通过率
        Verified = "verified",
        /// 决议到全部核实的天数
        DaysToDone = "days-to-done",
        /// 当前逾期率
        OverdueNow = "overdue-now",
        /// 应公开而未公开
        MissingDisclosures = "missing-disclosures",
        /// 异议按时答复率
        AnsweredInTime = "answered-in-time",
        /// 补录率
        BackFilled = "back-filled",
        /// 整季无记录的社区
        Silent = "silent",
        /// 没有目录的社区
        NoDirectory = "no-directory",
        /// 从未协商的必议条目
        NeverConsulted = "never-consulted",
        /// 新增事项
        Matters = "matters",
        /// 入网社区
        Communities = "communities",
        /// 采用的协商形式
        FormsUsed = "forms-used",
        /// 有更多主体参加的事项
        WiderParticipants = "wider-participants",
        /// 取得共识
        Consensus = "consensus",
        /// 再次协商
        Reopened = "reopened",
        /// 改期
        Rescheduled = "rescheduled",
    }

    /// How one case enters a figure.
    CaseState ("case states") {
        /// 符合: counted above and below the line.
        Had = "had",
        /// 不符合: counted below the line only.
        Not = "not",
        /// 尚不能判定: in neither, until it can be told.
        Pending = "pending",
        /// 未判定: in neither, for no known pack judges it.
        NotJudged = "not-judged",
        /// 仅供参考: in neither, for the rules were not in force.
        Advisory = "advisory",
    }
}

impl CaseState {
    /// Whether it stands below the line.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Had | Self::Not)
    }
}
