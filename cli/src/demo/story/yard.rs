//! 文化大院: all six steps, finished in time, accepted by the supervisors, its result disclosed.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, CheckMade, Form, FundSource, Gathering, Method, OutcomeResult, Participant, Proposer, StepCode, Unit, Verdict,
};
use luodi_ledger::matter::facts::{
    Completion, Delivered, Feedback, Milestone, Outcome, Plan, Progress, Promise, ResultNotice, Said, Verification,
};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{XINGHUA, parsed};

const DUE: i64 = 60;

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut yard = Telling::new("yard", XINGHUA, 1, Method::FourTwo, calendar, 238);
    decide(&mut yard);
    carry_out(&mut yard);
    yard.end()
}

fn decide(yard: &mut Telling) {
    let subject = Subject {
        case: "dengzhou-shaoying-yard",
        basis: Basis::PartyAsks,
        category: Category::PublicWelfare,
        item: "facilities",
        raised: (Proposer::Residents, Some(46)),
    };
    yard.raise(
        (238, 9, 20),
        subject,
        text(
            "村东头的旧仓库院闲置多年，46 位村民提出把它改成能看书、排戏、办红白事的文化大院。",
            "The old granary yard at the east end has stood empty for years. 46 villagers ask to turn it into a yard for reading, rehearsing and family feasts.",
        )
        .title("把旧仓库院改建成文化大院", "Turn the old granary yard into a village culture yard"),
    );
    yard.step(
        (230, 10, 5),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::PartyMeeting, &[(Participant::PartyOrganisation, 5)]),
        text("村党支部研究后提议：利用旧仓库院，不新占耕地。", "The Party branch proposes it: use the old yard, take no new farmland."),
    );
    yard.step(
        (223, 15, 30),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 5), (Participant::ResidentCommittee, 5)]).voted(
            Unit::CommitteeMembers,
            (9, 9),
            [9, 0, 0],
        ),
        text(
            "“两委”商议了选址、造价和资金来源，形成初步方案。",
            "Both committees went through site, cost and money and drew up a first plan.",
        ),
    );
    yard.step(
        (214, 19, 0),
        &["party"],
        StepCode::Review,
        Meeting::new(Form::PartyMeeting, &[(Participant::PartyMember, 54), (Participant::GovernmentOrAgency, 1)]).voted(
            Unit::PartyMembers,
            (65, 54),
            [52, 0, 2],
        ),
        text("党员大会审议通过，建议加一间图书室。", "The Party members' meeting passed it and asked for a reading room."),
    );
    yard.step(
        (205, 19, 10),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 38), (Participant::GovernmentOrAgency, 2)])
            .voted(Unit::Representatives, (42, 38), [35, 1, 2]),
        text("村民代表会议逐项表决，同意改建。", "The villagers' representatives voted point by point and agreed."),
    );
    let promise = Promise {
        budget: Some(yuan(980_000)),
        due: yard.day(DUE),
        id: parsed("c1"),
        reporter: None,
        responsible: Some(parsed("contractor")),
        source: Some(FundSource::Mixed.into()),
    };
    let outcome = Outcome {
        commitments: vec![promise],
        date: None,
        drops: vec![],
        notice_days: Some(7),
        posted: vec![Channel::NoticeBoard.into(), Channel::GroupBoard.into(), Channel::ChatGroup.into()],
        posted_on: Some(yard.day(204)),
        result: OutcomeResult::Consensus,
        round: 1,
    };
    yard.says(
        (204, 10, 0),
        &["committee", "supervisors"],
        "outcome",
        Said::from(outcome),
        text(
            "旧仓库院改建为文化大院：戏台一座、图书室一间、宴席厅一处，院内硬化 1200 平方米，总投资不超过 98 万元。",
            "The old yard becomes a culture yard: a stage, a reading room, a feast hall and 1,200 m² of paving, for at most 980,000 yuan.",
        )
        .promise(
            "c1",
            ("建成文化大院并向村民开放", "Build the culture yard and open it to the villagers"),
            ("槐安青砖建筑队（示例）", "Huai'an Grey Brick Builders (sample)"),
            ("上级奖补 50 万元，村集体 36 万元，乡贤捐赠 12 万元", "grant 500,000, village collective 360,000, donations 120,000 yuan"),
        )
        .posted("村部公开栏", "Board at the village office")
        .posted("六个村民小组张贴点", "Boards of the six villagers' groups"),
    );
}

