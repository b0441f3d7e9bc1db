//! One matter for each status that people meet most, told backwards from now.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_explorer::site::Site;
use luodi_explorer::source::Want;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{
    Basis, Category, Channel, CheckMade, Decision, Form, FundSource, Gathering, Method, OutcomeResult, PlanReason, Proposer, ReopenReason,
    StepCode, Unit, Verdict,
};
use luodi_ledger::matter::facts::{
    Completion, Feedback, Fen, Milestone, OptionCount, Outcome, Plan, Progress, Promise, Raised, Reopen, Said, Step, Tally, Topic,
    Verification,
};
use luodi_ledger::matter::words::{CommitmentWords, Words};

use luodi_ledger::key::SignerKey;

use super::{COUNTY, County, OTHER, VILLAGE, ago, head_over, now, office, origin, site_over};

pub const DONE: &str = "990101001201-2026-0001";
pub const MOVED: &str = "990101001201-2026-0002";
pub const OVERDUE: &str = "990101001201-2026-0003";
pub const REJECTED: &str = "990101001201-2026-0004";
pub const NOTICE: &str = "990101001202-2026-0001";
pub const CLAIMED: &str = "990101001202-2026-0002";
pub const AGAIN: &str = "990101001202-2026-0003";
pub const HOSTILE: &str = "990101001202-2026-0004";

/// All matters with a decision, a promise and money.
pub const PROMISED: [&str; 6] = [DONE, MOVED, OVERDUE, REJECTED, NOTICE, CLAIMED];

pub fn words(chinese: &str, english: &str) -> Words {
    let english = Words { text: Some(english.to_owned()), ..Words::default() };
    Words { text: Some(chinese.to_owned()), en: Some(Box::new(english)), ..Words::default() }
}

/// What is said, given where earlier statements stand.
pub type Saying = Box<dyn FnOnce(&BTreeMap<String, Reference>) -> Said>;

/// A statement to come.
pub struct Event {
    pub days: i64,
    pub label: String,
    pub code: &'static str,
    pub by: Vec<SignerKey>,
    /// The matter; empty where it names none.
    pub id: &'static str,
    pub saying: Saying,
    pub words: Words,
}

struct Telling<'a> {
    events: &'a mut Vec<Event>,
    code: &'static str,
    id: &'static str,
}

