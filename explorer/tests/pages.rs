//! The pages over a fictional county, without a socket.

#![allow(missing_docs, reason = "the county is scaffolding")]

pub mod county;
mod pages_of;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use county::story::{self, AGAIN, CLAIMED, DONE, HOSTILE, MOVED, NOTICE, OVERDUE, PROMISED, REJECTED, forked};
use county::{COUNTY, TOWNSHIP, VILLAGE};
use luodi_explorer::router;
use luodi_explorer::site::Site;
use pages_of::{answer, downloaded, get, page, with, words};
use tower::ServiceExt as _;

/// The ways a page can be asked for.
const LOOKS: [&str; 4] = ["", "lang=en", "mode=elder", "lang=en&mode=elder"];

/// The lists that stand at an address of their own.
const LISTS: [&str; 14] = [
    "/notices",
    "/notices?show=ended",
    "/overdue",
    "/overdue?show=late",
    "/results",
    "/results?show=claimed",
    "/places",
    "/rules",
    "/county/990101000000/oversight",
    "/county/990101000000",
    "/county/990101000000/cases?figure=on-time",
    "/calendar/990101001202",
    "/catalogue/990101000000",
    "/catalogue/990101001202",
];

/// An office of each level, the root's pinned one among them.
const OFFICES: [(&str, &str); 4] = [(COUNTY, "government"), (TOWNSHIP, "government"), (VILLAGE, "committee"), (VILLAGE, "supervisors")];

fn site() -> Arc<Site> {
    story::county().site()
}

fn all_paths() -> Vec<String> {
    let mut paths: Vec<String> = ["/", "/search", "/search?q=ct", "/help", "/nodes", "/nowhere"].map(ToOwned::to_owned).to_vec();
    paths.extend([COUNTY, TOWNSHIP, VILLAGE, "411381113215", "410000000000"].map(|code| format!("/place/{code}")));
    for id in PROMISED.into_iter().chain([AGAIN, HOSTILE]) {
        paths.extend([format!("/matter/{id}"), format!("/matter/{id}/check"), format!("/matter/{id}/versions")]);
    }
    paths.push(format!("/log/{VILLAGE}/0"));
    paths.extend(LISTS.map(ToOwned::to_owned));
    paths.extend(OFFICES.map(|(code, word)| format!("/office/{code}/{word}")));
    paths
}

#[tokio::test]
async fn every_page_is_small_marked_as_a_sample_and_keeps_the_choices() {
    let site = site();
    for path in all_paths() {
        for look in LOOKS {
            let (status, page) = get(&site, &with(&path, look)).await;
            assert!(status == StatusCode::OK || path == "/nowhere", "{path} {look}: {status}");
            assert!(page.len() < 50 * 1024, "{path}: {} bytes", page.len());
            assert!(page.contains("示例") || page.contains("SAMPLE"), "{path} {look}");
            assert!(!page.contains("<script"), "{path}");
            assert!(page.contains(if look.contains("lang=en") { "<html lang=\"en\"" } else { "<html lang=\"zh-CN\"" }), "{path} {look}");
            for link in page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
                let file = ["style.css", "icon.svg", "federation.txt", "api/schemas", "api/codes"].contains(&link);
                let switch = look.split('&').count() > link.matches("lang=en").count() + link.matches("mode=elder").count();
                let lost = look.split('&').filter(|choice| !link.contains(choice)).count();
                // The two switches change one choice each.
                assert!(file || lost == 0 || (switch && lost == 1), "{path} {look}: {link}");
            }
        }
    }
}

