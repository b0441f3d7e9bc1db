//! What a matter is about, and where it came from or goes.

code_list! {
    /// 协商事项类别: what a matter is about.
    Category ("categories") {
        /// 物业管理服务
        PropertyManagement = "property-management",
        /// 环境卫生整治
        Sanitation = "sanitation",
        /// 亮化绿化工程
        LightingGreening = "lighting-greening",
        /// 农田水利改造
        Irrigation = "irrigation",
        /// 廉租住房申请
        LowRentHousing = "low-rent-housing",
        /// 社会救助救济
        SocialAssistance = "social-assistance",
        /// 征地拆迁安置
        LandAcquisition = "land-acquisition",
        /// 村规民约、居民公约
        VillageCompact = "village-compact",
        /// 公共事务
        PublicAffairs = "public-affairs",
        /// 公益事业
        PublicWelfare = "public-welfare",
    }

    /// 协商依据: why a matter is consulted (the five classes of the 2015 opinion).
    Basis ("bases") {
        /// 涉及居民切身利益
        VitalInterest = "vital-interest",
        /// 群众反映强烈、迫切要求解决的问题和矛盾纠纷
        UrgentDispute = "urgent-dispute",
        /// 党和政府的方针政策、重点工作在本地的落实
        PolicyCarriedOut = "policy-carried-out",
        /// 法律法规和政策明确要求协商
        LawRequires = "law-requires",
        /// 协商主体提出协商需求
        PartyAsks = "party-asks",
    }

    /// 议题来源: who raised a topic.
    Proposer ("proposers") {
        /// 居民群众建议
        Residents = "residents",
        /// 党员建议
        PartyMembers = "party-members",
        /// 村(社区)干部提出
        Cadres = "cadres",
        /// 村(居)民联名: one tenth of the villagers, in Henan.
        ResidentsJointly = "residents-jointly",
        /// 村(居)民代表联名: one fifth of the representatives, in Henan.
        RepresentativesJointly = "representatives-jointly",
        /// 村(社区)党组织
        PartyOrganisation = "party-organisation",
        /// 村(居)民委员会
        ResidentCommittee = "resident-committee",
        /// 村(居)务监督委员会
        SupervisoryCommittee = "supervisory-committee",
        /// 农村集体经济组织
        CollectiveEconomicOrg = "collective-economic-org",
        /// 业主委员会
        OwnersCommittee = "owners-committee",
        /// 上级安排
        Superior = "superior",
    }

    /// 不予协商的去向: where a declined topic goes instead.
    Elsewhere ("other ways") {
        /// 个别问题，直接办理
        HandledDirectly = "handled-directly",
        /// 转乡镇(街道)
        Township = "township",
        /// 转县级部门
        CountyDepartment = "county-department",
        /// 依其他法定程序办理
        OtherProcedure = "other-procedure",
        /// 信访、调解、诉讼
        PetitionOrCourt = "petition-or-court",
        /// 并入其他事项
        Merged = "merged",
        /// 不属于本地事务
        OutsideRemit = "outside-remit",
    }

    /// How one matter is tied to another.
    LinkKind ("links") {
        /// 下级上报
        FromBelow = "from-below",
        /// 上级交办
        SentDown = "sent-down",
        /// 联合协商
        Joint = "joint",
    }
}
