//! Every kind of statement has its place on a page, in words, in both languages.

#![allow(missing_docs, reason = "the county is scaffolding")]

pub mod county;
mod pages_of;

use axum::http::StatusCode;
use county::story::{self, AGAIN, CLAIMED, DONE, MOVED, REJECTED};
use county::{COUNTY, County, OTHER, TOWNSHIP, VILLAGE, division, now, office, origin, site_of, sources};
use luodi_explorer::assessed::Computed;
use luodi_explorer::index::Snapshot;
use luodi_ledger::assessment::Reading;
use luodi_ledger::facts::Facts;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{Category, CodeList as _, Duty, Finding, KindCode, Method, RectificationAction, VoidReason};
use luodi_ledger::matter::facts::{Answer, Catalogue, CatalogueItem, LogPlace, LogSizes, Rectification, Withdrawal};
use luodi_ledger::matter::words::Words;
use luodi_ledger::registry::DivisionFacts;
use luodi_ledger::time::Time;
use pages_of::{downloaded, get, page, says, words};

#[tokio::test]
async fn what_must_be_consulted_stands_in_versions_with_how_often_it_was() {
    let site = story::county().site();
    let list = format!("/catalogue/{COUNTY}");
    says(
        &site,
        &list,
        &[
            "槐安县 协商事项清单",
            "村内道路和路灯",
            "必须协商",
            "养犬管理",
            "可以协商",
            "第 2 版",
            "第 1 版",
            "还没有目录的村、社区 1",
            "石桥村",
        ],
    )
    .await;
    says(&site, &format!("{list}?lang=en"), &["Roads and lamps", "must be consulted", "Keeping of dogs", "Version 2", "Version 1"]).await;
    says(&site, &format!("/catalogue/{VILLAGE}"), &["协商目录", "文化大院"]).await;
    says(&site, &format!("/catalogue/{OTHER}"), &["还没有公布", "以上级的清单为准", "槐安县"]).await;
    let rows = downloaded(&site, &list, "").await;
    assert_eq!(rows.iter().map(|row| row["code"].as_str().unwrap()).collect::<Vec<_>>(), ["roads", "yard", "pets"]);
    let without = downloaded(&site, "/places", &format!("show=no-directory&place={COUNTY}")).await;
    assert_eq!(without.iter().map(|row| row["code"].as_str().unwrap()).collect::<Vec<_>>(), [OTHER]);
}

#[tokio::test]
async fn orders_circulars_and_evaluations_stand_with_deadlines_and_replies() {
    let site = story::county().site();
    let path = format!("/county/{COUNTY}/oversight");
    let all = [
        "督促整改",
        "整改期限",
        "已答复",
        "已重排工期",
        "逾期未整改 3 天",
        "石桥村村民委员会",
        "问责",
        "约谈",
        "通报",
        "未按期公开",
        "没有公布协商目录",
        "评估",
        "良好",
        "实地走访",
    ];
    says(&site, &path, &all).await;
    says(
        &site,
        &format!("{path}?lang=en"),
        &["answered", "unanswered · 3 days late", "No further delay", "Shiqiao has published no directory", "The yard is used"],
    )
    .await;
    let rows = downloaded(&site, &path, "").await;
    let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rectification", "circular", "rectification", "rectification", "evaluation"]);
    assert_eq!(downloaded(&site, &path, "show=circulars").await.len(), 1);
    // The circular stands in the county's log and is not the township's to show.
    assert_eq!(downloaded(&site, &format!("/county/{TOWNSHIP}/oversight"), "").await.len(), 4);
    assert!(page(&site, &format!("/place/{TOWNSHIP}")).await.contains(&format!("/county/{TOWNSHIP}/oversight")));
}

#[tokio::test]
async fn the_timeline_tells_what_others_said_of_a_matter() {
    let site = story::county().site();
    says(&site, &format!("/matter/{REJECTED}"), &["问责", "约谈", "对象：村委会"]).await;
    says(&site, &format!("/matter/{REJECTED}?lang=en"), &["Measure:"]).await;
    says(
        &site,
        &format!("/matter/{MOVED}"),
        &["会签", "会签的是：", "协商成果、决议公开", "督促整改", "不得再次改期", "起因：", "落实方案、调整", "答复"],
    )
    .await;
    says(&site, &format!("/matter/{MOVED}?lang=en"), &["What gave rise to it:", "By:", "What it stands by:"]).await;
    says(&site, &format!("/matter/{DONE}"), &["评估", "良好 · 实地走访 · 查阅文件材料", "撤回误录", "重复录入", "隐私删除", "含个人信息"])
        .await;
    says(&site, &format!("/matter/{CLAIMED}"), &["更正", "支出： 1.82万元 → 18,250元", "漏记了一笔运费", "前后版本对比"]).await;
}

