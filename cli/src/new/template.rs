//! The templates of statements.

use anyhow::Context as _;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{About, CodeList as _, KindCode, Method};
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::{Division, Level, MatterId, Office, OfficeName, Origin};
use luodi_ledger::time::Date;

use crate::language::{Language, say};

/// Every kind with a template, and its facts and words to fill in.
pub(super) const KINDS: [(&str, &str); 28] = [
    ("rules", include_str!("rules.toml")),
    ("catalogue", include_str!("catalogue.toml")),
    ("topic", include_str!("topic.toml")),
    ("step", include_str!("step.toml")),
    ("outcome", include_str!("outcome.toml")),
    ("objection", include_str!("objection.toml")),
    ("answer", include_str!("answer.toml")),
    ("plan", include_str!("plan.toml")),
    ("progress", include_str!("progress.toml")),
    ("problem", include_str!("problem.toml")),
    ("reopen", include_str!("reopen.toml")),
    ("completion", include_str!("completion.toml")),
    ("verification", include_str!("verification.toml")),
    ("countersign", include_str!("countersign.toml")),
    ("result", include_str!("result.toml")),
    ("feedback", include_str!("feedback.toml")),
    ("evaluation", include_str!("evaluation.toml")),
    ("termination", include_str!("termination.toml")),
    ("rectification", include_str!("rectification.toml")),
    ("circular", include_str!("circular.toml")),
    ("assessment", include_str!("assessment.toml")),
    ("correction", include_str!("correction.toml")),
    ("void", include_str!("void.toml")),
    ("redaction", include_str!("redaction.toml")),
    ("evidence", include_str!("evidence.toml")),
    ("anchor", include_str!("anchor.toml")),
    ("observation", include_str!("observation.toml")),
    ("revoke", include_str!("revoke.toml")),
];

/// Stands between the Chinese and the English half of a comment.
const DIVIDER: &str = " ¦ ";

/// How photos and scans are attached, at the end of every template.
const ATTACHMENTS: (&str, &str) = (
    r#"
# 附件：照片（JPEG、PNG、WebP）或 PDF，去掉行首的 # 使用，可有多个。access："public" 公开；"sealed" 只登记、原件存档（签到表、凭证）
# [[attachments]]
# file = "现场.jpg"
# title = "修好的路面"
# access = "public"
"#,
    r#"
# Attachments: photos (JPEG, PNG, WebP) or PDF; take away the # to use, once for each. access: "public", or "sealed" for what stays in the archive (attendance, vouchers)
# [[attachments]]
# file = "site.jpg"
# title = "The road, repaired"
# access = "public"
"#,
);

/// What is known before anybody fills anything in.
pub(super) struct Known {
    pub(super) log: Origin,
    pub(super) by: Vec<OfficeName>,
    pub(super) matter: Option<MatterId>,
    pub(super) target: Option<Reference>,
    /// What the target says, if it is known.
    pub(super) said: Option<Said>,
    pub(super) today: Date,
}

/// What a target says, as far as a template repeats it.
pub(super) struct Said {
    /// Its facts, as signed.
    pub(super) facts: String,
    /// Its body.
    pub(super) body: Option<Blake3>,
    /// The attachments that its body lists, with their titles.
    pub(super) attachments: Vec<(Blake3, String)>,
}

impl Said {
    /// The body's hash; those of attachments are there to be taken in, so that nothing is erased that nobody chose.
    fn hashes(&self, language: Language) -> String {
        let body = self.body.map(|hash| (hash, format!("  \"{hash}\", # {}\n", language.pick("正文", "the body"))));
        let attachment = |(hash, title): &(Blake3, String)| {
            let line = say!(
                language,
                "  # \"{hash}\", # 附件 {title}；要删除就去掉行首的 #",
                "  # \"{hash}\", # attachment {title}; take away the first # to erase it"
            );
            (*hash, line + "\n")
        };
        let mut lines: Vec<_> = body.into_iter().chain(self.attachments.iter().map(attachment)).collect();
        if lines.is_empty() {
            return "[\"\"]".to_owned();
        }
        // As a redaction lists them.
        lines.sort();
        format!("[\n{}]", lines.into_iter().map(|(_, line)| line).collect::<String>())
    }

