//! Every decoder over changed golden vectors: no panic, and what is read is written back unchanged.

#[expect(unreachable_pub, reason = "a crate of its own under fuzz/")]
#[path = "../../fuzz/src/lib.rs"]
mod decoders;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;

/// All inputs of all golden vectors, accepted and refused, and the rule packs that ship.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut seeds = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        collect(&serde_json::from_str(&text).unwrap_or_default(), &mut seeds);
    }
    for pack in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/rules")).unwrap() {
        seeds.push(fs::read(pack.unwrap().path()).unwrap());
    }
    assert!(seeds.len() > 100, "only {} seeds found", seeds.len());
    seeds.sort();
    seeds
});

fn collect(value: &Value, seeds: &mut Vec<Vec<u8>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, seeds)),
        Value::Object(fields) => {
            seeds.extend(fields.get("text").and_then(Value::as_str).map(|text| text.as_bytes().to_vec()));
            seeds.extend(fields.get("base64").and_then(Value::as_str).map(|text| STANDARD.decode(text).unwrap()));
            fields.values().for_each(|field| collect(field, seeds));
        }
        _ => {}
    }
}

/// One change; positions are taken modulo the length.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Set(usize, u8),
    Insert(usize, u8),
    Delete(usize, usize),
    Repeat(usize, usize),
    /// The rest comes from another seed.
    Graft(usize, prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    // Bytes with a meaning in some format come up more often than by chance.
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(b"\n 0\"{}[]+=x/.\xe2".to_vec())];
    prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        (place(), byte()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), byte()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        (place(), 1..40_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (place(), any::<prop::sample::Index>(), place()).prop_map(|(at, seed, from)| Change::Graft(at, seed, from)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len().max(1);
    let tail = |at: usize, count: usize| at % length..(at % length).saturating_add(count).min(bytes.len());
    match *change {
        Change::Flip(at, bit) => bytes.iter_mut().skip(at % length).take(1).for_each(|byte| *byte ^= bit),
        Change::Set(at, new) => bytes.iter_mut().skip(at % length).take(1).for_each(|byte| *byte = new),
        Change::Insert(at, new) => bytes.insert(at % (bytes.len() + 1), new),
        Change::Delete(at, count) => drop(bytes.drain(tail(at, count).start.min(bytes.len())..tail(at, count).end)),
        Change::Repeat(at, count) => {
            let range = tail(at, count);
            let piece = bytes.get(range.clone()).unwrap_or_default().to_vec();
            bytes.splice(range.start.min(bytes.len())..range.start.min(bytes.len()), piece);
        }
        Change::Graft(at, ref seed, from) => {
            let other = seed.get(&SEEDS);
            bytes.truncate(at % length);
            bytes.extend_from_slice(&other[from % other.len().max(1)..]);
        }
    }
}

fn decode_all(bytes: &[u8]) {
    for (_, decode) in decoders::DECODERS {
        decode(bytes);
    }
}

#[test]
fn every_vector_goes_through_every_decoder() {
    SEEDS.iter().for_each(|seed| decode_all(seed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_vector_makes_a_decoder_panic_or_repair(
        seed in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..5)
    ) {
        let mut bytes = seed.get(&SEEDS).clone();
        for change in &changes {
            apply(&mut bytes, change);
        }
        decode_all(&bytes);
    }
}
