//! What is wrong with a statement, in Chinese: `ledger` and nodes say it in English, and who fills in a template is a village clerk.
//!
//! A table of sentences with `{}` for what they quote. Out of scope: deciding anything. Invariant: what the table does not know is shown as
//! it was said, never left out.

mod sentences;

use luodi_ledger::Malformed;
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::registry::Ground;

use crate::language::Language;
use sentences::{SENTENCES, TYPES};

/// A fault in the reader's language.
pub(crate) fn told(fault: &Malformed, language: Language) -> String {
    match language {
        Language::English => fault.to_string(),
        Language::Chinese => format!("{}：{}", fault.field, in_chinese(&fault.why)),
    }
}

/// A fault of a file of TOML: the line, what is wrong, and the line itself.
pub(crate) fn of_toml(text: &str, error: &toml::de::Error, language: Language) -> String {
    match (language, error.span()) {
        (Language::Chinese, Some(span)) => {
            let before = text.get(..span.start).unwrap_or(text);
            let (number, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |at| at + 1));
            let (line, why) = (text[start..].lines().next().unwrap_or_default(), in_chinese(error.message()));
            format!("第 {number} 行：{why}\n  {line}")
        }
        _ => error.to_string(),
    }
}

/// A sentence in the reader's language.
pub(crate) fn said(sentence: &str, language: Language) -> String {
    if language == Language::Chinese { in_chinese(sentence) } else { sentence.to_owned() }
}

/// Why an entry counts nowhere, in the reader's language.
pub(crate) fn ground(ground: &Ground, language: Language) -> String {
    match ground {
        Ground::Malformed(fault) => told(fault, language),
        other => language.pick(other.zh(), other.en()).into_owned(),
    }
}

/// A sentence of `ledger`, a node or a reader of TOML or JSON in Chinese, if it is known; else as it was said. Of `field: sentence` and of a
/// sentence with the place where it was found the rest stays.
pub(crate) fn in_chinese(sentence: &str) -> String {
    known(sentence).unwrap_or_else(|| sentence.to_owned())
}

fn known(sentence: &str) -> Option<String> {
    let whole = || row(sentence).map(|(_, chinese, quoted)| filled(chinese, &quoted));
    let placed = || {
        let (fault, place) = sentence.rsplit_once(" at line ")?;
        let (line, column) = place.split_once(" column ")?;
        Some(format!("{}（第 {line} 行第 {column} 个字符）", known(fault)?))
    };
    let of_field = || {
        let (field, fault) = sentence.split_once(": ").filter(|(field, _)| !field.contains(' '))?;
        Some(format!("{field}：{}", known(fault)?))
    };
    placed().or_else(whole).or_else(of_field)
}

/// The row that says most of a sentence itself, with what it quotes.
fn row(sentence: &str) -> Option<(&'static str, &'static str, Vec<&str>)> {
    let fits = SENTENCES.iter().filter_map(|(english, chinese)| Some((*english, *chinese, matched(sentence, english)?)));
    fits.max_by_key(|(english, _, quoted)| english.len() - 2 * quoted.len())
}

/// What `pattern` has `{}` for in `sentence`, if it matches from end to end.
fn matched<'s>(sentence: &'s str, pattern: &str) -> Option<Vec<&'s str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut quoted = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() { rest.strip_suffix(piece).map(str::len) } else { rest.find(piece) }?;
        quoted.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty().then_some(quoted)
}

/// `pattern` with each `{}` replaced by the next of `quoted`, and each `{n}` by the n-th.
fn filled(pattern: &str, quoted: &[&str]) -> String {
    let mut next = 0..;
    let mut pieces = pattern.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (number, text) = piece.split_once('}').unwrap_or((piece, ""));
        let position = number.parse().ok().or_else(|| next.next()).unwrap_or_default();
        out += &called(quoted.get(position).copied().unwrap_or_default());
        out += text;
    }
    out
}

/// A type or a sentence in Chinese; anything else as it stands.
fn called(quoted: &str) -> String {
    if let Some((first, rest)) = quoted.split_once("; ") {
        return format!("{}；{}", called(first), called(rest));
    }
    let named = TYPES.iter().find(|(english, _)| *english == quoted).map(|(_, chinese)| (*chinese).to_owned());
    named.or_else(|| quoted.contains(' ').then(|| known(quoted)).flatten()).unwrap_or_else(|| quoted.replace('`', ""))
}

