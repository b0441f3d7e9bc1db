//! What others say beside the matters: catalogues, rules, orders, circulars, evaluations; what is mended; what machines record.

use std::collections::BTreeMap;

use luodi_ledger::facts::{Facts, Value};
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{
    Addressee, Category, CircularGround, Contradicts, Duty, Finding, Gathering, Inspection, Measure, ObservationGround, Rating,
    RectificationAction, RedactionGround, VoidReason,
};
use luodi_ledger::matter::facts::{
    Anchor, Answer, Catalogue, CatalogueItem, Change, Circular, Correction, Countersign, Evaluation, EvidenceNotice, Feedback, Head,
    Observation, Rectification, Redaction, RulesNotice, Said, Withdrawal,
};
use luodi_ledger::matter::words::Words;
use luodi_ledger::merkle::Hash;

use super::story::{CLAIMED, DONE, Event, MOVED, REJECTED, words};
use super::{COUNTY, OTHER, TOWNSHIP, VILLAGE, ago, division, office, origin};

/// A rule pack of the county's own.
pub const LOCAL_RULES: &str = include_str!("../../../config/local-rules.json");

type Placed = BTreeMap<String, Reference>;

fn event(
    days: i64,
    label: &str,
    code: &'static str,
    by: SignerKey,
    id: &'static str,
    saying: impl FnOnce(&Placed) -> Said + 'static,
    words: Words,
) -> Event {
    Event { days, label: label.to_owned(), code, by: vec![by], id, saying: Box::new(saying), words }
}

pub fn tell(events: &mut Vec<Event>) {
    governing(events);
    overseeing(events);
    mending(events);
    machines(events);
}

fn items(list: &[(&str, Category, Duty, &str)], english: &[&str]) -> (Vec<CatalogueItem>, Words) {
    let item = |(code, category, duty, _): &(&str, Category, Duty, &str)| CatalogueItem {
        category: (*category).into(),
        code: code.parse().unwrap(),
        duty: *duty,
    };
    let names = |names: Vec<&str>| {
        let pairs = list.iter().zip(names).map(|((code, ..), name)| (code.parse().unwrap(), name.to_owned()));
        Words { items: pairs.collect(), ..Words::default() }
    };
    let mut words = names(list.iter().map(|(.., name)| *name).collect());
    words.en = Some(Box::new(names(english.to_vec())));
    (list.iter().map(item).collect(), words)
}

fn governing(events: &mut Vec<Event>) {
    let county = || office(COUNTY, "civil-affairs");
    let (first, named) = items(&[("roads", Category::PublicWelfare, Duty::Must, "村内道路")], &["Roads in the village"]);
    events.push(event(230, "list-1", COUNTY, county(), "", move |_| Said::from(Catalogue { from: None, items: first, version: 1 }), named));
    let (second, named) = items(
        &[
            ("roads", Category::PublicWelfare, Duty::Must, "村内道路和路灯"),
            ("yard", Category::PublicWelfare, Duty::Must, "活动场地"),
            ("pets", Category::Sanitation, Duty::May, "养犬管理"),
        ],
        &["Roads and lamps", "Places to meet", "Keeping of dogs"],
    );
    events.push(event(
        225,
        "list-2",
        COUNTY,
        county(),
        "",
        move |_| Said::from(Catalogue { from: None, items: second, version: 2 }),
        named,
    ));
    let (own, named) = items(&[("yard", Category::PublicWelfare, Duty::Must, "文化大院")], &["The culture yard"]);
    let directory = move |_: &Placed| Said::from(Catalogue { from: None, items: own, version: 1 });
    events.push(event(220, "directory", VILLAGE, office(VILLAGE, "committee"), "", directory, named));
    let rules = RulesNotice { from: ago(215), pack: Blake3::of(LOCAL_RULES.as_bytes()), replaces: None, until: None };
    let text = Words { title: Some("槐安县协商规程".into()), pack: Some(LOCAL_RULES.into()), ..Words::default() };
    events.push(event(215, "rules", COUNTY, county(), "", move |_| Said::from(rules), text));
}