    fn facts_in_words(&self, language: Language) -> String {
        let facts = &self.facts;
        say!(language, "# 那一条签署时写的：{facts}\n", "# What it said when it was signed: {facts}\n")
    }
}

/// Whether statements of a kind name a matter: always, never, or where what they speak of belongs to one.
pub(super) fn about(kind: &str) -> About {
    kind.parse().map_or(About::Registry, KindCode::about)
}

/// Who signs a kind, unless somebody says otherwise.
pub(super) fn usual_signer(kind: &str, division: Division) -> Office {
    let community = division.level() == Level::Community;
    let word = match kind {
        "evidence" | "anchor" | "observation" => Office::NODE,
        "verification" | "feedback" if community => Office::SUPERVISORS,
        "catalogue" | "assessment" if !community => Office::CIVIL_AFFAIRS,
        _ if community => Office::COMMITTEE,
        _ => Office::GOVERNMENT,
    };
    // The words are constants of `Office` itself.
    word.parse().unwrap_or_else(|_| unreachable!())
}

/// The template of `kind` in one language.
pub(super) fn render(kind: &str, known: &Known, language: Language) -> anyhow::Result<String> {
    let (_, template) = KINDS.iter().find(|(each, _)| *each == kind).with_context(|| kind.to_owned())?;
    let mut out = head(kind, &known.log, &known.by, known.matter, language);
    let target = match &known.target {
        Some(Reference { log, index, id }) => format!("{{ log = \"{log}\", index = {index}, id = \"{id}\" }}"),
        None => format!(
            "{{ log = \"{}\", index = 0, id = \"\" }} # {}",
            known.log,
            language.pick(
                "所指条目的序号和编号；用 luodi new … --node 网址 --target 序号 可自动填好",
                "index and id of the entry it refers to; luodi new … --node URL --target INDEX fills them in"
            )
        ),
    };
    let rules = rules(language);
    let hashes = known.said.as_ref().map_or_else(|| "[\"\"]".to_owned(), |said| said.hashes(language));
    for line in template.lines() {
        let line = match line.split_once(DIVIDER) {
            None => line.to_owned(),
            Some((chinese, english)) => {
                let before = chinese.rfind("# ").map_or("", |at| &chinese[..at]);
                language.pick(chinese.to_owned(), format!("{before}# {english}"))
            }
        };
        let line = line
            .replace("{target}", &target)
            .replace("{division}", &known.log.division.to_string())
            .replace("{today}", &known.today.to_string())
            .replace("{log}", &known.log.to_string())
            .replace("{rules}", &rules)
            .replace("{hashes}", &hashes);
        out += &line;
        out.push('\n');
        if kind == "correction" && line.starts_with("target = ") {
            out += &known.said.as_ref().map(|said| said.facts_in_words(language)).unwrap_or_default();
        }
    }
    out += language.pick(ATTACHMENTS.0, ATTACHMENTS.1);
    Ok(out)
}

/// The lines every statement begins with.
pub(crate) fn head(kind: &str, log: &Origin, by: &[OfficeName], matter: Option<MatterId>, language: Language) -> String {
    let by = toml::Value::from(by.iter().map(ToString::to_string).collect::<Vec<_>>());
    let mut head = say!(
        language,
        "# 填好后运行 luodi sign。[facts] 进入签名、永久公开，不能写姓名等个人信息；[body] 是给人看的文字。\nkind = \"{kind}\"\nlog = \"{log}\"\nby = {by}\n",
        "# Fill in, then run luodi sign. [facts] are signed and public for good: no names, nothing personal. [body] is what people read.\nkind = \"{kind}\"\nlog = \"{log}\"\nby = {by}\n"
    );
    if let Some(matter) = matter {
        head += &say!(
            language,
            "matter = \"{matter}\" # 事项编号：新事项用下一个没用过的号\n",
            "matter = \"{matter}\" # the matter; a new one takes the next number not yet used\n"
        );
    } else if matches!(about(kind), About::Statement) {
        head += language.pick(
            "# matter = \"\" # 所指的那一条属于哪件事项；不属于任何事项就不写\n",
            "# matter = \"\" # the matter that what it refers to belongs to; leave it out if that belongs to none\n",
        );
    }
    head.push('\n');
    head
}

