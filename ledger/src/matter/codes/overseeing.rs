//! How others look into consultation: catalogues, evaluation, orders, circulars, assessment; and how what was said is mended.

code_list! {
    /// 必须协商、可以协商: whether an item of a catalogue has to be consulted.
    Duty ("duties") {
        /// 必须协商
        Must = "must",
        /// 可以协商
        May = "may",
    }

    /// 评估等次: what an evaluation comes to.
    Rating ("ratings") {
        /// 优秀
        Excellent = "excellent",
        /// 良好
        Good = "good",
        /// 合格
        Fair = "fair",
        /// 不合格
        Poor = "poor",
    }

    /// 督察、评估方式: how those who evaluate looked (the notice, section 3).
    Inspection ("ways of inspection") {
        /// 听取工作汇报
        Report = "report",
        /// 召开座谈会
        Meeting = "meeting",
        /// 个别访谈
        Interview = "interview",
        /// 实地走访
        Visit = "visit",
        /// 随机抽查
        SpotCheck = "spot-check",
        /// 查阅文件材料
        Files = "files",
        /// 第三方评估
        ThirdParty = "third-party",
    }

    /// What a rectification does.
    RectificationAction ("rectification actions") {
        /// 督促整改: something is to be put right, and answered, by a day.
        Order = "order",
        /// 问责: an office is held to account.
        Accountability = "accountability",
    }

    /// 问责方式: always of an office, never of a person.
    Measure ("measures") {
        /// 约谈
        Talk = "talk",
        /// 责令书面检查
        WrittenAccount = "written-account",
        /// 通报批评
        Criticism = "criticism",
        /// 扣减考核得分
        ScoreReduced = "score-reduced",
        /// 取消评优资格
        AwardsBarred = "awards-barred",
        /// 移交有权机关处理
        Referred = "referred",
    }

    /// To whom a circular speaks.
    Addressee ("addressees") {
        /// 通报: to the public.
        Public = "public",
        /// 反映: to the Party committee and government above.
        Superior = "superior",
    }

    /// 通报、反映的事由 (the notice, section 3).
    CircularGround ("circular grounds") {
        /// 工作推动不力
        WeakEffort = "weak-effort",
        /// 工作进展缓慢
        SlowProgress = "slow-progress",
        /// 群众反映强烈
        StrongComplaints = "strong-complaints",
        /// 协商流于形式
        Formality = "formality",
        /// 成果未落实
        NotCarriedOut = "not-carried-out",
        /// 未按期公开
        NotDisclosed = "not-disclosed",
        /// 逾期未整改
        OrderUnanswered = "order-unanswered",
        /// 工作突出
        Commended = "commended",
    }

    /// 考核奖惩: what an assessment means for a place.
    Consequence ("consequences") {
        /// 通报表扬
        Commended = "commended",
        /// 给予资助
        Supported = "supported",
        /// 加强指导、培训
        Guided = "guided",
        /// 督促整改
        Rectify = "rectify",
        /// 约谈
        Talk = "talk",
        /// 通报批评
        Criticised = "criticised",
        /// 取消评优资格
        AwardsBarred = "awards-barred",
    }

    /// 撤回原因
    VoidReason ("void reasons") {
        /// 录错事项
        WrongMatter = "wrong-matter",
        /// 录错账本
        WrongLog = "wrong-log",
        /// 重复录入
        Duplicate = "duplicate",
        /// 误签、误发
        Unintended = "unintended",
        /// 测试内容
        Test = "test",
    }

    /// 隐私删除的理由
    RedactionGround ("redaction grounds") {
        /// 含个人信息
        PersonalData = "personal-data",
        /// 含未成年人信息
        Minor = "minor",
        /// 本人要求删除
        SubjectAsks = "subject-asks",
        /// 撤回同意
        ConsentWithdrawn = "consent-withdrawn",
        /// 含商业秘密
        TradeSecret = "trade-secret",
        /// 依法不予公开
        LawForbids = "law-forbids",
        /// 法院裁判
        CourtOrder = "court-order",
    }

    /// How two heads contradict each other (see [`crate::fork`]).
    Contradicts ("contradictions") {
        /// Two roots for one size.
        SameSize = "same-size",
        /// The larger tree does not begin with the smaller.
        OtherPrefix = "other-prefix",
        /// A witness cosigned the smaller head later than the larger.
        GoingBack = "going-back",
    }

    /// Why a head that was seen could not be followed up.
    ObservationGround ("observation grounds") {
        /// Nobody gave the proof that joins it to what is held.
        NoProof = "no-proof",
        /// Nobody gave its entries.
        NoEntries = "no-entries",
        /// Its log is not chartered.
        NotChartered = "not-chartered",
    }
}
