//! Turning codes, dates, amounts and office names into words, in either language.

use std::borrow::Cow;

use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::{BodyCode, CommitmentState, EndReason, Every, Status, Verdict};
use luodi_ledger::matter::facts::{Bearer, Fen};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::pack::in_english;
use luodi_ledger::matter::view::{Test, View};
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{Division, Level, Office, OfficeName};
use luodi_ledger::time::{Date, Time};
use luodi_ledger::told;
use maud::{Markup, html};

use super::icons;
use crate::divisions::Place;
use crate::index::Snapshot;
use crate::look::Look;
use crate::site::Site;

/// What a page is made with: the site, one moment of it, and how the reader wants it.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) site: &'a Site,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) look: &'a Look,
}

impl<'a> Scene<'a> {
    /// The word for a code.
    pub(crate) fn label(&self, code: &impl Label) -> String {
        label(self.look, code)
    }

    /// What a rule rests on, as it is cited: in English where that is known, else in the Chinese of the rule.
    pub(crate) fn cited(&self, citation: &str) -> Markup {
        let english = in_english(citation).filter(|_| self.look.is_english());
        html! { span lang=[english.is_none().then_some("zh-CN")] { (english.unwrap_or(citation)) } }
    }

    /// A date; the year is left out where it is this year's.
    pub(crate) fn date(&self, date: Date) -> String {
        match (self.look.is_english(), self.site.today().year() == date.year()) {
            (false, true) => format!("{}月{}日", date.month(), date.day()),
            (true, true) => format!("{} {}", date.day(), month(date)),
            (_, false) => self.whole_date(date),
        }
    }

    /// A date with its year, whichever it is: for what stands for years.
    pub(crate) fn whole_date(&self, date: Date) -> String {
        if self.look.is_english() {
            format!("{} {} {}", date.day(), month(date), date.year())
        } else {
            format!("{}年{}月{}日", date.year(), date.month(), date.day())
        }
    }

    /// What a span of dates is called: a year, a quarter, a month, or both days.
    pub(crate) fn period(&self, period: Span) -> String {
        let (year, month) = (period.from.year(), period.from.month());
        let named = [Every::Month, Every::Quarter, Every::Year].into_iter().find(|every| Span::around(period.from, *every) == period);
        match (named, self.look.is_english()) {
            (Some(Every::Year), false) => format!("{year}年"),
            (Some(Every::Quarter), false) => format!("{year}年第 {} 季度", (month - 1) / 3 + 1),
            (Some(Every::Month), false) => format!("{year}年{month}月"),
            (Some(_), true) => period.to_string(),
            (None, _) => format!("{} – {}", self.date(period.from), self.date(period.until)),
        }
    }

    /// A date and the time of day, in the federation's civil time.
    pub(crate) fn moment(&self, time: Time) -> String {
        let offset = self.site.settings().federation.offset;
        let seconds = (time.unix() + i64::from(offset) * 3600).rem_euclid(86_400);
        format!("{} {:02}:{:02}", self.date(time.civil_date(offset)), seconds / 3600, seconds / 60 % 60)
    }

    /// How long ago a moment is, in whole days.
    pub(crate) fn days_ago(&self, time: Time) -> String {
        let offset = self.site.settings().federation.offset;
        let days = (self.site.today() - time.civil_date(offset)).get_days();
        match (days, self.look.is_english()) {
            (..=0, false) => "今天更新".to_owned(),
            (..=0, true) => "updated today".to_owned(),
            (days, false) => format!("{days} 天前更新"),
            (1, true) => "updated yesterday".to_owned(),
            (days, true) => format!("updated {days} days ago"),
        }
    }

    /// An amount: exact, and in 万元 beside it where that is how people say it.
    pub(crate) fn money(&self, amount: Fen) -> String {
        let exact = amount.grouped();
        match self.look.is_english() {
            true => format!("CNY {exact}"),
            // From 10,000 yuan, where it says the same in fewer digits.
            false if amount.0 >= 1_000_000 && amount.0.is_multiple_of(10_000) => format!("{}万元", ten_thousands(amount)),
            false => format!("{exact}元"),
        }
    }

    /// What a page calls an office: the name its registration gives, or its place and kind.
    pub(crate) fn office(&self, name: &OfficeName) -> String {
        self.registered(name).and_then(|words| self.in_language(&words, |words| words.name.clone())).unwrap_or_else(|| self.derived(name))
    }

