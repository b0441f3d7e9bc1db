//! 健步道: the owners of an estate decide by heads and by floor area; the heads are enough, the area is not, and the page says by which rule.

use luodi_ledger::matter::codes::{Basis, Category, Channel, Form, Method, OutcomeResult, Participant, Proposer, StepCode, Unit};
use luodi_ledger::matter::facts::{Outcome, Said};

use super::words::text;
use super::{Calendar, Event, Meeting, Subject, Telling};
use crate::demo::cast::WUTONG;

/// Votes for, against, abstaining, by heads; and by floor area in hundredths of a square metre.
const HEADS: [u64; 3] = [161, 62, 11];
const AREA: [u64; 3] = [1_108_450, 1_190_230, 92_700];

pub(super) fn tell(calendar: Calendar) -> Vec<Event> {
    let mut path = Telling::new("path", WUTONG, 3, Method::Owners, calendar, 62);
    let subject = Subject {
        case: "jiaozuo-jinxiang",
        basis: Basis::PartyAsks,
        category: Category::LightingGreening,
        item: "roads",
        raised: (Proposer::OwnersCommittee, None),
    };
    path.raise(
        (62, 9, 0),
        subject,
        text(
            "小区健步道不到 700 米，晚上没有灯。业主委员会提议用公共收益装 22 盏灯，请业主共同决定。",
            "The estate's walking path of under 700 m is dark at night. The owners' committee proposes 22 lamps from the estate's income; the owners decide.",
        )
        .title("健步道要不要装灯", "Lamps along the walking path?"),
    );
    path.step(
        (55, 18, 0),
        &["owners"],
        StepCode::Inquire,
        Meeting::new(Form::HouseVisits, &[(Participant::OwnersCommittee, 7), (Participant::PropertyCompany, 2)]),
        text("逐户送书面意见表，写明造价和位置。", "Forms with cost and places were brought to every door."),
    );
    path.step(
        (38, 15, 0),
        &["owners"],
        StepCode::Resolve,
        Meeting::new(Form::ResidentAssembly, &[(Participant::Resident, 234), (Participant::OwnersCommittee, 7)])
            .voted(Unit::Owners, (312, 234), HEADS)
            .voted(Unit::Area, (3_208_800, 2_391_380), AREA),
        text(
            "按人数同意的过半，按专有面积同意的没有过半：沿街商铺面积大，多数不同意。",
            "By heads more than half agree, by floor area they do not: the large shops on the street are mostly against.",
        ),
    );
    path.says(
        (37, 9, 30),
        &["owners", "supervisors"],
        "outcome",
        Said::from(Outcome {
            commitments: vec![],
            date: None,
            drops: vec![],
            notice_days: None,
            posted: vec![Channel::GroupBoard.into(), Channel::ChatGroup.into()],
            posted_on: Some(path.day(37)),
            result: OutcomeResult::None,
            round: 1,
        }),
        text("没有达成共识，先不装灯。业主委员会再听商铺的意见，改方案后再议。", "No lamps for now; we hear the shops and plan anew.")
            .posted("各单元门口", "The entrances"),
    );
    path.end()
}
