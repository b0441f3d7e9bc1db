//! 修路: under way, its due date moved twice, every moved date still visible; an objection answered on the way.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, Finding, Form, FundSource, Method, OutcomeResult, Participant, PlanReason, Proposer, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Answer, Milestone, Objection, Outcome, Plan, Progress, Promise, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{SHIQIAO, parsed};

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut road = Telling::new("road", SHIQIAO, 1, Method::FourTwo, calendar, 172);
    decide(&mut road);
    carry_out(&mut road);
    road.end()
}

fn decide(road: &mut Telling) {
    let subject = Subject {
        case: "dengzhou-yuhuangge-road",
        basis: Basis::VitalInterest,
        category: Category::PublicAffairs,
        item: "roads",
        raised: (Proposer::RepresentativesJointly, Some(9)),
    };
    road.raise(
        (172, 8, 50),
        subject,
        text(
            "板凳议事会上，村民摆了三件事：排水、校舍和坏了多年的出村路。9 位村民代表联名，先修路。",
            "At the stool council villagers put three things on the table: drains, the school and the broken road out of the village. Nine representatives ask for the road first.",
        )
        .title("重修石桥村出村路 1.8 公里", "Rebuild 1.8 km of the road out of Shiqiao"),
    );
    road.step(
        (165, 9, 30),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::StoolCouncil, &[(Participant::PartyOrganisation, 5), (Participant::Resident, 63)]),
        text("村党支部在老槐树下的板凳议事会上提议重修。", "The Party branch proposes it at the stool council under the old pagoda tree."),
    );
    road.step(
        (160, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::Regular,
            &[(Participant::PartyOrganisation, 5), (Participant::ResidentCommittee, 5), (Participant::Technician, 1)],
        )
        .voted(Unit::CommitteeMembers, (8, 8), [8, 0, 0]),
        text("请镇里技术员量了路，定下 4.5 米宽、水泥路面。", "The town's technician measured the road: 4.5 m wide, concrete."),
    );
    road.step(
        (152, 19, 0),
        &["party"],
        StepCode::Review,
        Meeting::new(Form::PartyMeeting, &[(Participant::PartyMember, 40)]).voted(Unit::PartyMembers, (51, 40), [39, 0, 1]),
        text("党员大会审议通过。", "The Party members' meeting passed it."),
    );
    road.step(
        (146, 19, 20),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 31), (Participant::GovernmentOrAgency, 1)])
            .voted(Unit::Representatives, (36, 31), [29, 1, 1]),
        text("村民代表会议同意重修，并同意每户投工两天。", "The representatives agree, with two days of work by every household."),
    );
    let promise = Promise {
        budget: Some(yuan(1_260_000)),
        due: road.day(30),
        id: parsed("c1"),
        reporter: None,
        responsible: Some(parsed("committee")),
        source: Some(FundSource::Mixed.into()),
    };
    let outcome = Outcome {
        commitments: vec![promise],
        date: None,
        drops: vec![],
        notice_days: Some(7),
        posted: vec![Channel::NoticeBoard.into(), Channel::Broadcast.into(), Channel::ChatGroup.into()],
        posted_on: Some(road.day(145)),
        result: OutcomeResult::Consensus,
        round: 1,
    };
    road.says(
        (145, 9, 15),
        &["committee", "supervisors"],
        "outcome",
        Said::from(outcome),
        text(
            "重修出村路 1.8 公里，4.5 米宽水泥路面，两侧修排水沟，预算 126 万元。",
            "Rebuild 1.8 km of road, 4.5 m of concrete with drains on both sides, for 1,260,000 yuan.",
        )
        .promise(
            "c1",
            ("修好 1.8 公里水泥路和两侧排水沟", "Build 1.8 km of concrete road with drains on both sides"),
            ("石桥村村民委员会", "Shiqiao Residents' Committee"),
            ("财政奖补 90 万元，一事一议筹资 36 万元", "grant 900,000, raised by the villagers 360,000 yuan"),
        )
        .posted("村部公开栏", "Board at the village office"),
    );
}

fn carry_out(road: &mut Telling) {
    let milestone = |id: &str, due| Milestone { due: Some(due), id: parsed(id) };
    let plan = |due, milestones, reason: Option<PlanReason>| {
        Said::from(Plan { budget: None, commitment: parsed("c1"), date: None, due, milestones, reason: reason.map(Into::into) })
    };
    let milestones = vec![milestone("drains", road.day(90)), milestone("base", road.day(55)), milestone("surface", road.day(34))];
    road.says(
        (128, 9, 0),
        &["committee"],
        "plan",
        plan(None, milestones, None),
        text("施工分三段，先排水、再路基、后路面。", "In three stages: drains, base, surface.")
            .milestone("drains", "排水沟", "Drains")
            .milestone("base", "路基", "Road base")
            .milestone("surface", "水泥路面", "Concrete surface"),
    );
    road.says_of(
        (125, 11, 0),
        &["supervisors"],
        "objection",
        "plan",
        |target| Said::from(Objection { count: 3, date: None, target }),
        text("3 户提出：排水口正对自家院墙，雨季要进水。", "Three households: the drain ends at our wall, it will flood us in the rains."),
    );
    road.says_of(
        (122, 16, 30),
        &["committee"],
        "answer",
        "objection",
        |target| Said::from(Answer { date: None, finding: Finding::Upheld, target }),
        text("采纳。排水口下移 40 米，接入老渠，不增加预算。", "Upheld. The outlet moves 40 m down to the old canal, at no extra cost."),
    );
    let progress = |milestone: Option<&str>, spent| {
        Said::from(Progress { commitment: parsed("c1"), date: None, milestone: milestone.map(parsed), spent: Some(yuan(spent)) })
    };
    road.says(
        (93, 17, 10),
        &["committee"],
        "progress-drains",
        progress(Some("drains"), 286_000),
        text("两侧排水沟完工，排水口已按答复下移。", "Drains done; the outlet moved as answered."),
    );
    road.says(
        (44, 10, 20),
        &["committee"],
        "plan-rain",
        plan(Some(road.day(-5)), vec![], Some(PlanReason::Weather)),
        text("完工日期顺延 35 天。", "Put off by 35 days.")
            .reason("连续 19 天降雨，路基含水过高，不能压实。", "Nineteen days of rain: the base holds too much water to be rolled."),
    );
    road.says(
        (27, 16, 45),
        &["committee"],
        "progress-base",
        progress(Some("base"), 741_300),
        text("路基压实完成 1.8 公里。", "1.8 km of road base rolled."),
    );
    road.says(
        (12, 9, 40),
        &["committee"],
        "plan-materials",
        plan(Some(road.day(-26)), vec![], Some(PlanReason::Materials)),
        text("完工日期再顺延 21 天。", "Put off by another 21 days.").reason(
            "商砼站检修停产，改由邻县供料，运距加长。",
            "The concrete plant is down for repairs; the next county supplies, from farther away.",
        ),
    );
    road.says(
        (4, 17, 30),
        &["committee"],
        "progress-surface",
        progress(None, 903_800),
        text("路面已浇筑 0.7 公里，其余 1.1 公里本月内浇完。", "0.7 km of surface is poured; the other 1.1 km will follow this month."),
    );
}
