//! How a decision is carried out, checked and told.

code_list! {
    /// 公开渠道: where a thing was posted; the names of the places stand in the body.
    Channel ("channels") {
        /// 村(居)务公开栏
        NoticeBoard = "notice-board",
        /// 小组、楼院张贴
        GroupBoard = "group-board",
        /// 会议通报
        Meeting = "meeting",
        /// 广播
        Broadcast = "broadcast",
        /// 明白纸
        Leaflet = "leaflet",
        /// 网站
        Website = "website",
        /// 微信、QQ 群
        ChatGroup = "chat-group",
        /// 微博、公众号
        Microblog = "microblog",
        /// 触摸屏
        TouchScreen = "touch-screen",
    }

    /// 资金来源: what money a commitment is paid from.
    FundSource ("fund sources") {
        /// 村集体资金
        Collective = "collective",
        /// 财政资金
        Fiscal = "fiscal",
        /// 一事一议筹资
        Raised = "raised",
        /// 社会捐赠
        Donation = "donation",
        /// 公共维修资金
        MaintenanceFund = "maintenance-fund",
        /// 政府购买服务
        PurchasedService = "purchased-service",
        /// 驻地单位支持
        ResidentUnit = "resident-unit",
        /// 多渠道
        Mixed = "mixed",
        /// 无须资金
        NoMoney = "no-money",
    }

    /// 调整原因: why a plan was changed; the full reason stands in the body.
    PlanReason ("plan reasons") {
        /// 天气
        Weather = "weather",
        /// 资金未到位
        Funds = "funds",
        /// 审批未完成
        Approval = "approval",
        /// 材料供应
        Materials = "materials",
        /// 用地协调
        Land = "land",
        /// 设计方案调整
        DesignChanged = "design-changed",
        /// 施工单位原因
        Contractor = "contractor",
        /// 采纳群众意见
        ResidentsAsked = "residents-asked",
        /// 灾害、疫情
        Disaster = "disaster",
        /// 其他
        Other = "other",
    }

    /// 再次协商的原因
    ReopenReason ("reopen reasons") {
        /// 未达成共识
        NoConsensus = "no-consensus",
        /// 落实中出现新问题
        NewProblem = "new-problem",
        /// 异议成立
        ObjectionUpheld = "objection-upheld",
        /// 尚有未决部分
        OpenPoints = "open-points",
    }

    /// 核实方式: what the supervisors looked at.
    CheckMade ("checks") {
        /// 现场查看
        OnSite = "on-site",
        /// 实地测量
        Measured = "measured",
        /// 核对照片
        Photos = "photos",
        /// 查验票据
        Vouchers = "vouchers",
        /// 核对合同
        Contract = "contract",
        /// 查阅会议记录
        Minutes = "minutes",
        /// 查阅验收报告
        AcceptanceReport = "acceptance-report",
        /// 走访群众
        ResidentsAsked = "residents-asked",
    }

    /// 反馈方式: how residents' answers were gathered.
    Gathering ("ways of gathering") {
        /// 入户走访
        HouseVisits = "house-visits",
        /// 会议
        Meeting = "meeting",
        /// 书面问卷
        Paper = "paper",
        /// 电话回访
        Phone = "phone",
        /// 网络问卷
        Online = "online",
        /// 意见箱
        OpinionBox = "opinion-box",
    }

    /// 终止原因
    TerminationReason ("termination reasons") {
        /// 经决议不再实施
        ResolvedNotTo = "resolved-not-to",
        /// 条件变化，无法实施
        Impossible = "impossible",
        /// 由上级项目覆盖
        CoveredFromAbove = "covered-from-above",
        /// 并入其他事项
        Merged = "merged",
        /// 重复立项
        Duplicate = "duplicate",
    }
}
