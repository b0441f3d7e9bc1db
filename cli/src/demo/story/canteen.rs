//! 老年食堂: overdue by some weeks, and the village says why; a second promise still has time.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, Form, FundSource, Method, OutcomeResult, Participant, Proposer, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Outcome, Progress, Promise, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{XINGHUA, parsed};

/// Days by which the canteen is late when the demonstration starts.
pub(super) const LATE: i64 = 23;

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut canteen = Telling::new("canteen", XINGHUA, 2, Method::FourTwo, calendar, 131);
    decide(&mut canteen);
    carry_out(&mut canteen);
    canteen.end()
}

fn decide(canteen: &mut Telling) {
    let subject = Subject {
        case: "dengzhou-chentang-canteen",
        basis: Basis::VitalInterest,
        category: Category::PublicWelfare,
        item: "facilities",
        raised: (Proposer::PartyMembers, Some(7)),
    };
    canteen.raise(
        (131, 9, 0),
        subject,
        text(
            "村里 80 岁以上老人 34 位，多半独自做饭。7 名党员建议用老小学的两间房办食堂。",
            "Of the village's 34 people over eighty most cook alone. Seven Party members suggest a canteen in two rooms of the old school.",
        )
        .title("办老年食堂，80 岁以上免费", "A canteen for the old, free from the age of eighty"),
    );
    canteen.step(
        (126, 9, 40),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::PartyMeeting, &[(Participant::PartyOrganisation, 5)]),
        text("村党支部提议办老年食堂。", "The Party branch proposes it."),
    );
    canteen.step(
        (121, 15, 10),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 5), (Participant::ResidentCommittee, 5)]).voted(
            Unit::CommitteeMembers,
            (9, 8),
            [8, 0, 0],
        ),
        text("“两委”算了账：装修 14.6 万元，每餐补贴 6 元。", "Both committees did the sums: 146,000 yuan to fit it out, 6 yuan a meal."),
    );
    canteen.step(
        (114, 19, 0),
        &["party"],
        StepCode::Review,
        Meeting::new(Form::PartyMeeting, &[(Participant::PartyMember, 49)]).voted(Unit::PartyMembers, (65, 49), [46, 1, 2]),
        text("党员大会审议通过。", "The Party members' meeting passed it."),
    );
    canteen.step(
        (107, 19, 0),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 36), (Participant::GovernmentOrAgency, 1)])
            .voted(Unit::Representatives, (42, 36), [33, 2, 1]),
        text("村民代表会议同意办食堂。", "The villagers' representatives agree."),
    );
    let promise = |id: &str, due, budget, source: FundSource| Promise {
        budget: Some(yuan(budget)),
        due,
        id: parsed(id),
        reporter: None,
        responsible: None,
        source: Some(source.into()),
    };
    let outcome = Outcome {
        commitments: vec![
            promise("c1", canteen.day(LATE), 146_000, FundSource::Collective),
            promise("c2", canteen.day(-38), 42_000, FundSource::Donation),
        ],
        date: None,
        drops: vec![],
        notice_days: Some(7),
        posted: vec![Channel::NoticeBoard.into(), Channel::Broadcast.into()],
        posted_on: Some(canteen.day(106)),
        result: OutcomeResult::Consensus,
        round: 1,
    };
    canteen.says(
        (106, 9, 30),
        &["committee", "supervisors"],
        "outcome",
        Said::from(outcome),
        text(
            "老小学两间房改作食堂，80 岁以上老人午餐免费，其他 60 岁以上老人每餐 5 元。",
            "Two rooms of the old school become a canteen: lunch is free from eighty, 5 yuan from sixty.",
        )
        .promise(
            "c1",
            ("食堂装修完工、办好手续、开门供餐", "Fit out the canteen, get the permits, open the door"),
            ("杏花村村民委员会", "Xinghua Residents' Committee"),
            ("村集体资金 14.6 万元", "village collective 146,000 yuan"),
        )
        .promise(
            "c2",
            ("给 11 位行动不便的老人配送餐车和保温箱", "A delivery cart and warm boxes for 11 people who cannot come"),
            ("杏花村村民委员会", "Xinghua Residents' Committee"),
            ("爱心企业捐赠 4.2 万元", "donations 42,000 yuan"),
        )
        .posted("村部公开栏", "Board at the village office"),
    );
}

fn carry_out(canteen: &mut Telling) {
    let progress = |spent| Said::from(Progress { commitment: parsed("c1"), date: None, milestone: None, spent: Some(yuan(spent)) });
    canteen.says(
        (78, 16, 0),
        &["committee"],
        "progress-rooms",
        progress(38_000),
        text("两间房清空，水电改造完成。", "Both rooms cleared, water and wiring redone."),
    );
    canteen.says(
        (41, 16, 20),
        &["committee"],
        "progress-walls",
        progress(97_500),
        text("墙面正在抹灰，灶具到货。", "The walls are being plastered; the stoves have come."),
    );
    canteen.says(
        (18, 11, 10),
        &["committee"],
        "progress-hood",
        progress(131_200),
        text(
            "装修基本完工，但排烟管道验收没有通过，食品经营许可还没有办下来，未能按期开门。",
            "The rooms are almost done, but the flue failed its inspection and the food permit is not here. We have not opened in time.",
        ),
    );
}