#[tokio::test]
async fn the_first_screen_holds_decision_who_when_how_much_and_who_says_so() {
    let site = site();
    let expected: [(&str, [&str; 6], [&str; 6]); 6] = [
        (
            DONE,
            ["已核实办结", "监委会 9月23日 核实：通过", "利用老粮库", "村委会", "9月23日", "9.6万元"],
            [
                "Done and verified",
                "Supervisors, 23 Sep: verified and accepted",
                "Turn the old granary",
                "Village committee",
                "23 Sep",
                "CNY 96,000",
            ],
        ),
        (
            MOVED,
            ["落实中", "村委会 11月10日", "硬化北街", "村委会", "12月7日", "38.5万元"],
            ["Being carried out", "Village committee, 10 Nov", "Pave 1.2 km", "Village committee", "7 Dec", "CNY 385,000"],
        ),
        (
            OVERDUE,
            ["已逾期", "期限已过，没有完成报告；最近：村委会", "老小学两间房", "村民委员会", "10月30日", "18.8万元"],
            ["Overdue", "No report by the due date", "Two rooms", "Xinghua Residents' Committee", "30 Oct", "CNY 188,000"],
        ),
        (
            REJECTED,
            ["核实未通过", "监委会 11月13日 核实：没有通过", "更换东巷", "村委会", "11月2日", "7.2万元"],
            ["Verification failed", "Supervisors, 13 Nov: not accepted", "Replace 300 m", "Village committee", "2 Nov", "CNY 72,000"],
        ),
        (
            NOTICE,
            ["公示中", "剩 4 天", "村口到广场", "村委会", "2027年1月21日", "2.7万元"],
            ["On public notice", "4 days left", "Eighteen solar lamps", "Village committee", "21 Jan 2027", "CNY 27,000"],
        ),
        (
            CLAIMED,
            ["报告完成·待核实", "监督方还没有核实", "三组机井洗井", "村委会", "12月12日", "1.85万元"],
            [
                "Reported finished, awaiting verification",
                "nobody has verified it yet",
                "Clean the well",
                "Village committee",
                "12 Dec",
                "CNY 18,500",
            ],
        ),
    ];
    for (id, chinese, english) in expected {
        for (look, wanted) in [("", chinese), ("lang=en", english)] {
            let text = words(&page(&site, &with(&format!("/matter/{id}"), look)).await);
            let mut rest = text.as_str();
            for each in wanted {
                let at = rest.find(each).unwrap_or_else(|| panic!("{id} {look}: {each:?} not in order in {text}"));
                rest = &rest[at + each.len()..];
            }
            // Ten lines of Chinese or twice as many letters of English fit a first screen beside the headings.
            let until = text.len() - rest.len();
            assert!(text[..until].chars().count() < if look.is_empty() { 220 } else { 450 }, "{id} {look}: {}", &text[..until]);
        }
    }
}

#[tokio::test]
async fn only_what_supervisors_accepted_is_called_done() {
    let site = site();
    for id in PROMISED.into_iter().chain([AGAIN]).filter(|id| *id != DONE) {
        for path in [format!("/matter/{id}"), format!("/matter/{id}/check")] {
            for look in LOOKS {
                let page = page(&site, &with(&path, look)).await;
                assert!(!page.contains("办结"), "{path}");
                let lower = page.to_lowercase();
                assert!(lower.split(|c: char| !c.is_ascii_alphanumeric()).all(|word| word != "done"), "{path} {look}");
            }
        }
    }
    assert!(page(&site, &format!("/matter/{DONE}")).await.contains("已核实办结"));
}

#[tokio::test]
async fn residents_read_words_and_not_machinery() {
    let site = site();
    for path in all_paths().into_iter().filter(|path| !path.starts_with("/log")) {
        let page = page_or_missing(&site, &path).await;
        for word in ["哈希", "区块链", "节点", "hash", "blockchain"] {
            assert!(!words(&page).to_lowercase().contains(word), "{path}: {word}");
        }
        // A signature is 核对, work is 核实: nothing says that a signature was 核实.
        assert!(!page.contains("签名核实") && !page.contains("核实签名"), "{path}");
    }
}

async fn page_or_missing(site: &Arc<Site>, path: &str) -> String {
    get(site, path).await.1
}