#[tokio::test]
async fn what_was_mended_stands_side_by_side_with_what_stood_there() {
    let site = story::county().site();
    let claimed = format!("/matter/{CLAIMED}/versions");
    says(&site, &claimed, &["版本对比", "更正前", "更正后", "1.82万元", "18,250元", "村委会", "更正原因： 漏记了一笔运费", "报告完成"])
        .await;
    says(&site, &format!("{claimed}?lang=en"), &["Before", "After", "CNY 18,200", "CNY 18,250", "Why: A bill for carriage"]).await;
    says(&site, &format!("/matter/{DONE}/versions"), &["整条撤回", "重复录入", "居民反馈", "依法删除", "含个人信息", "落实进展"]).await;
    says(&site, &format!("/matter/{REJECTED}/versions"), &["没有更正、撤回或删除过"]).await;
}

#[tokio::test]
async fn rules_are_told_with_their_shares_and_articles() {
    let site = story::county().site();
    let shipped = ["四议两公开", "到会 ≥2/3", "第26条", "公示", "本地规程", "槐安县民政局"];
    says(&site, "/rules", &shipped).await;
    let english = [
        "local rules",
        "present ≥2/3",
        "Quorum and majority",
        "Organic Law of Villagers' Committees, art. 26",
        "every quarter, before it is over",
    ];
    says(&site, "/rules?lang=en", &english).await;
    let built_in = words(&page(&site, "/rules?lang=en").await);
    assert!(!built_in.contains("第26条") && !built_in.contains("当地通行做法") && !built_in.contains("within 0 days"), "{built_in}");
    let matter = page(&site, &format!("/matter/{DONE}")).await;
    let link = matter.split("href=\"/rules#").nth(1).and_then(|rest| rest.split('"').next()).expect("a link to its rules");
    assert!(page(&site, "/rules").await.contains(&format!("id=\"{link}\"")), "{link}");
    let help = page(&site, "/help").await;
    assert!(help.contains("href=\"/rules\""));
    for file in ["/api/schemas", "/api/codes"] {
        assert!(help.contains(&format!("href=\"{file}\"")), "{file}");
        page(&site, file).await;
    }
}

#[tokio::test]
async fn what_machines_recorded_is_told_on_the_page_that_compares_copies() {
    let site = story::county().site();
    let all = ["登记的不一致", "石桥村", "互相记下的进度", "杏花村 7 条", "看到而没能核对的", "看到 9 条，手里有 8 条"];
    says(&site, "/nodes", &all).await;
    says(&site, "/nodes?lang=en", &["Contradictions they recorded", "Xinghua Village 7 records", "9 records seen, 8 held"]).await;
}

#[tokio::test]
async fn what_was_registered_of_a_place_stands_on_its_page() {
    let site = story::county().site();
    let all = [
        "登记变动",
        "开通第 1 本记录",
        "区划：石桥村，自 2025年7月1日",
        "前身是 990101001299",
        "石桥村业主委员会：停用一把钥匙",
        "登记公布，任期自",
    ];
    says(&site, &format!("/place/{OTHER}"), &all).await;
    says(&site, &format!("/place/{OTHER}?lang=en"), &["Record book 1 opened", "a key withdrawn", "took the place of"]).await;
    says(&site, &format!("/office/{OTHER}/owners"), &["停用的钥匙", "登记有误"]).await;
    // Its only key is withdrawn: whoever looks at the place sees that it speaks no more.
    says(&site, &format!("/place/{OTHER}"), &["钥匙已停用：登记有误"]).await;
    says(&site, &format!("/place/{OTHER}?lang=en"), &["keys withdrawn: registered by mistake"]).await;
    let elsewhere = words(&page(&site, &format!("/place/{VILLAGE}")).await);
    assert!(!elsewhere.contains("钥匙已停用"), "{elsewhere}");
}

