//! The places people look for: every division of Henan, built in, and whatever the operator or the registry adds.
//!
//! A place is named by its 12-digit code; names repeat (128 villages are called 王庄), so a page prints the township and the code beside
//! every name. Out of scope: who has a log, which the index knows.

mod naming;
mod reading;
mod search;

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use luodi_ledger::names::{Division, Level};

use naming::Cut;
pub use search::Found;

/// Code and official name of each division of Henan, sorted by code; see `data/README.md`.
const HENAN: &[u8] = include_bytes!("../../data/henan_divisions_2023.csv.gz");

/// What one list of divisions may unpack to: twenty times Henan, so that a wrong file cannot fill the memory.
const LONGEST_LIST: u64 = 64 * 1024 * 1024;

/// A list of divisions that does not read.
#[derive(Debug, thiserror::Error)]
#[error("divisions, line {line}: {why}")]
pub struct BadList {
    /// Which line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// One division.
#[derive(Clone, Debug)]
pub struct Place {
    code: Division,
    name: Box<str>,
    english: Option<Box<str>>,
    cut: Cut,
}

impl Place {
    /// A place with its official name and, where the operator gave one, its English name.
    pub fn new(code: Division, name: &str, english: Option<&str>) -> Self {
        let english = english.filter(|name| !name.is_empty()).map(Into::into);
        Self { code, name: name.into(), english, cut: Cut::of(name, code.level()) }
    }

    /// Its code.
    pub fn code(&self) -> Division {
        self.code
    }

    /// Its official name, such as 陈堂村民委员会.
    pub fn official(&self) -> &str {
        &self.name
    }

    /// The name people use: 陈堂村.
    pub fn short(&self) -> &str {
        self.name.get(..self.cut.short).unwrap_or(&self.name)
    }

    /// The name without its kind: 陈堂. What a search compares.
    pub fn stripped(&self) -> &str {
        self.name.get(..self.cut.stripped).unwrap_or(&self.name)
    }

    /// The name in Latin letters: the operator's, or the pinyin with the kind in English.
    pub fn english(&self) -> String {
        self.english.as_deref().map_or_else(|| naming::english(self.stripped(), self.short(), self.code.level()), ToOwned::to_owned)
    }
}

/// A list of places, searchable.
#[derive(Debug, Default)]
pub struct Divisions {
    /// Sorted by code, each code once.
    places: Vec<Place>,
    keys: search::Keys,
}

impl Divisions {
    /// Henan as built in, and `more` beside it; a code in both takes the name in `more`.
    pub fn henan_and(more: Vec<Place>) -> Result<Self, BadList> {
        let mut text = String::new();
        GzDecoder::new(HENAN).take(LONGEST_LIST).read_to_string(&mut text).map_err(|error| BadList { line: 0, why: error.to_string() })?;
        let mut places = parse(&text)?;
        places.extend(more);
        Ok(Self::of(places))
    }

    /// These places and no other; the last of several with one code is kept.
    pub fn of(places: Vec<Place>) -> Self {
        let by_code: BTreeMap<Division, Place> = places.into_iter().map(|place| (place.code, place)).collect();
        let places: Vec<Place> = by_code.into_values().collect();
        let keys = search::Keys::of(&places);
        Self { places, keys }
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The place of a code.
    pub fn get(&self, code: Division) -> Option<&Place> {
        let position = self.places.binary_search_by_key(&code, |place| place.code).ok()?;
        self.places.get(position)
    }

    /// The known places above `code`, from the province down, `code` itself last.
    pub fn path(&self, code: Division) -> Vec<&Place> {
        let mut path: Vec<&Place> = std::iter::once(code).chain(code.ancestors()).filter_map(|code| self.get(code)).collect();
        path.reverse();
        path
    }

    /// The places one level down, by code.
    pub fn children(&self, code: Division) -> impl Iterator<Item = &Place> {
        let first = self.places.partition_point(|place| place.code <= code);
        self.places
            .iter()
            .skip(first)
            .take_while(move |place| place.code.is_within(code))
            .filter(move |place| place.code.parent() == Some(code))
    }

    /// All places, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }
}

/// Reads `code,name[,english]` lines; a first line that begins with `code,` is a heading.
pub fn parse(text: &str) -> Result<Vec<Place>, BadList> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut places = Vec::new();
    for (record, line) in reader.records().zip(1..) {
        let bad = |why: String| BadList { line, why };
        let record = record.map_err(|error| bad(error.to_string()))?;
        let field = |position: usize| record.get(position).unwrap_or_default().trim();
        if line == 1 && field(0) == "code" {
            continue;
        }
        let code: Division = field(0).parse().map_err(|error: luodi_ledger::Malformed| bad(error.to_string()))?;
        if field(1).is_empty() {
            return Err(bad("a name wanted after the code".to_owned()));
        }
        places.push(Place::new(code, field(1), Some(field(2))));
    }
    Ok(places)
}

/// The word for a level, in Chinese and English.
pub const fn level_words(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Province => ("省", "province"),
        Level::City => ("市", "city"),
        Level::County => ("县(市、区)", "county"),
        Level::Township => ("乡镇、街道", "township"),
        Level::Community => ("村、社区", "village or community"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Division {
        text.parse().unwrap()
    }

    #[test]
    fn all_of_henan_is_carried() {
        let henan = Divisions::henan_and(Vec::new()).unwrap();
        assert_eq!(henan.len(), 55_164);
        let communities = henan.iter().filter(|place| place.code().level() == Level::Community).count();
        assert_eq!(communities, 52_378);
        assert!(henan.iter().all(|place| place.code().parent().is_none_or(|parent| henan.get(parent).is_some())));
    }

    #[test]
    fn a_place_knows_those_above_and_below() {
        let henan = Divisions::henan_and(Vec::new()).unwrap();
        let names: Vec<&str> = henan.path(code("411381113215")).iter().map(|place| place.short()).collect();
        assert_eq!(names, ["河南省", "南阳市", "邓州市", "桑庄镇", "陈堂村"]);
        assert_eq!(henan.children(code("410000000000")).count(), 18);
        assert!(henan.children(code("411381113000")).any(|place| place.code() == code("411381113215")));
        assert_eq!(henan.children(code("411381113215")).count(), 0);
    }

    #[test]
    fn a_bad_list_names_its_line() {
        assert_eq!(parse("code,name\n990101000000,示例县\n99,短\n").unwrap_err().line, 3);
        assert_eq!(parse("990101000000,\n").unwrap_err().line, 1);
        let places = parse("990101000000,落地示例县,Luodi Sample County\n").unwrap();
        assert_eq!(places[0].english(), "Luodi Sample County");
    }
}
