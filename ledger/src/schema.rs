//! JSON Schemas (draft 2020-12) of what statements hold, made from the types that read them; and the code lists as data.
//!
//! They describe what a home node takes in: a field or a code they do not name is refused at publishing. Readers are more tolerant: what a
//! later version adds to a log is kept and shown raw. What one field means for another (counts that cannot be true, a promise without a
//! date) no schema says; [`crate::matter::check`] does.
//!
//! Out of scope: serving them. Invariant: pure functions of this version, the same bytes each time.

mod sample;

use std::borrow::Cow;

pub use sample::samples;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::facts;
use crate::hash::Blake3;
use crate::key::VerifierKey;
use crate::matter::codes::{About, BodyCode, CodeList, Coded, KindCode, List, OfficeCode, Word, lists};
use crate::matter::facts::{Bearer, FactPath, Fen, LogPlace, LogSizes, Said};
use crate::matter::labels::Label;
use crate::matter::words::Words;
use crate::merkle::Hash;
use crate::names::{Division, Federation, MatterId, OfficeName, Origin};
use crate::registry::{AppointFacts, CharterFacts, DivisionFacts, RevokeFacts};

/// Integers that facts may hold: within ±(2^53−1), which a reader in any language holds exactly.
const INTEGER: i64 = (1 << 53) - 1;

/// The kinds with their labels, what each is about, and where its schema stands beside this index.
pub fn index() -> Value {
    let kinds = KindCode::ALL.iter().map(|kind| {
        let about = match kind.about() {
            About::Registry => "registry",
            About::Matter => "matter",
            About::Division => "division",
            About::Statement => "statement",
            About::Logs => "logs",
        };
        json!({"kind": kind.as_str(), "zh": kind.zh(), "en": kind.en(), "about": about, "facts": format!("schemas/{kind}")})
    });
    json!({"kinds": kinds.collect::<Vec<_>>(), "body": format!("schemas/{BODY}"), "codes": "codes"})
}

/// What the schema of the body is called where schemas go by name.
pub const BODY: &str = "body";

/// The schema of that name: a kind's facts, or the body.
pub fn named(name: &str) -> Option<Value> {
    match name {
        BODY => Some(body()),
        kind => kind.parse().ok().map(of_kind),
    }
}

/// The schema of the facts of a kind.
pub fn of_kind(kind: KindCode) -> Value {
    let mut generator = generator();
    let schema = Said::schema(kind, &mut generator).unwrap_or_else(|| of_registry(kind, &mut generator));
    let mut whole = whole(schema, &mut generator, &format!("{} / {}", kind.zh(), kind.en()));
    close(&mut whole);
    whole
}

fn of_registry(kind: KindCode, generator: &mut SchemaGenerator) -> Schema {
    match kind {
        KindCode::Charter => CharterFacts::json_schema(generator),
        KindCode::Appoint => AppointFacts::json_schema(generator),
        KindCode::Revoke => RevokeFacts::json_schema(generator),
        KindCode::Division => DivisionFacts::json_schema(generator),
        // Every other kind is one that `Said` has.
        _ => Schema::default(),
    }
}

/// The schema of a body: the words of any kind. Fields it does not name are kept.
pub fn body() -> Value {
    let mut generator = generator();
    // Under its own name, for the words in English are words again.
    let schema = generator.subschema_for::<Words>();
    whole(schema, &mut generator, "正文 / Words")
}

/// Every code list with its labels.
pub fn codes() -> Vec<List> {
    lists()
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

fn whole(schema: Schema, generator: &mut SchemaGenerator, title: &str) -> Value {
    let mut fields = match schema.to_value() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    fields.insert("title".to_owned(), title.into());
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        fields.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let mut whole = Value::Object(fields);
    tidy(&mut whole);
    whole
}

/// Takes out what facts never hold: `null` (an absent field is left out) and integers beyond ±(2^53−1).
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(tidy);
            fields.remove("default");
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|each| each != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    fields.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|each| each != "null"));
                if let [Value::Object(one)] = choices.as_slice() {
                    let one = one.clone();
                    fields.remove("anyOf");
                    for (key, value) in one {
                        fields.entry(key).or_insert(value);
                    }
                }
            }
            if fields.get("type").is_some_and(|each| each == "integer") {
                fields.remove("format");
                fields.entry("minimum").or_insert((-INTEGER).into());
                fields.entry("maximum").or_insert(INTEGER.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Closes every object that names its fields: at publishing, a field it does not name is refused.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.contains_key("properties") && fields.get("type").is_some_and(|each| each == "object") {
                fields.entry("additionalProperties").or_insert(false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The definition in `whole` that a schema points to, or itself.
pub(crate) fn resolved<'s>(whole: &'s Value, schema: &'s Value) -> &'s Value {
    schema.get("$ref").and_then(Value::as_str).and_then(|name| whole.pointer(name.strip_prefix('#')?)).unwrap_or(schema)
}

/// The schemas that one offers to choose from.
pub(crate) fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|choice| schema.get(choice)?.as_array()).flatten()
}

/// What a code list is called among definitions.
pub(crate) fn name_of<L: CodeList>() -> Cow<'static, str> {
    Cow::Owned(L::NAME.replace(' ', "-"))
}

/// A code list as a choice of words, each with its labels.
pub(crate) fn of_codes<L: CodeList + Label>() -> Schema {
    let choices: Vec<Value> =
        L::ALL.iter().map(|code| json!({"const": code.as_str(), "title": format!("{} / {}", code.zh(), code.en())})).collect();
    json_schema!({"oneOf": choices})
}

impl<L: CodeList + Label> JsonSchema for Coded<L> {
    fn schema_name() -> Cow<'static, str> {
        name_of::<L>()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        of_codes::<L>()
    }
}

