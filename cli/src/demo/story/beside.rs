//! 旁人说的: what those above do beside the eight matters: lists of what is to be consulted, a countersign, an order and its reply, an
//! evaluation, a circular; and one figure that its office corrected.

use luodi_ledger::facts::Value;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{Addressee, Category, CircularGround, Duty, Finding, Inspection, Rating, RectificationAction};
use luodi_ledger::matter::facts::{
    Answer, Catalogue, CatalogueItem, Change, Circular, Correction, Countersign, Evaluation, Rectification, RulesNotice, Said,
};
use luodi_ledger::names::{MatterId, Office};

use super::words::{Both, text};
use super::{Calendar, Event, Moment, Saying};
use crate::demo::cases;
use crate::demo::cast::{COUNTY, Place, SHIQIAO, STREET, TOWN, WUTONG, XINGHUA, parsed};

/// Rules that the county signs.
const RULES: &str = include_str!("../../../../config/cases/four-two-county.json");

/// Adds what is said beside the matters that `told` holds.
pub(super) fn tell(calendar: Calendar, told: &[Event]) -> Vec<Event> {
    let mut beside = Beside { calendar, told, events: Vec::new() };
    beside.lists();
    beside.rules();
    beside.oversight();
    beside.mended();
    beside.events
}

struct Beside<'a> {
    calendar: Calendar,
    told: &'a [Event],
    events: Vec<Event>,
}

