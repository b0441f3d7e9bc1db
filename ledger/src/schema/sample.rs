//! Facts that a schema allows, made from it: for tests of whoever shows facts, so that no field and no code is forgotten.

use serde_json::{Map, Value, json};

use super::{choices, of_kind, resolved};
use crate::matter::codes::KindCode;

/// Facts of a kind: every field is there, every code of every list in one of them.
pub fn samples(kind: KindCode) -> Vec<Value> {
    let whole = of_kind(kind);
    let mut longest = 1;
    let first = sample(&whole, &whole, 0, &mut longest);
    let mut all = vec![first];
    all.extend((1..longest).map(|turn| sample(&whole, &whole, turn, &mut 0)));
    all
}

/// One value; of a list the code whose turn it is. `longest` grows to the most turns that a list needs.
fn sample(whole: &Value, schema: &Value, turn: usize, longest: &mut usize) -> Value {
    let mut codes = Vec::new();
    listed(whole, schema, &mut codes);
    *longest = (*longest).max(codes.len());
    if let Some(code) = codes.get(turn.checked_rem(codes.len()).unwrap_or_default()) {
        return (*code).clone();
    }
    let schema = resolved(whole, schema);
    if let Some(one) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return one.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => {
            let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            Value::Object(fields.map(|(key, field)| (key.clone(), sample(whole, field, turn, longest))).collect::<Map<_, _>>())
        }
        Some("array") => json!([sample(whole, schema.get("items").unwrap_or(&Value::Null), turn, longest)]),
        Some("integer") => schema.get("minimum").and_then(Value::as_i64).map_or(json!(3), |least| json!(least.max(3))),
        Some("boolean") => json!(true),
        _ => match schema.get("format").and_then(Value::as_str) {
            Some("date") => json!("2026-03-31"),
            _ => json!("As it stands"),
        },
    }
}

/// The codes of every list that a schema offers.
fn listed<'s>(whole: &'s Value, schema: &'s Value, codes: &mut Vec<&'s Value>) {
    let schema = resolved(whole, schema);
    codes.extend(schema.get("const"));
    for choice in choices(schema) {
        listed(whole, choice, codes);
    }
}