#[tokio::test]
async fn foreign_words_are_text_and_never_markup() {
    let site = site();
    for path in [format!("/matter/{HOSTILE}"), format!("/matter/{HOSTILE}/check"), "/search?q=%3Cscript%3E".to_owned(), "/".to_owned()] {
        for look in LOOKS {
            let page = page(&site, &with(&path, look)).await;
            assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>粗体"), "{path}");
        }
    }
    assert!(page(&site, &format!("/matter/{HOSTILE}")).await.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn a_statement_by_a_stranger_is_struck_out_and_changes_nothing() {
    let site = site();
    let page = page(&site, &format!("/matter/{HOSTILE}")).await;
    assert!(page.contains("不算数："));
    assert!(page.contains("class=\"void\""));
    assert!(page.contains("征求意见中"));
    assert!(!page.contains("报告完成·待核实"));
}

#[tokio::test]
async fn moved_deadlines_stay_struck_through() {
    let page = page(&site(), &format!("/matter/{MOVED}")).await;
    assert!(page.contains("<s>10月23日</s> → <b>12月7日</b>"));
    assert!(page.contains("已改期 2 次(+45 天)"));
    assert!(page.contains("<s>10月23日</s> → <b>11月17日</b>") && page.contains("<s>11月17日</s> → <b>12月7日</b>"));
}

#[tokio::test]
async fn counts_and_rounds_are_told() {
    let site = site();
    let done = words(&page(&site, &format!("/matter/{DONE}")).await);
    assert!(done.contains("应到 42 实到 36 (85.7%，需≥2/3) 赞成 33 反对 2 弃权 1 → 通过"), "{done}");
    assert!(done.contains("已解决 41 ，部分 3 ，没有 1 ，不清楚 2"), "{done}");
    let again = words(&page(&site, &format!("/matter/{AGAIN}")).await);
    assert!(
        again.contains("再次协商中") && again.contains("第 1 轮 · 未达成共识") && again.contains("第 2 轮（再议原因：未达成共识）"),
        "{again}"
    );
}

#[tokio::test]
async fn what_is_unknown_is_missed_in_words() {
    let site = site();
    let village = format!("/log/{VILLAGE}/9999");
    let paths = [
        "/place/123",
        "/place/999999999999",
        "/matter/x",
        "/matter/990101001201-2026-0999",
        "/matter/990101001201-2026-0999/check",
        &village,
        "/log/990101001201/x",
        "/log/x/0",
        "/evidence/x",
        "/receipt/x/0",
        "/office/990101001201/owners",
        "/office/990101001201/node",
        "/office/x/committee",
        "/nowhere",
    ];
    for path in paths {
        for (look, word) in [("", "换个写法再查"), ("lang=en", "Try another wording")] {
            let (status, page) = get(&site, &with(path, look)).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert!(page.contains(word), "{path}");
        }
    }
}

#[tokio::test]
async fn places_are_found_by_name_pinyin_and_code() {
    let site = site();
    for query in ["xinghua", "xhc", "杏花", "槐安杏花村", "990101001201"] {
        let page = page(&site, &format!("/search?q={query}")).await;
        assert!(page.contains(&format!("/place/{VILLAGE}")), "{query}");
    }
    let real = page(&site, "/search?q=chentang").await;
    assert!(real.contains("/place/411381113215") && real.contains("尚未加入"));
    assert!(page(&site, "/search?q=chentang&lang=en").await.contains("not joined yet"));
    let place = words(&page(&site, "/place/411381113215").await);
    for word in ["陈堂村", "桑庄镇", "邓州市", "411381113215", "尚未加入"] {
        assert!(place.contains(word), "{word}: {place}");
    }
    assert!(page(&site, "/search?q=路灯").await.contains(NOTICE));
}

/// What each `href` of a page that begins with `prefix` goes on with, up to a query.
fn linked<'a>(html: &'a str, prefix: &str) -> Vec<&'a str> {
    let main = html.split("<main").nth(1).unwrap();
    main.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '?', '#']).next()?.strip_prefix(prefix)).collect()
}