impl Telling<'_> {
    fn say(&mut self, by: &[&str], days: i64, what: &str, said: &Said, words: &Words) {
        let said = said.clone();
        self.say_of(by, days, what, Box::new(move |_| said), words);
    }

    fn say_of(&mut self, by: &[&str], days: i64, what: &str, saying: Saying, words: &Words) {
        let by = by.iter().map(|word| office(self.code, word)).collect();
        let label = format!("{}/{what}", self.id);
        self.events.push(Event { days, label, code: self.code, by, id: self.id, saying, words: words.clone() });
    }

    fn topic(&mut self, days: i64, title: (&str, &str), text: (&str, &str)) {
        let topic = Topic {
            area: Some(220),
            basis: Basis::VitalInterest.into(),
            category: Category::PublicWelfare.into(),
            date: None,
            decision: Decision::Confirmed,
            elsewhere: None,
            item: None,
            links: vec![],
            method: Method::FourTwo.into(),
            raised: Some(Raised { by: Proposer::Residents.into(), count: Some(12) }),
            rules: Some(Blake3::of(include_bytes!("../../../config/rules/four-two-2018.json"))),
        };
        let mut words = words(text.0, text.1);
        words.title = Some(title.0.to_owned());
        if let Some(english) = &mut words.en {
            english.title = Some(title.1.to_owned());
        }
        self.say(&["committee"], days, "topic", &Said::from(topic), &words);
    }

    fn step(&mut self, by: &[&str], days: i64, step: StepCode, round: u32, votes: Option<(Unit, u64, u64, [u64; 3])>) {
        let option = |code: &str, count| OptionCount { code: code.parse().unwrap(), count };
        let tally = |(unit, due, present, votes): (Unit, u64, u64, [u64; 3])| Tally {
            due,
            options: vec![option("for", votes[0]), option("against", votes[1]), option("abstain", votes[2])],
            present,
            unit: unit.into(),
        };
        let said = Step {
            date: ago(days),
            form: Some(Form::Regular.into()),
            method: Method::FourTwo.into(),
            participants: vec![],
            round,
            step: step.into(),
            tallies: votes.map(tally).into_iter().collect(),
        };
        self.say(by, days, &format!("{step}-{round}"), &Said::from(said), &words("会议如期召开。", "The meeting was held."));
    }

    /// The four deliberations, from `days` ago on, one every third day.
    fn four(&mut self, days: i64, round: u32) {
        self.step(&["party"], days, StepCode::Propose, round, None);
        self.step(&["committee", "party"], days - 3, StepCode::Confer, round, Some((Unit::CommitteeMembers, 9, 8, [8, 0, 0])));
        self.step(&["party"], days - 6, StepCode::Review, round, Some((Unit::PartyMembers, 65, 49, [46, 1, 2])));
        self.step(&["committee"], days - 9, StepCode::Resolve, round, Some((Unit::Representatives, 42, 36, [33, 2, 1])));
    }

    fn outcome(&mut self, days: i64, text: (&str, &str), yuan: u64, due: i64, what: &str) {
        let outcome = Outcome {
            commitments: vec![Promise {
                budget: Some(Fen(yuan * 100)),
                due: ago(due),
                id: "c1".parse().unwrap(),
                reporter: None,
                responsible: None,
                source: Some(FundSource::Collective.into()),
            }],
            date: None,
            drops: vec![],
            notice_days: Some(7),
            posted: vec![Channel::NoticeBoard.into()],
            posted_on: None,
            result: OutcomeResult::Consensus,
            round: 1,
        };
        let mut words = words(text.0, text.1);
        let promise = CommitmentWords { what: Some(what.to_owned()), ..CommitmentWords::default() };
        words.commitments = BTreeMap::from([("c1".parse().unwrap(), promise)]);
        words.places = vec!["村委会门口公开栏".to_owned()];
        self.say(&["committee", "supervisors"], days, "outcome", &Said::from(outcome), &words);
    }

    /// As [`Self::outcome`], with a second promise due far ahead.
    fn two_promises(&mut self, days: i64, text: (&str, &str), due: i64) {
        let promise = |id: &str, yuan: u64, due: i64| Promise {
            budget: Some(Fen(yuan * 100)),
            due: ago(due),
            id: id.parse().unwrap(),
            reporter: None,
            responsible: None,
            source: Some(FundSource::Collective.into()),
        };
        let outcome = Outcome {
            commitments: vec![promise("c1", 146_000, due), promise("c2", 42_000, -38)],
            date: None,
            drops: vec![],
            notice_days: Some(7),
            posted: vec![Channel::NoticeBoard.into()],
            posted_on: None,
            result: OutcomeResult::Consensus,
            round: 1,
        };
        let mut words = words(text.0, text.1);
        let promise = |what: &str, who: &str| CommitmentWords {
            what: Some(what.to_owned()),
            who: Some(who.to_owned()),
            ..CommitmentWords::default()
        };
        let both = |who: &str, first: &str, second: &str| {
            BTreeMap::from([("c1".parse().unwrap(), promise(first, who)), ("c2".parse().unwrap(), promise(second, who))])
        };
        words.commitments = both("杏花村村民委员会", "装修食堂、办好手续、开门供餐", "配送餐车和保温箱");
        if let Some(english) = &mut words.en {
            english.commitments =
                both("Xinghua Residents' Committee", "Fit out the canteen, get the permits, open the door", "A cart and warm boxes");
        }
        self.say(&["committee", "supervisors"], days, "outcome", &Said::from(outcome), &words);
    }

    fn plan(&mut self, days: i64, due: i64, reason: PlanReason, text: (&str, &str)) {
        let milestones = vec![Milestone { due: Some(ago(due + 10)), id: "base".parse().unwrap() }];
        let plan = Plan {
            budget: None,
            commitment: "c1".parse().unwrap(),
            date: None,
            due: Some(ago(due)),
            milestones,
            reason: Some(reason.into()),
        };
        let mut words = words(text.0, text.1);
        words.milestones = BTreeMap::from([("base".parse().unwrap(), "路基".to_owned())]);
        self.say(&["committee"], days, &format!("plan-{days}"), &Said::from(plan), &words);
    }

    fn progress(&mut self, days: i64, yuan: u64, text: (&str, &str)) {
        let progress = Progress { commitment: "c1".parse().unwrap(), date: None, milestone: None, spent: Some(Fen(yuan * 100)) };
        self.say(&["committee"], days, &format!("progress-{days}"), &Said::from(progress), &words(text.0, text.1));
    }

    fn completion(&mut self, days: i64, yuan: u64) {
        let said = Completion { commitment: "c1".parse().unwrap(), cost: Some(Fen(yuan * 100)), date: ago(days) };
        self.say(
            &["committee"],
            days,
            "completion",
            &Said::from(said),
            &words("全部完工，已清场。", "All work is finished and the site is cleared."),
        );
    }

    fn verification(&mut self, days: i64, verdict: Verdict, text: (&str, &str)) {
        let completion = format!("{}/completion", self.id);
        let saying = move |placed: &BTreeMap<String, Reference>| {
            let target = placed[&completion].clone();
            Said::from(Verification { checks: vec![CheckMade::OnSite.into(), CheckMade::Vouchers.into()], date: None, target, verdict })
        };
        self.say_of(&["supervisors"], days, "verification", Box::new(saying), &words(text.0, text.1));
    }
}

