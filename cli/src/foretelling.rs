//! Tells, before a statement is published, how it will be shown: whether it counts, what becomes of its matter, which flags it raises.

use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::view::{Effect, Flag};
use luodi_ledger::matter::{Foretold, Stands};
use luodi_ledger::statement::SignedStatement;

use crate::language::{Language, say};
use crate::node_client::{Answer, Node};

/// Asks the node. The inner error is its refusal; nothing is told of what belongs to no matter, or while the node is busy.
pub(crate) async fn ask(
    node: &Node,
    signed: &SignedStatement,
    body: Option<&str>,
    language: Language,
) -> anyhow::Result<Result<Option<String>, String>> {
    Ok(match node.foretell(signed, body).await? {
        Answer::Taken(foretold) => Ok(foretold.map(|foretold| told(&foretold, language))),
        Answer::Refused(fault) => Err(fault.told(language)),
        Answer::Busy(..) | Answer::Spent(..) => Ok(None),
    })
}

fn told(foretold: &Foretold, language: Language) -> String {
    let Foretold { effect, before, after, raised, lifted, grounds } = foretold;
    let (was, becomes) = (stands(before, language), stands(after, language));
    let mut text = match effect {
        Effect::Counted if was == becomes => {
            say!(language, "公布后：计入；状态仍是“{was}”", "Once published it counts; the matter stays “{was}”")
        }
        Effect::Counted => say!(
            language,
            "公布后：计入；状态由“{was}”变为“{becomes}”",
            "Once published it counts; the matter goes from “{was}” to “{becomes}”"
        ),
        Effect::Irregular(why) => {
            let why = label(why, language);
            say!(language, "公布后：会显示，但不产生效力——{why}", "Once published it is shown and has no effect: {why}")
        }
        Effect::Void(why) => {
            let why = label(why, language);
            say!(language, "公布后：会显示为无效——{why}", "Once published it is shown as void: {why}")
        }
    };
    for flag in raised {
        let named = label(&flag.code(), language);
        let because: Vec<String> = grounds
            .iter()
            .filter(|ground| ground.flag == flag.code() && ground.on.as_ref() == flag.on())
            .map(|ground| label(ground, language))
            .collect();
        text += &format!("\n  {}", say!(language, "会标出：{named}", "It will be marked: {named}"));
        for because in because {
            text += &format!("{}{because}", language.pick("　", "  "));
        }
    }
    let gone: Vec<String> = lifted.iter().map(Flag::code).map(|code| label(&code, language)).collect();
    if !gone.is_empty() {
        let gone = gone.join(language.pick("、", ", "));
        text += &format!("\n  {}", say!(language, "不再标出：{gone}", "No longer marked: {gone}"));
    }
    text
}

fn stands(stands: &Stands, language: Language) -> String {
    let status = label(&stands.status, language);
    match stands.days {
        Some(days) => say!(language, "{status}（{days} 天）", "{status} ({days} days)"),
        None => status,
    }
}

fn label(what: &impl Label, language: Language) -> String {
    language.pick(what.zh(), what.en()).into_owned()
}