#[tokio::test]
async fn a_list_to_download_holds_the_rows_of_its_page() {
    let site = site();
    let village = format!("/place/{VILLAGE}");
    let matters = [
        ("/search", "", 8),
        ("/search", "state=on-notice,overdue", 2),
        ("/search", "q=下水道", 1),
        (&village, "", 4),
        ("/notices", "", 1),
        ("/notices", "show=ended", 5),
        ("/overdue", "", 2),
        ("/overdue", "show=late", 2),
        ("/overdue", "show=silent", 1),
        ("/results", "", 1),
        ("/results", "show=claimed", 1),
        ("/results", "place=990101001202", 0),
    ];
    for (path, query, count) in matters {
        let html = page(&site, &with(path, query)).await;
        let rows = downloaded(&site, path, query).await;
        let listed: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        let mut shown = linked(&html, "/matter/");
        if path.starts_with("/place/") {
            // The calendar below the list leads to matters as well.
            shown.truncate(listed.len());
        }
        assert_eq!(shown, listed, "{path}?{query}");
        assert_eq!(listed.len(), count, "{path}?{query}");
    }
    for (path, query) in
        [("/places", ""), ("/places", "q=xing"), ("/places", &format!("place={TOWNSHIP}")), ("/places", "q=chentang&show=joined")]
    {
        let html = page(&site, &with(path, query)).await;
        let rows = downloaded(&site, path, query).await;
        let listed: Vec<&str> = rows.iter().take(50).map(|row| row["code"].as_str().unwrap()).collect();
        let all = linked(&html, "/place/");
        assert!(all == listed && (query.contains("show") == all.is_empty()), "{path}?{query}");
    }
    let rows = downloaded(&site, &format!("/office/{VILLAGE}/supervisors"), "").await;
    assert!(rows.iter().any(|row| row["kind"] == "verification" && row["reacted_days"] == 10), "{rows:?}");
}

#[tokio::test]
async fn late_silent_and_finished_are_told_in_figures() {
    let site = site();
    let late = words(&page(&site, "/overdue").await);
    // The report on the drain was rejected, so its promise is late again, whatever its status reads.
    for said in ["逾期 23 天 60 天没有消息 办老年食堂，80 岁以上免费 期限 10月30日", "逾期 20 天 疏通东巷下水道 期限 11月2日"]
    {
        assert!(late.contains(said), "{said}: {late}");
    }
    let row = &downloaded(&site, "/overdue", "show=late").await[0];
    assert_eq!((row["days_late"].as_i64(), row["due"].as_str()), (Some(23), Some("2026-10-30")), "{row:?}");
    let done = words(&page(&site, "/results").await);
    assert!(done.contains("说的 9月23日，实际 9月13日") && done.contains("早 10 天"), "{done}");
    assert!(done.contains("预算 9.6万元，实际 9.53万元"), "{done}");
    let english = words(&page(&site, "/results?lang=en").await);
    assert!(english.contains("10 days early") && english.contains("CNY 95,300"), "{english}");
    let notices = words(&page(&site, "/notices?lang=en").await);
    assert!(notices.contains("4 days left") && notices.contains("Lamps at the village gate"), "{notices}");
}