    /// The short word for an office of `home`: 村委会, 监委会; the whole name for one from elsewhere.
    pub(crate) fn office_briefly(&self, name: &OfficeName, home: Division) -> String {
        if name.division != home || home.level() != Level::Community {
            return self.office(name);
        }
        let village = self.is_village(home);
        let (chinese, english) = match name.office.as_str() {
            Office::COMMITTEE if village => ("村委会", "Village committee"),
            Office::COMMITTEE => ("居委会", "Residents' committee"),
            Office::SUPERVISORS => ("监委会", "Supervisors"),
            Office::PARTY => ("党组织", "Party branch"),
            _ => return self.office(name),
        };
        self.look.say(chinese, english).to_owned()
    }

    /// Several offices in one phrase.
    pub(crate) fn offices(&self, names: &[OfficeName], home: Division) -> String {
        let names: Vec<String> = names.iter().map(|name| self.office_briefly(name, home)).collect();
        names.join(self.look.say("、", " and "))
    }

    /// Several offices in one phrase, each a link to its page.
    pub(crate) fn offices_linked(&self, names: &[OfficeName], home: Division) -> Markup {
        html! {
            @for (position, name) in names.iter().enumerate() {
                @if position > 0 { (self.look.say("、", " and ")) }
                @if name.is(Office::NODE) { (self.office_briefly(name, home)) } @else {
                    a.quiet href=(self.look.to(&super::office::path(name))) { (self.office_briefly(name, home)) }
                }
            }
        }
    }

    /// Who bears a duty: an office, or a body that only the words name.
    pub(crate) fn bearer(&self, bearer: &Bearer, home: Division) -> String {
        let office = bearer.body.as_str().parse().map(|office| OfficeName {
            federation: self.site.settings().federation.name.clone(),
            division: bearer.division.unwrap_or(home),
            office,
        });
        match office {
            Ok(office) if bearer.body.as_str().parse::<BodyCode>().is_err() => self.office_briefly(&office, home),
            _ => self.label(&Bearer { division: None, ..*bearer }),
        }
    }

    /// Name, phone and address of an office, each as the newest registration that gives it does: who registers a key anew and leaves the
    /// name empty does not take it away.
    pub(crate) fn registered(&self, name: &OfficeName) -> Option<Words> {
        let holdings = &self.snapshot.holdings;
        let said = holdings.registry().appointments(name).iter().rev().filter_map(|appointment| {
            let log = holdings.logs().get(&appointment.stated.0)?;
            let entry = log.entry(appointment.stated.1)?.entry.as_ref().ok()?;
            Words::parse(log.body(&entry.statement.statement().body?.hash)?).ok()
        });
        said.reduce(|newer, older| Words {
            name: newer.name.or(older.name),
            phone: newer.phone.or(older.phone),
            address: newer.address.or(older.address),
            en: newer.en.or(older.en),
            ..newer
        })
    }

    /// Why an office has no key left that speaks today; nothing while it has one.
    pub(crate) fn silenced(&self, name: &OfficeName) -> Option<String> {
        let (registry, today) = (self.snapshot.holdings.registry(), self.site.today());
        let appointed = registry.appointments(name).iter().flat_map(|appointment| &appointment.facts.keys);
        let pinned = registry.federation().keys.iter().filter(|key| key.name() == name.to_string());
        let mut reason = None;
        for key in appointed.chain(pinned) {
            reason = Some(registry.endings(key).iter().rev().find(|ending| ending.is_past(today))?.reason.as_str());
        }
        reason.map(|reason| self.label(&told::word::<EndReason>(reason)))
    }

    /// A field of words in the reader's language, or as they were written.
    pub(crate) fn in_language<T>(&self, words: &Words, field: impl Fn(&Words) -> Option<T>) -> Option<T> {
        let english = words.en.as_deref().filter(|_| self.look.is_english());
        english.and_then(&field).or_else(|| field(words))
    }

