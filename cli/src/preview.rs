//! What a statement says, in words, before anybody signs or sends it.

use luodi_ledger::facts::Value;
use luodi_ledger::statement::Statement;

use crate::language::{Language, say};

/// The statement as a person reads it: who, what, about what, when; then the facts and the words.
pub(crate) fn preview(statement: &Statement, body: Option<&[u8]>, language: Language) -> String {
    let Statement { log, kind, time, .. } = statement;
    let by: Vec<String> = statement.by.iter().map(|office| format!("{} {}", office.division, office.office)).collect();
    let by = by.join(language.pick("、", ", "));
    let mut out = say!(
        language,
        "种类　{kind}\n签署　{by}\n账本　{log}\n时间　{time}\n",
        "kind    {kind}\nsigned  {by}\nlog     {log}\ntime    {time}\n"
    );
    if let Some(matter) = statement.matter {
        out += &say!(language, "事项　{matter}\n", "matter  {matter}\n");
    }
    for (field, value) in statement.facts.fields() {
        out += &format!("  {field}: {}\n", shown(value));
    }
    let words = body.and_then(|bytes| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).ok());
    for (field, value) in words.iter().flatten().filter(|(field, _)| *field != "nonce") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out += &format!("  {field}: {value}\n");
    }
    out
}

fn shown(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
