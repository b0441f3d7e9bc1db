//! What people see for each code, in Chinese and English: the one place for these words.
//!
//! Rules of wording (they are tests of the explorer too): 核实 is for work that supervisors verified, 核对 for signatures, 已见证 for
//! checkpoints; only the status `done` reads 办结 or "done".

use std::borrow::Cow;

use super::codes::{
    Addressee, AppointmentBasis, Ballot, Basis, BodyCode, CaseState, Category, Channel, CheckMade, CircularGround, CodeList, Coded,
    CommitmentState, Consequence, Contradicts, Decision, Duty, DutyCode, Elsewhere, EndReason, Every, Finding, FlagCode, Form, FundSource,
    Gathering, IndicatorCode, Inspection, Irregular, KindCode, LinkKind, Measure, Method, ObservationGround, OfficeCode, OutcomeResult,
    Participant, PlanReason, Proposer, Rating, RectificationAction, RedactionGround, ReopenReason, SlotState, Status, StepCode, StepState,
    Tag, TerminationReason, Unit, Verdict, VoidReason,
};
use super::facts::Bearer;
use crate::names::Office;
use crate::standing::Void;
use crate::statement::Kind;

/// A word for people, in two languages.
pub trait Label {
    /// In Chinese.
    fn zh(&self) -> Cow<'static, str>;
    /// In English.
    fn en(&self) -> Cow<'static, str>;
}

/// A word this version does not know is shown as it stands.
impl<L: CodeList + Label> Label for Coded<L> {
    fn zh(&self) -> Cow<'static, str> {
        self.known().map_or_else(|| Cow::Owned(self.as_str().to_owned()), |code| code.zh())
    }
    fn en(&self) -> Cow<'static, str> {
        self.known().map_or_else(|| Cow::Owned(self.as_str().to_owned()), |code| code.en())
    }
}

impl Label for Kind {
    fn zh(&self) -> Cow<'static, str> {
        self.as_str().parse().map_or_else(|_| Cow::Owned(self.as_str().to_owned()), |kind: KindCode| kind.zh())
    }
    fn en(&self) -> Cow<'static, str> {
        self.as_str().parse().map_or_else(|_| Cow::Owned(self.as_str().to_owned()), |kind: KindCode| kind.en())
    }
}

impl Label for Office {
    fn zh(&self) -> Cow<'static, str> {
        self.as_str().parse().map_or_else(|_| Cow::Owned(self.as_str().to_owned()), |office: OfficeCode| office.zh())
    }
    fn en(&self) -> Cow<'static, str> {
        self.as_str().parse().map_or_else(|_| Cow::Owned(self.as_str().to_owned()), |office: OfficeCode| office.en())
    }
}

/// An office, or what kind of body it is; of another division with that division's code before it.
impl Label for Bearer {
    fn zh(&self) -> Cow<'static, str> {
        self.labelled(|office| office.zh(), |body| body.zh())
    }
    fn en(&self) -> Cow<'static, str> {
        self.labelled(|office| office.en(), |body| body.en())
    }
}

impl Bearer {
    fn labelled(
        &self,
        office: impl Fn(OfficeCode) -> Cow<'static, str>,
        body: impl Fn(BodyCode) -> Cow<'static, str>,
    ) -> Cow<'static, str> {
        let word = self.body.as_str();
        let label = word.parse().map(office).or_else(|_| word.parse().map(body)).unwrap_or_else(|_| Cow::Owned(word.to_owned()));
        self.division.map_or(label.clone(), |division| Cow::Owned(format!("{division} {label}")))
    }
}

/// What stands where nobody in the federation can verify a matter, for it is the root's.
pub const NOBODY_VERIFIES: (&str, &str) =
    ("本联邦里没有上级，没有单位能核实它", "nobody in this federation can verify it: there is no office above");

/// Beside every judgement by a rule that was not in force on its day.
pub const ADVISORY: (&str, &str) = ("按2018年法推算，仅供参考", "computed by the law of 2018, for reference only");

/// Where the rule pack is not known or has no rule.
pub const NOT_JUDGED: (&str, &str) = ("未判定", "not judged");