    /// The names of a place: as the site's list has them, or as the registry gives them where the list has none.
    pub(crate) fn named(&self, code: Division) -> Option<Cow<'a, Place>> {
        let site: &'a Site = self.site;
        site.place(code).map(Cow::Borrowed).or_else(|| {
            let said = self.snapshot.holdings.registry().division(code, Some(self.site.today()))?;
            Some(Cow::Owned(Place::new(code, &said.facts.name, None)))
        })
    }

    /// The known places above one today, from the province down.
    pub(crate) fn above(&self, code: Division) -> Vec<Cow<'a, Place>> {
        let mut above: Vec<_> = self.snapshot.land.up(code).skip(1).filter_map(|code| self.named(code)).collect();
        above.reverse();
        above
    }

    /// The places one level down today, by code.
    pub(crate) fn children(&self, code: Division) -> Vec<Division> {
        self.snapshot.land.children(self.site.divisions(), self.snapshot.homes(), code)
    }

    /// A place's name in the reader's language, short.
    pub(crate) fn name(&self, place: &Place) -> String {
        if self.look.is_english() { place.english() } else { place.short().to_owned() }
    }

    /// The name of a place, short; its code where nobody named it.
    pub(crate) fn place(&self, code: Division) -> String {
        self.named(code).map_or_else(|| code.to_string(), |place| self.name(&place))
    }

    /// Whether people of a place call their committee 村委会.
    pub(crate) fn is_village(&self, code: Division) -> bool {
        // Codes of villages begin at 200, those of urban communities at 001 (DOMAIN: statistical codes).
        let by_name = self.named(code).map(|place| place.short().ends_with('村'));
        by_name.unwrap_or_else(|| code.to_string().get(9..).is_some_and(|last| last >= "200"))
    }

    fn derived(&self, name: &OfficeName) -> String {
        let kind = match name.office.as_str() {
            Office::COMMITTEE if self.is_village(name.division) => ("村民委员会", "village committee"),
            Office::COMMITTEE => ("居民委员会", "residents' committee"),
            Office::SUPERVISORS if self.is_village(name.division) => ("村务监督委员会", "supervisory committee"),
            Office::SUPERVISORS => ("居务监督委员会", "supervisory committee"),
            Office::GOVERNMENT => match name.division.level() {
                Level::Township if self.named(name.division).is_some_and(|place| place.short().contains("街道")) => ("办事处", "office"),
                _ => ("人民政府", "government"),
            },
            _ => return format!("{} {}", self.place(name.division), self.label(&name.office)),
        };
        // 槐树湾村 + 村民委员会 share a 村.
        let place = self.place(name.division);
        if self.look.is_english() {
            return format!("{place} {}", kind.1);
        }
        format!("{}{}", place.strip_suffix('村').filter(|_| kind.0.starts_with('村')).unwrap_or(&place), kind.0)
    }
}

/// The word for a code.
pub(crate) fn label(look: &Look, code: &impl Label) -> String {
    if look.is_english() { code.en().into_owned() } else { code.zh().into_owned() }
}

fn month(date: Date) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(date.month() - 1).ok().and_then(|month| NAMES.get(month)).copied().unwrap_or_default()
}