impl Beside<'_> {
    /// One office says something beside any matter, or of the matter that `of` belongs to.
    fn says(&mut self, at: Moment, (place, office): (Place, &str), label: &str, of: Option<&str>, saying: Saying, words: Both) {
        self.events.push(Event {
            label: format!("beside/{label}"),
            at: self.calendar.at(at),
            place,
            by: vec![place.office(office)],
            matter: of.and_then(|of| self.matter(of)),
            saying,
            words: words.done(),
        });
    }

    /// The matter that an event belongs to.
    fn matter(&self, of: &str) -> Option<MatterId> {
        self.told.iter().chain(&self.events).find(|event| event.label == of)?.matter
    }

    fn says_of(
        &mut self,
        at: Moment,
        by: (Place, &str),
        label: &str,
        of: &str,
        said: impl Fn(Reference) -> Said + Send + Sync + 'static,
        words: Both,
    ) {
        self.says(at, by, label, Some(of), Saying::Of(of.to_owned(), Box::new(said)), words);
    }

    fn list(&mut self, at: Moment, by: (Place, &str), label: &str, items: &[(&str, Category, Duty, &str, &str)], words: Both) {
        let item = |(code, category, duty, ..): &(&str, Category, Duty, &str, &str)| CatalogueItem {
            category: (*category).into(),
            code: parsed(code),
            duty: *duty,
        };
        let said = Said::from(Catalogue { from: None, items: items.iter().map(item).collect(), version: 1 });
        let words = items.iter().fold(words, |words, (code, _, _, chinese, english)| words.item(code, chinese, english));
        self.says(at, by, label, None, Saying::Plain(Box::new(said)), words);
    }

    fn lists(&mut self) {
        self.list(
            (250, 10, 0),
            (COUNTY, Office::CIVIL_AFFAIRS),
            "list",
            &[
                (
                    "facilities",
                    Category::PublicWelfare,
                    Duty::Must,
                    "公共设施和活动场地的新建、改造",
                    "Building and altering public facilities",
                ),
                ("roads", Category::PublicWelfare, Duty::Must, "道路、排水和路灯", "Roads, drains and lamps"),
                ("housing", Category::PropertyManagement, Duty::Must, "老旧小区改造", "Renewal of old housing estates"),
                ("order", Category::PropertyManagement, Duty::May, "小区日常管理", "Everyday order in estates"),
            ],
            text("全县村(社区)协商事项清单。", "What villages and communities of the county consult."),
        );
        self.list(
            (240, 15, 0),
            (XINGHUA, Office::COMMITTEE),
            "directory",
            &[
                ("facilities", Category::PublicWelfare, Duty::Must, "文化大院、食堂等公共设施", "Culture yard, canteen and the like"),
                ("roads", Category::PublicWelfare, Duty::Must, "村内道路", "Roads in the village"),
            ],
            text("杏花村协商目录。", "The directory of Xinghua Village."),
        );
    }

    /// The county puts rules of its own in force; no topic names them, so nothing here is judged by them.
    fn rules(&mut self) {
        let notice = RulesNotice { from: self.calendar.ago(248), pack: Blake3::of(RULES.as_bytes()), replaces: None, until: None };
        let words = text(
            "全县村一级的重大事项按四议两公开办理。",
            "Villages of the county decide what is important by four deliberations and two disclosures.",
        )
        .title("槐安县四议两公开工作规程（示例）", "Four deliberations, two disclosures in Huai'an County (sample)")
        .pack(RULES)
        .of_case(&cases::named("dengzhou-origin"));
        self.says((249, 10, 0), (COUNTY, Office::CIVIL_AFFAIRS), "rules", None, Saying::Plain(Box::new(Said::from(notice))), words);
    }

    fn oversight(&mut self) {
        let stood = |target| Said::from(Countersign { date: None, target });
        let words = text("镇政府会签，并配套 30 万元。", "Countersigned by the township, which adds 300,000 yuan.");
        self.says_of((202, 16, 0), (TOWN, Office::GOVERNMENT), "countersign", "yard/outcome", stood, words);
        let found = |_| {
            Said::from(Evaluation {
                date: None,
                how: vec![Inspection::Visit.into(), Inspection::Interview.into(), Inspection::Files.into()],
                rating: Rating::Good.into(),
                target: None,
            })
        };
        let words = text("大院每天开放，账目清楚，群众满意。", "The yard is open every day, the books are in order, people are content.");
        self.says_of((30, 11, 0), (COUNTY, Office::CIVIL_AFFAIRS), "evaluation", "yard/result", found, words);
        let deadline = self.calendar.ago(12);
        let order = move |target| {
            Said::from(Rectification {
                action: RectificationAction::Order,
                date: None,
                deadline: Some(deadline),
                measure: None,
                office: None,
                target: Some(target),
            })
        };
        let words =
            text("十日内书面答复怎样补换其余 14 米，何时完工。", "Answer within ten days how and when the other 14 m will be renewed.");
        self.says_of((22, 10, 0), (STREET, Office::GOVERNMENT), "order", "drain/verification", order, words);
        let answer = |target| Said::from(Answer { date: None, finding: Finding::Upheld, target });
        let words = text("施工方已进场返工，不另付款。", "The contractor is back at work, at no extra cost.");
        self.says_of((18, 9, 0), (WUTONG, Office::COMMITTEE), "reply", "beside/order", answer, words);
        let told = Said::from(Circular {
            date: None,
            ground: CircularGround::NotDisclosed.into(),
            places: vec![SHIQIAO.division()],
            target: None,
            to: Addressee::Public,
        });
        let words =
            text("石桥村至今没有公布协商目录，限年内补齐。", "Shiqiao has not published its directory; it is to do so within the year.");
        self.says((9, 9, 0), (COUNTY, Office::CIVIL_AFFAIRS), "circular", None, Saying::Plain(Box::new(told)), words);
    }

    fn mended(&mut self) {
        let mended = |target| {
            let spent = |yuan: i64| Some(Value::Integer(yuan * 100));
            let change = Change { new: spent(914_800), old: spent(903_800), path: parsed("spent") };
            Said::from(Correction { changes: vec![change], date: None, target })
        };
        let words = text("累计支出应为 91.48 万元。", "Spent so far is 914,800 yuan.")
            .reason("漏记了一笔砂石款 1.1 万元", "11,000 yuan for gravel had been left out");
        self.says_of((3, 15, 0), (SHIQIAO, Office::COMMITTEE), "correction", "road/progress-surface", mended, words);
    }
}
