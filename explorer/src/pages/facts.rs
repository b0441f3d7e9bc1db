//! Facts told by themselves, outside the sentence of their kind: the name of a fact in words, and its value as people write it.

use luodi_ledger::facts::Value;
use luodi_ledger::matter::facts::Fen;
use luodi_ledger::time::Date;

use super::phrase::Scene;

/// Words for the keys of facts that corrections touch; another key is shown as it stands.
const KEYS: [(&str, &str, &str); 28] = [
    ("actual", "实际日期", "actual date"),
    ("basis", "依据", "basis"),
    ("budget", "预算", "budget"),
    ("category", "类别", "category"),
    ("checks", "核实方式", "checks"),
    ("commitment", "承诺", "promise"),
    ("commitments", "承诺", "promise"),
    ("cost", "支出", "cost"),
    ("count", "件数", "number"),
    ("date", "日期", "date"),
    ("deadline", "整改期限", "deadline"),
    ("due", "期限", "due date"),
    ("fixed", "已解决", "fixed"),
    ("form", "形式", "form"),
    ("method", "工作方法", "method"),
    ("milestones", "进度节点", "milestone"),
    ("not", "没有解决", "not fixed"),
    ("notice-days", "公示天数", "notice days"),
    ("options", "表决选项", "option"),
    ("participants", "参加的人", "participants"),
    ("partly", "部分解决", "partly fixed"),
    ("planned", "计划日期", "planned date"),
    ("present", "实到", "present"),
    ("raised", "提出", "raised"),
    ("result", "结果", "result"),
    ("source", "资金来源", "source of the money"),
    ("spent", "累计支出", "spent so far"),
    ("tallies", "票数", "count"),
];

/// What the fact at a path is called: `commitments.0.due` is 第 1 项承诺 · 期限.
pub(super) fn fact_name(scene: Scene<'_>, path: &str) -> String {
    let look = scene.look;
    let word = |key: &str| match KEYS.iter().find(|(known, ..)| *known == key) {
        Some((_, chinese, english)) => look.say(chinese, english).to_owned(),
        None => key.to_owned(),
    };
    let mut names: Vec<String> = Vec::new();
    for part in path.split('.') {
        match (part.parse::<usize>(), names.last_mut()) {
            (Ok(position), Some(list)) => {
                let number = position.saturating_add(1);
                *list = if look.is_english() { format!("{list} {number}") } else { format!("第 {number} 项{list}") };
            }
            _ => names.push(word(part)),
        }
    }
    names.join(" · ")
}

/// The value of the fact at a path: dates and money as people write them, anything else as it stands.
pub(super) fn fact_value(scene: Scene<'_>, path: &str, value: Option<&Value>) -> String {
    let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
    match value {
        None => scene.look.say("（没有）", "(none)").to_owned(),
        Some(Value::Text(text)) => text.parse::<Date>().map_or_else(|_| text.clone(), |date| scene.date(date)),
        Some(Value::Integer(amount)) if matches!(key, "budget" | "cost" | "spent") => {
            u64::try_from(*amount).map_or_else(|_| amount.to_string(), |fen| scene.money(Fen(fen)))
        }
        Some(value) => serde_json::to_string(value).unwrap_or_default(),
    }
}
