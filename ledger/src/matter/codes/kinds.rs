//! The words of statements themselves: kinds and offices.

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
        /// 实施结果公开
        Result = "result",
        /// 居民反馈
        Feedback = "feedback",
        /// 终止
        Termination = "termination",
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
