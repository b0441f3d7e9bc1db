//! 下水道: the committee says it is done; the supervisors looked after the rain and do not accept it.

use luodi_ledger::matter::codes::{
    Basis, Category, Channel, CheckMade, Form, FundSource, Gathering, Method, OutcomeResult, Participant, PlanReason, Proposer, StepCode,
    Unit, Verdict,
};
use luodi_ledger::matter::facts::{Completion, Feedback, Outcome, Plan, Progress, Promise, Said, Verification};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling, yuan};
use crate::demo::cast::{WUTONG, parsed};

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut drain = Telling::new("drain", WUTONG, 1, Method::OneThreeTwo, calendar, 151);
    decide(&mut drain);
    carry_out(&mut drain);
    drain.end()
}

fn decide(drain: &mut Telling) {
    let subject = Subject {
        case: "zhengzhou-longhai-drain",
        basis: Basis::UrgentDispute,
        category: Category::Sanitation,
        item: "roads",
        raised: (Proposer::Residents, Some(38)),
    };
    drain.raise(
        (151, 9, 0),
        subject,
        text(
            "51 号楼主下水道年年夏天反水，一楼住户家里进过污水。",
            "The main drain of building 51 backs up every summer; sewage has come into the ground-floor flats.",
        )
        .title("疏通 51 号楼主下水道", "Clear the main drain of building 51"),
    );
    drain.step(
        (146, 18, 30),
        &["committee"],
        StepCode::Solicit,
        Meeting::new(Form::HouseVisits, &[(Participant::Resident, 58)]).chose(
            Unit::Households,
            (64, 58),
            &[("clear", 15), ("replace", 41), ("wait", 2)],
        ),
        text("逐户征求意见。", "Asked at every door.")
            .option("clear", "只疏通", "Only clear it")
            .option("replace", "疏通并换管", "Clear it and renew the pipes")
            .option("wait", "再等等", "Wait"),
    );
    drain.step(
        (142, 10, 0),
        &["party"],
        StepCode::Propose,
        Meeting::new(Form::Regular, &[(Participant::PartyOrganisation, 7)]),
        text("社区党委提议疏通并更换坏管。", "The Party committee proposes to clear it and renew the broken pipes."),
    );
    drain.step(
        (136, 15, 0),
        &["committee", "party"],
        StepCode::Confer,
        Meeting::new(
            Form::CouncilMeeting,
            &[(Participant::PartyMember, 10), (Participant::ResidentCommittee, 7), (Participant::Technician, 1)],
        )
        .voted(Unit::CommitteeMembers, (12, 11), [11, 0, 0]),
        text("党员代表和居委会审议，请管道师傅探了 36 米坏管。", "Reviewed; a pipe fitter found 36 m of broken pipe."),
    );
    drain.step(
        (128, 19, 0),
        &["committee"],
        StepCode::Resolve,
        Meeting::new(Form::RepresentativeMeeting, &[(Participant::ResidentRepresentative, 47)]).voted(
            Unit::Representatives,
            (58, 47),
            [46, 0, 1],
        ),
        text("居民代表会议同意。", "The residents' representatives agree."),
    );
    let promise = Promise {
        budget: Some(yuan(86_000)),
        due: drain.day(40),
        id: parsed("c1"),
        reporter: None,
        responsible: Some(parsed("contractor")),
        source: Some(FundSource::MaintenanceFund.into()),
    };
    drain.says(
        (127, 9, 0),
        &["committee", "supervisors"],
        "outcome",
        Said::from(Outcome {
            commitments: vec![promise],
            date: None,
            drops: vec![],
            notice_days: Some(7),
            posted: vec![Channel::GroupBoard.into(), Channel::ChatGroup.into()],
            posted_on: Some(drain.day(127)),
            result: OutcomeResult::Consensus,
            round: 1,
        }),
        text(
            "疏通主下水道，更换坏管 36 米，保证雨天不反水，预算 8.6 万元。",
            "Clear the main drain and renew 36 m of pipe so that it does not back up in rain, for 86,000 yuan.",
        )
        .promise(
            "c1",
            ("主下水道疏通、换管 36 米，雨天不反水", "Clear the main drain, renew 36 m of pipe; no backing up in rain"),
            ("畅通管道服务部（示例）", "Clearway Pipe Services (sample)"),
            ("公共维修资金 8.6 万元", "maintenance fund, 86,000 yuan"),
        )
        .posted("51 号楼四个单元门口", "The four entrances of building 51"),
    );
}

fn carry_out(drain: &mut Telling) {
    drain.says(
        (88, 17, 0),
        &["committee"],
        "progress",
        Said::from(Progress { commitment: parsed("c1"), date: None, milestone: None, spent: Some(yuan(31_000)) }),
        text("疏通五次，清出建筑垃圾两车。", "Dredged five times; two loads of rubble taken out."),
    );
    drain.says(
        (45, 10, 40),
        &["committee"],
        "completion",
        Said::from(Completion { commitment: parsed("c1"), cost: Some(yuan(79_300)), date: drain.day(46) }),
        text("疏通和换管完工，结算 7.93 万元。", "Cleared and renewed; final account 79,300 yuan."),
    );
    let verification = |target| {
        Said::from(Verification {
            checks: vec![CheckMade::OnSite.into(), CheckMade::Measured.into(), CheckMade::ResidentsAsked.into()],
            date: None,
            target,
            verdict: Verdict::Rejected,
        })
    };
    drain.says_of(
        (38, 16, 20),
        &["supervisors"],
        "verification",
        "completion",
        verification,
        text(
            "前晚下雨后到场查看：1、2 单元一楼仍然反水；开井丈量，新管只有 22 米，承诺是 36 米。不认可完成。",
            "On site after the night's rain: the ground floor of entrances 1 and 2 still floods. We measured 22 m of new pipe; 36 m were promised. Not accepted.",
        )
        .reason("雨后仍反水；新管 22 米，少 14 米", "Still backs up in rain; 22 m of new pipe, 14 m short"),
    );
    drain.says(
        (36, 19, 10),
        &["supervisors"],
        "feedback",
        Said::from(Feedback {
            commitment: Some(parsed("c1")),
            date: None,
            fixed: 6,
            gathered: Gathering::HouseVisits.into(),
            not: 21,
            partly: 9,
            unknown: 0,
        }),
        text("走访 36 户：21 户说没有解决。", "36 households visited: 21 say it is not fixed."),
    );
    drain.says(
        (24, 9, 30),
        &["committee"],
        "plan",
        Said::from(Plan {
            budget: None,
            commitment: parsed("c1"),
            date: None,
            due: Some(drain.day(-16)),
            milestones: vec![],
            reason: Some(PlanReason::Contractor.into()),
        }),
        text(
            "责成施工方补换其余 14 米，不另付款，完成日期改期。",
            "The contractor must renew the other 14 m at no extra cost; the date is moved.",
        )
        .reason("施工方少换 14 米，返工", "The contractor left out 14 m and must do it again"),
    );
}
