//! What is wrong with a statement, in Chinese: `ledger` and nodes say it in English, and who fills in a template is a village clerk.
//!
//! A table of sentences with `{}` for what they quote. Out of scope: deciding anything. Invariant: what the table does not know is shown as
//! it was said, never left out.

use luodi_ledger::Malformed;
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::registry::Ground;

use crate::language::Language;

/// English as it is said, and Chinese; each `{}` takes what the one before it in the English stands for.
const SENTENCES: &[(&str, &str)] = &[
    // How a field is written.
    ("wanted, and not there", "缺这一项，请补上"),
    ("one of the classes {} wanted", "城乡分类代码只能写下面之一：{}"),
    ("one of {} wanted", "只能写下面之一：{}"),
    ("{}: one of {} wanted", "只能写下面之一：{1}"),
    ("\"{}\" is not in the list of {}; use one of {}", "没有“{}”这个代码，只能写下面之一：{2}"),
    ("\"{}\": use one of {}; names stand in the body", "不能写“{}”，只能写下面之一：{}；名称写在 [body] 里"),
    (
        "word: a lowercase word of at most {} letters, digits and inner hyphens wanted",
        "要写代码，不写中文：小写字母、数字和连字符，最多 {} 个；有哪些代码见模板里的说明",
    ),
    ("a lowercase word of at most {} letters, digits and {}", "要写代码，不写中文：小写字母、数字和连字符，最多 {} 个"),
    ("invalid type: string {}, expected {}", "这里写成了文字 {}，应写{}"),
    ("invalid type: integer {}, expected {}", "这里写成了数 {}，应写{}"),
    ("invalid type: boolean {}, expected {}", "这里写成了 {}，应写{}"),
    ("invalid type: sequence, expected {}", "这里写成了一列，应写{}"),
    ("invalid type: map, expected {}", "这里写成了一组，应写{}"),
    ("invalid value: integer {}, expected {}", "{} 不合适，应写{}"),
    ("failed to parse {}", "不是日期；写成 2026-03-31 这样"),
    ("parsing failed: {}", "不是日期；写成 2026-03-31 这样"),
    (
        "not a field of {}, or written in another way than its one spelling; correct it or leave it out",
        "没有这一项，或写法不对；改正或删去",
    ),
    ("matter: <division>-<year>-<number> wanted, such as {}", "事项编号写成 {} 这样：区划代码-年份-四位序号"),
    ("<division>-<year>-<number> wanted, such as {}", "事项编号写成 {} 这样：区划代码-年份-四位序号"),
    ("office name: <federation>/<division>/<office> wanted", "组织要写全：联邦/区划代码/组织，如模板里原来那样"),
    ("<federation>/<division>/<office> wanted", "组织要写全：联邦/区划代码/组织，如模板里原来那样"),
    ("origin: <federation>/log/<division>/<generation> wanted", "账本要写全：联邦/log/区划代码/第几本，如模板里原来那样"),
    ("a code of 12 digits wanted, such as {}", "要写 12 位区划代码，如 {}"),
    ("time: UTC in whole seconds wanted, such as {}", "时间写成 {} 这样（世界时），或删去这一行"),
    ("at least 1 wanted", "至少是 1"),
    ("at most {} days wanted", "最多 {} 天"),
    ("at most {} characters wanted; the rest belongs in the text", "最多 {} 个字；其余写进正文 text"),
    ("at most {} wanted", "最多 {}"),
    ("{} stands twice; leave one out", "{} 写了两遍，删去一个"),
    ("an amount in fen of at most 100 billion yuan wanted", "金额以“分”为单位，最多 1000 亿元"),
    ("{} bytes, at most {} allowed", "共 {} 字节，最多 {}"),
    ("sorted and distinct ones wanted", "要按顺序写，不能重复"),
    // What a statement must say.
    ("name the matter, such as {}", "要写明是哪一件事项，如 {}"),
    ("a statement of this kind belongs to no matter; leave it out", "这一种不属于哪件事项，删去这一行"),
    ("{} lies after the day of signing; give the day it happened", "{} 在签署日之后；写事情发生的日子"),
    (
        "charter {} of {} stands already; number it {} (`luodi new charter` fills that in with --federation and --node)",
        "{1} 的第 {0} 份登记已经有效；编号写 {2}（luodi new charter 给上 --federation 和 --node 会自动填写）",
    ),
    ("{} lies before {}; correct the year", "{} 早于 {}；改正年份"),
    ("the year in the id is that of the topic's date, {}", "编号里的年份要和议题的年份一致：{}"),
    ("give the topic a title in plain words", "给议题写一个居民一看就懂的标题"),
    ("addresses that begin with https:// or http:// wanted", "网址要以 https:// 或 http:// 开头"),
    ("say in the body what is promised", "写明承诺做什么"),
    ("say where a declined topic goes instead", "不予协商的，写明转到哪里"),
    ("only a declined topic goes elsewhere; leave it out", "确定协商的不写去向，删去这一行"),
    ("name the rule pack by its BLAKE3, so that everybody judges by the same rules", "写明按哪套规则判定，用模板里列出的编号"),
    ("{} present of {} due: not more can be present than were due; check both numbers ({})", "实到 {} 比应到 {} 还多；核对这两个数（{}）"),
    ("{} present of {} due: not more can be present than were due; check both numbers", "实到 {} 比应到 {} 还多；核对这两个数"),
    (
        "{}: {} votes of {} present: more votes than were present; check both numbers ({})",
        "{} 有 {} 票，比实到 {} 还多；核对这两个数（{}）",
    ),
    ("{}: {} votes of {} present: more votes than were present; check both numbers", "{} 有 {} 票，比实到 {} 还多；核对这两个数"),
    (
        "for, against and abstain come to {} of {} present: more than were present; check the numbers ({})",
        "赞成、反对、弃权合起来 {}，比实到 {} 还多；核对这些数（{}）",
    ),
    (
        "for, against and abstain come to {} of {} present: more than were present; check the numbers",
        "赞成、反对、弃权合起来 {}，比实到 {} 还多；核对这些数",
    ),
    ("a commitment is either promised or dropped, not both", "一项承诺要么在、要么撤，不能都写"),
    (
        "say who does what by when; if nothing needs to be done, the result is no-action",
        "写明谁、做什么、到哪天；没有要做的，结果写 no-action",
    ),
    (
        "this result promises nothing; use consensus or partial, or leave them out",
        "这个结果没有承诺；改写 consensus 或 partial，或删去承诺",
    ),
    ("without consensus nothing is dropped; leave it out", "没有达成共识就不撤承诺，删去这一行"),
    (
        "nothing is planned: give due, budget, milestones or a reason",
        "什么也没有安排：写 due 期限、budget 预算、milestones 节点或 reason 原因",
    ),
    ("say which commitment or which round has the problem", "写明是哪项承诺或哪一轮出了问题"),
    ("a problem lies with a commitment or with a round; leave one out", "问题要么在承诺、要么在某一轮，删去一个"),
    ("nobody answered: count at least one answer", "没有人答复；至少有一人答复才登记"),
    ("a further round is the second or later", "再次协商至少是第 2 轮"),
    ("an order says by which day it is to be answered", "责令整改要写明到哪天答复"),
    ("the day lies before the order", "答复的日子早于整改通知"),
    ("say what was done, such as criticism", "写明作了什么处理，如 criticism 批评"),
    ("name at least one place", "至少写一个地方"),
    (
        "nothing is corrected: give facts old and new, or a body with the right words",
        "什么也没有更正：写原来的和正确的，或在 [body] 写正确的文字",
    ),
    ("old and new are the same; leave it out", "新旧一样，删去这一条"),
    ("the period ends before it begins", "止日早于起日"),
    // What mends another statement.
    (
        "this node holds {} entries of that log, so none of this index; check log and index",
        "那本账这里只有 {} 条，没有这个序号；核对账本和序号",
    ),
    ("what stands there is no statement; check log and index", "那个序号上不是一条陈述；核对账本和序号"),
    (
        "the entry at that index is another statement; check the index, then let luodi new fill in the target",
        "那个序号上是另一条；核对序号，再用 luodi new 填写所指条目",
    ),
    ("a {} is changed by the next one or by a revoke, and keeps its words", "登记类（{}）由下一次登记或 revoke 变更，文字不删除"),
    ("what it refers to belongs to {}; name that matter", "所指的那一条属于 {}；写明那件事项"),
    ("what it refers to belongs to no matter; leave it out", "所指的那一条不属于哪件事项，删去这一行"),
    ("what it refers to has no words and no attachments, so there is nothing to erase", "所指的那一条没有文字和附件，没有可删除的"),
    ("{} is neither the body of the target nor an attachment that it lists", "{} 既不是那一条的正文，也不是它的附件"),
    ("no such fact in the statement that is corrected", "被更正的那一条没有这一项"),
    (
        "the old value is not what the statement says; give it exactly, or leave it out where there was none",
        "原来的值与那一条写的不同；照抄，原来没有就删去 old",
    ),
    ("the number of an item wanted, from 0", "要写第几项，从 0 数起"),
    ("no such item; a new one comes right after the last", "没有这一项；新的只能接在最后"),
    ("a catalogue of no matter is not corrected; publish the next version of the catalogue", "清单、目录不更正；发布下一版"),
    (
        "a rules of no matter is not corrected; take it back with void and sign it anew, or sign rules that replace it",
        "制度规程不更正；用 void 撤回后重新签署，或另签一份替代它的",
    ),
    ("a {} of no matter is not corrected; take it back with void and sign it anew", "不属于哪件事项的（{}）不更正；用 void 撤回后重新签署"),
    (
        "not signed by the office whose part it is; have the office sign whose statement it is, for the log it stands in",
        "签名单位无此职责；请原来签署的组织签署，写进原来那本账",
    ),
    (
        "not signed by the office whose part it is; government or civil affairs of a division above signs it, or the office whose words they are together with its supervisors",
        "签名单位无此职责；由上级政府或民政部门签署，或由原来签署的组织和监督委员会共同签署",
    ),
    (
        "too late to be taken back; say what is right in a correction instead",
        "已核实、已过公示期或他人已有回应，不能撤回；请用 correction 更正",
    ),
    (
        "the old facts are not what the statement says; give each old value exactly as it stands now",
        "更正前内容与原文不符；old 照抄现在的内容",
    ),
    ("its facts do not read; give values that a statement of the target's kind may hold", "内容无法识读；new 要写那一种陈述能写的值"),
    (
        "what it refers to is not here or does not count; it was taken back already; nothing is left to do",
        "所指内容未找到或无效；已经撤回过，不用再做",
    ),
    (
        "what it refers to is not here or does not count; refer to a statement that counts, and not to one that mends another",
        "所指内容未找到或无效；要指向一条有效的陈述，不能指向更正、撤回或删除",
    ),
    // Who signs, and what a node says.
    ("no key given for {}", "没有给 {} 的密钥"),
    ("exactly one line for each `by` line wanted, in the same order", "每个签署方各要一个签名，次序与 by 相同"),
    ("the signature does not verify", "签名核对不上"),
    ("no appointment of {} covers this key on {}", "{} 在 {} 没有登记这把钥匙"),
    ("{} is not within {}", "{} 不属于 {}"),
    ("it is meant for {}", "它是写给 {} 的"),
    (
        "an office of the matter's division says this in the matter's own log, an office above in its own",
        "由事项所在地的组织写进事项自己的账本，上级组织写进上级的账本",
    ),
    // What counties, nodes and rule packs are told.
    ("not the bytes that the statement names; send the body it was signed with", "不是签署时的正文；请把签署时的正文一起发来"),
    ("the statement names a body; send it along", "这份陈述有正文，请一起发来"),
    ("the statement names no body; leave it out or sign the statement with it", "这份陈述没有写正文；不发正文，或带上正文重新签署"),
    ("at least {} random hexadecimal digits wanted", "至少要 {} 位随机的十六进制数字"),
    ("the first day no longer in force lies after the first day in force", "失效日要晚于施行日"),
    ("a pack does not replace itself; leave it out", "规则包不能替代自己，删去这一行"),
    ("at least one item wanted", "至少写一个条目"),
    ("without a matter say of which division, such as {}", "没有写事项的，要写明是哪个地方的组织，如 {}"),
    ("without a matter say which office is addressed, such as {}", "没有写事项的，要写明对哪个组织，如 {}"),
    ("an order takes no measure; leave it out, or say accountability", "责令整改不写处理方式；删去，或改写 accountability 问责"),
    ("nothing is to be answered; leave it out, or say order", "问责不用答复，删去期限，或改写 order 责令整改"),
    ("at least one figure wanted", "至少写一个指标"),
    ("{}: a share or a median, not both", "{}：份额和中位数只写一个"),
    ("{}: more than the whole", "{}：比总数还多"),
    ("codes, dates, numbers and references wanted; words belong in the body", "这里只写代码、日期、数和引用；文字写进 [body]"),
    ("name the body or the attachments that are to be erased, by their BLAKE3", "写明要删除的正文或附件（BLAKE3）"),
    ("at least one head wanted", "至少写一个账本头"),
    ("put the whole text of the rule pack here", "这里要放规则包全文"),
    ("not the text that facts name by BLAKE3", "不是 facts 里写明的那份全文（BLAKE3 不符）"),
    ("say in the body what the item is", "在 [body] 写明条目叫什么"),
    ("the sizes of the logs that were read wanted, those that facts name by BLAKE3", "要写读到的各账本长度，与 facts 里的 BLAKE3 相符"),
    ("{} bytes, at most {} wanted", "共 {} 字节，最多 {}"),
    ("the first day no longer in force wanted; it comes after `from`", "要写失效的第一天，晚于 from"),
    ("a pack holds a method, a calendar, or both", "规则包要有方法 methods 或日历 calendar"),
    ("1 to {} steps wanted", "要有 1 到 {} 个步骤"),
    ("step {} stands twice", "步骤 {} 写了两遍"),
    ("name the offices that record this step", "写明这一步由哪些组织登记"),
    ("only a `step` statement tells of a meeting, a decision or counts", "只有 step 陈述才有会议、决定或票数"),
    ("two units or more have to be counted; leave it out otherwise", "要有两个以上计数单位；否则删去"),
    ("at least one step has to be required", "至少有一步是必需的"),
    ("{} stands twice for every {}", "{} 在 {} 里写了两遍"),
    ("{} stands twice", "{} 写了两遍"),
    ("a quorum, a majority or both wanted", "要写到会比例、同意比例，或都写"),
    ("this share is always reached, or never; it would judge nothing", "这个比例总能或总不能达到，判定不了什么"),
    ("{} follows from a matter and has no rhythm of its own", "{} 随事项而来，没有自己的周期"),
    ("1 to {} characters on one line wanted", "要写 1 到 {} 个字，不换行"),
    ("an exact fraction wanted, such as {}", "要写分数，如 {}"),
    ("mend the field and send it again", "改正这一项再发一次"),
    ("mend the statement, sign it anew and send it again", "改正后重新签署再发一次"),
    ("sign it anew with the office's key", "用这个组织的密钥重新签署"),
    ("ask the division above to register the key with an appoint statement", "请上级用 appoint 登记这把钥匙"),
    ("have the office sign that may say this", "请有权这样说的组织签署"),
    ("send it to the log of its own division or one above", "写进本地或上级的账本"),
    ("sign it with the office's present key", "用这个组织现在的密钥签署"),
    ("send it to the division's present log", "写进这个地方现在的账本"),
    // TOML.
    ("string values must be quoted, expected literal string", "文字要用英文双引号 \" 括起来，不用中文引号"),
    ("invalid basic string, expected `\"`", "文字少了后面的英文双引号 \""),
    ("invalid date, expected {}", "没有这一天"),
    ("unknown field `{}`, expected one of {}", "没有“{}”这一项；[facts] 以上只能有 {}"),
    ("missing field `{}`", "缺“{}”这一项，请补上"),
    ("duplicate key", "同一项写了两遍，删去一个"),
];

