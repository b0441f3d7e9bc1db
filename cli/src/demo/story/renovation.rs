//! 老旧小区改造: the first round found no consensus, which is recorded as openly as success; a second round is open.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, Form, Method, OutcomeResult, Participant, Proposer, ReopenReason, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Outcome, Reopen, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling};
use crate::demo::cast::WUTONG;

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut court = Telling::new("renovation", WUTONG, 2, Method::OneThreeTwo, calendar, 98);
    first_round(&mut court);
    second_round(&mut court);
    court.end()
}

fn first_round(court: &mut Telling) {
    let subject = Subject {
        case: "zhengzhou-huzhu-renovation",
        basis: Basis::PolicyCarriedOut,
        category: Category::PropertyManagement,
        item: "housing",
        raised: (Proposer::ResidentCommittee, None),
    };
    court.raise(
        (98, 9, 0),
        subject,
        text(
            "26 号院列入老旧小区改造，钱只够先做一半：先修管网路面，还是先增停车位？",
            "Courtyard 26 is on the renovation list, with money for half of it: first the pipes and paving, or first more parking?",
        )
        .title("26 号院改造先做什么", "What to do first in courtyard 26"),
    );
    court.step(
        (91, 18, 0),
        &["committee"],
        StepCode::Solicit,
        Meeting::new(Form::HouseVisits, &[(Participant::Resident, 214), (Participant::ResidentUnit, 6)])
            .chose(Unit::Households, (268, 214), &[("pipes", 103), ("parking", 98), ("either", 13)]),
        text(
            "发放意见表 268 份，收回 214 份；院内学校、医院、测绘队等 6 家单位也填了表。",
            "268 forms went out and 214 came back; six units in the courtyard, a school, a clinic and a survey team among them, answered too.",
        )
        .option("pipes", "先修管网路面", "Pipes and paving first")
        .option("parking", "先增停车位", "Parking first")
        .option("either", "都可以", "Either"),
    );
    court.step(
        (86, 10, 0),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 7)]),
        text("社区党委提议先修管网路面。", "The Party committee proposes pipes and paving first."),
    );
    court.step(
        (80, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::CouncilMeeting,
            &[(Participant::PartyMember, 12), (Participant::ResidentCommittee, 7), (Participant::ResidentUnit, 4)],
        )
        .voted(Unit::CommitteeMembers, (12, 11), [7, 3, 1]),
        text("议事会上两种意见都有道理，同意交居民代表会议表决。", "Both sides had reasons; the council sends it to the representatives."),
    );
    court.step(
        (72, 19, 0),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 44), (Participant::GovernmentOrAgency, 1)])
            .voted(Unit::Representatives, (58, 44), [20, 19, 5]),
        text("赞成先修管网路面 20 票，反对 19 票，弃权 5 票，没有过半。", "For pipes first 20, against 19, abstaining 5: no majority."),
    );
    court.says(
        (71, 9, 30),
        &["committee", "supervisors"],
        "outcome",
        Said::from(Outcome {
            commitments: vec![],
            date: None,
            drops: vec![],
            notice_days: None,
            posted: vec![Channel::NoticeBoard.into(), Channel::GroupBoard.into()],
            posted_on: Some(court.day(71)),
            result: OutcomeResult::None,
            round: 1,
        }),
        text(
            "本轮没有达成共识。分歧在停车位占不占老花坛、管网施工期间怎么通行。先不动工，听取意见后再议。",
            "No consensus in this round. We differ on whether parking may take the old flower beds, and on how to get through during the works. No works yet; we listen and meet again.",
        )
        .posted("社区公开栏", "Community board"),
    );
}

fn second_round(court: &mut Telling) {
    court.says(
        (43, 9, 0),
        &["committee"],
        "reopen",
        Said::from(Reopen { date: None, reason: ReopenReason::NoConsensus.into(), round: 2 }),
        text(
            "按“三上三下”办法再议：方案改一轮，就回到楼院听一轮意见。",
            "We consult again, up and down three times: each new draft goes back to the courtyards.",
        ),
    );
    court.step(
        (35, 18, 30),
        &["committee"],
        StepCode::Solicit,
        Meeting::new(Form::Courtyard, &[(Participant::Resident, 187), (Participant::Technician, 2)]).in_round(2).chose(
            Unit::Households,
            (268, 231),
            &[("both", 148), ("pipes", 47), ("parking", 36)],
        ),
        text(
            "折中方案：管网先做，同步划 38 个夜间限时车位，花坛保留。",
            "A middle way: pipes first, with 38 night-time bays marked at once, and the flower beds stay.",
        )
        .option("both", "同意折中方案", "The middle way")
        .option("pipes", "只修管网路面", "Pipes only")
        .option("parking", "先增停车位", "Parking first"),
    );
    court.step(
        (20, 10, 0),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 7)]).in_round(2),
        text("社区党委提议采用折中方案。", "The Party committee proposes the middle way."),
    );
    court.step(
        (9, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::CouncilMeeting,
            &[(Participant::PartyMember, 11), (Participant::ResidentCommittee, 7), (Participant::ResidentUnit, 6)],
        )
        .in_round(2)
        .voted(Unit::CommitteeMembers, (12, 12), [11, 0, 1]),
        text(
            "议事会同意把折中方案交居民代表会议表决，时间定在下周。",
            "The council sends the middle way to the representatives, who meet next week.",
        ),
    );
}