#[tokio::test]
async fn an_office_shows_its_terms_its_keys_and_how_soon_it_reacts() {
    let site = site();
    let path = format!("/office/{VILLAGE}/supervisors");
    let chinese = words(&page(&site, &path).await);
    for said in [
        "杏花村村务监督委员会",
        "任期 2024年1月1日 – 2028年12月31日",
        "选举产生",
        "杏坪镇人民政府 登记于 1月2日",
        "2 次 ：中位数 10 天，最久 16 天",
        "监督核实",
    ] {
        assert!(chinese.contains(said), "{said}: {chinese}");
    }
    let english = words(&page(&site, &format!("{path}?lang=en")).await);
    for said in ["Term 1 Jan 2024 – 31 Dec 2028", "elected", "2 times : median 10 days, longest 16 days"] {
        assert!(english.contains(said), "{said}: {english}");
    }
    // The neighbours have a report that nobody has verified for three days.
    let waiting = page(&site, "/office/990101001202/supervisors").await;
    assert!(waiting.contains(CLAIMED) && words(&waiting).contains("已等 3 天"), "{}", words(&waiting));
    let root = words(&page(&site, &format!("/office/{COUNTY}/government")).await);
    assert!(root.contains("由联盟文件直接指定") && root.contains("登记公布"), "{root}");
    // Whoever is named beside a statement is one link away.
    assert!(page(&site, &format!("/matter/{DONE}")).await.contains(&format!("href=\"{path}\"")));
    assert!(page(&site, &format!("/place/{VILLAGE}")).await.contains(&format!("href=\"{path}\"")));
}

#[tokio::test]
async fn the_numbers_on_the_first_page_open_to_as_many_rows() {
    let site = site();
    let home = page(&site, "/").await;
    for (path, query) in [("/notices", ""), ("/search", "state=under-way"), ("/overdue", "show=late"), ("/results", "")] {
        let link = format!("href=\"{}\"><b>", with(path, query));
        let at = home.find(&link).unwrap_or_else(|| panic!("{link}")) + link.len();
        let number: usize = home[at..].split('<').next().unwrap().parse().unwrap();
        assert_eq!(downloaded(&site, path, query).await.len(), number, "{path}?{query}");
    }
}

#[tokio::test]
async fn a_fork_is_shown_loudly_with_both_versions() {
    let site = forked();
    for path in
        ["/".to_owned(), "/nodes".to_owned(), format!("/place/{VILLAGE}"), format!("/matter/{DONE}"), format!("/matter/{DONE}/check")]
    {
        for look in LOOKS {
            let page = page(&site, &with(&path, look)).await;
            assert!(page.contains("role=\"alert\"") && page.contains("/evidence/"), "{path} {look}");
        }
    }
    let home = page(&site, "/").await;
    let id = &home.split("/evidence/").nth(1).unwrap()[..64];
    let evidence = page(&site, &format!("/evidence/{id}")).await;
    assert!(evidence.contains("&quot;rejected&quot;") && evidence.contains("&quot;accepted&quot;"));
    let file = page(&site, &format!("/evidence/{id}.txt")).await;
    assert!(luodi_ledger::fork::Evidence::parse(file.as_bytes()).is_ok());
}

#[tokio::test]
async fn a_receipt_proves_its_record_off_line() {
    let site = site();
    let entry: serde_json::Value = serde_json::from_str(&page(&site, &format!("/matter/{DONE}.json")).await).unwrap();
    let index = entry["timeline"][0]["reference"]["index"].as_u64().unwrap();
    let receipt = page(&site, &format!("/receipt/{VILLAGE}/{index}")).await;
    let federation = page(&site, "/federation.txt").await.parse().unwrap();
    assert!(luodi_ledger::receipt::verify(receipt.as_bytes(), &federation).is_verified());
}

#[tokio::test]
async fn answers_bear_their_guards_and_are_not_sent_twice() {
    let site = site();
    let first = answer(&site, "/").await;
    let headers = first.headers();
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self'; script-src 'none'") && policy.ends_with("frame-ancestors 'none'"));
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers.contains_key(header::REFERRER_POLICY));
    let name = headers[header::ETAG].clone();
    let again = Request::get("/").header(header::IF_NONE_MATCH, name).body(Body::empty()).unwrap();
    assert_eq!(router(&site).oneshot(again).await.unwrap().status(), StatusCode::NOT_MODIFIED);
    let zipped = Request::get("/style.css").header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
    assert_eq!(router(&site).oneshot(zipped).await.unwrap().headers()[header::CONTENT_ENCODING], "gzip");
    let style = page(&site, "/style.css").await;
    assert!(style.len() < 12 * 1024);
}
