//! The templates of statements.
//!
//! A line that stands is to be filled in: what nobody knows yet is `""`, which no draft is signed with. What need not be said is commented
//! out, with an example. Codes are listed whole from the code lists themselves, so that none goes missing.

use std::collections::BTreeMap;

use anyhow::Context as _;
use luodi_ledger::assessment::FORMULAS;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{About, CodeList as _, KindCode, Method, StepCode, lists};
use luodi_ledger::matter::facts::CommitmentId;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::{Division, Level, MatterId, Office, OfficeName, Origin};

use super::story::Story;
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

/// Widest line of a list of codes, in columns: it fits beside nothing else on a laptop.
const WIDEST: usize = 100;
/// Stands where somebody has to write something.
const BLANK: &str = "\"\"";
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
    /// What the matter tells, if it was read.
    pub(super) story: Option<Story>,
    /// Which promise it is about, if that is known.
    pub(super) commitment: Option<CommitmentId>,
    /// Which step it is, if that is known.
    pub(super) step: Option<StepCode>,
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
    /// The body's hash and those of all attachments: once the body is erased, nobody can list them any more.
    fn hashes(&self, language: Language) -> String {
        let body = self.body.map(|hash| (hash, format!("  \"{hash}\", # {}\n", language.pick("正文", "the body"))));
        let attachment = |(hash, title): &(Blake3, String)| {
            let line = say!(language, "  \"{hash}\", # 附件 {title}", "  \"{hash}\", # attachment {title}");
            (*hash, line + "\n")
        };
        let mut lines: Vec<_> = body.into_iter().chain(self.attachments.iter().map(attachment)).collect();
        // As a redaction lists them.
        lines.sort();
        lines.dedup_by_key(|(hash, _)| *hash);
        if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}]", lines.into_iter().map(|(_, line)| line).collect::<String>()) }
    }

    /// Every fact with its path, as a correction names it.
    fn facts_in_words(&self, language: Language) -> String {
        let mut lines = Vec::new();
        leaves("", &serde_json::from_str(&self.facts).unwrap_or_default(), &mut lines);
        let lines = lines.join("\n");
        say!(
            language,
            "# 那一条现在的各项，照抄到下面的 path 和 old：\n{lines}",
            "# What it says now; copy path and old from here:\n{lines}"
        )
    }
}

/// Each value below `at`, a line of comment each.
fn leaves(at: &str, value: &serde_json::Value, lines: &mut Vec<String>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| leaves(&below(name), value, lines)),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(position, item)| leaves(&below(&position.to_string()), item, lines));
        }
        value => lines.push(format!("#   path = \"{at}\", old = {value}")),
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
    let values = values(known, language);
    for line in template.lines() {
        let line = match line.split_once(DIVIDER) {
            None => line.to_owned(),
            Some((chinese, english)) => {
                let before = chinese.rfind("# ").map_or("", |at| &chinese[..at]);
                language.pick(chinese.to_owned(), format!("{before}# {english}"))
            }
        };
        let codes = line.strip_prefix("{codes:").and_then(|line| line.strip_suffix('}'));
        let line = match codes {
            Some(list) => codes_of(list, language)?,
            None => filled(&line, &values),
        };
        // What has nothing to tell takes no line.
        if line.is_empty() && template.contains('{') && codes.is_none() && out.ends_with("\n\n") {
            continue;
        }
        out += line.trim_end_matches('\n');
        out.push('\n');
    }
    out += language.pick(ATTACHMENTS.0, ATTACHMENTS.1);
    Ok(out)
}

/// A line with what is known in its places; an optional one whose value is not known stays a comment.
fn filled(line: &str, values: &BTreeMap<&str, String>) -> String {
    let (off, line) = match line.strip_prefix("{?").and_then(|line| line.split_once('}')) {
        Some((name, line)) => (values.get(name).is_none_or(|value| value.starts_with(BLANK)), line),
        None => (false, line),
    };
    let mut line = line.to_owned();
    for (name, value) in values {
        line = line.replace(&format!("{{{name}}}"), value);
    }
    if off { format!("# {line}") } else { line }
}

