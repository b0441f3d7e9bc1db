//! Facts told by themselves, outside the sentence of their kind: the name of each in words, and its value as people write it.
//!
//! Out of scope: which facts a kind has (the schemas say). Invariant: a key or a value that is not known here is shown as it stands, never
//! left out.

mod names;
mod told;

use luodi_ledger::facts::Value;
use luodi_ledger::matter::facts::Fen;
use luodi_ledger::time::Date;

pub(super) use told::told;

use super::phrase::Scene;

/// What the fact at a path is called: `commitments.0.due` is 第 1 项承诺 · 期限.
pub(super) fn fact_name(scene: Scene<'_>, path: &str) -> String {
    let look = scene.look;
    let mut names: Vec<String> = Vec::new();
    let mut group = "";
    for part in path.split('.') {
        if let (Ok(position), Some(list)) = (part.parse::<usize>(), names.last_mut()) {
            let number = position.saturating_add(1);
            *list = if look.is_english() { format!("{list} {number}") } else { format!("第 {number} 项{list}") };
        } else {
            names.push(key_name(scene, group, part));
            group = part;
        }
    }
    names.join(" · ")
}

/// What a key is called in the group it stands in.
fn key_name(scene: Scene<'_>, group: &str, key: &str) -> String {
    names::of(group, key).map_or_else(|| key.to_owned(), |words| scene.look.pick(words).to_owned())
}

/// The value of the fact at a path: dates and money as people write them, anything else as it stands.
pub(super) fn fact_value(scene: Scene<'_>, path: &str, value: Option<&Value>) -> String {
    match value {
        None => scene.look.say("（没有）", "(none)").to_owned(),
        Some(Value::Text(text)) => text.parse::<Date>().map_or_else(|_| text.clone(), |date| scene.whole_date(date)),
        Some(Value::Integer(amount)) if Fen::stands_at(path) => {
            u64::try_from(*amount).map_or_else(|_| amount.to_string(), |fen| scene.money(Fen(fen)))
        }
        Some(Value::Integer(number)) => number.to_string(),
        Some(value) => serde_json::to_string(value).unwrap_or_default(),
    }
}