fn carry_out(yard: &mut Telling) {
    let milestone = |id: &str, due| Milestone { due: Some(due), id: parsed(id) };
    let plan = Plan {
        budget: None,
        commitment: parsed("c1"),
        date: None,
        due: None,
        milestones: vec![milestone("frame", yard.day(150)), milestone("roof", yard.day(112)), milestone("yard", yard.day(72))],
        reason: None,
    };
    yard.says(
        (190, 9, 0),
        &["committee"],
        "plan",
        Said::from(plan),
        text("施工方案和时间表公布。", "The plan of works and its milestones.")
            .milestone("frame", "主体加固", "Frame strengthened")
            .milestone("roof", "屋面翻新", "Roof renewed")
            .milestone("yard", "院落硬化、戏台完工", "Yard paved, stage built"),
    );
    let steps = [
        (
            (152, 16, 40),
            "frame",
            312_000,
            ("主体加固完成，监委会到场看过钢筋。", "Frame strengthened; the supervisors saw the steel before it was covered."),
        ),
        ((115, 16, 10), "roof", 588_400, ("屋面翻新完成，换下的旧瓦用来铺小路。", "Roof renewed; the old tiles pave a path.")),
        (
            (74, 17, 0),
            "yard",
            871_500,
            ("院落硬化和戏台完工，只剩图书室书架。", "Yard and stage are done; only the bookshelves are missing."),
        ),
    ];
    for (at, milestone, spent, (chinese, english)) in steps {
        let said = Progress { commitment: parsed("c1"), date: None, milestone: Some(parsed(milestone)), spent: Some(yuan(spent)) };
        yard.says(at, &["committee"], &format!("progress-{milestone}"), Said::from(said), text(chinese, english));
    }
    yard.says(
        (66, 10, 30),
        &["committee"],
        "completion",
        Said::from(Completion { commitment: parsed("c1"), cost: Some(yuan(963_200)), date: yard.day(67) }),
        text(
            "文化大院建成开放，结算 96.32 万元，比预算少 1.68 万元。",
            "The yard is open. Final account 963,200 yuan, 16,800 under budget.",
        ),
    );
    let verification = |target| {
        Said::from(Verification {
            checks: vec![
                CheckMade::OnSite.into(),
                CheckMade::Vouchers.into(),
                CheckMade::Contract.into(),
                CheckMade::ResidentsAsked.into(),
            ],
            date: None,
            target,
            verdict: Verdict::Accepted,
        })
    };
    yard.says_of(
        (61, 15, 0),
        &["supervisors"],
        "verification",
        "completion",
        verification,
        text(
            "现场逐项看过，票据与合同一致，随机问了 20 户，都说能用。认可完成。",
            "We looked at every item on site, vouchers and contract agree, and 20 households asked at random all say it is in use. Accepted.",
        ),
    );
    let delivered = Delivered { actual: Some(yard.day(67)), cost: Some(yuan(963_200)), id: parsed("c1"), planned: Some(yard.day(DUE)) };
    yard.says(
        (58, 9, 30),
        &["committee", "supervisors"],
        "result",
        Said::from(ResultNotice {
            commitments: vec![delivered],
            date: None,
            posted: vec![Channel::NoticeBoard.into(), Channel::Meeting.into(), Channel::ChatGroup.into()],
        }),
        text("建设造价和实施结果在开放当天张榜，公示期内没有异议。", "Cost and result were posted on opening day; nobody objected.")
            .posted("村部公开栏", "Board at the village office")
            .posted("文化大院门口", "Gate of the yard"),
    );
    yard.says(
        (44, 18, 20),
        &["supervisors"],
        "feedback",
        Said::from(Feedback {
            commitment: Some(parsed("c1")),
            date: None,
            fixed: 61,
            gathered: Gathering::HouseVisits.into(),
            not: 0,
            partly: 4,
            unknown: 3,
        }),
        text(
            "入户走访 68 户：多数满意，4 户希望晚上 9 点后停音响。",
            "68 households visited: most are content, 4 want the loudspeakers off after nine.",
        ),
    );
}
