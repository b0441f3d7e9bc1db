//! 院门: small and quick; reported done, and the supervisors have yet to look. `luodi review` decides it.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, Form, FundSource, Method, OutcomeResult, Participant, Proposer, StepCode, Unit,
};
use luodi_ledger::matter::facts::{Completion, Outcome, Progress, Promise, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{LIUWAN, parsed};

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut gate = Telling::new("gate", LIUWAN, 1, Method::OneThreeTwo, calendar, 44);
    let subject = Subject {
        case: "zhengzhou-yongan-gate",
        basis: Basis::UrgentDispute,
        category: Category::PropertyManagement,
        item: "order",
        raised: (Proposer::Residents, Some(17)),
    };
    gate.raise(
        (44, 9, 10),
        subject,
        text(
            "24 号院大门坏了三个月，关不上，夜里外来车随意进出。",
            "The gate of courtyard 24 has been broken for three months: it does not shut, and at night any car drives in.",
        )
        .title("修好 24 号院大门", "Mend the gate of courtyard 24"),
    );
    gate.step(
        (41, 18, 30),
        &["committee"],
        StepCode::Solicit,
        Meeting::new(Form::HouseVisits, &[(Participant::Resident, 86), (Participant::SocialWorker, 2)]).chose(
            Unit::Households,
            (92, 86),
            &[("repair", 31), ("replace", 52), ("leave", 3)],
        ),
        text("网格员入户征求意见，86 户答复。", "The grid workers asked at every door; 86 households answered.")
            .option("repair", "修旧门", "Repair the old gate")
            .option("replace", "换新门", "Put in a new gate")
            .option("leave", "不动", "Leave it"),
    );
    gate.step(
        (39, 10, 0),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 7)]),
        text("社区党委提议换装电动平移门。", "The Party committee proposes a sliding electric gate."),
    );
    gate.step(
        (37, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::Courtyard,
            &[(Participant::PartyMember, 9), (Participant::ResidentCommittee, 6), (Participant::PropertyCompany, 2)],
        )
        .voted(Unit::CommitteeMembers, (11, 10), [10, 0, 0]),
        text(
            "居民议事会商定三家比价，选报价适中、保修三年的一家。",
            "The council compared three offers and chose the one with three years' warranty.",
        ),
    );
    gate.step(
        (33, 19, 0),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 49)]).voted(
            Unit::Representatives,
            (60, 49),
            [47, 0, 2],
        ),
        text("居民代表会议同意换门。", "The residents' representatives agree."),
    );
    let promise = Promise {
        budget: Some(yuan(12_400)),
        due: gate.day(-4),
        id: parsed("c1"),
        reporter: None,
        responsible: None,
        source: Some(FundSource::MaintenanceFund.into()),
    };
    let outcome = Outcome {
        commitments: vec![promise],
        date: None,
        drops: vec![],
        notice_days: Some(7),
        posted: vec![Channel::GroupBoard.into(), Channel::ChatGroup.into()],
        posted_on: Some(gate.day(32)),
        result: OutcomeResult::Consensus,
        round: 1,
    };
    gate.says(
        (32, 9, 0),
        &["committee", "supervisors"],
        "outcome",
        Said::from(outcome),
        text(
            "换装电动平移门一樘，预留行人侧门，预算 12400 元。",
            "A sliding electric gate with a side door for people on foot, for 12,400 yuan.",
        )
        .promise(
            "c1",
            ("24 号院换装新大门，能正常开关", "A new gate for courtyard 24 that opens and shuts"),
            ("柳湾社区居民委员会", "Liuwan Residents' Committee"),
            ("公共维修资金 12400 元", "maintenance fund, 12,400 yuan"),
        )
        .posted("24 号院单元门口", "Entrances of courtyard 24"),
    );
    gate.says(
        (11, 17, 0),
        &["committee"],
        "progress",
        Said::from(Progress { commitment: parsed("c1"), date: None, milestone: None, spent: Some(yuan(6_200)) }),
        text("旧门拆除，轨道浇筑，养护一周。", "The old gate is out, the rail is set and left to harden for a week."),
    );
    gate.says(
        (2, 16, 30),
        &["committee"],
        "completion",
        Said::from(Completion { commitment: parsed("c1"), cost: Some(yuan(11_600)), date: gate.day(3) }),
        text("新门装好，试用两天正常，结算 11600 元。", "The new gate is in and has worked for two days; final account 11,600 yuan."),
    );
    gate.end()
}
