//! Statements, entries, and what a log holds of them.

use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_ledger::tile::encode_entries;
use serde_json::{Value, json};

use super::{COMMITTEE, ORIGIN, SUPERVISORS, at, key, trusting};
use crate::refused::Spoil;

fn statement_text() -> String {
    format!(
        "luodi/statement/v1\nlog {ORIGIN}\nby {COMMITTEE}\nby {SUPERVISORS}\nkind outcome\nmatter 990101001201-2026-0007\ntime {}\n\
         facts {{\"result\":\"consensus\",\"round\":1}}\nbody {} 13\n",
        at(0),
        Blake3::of(b"{\"words\":\"x\"}")
    )
}

fn sign(text: &str) -> Vec<u8> {
    Statement::parse(text).unwrap().sign(&[key(COMMITTEE, 5), key(SUPERVISORS, 6)]).unwrap().to_bytes()
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

pub(super) fn statement() -> Value {
    let text = utf8(sign(&statement_text()));
    let file = Spoil::of("an outcome signed by two offices", &text)
        .also(
            "without matter and body",
            &utf8(sign(
                &statement_text()
                    .split_inclusive('\n')
                    .filter(|line| !line.starts_with("matter") && !line.starts_with("body"))
                    .collect::<String>(),
            )),
        )
        .also("a kind nobody knows", &utf8(sign(&statement_text().replace("kind outcome", "kind something-new"))))
        .replace("another version", "statement/v1", "statement/v2")
        .replace("another word, not signed", "\"round\":1", "\"round\":2")
        .replace("no signer", &format!("by {COMMITTEE}\nby {SUPERVISORS}\n"), "")
        .replace("a signer whose line is missing", &format!("by {SUPERVISORS}\n"), &format!("by {SUPERVISORS}\nby {SUPERVISORS}2\n"))
        .replace("signers out of order", &format!("by {COMMITTEE}\nby {SUPERVISORS}\n"), &format!("by {SUPERVISORS}\nby {COMMITTEE}\n"))
        .replace("a signature line nobody asked for", &format!("by {COMMITTEE}\n"), "")
        .replace("a kind with a capital", "kind outcome", "kind Outcome")
        .replace("a matter with a spare zero", "-0007", "-00007")
        .replace("a time with a fraction", "11Z", "11.0Z")
        .replace("a time that is not UTC", "11Z", "11+08:00")
        .replace("a body of no bytes", " 13\n", " 0\n")
        .replace("a body of more than 64 KiB", " 13\n", " 65537\n")
        .replace("an empty line before the end of the text", "\nkind", "\n\nkind")
        .replace("fields out of order", "kind outcome\nmatter 990101001201-2026-0007\n", "matter 990101001201-2026-0007\nkind outcome\n")
        .replace("a field that is not there", "\nfacts", "\nwishes {}\nfacts")
        .change("signature lines out of order", |text| {
            let (head, lines) = text.rsplit_once("\n\n").unwrap();
            let (first, second) = lines.split_once('\n').unwrap();
            format!("{head}\n\n{second}{first}\n")
        })
        .file();
    trusting(file, &[key(COMMITTEE, 5).public().clone(), key(SUPERVISORS, 6).public().clone()])
}

fn entry_bytes(link: &Link, second: i64) -> Vec<u8> {
    let statement = SignedStatement::parse(&sign(&statement_text())).unwrap();
    Entry { index: link.index, previous: link.previous, logged: at(second), statement }.to_bytes()
}

pub(super) fn entry() -> Value {
    let mut link = Link::start();
    let first = entry_bytes(&link, 1);
    link.step(&first).unwrap();
    Spoil::of("the second of a log", &utf8(entry_bytes(&link, 2)))
        .also("the first of a log", &utf8(first))
        .replace("another version", "entry/v1", "entry/v2")
        .replace("an index with a zero before it", "index 1", "index 01")
        .replace("an index of 2^63", "index 1", "index 9223372036854775808")
        .replace("a link in capitals", &link.previous.to_string(), &link.previous.to_string().to_uppercase())
        .replace("a link too short", &format!("previous {}", link.previous), &format!("previous {}", &link.previous.to_string()[1..]))
        .replace("a time that is no time", "logged 2026-11-22", "logged 2026-02-30")
        .replace("a line too many", "\nlogged", "\nmore\nlogged")
        .replace("no statement", "luodi/statement/v1", "luodi/something/v1")
        .change("over 16 KiB", |text| text.replace("\"consensus\"", &format!("\"{}\"", "x".repeat(16 * 1024))))
        .change("a byte after the end", |text| format!("{text} "))
        .file()
}

/// A log of leaves that count and leaves that do not.
pub(super) fn chain() -> Value {
    let mut link = Link::start();
    let mut steps = Vec::new();
    let mut step = |name: &str, leaf: &dyn Fn(&Link) -> Vec<u8>, counts: bool| {
        let leaf = leaf(&link);
        assert_eq!(link.step(&leaf).is_ok(), counts, "{name}");
        steps.push(json!({"name": name, "text": utf8(leaf), "counts": counts}));
    };
    step("the first", &|link| entry_bytes(link, 1), true);
    step("logged in the same second", &|link| entry_bytes(link, 1), true);
    step("logged before the one before it", &|link| entry_bytes(link, 0), false);
    step(
        "a link to the last leaf that counted, not to the last leaf",
        &|link| entry_bytes(&Link { previous: Blake3::ZERO, ..*link }, 5),
        false,
    );
    step("a wrong index", &|link| entry_bytes(&Link { index: link.index + 1, ..*link }, 5), false);
    step("no entry at all", &|_| b"anything".to_vec(), false);
    step("the log goes on", &|link| entry_bytes(link, 2), true);
    json!({"steps": steps})
}

pub(super) fn bundle() -> Value {
    let entries = [&b""[..], b"one", "二".as_bytes()];
    let bytes = encode_entries(&entries).unwrap();
    Spoil::of_bytes("three entries, the first empty", &bytes)
        .bytes_also("256 empty entries", &[0; 512])
        .bytes("nothing", b"")
        .bytes("257 entries", &[0; 514])
        .bytes("half a length", &bytes[..bytes.len() - 4])
        .bytes("half an entry", &bytes[..bytes.len() - 1])
        .bytes("a byte after the last entry", &[&bytes[..], b"x"].concat())
        .file()
}
