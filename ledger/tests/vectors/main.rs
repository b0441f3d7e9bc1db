//! Golden vectors: `tests/vectors/*.json`, for every format inputs to accept, with what they say, and inputs to refuse.
//!
//! They are plain JSON so that an implementation in any language can use them; README.md beside them explains the fields. To write them anew
//! after a change of format that is meant: `cargo test -p luodi-ledger --test vectors -- --ignored write_the_vectors`. To fill the seed
//! corpus of the fuzz targets: `… -- --ignored write_the_seeds`.

mod made;
mod refused;
mod said;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi_ledger::Refused;
use luodi_ledger::entry::Link;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::merkle::{Hash, verify_consistency, verify_inclusion};
use luodi_ledger::note::Note;
use luodi_ledger::tile::{BundleId, TileId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The name of the vector that `verify_batch` would accept.
pub(crate) const CRAFTED: &str = "a crafted signature that verify_batch accepts";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// An input for a decoder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    name: String,
    text: Option<String>,
    base64: Option<String>,
    #[serde(default)]
    keys: Vec<VerifierKey>,
    origin: Option<String>,
    federation: Option<String>,
    says: Option<Value>,
    fault: Option<String>,
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(encoded)) => STANDARD.decode(encoded).unwrap(),
            _ => panic!("{}: text or base64 wanted", self.name),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decoding {
    accepted: Vec<Case>,
    refused: Vec<Case>,
}

/// A proof, with whether it holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inclusion {
    name: String,
    index: u64,
    size: u64,
    leaf: String,
    root: String,
    proof: Vec<String>,
    valid: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consistency {
    name: String,
    old: u64,
    new: u64,
    old_root: String,
    new_root: String,
    proof: Vec<String>,
    valid: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    leaves: u64,
    tiles: Vec<String>,
    bundles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    text: String,
    counts: bool,
}

fn hash(text: &str) -> Hash {
    text.parse().unwrap()
}

fn hashes(texts: &[String]) -> Vec<Hash> {
    texts.iter().map(|text| hash(text)).collect()
}

fn check(file: &str) {
    match file {
        "inclusion.json" => {
            for case in read::<Cases<Inclusion>>(file).cases {
                let found = verify_inclusion(hash(&case.leaf), case.index, case.size, hash(&case.root), &hashes(&case.proof));
                assert_eq!(found.is_ok(), case.valid, "{file}: {}: {found:?}", case.name);
            }
        }
        "consistency.json" => {
            for case in read::<Cases<Consistency>>(file).cases {
                let found = verify_consistency(case.old, hash(&case.old_root), case.new, hash(&case.new_root), &hashes(&case.proof));
                assert_eq!(found.is_ok(), case.valid, "{file}: {}: {found:?}", case.name);
            }
        }
        "tiles-of-a-size.json" => {
            for case in read::<Cases<Size>>(file).cases {
                assert_eq!(TileId::between(0, case.leaves).map(|id| id.to_string()).collect::<Vec<_>>(), case.tiles);
                assert_eq!(BundleId::between(0, case.leaves).map(|id| id.to_string()).collect::<Vec<_>>(), case.bundles);
            }
        }
        "chain.json" => {
            let mut link = Link::start();
            for step in read::<Chain>(file).steps {
                let found = link.step(step.text.as_bytes());
                assert_eq!(found.is_ok(), step.counts, "{file}: {}: {found:?}", step.name);
            }
        }
        _ => {
            let vectors: Decoding = read(file);
            for case in vectors.accepted {
                let said = said::by(file, &case).unwrap_or_else(|error| panic!("{file}: {}: {error}", case.name));
                assert_eq!(Some(said), case.says, "{file}: {}", case.name);
            }
            for case in vectors.refused {
                let fault = said::by(file, &case).err().map(|refused| fault(&refused).to_owned());
                assert_eq!(fault, case.fault, "{file}: {}", case.name);
                assert!(fault.is_some(), "{file}: {} is read", case.name);
            }
        }
    }
}

/// Why an input is refused: its form, or a check of a well-formed one. So a vector cannot pass for another reason than its own.
fn fault(refused: &Refused) -> &'static str {
    match refused {
        Refused::Malformed(_) => "malformed",
        Refused::Rejected(_) => "rejected",
    }
}

