//! The code lists: closed vocabularies that facts are written in.
//!
//! A code is a lowercase word. Lists on which a state depends are closed: a statement with another word does not read and has no effect.
//! Lists that only describe are read as [`Coded`], so that a word added later is kept and shown raw; publishing refuses it all the same.
//! What people see for each code stands in [`super::labels`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Malformed;
use crate::names::word;

/// Longest code word: the longest in use has 29 letters, and a sentence does not fit.
pub const LONGEST_WORD: usize = 32;

/// A closed list of code words.
pub trait CodeList: Copy + Eq + FromStr<Err = Malformed> + Send + Sync + 'static {
    /// What the list is called in an error.
    const NAME: &'static str;
    /// Every code, in the order people see them.
    const ALL: &'static [Self];

    /// The word.
    fn as_str(self) -> &'static str;
}

/// A code of a list that only describes: known here, or a word of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coded<L> {
    /// A code this version knows.
    Known(L),
    /// A well-formed word it does not know: shown raw.
    Other(Word),
}

impl<L: CodeList> Coded<L> {
    /// The code, if known here.
    pub fn known(&self) -> Option<L> {
        match self {
            Self::Known(code) => Some(*code),
            Self::Other(_) => None,
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(code) => code.as_str(),
            Self::Other(word) => word.as_str(),
        }
    }

    /// Refuses a word that the list does not hold, naming `field`: publishing is strict where reading is tolerant.
    pub(super) fn check(&self, field: &str) -> Result<(), Malformed> {
        match self {
            Self::Known(_) => Ok(()),
            Self::Other(word) => {
                Err(Malformed::new(field, format!("\"{word}\" is not in the list of {}; use one of {}", L::NAME, list::<L>())))
            }
        }
    }
}

impl<L> From<L> for Coded<L> {
    fn from(code: L) -> Self {
        Self::Known(code)
    }
}

impl<L: CodeList> fmt::Display for Coded<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<L: CodeList> FromStr for Coded<L> {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        text.parse().map(Self::Known).or_else(|_: Malformed| text.parse().map(Self::Other))
    }
}

impl<L: CodeList> Serialize for Coded<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, L: CodeList> Deserialize<'de> for Coded<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

fn list<L: CodeList>() -> String {
    L::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

/// A lowercase word of at most [`LONGEST_WORD`] letters, digits and inner hyphens: the id of a commitment, milestone or option.
///
/// Held inline: facts are read by the million and most words have two letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    bytes: [u8; LONGEST_WORD],
    length: u8,
}

impl Word {
    /// The word.
    pub fn as_str(&self) -> &str {
        // Only ASCII enters, so the fallback cannot be reached.
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl FromStr for Word {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong =
            || Malformed::new("word", format!("a lowercase word of at most {LONGEST_WORD} letters, digits and inner hyphens wanted"));
        word(text, LONGEST_WORD).ok_or_else(wrong)?;
        let mut bytes = [0; LONGEST_WORD];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length: u8::try_from(text.len()).map_err(|_| wrong())? })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// Declares a code list: the enum, its words, and its reading and writing by word.
macro_rules! code_list {
    ($($(#[$doc:meta])* $name:ident ($called:literal) { $($(#[$code_doc:meta])* $code:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$code_doc])* $code,)+ }

        impl CodeList for $name {
            const NAME: &'static str = $called;
            const ALL: &'static [Self] = &[$(Self::$code),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$code => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                match text {
                    $($word => Ok(Self::$code),)+
                    _ => Err(Malformed::new($called, format!("one of {} wanted", list::<Self>()))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::from_text(deserializer)
            }
        }
    )+};
}

// What a state depends on.
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

// What only describes.
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

// What the fold says.
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

    /// The name of a flag; [`super::view::Flag`] carries its figures.
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
        /// Its facts do not read as its kind's.
        Unreadable = "unreadable",
        /// The kind is not known here.
        UnknownKind = "unknown-kind",
    }
}

// The words of statements themselves.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_added_later_is_kept() {
        let category: Coded<Category> = serde_json::from_str("\"sanitation\"").unwrap();
        assert_eq!(category.known(), Some(Category::Sanitation));
        let later: Coded<Category> = serde_json::from_str("\"drones\"").unwrap();
        assert_eq!(serde_json::to_string(&later).unwrap(), "\"drones\"");
        assert!(later.check("category").unwrap_err().why.contains("sanitation"));
        assert!(serde_json::from_str::<Coded<Category>>("\"张三\"").is_err());
    }

    #[test]
    fn a_code_a_state_depends_on_is_not_guessed() {
        assert!(serde_json::from_str::<Verdict>("\"mostly\"").is_err());
    }

    #[test]
    fn lists_sort_in_the_order_people_see() {
        assert!(FlagCode::ALL.is_sorted() && Status::ALL.is_sorted() && Tag::ALL.is_sorted());
    }
}