fn overseeing(events: &mut Vec<Event>) {
    let order = |placed: &Placed| {
        Said::from(Rectification {
            action: RectificationAction::Order,
            date: None,
            deadline: Some(ago(-2)),
            measure: None,
            office: None,
            target: Some(placed[&format!("{MOVED}/plan-12")].clone()),
        })
    };
    let text = words("不得再次改期，按月报告进度。", "No further delay; report every month.");
    events.push(event(11, "order", TOWNSHIP, office(TOWNSHIP, "government"), MOVED, order, text));
    let answer = |placed: &Placed| Said::from(Answer { date: None, finding: Finding::Upheld, target: placed["order"].clone() });
    let text = words("已重排工期。", "The work is planned anew.");
    events.push(event(10, "reply", VILLAGE, office(VILLAGE, "committee"), MOVED, answer, text));
    let account = |_: &Placed| {
        Said::from(Rectification {
            action: RectificationAction::Accountability,
            date: None,
            deadline: None,
            measure: Some(Measure::Talk.into()),
            office: Some(format!("{VILLAGE}/committee").parse().unwrap()),
            target: None,
        })
    };
    events.push(event(4, "account", TOWNSHIP, office(TOWNSHIP, "government"), REJECTED, account, Words::default()));
    let unanswered = |_: &Placed| {
        Said::from(Rectification {
            action: RectificationAction::Order,
            date: None,
            deadline: Some(ago(3)),
            measure: None,
            office: Some(format!("{OTHER}/committee").parse().unwrap()),
            target: None,
        })
    };
    events.push(event(
        20,
        "unanswered",
        TOWNSHIP,
        office(TOWNSHIP, "government"),
        "",
        unanswered,
        words("补公布协商目录。", "Publish the directory."),
    ));
    let told = |_: &Placed| {
        Said::from(Circular {
            date: None,
            ground: CircularGround::NotDisclosed.into(),
            places: vec![division(OTHER)],
            target: None,
            to: Addressee::Public,
        })
    };
    let text = words("石桥村至今没有公布协商目录。", "Shiqiao has published no directory so far.");
    events.push(event(6, "circular", COUNTY, office(COUNTY, "civil-affairs"), "", told, text));
    let found = |_: &Placed| {
        Said::from(Evaluation {
            date: None,
            how: vec![Inspection::Visit.into(), Inspection::Files.into()],
            rating: Rating::Good.into(),
            target: None,
        })
    };
    let text = words("场地天天有人用，账目清楚。", "The yard is used every day, and the books are in order.");
    events.push(event(40, "evaluation", COUNTY, office(COUNTY, "civil-affairs"), DONE, found, text));
    let stood = |placed: &Placed| Said::from(Countersign { date: None, target: placed[&format!("{MOVED}/outcome")].clone() });
    events.push(event(128, "countersign", TOWNSHIP, office(TOWNSHIP, "government"), MOVED, stood, Words::default()));
}

fn mending(events: &mut Vec<Event>) {
    let mended = |placed: &Placed| {
        let change = Change { new: Some(Value::Integer(1_825_000)), old: Some(Value::Integer(1_820_000)), path: "cost".parse().unwrap() };
        Said::from(Correction { changes: vec![change], date: None, target: placed[&format!("{CLAIMED}/completion")].clone() })
    };
    let why = words("漏记了一笔运费。", "A bill for carriage was left out.");
    events.push(event(2, "correction", OTHER, office(OTHER, "committee"), CLAIMED, mended, why));
    let twice = |_: &Placed| {
        Said::from(Feedback { commitment: None, date: None, fixed: 1, gathered: Gathering::Phone.into(), not: 0, partly: 0, unknown: 0 })
    };
    events.push(event(45, "twice", VILLAGE, office(VILLAGE, "supervisors"), DONE, twice, Words::default()));
    let taken =
        |placed: &Placed| Said::from(Withdrawal { date: None, reason: VoidReason::Duplicate.into(), target: placed["twice"].clone() });
    events.push(event(44, "void", VILLAGE, office(VILLAGE, "supervisors"), DONE, taken, Words::default()));
    let erased = |placed: &Placed| {
        let target = placed[&format!("{DONE}/progress-120")].clone();
        let words = words("屋顶已换。", "The roof is new.").to_bytes().unwrap();
        Said::from(Redaction { date: None, ground: RedactionGround::PersonalData.into(), hashes: vec![Blake3::of(&words)], target })
    };
    events.push(event(110, "redaction", TOWNSHIP, office(TOWNSHIP, "government"), DONE, erased, Words::default()));
}

fn machines(events: &mut Vec<Event>) {
    let node = || office(TOWNSHIP, "node");
    let root = Hash::leaf(b"some head");
    let head = |size| Head { log: origin(VILLAGE), root, size };
    let anchor = Said::from(Anchor { heads: vec![head(7), Head { log: origin(OTHER), root, size: 5 }] });
    let observation = Said::from(Observation { ground: ObservationGround::NoProof.into(), head: head(9), held: 8 });
    let evidence = Said::from(EvidenceNotice {
        contradicts: Contradicts::SameSize.into(),
        evidence: Blake3::of(b"a file that is not here"),
        origin: origin(OTHER),
    });
    for (days, label, said) in [(14, "anchor", anchor), (13, "observation", observation), (11, "evidence", evidence)] {
        events.push(event(days, label, TOWNSHIP, node(), "", move |_| said, Words::default()));
    }
}

/// A kind and facts that this version does not know.
pub fn unknown() -> (&'static str, Facts) {
    ("weather-report", Facts::of(&serde_json::json!({"sky": "clear"})).unwrap())
}
