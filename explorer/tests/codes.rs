//! No page shows the word of a code where people should read its label, in either language.

#![allow(missing_docs, reason = "the county is scaffolding")]

pub mod county;
mod pages_of;

use std::collections::{BTreeSet, VecDeque};

use county::story::{self, CLAIMED, DONE};
use county::{COUNTY, OTHER, VILLAGE, now, office, origin};
use luodi_ledger::facts::Facts;
use luodi_ledger::matter::codes::lists;
use luodi_ledger::matter::words::Words;
use pages_of::page;

/// What a page says in words: what machines compare, originals and the codes that are shown as codes are left out.
fn in_words(html: &str) -> String {
    const OPEN: [&str; 6] = ["br", "meta", "link", "input", "img", "hr"];
    let main = html.split("<main").nth(1).unwrap_or(html).split("</main>").next().unwrap();
    let (mut text, mut within, mut left_out): (String, Vec<bool>, usize) = (String::new(), Vec::new(), 0);
    for part in main.split('<').skip(1) {
        let Some((tag, shown)) = part.split_once('>') else { continue };
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap_or_default();
        if tag.starts_with('/') {
            left_out -= usize::from(within.pop().unwrap_or_default());
        } else if !OPEN.contains(&name) && !tag.ends_with('/') {
            let exact = ["pre", "script", "style", "svg"].contains(&name)
                || ["class=\"code\"", "class=\"exactly\"", "class=\"exact\""].iter().any(|class| tag.contains(class));
            within.push(exact);
            left_out += usize::from(exact);
        }
        if left_out == 0 {
            text.push_str(shown);
            text.push(' ');
        }
    }
    text
}

/// The pages that a page links to, without what only filters or sorts them anew.
fn links(html: &str) -> impl Iterator<Item = String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    let own = links.filter(|link| {
        link.starts_with('/') && ![".json", ".csv", "/api/", "/receipt/", "/attachment/", "/assets"].iter().any(|not| link.contains(not))
    });
    own.map(|link| link.replace("&amp;", "&")).collect::<Vec<_>>().into_iter()
}

#[tokio::test]
async fn no_page_shows_a_code_where_its_label_could_stand() {
    let mut county = story::county();
    let target = |log: &str, index: usize, county: &county::County| {
        let holdings = county.holdings();
        let id = holdings.logs()[&origin(log)].entries()[index].entry.as_ref().unwrap().statement.id();
        format!("{{\"id\":\"{id}\",\"index\":{index},\"log\":\"{}\"}}", origin(log))
    };
    let first_of = |id: &str, kind: &str, log: &str, county: &county::County| {
        let holdings = county.holdings();
        let is = |held: &luodi_explorer::source::HeldEntry| {
            let statement = held.entry.as_ref().unwrap().statement.statement();
            statement.kind.as_str() == kind && statement.matter.is_some_and(|matter| matter.to_string() == id)
        };
        holdings.logs()[&origin(log)].entries().iter().position(is).unwrap()
    };
    let (of_done, of_claimed) = (first_of(DONE, "topic", VILLAGE, &county), first_of(CLAIMED, "topic", OTHER, &county));
    for (log, id, changes, index) in [
        (VILLAGE, DONE, r#"{"new":"irrigation","old":"public-welfare","path":"category"}"#, of_done),
        (OTHER, CLAIMED, r#"{"new":"law-requires","old":"party-asks","path":"basis"}"#, of_claimed),
    ] {
        let facts = format!("{{\"changes\":[{changes}],\"target\":{}}}", target(log, index, &county));
        county.add(
            log,
            &[office(log, "committee")],
            "correction",
            Some(id.parse().unwrap()),
            Facts::parse(&facts).unwrap(),
            &Words::default(),
            now(),
        );
    }
    let site = county.site();

    let codes: BTreeSet<&str> = lists().iter().flat_map(|list| list.codes.iter().map(|code| code.code)).collect();
    let said: String = lists().iter().flat_map(|list| list.codes.iter().map(|code| format!("{} ", code.en))).collect();
    // Words of Chinese pages that a list has too: what is compared by machines, and the kind that no version knows.
    let meant = ["checkpoint", "policy"];
    let (mut seen, mut next): (BTreeSet<String>, VecDeque<String>) = (BTreeSet::new(), VecDeque::new());
    next.extend(["/".to_owned(), format!("/county/{COUNTY}"), format!("/matter/{DONE}/versions"), format!("/matter/{CLAIMED}/versions")]);
    next.extend(["/nodes", "/rules", "/help"].map(ToOwned::to_owned));
    for (origin, log) in county.holdings().logs() {
        next.extend((0..log.entries().len()).map(|index| format!("/log/{}/{index}", origin.division)));
    }
    let mut raw = BTreeSet::new();
    while let Some(path) = next.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() < 5000, "pages without end");
        let (status, html) = pages_of::get(&site, &path).await;
        if status != axum::http::StatusCode::OK {
            continue;
        }
        next.extend(links(&html).filter(|link| !["lang=", "mode="].iter().any(|look| link.contains(look)) && !seen.contains(link)));
        let text = in_words(&html);
        for word in text.split(|each: char| !each.is_ascii_alphanumeric() && !"-._/:+=".contains(each)) {
            if codes.contains(word) && !meant.contains(&word) {
                raw.insert(format!("{path}: {word}"));
            }
        }
        let english = in_words(&page(&site, &pages_of::with(&path, "lang=en")).await);
        for word in english.split(|each: char| !each.is_ascii_alphanumeric() && each != '-') {
            if word.contains('-') && codes.contains(word) && !said.contains(word) {
                raw.insert(format!("{path} in English: {word}"));
            }
        }
    }
    assert!(seen.len() > 150, "{}", seen.len());
    assert!(raw.is_empty(), "{} of {}: {raw:#?}", raw.len(), seen.len());
}