/// What stands for each `{name}` of a template.
fn values(known: &Known, language: Language) -> BTreeMap<&'static str, String> {
    let story = known.story.as_ref();
    let quoted = |text: Option<String>| text.map_or_else(|| BLANK.to_owned(), |text| format!("\"{text}\""));
    let number = |number: Option<u32>| number.map_or_else(|| BLANK.to_owned(), |number| number.to_string());
    let target = match &known.target {
        Some(Reference { log, index, id }) => format!("{{ log = \"{log}\", index = {index}, id = \"{id}\" }}"),
        None => format!(
            "{BLANK} # {}",
            language.pick("luodi new … --node 网址 --target 序号 会填好", "luodi new … --node URL --target INDEX fills it in")
        ),
    };
    let step = known.step.map(|step| step.to_string());
    let step = step.or_else(|| story.and_then(|story| story.step(&known.by.first()?.office)));
    let home = known.matter.map(|matter| matter.division);
    BTreeMap::from([
        ("target", target),
        ("log", known.log.to_string()),
        ("rules", rules(language)),
        ("formulas", FORMULAS.to_string()),
        ("hashes", known.said.as_ref().map_or_else(|| "[]".to_owned(), |said| said.hashes(language))),
        ("said", known.said.as_ref().map(|said| said.facts_in_words(language)).unwrap_or_default()),
        ("date", date(language)),
        ("commitment", quoted(known.commitment.or_else(|| story?.commitment()).map(|id| id.to_string()))),
        ("promises", story.map(|story| story.promises(language)).unwrap_or_default()),
        ("method", quoted(story.and_then(Story::method))),
        ("step", quoted(step)),
        ("round", number(story.and_then(Story::round))),
        ("next-round", number(story.and_then(Story::next_round))),
        ("notice-days", number(story.and_then(Story::notice_days).map(u32::from))),
        ("next-id", story.map_or_else(|| "c1".to_owned(), Story::next_id)),
        ("delivered", story.map(Story::delivered).filter(|sections| !sections.is_empty()).unwrap_or_else(|| DELIVERED.to_owned())),
        ("office", addressed(home, story, language)),
        ("places", home.map_or_else(|| "[]".to_owned(), |home| format!("[\"{home}\"]"))),
    ])
}

/// A section of a result that nobody has filled in.
const DELIVERED: &str = "[[facts.commitments]]\nid = \"\"\nplanned = \"\"\nactual = \"\"\ncost = \"\"\n";

/// Whom an order addresses: the convener of a matter, unless another office is named; without a matter an office must be.
fn addressed(home: Option<Division>, story: Option<&Story>, language: Language) -> String {
    let Some(home) = home else {
        return language
            .pick(
                "# 对象：哪个区划的哪个组织，如 410721101201/committee\noffice = \"\"",
                "# Who is addressed: an office of a division, such as 410721101201/committee\noffice = \"\"",
            )
            .to_owned();
    };
    let convener = story.and_then(Story::convener).map_or_else(|| usual_signer("topic", home), Clone::clone);
    say!(
        language,
        "# 对象；不写就是这件事的召集方 {home}/{convener}。\n# office = \"{home}/{convener}\"",
        "# Who is addressed; if left out, the convener of the matter, {home}/{convener}.\n# office = \"{home}/{convener}\""
    )
}

/// The day of the fact, which most statements leave out.
fn date(language: Language) -> String {
    language
        .pick(
            "# 日期，若不是签署当天；去掉行首的 # 使用。\n# date = 2027-01-15",
            "# The day it happened, if it is not the day of signing; take away the # to use it.\n# date = 2027-01-15",
        )
        .to_owned()
}

