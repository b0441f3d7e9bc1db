use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::check::check;
use luodi_ledger::matter::codes::{FlagCode, Status, Tag};
use luodi_ledger::matter::view::{Effect, View};
use luodi_ledger::matter::{Marks, Record, fold};
use luodi_ledger::standing::Standing;
use luodi_ledger::statement::{BodyRef, Statement};

use super::*;

fn start() -> Time {
    "2026-11-22T07:58:11Z".parse().unwrap()
}

/// The story with every reference resolved, as if each statement had entered its log in turn.
fn told() -> Vec<(Event, Said)> {
    let mut placed = BTreeMap::new();
    let mut told = Vec::new();
    for (index, event) in tell(Calendar::of(start())).into_iter().enumerate() {
        let said = event.said(&placed).unwrap();
        let reference = Reference { log: event.place.origin(), index: index as u64, id: Blake3::of(event.label.as_bytes()) };
        assert!(placed.insert(event.label.clone(), reference).is_none(), "{} is told twice", event.label);
        told.push((event, said));
    }
    told
}

#[test]
fn everything_happens_before_the_start_and_in_order() {
    let told = told();
    assert!(told.len() > 60, "{}", told.len());
    assert!(told.is_sorted_by_key(|(event, _)| event.at));
    assert!(told.iter().all(|(event, _)| event.at < start()));
}

#[test]
fn the_same_start_tells_the_same_story() {
    let facts = |told: Vec<(Event, Said)>| told.into_iter().map(|(event, said)| (event.label, event.at, said)).collect::<Vec<_>>();
    assert_eq!(facts(told()), facts(told()));
}