macro_rules! labels {
    ($($name:ident { $($code:ident: $zh:literal, $en:literal;)+ })+) => {$(
        impl Label for $name {
            fn zh(&self) -> Cow<'static, str> {
                Cow::Borrowed(match self { $(Self::$code => $zh),+ })
            }
            fn en(&self) -> Cow<'static, str> {
                Cow::Borrowed(match self { $(Self::$code => $en),+ })
            }
        }
    )+};
}

labels! {
    Status {
        Terminated: "已终止", "Terminated";
        Declined: "不予协商", "Declined";
        OnNotice: "公示中", "On public notice";
        VerificationFailed: "核实未通过", "Verification failed";
        Overdue: "已逾期", "Overdue";
        Done: "已核实办结", "Done and verified";
        Claimed: "报告完成·待核实", "Reported finished, awaiting verification";
        UnderWay: "落实中", "Being carried out";
        NoAction: "已决议·无须落实", "Resolved, nothing to carry out";
        NoConsensus: "未达成共识", "No consensus";
        Deliberating: "协商中", "Under consultation";
        Collecting: "征求意见中", "Collecting views";
    }
    Tag {
        Reopened: "再次协商中", "Consulted again";
        NewProblem: "有新问题", "New problem";
        Partial: "部分达成", "Agreed in part";
        Stale: "久无消息", "No news for long";
        Disputed: "有争议", "Disputed";
    }
    CommitmentState {
        Promised: "已承诺", "Promised";
        UnderWay: "落实中", "Being carried out";
        Claimed: "报告完成·待核实", "Reported finished, awaiting verification";
        Accepted: "已核实", "Verified";
        Dropped: "已取消", "Dropped";
    }
    StepState {
        Done: "已完成", "Taken";
        Skipped: "缺失", "Missing";
        Omitted: "未单独进行", "Not held";
        Pending: "未到", "To come";
    }
    FlagCode {
        Overdue: "已逾期", "Overdue";
        Stale: "久无消息", "No news for long";
        Rescheduled: "已改期", "Rescheduled";
        BudgetChanged: "预算变更", "Budget changed";
        QuorumShort: "到会人数不足", "Quorum short";
        NotPassed: "未达通过票数", "Did not pass by the counts";
        TallyMissing: "票数不全", "Counts incomplete";
        TallyChanged: "票数有变更", "Counts changed";
        StepSkipped: "缺步骤", "Step skipped";
        StepOutOfOrder: "步骤次序不符", "Step out of order";
        NoticeTooShort: "公示期不足", "Notice too short";
        LateDisclosure: "公开迟延", "Disclosed late";
        BackFilled: "补录", "Back-filled";
        Unanswered: "异议未答复", "Objection unanswered";
        UnsignedBySupervisors: "无监督委员会签名", "Not signed by supervisors";
        Disputed: "有争议", "Disputed";
        ResponsibleUnconfirmed: "责任方未确认", "Responsible body has not confirmed";
        TermExpired: "任期已过", "Term expired";
        LoggedDoubtful: "入账时间存疑", "Logging time doubtful";
        Annulled: "已被追溯停用", "Annulled by a revocation";
        ForkSeen: "账本出现不一致", "Copies of the log disagree";
        Redacted: "已隐私删除", "Redacted";
        Corrected: "已更正", "Corrected";
    }
    Irregular {
        NoTopic: "该事项尚无有效议题", "the matter has no valid topic before it";
        SecondTopic: "该编号已有议题", "another topic owns this id";
        Repeated: "重复录入", "the same statement stands here already";
        NotItsOffice: "签名单位无此职责", "not signed by the office whose part it is";
        NoSuchRound: "没有这一轮协商", "there is no such round";
        RoundClosed: "该轮协商已有结果", "the round already has its outcome";
        RoundOpen: "上一轮协商尚未结束", "the round before is still open";
        NoSuchCommitment: "没有这项承诺", "there is no such commitment";
        Unresolved: "所指内容未找到或无效", "what it refers to is not here or does not count";
        Ended: "事项已结束", "the matter has ended";
        Withdrawn: "已撤回", "taken back by those who signed it";
        TooLate: "已核实、已过公示期、他人已有回应或已有后续决定，不能撤回", "too late to be taken back";
        OldDiffers: "更正前内容与原文不符", "the old facts are not what the statement says";
        AddsCommitment: "更正不能新增承诺，承诺只由协商成果作出", "a correction makes no new commitment, only an outcome does";
        Unreadable: "内容无法识读", "its facts do not read";
        UnknownKind: "未知种类", "a kind this version does not know";
    }
    Decision {
        Confirmed: "确定", "confirmed";
        Declined: "不予协商", "declined";
    }
    OutcomeResult {
        Consensus: "取得共识", "consensus";
        Partial: "部分达成", "agreed in part";
        None: "未达成共识", "no consensus";
        NoAction: "已决议·无须落实", "resolved, nothing to carry out";
    }
    Verdict {
        Accepted: "核实通过", "accepted";
        Partly: "部分通过", "partly accepted";
        Rejected: "核实未通过", "rejected";
    }
    Finding {
        Upheld: "采纳", "upheld";
        Partly: "部分采纳", "partly upheld";
        Not: "不采纳", "not upheld";
    }
    Category {
        PropertyManagement: "物业管理服务", "Property management";
        Sanitation: "环境卫生整治", "Sanitation";
        LightingGreening: "亮化绿化工程", "Lighting and greening";
        Irrigation: "农田水利改造", "Farmland irrigation";
        LowRentHousing: "廉租住房申请", "Low-rent housing";
        SocialAssistance: "社会救助救济", "Social assistance";
        LandAcquisition: "征地拆迁安置", "Land acquisition and resettlement";
        VillageCompact: "村规民约、居民公约", "Village compact";
        PublicAffairs: "公共事务", "Public affairs";
        PublicWelfare: "公益事业", "Public welfare";
    }
    Basis {
        VitalInterest: "涉及居民切身利益", "touches residents' vital interests";
        UrgentDispute: "群众反映强烈的问题和矛盾", "urgent problem or dispute";
        PolicyCarriedOut: "方针政策、重点工作在本地落实", "policy carried out locally";
        LawRequires: "法律法规和政策要求协商", "required by law or policy";
        PartyAsks: "协商主体提出需求", "asked for by a party";
    }
    Proposer {
        Residents: "居民群众", "residents";
        PartyMembers: "党员", "Party members";
        Cadres: "村(社区)干部", "village or community cadres";
        ResidentsJointly: "村(居)民联名", "residents jointly";
        RepresentativesJointly: "村(居)民代表联名", "representatives jointly";
        PartyOrganisation: "村(社区)党组织", "Party organisation";
        ResidentCommittee: "村(居)民委员会", "residents' committee";
        SupervisoryCommittee: "村(居)务监督委员会", "supervisory committee";
        CollectiveEconomicOrg: "农村集体经济组织", "collective economic organisation";
        OwnersCommittee: "业主委员会", "owners' committee";
        Superior: "上级安排", "arranged from above";
    }
    Elsewhere {
        HandledDirectly: "个别问题，直接办理", "handled directly";
        Township: "转乡镇(街道)", "sent to the township";
        CountyDepartment: "转县级部门", "sent to a county department";
        OtherProcedure: "依其他法定程序办理", "goes through another procedure of law";
        PetitionOrCourt: "信访、调解、诉讼", "petition, mediation or court";
        Merged: "并入其他事项", "merged into another matter";
        OutsideRemit: "不属于本地事务", "not within local remit";
    }
    Method {
        FourTwo: "四议两公开", "Four deliberations, two disclosures";
        OneThreeTwo: "一征三议两公开", "One survey, three deliberations, two disclosures";
        General: "一般协商", "General consultation";
        Owners: "业主共同决定", "Owners' joint decision";
        Proposal: "村民代表提案制", "Representatives' proposals";
    }
    StepCode {
        Collect: "议题收集", "Collecting topics";
        Confirm: "议题确定", "Confirming the topic";
        Inform: "通报信息", "Informing";
        Inquire: "书面征询", "Written inquiry";
        ExpertAdvice: "专家论证", "Expert advice";
        Solicit: "征求意见", "Asking for views";
        Propose: "党组织提议", "Party organisation proposes";
        Confer: "“两委”会议商议", "Both committees confer";
        Review: "党员大会审议", "Party members review";
        Deliberate: "议事表决", "Deliberation and vote";
        Resolve: "村(居)民会议或代表会议决议", "Residents or their representatives resolve";
        PublishResolution: "决议公开", "Resolution published";
        Supervise: "协商监督", "Supervision";
        Apply: "成果运用", "Using the outcome";
        PublishResult: "实施结果公开", "Result published";
    }
    Form {
        ResidentAssembly: "村(居)民会议", "residents' assembly";
        RepresentativeMeeting: "村(居)民代表会议", "representatives' meeting";
        PartyMeeting: "党员大会", "Party members' meeting";
        GroupMeeting: "村(居)民小组会议", "residents' group meeting";
        Regular: "例会", "regular meeting";
        Deliberative: "议事会", "deliberative meeting";
        Dialogue: "对话会", "dialogue";
        Hearing: "民主听证会", "hearing";
        CouncilMeeting: "协商议事会", "council meeting";
        Courtyard: "村落(院落)协商", "courtyard consultation";
        DemocraticTalk: "民主恳谈", "open talk";
        ParticipatoryBudget: "参与式预算", "participatory budgeting";
        DemocraticAppraisal: "民主评议", "democratic appraisal";
        Forum: "村(居)民论坛", "residents' forum";
        StoolCouncil: "板凳议事会", "stool council";
        HouseVisits: "入户走访", "house visits";
        FieldExperience: "民情大体验", "days among residents";
        TelevisedHearing: "电视微视听", "televised hearing";
        ThreeRounds: "三上三下征求意见", "views asked in three rounds";
        Online: "网络协商", "online consultation";
    }
    Participant {
        GovernmentOrAgency: "基层政府及派出机关", "government or its agency";
        PartyOrganisation: "村(社区)党组织", "Party organisation";
        ResidentCommittee: "村(居)民委员会", "residents' committee";
        SupervisoryCommittee: "村(居)务监督委员会", "supervisory committee";
        ResidentGroup: "村(居)民小组", "residents' group";
        ResidentUnit: "驻村(社区)单位", "resident unit";
        CommunityOrganisation: "社区社会组织", "community organisation";
        OwnersCommittee: "业主委员会", "owners' committee";
        CollectiveEconomicOrg: "农村集体经济组织", "collective economic organisation";
        FarmerCooperative: "农民合作组织", "farmers' cooperative";
        PropertyCompany: "物业服务企业", "property company";
        SeniorPartyMember: "老党员", "senior Party members";
        RetiredCadre: "老干部", "retired cadres";
        PartyMember: "党员", "Party members";
        ResidentRepresentative: "村(居)民代表、群众代表", "residents' representatives";
        Resident: "村(居)民", "residents";
        PartyDelegate: "党代表", "Party delegates";
        PeoplesCongressDeputy: "人大代表", "people's congress deputies";
        CppccMember: "政协委员", "CPPCC members";
        MassOrgLeader: "群团组织负责人", "mass organisation leaders";
        SocialWorker: "社会工作者", "social workers";
        MigrantWorkerOrTrader: "外来务工经商人员", "migrant workers and traders";
        FloatingPopulation: "流动人口", "floating population";
        NonRegisteredRepresentative: "非户籍居民代表", "representatives of residents registered elsewhere";
        AdvisoryPanel: "协商智库", "advisory panel";
        Expert: "专家教授", "experts";
        Technician: "技术人员", "technicians";
        ThirdParty: "第三方机构", "third parties";
    }
    Unit {
        Representatives: "村(居)民代表", "representatives";
        Adults: "十八周岁以上村(居)民", "adult residents";
        Households: "户", "households";
        PartyMembers: "党员", "Party members";
        CommitteeMembers: "“两委”成员", "committee members";
        Owners: "业主", "owners";
        Area: "专有部分面积(0.01 m²)", "floor area (0.01 m²)";
        Persons: "人", "persons";
    }
    Channel {
        NoticeBoard: "村(居)务公开栏", "notice board";
        GroupBoard: "小组、楼院张贴", "group or courtyard board";
        Meeting: "会议通报", "told at a meeting";
        Broadcast: "广播", "loudspeaker";
        Leaflet: "明白纸", "leaflet";
        Website: "网站", "website";
        ChatGroup: "微信、QQ群", "chat group";
        Microblog: "微博、公众号", "microblog";
        TouchScreen: "触摸屏", "touch screen";
    }
    FundSource {
        Collective: "村集体资金", "collective funds";
        Fiscal: "财政资金", "public funds";
        Raised: "一事一议筹资", "raised for this purpose";
        Donation: "社会捐赠", "donations";
        MaintenanceFund: "公共维修资金", "maintenance fund";
        PurchasedService: "政府购买服务", "service bought by government";
        ResidentUnit: "驻地单位支持", "given by a resident unit";
        Mixed: "多渠道资金", "several sources";
        NoMoney: "无须资金", "no money needed";
    }
    PlanReason {
        Weather: "天气", "weather";
        Funds: "资金未到位", "funds not yet in";
        Approval: "审批未完成", "approval pending";
        Materials: "材料供应", "supply of materials";
        Land: "用地协调", "land to be settled";
        DesignChanged: "设计方案调整", "design changed";
        Contractor: "施工单位原因", "contractor";
        ResidentsAsked: "采纳群众意见", "residents asked for it";
        Disaster: "灾害、疫情", "disaster or epidemic";
        Other: "其他", "other";
    }
    ReopenReason {
        NoConsensus: "未达成共识", "no consensus";
        NewProblem: "落实中出现新问题", "a new problem came up";
        ObjectionUpheld: "异议成立", "an objection was upheld";
        OpenPoints: "尚有未决部分", "open points remain";
    }
    CheckMade {
        OnSite: "现场查看", "looked on site";
        Measured: "实地测量", "measured";
        Photos: "核对照片", "compared photos";
        Vouchers: "查验票据", "checked vouchers";
        Contract: "核对合同", "checked the contract";
        Minutes: "查阅会议记录", "read the minutes";
        AcceptanceReport: "查阅验收报告", "read the acceptance report";
        ResidentsAsked: "走访群众", "asked residents";
    }
    Gathering {
        HouseVisits: "入户走访", "house visits";
        Meeting: "会议", "at a meeting";
        Paper: "书面问卷", "on paper";
        Phone: "电话回访", "by phone";
        Online: "网络问卷", "online";
        OpinionBox: "意见箱", "opinion box";
    }
    TerminationReason {
        ResolvedNotTo: "经决议不再实施", "resolved not to go on";
        Impossible: "条件变化，无法实施", "no longer possible";
        CoveredFromAbove: "由上级项目覆盖", "covered by a project from above";
        Merged: "并入其他事项", "merged into another matter";
        Duplicate: "重复立项", "a duplicate";
    }
    LinkKind {
        FromBelow: "下级上报", "sent up from below";
        SentDown: "上级交办", "sent down from above";
        Joint: "联合协商", "joint consultation";
    }
    Duty {
        Must: "必须协商", "must be consulted";
        May: "可以协商", "may be consulted";
    }
    Rating {
        Excellent: "优秀", "excellent";
        Good: "良好", "good";
        Fair: "合格", "fair";
        Poor: "不合格", "poor";
    }
    Inspection {
        Report: "听取工作汇报", "heard a report";
        Meeting: "召开座谈会", "held a meeting";
        Interview: "个别访谈", "interviews";
        Visit: "实地走访", "visits";
        SpotCheck: "随机抽查", "spot checks";
        Files: "查阅文件材料", "read the files";
        ThirdParty: "第三方评估", "by a third party";
    }
    RectificationAction {
        Order: "督促整改", "order to put right";
        Accountability: "问责", "held to account";
    }
    Measure {
        Talk: "约谈", "called in for a talk";
        WrittenAccount: "责令书面检查", "written account ordered";
        Criticism: "通报批评", "criticised in a circular";
        ScoreReduced: "扣减考核得分", "assessment score reduced";
        AwardsBarred: "取消评优资格", "barred from awards";
        Referred: "移交有权机关处理", "referred to the competent authority";
    }
    Addressee {
        Public: "通报", "to the public";
        Superior: "反映", "to those above";
    }
    CircularGround {
        WeakEffort: "工作推动不力", "weak effort";
        SlowProgress: "工作进展缓慢", "slow progress";
        StrongComplaints: "群众反映强烈", "strong complaints by residents";
        Formality: "协商流于形式", "consultation a formality";
        NotCarriedOut: "成果未落实", "outcome not carried out";
        NotDisclosed: "未按期公开", "not disclosed in time";
        OrderUnanswered: "逾期未整改", "order not followed in time";
        Commended: "工作突出", "good work";
    }
    Consequence {
        Commended: "通报表扬", "commended";
        Supported: "给予资助", "given support";
        Guided: "加强指导、培训", "given guidance and training";
        Rectify: "督促整改", "ordered to put right";
        Talk: "约谈", "called in for a talk";
        Criticised: "通报批评", "criticised in a circular";
        AwardsBarred: "取消评优资格", "barred from awards";
    }
    VoidReason {
        WrongMatter: "录错事项", "entered under the wrong matter";
        WrongLog: "录错账本", "entered in the wrong log";
        Duplicate: "重复录入", "entered twice";
        Unintended: "误签、误发", "signed or sent by mistake";
        Test: "测试内容", "a test";
    }
    RedactionGround {
        PersonalData: "含个人信息", "holds personal data";
        Minor: "含未成年人信息", "holds data of a minor";
        SubjectAsks: "本人要求删除", "asked for by the person concerned";
        ConsentWithdrawn: "撤回同意", "consent withdrawn";
        TradeSecret: "含商业秘密", "holds a trade secret";
        LawForbids: "依法不予公开", "the law forbids disclosure";
        CourtOrder: "法院裁判", "ordered by a court";
    }
    Contradicts {
        SameSize: "同一长度两个根", "two roots for one size";
        OtherPrefix: "前文不同", "the larger tree does not begin with the smaller";
        GoingBack: "旁证倒退", "a witness went back";
    }
    ObservationGround {
        NoProof: "无人给出一致性证明", "nobody gave a consistency proof";
        NoEntries: "无人给出内容", "nobody gave the entries";
        NotChartered: "账本未登记", "the log is not chartered";
    }
    KindCode {
        Charter: "组网登记", "Charter";
        Appoint: "登记公布", "Registration";
        Revoke: "停用密钥", "Key withdrawn";
        Division: "区划登记", "Division";
        Rules: "制度规程", "Rules";
        Catalogue: "协商目录", "Catalogue of matters";
        Topic: "议题", "Topic";
        Step: "程序步骤", "Step";
        Outcome: "协商成果、决议公开", "Outcome published";
        Objection: "异议", "Objection";
        Answer: "答复", "Answer";
        Plan: "落实方案、调整", "Plan";
        Progress: "落实进展", "Progress";
        Problem: "新问题", "New problem";
        Reopen: "再次协商", "Consulted again";
        Completion: "报告完成", "Reported finished";
        Verification: "监督核实", "Supervisors' verification";
        Countersign: "会签", "Countersigned";
        Result: "实施结果公开", "Result published";
        Feedback: "居民反馈", "Residents' feedback";
        Evaluation: "评估", "Evaluation";
        Termination: "终止", "Termination";
        Rectification: "督促整改、问责", "Order to put right";
        Circular: "通报、反映", "Circular";
        Assessment: "考核评价", "Assessment";
        Correction: "更正", "Correction";
        Void: "撤回误录", "Withdrawn entry";
        Redaction: "隐私删除", "Redaction";
        Evidence: "账本不一致的证据", "Evidence of a contradiction";
        Anchor: "锚定", "Anchor";
        Observation: "观察", "Observation";
    }
    OfficeCode {
        Party: "基层党组织", "Party organisation";
        Committee: "村(居)民委员会", "Residents' committee";
        Supervisors: "村(居)务监督委员会", "Supervisory committee";
        Owners: "业主委员会", "Owners' committee";
        Collective: "集体经济组织", "Collective economic organisation";
        Government: "人民政府(街道办事处)", "Government";
        CivilAffairs: "民政部门", "Civil affairs department";
        Node: "节点", "Node";
    }
    AppointmentBasis {
        Election: "选举产生", "elected";
        Assembly: "会议推选", "chosen by the assembly";
        Assignment: "依法设立", "set up by law";
        Pilot: "试点", "a pilot";
    }
    EndReason {
        TermEnded: "届满", "its term ended";
        Succeeded: "换届", "succeeded";
        Lost: "遗失", "lost";
        Stolen: "被盗", "stolen";
        Error: "登记有误", "registered by mistake";
    }
    BodyCode {
        Contractor: "施工单位", "contractor";
        PropertyCompany: "物业服务企业", "property company";
        ResidentUnit: "驻村(社区)单位", "resident unit";
        Residents: "村(居)民", "residents";
        Volunteers: "志愿者", "volunteers";
        Utility: "水电气等公用企业", "utility";
    }
    Ballot {
        For: "赞成", "for";
        Against: "反对", "against";
        Abstain: "弃权", "abstained";
    }
    DutyCode {
        Disclosure: "日常公开", "Regular disclosure";
        Finance: "财务公开", "Disclosure of money";
        Directory: "协商目录", "Directory of matters to consult";
        ItemList: "协商事项清单", "List of matters to consult";
        Resolution: "决议公开", "Resolution published";
        Answer: "异议答复", "Answer to an objection";
        Result: "实施结果公开", "Result published";
    }
    IndicatorCode {
        EveryStep: "程序完整率", "Every required step taken";
        NoticeKept: "公示足期率", "Notice days kept";
        OnTime: "按期完成率", "Completed by the first due date";
        Verified: "核实通过率", "Completions accepted by those who verify";
        DaysToDone: "从决议到全部核实的天数", "Days from decision to done";
        OverdueNow: "当前逾期率", "Commitments overdue now";
        MissingDisclosures: "应公开而未公开率", "Disclosures missing";
        AnsweredInTime: "异议按时答复率", "Objections answered in time";
        BackFilled: "补录率", "Statements entered late";
        Silent: "整季没有记录的社区", "Communities silent for a quarter";
        NoDirectory: "没有协商目录的社区", "Communities without a directory";
        NeverConsulted: "从未协商的必议条目", "Must-items never consulted";
        Matters: "新增协商事项", "Matters raised";
        Communities: "入网社区", "Communities with a log";
        FormsUsed: "采用的协商形式", "Forms of consultation used";
        WiderParticipants: "有“两委”和政府以外主体参加的事项", "Matters with participants beyond the offices";
        Consensus: "取得共识", "Rounds that came to consensus";
        Reopened: "再次协商", "Rounds consulted again";
        Rescheduled: "改过期限的承诺", "Commitments rescheduled";
    }
    CaseState {
        Had: "符合", "yes";
        Not: "不符合", "no";
        Pending: "尚不能判定", "cannot be told yet";
        NotJudged: "未判定", "not judged";
        Advisory: "仅供参考，不计入", "for reference only, not counted";
    }
    SlotState {
        Filled: "已公开", "told in time";
        Late: "迟延公开", "told late";
        Open: "未到期", "not yet due";
        Missing: "应公开而未公开", "due and not told";
    }
    Every {
        Month: "每月", "every month";
        Quarter: "每季度", "every quarter";
        Year: "每年", "every year";
    }
    Void {
        Malformed: "格式有误", "malformed";
        BadSignature: "签名不符", "a signature does not verify";
        UnknownKey: "密钥未登记", "the key is not registered";
        WrongOffice: "签名单位无此权限", "this office may not say this";
        WrongDivision: "不属于本辖区", "the signer's division is outside this log's";
        Revoked: "密钥已停用", "the key was withdrawn";
        BeyondEnd: "在该账本截止之后", "beyond the end of its log";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<L: CodeList + Label>() -> Vec<(&'static str, String, String)> {
        L::ALL.iter().map(|code| (code.as_str(), code.zh().into_owned(), code.en().into_owned())).collect()
    }

    #[test]
    fn only_the_status_done_says_so() {
        let all = [words::<Status>(), words::<CommitmentState>(), words::<KindCode>(), words::<FlagCode>(), words::<Verdict>()].concat();
        let says: Vec<_> = all.iter().filter(|(_, zh, _)| zh.contains("办结")).map(|(code, ..)| *code).collect();
        assert_eq!(says, ["done"]);
    }

    #[test]
    fn no_two_statuses_or_flags_read_alike() {
        for mut list in [words::<Status>(), words::<FlagCode>(), words::<StepCode>(), words::<KindCode>(), words::<OfficeCode>()] {
            let length = list.len();
            list.sort_by(|a, b| a.1.cmp(&b.1));
            list.dedup_by(|a, b| a.1 == b.1);
            assert_eq!(list.len(), length);
        }
    }
}
