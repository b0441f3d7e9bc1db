//! From an official name to the names people say and type.
//!
//! Every shorter name is a prefix of the official one, so a cut is two lengths and nothing is invented.

use luodi_ledger::names::Level;
use pinyin::ToPinyin as _;

/// Where an official name is cut, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The name as spoken: 陈堂村 of 陈堂村民委员会.
    pub(super) short: usize,
    /// Without its kind: 陈堂.
    pub(super) stripped: usize,
}

/// Endings of a committee's name after which the place's own name remains, longest first.
const COMMITTEES: [&str; 6] = ["民委员会", "居民委员会", "委员会", "民委会", "居委会", "委会"];
/// Endings that tell the kind of a place below the township.
const COMMUNITY_KINDS: [&str; 5] = ["社区", "居委会", "居民委员会", "生活区", "村"];
/// Endings that tell the kind of a place from the township up.
const UPPER_KINDS: [&str; 10] = ["街道办事处", "办事处", "街道", "地区", "镇", "乡", "县", "区", "市", "省"];

impl Cut {
    pub(super) fn of(name: &str, level: Level) -> Self {
        let (short, kinds) = match level {
            Level::Community => (spoken(name), &COMMUNITY_KINDS[..]),
            _ => (name, &UPPER_KINDS[..]),
        };
        let stripped = kinds.iter().find_map(|kind| short.strip_suffix(kind)).filter(|rest| rest.chars().count() >= 2);
        Self { short: short.len(), stripped: stripped.unwrap_or(short).len() }
    }
}

/// 陈堂村民委员会 → 陈堂村, 青庄村村委会 → 青庄村, 一马路社区居委会 → 一马路社区; a name with none of these endings stays whole.
fn spoken(name: &str) -> &str {
    for ending in COMMITTEES {
        if let Some(rest) = name.strip_suffix(ending) {
            if rest.ends_with("社区") {
                return rest;
            }
            // 青庄村村委会: the second 村 belongs to the ending.
            if let Some(village) = rest.strip_suffix('村') {
                return if village.ends_with(['村']) || village.ends_with("社区") { village } else { rest };
            }
        }
    }
    name
}

/// The pinyin of a name in one word with a capital: 陈堂 → Chentang; what has no reading is left out.
pub(super) fn romanized(name: &str) -> String {
    if let Some((_, reading)) = OWN_READINGS.iter().find(|(own, _)| *own == name) {
        return (*reading).to_owned();
    }
    let mut word = String::new();
    for (character, reading) in name.chars().zip(name.to_pinyin()) {
        match reading {
            Some(reading) => word.push_str(reading.plain()),
            None if character.is_alphanumeric() => word.push(character),
            None => {}
        }
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Names of cities and counties that the commonest readings of their characters get wrong.
const OWN_READINGS: [(&str, &str); 8] = [
    ("中牟", "Zhongmu"),
    ("浚县", "Xunxian"),
    ("长垣", "Changyuan"),
    ("长葛", "Changge"),
    ("泌阳", "Biyang"),
    ("管城回族", "Guancheng Hui"),
    ("顺河回族", "Shunhe Hui"),
    ("瀍河回族", "Chanhe Hui"),
];

/// Kinds of area that exist in statistics beside the counties, longest first.
const ZONES: [(&str, &str); 6] = [
    ("高新技术产业开发区", "High-tech Zone"),
    ("经济技术开发区", "Economic and Technological Development Zone"),
    ("城乡一体化示范区", "Urban–Rural Demonstration Zone"),
    ("经济开发区", "Economic Development Zone"),
    ("开发区", "Development Zone"),
    ("县级行政区划", "counties"),
];

/// A name for readers of English: pinyin and the kind.
pub(super) fn english(stripped: &str, short: &str, level: Level) -> String {
    if let Some((name, zone)) = ZONES.iter().find_map(|(ending, zone)| Some((short.strip_suffix(ending)?, zone)))
        && level < Level::Township
    {
        return format!("{} {zone}", romanized(name));
    }
    let kind = match level {
        Level::Community if short.ends_with('村') => "Village",
        Level::Community => "Community",
        Level::Township if short.ends_with('镇') => "Town",
        Level::Township if short.ends_with('乡') => "Township",
        Level::Township if short.contains("街道") || short.ends_with("办事处") => "Subdistrict",
        Level::County if short.ends_with('县') => "County",
        Level::County if short.ends_with('区') => "District",
        Level::County | Level::City if short.ends_with('市') => "City",
        Level::Township | Level::County | Level::City => "",
        Level::Province => "Province",
    };
    format!("{} {kind}", romanized(stripped)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(name: &str, level: Level) -> (&str, &str) {
        let cut = Cut::of(name, level);
        (&name[..cut.short], &name[..cut.stripped])
    }

    #[test]
    fn a_committees_name_gives_the_places() {
        for (official, short, stripped) in [
            ("陈堂村民委员会", "陈堂村", "陈堂"),
            ("青庄村村民委员会", "青庄村", "青庄"),
            ("青庄村委会", "青庄村", "青庄"),
            ("青庄村村委会", "青庄村", "青庄"),
            ("张青社区居民委员会", "张青社区", "张青"),
            ("张青社区村委会", "张青社区", "张青"),
            ("一马路社区居委会", "一马路社区", "一马路"),
            ("南街居委会", "南街居委会", "南街"),
            ("南街居民委员会", "南街居民委员会", "南街"),
            ("东村民委员会", "东村", "东村"),
            ("新家园社区", "新家园社区", "新家园"),
            ("北仓生活区", "北仓生活区", "北仓"),
        ] {
            assert_eq!(cut(official, Level::Community), (short, stripped), "{official}");
        }
        assert_eq!(cut("小冀镇", Level::Township), ("小冀镇", "小冀"));
        assert_eq!(cut("林山寨街道", Level::Township).1, "林山寨");
        assert_eq!(cut("浚县", Level::County).1, "浚县");
    }

    #[test]
    fn english_names_are_pinyin_and_kind() {
        assert_eq!(english("陈堂", "陈堂村", Level::Community), "Chentang Village");
        assert_eq!(english("小冀", "小冀镇", Level::Township), "Xiaoji Town");
        assert_eq!(english("中原", "中原区", Level::County), "Zhongyuan District");
        assert_eq!(english("长葛", "长葛市", Level::County), "Changge City");
        assert_eq!(english("周口临港开发", "周口临港开发区", Level::County), "Zhoukoulingang Development Zone");
    }
}
