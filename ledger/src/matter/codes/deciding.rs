//! What a state depends on: closed, for a word not understood must not move a matter.

code_list! {
    /// Whether a topic (议题) goes into consultation.
    Decision ("topic decisions") {
        /// 确定
        Confirmed = "confirmed",
        /// 不予协商
        Declined = "declined",
    }

    /// What a round of consultation came to (协商成果).
    OutcomeResult ("outcome results") {
        /// 取得共识: all agreed, the commitments are to be carried out.
        Consensus = "consensus",
        /// 部分达成: agreed in part; the rest stays open.
        Partial = "partial",
        /// 未达成共识
        None = "none",
        /// 已决议·无须落实: decided, and nothing needs to be done.
        NoAction = "no-action",
    }

    /// What the supervisors found (监督核实).
    Verdict ("verdicts") {
        /// 核实通过
        Accepted = "accepted",
        /// 部分通过
        Partly = "partly",
        /// 核实未通过
        Rejected = "rejected",
    }

    /// What an answer (答复) says of an objection.
    Finding ("findings") {
        /// 采纳
        Upheld = "upheld",
        /// 部分采纳
        Partly = "partly",
        /// 不采纳
        Not = "not",
    }
}
