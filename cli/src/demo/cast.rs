//! Who is on the stage: a county, two townships, four communities and their offices. All of it is invented.

use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{Division, Federation, Level, Office, OfficeName, Origin};

use super::cases;

/// The federation's name.
pub(super) const FEDERATION: &str = "luodi.example/demo";
/// Whole hours between UTC and the county's civil dates.
pub(super) const OFFSET: i8 = 8;

/// A place of the stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Twelve digits under prefix 99.
    pub(super) code: &'static str,
    pub(super) chinese: &'static str,
    pub(super) english: &'static str,
    /// What its residents' committee is called: 居民 in a town, 村民 in the country.
    people: &'static str,
}

const fn place(code: &'static str, chinese: &'static str, english: &'static str, people: &'static str) -> Place {
    Place { code, chinese, english, people }
}

/// 槐安县
pub(super) const COUNTY: Place = place("990101000000", "槐安县", "Huai'an County", "");
/// 柳湾街道
pub(super) const STREET: Place = place("990101001000", "柳湾街道", "Liuwan Subdistrict", "");
/// 柳湾社区
pub(super) const LIUWAN: Place = place("990101001001", "柳湾社区", "Liuwan Community", "居");
/// 梧桐里社区
pub(super) const WUTONG: Place = place("990101001002", "梧桐里社区", "Wutongli Community", "居");
/// 杏坪镇
pub(super) const TOWN: Place = place("990101002000", "杏坪镇", "Xingping Town", "");
/// 杏花村
pub(super) const XINGHUA: Place = place("990101002201", "杏花村", "Xinghua Village", "村");
/// 石桥村
pub(super) const SHIQIAO: Place = place("990101002202", "石桥村", "Shiqiao Village", "村");

/// Everyone, each after those above it.
pub(super) const PLACES: [Place; 7] = [COUNTY, STREET, TOWN, LIUWAN, WUTONG, XINGHUA, SHIQIAO];

impl Place {
    pub(super) fn division(self) -> Division {
        parsed(self.code)
    }

    /// The place above; the county has none.
    pub(super) fn parent(self) -> Option<Self> {
        let above = self.division().parent()?;
        PLACES.into_iter().find(|place| place.division() == above)
    }

    pub(super) fn origin(self) -> Origin {
        Origin { federation: parsed(FEDERATION), division: self.division(), generation: 1 }
    }

    pub(super) fn office(self, office: &str) -> OfficeName {
        OfficeName { federation: parsed(FEDERATION), division: self.division(), office: parsed(office) }
    }

    /// The offices it has.
    pub(super) fn offices(self) -> &'static [&'static str] {
        match self.division().level() {
            Level::County => &[Office::GOVERNMENT, Office::CIVIL_AFFAIRS],
            Level::Township => &[Office::GOVERNMENT],
            // Its estate has an owners' committee.
            _ if self.code == WUTONG.code => &[Office::PARTY, Office::COMMITTEE, Office::SUPERVISORS, Office::OWNERS],
            _ => &[Office::PARTY, Office::COMMITTEE, Office::SUPERVISORS],
        }
    }

    /// What an office of the place is called, and how it is reached; no number here rings anywhere.
    pub(super) fn office_words(self, office: &str) -> Words {
        let (Self { chinese, english, people, .. }, short) = (self, self.chinese);
        let (name, in_english, line) = match office {
            Office::GOVERNMENT if self.division().level() == Level::County => {
                (format!("{chinese}人民政府"), format!("{english} People's Government"), "0001")
            }
            Office::GOVERNMENT if short.ends_with("街道") => (format!("{chinese}办事处"), format!("{english} Office"), "0002"),
            Office::GOVERNMENT => (format!("{chinese}人民政府"), format!("{english} Government"), "0002"),
            Office::CIVIL_AFFAIRS => (format!("{chinese}民政局"), format!("{english} Civil Affairs Bureau"), "0003"),
            Office::PARTY if people == "村" => (format!("{chinese}党支部"), format!("{english} Party Branch"), "0004"),
            Office::PARTY => (format!("{chinese}党委"), format!("{english} Party Committee"), "0004"),
            Office::COMMITTEE => (format!("{chinese}{people}民委员会"), format!("{english} Residents' Committee"), "0005"),
            Office::OWNERS => (format!("{chinese}业主委员会"), format!("{english} Owners' Committee"), "0007"),
            _ => (format!("{chinese}{people}务监督委员会"), format!("{english} Supervisory Committee"), "0006"),
        };
        let serial = self.code.get(6..).unwrap_or_default();
        let english = Words { name: Some(in_english), address: Some(format!("{english} service hall (sample)")), ..Words::default() };
        let mut words = Words {
            name: Some(name),
            phone: Some(format!("{serial}-{line}")),
            address: Some(format!("{chinese}便民服务大厅（示例）")),
            en: Some(Box::new(english)),
            ..Words::default()
        };
        if self.code == STREET.code {
            cases::named("jiaozuo-jiaonan").beside(&mut words);
        }
        words
    }
}

/// The federation's name, as a type.
pub(super) fn federation() -> Federation {
    parsed(FEDERATION)
}

/// A name of this file, as a type; they are constants and read, as a test holds.
pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|fault| unreachable!("{text}: {fault:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_fictional_and_every_name_reads() {
        for place in PLACES {
            assert!(place.division().is_fictional());
            assert_eq!(place.origin().division, place.division());
            assert_eq!(place.parent().is_none(), place.code == COUNTY.code, "{}", place.code);
            for office in place.offices() {
                let words = place.office_words(office);
                assert!(words.name.is_some_and(|name| name.starts_with(place.chinese)));
                assert_eq!(place.office(office).division, place.division());
            }
        }
    }
}
