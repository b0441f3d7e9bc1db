//! A cell of an export: typed, so that each format writes it as its readers expect.

use luodi_ledger::matter::facts::Fen;
use luodi_ledger::matter::labels::Label;
use luodi_ledger::time::{Date, Time};
use serde_json::json;

use crate::language::Language;

/// Signs at which Excel and its like take a text for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A word of a list, and what people see for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) code: String,
    zh: String,
    en: String,
}

impl Shown {
    pub(super) fn of(code: &str, label: &impl Label) -> Self {
        Self { code: code.to_owned(), zh: label.zh().into_owned(), en: label.en().into_owned() }
    }

    pub(super) fn label(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Empty,
    Text(String),
    Code(Shown),
    Codes(Vec<Shown>),
    Day(Date),
    Instant(Time),
    Money(Fen),
    Number(i64),
    Yes(bool),
    /// Facts or a body as signed.
    Json(String),
}

impl Value {
    /// As text for a sheet.
    pub(super) fn text(&self, language: Language) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Json(text) => text.clone(),
            Self::Code(code) => code.label(language).to_owned(),
            Self::Codes(codes) => codes.iter().map(|code| code.label(language)).collect::<Vec<_>>().join(language.pick("、", ", ")),
            Self::Day(day) => day.to_string(),
            Self::Instant(time) => time.to_string(),
            Self::Money(fen) => format!("{}.{:02}", fen.0 / 100, fen.0 % 100),
            Self::Number(number) => number.to_string(),
            Self::Yes(yes) => language.pick(["否", "是"], ["no", "yes"])[usize::from(*yes)].to_owned(),
        }
    }

    /// As text for CSV: what would read as a formula is guarded by an apostrophe.
    pub(super) fn guarded(&self, language: Language) -> String {
        let text = self.text(language);
        let typed = matches!(self, Self::Day(_) | Self::Instant(_) | Self::Money(_) | Self::Number(_));
        if !typed && text.starts_with(FORMULA) { format!("'{text}") } else { text }
    }

    /// As JSON, with codes instead of labels; nothing where nothing is known.
    pub(super) fn json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Empty => return None,
            Self::Text(text) => json!(text),
            Self::Code(code) => json!(code.code),
            Self::Codes(codes) => json!(codes.iter().map(|code| &code.code).collect::<Vec<_>>()),
            Self::Day(day) => json!(day),
            Self::Instant(time) => json!(time),
            Self::Money(fen) => json!(fen.0),
            Self::Number(number) => json!(number),
            Self::Yes(yes) => json!(yes),
            Self::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        })
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

macro_rules! into_value {
    ($($from:ty => $make:expr;)+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                let make: fn($from) -> Value = $make;
                make(value)
            }
        }
    )+};
}
into_value! {
    String => |text| if text.is_empty() { Value::Empty } else { Value::Text(text) };
    &String => |text| Value::from(text.clone());
    Shown => Value::Code;
    Vec<Shown> => |codes| if codes.is_empty() { Value::Empty } else { Value::Codes(codes) };
    Date => Value::Day;
    Time => Value::Instant;
    Fen => Value::Money;
    i64 => Value::Number;
    u32 => |number| Value::Number(number.into());
    u64 => |number| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    usize => |number| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    bool => Value::Yes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_reads_as_a_formula_and_numbers_stay_numbers() {
        for bad in ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(Value::Text(bad.to_owned()).guarded(Language::Chinese), format!("'{bad}"));
        }
        assert_eq!(Value::Text("修路=好".to_owned()).guarded(Language::Chinese), "修路=好");
        assert_eq!(Value::Number(-3).guarded(Language::English), "-3");
        assert_eq!(Value::Money(Fen(1_234_560)).guarded(Language::English), "12345.60");
    }
}