/// The files as they are made here, with what each accepted input says and what is wrong with each refused one.
fn made() -> Vec<(&'static str, Value)> {
    let mut files = made::files();
    for (file, content) in &mut files {
        for case in content.get_mut("accepted").and_then(Value::as_array_mut).into_iter().flatten() {
            let read: Case = serde_json::from_value(case.clone()).unwrap();
            case["says"] = said::by(file, &read).unwrap_or_else(|error| panic!("{file}: {}: {error}", read.name));
        }
        for case in content.get_mut("refused").and_then(Value::as_array_mut).into_iter().flatten() {
            let read: Case = serde_json::from_value(case.clone()).unwrap();
            let refused = said::by(file, &read).expect_err(&format!("{file}: {}", read.name));
            case["fault"] = fault(&refused).into();
        }
    }
    files
}

fn written(content: &Value) -> String {
    serde_json::to_string_pretty(content).unwrap() + "\n"
}

#[test]
fn every_vector_is_read_and_judged_as_it_says() {
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let known: BTreeSet<String> = made::files().iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(found, known, "a file nobody reads, or one that is missing");
    for file in &found {
        check(file);
    }
}

#[test]
fn the_vectors_are_what_this_code_makes() {
    for (file, content) in made() {
        let held = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(held == written(&content), "{file} is not what the code makes; if that is meant, write the vectors anew (see above)");
    }
}

#[test]
fn the_examples_in_the_format_are_vectors() {
    let format = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("FORMAT.md")).unwrap();
    let mut found = 0;
    for example in format.split("```example ").skip(1) {
        let (file, rest) = example.split_once('\n').unwrap();
        let (text, _) = rest.split_once("\n```").unwrap();
        let vectors: Decoding = read(file);
        let known = vectors.accepted.iter().any(|case| case.text.as_deref().is_some_and(|known| known.trim_end() == text));
        assert!(known, "the example of {file} in FORMAT.md is no accepted vector");
        found += 1;
    }
    assert_eq!(found, format.matches("\n```example").count());
    assert!(found >= 8);
}

#[test]
fn the_first_vector_is_the_example_of_the_specification() {
    let vectors: Decoding = read("note.json");
    let first = &vectors.accepted[0];
    assert_eq!(first.keys[0].to_string(), "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    let note = Note::parse(&first.bytes()).unwrap();
    assert_eq!(note.verify(&first.keys).unwrap().len(), 1);
    // A reader that we did not write agrees.
    let theirs = signed_note::Note::from_bytes(&first.bytes()).unwrap();
    let verifier = signed_note::StandardVerifier::new(&first.keys[0].to_string()).unwrap();
    assert_eq!(theirs.verify(&signed_note::VerifierList::new(vec![Box::new(verifier)])).unwrap().0.len(), 1);
}

/// Batch verification accepts this note, so a node that used it would hold what all others refuse: the log would fork among honest nodes.
#[test]
fn single_verification_refuses_what_batch_verification_lets_through() {
    let vectors: Decoding = read("note.json");
    let case = vectors.refused.iter().find(|case| case.name == CRAFTED).unwrap();
    let note = Note::parse(&case.bytes()).unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(case.keys[0].public_bytes()).unwrap();
    assert!(!key.is_weak());
    let signature = ed25519_dalek::Signature::from_slice(&note.signatures()[0].payload).unwrap();
    ed25519_dalek::verify_batch(&[note.text().as_bytes()], &[signature], &[key]).expect("the batch accepts it");
    assert!(case.keys[0].verify(note.text(), &note.signatures()[0].payload).is_err());
    assert!(note.verify(&case.keys).is_err());
}

#[test]
#[ignore = "writes tests/vectors anew; run it when a change of format is meant"]
fn write_the_vectors() {
    fs::create_dir_all(folder()).unwrap();
    for (file, content) in made() {
        fs::write(folder().join(file), written(&content)).unwrap();
    }
}

#[test]
#[ignore = "fills fuzz/corpus, which is not kept"]
fn write_the_seeds() {
    for (file, content) in made() {
        let name = file.trim_end_matches(".json").replace('-', "_");
        // A cosigned checkpoint is a checkpoint.
        let corpus = folder().join("../../fuzz/corpus").join(name.replace("cosignature", "checkpoint"));
        let cases = ["accepted", "refused"].into_iter().filter_map(|list| content.get(list)).filter_map(Value::as_array).flatten();
        for (number, case) in cases.enumerate() {
            fs::create_dir_all(&corpus).unwrap();
            let case: Case = serde_json::from_value(case.clone()).unwrap();
            fs::write(corpus.join(format!("{name}-{number}")), case.bytes()).unwrap();
        }
    }
}
