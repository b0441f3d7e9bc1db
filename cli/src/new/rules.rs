//! A `rules` statement written from the text of a pack, so that nobody computes a hash or escapes a line by hand.

use std::path::Path;

use anyhow::Context as _;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::pack::Pack;

use crate::language::{Language, say};

/// The template `text` with the pack at `path` filled in: its name in the facts, its title and its text, byte for byte, in the body.
pub(super) fn with_pack(text: &str, path: &Path, language: Language) -> anyhow::Result<String> {
    let file = path.display();
    let pack =
        std::fs::read_to_string(path).with_context(|| say!(language, "{file}：读不到规则包", "{file}: the rule pack cannot be read"))?;
    let read = Pack::parse(&pack).map_err(|fault| anyhow::anyhow!(say!(language, "{file}：{fault}", "{file}: {fault}")))?;
    let title = language.pick(&read.title.zh, &read.title.en);
    let mut in_body = false;
    let fill = |line: &str| {
        in_body |= line == "[body]";
        let blank = |field: &str| line.starts_with(&format!("{field} = \"\""));
        match (in_body, blank("pack"), blank("title")) {
            (false, true, _) => format!("pack = \"{}\" # {}", Blake3::of(pack.as_bytes()), read.name),
            (true, true, _) => format!("pack = {}", toml::Value::String(pack.clone())),
            (true, _, true) => format!("title = {}", toml::Value::String(title.clone())),
            _ => line.to_owned(),
        }
    };
    Ok(text.lines().map(fill).collect::<Vec<_>>().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;

    const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/local-rules.json");
    const TEMPLATE: &str =
        "kind = \"rules\"\nlog = \"luodi.example/demo/log/990101000000/1\"\nby = [\"luodi.example/demo/990101000000/civil-affairs\"]\n\n";

    #[test]
    fn the_text_of_a_pack_survives_draft_and_body_byte_for_byte() {
        for language in [Language::Chinese, Language::English] {
            let template = format!("{TEMPLATE}{}", include_str!("rules.toml").replace("from = \"\"", "from = 2026-11-22"));
            let text = with_pack(&template, Path::new(PACK), language).unwrap();
            let draft: Draft = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let ready = draft.ready("2026-11-22T07:58:11Z".parse().unwrap(), [0; 16], Path::new("."), language).unwrap();
            luodi_ledger::matter::check::check(&ready.statement, ready.body.as_deref()).unwrap();
        }
    }

    #[test]
    fn a_pack_that_would_judge_wrongly_is_refused_with_its_field() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack.json");
        std::fs::write(&path, std::fs::read_to_string(PACK).unwrap().replace(">= 2/3", "> 3/3")).unwrap();
        let error = with_pack("", &path, Language::English).unwrap_err().to_string();
        assert!(error.contains("rules.methods.general.2.counts.0.quorum"), "{error}");
    }
}
