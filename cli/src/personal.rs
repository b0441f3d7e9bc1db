//! What the privacy gate found, told to the one who can mend it: field, characters and remedy, never the value.

use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::privacy::{Disclosed, Finding, Personal, Stopped};
use luodi_ledger::statement::Statement;

use crate::language::{Language, say};
use crate::refusals;

/// Why a statement is neither signed nor sent.
pub(crate) fn told(stopped: &Stopped, language: Language) -> String {
    match stopped {
        Stopped::Malformed(fault) => refusals::told(fault, language),
        Stopped::Personal(personal) => found(personal, language),
    }
}

/// What was found, on one line; what to do about it stands elsewhere.
pub(crate) fn briefly(stopped: &Stopped, language: Language) -> String {
    match stopped {
        Stopped::Malformed(fault) => refusals::told(fault, language),
        Stopped::Personal(personal) => {
            let lines: Vec<String> = personal.findings().iter().map(|finding| line(finding, language)).collect();
            lines.join(language.pick("，", ", "))
        }
    }
}

fn found(personal: &Personal, language: Language) -> String {
    let lines: String = personal.findings().iter().map(|finding| format!("\n  {}", line(finding, language))).collect();
    let why =
        language.pick("公布后到处都有副本，个人信息不能写进来。", "What is published is copied everywhere, so personal data stays out. ");
    let fields: std::collections::BTreeSet<String> = personal.findings().iter().map(|finding| format!("\"{}\"", finding.field)).collect();
    let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
    let remedy = if personal.may_be_disclosed() {
        say!(
            language,
            "删去或改写（如“张**，3组”）；确需公开的，在 [facts] 中写明字段：disclosed = [{fields}]。",
            "Take it out; if it is meant to be read, name the field under [facts]: disclosed = [{fields}]."
        )
    } else {
        say!(
            language,
            "删去或改写；[facts] 里的代码和编号、字段的名称不能带这样的号码，disclosed 只对 [body] 里的文字有用。",
            "Take it out: codes and ids in [facts] and names of fields hold no such number, and disclosed is for words in [body] alone."
        )
    };
    let title = say!(language, "文字中像有个人信息：", "the words seem to hold personal data:");
    format!("{title}{lines}\n{why}{remedy}")
}

fn line(finding: &Finding, language: Language) -> String {
    let (field, number) = (&finding.field, language.pick(finding.number.zh(), finding.number.en()));
    let (first, last) = (finding.range.start + 1, finding.range.end);
    let place = if finding.in_name { language.pick("字段名", " of its name") } else { "" };
    say!(language, "{field}：{place}第 {first}–{last} 个字符像{number}", "{field}: characters {first}–{last}{place} look like {number}")
}

/// What the signer says is disclosed on purpose, for the preview; nothing if nothing is.
pub(crate) fn disclosed(statement: &Statement, language: Language) -> Option<String> {
    let disclosed = Disclosed::read(&statement.facts).ok().filter(|disclosed| !disclosed.fields().is_empty())?;
    let fields = disclosed.fields().join(language.pick("、", ", "));
    Some(say!(
        language,
        "{fields} 中有像证件号、手机号或卡号的内容，签署人声明有意公开",
        "{fields}: holds what looks like an id, mobile or card number, published on purpose"
    ))
}