pub fn county() -> County {
    let mut events = Vec::new();
    village(&mut events);
    other(&mut events);
    super::beside::tell(&mut events);
    events.sort_by_key(|event| std::cmp::Reverse(event.days));
    let (mut county, mut placed) = (County::registered(), BTreeMap::new());
    for event in events {
        let said = (event.saying)(&placed);
        let kind = serde_json::to_value(&said).unwrap().as_object().unwrap().keys().next().unwrap().clone();
        let (facts, at) = (said.to_facts().unwrap(), now().plus(-event.days * 86_400 - 3600));
        let stands = county.add(event.code, &event.by, &kind, event.id.parse().ok(), facts, &event.words, at);
        placed.insert(event.label, stands);
    }
    let ((kind, facts), by) = (super::beside::unknown(), [office(OTHER, "committee")]);
    county.add(OTHER, &by, kind, Some(AGAIN.parse().unwrap()), facts, &Words::default(), now().plus(-3600));
    county
}

fn village(events: &mut Vec<Event>) {
    let mut yard = Telling { events, code: VILLAGE, id: DONE };
    yard.topic(200, ("修村文化大院", "A culture yard for the village"), ("村里没有活动场地。", "There is nowhere to meet."));
    yard.four(190, 1);
    yard.outcome(
        180,
        ("利用老粮库建文化大院，建成后全村免费使用。", "Turn the old granary into a culture yard, free for the whole village."),
        96_000,
        60,
        "改建老粮库",
    );
    yard.progress(120, 50_000, ("屋顶已换。", "The roof is new."));
    yard.completion(70, 95_300);
    yard.verification(60, Verdict::Accepted, ("现场查看，票据相符。", "Looked on site; vouchers agree."));
    let feedback =
        Feedback { commitment: None, date: None, fixed: 41, gathered: Gathering::HouseVisits.into(), not: 1, partly: 3, unknown: 2 };
    yard.say(&["supervisors"], 50, "feedback", &Said::from(feedback), &Words::default());

    let mut road = Telling { events, code: VILLAGE, id: MOVED };
    road.topic(
        150,
        ("修北街到学校的路", "Mend the road from North Street to the school"),
        ("下雨天孩子们蹚水上学。", "Children wade to school."),
    );
    road.four(140, 1);
    road.outcome(
        130,
        ("硬化北街到学校 1.2 公里，宽 4 米。", "Pave 1.2 km from North Street to the school, 4 m wide."),
        385_000,
        30,
        "硬化路面",
    );
    road.plan(80, 5, PlanReason::Weather, ("连续下雨，路基要重新碾压。", "Rain: the base must be rolled again."));
    road.progress(40, 120_000, ("路基完成 800 米。", "800 m of base laid."));
    road.plan(12, -15, PlanReason::Materials, ("水泥到货推迟。", "Cement comes late."));

    let mut canteen = Telling { events, code: VILLAGE, id: OVERDUE };
    canteen.topic(
        131,
        ("办老年食堂，80 岁以上免费", "A canteen for the old, free from the age of eighty"),
        ("34 位老人独自做饭。", "34 people cook alone."),
    );
    canteen.four(120, 1);
    canteen.two_promises(
        106,
        (
            "老小学两间房改作食堂，80 岁以上老人午餐免费，其他 60 岁以上老人每餐 5 元。",
            "Two rooms of the old school become a canteen: lunch is free from eighty, 5 yuan from sixty.",
        ),
        23,
    );
    canteen.progress(60, 88_000, ("墙面粉刷完成。", "The walls are plastered."));

    let mut drain = Telling { events, code: VILLAGE, id: REJECTED };
    drain.topic(110, ("疏通东巷下水道", "Clear the drain of East Lane"), ("每年夏天倒灌。", "It floods every summer."));
    drain.four(105, 1);
    drain.outcome(
        95,
        ("更换东巷 300 米主管，直径 400 毫米。", "Replace 300 m of main pipe in East Lane, 400 mm wide."),
        72_000,
        20,
        "更换主管",
    );
    drain.completion(25, 71_500);
    drain.verification(
        9,
        Verdict::Rejected,
        ("实测主管只有 300 毫米，要求整改。", "Measured: the pipe is only 300 mm wide; to be redone."),
    );
}

