//! All facts of one statement, each with its name in words: codes by their labels, places, offices and matters by their names.

use std::collections::BTreeMap;

use luodi_ledger::facts::Value;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::KindCode;
use luodi_ledger::names::{Division, MatterId, OfficeName, Origin};
use luodi_ledger::schema;
use luodi_ledger::statement::Statement;
use maud::{Markup, html};
use serde_json::Value as Schema;

use super::{fact_value, key_name};
use crate::pages::matter::entry_path;
use crate::pages::phrase::Scene;

/// The facts of a statement as a list of names and values; of a kind that is not known, keys and codes stand as they are.
pub(crate) fn told(scene: Scene<'_>, statement: &Statement) -> Markup {
    let schema = statement.kind.as_str().parse::<KindCode>().map_or(Schema::Null, schema::of_kind);
    let reader = Reader { scene, whole: &schema };
    html! {
        @if statement.facts.fields().is_empty() { p.quiet { (scene.look.say("没有别的事实。", "No further facts.")) } }
        @else { (reader.group("", &statement.facts.fields(), &schema)) }
    }
}

/// The options that every vote has; others are named by the words of the step.
const VOTES: [(&str, &str, &str); 3] = [("for", "赞成", "for"), ("against", "反对", "against"), ("abstain", "弃权", "abstained")];

/// Reads values beside the schema that names their codes.
#[derive(Clone, Copy)]
struct Reader<'a> {
    scene: Scene<'a>,
    whole: &'a Schema,
}

impl<'a> Reader<'a> {
    fn group(self, group: &str, fields: &BTreeMap<String, Value>, schema: &'a Schema) -> Markup {
        html! {
            dl.facts { @for (key, value) in fields {
                div { dt { (key_name(self.scene, group, key)) } dd { (self.value(key, value, self.field(schema, key))) } }
            } }
        }
    }

    fn value(self, key: &str, value: &Value, schema: &'a Schema) -> Markup {
        match value {
            Value::Map(fields) => match reference(fields) {
                Some(on) => self.reference(&on),
                None => self.group(key, fields, schema),
            },
            Value::List(items) => {
                let each = self.resolved(schema.get("items").unwrap_or(&Schema::Null));
                html! {
                    @if items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) {
                        ol { @for item in items { li { (self.value(key, item, each)) } } }
                    } @else {
                        @for (position, item) in items.iter().enumerate() {
                            @if position > 0 { (self.scene.look.say("、", ", ")) }
                            (self.value(key, item, each))
                        }
                    }
                }
            }
            Value::Text(text) => self.text(key, text, schema),
            Value::Bool(yes) => html! { (if *yes { self.scene.look.say("是", "yes") } else { self.scene.look.say("否", "no") }) },
            Value::Integer(_) => html! { (fact_value(self.scene, key, Some(value))) },
        }
    }

    /// A text: a code by its label, a name of something that has a page as a link to it.
    fn text(self, key: &str, text: &str, schema: &'a Schema) -> Markup {
        let (scene, look) = (self.scene, self.scene.look);
        if let ("code", Some((_, chinese, english))) = (key, VOTES.iter().find(|(code, ..)| *code == text)) {
            return html! { (look.say(chinese, english)) };
        }
        if let Some(label) = code_label(schema, text) {
            let (chinese, english) = label.split_once(" / ").unwrap_or((label, label));
            return html! { (look.say(chinese, english)) };
        }
        if let Ok(id) = text.parse::<MatterId>() {
            return html! { a href=(look.to(&format!("/matter/{id}"))) { (id) } };
        }
        if let Ok(code) = text.parse::<Division>() {
            // A code of before has no page.
            let known = scene.site.place(code).is_some() || scene.snapshot.joined_below(code) > 0;
            return html! { @if known { a href=(look.to(&format!("/place/{code}"))) { (scene.place(code)) } " " } span.code { (code) } };
        }
        if let Ok(office) = text.parse::<OfficeName>() {
            return html! { (scene.office(&office)) };
        }
        if let Ok(origin) = text.parse::<Origin>() {
            return self.book(&origin);
        }
        if text.contains('\n') {
            return html! { pre { (text) } };
        }
        // What only a machine compares is told apart from words.
        let long = text.len() > 40 && !text.contains(' ');
        html! { @if long { span.exactly { (text) } } @else { (fact_value(scene, "", Some(&Value::Text(text.to_owned())))) } }
    }

    fn reference(self, on: &Reference) -> Markup {
        let look = self.scene.look;
        let place = self.scene.place(on.log.division);
        html! {
            a href=(look.to(&entry_path(on))) {
                @if look.is_english() { "record " (on.index) " of " (place) } @else { (place) " 第 " (on.index) " 条记录" }
            }
            @if let Some(entry) = self.scene.snapshot.holdings.logs().get(&on.log).and_then(|log| log.entry(on.index)?.entry.as_ref().ok()) {
                " (" (self.scene.label(&entry.statement.statement().kind)) ")"
            }
        }
    }

    fn book(self, origin: &Origin) -> Markup {
        let (place, book) = (self.scene.place(origin.division), origin.generation);
        html! { @if self.scene.look.is_english() { "record book " (book) " of " (place) } @else { (place) "第 " (book) " 本记录" } }
    }

    fn field(self, schema: &'a Schema, key: &str) -> &'a Schema {
        self.resolved(schema.get("properties").and_then(|properties| properties.get(key)).unwrap_or(&Schema::Null))
    }

    /// The definition that a schema points to, or itself.
    fn resolved(self, schema: &'a Schema) -> &'a Schema {
        let named = schema.get("$ref").and_then(Schema::as_str).and_then(|name| name.strip_prefix('#'));
        named.and_then(|pointer| self.whole.pointer(pointer)).unwrap_or(schema)
    }
}

fn reference(fields: &BTreeMap<String, Value>) -> Option<Reference> {
    match (fields.len(), fields.get("log"), fields.get("index"), fields.get("id")) {
        (3, Some(Value::Text(log)), Some(Value::Integer(index)), Some(Value::Text(id))) => {
            Some(Reference { log: log.parse().ok()?, index: u64::try_from(*index).ok()?, id: id.parse().ok()? })
        }
        _ => None,
    }
}

/// The label of a code in the list that a schema spells out.
fn code_label<'a>(schema: &'a Schema, code: &str) -> Option<&'a str> {
    let lists = [schema.get("oneOf"), schema.get("anyOf")];
    let all = lists.into_iter().flatten().filter_map(Schema::as_array).flatten();
    let found = all.into_iter().find(|each| each.get("const").and_then(Schema::as_str) == Some(code))?;
    found.get("title").and_then(Schema::as_str)
}
