//! Must-fail vectors, each made from a valid one by one change.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A file of valid and refused inputs under construction.
pub(crate) struct Spoil {
    good: Vec<u8>,
    accepted: Vec<Value>,
    refused: Vec<Value>,
}

fn case(name: &str, bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => json!({"name": name, "text": text}),
        _ => json!({"name": name, "base64": STANDARD.encode(bytes)}),
    }
}

impl Spoil {
    /// Begins with a valid text, which the refused ones are made of.
    pub(crate) fn of(name: &str, good: &str) -> Self {
        Self::of_bytes(name, good.as_bytes())
    }

    pub(crate) fn of_bytes(name: &str, good: &[u8]) -> Self {
        Self { good: good.to_vec(), accepted: vec![case(name, good)], refused: Vec::new() }
    }

    /// One more valid text.
    pub(crate) fn also(self, name: &str, good: &str) -> Self {
        self.bytes_also(name, good.as_bytes())
    }

    pub(crate) fn bytes_also(mut self, name: &str, good: &[u8]) -> Self {
        self.accepted.push(case(name, good));
        self
    }

    /// The first text with the first `old` replaced; an empty `old` stands for its end.
    pub(crate) fn replace(self, name: &str, old: &str, new: &str) -> Self {
        self.change(name, |text| if old.is_empty() { format!("{text}{new}") } else { text.replacen(old, new, 1) })
    }

    /// The first text, changed.
    pub(crate) fn change(self, name: &str, change: impl FnOnce(&str) -> String) -> Self {
        let bad = change(std::str::from_utf8(&self.good).unwrap());
        self.bytes(name, bad.as_bytes())
    }

    /// Bytes to refuse.
    pub(crate) fn bytes(mut self, name: &str, bad: &[u8]) -> Self {
        assert_ne!(bad, self.good, "{name} changes nothing");
        self.refused.push(case(name, bad));
        self
    }

    pub(crate) fn file(self) -> Value {
        json!({"accepted": self.accepted, "refused": self.refused})
    }
}

/// Adds a proof that holds and all that a liar may make of it. `valid` is what a reader must say of each; numbers moved to where the proof
/// has the same shape are left out, for there it may hold.
pub(crate) fn spoil_proof(cases: &mut Vec<Value>, good: &Value, numbers: &[&str], hashes: &[&str]) {
    let mut push = |what: String, case: &Value, valid: bool| {
        let mut case = case.clone();
        case["name"] = json!(format!("{} {} to {} {}: {what}", numbers[0], good[numbers[0]], numbers[1], good[numbers[1]]));
        case["valid"] = json!(valid);
        cases.push(case);
    };
    push("holds".to_owned(), good, true);
    let flip = |text: &Value| {
        let mut bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
        bytes[9] ^= 0x10;
        json!(STANDARD.encode(bytes))
    };
    let length = good["proof"].as_array().unwrap().len();
    for place in 0..length {
        let mut bad = good.clone();
        bad["proof"][place] = flip(&bad["proof"][place]);
        push(format!("a bit of hash {place} flipped"), &bad, false);
    }
    if length > 0 {
        let mut bad = good.clone();
        bad["proof"].as_array_mut().unwrap().remove(0);
        push("the first hash dropped".to_owned(), &bad, false);
    }
    let mut bad = good.clone();
    bad["proof"].as_array_mut().unwrap().push(good[hashes[1]].clone());
    push("a hash appended".to_owned(), &bad, false);
    for field in hashes {
        let mut bad = good.clone();
        bad[*field] = flip(&bad[*field]);
        // From nothing every root is reached.
        push(format!("a bit of {field} flipped"), &bad, *field == "new_root" && good["old"] == 0 && good["new"] != 0);
    }
    if good[hashes[0]] != good[hashes[1]] {
        let mut bad = good.clone();
        bad[hashes[0]] = good[hashes[1]].clone();
        bad[hashes[1]] = good[hashes[0]].clone();
        push("the two hashes swapped".to_owned(), &bad, false);
    }
    let mut bad = good.clone();
    bad[numbers[1]] = json!(good[numbers[1]].as_u64().unwrap() + (1 << 40));
    push(format!("{} larger by 2^40", numbers[1]), &bad, good["old"] == 0);
    let mut bad = good.clone();
    bad[numbers[1]] = json!(u64::MAX);
    push(format!("{} beyond 2^63−1", numbers[1]), &bad, false);
}