/// What types are called in faults of reading.
const TYPES: &[(&str, &str)] = &[
    ("u16", "不带引号的整数"),
    ("u32", "不带引号的整数"),
    ("u64", "不带引号的整数"),
    ("i64", "不带引号的整数"),
    ("a string", "带英文双引号的文字"),
    ("a sequence", "方括号括起来的一列"),
    ("a boolean", "true 或 false"),
    ("a map", "一组项目"),
    ("methods by name, each with its steps", "按名称列出的方法，每个写出步骤"),
    ("an integer between 0 and 9007199254740991", "不带引号的整数"),
];

/// A fault in the reader's language.
pub(crate) fn told(fault: &Malformed, language: Language) -> String {
    match language {
        Language::English => fault.to_string(),
        Language::Chinese => format!("{}：{}", fault.field, in_chinese(&fault.why)),
    }
}

/// Why an entry counts nowhere, in the reader's language.
pub(crate) fn ground(ground: &Ground, language: Language) -> String {
    match ground {
        Ground::Malformed(fault) => told(fault, language),
        other => language.pick(other.zh(), other.en()).into_owned(),
    }
}

/// A sentence of `ledger`, a node or a reader of TOML in Chinese, if it is known; else as it was said.
pub(crate) fn in_chinese(sentence: &str) -> String {
    let known = SENTENCES.iter().find_map(|(english, chinese)| Some((matched(sentence, english)?, *chinese)));
    known.map_or_else(|| sentence.to_owned(), |(quoted, chinese)| filled(chinese, &quoted))
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

/// A type in Chinese; anything else as it stands.
fn called(quoted: &str) -> String {
    let known = TYPES.iter().find(|(english, _)| *english == quoted);
    known.map_or_else(|| quoted.replace('`', ""), |(_, chinese)| (*chinese).to_owned())
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
    fn no_row_hides_a_later_one() {
        for (row, (english, chinese)) in SENTENCES.iter().enumerate() {
            let sentence = english.replace("{}", "§");
            let first = SENTENCES.iter().position(|(other, _)| matched(&sentence, other).is_some());
            assert_eq!(first, Some(row), "{english}");
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

    /// The sentences of a source of `ledger`, before its tests: literals with words in them, each `{…}` filled in.
    fn sentences(file: &str) -> Vec<String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger/src/matter").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().replace("{article}", "").replace("\\\"", "\u{1}");
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let literals = lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect::<Vec<_>>());
        let filled = literals.map(|literal| {
            let literal = literal.replace('\u{1}', "\"");
            let mut pieces = literal.split('{');
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |told, piece| told + "x" + piece.split_once('}').map_or(piece, |(_, rest)| rest))
        });
        filled.filter(|sentence| sentence.matches(' ').count() > 1).collect()
    }

    #[test]
    fn whatever_is_refused_is_said_in_chinese() {
        let mut told = 0;
        for file in ["check.rs", "check/governing.rs", "signing.rs", "pack/check.rs", "pack/share.rs"] {
            for sentence in sentences(file) {
                assert!(in_chinese(&sentence) != sentence || called(&sentence) != sentence, "{file}: {sentence}");
                told += 1;
            }
        }
        assert!(told > 80, "{told}");
    }
}