#[test]
fn every_statement_has_words_in_both_languages() {
    for (event, _) in told() {
        let english = event.words.en.as_deref().unwrap();
        assert!(event.words.text.is_some() && english.text.is_some(), "{}", event.label);
        assert_eq!(event.words.title.is_some(), english.title.is_some(), "{}", event.label);
        assert_eq!(event.words.commitments.len(), english.commitments.len(), "{}", event.label);
        assert!(!english.text.as_ref().unwrap().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", event.label);
    }
}

#[test]
fn facts_are_canonical_and_are_read_back() {
    for (event, said) in told() {
        let facts = said.to_facts().unwrap();
        assert!(facts.as_str().len() < luodi_ledger::facts::LONGEST);
        assert_eq!(said_kind(&said).parse::<luodi_ledger::statement::Kind>().unwrap().as_str(), said_kind(&said));
        assert_eq!(Said::read(&said_kind(&said).parse().unwrap(), &facts).unwrap(), said, "{}", event.label);
    }
}

fn statement(event: &Event, said: &Said) -> (Statement, Vec<u8>) {
    let words = Words { nonce: Some("0".repeat(32)), ..event.words.clone() };
    let body = words.to_bytes().unwrap();
    let mut by = event.by.clone();
    by.sort_by_key(ToString::to_string);
    let statement = Statement {
        log: event.place.origin(),
        by: by.into(),
        kind: said_kind(said).parse().unwrap(),
        matter: event.matter,
        time: event.at,
        facts: said.to_facts().unwrap(),
        body: Some(BodyRef::of(&body)),
    };
    (statement, body)
}

#[test]
fn a_node_would_take_every_statement() {
    for (event, said) in told() {
        let (statement, body) = statement(&event, &said);
        check(&statement, Some(&body)).unwrap_or_else(|fault| panic!("{}: {fault}", event.label));
        luodi_ledger::matter::may_sign(&statement, luodi_ledger::names::Division::is_within)
            .unwrap_or_else(|barred| panic!("{}: {barred}", event.label));
        assert_eq!(Statement::parse(&statement.to_string()).unwrap(), statement);
    }
}

#[test]
fn every_statement_fits_the_published_schema_of_its_kind() {
    let validator = |schema: &serde_json::Value| jsonschema::validator_for(schema).unwrap();
    let body_schema = validator(&luodi_ledger::schema::body());
    let mut schemas = BTreeMap::new();
    let mut refused = 0;
    for (event, said) in told() {
        let (statement, body) = statement(&event, &said);
        let kind = said.kind().unwrap();
        let schema = schemas.entry(kind).or_insert_with(|| validator(&luodi_ledger::schema::of_kind(kind)));
        let facts: serde_json::Value = serde_json::from_str(statement.facts.as_str()).unwrap();
        assert!(schema.is_valid(&facts), "{}: {:?}", event.label, schema.iter_errors(&facts).next().map(|error| error.to_string()));
        let words: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(body_schema.is_valid(&words), "{}", event.label);
        // A field more, a field less of those that must be there, another type: refused.
        for field in facts.as_object().unwrap().keys() {
            let mut spoiled = facts.clone();
            spoiled[field] = serde_json::Value::Null;
            assert!(!schema.is_valid(&spoiled), "{}: {field} is null", event.label);
            refused += 1;
        }
        let mut more = facts;
        more["colour"] = "red".into();
        assert!(!schema.is_valid(&more), "{}: a field that is not there", event.label);
    }
    assert!(refused > 200, "{refused}");
}

/// The views of all matters at the start, by the name of the matter.
fn views() -> BTreeMap<String, View> {
    let told = told();
    let record = |(index, (event, said)): (usize, &(Event, Said))| Record {
        reference: Reference { log: event.place.origin(), index: index as u64, id: Blake3::of(event.label.as_bytes()) },
        statement: statement(event, said).0,
        logged: event.at,
        standing: Standing::Valid { term_expired: false },
        marks: Marks::default(),
    };
    let records: Vec<Record> = told.iter().enumerate().map(record).collect();
    let view = |(event, _): &(Event, Said)| {
        let name = event.label.strip_suffix("/topic")?.to_owned();
        Some((name, fold(event.matter.unwrap(), &records, &Packs::built_in(), start(), OFFSET)))
    };
    told.iter().filter_map(view).collect()
}

#[test]
fn the_eight_matters_stand_as_the_demonstration_promises() {
    let views = views();
    let status = |name: &str| (views[name].status, views[name].days);
    assert_eq!(status("yard"), (Status::Done, None));
    assert_eq!(status("road"), (Status::UnderWay, None));
    assert_eq!(status("canteen"), (Status::Overdue, Some(canteen::LATE)));
    assert_eq!(status("renovation").0, Status::Deliberating);
    assert_eq!(views["renovation"].tags, [Tag::Reopened]);
    assert_eq!(status("drain").0, Status::VerificationFailed);
    assert_eq!(status("flowers"), (Status::OnNotice, Some(3)));
    assert_eq!(status("gate").0, Status::Claimed);
    assert_eq!(status("path").0, Status::NoConsensus);
    assert_eq!(views.len(), 8);
    let road = &views["road"].commitments[0];
    assert_eq!((road.times_moved(), road.days_moved()), (2, 56));
}

#[test]
fn nothing_is_irregular_and_no_flag_is_there_by_accident() {
    let wanted = [
        ("road", vec![FlagCode::Rescheduled, FlagCode::Corrected]),
        ("canteen", vec![FlagCode::Overdue]),
        ("renovation", vec![FlagCode::NotPassed]),
        ("drain", vec![FlagCode::Rescheduled]),
        ("path", vec![FlagCode::NotPassed]),
    ];
    for (name, view) in views() {
        for event in &view.timeline {
            assert_eq!(event.effect, Effect::Counted, "{name}: {} {:?}", event.kind, event.date);
        }
        let flags: Vec<FlagCode> = view.flags.iter().map(luodi_ledger::matter::view::Flag::code).collect();
        let expected = wanted.iter().find(|(each, _)| *each == name).map(|(_, flags)| flags.clone()).unwrap_or_default();
        assert_eq!(flags, expected, "{name}: {:?}", view.flags);
    }
}

#[test]
fn every_case_is_told_once_and_says_what_is_arranged() {
    let mut told: Vec<(String, &'static str)> = Vec::new();
    for event in tell(Calendar::of(start())) {
        let Some(source) = &event.words.source else { continue };
        let case = cases::named(source.case.unwrap().as_str());
        assert_eq!((source, event.words.en.as_deref().unwrap().source.as_ref()), (&case.source(&case.zh), Some(&case.source(&case.en))));
        told.push((case.id, if event.matter.is_some() { "matter" } else { "other" }));
    }
    let office = crate::demo::cast::STREET.office_words(Office::GOVERNMENT);
    told.push((office.source.unwrap().case.unwrap().to_string(), "other"));
    // What `play` says of a division.
    told.push((cases::named("xinxiang-zhangqing").id, "other"));
    assert_eq!(told.iter().filter(|(_, what)| *what == "matter").count(), 8);
    let mut told: Vec<String> = told.into_iter().map(|(id, _)| id).collect();
    told.sort();
    let mut all: Vec<String> = cases::all().into_iter().map(|case| case.id).collect();
    all.sort();
    assert_eq!((told.len(), &told), (11, &all));
    for case in cases::all() {
        assert!(!case.at.is_empty() && [&case.zh, &case.en].iter().all(|told| !told.facts.is_empty() && !told.arranged.is_empty()));
    }
}

/// The items that a matter can name: those of its place's directory, else of the county's list.
#[test]
fn every_topic_names_an_item_that_its_place_lists() {
    let told = told();
    let items = |label: &str| {
        let (_, said) = told.iter().find(|(event, _)| event.label == label).unwrap();
        let Said::Catalogue(catalogue) = said else { panic!("{label}") };
        catalogue.items.iter().map(|item| item.code).collect::<Vec<_>>()
    };
    for (event, said) in &told {
        let Said::Topic(topic) = said else { continue };
        let list = if event.place.code == crate::demo::cast::XINGHUA.code { "beside/directory" } else { "beside/list" };
        assert!(items(list).contains(&topic.item.unwrap()), "{}", event.label);
    }
}