/// A list that words outside it may join: every word it has, each with its labels, or any other word.
pub(crate) fn open<L: CodeList + Label>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [generator.subschema_for::<Coded<L>>(), generator.subschema_for::<Word>()]})
}

impl JsonSchema for Bearer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("bearer")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            generator.subschema_for::<Coded<OfficeCode>>(),
            generator.subschema_for::<Coded<BodyCode>>(),
            {
                "type": "string",
                "pattern": "^([0-9]{12}/)?[a-z]([a-z0-9-]{0,30}[a-z0-9])?$",
                "description": "An office of the matter's division, or <division>/<office>.",
                "examples": ["410721101000/government"],
            },
        ]})
    }
}

/// Types that are one text in their one spelling.
macro_rules! texts {
    ($($type:ty, $pattern:literal, $what:literal, $example:expr;)+) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern, "description": $what, "examples": [$example]})
            }
        }
    )+};
}

/// Sixty-four hexadecimal digits, and a root.
const ZEROS: (&str, &str) =
    ("0000000000000000000000000000000000000000000000000000000000000000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
/// A public key of an office that nobody has, under a name of no federation.
const SOME_KEY: &str = "a.example/410721101201/committee+8f42d5ab+AZeOVJUD4e3RPHGUOZK38ZQn4rqmjoFa2gqOYlJ3QjOo";

texts! {
    Word, "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", "A lowercase word of at most 32 letters, digits and inner hyphens.", "c1";
    FactPath, r"^[a-z][a-z0-9-]*(\.([a-z][a-z0-9-]*|0|[1-9][0-9]{0,3}))*$", "Keys and positions from 0, joined by dots.", "commitments.0.due";
    LogPlace, "^[0-9]{12}/[1-9][0-9]*$", "<division>/<generation>.", "410721101201/1";
    Division, "^[0-9]{12}$", "A 12-digit statistical division code.", "410721101201";
    Federation, "^[a-z0-9.:/_-]{1,128}$", "A federation's name.", "a.example";
    Origin, "^[a-z0-9.:/_-]{1,128}/log/[0-9]{12}/[1-9][0-9]*$", "A log: <federation>/log/<division>/<generation>.", "a.example/log/410721101201/1";
    OfficeName, "^[a-z0-9.:/_-]{1,128}/[0-9]{12}/[a-z][a-z0-9-]*$", "An office: <federation>/<division>/<office>.", "a.example/410721101201/committee";
    MatterId, "^[0-9]{12}-[0-9]{4}-[0-9]{4,10}$", "A matter: <division>-<year>-<number>.", "410721101201-2026-0001";
    Blake3, "^[0-9a-f]{64}$", "A BLAKE3 hash in 64 hexadecimal digits.", ZEROS.0;
    Hash, "^[A-Za-z0-9+/]{43}=$", "A SHA-256 hash in base64.", ZEROS.1;
    VerifierKey, r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$", "A C2SP verifier key.", SOME_KEY;
    crate::attachment::Media, "^[a-z0-9.+-]+/[a-z0-9.+-]+$", "A media type.", "image/jpeg";
    crate::attachment::Access, "^[a-z][a-z0-9-]*$", "`public` or `sealed`.", "public";
}

impl JsonSchema for Fen {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("fen")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": Self::MOST.0, "description": "An amount in fen (分), a hundredth of a yuan."})
    }
}

impl JsonSchema for LogSizes {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("log-sizes")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "How far each log was read, by <division>/<generation>.",
            "additionalProperties": {"type": "integer", "minimum": 0},
        })
    }
}

impl JsonSchema for facts::Value {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("fact")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["boolean", "integer", "string", "array", "object"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_the_body_have_a_schema_with_descriptions() {
        for kind in KindCode::ALL {
            let schema = of_kind(*kind);
            let fields = schema["properties"].as_object().unwrap_or_else(|| panic!("{kind}: {schema}"));
            assert!(!fields.is_empty() && schema["additionalProperties"] == false, "{kind}");
            for (field, of) in fields {
                assert!(of["description"].is_string(), "{kind}.{field}: {of}");
            }
            assert_eq!(named(kind.as_str()), Some(schema));
        }
        assert!(named(BODY).is_some() && named("horoscope").is_none());
        assert_eq!(index()["kinds"].as_array().unwrap().len(), KindCode::ALL.len());
    }

    #[test]
    fn facts_know_no_null_and_no_integer_that_some_reader_rounds() {
        for kind in KindCode::ALL {
            let text = of_kind(*kind).to_string();
            assert!(!text.contains("null"), "{kind}: {text}");
            assert!(!text.contains("format\":\"uint"), "{kind}: {text}");
        }
    }

    #[test]
    fn a_code_bears_its_labels() {
        let verdict = of_kind(KindCode::Verification)["$defs"]["verdicts"].clone();
        assert_eq!(verdict["oneOf"][0], json!({"const": "accepted", "title": "核实通过 / accepted"}));
    }
}
