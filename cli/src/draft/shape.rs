//! The shape that a kind gives its facts, read from its published schema, so that a draft is held to the very fields a node holds it to.
//!
//! Out of scope: what one field means for another, which `ledger::matter::check` judges.

use serde_json::Value;

/// The part of a schema that describes one field.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'s> {
    whole: &'s Value,
    at: &'s Value,
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// One of these words.
    Code(Vec<String>),
    /// A day.
    Date,
    /// An amount in fen.
    Fen,
    /// A whole number.
    Number,
    /// A text of another kind: an id, a hash, a key.
    Text,
    /// `{ log, index, id }`.
    Reference,
    /// Several of one shape.
    List,
    /// Fields of its own.
    Section,
    /// Whatever facts hold, as in a correction.
    Any,
}

impl<'s> Shape<'s> {
    /// The shape of all facts of a kind.
    pub(crate) fn of(schema: &'s Value) -> Self {
        Self { whole: schema, at: schema }
    }

    /// Follows a reference to where it is defined, keeping the schema whole.
    fn at(&self, mut at: &'s Value) -> Self {
        while let Some(name) = at.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/")) {
            at = &self.whole["$defs"][name];
        }
        Self { whole: self.whole, at }
    }

    /// The names of its fields.
    pub(crate) fn fields(&self) -> Vec<&'s str> {
        self.at.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// One of its fields.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        self.at.get("properties")?.get(name).map(|at| self.at(at))
    }

    /// Whether a field must be there.
    pub(crate) fn needs(&self, name: &str) -> bool {
        self.at.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|each| each == name))
    }

    /// What each item of a list looks like.
    pub(crate) fn items(&self) -> Option<Self> {
        self.at.get("items").map(|at| self.at(at))
    }

    /// Such as what, where the schema says so.
    pub(crate) fn example(&self) -> Option<&'s str> {
        let of = |at: &'s Value| at.get("examples").and_then(|examples| examples.get(0)).and_then(Value::as_str);
        let any = || self.at.get("anyOf").and_then(Value::as_array).into_iter().flatten().find_map(|at| of(self.at(at).at));
        of(self.at).or_else(any)
    }

    /// What stands there.
    pub(crate) fn holds(&self) -> Holds {
        if let Some(choices) = self.at.get("oneOf").and_then(Value::as_array) {
            return Holds::Code(choices.iter().filter_map(|choice| choice.get("const")?.as_str().map(ToOwned::to_owned)).collect());
        }
        // A list that other words may join.
        if self.at.get("anyOf").is_some() {
            return Holds::Text;
        }
        let described = |words: &str| self.at.get("description").and_then(Value::as_str).is_some_and(|text| text.contains(words));
        match self.at.get("type").and_then(Value::as_str) {
            Some("string") if self.at.get("format").is_some_and(|format| format == "date") => Holds::Date,
            Some("string") => Holds::Text,
            Some("integer") if described("in fen") => Holds::Fen,
            Some("integer") => Holds::Number,
            Some("array") => Holds::List,
            Some("object") if self.fields() == ["id", "index", "log"] => Holds::Reference,
            Some("object") => Holds::Section,
            _ => Holds::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use luodi_ledger::matter::codes::{CodeList as _, KindCode};
    use luodi_ledger::schema;

    use super::*;

    fn held(kind: KindCode, path: &[&str]) -> Holds {
        let schema = schema::of_kind(kind);
        let mut at = Shape::of(&schema);
        for step in path {
            at = if *step == "0" { at.items().unwrap() } else { at.field(step).unwrap() };
        }
        at.holds()
    }

    #[test]
    fn what_stands_in_a_field_is_told_from_the_schema() {
        assert_eq!(held(KindCode::Plan, &["due"]), Holds::Date);
        assert_eq!(held(KindCode::Plan, &["budget"]), Holds::Fen);
        assert_eq!(held(KindCode::Plan, &["commitment"]), Holds::Text);
        assert_eq!(held(KindCode::Step, &["round"]), Holds::Number);
        assert_eq!(held(KindCode::Step, &["tallies", "0"]), Holds::Section);
        assert_eq!(held(KindCode::Step, &["tallies", "0", "options"]), Holds::List);
        assert_eq!(held(KindCode::Void, &["target"]), Holds::Reference);
        assert_eq!(held(KindCode::Correction, &["changes", "0", "old"]), Holds::Any);
        assert!(matches!(held(KindCode::Verification, &["verdict"]), Holds::Code(codes) if codes == ["accepted", "partly", "rejected"]));
        assert!(matches!(held(KindCode::Outcome, &["commitments", "0", "source"]), Holds::Code(codes) if codes.len() == 9));
    }

    #[test]
    fn every_field_of_every_kind_has_a_shape() {
        fn walk(at: &Shape<'_>, path: &str) {
            for name in at.fields() {
                let field = at.field(name).unwrap();
                let path = format!("{path}.{name}");
                match field.holds() {
                    Holds::List => walk(&field.items().unwrap_or_else(|| panic!("{path}")), &path),
                    Holds::Section => walk(&field, &path),
                    Holds::Any => assert!(path.starts_with("correction.changes."), "{path}"),
                    Holds::Code(codes) => assert!(!codes.is_empty(), "{path}"),
                    _ => {}
                }
            }
        }
        for kind in KindCode::ALL {
            walk(&Shape::of(&schema::of_kind(*kind)), kind.as_str());
        }
    }
}