#[tokio::test]
async fn an_office_registered_anew_without_a_name_keeps_the_one_it_had() {
    let mut county = story::county();
    let facts = luodi_ledger::registry::AppointFacts {
        basis: "election".into(),
        keys: vec![office(OTHER, "committee").public().clone()],
        office: office(OTHER, "committee").public().name().parse().unwrap(),
        succeeds: None,
        term: luodi_ledger::registry::Term { from: "2026-01-10".parse().unwrap(), until: None },
    };
    county.register(TOWNSHIP, "appoint", Facts::of(&facts).unwrap(), &Words::default());
    says(&county.site(), &format!("/place/{OTHER}"), &["石桥村村民委员会", "0000-0005", "便民服务大厅（示例）", "任期自 1月10日"]).await;
}

#[tokio::test]
async fn a_kind_this_version_does_not_know_is_shown_as_it_stands() {
    let site = story::county().site();
    says(&site, &format!("/matter/{AGAIN}"), &["weather-report", "sky: &quot;clear&quot;"]).await;
    let matter = page(&site, &format!("/matter/{AGAIN}")).await;
    let entry = matter.split("href=\"/log/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let entry = page(&site, &format!("/log/{entry}")).await;
    assert!(words(&entry).contains("本站不认识这一类记录，原样显示") && entry.contains("kind weather-report"), "{}", words(&entry));
}

#[tokio::test]
async fn what_was_to_be_disclosed_and_is_missing_stands_as_an_empty_slot() {
    let site = story::county().site();
    let place = page(&site, &format!("/place/{VILLAGE}")).await;
    assert!(place.contains(&format!("/calendar/{VILLAGE}?show=missing")) && words(&place).contains("公开日历"), "{}", words(&place));
    let missing = downloaded(&site, &format!("/calendar/{VILLAGE}"), "show=missing").await;
    assert!(missing.iter().all(|row| row["state"] == "missing" && row["filled"].is_null()) && !missing.is_empty());
    let shown = words(&place);
    assert!(shown.contains(&format!("缺 {}", missing.len())), "{shown}");
    says(&site, &format!("/calendar/{VILLAGE}"), &["日常公开", "2026年第 3 季度", "应在", "登记于", "实施结果公开"]).await;
    says(&site, &format!("/calendar/{VILLAGE}?lang=en"), &["Disclosure calendar", "due", "2026-Q3"]).await;
}

#[tokio::test]
async fn every_number_of_the_county_opens_to_as_many_cases() {
    let site = story::county().site();
    let path = format!("/county/{COUNTY}");
    says(
        &site,
        &path,
        &["考核指标", "程序完整率", "不到 5 件，不给出", "怎么算的", "只作参考，不打分", "按乡镇(街道)", "按村、社区", "杏坪镇", "石桥村"],
    )
    .await;
    says(
        &site,
        &format!("{path}?lang=en"),
        &["Scored", "Every required step taken", "fewer than 5: not given", "How it is computed", "By township"],
    )
    .await;
    let html = page(&site, &path).await;
    let mut checked = 0;
    for link in html.split(&format!("href=\"{path}/cases?")).skip(1) {
        let (query, rest) = link.split_once("\">").unwrap();
        let text = rest.split('<').next().unwrap();
        let (had, of) = text.split_once('/').map_or((text, None), |(had, of)| (had, Some(of)));
        let Ok(had) = had.trim().parse::<usize>() else { continue };
        let rows = downloaded(&site, &format!("{path}/cases"), &query.replace("&amp;", "&")).await;
        let state = |state: &str| rows.iter().filter(|row| row["state"] == state).count();
        match of {
            // Statements that were entered in time are counted and not listed.
            _ if query.contains("back-filled") => {}
            Some(of) => assert_eq!((state("had"), rows.len()), (had, of.trim().parse().unwrap()), "{query}"),
            None if query.contains("states=had,not") && !query.contains("place") => assert_eq!(rows.len(), had, "{query}"),
            None if query.contains("states=had&") || query.ends_with("states=had") => assert!(state("had") >= had, "{query}"),
            None => {}
        }
        checked += 1;
    }
    assert!(checked > 40, "{checked}");
}

/// Has the county sign its figures of a quarter, from all that stands so far.
fn assessed(county: &mut County, honest: bool) {
    let (holdings, at) = (county.holdings(), now().plus(-1800));
    let entries =
        || holdings.logs().iter().flat_map(|(origin, log)| log.entries().iter().map(move |held| (origin, held.entry.as_deref().unwrap())));
    let body =
        |on: &Reference, named: &luodi_ledger::statement::BodyRef| holdings.logs()[&on.log].body(&named.hash).map(|bytes| bytes.to_vec());
    let assessment = Reading::of(holdings.registry(), division(COUNTY), entries(), body).assess("2026-Q3".parse().unwrap(), at);
    let sizes = LogSizes(holdings.logs().iter().map(|(origin, log)| (LogPlace::of(origin), log.entries().len() as u64)).collect());
    let mut facts = assessment.to_facts(&sizes);
    if !honest {
        facts.indicators[0].had += 1;
    }
    let words = Words { log_sizes: sizes, ..Words::default() };
    county.add(COUNTY, &[office(COUNTY, "civil-affairs")], "assessment", None, Facts::of(&facts).unwrap(), &words, at);
}

#[tokio::test]
async fn a_signed_assessment_is_computed_again_from_the_sizes_it_names() {
    let mut county = story::county();
    assessed(&mut county, true);
    let path = format!("/county/{COUNTY}");
    says(&county.site(), &path, &["考核评价：签了名的 1", "2026年第 3 季度", "槐安县民政局", "每一项都一样"]).await;
    assessed(&mut county, false);
    let site = county.site();
    says(&site, &path, &["每一项都一样", "有几项不一样", "程序完整率：签的是", "重算是"]).await;
    says(&site, &format!("{path}?lang=en"), &["every figure is the same", "these figures differ", "Every required step taken: signed"])
        .await;
}

#[tokio::test]
async fn a_village_that_was_moved_stands_below_its_new_township_everywhere() {
    const ELSEWHERE: &str = "990101002000";
    let mut county = story::county();
    let change = |code: &str, name: &str, parent: Option<&str>| DivisionFacts {
        division: division(code),
        name: name.into(),
        parent: parent.map(division),
        successor_of: vec![],
        vintage: "2026-03-01".parse().unwrap(),
    };
    county.register(COUNTY, "division", Facts::of(&change(ELSEWHERE, "柳林镇", None)).unwrap(), &Words::default());
    county.register(COUNTY, "division", Facts::of(&change(OTHER, "石桥村", Some(ELSEWHERE))).unwrap(), &Words::default());
    let site = county.site();
    let matters =
        |rows: &[serde_json::Map<String, serde_json::Value>], place: &str| rows.iter().filter(|row| row["place"] == place).count();
    let everywhere = downloaded(&site, "/search", "").await;
    let of_other = matters(&everywhere, OTHER);
    let late_everywhere = matters(&downloaded(&site, "/overdue", "").await, OTHER);
    assert!(of_other > 0);
    // Its old township has neither it nor its matters; the new one has both, on every list.
    for (township, there) in [(TOWNSHIP, 0), (ELSEWHERE, of_other)] {
        let rows = downloaded(&site, &format!("/place/{township}"), "").await;
        assert_eq!(matters(&rows, OTHER), there, "{township}");
        assert_eq!(matters(&downloaded(&site, "/search", &format!("place={township}")).await, OTHER), there);
        let below = downloaded(&site, "/places", &format!("place={township}")).await;
        assert_eq!(below.iter().filter(|row| row["code"] == OTHER).count(), usize::from(there > 0));
        let late = matters(&downloaded(&site, "/overdue", &format!("place={township}")).await, OTHER);
        assert_eq!(late, if there > 0 { late_everywhere } else { 0 });
        let without = downloaded(&site, "/places", &format!("show=no-directory&place={township}")).await;
        assert_eq!(without.iter().filter(|row| row["code"] == OTHER).count(), usize::from(there > 0));
        page(&site, &format!("/county/{township}/oversight")).await;
    }
    assert_eq!(matters(&downloaded(&site, &format!("/place/{COUNTY}"), "").await, OTHER), of_other);
    // The way down, the list below, the place in one line, whom to ask: all go by the new township.
    let place = page(&site, &format!("/place/{OTHER}")).await;
    let crumbs = words(place.split("class=\"crumbs\"").nth(1).and_then(|rest| rest.split("</p>").next()).unwrap());
    assert!(crumbs.contains("柳林镇") && !crumbs.contains("杏坪镇"), "{crumbs}");
    says(&site, &format!("/place/{ELSEWHERE}"), &["柳林镇", "下辖", "石桥村", "已加入 1 个"]).await;
    says(&site, &format!("/calendar/{OTHER}"), &["柳林镇", "公开日历"]).await;
    says(&site, &format!("/search?place={ELSEWHERE}"), &["石桥村 · 柳林镇"]).await;
    says(&site, &format!("/search?place={ELSEWHERE}&lang=en"), &["Shiqiao Village, Liulin Town"]).await;
    says(&site, &format!("/county/{COUNTY}"), &["柳林镇", "杏坪镇"]).await;
    // What the old township registered stays told.
    says(&site, &format!("/place/{OTHER}"), &["开通第 1 本记录", "归 柳林镇"]).await;
    // Every figure of the new township opens to its own cases.
    let html = page(&site, &format!("/county/{COUNTY}")).await;
    assert!(html.contains(&format!("place={ELSEWHERE}")));
}

/// The names of the facts of an entry page, in the order they stand there.
fn fact_names(html: &str) -> Vec<String> {
    let section = html.split("id=\"facts\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap_or_default();
    section.split("<dt>").skip(1).filter_map(|rest| rest.split("</dt>").next()).map(ToOwned::to_owned).collect()
}

/// How many keys facts have, those of groups and of items of lists among them; a reference is one value.
fn keys(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(fields) if fields.len() == 3 && fields.contains_key("log") && fields.contains_key("index") => 0,
        serde_json::Value::Object(fields) => fields.len() + fields.values().map(keys).sum::<usize>(),
        serde_json::Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn the_entry_of_every_kind_tells_each_fact_by_its_name() {
    let mut county = story::county();
    assessed(&mut county, true);
    // What the story does not tell.
    let log = format!("{}/log/{VILLAGE}/1", county::FEDERATION);
    let target = format!("{{\"id\":\"{}\",\"index\":0,\"log\":\"{log}\"}}", "0".repeat(64));
    for (kind, facts) in [
        ("objection", format!("{{\"count\":3,\"target\":{target}}}")),
        ("problem", "{\"commitment\":\"c1\",\"round\":1}".to_owned()),
        ("result", "{\"commitments\":[{\"actual\":\"2026-10-01\",\"cost\":1825000,\"id\":\"c1\",\"planned\":\"2026-09-30\"}],\"posted\":[\"notice-board\"]}".to_owned()),
        ("termination", format!("{{\"reason\":\"resolved-not-to\",\"resolution\":{target}}}")),
    ] {
        let id = DONE.parse().unwrap();
        county.add(VILLAGE, &[office(VILLAGE, "committee")], kind, Some(id), Facts::parse(&facts).unwrap(), &Words::default(), now());
    }
    let holdings = county.holdings();
    let site = county.site();
    let mut met = std::collections::BTreeSet::new();
    for (origin, log) in holdings.logs() {
        for (index, held) in log.entries().iter().enumerate() {
            let statement = held.entry.as_ref().unwrap().statement.statement();
            let known = statement.kind.as_str().parse::<KindCode>().ok();
            let facts = serde_json::from_str(statement.facts.as_str()).unwrap();
            for lang in ["", "?lang=en"] {
                let html = page(&site, &format!("/log/{}/{index}{lang}", origin.division)).await;
                let names = fact_names(&html);
                let kind = &statement.kind;
                // The signers and the moment stand before the facts, the words after them.
                assert!(names.len() >= 2 + keys(&facts), "{kind} {index}: {names:?} of {facts}");
                if known.is_none() {
                    continue;
                }
                let is_chinese = |name: &String| name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert!(names.iter().all(|name| is_chinese(name) == lang.is_empty()), "{kind} {index}: {names:?}");
                // A code never stands where its label could.
                let section = html.split("id=\"facts\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
                for code in ["four-two", "civil-affairs", "personal-data", "no-consensus", "house-visits"] {
                    assert!(!section.contains(&format!(">{code}<")), "{kind} {index}: {code}");
                }
            }
            met.extend(known.map(|kind| kind.to_string()));
        }
    }
    let missing: Vec<&KindCode> = KindCode::ALL.iter().filter(|kind| !met.contains(kind.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn figures_that_take_long_are_said_to_be_computed_and_nobody_waits() {
    let mut county = story::county();
    assessed(&mut county, true);
    let path = format!("/county/{COUNTY}");
    let mut snapshot = Snapshot::rebuild(&mut county.holdings(), &sources(), now());
    let computed = snapshot.computed.clone();
    // Nothing may be computed: as where others keep all cores busy.
    snapshot.computed = Computed::default().with_most_running(0);
    let busy = site_of(snapshot.clone());
    for (lang, word) in [("", "正在计算"), ("?lang=en", "Being computed")] {
        let (status, html) = get(&busy, &format!("{path}{lang}")).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(words(&html).contains(word), "{html}");
    }
    // What was computed is kept, over snapshots too; newer records are said to be on their way.
    snapshot.computed = computed;
    says(&site_of(snapshot.clone()), &path, &["考核指标", "每一项都一样"]).await;
    snapshot.serial += 1;
    snapshot.computed = snapshot.computed.clone().with_most_running(0);
    says(&site_of(snapshot.clone()), &path, &["考核指标", "之后的新记录正在算进来", "每一项都一样"]).await;
    says(&site_of(snapshot), &format!("{path}?lang=en"), &["newer records are being taken in"]).await;
}

/// The statements of a kind in a log, in order.
fn of_kind(county: &County, code: &str, kind: &str) -> Vec<Reference> {
    let holdings = county.holdings();
    let log = &holdings.logs()[&origin(code)];
    let all = log.entries().iter().enumerate().filter_map(|(index, held)| {
        let statement = &held.entry.as_ref().unwrap().statement;
        (statement.statement().kind.as_str() == kind).then(|| Reference { log: origin(code), index: index as u64, id: statement.id() })
    });
    all.collect()
}

fn order(county: &mut County, matter: Option<&str>, addressed: Option<String>) -> Reference {
    let order = Rectification {
        action: RectificationAction::Order,
        date: None,
        deadline: Some(county::ago(2)),
        measure: None,
        office: addressed.map(|office| office.parse().unwrap()),
        target: None,
    };
    let matter = matter.map(|id| id.parse().unwrap());
    county.add(TOWNSHIP, &[office(TOWNSHIP, "government")], "rectification", matter, Facts::of(&order).unwrap(), &Words::default(), now())
}

fn answer(county: &mut County, code: &str, by: &str, matter: Option<&str>, target: &Reference) -> Reference {
    let answer = Answer { date: None, finding: Finding::Upheld, target: target.clone() };
    let matter = matter.map(|id| id.parse().unwrap());
    county.add(code, &[office(code, by)], "answer", matter, Facts::of(&answer).unwrap(), &Words::default(), now())
}

/// The row of a finding in the table of oversight.
async fn finding(county: &County, on: &Reference) -> serde_json::Map<String, serde_json::Value> {
    let rows = downloaded(&county.site(), &format!("/county/{COUNTY}/oversight"), "").await;
    rows.into_iter().find(|row| row["log"] == on.log.to_string() && row["index"] == on.index).expect("its row")
}

#[tokio::test]
async fn an_order_of_no_matter_is_answered_by_whom_it_addresses() {
    let mut county = story::county();
    let on = order(&mut county, None, Some(format!("{OTHER}/committee")));
    let by_another = answer(&mut county, OTHER, "party", None, &on);
    assert!(finding(&county, &on).await["answered"].is_null(), "the committee was asked");
    let path = format!("/county/{COUNTY}/oversight");
    says(&county.site(), &path, &["逾期未整改 2 天", "不算数：签名单位无此职责"]).await;
    let reply = answer(&mut county, OTHER, "committee", None, &on);
    let holdings = county.holdings();
    for each in [&reply, &by_another] {
        assert!(holdings.logs()[&origin(OTHER)].entries()[usize::try_from(each.index).unwrap()].judged.is_ok(), "it may be said");
    }
    let row = finding(&county, &on).await;
    assert_eq!((row["answered"].as_str(), row["finding"].as_str()), (Some("2026-11-22"), Some("采纳")));
    // The one of the story stays late.
    says(&county.site(), &path, &["已答复", "逾期未整改 3 天"]).await;
    says(&county.site(), &format!("{path}?lang=en"), &["answered", "Reply: upheld"]).await;
}

#[tokio::test]
async fn an_answer_of_whom_an_order_does_not_address_leaves_it_open() {
    let mut county = story::county();
    let on = order(&mut county, Some(MOVED), None);
    answer(&mut county, VILLAGE, "party", Some(MOVED), &on);
    let row = finding(&county, &on).await;
    assert!(row["answered"].is_null() && row["finding"].is_null() && row["days_late"] == 2, "{row:?}");
    says(&county.site(), &format!("/county/{COUNTY}/oversight?lang=en"), &["unanswered · 2 days late", "Does not count"]).await;
    answer(&mut county, VILLAGE, "committee", Some(MOVED), &on);
    assert_eq!(finding(&county, &on).await["answered"], "2026-11-22");
}

#[tokio::test]
async fn what_was_taken_back_and_belongs_to_no_matter_stays_visible_and_counts_nowhere() {
    let mut county = story::county();
    assessed(&mut county, true);
    let taken = [
        (COUNTY, "civil-affairs", "catalogue", 1),
        (VILLAGE, "committee", "catalogue", 0),
        (TOWNSHIP, "government", "rectification", 0),
        (COUNTY, "civil-affairs", "circular", 0),
        (COUNTY, "civil-affairs", "assessment", 0),
        (COUNTY, "civil-affairs", "rules", 0),
    ];
    for (code, by, kind, number) in taken {
        let all = of_kind(&county, code, kind);
        // The story has orders of matters too, and those are the fold's.
        let beside = |on: &&Reference| {
            county.holdings().logs()[&origin(code)].entries()[usize::try_from(on.index).unwrap()]
                .entry
                .as_ref()
                .is_ok_and(|entry| entry.statement.statement().matter.is_none())
        };
        let target = all.iter().filter(beside).nth(number).unwrap().clone();
        let void = Withdrawal { date: None, reason: VoidReason::Duplicate.into(), target: target.clone() };
        let by_itself = county.add(code, &[office(code, by)], "void", None, Facts::of(&void).unwrap(), &Words::default(), now());
        let site = county.site();
        let entry = format!("/log/{code}/{}", target.index);
        says(&site, &entry, &["签名核对无误", "不算数：已撤回", "撤回的那一条"]).await;
        let html = page(&site, &entry).await;
        assert!(html.contains(&format!("/log/{code}/{}", by_itself.index)), "the way to the withdrawal");
        says(&site, &format!("{entry}?lang=en"), &["Does not count: taken back by those who signed it"]).await;
        let rows = downloaded(&site, &format!("/office/{code}/{by}"), &format!("show={kind}")).await;
        let row = rows.iter().find(|row| row["index"] == target.index).unwrap();
        assert_eq!((&row["counts"], row["why_not"].as_str()), (&serde_json::Value::Bool(false), Some("已撤回")), "{kind}");
    }
    let site = county.site();
    // The version before is in force again; the village has no directory any more.
    let list = format!("/catalogue/{COUNTY}");
    let rows = downloaded(&site, &list, "").await;
    assert_eq!(rows.iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>(), ["村内道路"]);
    says(&site, &list, &["第 2 版", "不算数：已撤回"]).await;
    says(&site, &format!("/catalogue/{VILLAGE}"), &["还没有公布", "以上级的清单为准"]).await;
    let without = downloaded(&site, "/places", &format!("show=no-directory&place={COUNTY}")).await;
    assert!(without.iter().any(|row| row["code"] == VILLAGE));
    let oversight = words(&page(&site, &format!("/county/{COUNTY}/oversight")).await);
    assert!(!oversight.contains("逾期未整改") && oversight.matches("不算数：已撤回").count() == 2, "{oversight}");
    let counted = downloaded(&site, &format!("/county/{COUNTY}/oversight"), "").await;
    assert_eq!(counted.iter().filter(|row| row["why_not"] == "已撤回" && row["counts"] == false).count(), 2);
    says(&site, &format!("/county/{COUNTY}"), &["考核评价：签了名的 1", "不算数：已撤回"]).await;
    says(&site, "/rules", &["本地规程", "不算数：已撤回"]).await;
}

#[tokio::test]
async fn a_directory_that_was_taken_back_leaves_its_slot_empty() {
    let mut county = story::county();
    // A year that the village's log saw whole.
    let (signed, later): (Time, Time) = ("2027-02-01T02:00:00Z".parse().unwrap(), "2027-06-01T02:00:00Z".parse().unwrap());
    let items = vec![CatalogueItem { category: Category::Sanitation.into(), code: "pets".parse().unwrap(), duty: Duty::May }];
    let facts = Facts::of(&Catalogue { from: None, items, version: 2 }).unwrap();
    let committee = [office(VILLAGE, "committee")];
    let target = county.add(VILLAGE, &committee, "catalogue", None, facts, &Words::default(), signed);
    let slot = async |county: &County| {
        let site = site_of(Snapshot::rebuild(&mut county.holdings(), &sources(), later));
        let rows = downloaded(&site, &format!("/calendar/{VILLAGE}"), "").await;
        let directory = rows.into_iter().find(|row| row["duty"] == "directory").expect("a directory is due every year");
        (directory["state"].as_str().unwrap().to_owned(), directory["filled"].is_null())
    };
    assert_eq!(slot(&county).await, ("filled".to_owned(), false));
    let void = Withdrawal { date: None, reason: VoidReason::Duplicate.into(), target };
    county.add(VILLAGE, &committee, "void", None, Facts::of(&void).unwrap(), &Words::default(), signed.plus(60));
    assert_eq!(slot(&county).await, ("open".to_owned(), true));
}

#[tokio::test]
async fn at_the_root_a_page_says_that_nobody_can_verify() {
    let mut county = story::county();
    let id = format!("{COUNTY}-2026-0001");
    let pack = luodi_ledger::matter::pack::Packs::built_in();
    let pack = pack.with(Method::General).next().unwrap().0;
    for (kind, facts) in [
        (
            "topic",
            serde_json::json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": pack}),
        ),
        ("outcome", serde_json::json!({"commitments": [{"due": "2026-09-30", "id": "c1"}], "result": "consensus", "round": 1})),
        ("completion", serde_json::json!({"commitment": "c1", "date": "2026-09-20"})),
    ] {
        let (facts, at) = (Facts::of(&facts).unwrap(), now().plus(-60 * 86_400));
        county.add(COUNTY, &[office(COUNTY, "government")], kind, Some(id.parse().unwrap()), facts, &Words::default(), at);
    }
    // After its notice.
    let site = site_of(Snapshot::rebuild(&mut county.holdings(), &sources(), now().plus(10 * 86_400)));
    let matter = format!("/matter/{id}");
    let chinese = words(&page(&site, &matter).await);
    assert_eq!(chinese.matches("本联邦里没有上级，没有单位能核实它").count(), 3, "the band, what comes next, the voices: {chinese}");
    assert!(!chinese.contains("上级核实") && !chinese.contains("接下来：监督核实"), "{chinese}");
    let english = words(&page(&site, &format!("{matter}?lang=en")).await);
    assert!(english.contains("Nobody in this federation can verify it: there is no office above."), "{english}");
    assert!(!english.contains("office above found") && !english.contains("990100000000"), "{english}");
    let data: serde_json::Value = serde_json::from_str(&page(&site, &format!("{matter}.json")).await).unwrap();
    assert_eq!(data["verifier"], "nobody");
}

#[tokio::test]
async fn a_matter_whose_topic_was_taken_back_is_in_no_list_and_its_page_says_so() {
    let mut county = story::county();
    let id = "990101001201-2026-0099";
    let facts = Facts::of(&serde_json::json!({
        "basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general"
    }));
    let title = Words { title: Some("误录的议题".to_owned()), ..Words::default() };
    let say = |county: &mut County, kind: &str, facts: Facts, words: &Words| {
        county.add(VILLAGE, &[office(VILLAGE, "committee")], kind, Some(id.parse().unwrap()), facts, words, now())
    };
    let target = say(&mut county, "topic", facts.unwrap(), &title);
    let list = format!("/place/{VILLAGE}");
    assert!(page(&county.site(), &list).await.contains("误录的议题"));
    let void = Withdrawal { date: None, reason: VoidReason::Unintended.into(), target };
    say(&mut county, "void", Facts::of(&void).unwrap(), &Words::default());
    let site = county.site();
    assert!(!page(&site, &list).await.contains(id));
    says(&site, &format!("/matter/{id}"), &["没有有效的议题", "已撤回"]).await;
    says(&site, &format!("/matter/{id}?lang=en"), &["No topic that counts"]).await;
}
