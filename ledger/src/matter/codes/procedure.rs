//! How people consult: methods, steps, forms, participants, what is counted (notice 豫民文〔2017〕91号, section 2).

code_list! {
    /// 工作方法: the procedure a matter follows.
    Method ("methods") {
        /// 四议两公开
        FourTwo = "four-two",
        /// 一征三议两公开
        OneThreeTwo = "one-three-two",
        /// 一般协商
        General = "general",
        /// 业主共同决定
        Owners = "owners",
        /// 村民代表提案制
        Proposal = "proposal",
    }

    /// 程序步骤: a step of a method, or one beside it.
    StepCode ("steps") {
        /// 议题收集
        Collect = "collect",
        /// 议题确定
        Confirm = "confirm",
        /// 通报信息
        Inform = "inform",
        /// 书面征询
        Inquire = "inquire",
        /// 专家论证
        ExpertAdvice = "expert-advice",
        /// 征求意见
        Solicit = "solicit",
        /// 党组织提议
        Propose = "propose",
        /// “两委”会议商议
        Confer = "confer",
        /// 党员大会审议
        Review = "review",
        /// 议事表决
        Deliberate = "deliberate",
        /// 村(居)民会议或代表会议决议
        Resolve = "resolve",
        /// 决议公开
        PublishResolution = "publish-resolution",
        /// 协商监督
        Supervise = "supervise",
        /// 成果运用
        Apply = "apply",
        /// 实施结果公开
        PublishResult = "publish-result",
    }

    /// 协商形式: how people met.
    Form ("forms") {
        /// 村(居)民会议
        ResidentAssembly = "resident-assembly",
        /// 村(居)民代表会议
        RepresentativeMeeting = "representative-meeting",
        /// 党员大会
        PartyMeeting = "party-meeting",
        /// 村(居)民小组会议
        GroupMeeting = "group-meeting",
        /// 例会型
        Regular = "regular",
        /// 议事型
        Deliberative = "deliberative",
        /// 对话型
        Dialogue = "dialogue",
        /// 民主听证会
        Hearing = "hearing",
        /// 协商议事会
        CouncilMeeting = "council-meeting",
        /// 村落(院落、楼院)协商
        Courtyard = "courtyard",
        /// 民主恳谈
        DemocraticTalk = "democratic-talk",
        /// 参与式预算
        ParticipatoryBudget = "participatory-budget",
        /// 民主评议
        DemocraticAppraisal = "democratic-appraisal",
        /// 村(居)民论坛
        Forum = "forum",
        /// 板凳议事会
        StoolCouncil = "stool-council",
        /// 入户走访
        HouseVisits = "house-visits",
        /// 民情大体验
        FieldExperience = "field-experience",
        /// 电视微视听
        TelevisedHearing = "televised-hearing",
        /// 三上三下征求意见
        ThreeRounds = "three-rounds",
        /// 网络协商
        Online = "online",
    }

    /// 协商主体: kinds of participants, counted by heads and never named.
    Participant ("participants") {
        /// 基层政府及派出机关
        GovernmentOrAgency = "government-or-agency",
        /// 村(社区)党组织
        PartyOrganisation = "party-organisation",
        /// 村(居)民委员会
        ResidentCommittee = "resident-committee",
        /// 村(居)务监督委员会
        SupervisoryCommittee = "supervisory-committee",
        /// 村(居)民小组
        ResidentGroup = "resident-group",
        /// 驻村(社区)单位
        ResidentUnit = "resident-unit",
        /// 社区社会组织
        CommunityOrganisation = "community-organisation",
        /// 业主委员会
        OwnersCommittee = "owners-committee",
        /// 农村集体经济组织
        CollectiveEconomicOrg = "collective-economic-org",
        /// 农民合作组织
        FarmerCooperative = "farmer-cooperative",
        /// 物业服务企业
        PropertyCompany = "property-company",
        /// 老党员
        SeniorPartyMember = "senior-party-member",
        /// 老干部
        RetiredCadre = "retired-cadre",
        /// 党员
        PartyMember = "party-member",
        /// 村(居)民代表、群众代表
        ResidentRepresentative = "resident-representative",
        /// 村(居)民
        Resident = "resident",
        /// 党代表
        PartyDelegate = "party-delegate",
        /// 人大代表
        PeoplesCongressDeputy = "peoples-congress-deputy",
        /// 政协委员
        CppccMember = "cppcc-member",
        /// 群团组织负责人
        MassOrgLeader = "mass-org-leader",
        /// 社会工作者
        SocialWorker = "social-worker",
        /// 外来务工经商人员
        MigrantWorkerOrTrader = "migrant-worker-or-trader",
        /// 流动人口
        FloatingPopulation = "floating-population",
        /// 非户籍居民代表
        NonRegisteredRepresentative = "non-registered-representative",
        /// 协商智库
        AdvisoryPanel = "advisory-panel",
        /// 专家教授
        Expert = "expert",
        /// 技术人员
        Technician = "technician",
        /// 第三方机构
        ThirdParty = "third-party",
    }

    /// What a tally counts.
    Unit ("units") {
        /// 村(居)民代表
        Representatives = "representatives",
        /// 十八周岁以上村(居)民
        Adults = "adults",
        /// 户
        Households = "households",
        /// 党员
        PartyMembers = "party-members",
        /// “两委”成员
        CommitteeMembers = "committee-members",
        /// 业主人数
        Owners = "owners",
        /// 专有部分面积, in 0.01 m²
        Area = "area",
        /// 人 (where no rule names who counts)
        Persons = "persons",
    }
}
