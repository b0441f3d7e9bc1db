//! What one office, and one visitor, may ask of a node: and what a node that was restarted still knows of it.

use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;
use luodi_tests::{County, now, topic, topic_words};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const VILLAGE: usize = 3;

fn founded(limits: &str) -> County {
    let county = County::found(PROGRAM);
    let path = county.nodes[VILLAGE].folder.join("node.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let (text, _) = text.split_once("[limits]").expect("limits are last");
    std::fs::write(path, format!("{text}[limits]\n{limits}\n")).expect("written");
    county
}

/// A topic of matter `number`, signed for `time`.
fn topic_at(county: &County, number: u32, words: u32, time: Time) -> (String, Option<String>) {
    let key = county.office(VILLAGE, "committee");
    let words = topic_words(words);
    let statement = Statement {
        log: county.nodes[VILLAGE].origin.clone(),
        by: [key.public().name().parse().expect("an office")].into(),
        kind: "topic".parse().expect("a kind"),
        matter: Some(format!("{}-2026-{number:04}", county.nodes[VILLAGE].division).parse().expect("a matter")),
        time,
        facts: topic(),
        body: Some(BodyRef::of(words.as_bytes())),
    };
    (statement.sign(std::slice::from_ref(key)).expect("it signs").note().to_string(), Some(words))
}

#[test]
fn an_office_says_so_much_a_day_and_does_not_go_back_in_time() {
    let mut county = founded("statements_a_day = 3");
    county.open();
    let say = |county: &County, number: u32, words: u32, time: Time| {
        let (status, answer) = county.submit(VILLAGE, &topic_at(county, number, words, time)).expect("the node answers");
        let told = |part: &str| answer["error"][part].as_str().unwrap_or_default().to_owned();
        (status, format!("{}: {}", told("field"), told("why")))
    };
    // The test must not run over midnight of the federation.
    while now().civil_date(8) != now().plus(60).civil_date(8) {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    let time = now().plus(-100);
    assert_eq!(say(&county, 1, 1, time).0, 200);
    for restarted in [false, true] {
        if restarted {
            county.nodes[VILLAGE].kill();
            county.start(VILLAGE);
            county.wait_ready(VILLAGE);
        }
        let (status, why) = say(&county, 1, 2, time.plus(-1));
        assert!(status == 409 && why.contains(&time.to_string()), "{status} {why}");
    }
    assert_eq!(say(&county, 2, 3, time.plus(-1)).0, 200, "another matter");
    assert_eq!(say(&county, 1, 4, time).0, 200, "the same moment");
    for restarted in [false, true] {
        if restarted {
            county.nodes[VILLAGE].kill();
            county.start(VILLAGE);
            county.wait_ready(VILLAGE);
        }
        let (status, why) = say(&county, 3, 5, now());
        assert!(status == 429 && why.contains("committee: the limit of a day") && why.contains("3 statements"), "{status} {why}");
    }
    assert_eq!(say(&county, 1, 1, time).0, 200, "what is logged is answered for, whatever the day has seen");
}

#[test]
fn a_visitor_behind_our_proxy_is_told_to_slow_down_and_others_are_not() {
    let mut county = founded("requests_a_second = 2\ntrusted_proxies = [\"127.0.0.1\"]");
    county.start(VILLAGE);
    let client = reqwest::blocking::Client::new();
    let url = format!("{}/healthz", county.nodes[VILLAGE].base);
    let ask = |visitor: &str| client.get(&url).header("x-forwarded-for", visitor).send();
    county.wait("it answers", || ask("198.51.100.9").is_ok());
    let answers: Vec<u16> = (0..40).map(|_| ask("198.51.100.1").expect("an answer").status().as_u16()).collect();
    assert!(answers[..20].iter().all(|status| *status == 200), "{answers:?}");
    let refused = ask("198.51.100.1").expect("an answer");
    assert_eq!(refused.status().as_u16(), 429, "{answers:?}");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert!(refused.text().expect("text").contains("too many requests"));
    assert_eq!(ask("198.51.100.2").expect("an answer").status().as_u16(), 200);
}
