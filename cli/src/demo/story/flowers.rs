//! 红花票决: decided five days ago and on public notice, three days left to object.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, Form, FundSource, Method, OutcomeResult, Participant, Proposer, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Outcome, Promise, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{LIUWAN, parsed};

/// The outcome is logged this many days ago: of seven days of notice from the day after, three are left, today among them.
const LOGGED: i64 = 5;

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut vote = Telling::new("flowers", LIUWAN, 2, Method::OneThreeTwo, calendar, 36);
    let subject = Subject {
        case: "zhengzhou-fangji-flowers",
        basis: Basis::VitalInterest,
        category: Category::PublicWelfare,
        item: "facilities",
        raised: (Proposer::Residents, Some(53)),
    };
    vote.raise(
        (36, 9, 0),
        subject,
        text(
            "居民提了 53 条建议，归并成 10 个候选项目，请大家用红花票选出今年先办的四件事。",
            "Residents made 53 suggestions, merged into ten candidates. A vote with paper flowers picks the four to do first this year.",
        )
        .title("今年先办哪四件事：红花票决", "Which four things to do first this year: the flower vote"),
    );
    vote.step(
        (27, 10, 0),
        &["committee"],
        StepCode::Solicit,
        Meeting::new(Form::ParticipatoryBudget, &[(Participant::Resident, 612), (Participant::MigrantWorkerOrTrader, 41)]).chose(
            Unit::Persons,
            (653, 653),
            &[("sheds", 388), ("ramps", 356), ("clinic-hours", 301), ("lamps", 287), ("others", 402)],
        ),
        text("街边摆摊，每人三朵红花，贴给想办的事。", "At a street stall, three paper flowers each, to stick on what you want.")
            .option("sheds", "电动车充电棚", "Charging sheds for e-bikes")
            .option("ramps", "单元门坡道和扶手", "Ramps and handrails at the entrances")
            .option("clinic-hours", "卫生站晚间门诊", "Evening hours at the clinic")
            .option("lamps", "小游园路灯", "Lamps in the pocket park")
            .option("others", "其他六项合计", "The other six together"),
    );
    vote.step(
        (21, 10, 0),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 7)]),
        text("社区党委按票数提议前四项。", "The Party committee proposes the four with most flowers."),
    );
    vote.step(
        (14, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::CouncilMeeting,
            &[(Participant::PartyMember, 14), (Participant::ResidentCommittee, 6), (Participant::PropertyCompany, 2)],
        )
        .voted(Unit::CommitteeMembers, (11, 11), [11, 0, 0]),
        text("逐项核了造价、地点和期限。", "Cost, place and date of each were gone through."),
    );
    vote.step(
        (LOGGED + 1, 19, 0),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 52), (Participant::GovernmentOrAgency, 1)])
            .voted(Unit::Representatives, (60, 52), [48, 1, 3]),
        text("居民代表会议决议：四件事今年办。", "The residents' representatives resolve: these four, this year."),
    );
    let promise = |id: &str, days: i64, budget: u64, source: FundSource| Promise {
        budget: Some(yuan(budget)),
        due: vote.day(-days),
        id: parsed(id),
        reporter: None,
        responsible: None,
        source: Some(source.into()),
    };
    let commitments = vec![
        promise("c1", 75, 156_000, FundSource::Fiscal),
        promise("c2", 60, 48_500, FundSource::MaintenanceFund),
        promise("c3", 30, 0, FundSource::PurchasedService),
        promise("c4", 90, 72_000, FundSource::ResidentUnit),
    ];
    vote.says(
        (LOGGED, 9, 30),
        &["committee", "supervisors"],
        "outcome",
        Said::from(Outcome {
            commitments,
            date: None,
            drops: vec![],
            notice_days: Some(7),
            posted: vec![Channel::NoticeBoard.into(), Channel::GroupBoard.into(), Channel::ChatGroup.into()],
            posted_on: Some(vote.day(LOGGED)),
            result: OutcomeResult::Consensus,
            round: 1,
        }),
        text(
            "先办四件事：充电棚 5 处、坡道扶手 12 个单元、卫生站每周三晚门诊、小游园路灯 18 盏。有意见请在公示期内提出。",
            "Four things first: five charging sheds, ramps and handrails at 12 entrances, a clinic on Wednesday evenings, 18 lamps in the park. Objections are welcome during the notice.",
        )
        .promise("c1", ("建电动车充电棚 5 处", "Build five charging sheds"), ("柳湾社区居民委员会", "Liuwan Residents' Committee"), ("惠民资金 15.6 万元", "public funds, 156,000 yuan"))
        .promise("c2", ("12 个单元门加坡道和扶手", "Ramps and handrails at 12 entrances"), ("柳湾社区居民委员会", "Liuwan Residents' Committee"), ("公共维修资金 4.85 万元", "maintenance fund, 48,500 yuan"))
        .promise("c3", ("卫生站每周三晚开诊到 8 点", "The clinic stays open until eight on Wednesdays"), ("柳湾社区居民委员会", "Liuwan Residents' Committee"), ("不另花钱", "no extra money"))
        .promise("c4", ("小游园装路灯 18 盏", "18 lamps in the pocket park"), ("柳湾社区居民委员会", "Liuwan Residents' Committee"), ("驻地单位支持 7.2 万元", "supported by local units, 72,000 yuan"))
        .posted("社区公开栏", "Community board")
        .posted("各楼院张贴点", "Boards of the courtyards"),
    );
    vote.end()
}
