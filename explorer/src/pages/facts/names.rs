//! What the keys of facts are called in words.

/// Words for a key that mean something else inside a list or a group: the group's key first.
const INSIDE: [(&str, &str, &str, &str); 13] = [
    ("heads", "root", "根", "root"),
    ("heads", "size", "条数", "records"),
    ("indicators", "code", "指标", "figure"),
    ("indicators", "had", "符合的", "had it"),
    ("indicators", "of", "总数", "of"),
    ("links", "kind", "怎样关联", "how"),
    ("options", "code", "选项", "option"),
    ("options", "count", "票数", "votes"),
    ("participants", "count", "人数", "people"),
    ("participants", "kind", "谁", "who"),
    ("raised", "count", "人数", "people"),
    ("tallies", "due", "应到", "due to come"),
    ("valid", "size", "仍然有效的条数", "records that stay valid"),
];

/// Words for every other key, by key.
const KEYS: [(&str, &str, &str); 115] = [
    ("action", "做法", "action"),
    ("actual", "实际日期", "actual date"),
    ("addresses", "网络地址", "network addresses"),
    ("area", "城乡分类代码", "urban–rural class"),
    ("basis", "依据", "basis"),
    ("budget", "预算", "budget"),
    ("by", "谁提出", "raised by"),
    ("category", "类别", "category"),
    ("changes", "更正内容", "what is changed"),
    ("checks", "核实方式", "checks made"),
    ("code", "编号", "code"),
    ("commitment", "承诺", "promise"),
    ("commitments", "承诺", "promises"),
    ("consequence", "奖惩", "consequence"),
    ("consequences", "考核结果", "consequences"),
    ("contradicts", "怎样不一致", "how they contradict"),
    ("cost", "支出", "cost"),
    ("count", "人数", "people"),
    ("date", "日期", "date"),
    ("deadline", "整改期限", "deadline"),
    ("decision", "决定", "decision"),
    ("division", "区划代码", "division"),
    ("drops", "取消的承诺", "promises given up"),
    ("due", "期限", "due date"),
    ("duty", "必须还是可以", "must or may"),
    ("elsewhere", "转到哪里", "where it goes instead"),
    ("evidence", "证据的编号", "evidence"),
    ("finding", "采纳情况", "finding"),
    ("fixed", "已解决", "fixed"),
    ("form", "协商形式", "form"),
    ("former", "上一本记录的终点", "end of the former record book"),
    ("formulas", "公式版本", "version of the formulas"),
    ("from", "自", "from"),
    ("gathered", "收集方式", "how it was gathered"),
    ("generation", "第几本记录", "record book"),
    ("ground", "事由", "ground"),
    ("had", "符合的", "had it"),
    ("hashes", "删除的内容", "what is removed"),
    ("head", "看到的进度", "head seen"),
    ("heads", "记下的进度", "heads recorded"),
    ("held", "手里有几条", "records held"),
    ("how", "评估方式", "how it was evaluated"),
    ("id", "编号", "id"),
    ("index", "第几条", "position"),
    ("indicators", "指标", "figures"),
    ("item", "目录条目", "item of the list"),
    ("items", "条目", "items"),
    ("key", "停用的钥匙", "key withdrawn"),
    ("keys", "钥匙", "keys"),
    ("kind", "种类", "kind"),
    ("links", "关联事项", "related matters"),
    ("log", "哪本记录", "record book"),
    ("logs", "所依据的记录长度", "lengths of the records it rests on"),
    ("matter", "事项", "matter"),
    ("measure", "问责方式", "measure"),
    ("median-halves", "中位数(半数计)", "median, in halves"),
    ("method", "工作方法", "method"),
    ("milestone", "到达的节点", "milestone reached"),
    ("milestones", "进度节点", "milestones"),
    ("name", "名称", "name"),
    ("new", "更正后", "after"),
    ("node", "机器的钥匙", "the machine's key"),
    ("not", "没有解决", "not fixed"),
    ("notice-days", "公示天数", "days of notice"),
    ("number", "第几次登记", "registration number"),
    ("of", "总数", "of"),
    ("office", "单位", "office"),
    ("old", "更正前", "before"),
    ("operator", "谁在运行", "run by"),
    ("options", "表决", "votes"),
    ("origin", "哪本记录", "record book"),
    ("pack", "规则包的编号", "rule pack"),
    ("parent", "上级", "place above"),
    ("participants", "参加的人", "who took part"),
    ("partly", "部分解决", "partly fixed"),
    ("path", "哪一项", "which fact"),
    ("peer", "机器的网络编号", "the machine's network id"),
    ("period", "考核期", "period"),
    ("place", "地方", "place"),
    ("places", "通报的地方", "places named"),
    ("planned", "计划日期", "planned date"),
    ("policy", "见证规则", "rules of witnessing"),
    ("posted", "张贴渠道", "where posted"),
    ("posted-on", "张贴日期", "posted on"),
    ("present", "实到", "present"),
    ("raised", "议题来源", "where the topic came from"),
    ("rating", "评估等次", "rating"),
    ("reason", "原因", "reason"),
    ("replaces", "替代的规则包", "rule pack replaced"),
    ("reporter", "报告方", "who reports"),
    ("resolution", "所依据的决议", "resolution it rests on"),
    ("responsible", "责任方", "who is responsible"),
    ("result", "结果", "result"),
    ("root", "根", "root"),
    ("round", "第几轮", "round"),
    ("rules", "所用规则包", "rule pack"),
    ("size", "条数", "records"),
    ("source", "资金来源", "source of the money"),
    ("spent", "累计支出", "spent so far"),
    ("step", "步骤", "step"),
    ("succeeds", "接替的钥匙", "keys it takes the place of"),
    ("successor_of", "前身", "took the place of"),
    ("tallies", "到会与表决", "attendance and votes"),
    ("target", "针对", "about"),
    ("term", "任期", "term"),
    ("to", "通报对象", "addressed to"),
    ("unit", "计数单位", "counted by"),
    ("unknown", "不清楚", "not known"),
    ("until", "至", "until"),
    ("valid", "仍然有效到哪里", "what stays valid"),
    ("verdict", "结论", "verdict"),
    ("version", "版本", "version"),
    ("vintage", "自哪天起", "from which day"),
    ("witness", "见证别处用的钥匙", "key for witnessing others"),
    ("witnesses", "见证方", "witnesses"),
];

/// What a key is called, in Chinese and English; none where it is not known here.
pub(super) fn of(group: &str, key: &str) -> Option<(&'static str, &'static str)> {
    let inside = INSIDE.iter().find(|(of, known, ..)| *of == group && *known == key).map(|(.., chinese, english)| (*chinese, *english));
    inside.or_else(|| KEYS.iter().find(|(known, ..)| *known == key).map(|(_, chinese, english)| (*chinese, *english)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use luodi_ledger::matter::codes::{CodeList as _, KindCode};
    use luodi_ledger::schema;
    use serde_json::Value;

    fn keys(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                if let Some(Value::Object(properties)) = fields.get("properties") {
                    found.extend(properties.keys().cloned());
                }
                fields.values().for_each(|field| keys(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_key_of_every_kind_has_words() {
        let mut found = BTreeSet::new();
        for kind in KindCode::ALL {
            keys(&schema::of_kind(*kind), &mut found);
        }
        assert!(found.len() > 100, "{}", found.len());
        let unnamed: Vec<&String> = found.iter().filter(|key| super::of("", key).is_none()).collect();
        assert!(unnamed.is_empty(), "{unnamed:?}");
    }
}
