//! Words of registrations, and those beside the offices: each may be joined by words that stand in no list, and those are shown raw.

code_list! {
    /// 登记依据: on what basis an office has its keys.
    AppointmentBasis ("bases of appointments") {
        /// 选举产生
        Election = "election",
        /// 会议推选
        Assembly = "assembly",
        /// 依法设立
        Assignment = "assignment",
        /// 试点
        Pilot = "pilot",
    }

    /// 停用原因: why a key ended.
    EndReason ("reasons of ended keys") {
        /// 届满
        TermEnded = "term-ended",
        /// 换届: another registration took its place.
        Succeeded = "succeeded",
        /// 遗失
        Lost = "lost",
        /// 被盗
        Stolen = "stolen",
        /// 登记有误
        Error = "error",
    }

    /// Who bears a duty beside the offices; its name stands in the body.
    BodyCode ("bodies beside the offices") {
        /// 施工单位
        Contractor = "contractor",
        /// 物业服务企业
        PropertyCompany = "property-company",
        /// 驻村（社区）单位
        ResidentUnit = "resident-unit",
        /// 居民
        Residents = "residents",
        /// 志愿者
        Volunteers = "volunteers",
        /// 水电气等公用企业
        Utility = "utility",
    }

    /// 表决选项 that every vote has; others are named by the words of the step.
    Ballot ("options of every vote") {
        /// 赞成
        For = "for",
        /// 反对
        Against = "against",
        /// 弃权
        Abstain = "abstain",
    }
}
