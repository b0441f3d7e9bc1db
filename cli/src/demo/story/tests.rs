use super::*;

fn start() -> Time {
    "2026-11-22T07:58:11Z".parse().unwrap()
}

/// The story with every reference resolved, as if each statement had entered its log in turn.
fn told() -> Vec<(Event, Said)> {
    let mut placed = BTreeMap::new();
    let mut told = Vec::new();
    for (index, event) in tell(Calendar::of(start()), None).into_iter().enumerate() {
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
    assert_eq!(facts(told()), facts(self::told()));
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