#[cfg(test)]
mod tests {
    use luodi_ledger::facts::Facts;
    use luodi_ledger::matter::check::check_facts;
    use luodi_ledger::statement::Statement;
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_keep_what_they_quote() {
        assert_eq!(in_chinese("at most 64 wanted"), "最多 64");
        assert_eq!(in_chinese("\"x\" is not in the list of categories; use one of a, b"), "没有“x”这个代码，只能写下面之一：a, b");
        assert_eq!(in_chinese("invalid type: string \"{}\", expected u32"), "这里写成了文字 \"{}\"，应写不带引号的整数");
        assert_eq!(in_chinese("something new"), "something new");
    }

    #[test]
    fn no_row_hides_another() {
        for (english, chinese) in SENTENCES {
            let sentence = english.replace("{}", "§");
            assert_eq!(row(&sentence).map(|(english, ..)| english), Some(*english));
            assert_eq!(SENTENCES.iter().filter(|(other, _)| other == english).count(), 1, "{english}");
            assert!(!filled(chinese, &vec!["§"; english.matches("{}").count()]).contains(['{', '}']), "{chinese}");
        }
    }

    /// What a clerk reads when the facts of a topic or a step are `facts`.
    fn clerk_reads(kind: &str, facts: &serde_json::Value) -> String {
        let statement = Statement {
            log: "luodi.example/demo/log/990101001001/1".parse().unwrap(),
            by: ["luodi.example/demo/990101001001/committee".parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: Some("990101001001-2026-0001".parse().unwrap()),
            time: "2026-11-22T07:58:11Z".parse().unwrap(),
            facts: Facts::of(facts).unwrap(),
            body: None,
        };
        told(&check_facts(&statement).unwrap_err(), Language::Chinese)
    }

    #[test]
    fn a_clerk_reads_chinese_and_the_field() {
        let topic = json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "four-two", "rules": "0".repeat(64)});
        let tally =
            |present: u64| json!([{"due": 42, "options": [{"code": "for", "count": 33}], "present": present, "unit": "representatives"}]);
        let step = json!({"date": "2026-11-09", "method": "four-two", "round": 1, "step": "resolve", "tallies": tally(36)});
        for (kind, good, field, value, expected) in [
            ("topic", &topic, "category", json!("环境卫生"), "category：要写代码，不写中文"),
            ("topic", &topic, "category", json!("roads"), "category：没有“roads”这个代码，只能写下面之一：property-management"),
            ("topic", &topic, "category", json!(null), "category：缺这一项，请补上"),
            ("topic", &topic, "decision", json!("maybe"), "decision：只能写下面之一：confirmed, declined"),
            ("topic", &topic, "decision", json!("declined"), "elsewhere：不予协商的，写明转到哪里"),
            ("topic", &topic, "rules", json!(null), "rules：写明按哪套规则判定"),
            ("topic", &topic, "date", json!("2027-01-01"), "date：2027-01-01 在签署日之后"),
            ("topic", &topic, "date", json!("1月3日"), "date：不是日期；写成 2026-03-31 这样"),
            ("topic", &topic, "head", json!(3), "head：没有这一项"),
            ("topic", &topic, "raised", json!({"by": "residents", "count": "3"}), "raised.count：这里写成了文字 \"3\"，应写不带引号的整数"),
            ("topic", &topic, "raised", json!({"by": "residents", "count": -3}), "raised.count：-3 不合适，应写不带引号的整数"),
            ("step", &step, "round", json!(0), "round：至少是 1"),
            ("step", &step, "tallies", tally(43), "tallies.present：实到 43 比应到 42 还多；核对这两个数（《村民委员会组织法》第26条）"),
            (
                "step",
                &step,
                "tallies",
                tally(20),
                "tallies.options：for 有 33 票，比实到 20 还多；核对这两个数（《村民委员会组织法》第26条）",
            ),
        ] {
            let mut facts = good.clone();
            facts[field] = value.clone();
            if value.is_null() {
                facts.as_object_mut().unwrap().remove(field);
            }
            let read = clerk_reads(kind, &facts);
            assert!(read.starts_with(expected), "{read}");
            // Codes may be listed; no two words of English prose stand side by side.
            let words: Vec<bool> =
                read.split(' ').map(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())).collect();
            assert!(!words.windows(2).any(|pair| pair[0] && pair[1]), "{read}");
        }
    }

    /// What stands in sources and is no sentence: headers, lines of formats, help of metrics.
    const NOT_SAID: [&str; 10] =
        ["default-src", "public, max-age", "application/", "policy line", "witness x", "body x", " at line", "' ", "— x", "x · x"];

    /// The sentences of a source, before its tests: literals with words in them, each `{…}` filled in; what only a log says is left out.
    fn sentences(file: &str) -> Vec<String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().replace("{article}", "").replace("\\\"", "\u{1}");
        let mut pieces = code.split("tracing::");
        let first = pieces.next().unwrap_or_default().to_owned();
        let code = pieces.fold(first, |said, piece| said + piece.split_once(';').map_or("", |(_, rest)| rest));
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let literals = lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect::<Vec<_>>());
        let filled = literals.map(|literal| {
            let literal = literal.replace('\u{1}', "\"").replace("{{", "\u{2}").replace("}}", "\u{3}");
            let mut pieces = literal.split('{');
            let first = pieces.next().unwrap_or_default().to_owned();
            let filled = pieces.fold(first, |told, piece| told + "x" + piece.split_once('}').map_or(piece, |(_, rest)| rest));
            filled.replace('\u{2}', "{").replace('\u{3}', "}")
        });
        let said = |sentence: &String| sentence.matches(' ').count() > 1 && !sentence.contains("\\n");
        filled.filter(|sentence| said(sentence) && !NOT_SAID.iter().any(|not| sentence.starts_with(not))).collect()
    }

    /// Where sentences stand that somebody reads whose statement, file or request was refused.
    const SOURCES: [&str; 43] = [
        "ledger/src/attachment.rs",
        "ledger/src/audit.rs",
        "ledger/src/checkpoint.rs",
        "ledger/src/facts.rs",
        "ledger/src/facts/canonical.rs",
        "ledger/src/federation.rs",
        "ledger/src/hash.rs",
        "ledger/src/key.rs",
        "ledger/src/matter/check.rs",
        "ledger/src/matter/check/governing.rs",
        "ledger/src/matter/facts/governing.rs",
        "ledger/src/matter/facts/mending.rs",
        "ledger/src/matter/facts/parts.rs",
        "ledger/src/matter/pack/check.rs",
        "ledger/src/matter/pack/local.rs",
        "ledger/src/matter/pack/share.rs",
        "ledger/src/matter/signing.rs",
        "ledger/src/matter/words.rs",
        "ledger/src/merkle/proof.rs",
        "ledger/src/names.rs",
        "ledger/src/note.rs",
        "ledger/src/policy.rs",
        "ledger/src/privacy/mod.rs",
        "ledger/src/proof.rs",
        "ledger/src/receipt/mod.rs",
        "ledger/src/receipt/verify.rs",
        "ledger/src/registry/facts/charter.rs",
        "ledger/src/registry/facts/division.rs",
        "ledger/src/registry/facts/office.rs",
        "ledger/src/statement.rs",
        "ledger/src/tile.rs",
        "ledger/src/time.rs",
        "node/src/api/attachments.rs",
        "node/src/api/error.rs",
        "node/src/api/mod.rs",
        "node/src/api/schemas.rs",
        "node/src/api/submit.rs",
        "node/src/api/tiles.rs",
        "node/src/attachments.rs",
        "node/src/matters.rs",
        "node/src/protocol/recent.rs",
        "node/src/protocol/sequencer.rs",
        "node/src/sequencing.rs",
    ];

    #[test]
    fn whatever_is_refused_is_said_in_chinese() {
        let (mut told, mut untold) = (0, Vec::new());
        for file in SOURCES {
            for sentence in sentences(file) {
                told += 1;
                if in_chinese(&sentence) == sentence && called(&sentence) == sentence {
                    untold.push(format!("{file}: {sentence}"));
                }
            }
        }
        assert!(untold.is_empty() && told > 200, "{told}: {untold:#?}");
    }

    #[test]
    fn what_is_quoted_is_said_in_chinese_too() {
        let limit = "the limit of a day is reached: 300 statements; the next day begins at 2026-11-22T16:00:00Z";
        assert_eq!(in_chinese(limit), "一天的限额已用完（300 条陈述），2026-11-22T16:00:00Z（世界时）起是下一天");
        let pack = "unknown field `a`, expected `pack` or `name` at line 1 column 4";
        assert_eq!(in_chinese(pack), "没有“a”这一项，这里只能有 pack 或 name（第 1 行第 4 个字符）");
        assert_eq!(in_chinese("invalid type: integer `3`, expected any valid TOML value"), "这里写成了数 3，应写一个合乎 TOML 的值");
        let personal =
            "characters 3 to 13 of the text look like a mobile number; body.reason: characters 1 to 18 of the text look like a resident id";
        assert_eq!(in_chinese(personal), "第 3–13 个字符像手机号；body.reason：第 1–18 个字符像身份证号");
        let id = "matter: <division>-<year>-<number> wanted, such as 410721101201-2026-0007";
        assert_eq!(in_chinese(id), "事项编号写成 410721101201-2026-0007 这样：区划代码-年份-四位序号");
        assert_eq!(
            in_chinese("division: a code of 12 digits wanted, such as 410721101201"),
            "division：要写 12 位区划代码，如 410721101201"
        );
    }
}