/// A whole list of codes with their labels, as lines of comment.
fn codes_of(name: &str, language: Language) -> anyhow::Result<String> {
    let list = lists().into_iter().find(|list| list.name == name).with_context(|| name.to_owned())?;
    let told = list.codes.iter().map(|code| match language {
        Language::Chinese => format!("{} {}", code.code, code.zh),
        Language::English if code.en.to_lowercase() == code.code.replace('-', " ") => code.code.to_owned(),
        Language::English => format!("{} ({})", code.code, code.en),
    });
    let mut lines = vec!["#  ".to_owned()];
    let last = list.codes.len() - 1;
    for (position, told) in told.enumerate() {
        let told = if position == last { format!(" {told}") } else { format!(" {told}{}", language.pick("；", ",")) };
        let line = lines.last().map_or(0, |line| console::measure_text_width(line));
        if line + console::measure_text_width(&told) > WIDEST {
            lines.push("#  ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            *line += &told;
        }
    }
    Ok(lines.join("\n"))
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
        let note = match kind {
            "topic" => language.pick(" # 事项编号：用下一个没用过的号", " # the matter: the next number not yet used"),
            _ => "",
        };
        head += &format!("matter = \"{matter}\"{note}\n");
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
    use crate::draft::shape::{Holds, Shape};
    use luodi_ledger::hash::Blake3;
    use luodi_ledger::matter::facts::Said;
    use luodi_ledger::schema;
    use luodi_ledger::statement::Statement;

    fn known() -> Known {
        let log: Origin = "luodi.example/demo/log/990101001001/1".parse().unwrap();
        Known {
            by: vec!["luodi.example/demo/990101001001/committee".parse().unwrap()],
            matter: Some("990101001001-2026-0001".parse().unwrap()),
            target: Some(Reference { log: log.clone(), index: 3, id: Blake3::of(b"x") }),
            said: None,
            story: None,
            commitment: None,
            step: None,
            log,
        }
    }

    /// What somebody might write into a field.
    fn sample(path: &str, shape: &Shape<'_>) -> toml::Value {
        match shape.holds() {
            Holds::Code(codes) => codes[0].clone().into(),
            Holds::Date => "2026-11-22".into(),
            Holds::Number | Holds::Fen if path.ends_with("options.count") => 0.into(),
            Holds::Number | Holds::Fen => 2.into(),
            Holds::List => vec![sample(path, &shape.items().unwrap())].into(),
            Holds::Any => path.into(),
            Holds::Text => {
                let name = path.rsplit('.').next().unwrap();
                let hash = Blake3::of(b"x").to_string();
                match name {
                    "root" => "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned(),
                    "hashes" | "logs" | "pack" | "evidence" => hash,
                    "places" => "990101001001".to_owned(),
                    "office" => "990101001001/committee".to_owned(),
                    _ => "c1".to_owned(),
                }
                .into()
            }
            Holds::Reference | Holds::Section => panic!("{path}"),
        }
    }

    /// Fills whatever stands and is empty.
    fn fill(path: &str, value: &mut toml::Value, shape: &Shape<'_>) {
        match value {
            toml::Value::String(text) if text.is_empty() => *value = sample(path, shape),
            toml::Value::Array(items) if items.is_empty() => *value = sample(path, shape),
            toml::Value::Array(items) => items.iter_mut().for_each(|item| fill(path, item, &shape.items().unwrap())),
            toml::Value::Table(fields) => {
                for (name, field) in fields.iter_mut() {
                    fill(&format!("{path}.{name}"), field, &shape.field(name).unwrap_or_else(|| panic!("{path}.{name}")));
                }
            }
            _ => {}
        }
    }

    /// Fills the words that stand.
    fn say_all(value: &mut toml::Value) {
        match value {
            toml::Value::String(text) if text.is_empty() => *text = "x".to_owned(),
            toml::Value::Table(fields) => fields.iter_mut().for_each(|(_, field)| say_all(field)),
            _ => {}
        }
    }

    fn ready(kind: &str, text: &str) -> anyhow::Result<crate::draft::Ready> {
        let draft: Draft = toml::from_str(text).unwrap_or_else(|error| panic!("{kind}: {error}\n{text}"));
        draft.ready("2026-11-22T07:58:11Z".parse().unwrap(), [0; 16], std::path::Path::new("."), Language::English)
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
    fn no_template_is_signed_as_it_stands() {
        for (kind, _) in KINDS {
            for language in [Language::Chinese, Language::English] {
                let error = ready(kind, &render(kind, &known(), language).unwrap());
                // Words are all that a countersignature adds to its target, and it may do without.
                assert_eq!(error.is_err(), kind != "countersign", "{kind}");
            }
        }
    }

    #[test]
    fn every_template_becomes_a_statement_of_its_kind_once_filled() {
        for (kind, _) in KINDS.iter().filter(|(kind, _)| *kind != "revoke") {
            let mut text: toml::Table = render(kind, &known(), Language::English).unwrap().parse().unwrap();
            let schema = schema::of_kind(kind.parse().unwrap());
            fill("facts", &mut text["facts"], &Shape::of(&schema));
            text.get_mut("body").into_iter().for_each(say_all);
            // What a plan changes is for its signer to choose.
            if *kind == "plan" {
                text["facts"].as_table_mut().unwrap().insert("due".to_owned(), "2027-01-31".into());
            }
            let statement = ready(kind, &text.to_string()).unwrap_or_else(|error| panic!("{kind}: {error}\n{text}")).statement;
            let said = Said::read(&statement.kind, &statement.facts).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert!(!matches!(said, Said::Raw(_)), "{kind}");
            assert_eq!(luodi_ledger::matter::facts::unknown(&statement), BTreeMap::new(), "{kind}");
            let facts: serde_json::Value = serde_json::from_str(statement.facts.as_str()).unwrap();
            jsonschema::validate(&schema, &facts).unwrap_or_else(|error| panic!("{kind}: {error}\n{facts}"));
            let matter = statement.matter.filter(|_| matches!(about(kind), About::Matter | About::Statement));
            luodi_ledger::matter::check::check_facts(&Statement { matter, ..statement })
                .unwrap_or_else(|fault| panic!("{kind}: {fault}\n{text}"));
        }
    }

    #[test]
    fn a_template_offers_every_field_that_its_kind_has() {
        fn fields(shape: &Shape<'_>, all: &mut Vec<String>) {
            for name in shape.fields() {
                all.push(name.to_owned());
                let field = shape.field(name).unwrap();
                match field.holds() {
                    Holds::Section => fields(&field, all),
                    Holds::List if field.items().unwrap().holds() == Holds::Section => fields(&field.items().unwrap(), all),
                    _ => {}
                }
            }
        }
        for (kind, _) in KINDS {
            let text = render(kind, &known(), Language::Chinese).unwrap();
            let facts = text.split("\n[body]").next().unwrap();
            let schema = schema::of_kind(kind.parse().unwrap());
            let mut all = Vec::new();
            fields(&Shape::of(&schema), &mut all);
            for name in all {
                let offered = [format!("{name} = "), format!(".{name}]")].iter().any(|offer| {
                    facts.match_indices(offer.as_str()).any(|(at, _)| {
                        offer.starts_with('.') || !facts[..at].ends_with(|before: char| before == '-' || before.is_alphanumeric())
                    })
                });
                assert!(offered, "{kind}: {name} is not offered");
            }
        }
    }

    #[test]
    fn what_is_commented_out_reads_once_it_is_used() {
        // Whatever looks like a field behind a # has to be one: with its # taken away the whole still reads.
        for (kind, _) in KINDS {
            for language in [Language::Chinese, Language::English] {
                let text = render(kind, &known(), language).unwrap();
                let text = &text[..text.find("[[attachments]]").unwrap()];
                let used: Vec<&str> = text
                    .lines()
                    .filter(|line| !line.starts_with("# rules = "))
                    .map(|line| match line.strip_prefix("# ") {
                        Some(field) if field.starts_with(|c: char| c.is_ascii_lowercase()) && field.contains(" = ") => field,
                        Some(field) if field.starts_with('[') => field,
                        Some(field) if field.starts_with('"') => field,
                        _ => line,
                    })
                    .collect();
                let table: toml::Table = used.join("\n").parse().unwrap_or_else(|error| panic!("{kind}: {error}\n{}", used.join("\n")));
                let schema = schema::of_kind(kind.parse().unwrap());
                let mut facts = table["facts"].clone();
                fill("facts", &mut facts, &Shape::of(&schema));
            }
        }
    }

    #[test]
    fn lists_of_codes_stand_whole_and_wrapped() {
        for language in [Language::Chinese, Language::English] {
            let text = render("topic", &known(), language).unwrap();
            for list in ["categories", "bases", "methods", "proposers", "other ways", "links"] {
                let list = lists().into_iter().find(|each| each.name == list).unwrap();
                assert!(list.codes.iter().all(|code| text.contains(&format!(" {}", code.code))), "{}", list.name);
            }
            let comments = text.lines().filter(|line| line.starts_with("#   "));
            assert!(comments.clone().count() > 6 && comments.clone().all(|line| console::measure_text_width(line) <= WIDEST), "{text}");
            assert!(!text.contains('…') || text.contains("luodi new …"), "{text}");
        }
    }

    #[test]
    fn a_redaction_erases_the_attachments_as_well_unless_somebody_takes_them_out() {
        let (body, photo) = (Blake3::of(b"body"), Blake3::of(b"photo"));
        let said = super::Said { facts: "{}".to_owned(), body: Some(body), attachments: vec![(photo, "现场".to_owned())] };
        let text = render("redaction", &Known { said: Some(said), ..known() }, Language::Chinese).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let mut hashes = [body.to_string(), photo.to_string()];
        hashes.sort();
        assert_eq!(table["facts"]["hashes"], toml::Value::from(hashes.to_vec()), "{text}");
    }

    #[test]
    fn a_correction_shows_every_fact_with_its_path() {
        let facts = r#"{"commitments":[{"budget":1850000,"due":"2026-12-22","id":"c1"}],"result":"consensus","round":1}"#;
        let said = super::Said { facts: facts.to_owned(), body: None, attachments: Vec::new() };
        let text = render("correction", &Known { said: Some(said), ..known() }, Language::English).unwrap();
        assert!(text.contains(r#"path = "commitments.0.due", old = "2026-12-22""#), "{text}");
        assert!(text.contains(r#"path = "commitments.0.budget", old = 1850000"#), "{text}");
    }

    #[test]
    fn an_order_names_no_office_that_nobody_chose() {
        let text = render("rectification", &known(), Language::English).unwrap();
        assert!(text.contains("# office = \"990101001001/committee\"") && !text.contains("\noffice"), "{text}");
        let text = render("rectification", &Known { matter: None, ..known() }, Language::English).unwrap();
        assert!(text.contains("\noffice = \"\""), "{text}");
    }

    #[test]
    fn comments_are_in_one_language() {
        for (kind, _) in KINDS {
            let chinese = render(kind, &known(), Language::Chinese).unwrap();
            let english = render(kind, &known(), Language::English).unwrap();
            assert!(!chinese.contains('¦') && !english.contains('¦'), "{kind}");
            assert!(!chinese.contains('{') || !chinese.contains("{codes") && !chinese.contains("{?"), "{kind}");
            assert!(!english.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{kind}: {english}");
            toml::from_str::<toml::Table>(&chinese).unwrap_or_else(|error| panic!("{kind}: {error}\n{chinese}"));
        }
    }
}