/// `1.85` of 18,500 yuan; the amount is a multiple of 100 yuan.
fn ten_thousands(amount: Fen) -> String {
    let (whole, rest) = (amount.0 / 1_000_000, amount.0 / 10_000 % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest.is_multiple_of(10) => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

/// The first sentence or two of a text that is longer than a first screen has room for; none where all of it fits.
pub(crate) fn opening(text: &str) -> Option<&str> {
    /// Three lines of a small phone, in characters of each language.
    const ROOM: (usize, usize) = (60, 100);
    let latin = text.chars().filter(char::is_ascii).count() * 2 > text.chars().count();
    let (end, _) = text.char_indices().nth(if latin { ROOM.1 } else { ROOM.0 })?;
    // A mark of Latin script ends something only before a space: 1.8 km is one word.
    let ends = |at: usize, mark: char, marks: &str| marks.contains(mark) && (!mark.is_ascii() || text[at + 1..].starts_with(' '));
    let after =
        |marks: &str| text[..end].char_indices().rev().find(|(at, mark)| ends(*at, *mark, marks)).map(|(at, mark)| at + mark.len_utf8());
    let whole = after("。！？；.!?;").filter(|at| *at > end / 3);
    let cut = whole.or_else(|| after("，、：,:")).or_else(|| text[..end].rfind(' ')).unwrap_or(end);
    Some(text[..cut].trim_end())
}

/// A share in words with the share that was wanted: `36/42 = 85.7%，需≥2/3`.
pub(crate) fn share(look: &Look, test: &Test) -> String {
    let percent = test.had.saturating_mul(1000).checked_div(test.of).unwrap_or(0);
    let wanted = test.wanted.to_string().replace(">= ", "≥").replace("> ", "＞");
    let text = format!("{}.{}%", percent / 10, percent % 10);
    if look.is_english() { format!("{text}, {wanted} needed") } else { format!("{text}，需{wanted}") }
}

/// How a status looks: its drawing and its class of colour.
pub(crate) fn status_look(status: Status) -> (Markup, &'static str) {
    match status {
        Status::Done => (icons::done(), "s-good"),
        Status::OnNotice => (icons::notice(), "s-notice"),
        Status::UnderWay => (icons::going(), "s-go"),
        Status::Claimed => (icons::waiting(), "s-wait"),
        Status::Overdue => (icons::late(), "s-bad"),
        Status::VerificationFailed => (icons::failed(), "s-bad"),
        Status::Deliberating | Status::Collecting => (icons::talking(), "s-talk"),
        Status::NoConsensus => (icons::talking(), "s-still"),
        Status::NoAction | Status::Declined | Status::Terminated => (icons::stopped(), "s-still"),
    }
}

/// How the state of one commitment looks.
pub(crate) fn commitment_look(state: CommitmentState, rejected: bool) -> (Markup, &'static str) {
    match state {
        _ if rejected => (icons::failed(), "s-bad"),
        CommitmentState::Accepted => (icons::done(), "s-good"),
        CommitmentState::Claimed => (icons::waiting(), "s-wait"),
        CommitmentState::UnderWay => (icons::going(), "s-go"),
        CommitmentState::Promised => (icons::going(), "s-still"),
        CommitmentState::Dropped => (icons::stopped(), "s-still"),
    }
}

/// Whether the newest completion of a commitment was not wholly accepted.
pub(crate) fn is_rejected(commitment: &luodi_ledger::matter::view::Commitment) -> bool {
    let verdict = commitment.completion.as_ref().and_then(|completion| completion.verdict.as_ref());
    verdict.is_some_and(|verdict| verdict.verdict != Verdict::Accepted)
}

/// A chip: drawing and word in the colour of its class.
pub(crate) fn chip(drawing: &Markup, class: &str, word: &str) -> Markup {
    html! { span class={ "chip " (class) } { (drawing) (word) } }
}

/// Words as a sentence of their own.
pub(crate) fn sentence(look: &Look, words: (&str, &str)) -> String {
    let mut letters = look.pick(words).chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect::<String>() + look.say("。", ".")
}

/// The chip of a matter's status, with the days where it counts any.
pub(crate) fn status_chip(look: &Look, view: &View) -> Markup {
    let (drawing, class) = status_look(view.status);
    let word = match days(look, view) {
        Some(days) => format!("{} · {days}", label(look, &view.status)),
        None => label(look, &view.status),
    };
    chip(&drawing, class, &word)
}

/// The days of a status in words: left of a notice, late of a commitment.
pub(crate) fn days(look: &Look, view: &View) -> Option<String> {
    let days = view.days?;
    let plural = if days == 1 { "" } else { "s" };
    Some(match (view.status, look.is_english()) {
        (Status::OnNotice, false) => format!("剩 {days} 天"),
        (Status::OnNotice, true) => format!("{days} day{plural} left"),
        (_, false) => format!("逾期 {days} 天"),
        (_, true) => format!("{days} day{plural} late"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_opened_with_whole_sentences() {
        assert_eq!(opening("短。"), None);
        let english = "Rebuild 1.8 km of road, 4.5 m of concrete. Drains run on both sides of it, and the old ones are filled with gravel.";
        assert_eq!(opening(english), Some("Rebuild 1.8 km of road, 4.5 m of concrete."));
        let long = format!("先办四件事。{}", "充电棚、坡道、".repeat(12));
        assert_eq!(opening(&long).unwrap().chars().last(), Some('、'));
        let two = format!("{}。第二句{}", "一".repeat(30), "二".repeat(40));
        assert_eq!(opening(&two), Some(format!("{}。", "一".repeat(30)).as_str()));
        assert_eq!(opening(&"字".repeat(90)).unwrap().chars().count(), 60);
    }

    #[test]
    fn amounts_are_said_as_people_say_them() {
        assert_eq!(Fen(1_850_000).grouped(), "18,500");
        assert_eq!(Fen(50).grouped(), "0.50");
        assert_eq!(Fen(123_456_789).grouped(), "1,234,567.89");
        assert_eq!(ten_thousands(Fen(1_850_000)), "1.85");
        assert_eq!(ten_thousands(Fen(10_000_000)), "10");
        assert_eq!(ten_thousands(Fen(10_500_000)), "10.5");
        assert_eq!(ten_thousands(Fen(1_050_000)), "1.05");
    }
}