fn other(events: &mut Vec<Event>) {
    let mut gate = Telling { events, code: OTHER, id: NOTICE };
    gate.topic(30, ("给村口装路灯", "Lamps at the village gate"), ("夜里看不见路。", "The road is dark at night."));
    gate.four(20, 1);
    gate.outcome(4, ("村口到广场装 18 盏太阳能路灯。", "Eighteen solar lamps from the gate to the square."), 27_000, -60, "安装路灯");

    let mut well = Telling { events, code: OTHER, id: CLAIMED };
    well.topic(100, ("修三组机井", "Repair the well of Group 3"), ("机井不出水。", "The well is dry."));
    well.four(95, 1);
    well.outcome(85, ("三组机井洗井并换泵，年底前通水。", "Clean the well of Group 3 and replace its pump."), 18_500, -20, "洗井换泵");
    well.completion(3, 18_200);

    let mut square = Telling { events, code: OTHER, id: AGAIN };
    square.topic(90, ("小广场建停车场还是健身场", "The small square: parking or exercise?"), ("两种意见相持。", "Opinion is divided."));
    square.four(85, 1);
    let none = Outcome {
        commitments: vec![],
        date: None,
        drops: vec![],
        notice_days: None,
        posted: vec![],
        posted_on: None,
        result: OutcomeResult::None,
        round: 1,
    };
    square.say(
        &["committee"],
        70,
        "outcome",
        &Said::from(none),
        &words("两种方案票数相当，没有谈拢。", "The two plans got about the same votes."),
    );
    let reopen = Reopen { date: None, reason: ReopenReason::NoConsensus.into(), round: 2 };
    square.say(&["committee"], 20, "reopen", &Said::from(reopen), &words("分组再征求一遍意见。", "Ask each group again."));
    square.step(&["party"], 10, StepCode::Propose, 2, None);

    let mut hostile = Telling { events, code: OTHER, id: HOSTILE };
    hostile.topic(40, ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"), ("\"><b>粗体</b>", "'; DROP TABLE"));
    // A key that nobody registered says the well is finished.
    let stranger = office(COUNTY, "owners");
    let said = Said::from(Completion { commitment: "c1".parse().unwrap(), cost: None, date: ago(2) });
    let (label, words) = ("stranger".to_owned(), words("都好了", "all fine"));
    events.push(Event { days: 2, label, code: OTHER, by: vec![stranger], id: HOSTILE, saying: Box::new(move |_| said), words });
}

/// The county after its village showed one source another history.
pub fn forked() -> Arc<Site> {
    let county = county();
    let mut holdings = county.holdings();
    let mut other = county.logs[VILLAGE].leaves.clone();
    let last = other.last_mut().unwrap();
    *last = String::from_utf8(last.clone()).unwrap().replace("rejected", "accepted").into_bytes();
    let head = head_over(VILLAGE, &other).to_bytes();
    assert!(matches!(holdings.offer_head(2, &origin(VILLAGE), &head), Want::Entries { from: 0, .. }));
    holdings.offer_entries(2, &origin(VILLAGE), 0, &other);
    site_over(&mut holdings)
}