/// The rule packs of this version, one of which a topic names.
fn rules(language: Language) -> String {
    let packs = Packs::built_in();
    let mut lines = vec![language.pick(
        "# 按哪套规则判定，与工作方法对应，留一行（本地规则包写其64位编号）：".to_owned(),
        "# The rules it is judged by; keep the line that fits the method (of a local pack, give its 64 digits):".to_owned(),
    )];
    for method in Method::ALL {
        for (name, pack) in packs.with(*method) {
            let off = if lines.len() > 1 { "# " } else { "" };
            let title = language.pick(&pack.title.zh, &pack.title.en);
            lines.push(format!("{off}rules = \"{name}\" # {method}: {title}"));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use luodi_ledger::hash::Blake3;
    use luodi_ledger::matter::facts::Said;
    use luodi_ledger::statement::Statement;

    fn known() -> Known {
        let log: Origin = "luodi.example/demo/log/990101001001/1".parse().unwrap();
        Known {
            by: vec!["luodi.example/demo/990101001001/committee".parse().unwrap()],
            matter: Some("990101001001-2026-0001".parse().unwrap()),
            target: Some(Reference { log: log.clone(), index: 3, id: Blake3::of(b"x") }),
            said: None,
            today: "2026-11-22".parse().unwrap(),
            log,
        }
    }

    /// Fills every blank fact with the example its comment gives, and counts one answer where none is no feedback.
    fn fill(text: &str) -> String {
        let filled = text.lines().map(|line| match line.split_once("e.g. ") {
            Some((before, example)) if line.contains("\"\"") => before.replacen("\"\"", example, 1),
            _ => line.to_owned(),
        });
        filled.collect::<Vec<_>>().join("\n").replace("fixed = 0", "fixed = 1")
    }

    #[test]
    fn every_kind_has_a_template() {
        let of_registry = registry_kinds();
        for kind in KindCode::ALL {
            assert!(KINDS.iter().any(|(known, _)| *known == kind.as_str()) || of_registry.contains(&kind.as_str()), "{kind}");
        }
    }

    /// Written from requests, but for `division`.
    fn registry_kinds() -> [&'static str; 3] {
        ["charter", "appoint", "division"]
    }

    #[test]
    fn every_template_becomes_a_statement_of_its_kind_once_filled() {
        for (kind, _) in KINDS.iter().filter(|(kind, _)| *kind != "revoke") {
            let text = fill(&render(kind, &known(), Language::English).unwrap());
            let draft: Draft = toml::from_str(&text).unwrap_or_else(|error| panic!("{kind}: {error}\n{text}"));
            let now = "2026-11-22T07:58:11Z".parse().unwrap();
            let statement = draft
                .ready(now, [0; 16], std::path::Path::new("."), Language::English)
                .unwrap_or_else(|error| panic!("{kind}: {error}"))
                .statement;
            let said = Said::read(&statement.kind, &statement.facts).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert!(!matches!(said, Said::Raw(_)), "{kind}");
            assert_eq!(luodi_ledger::matter::facts::unknown(&statement), std::collections::BTreeMap::new(), "{kind}");
            let facts: serde_json::Value = serde_json::from_str(statement.facts.as_str()).unwrap();
            let schema = luodi_ledger::schema::of_kind(kind.parse().unwrap());
            jsonschema::validate(&schema, &facts).unwrap_or_else(|error| panic!("{kind}: {error}\n{facts}"));
            let matter = statement.matter.filter(|_| matches!(about(kind), About::Matter | About::Statement));
            luodi_ledger::matter::check::check_facts(&Statement { matter, ..statement })
                .unwrap_or_else(|fault| panic!("{kind}: {fault}\n{text}"));
        }
    }

    #[test]
    fn comments_are_in_one_language() {
        for (kind, _) in KINDS {
            let chinese = render(kind, &known(), Language::Chinese).unwrap();
            let english = render(kind, &known(), Language::English).unwrap();
            assert!(!chinese.contains('¦') && !english.contains('¦'), "{kind}");
            assert!(!english.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{kind}: {english}");
            toml::from_str::<toml::Table>(&chinese).unwrap_or_else(|error| panic!("{kind}: {error}\n{chinese}"));
        }
    }
}
