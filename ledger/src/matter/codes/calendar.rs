//! What a place has to disclose, and how often.

code_list! {
    /// 公开事项: what is expected of a place or a matter by a day.
    DutyCode ("disclosure duties") {
        /// 日常公开: what was decided and what became of it, told again and again.
        Disclosure = "disclosure",
        /// 财务公开: what was spent.
        Finance = "finance",
        /// 协商目录: the local list of what is consulted.
        Directory = "directory",
        /// 事项清单: the county's list of what must or may be consulted.
        ItemList = "item-list",
        /// 决议公开, after the meeting that decided.
        Resolution = "resolution",
        /// 异议答复
        Answer = "answer",
        /// 实施结果公开, after all was accepted.
        Result = "result",
    }

    /// Where something expected by a day stands.
    SlotState ("slot states") {
        /// 已公开, in time.
        Filled = "filled",
        /// 迟延: told after the day it was due.
        Late = "late",
        /// 未到期
        Open = "open",
        /// 缺: due, and not told.
        Missing = "missing",
    }

    /// How often.
    Every ("rhythms") {
        /// 每月
        Month = "month",
        /// 每季度
        Quarter = "quarter",
        /// 每年
        Year = "year",
    }
}

impl DutyCode {
    /// Whether a calendar may ask for it again and again; the others follow from a matter.
    pub const fn recurs(self) -> bool {
        matches!(self, Self::Disclosure | Self::Finance | Self::Directory | Self::ItemList)
    }
}
