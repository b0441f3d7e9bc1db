//! Finding a place by what people type: its name, the way from a county down to it, pinyin in full or by initials, or its code.
//!
//! Words may be parted by spaces in any order: one must name the place itself, the others a place above it. 桑庄镇陈堂村 in one piece is read
//! the same way from its end.

use luodi_ledger::names::Division;

use super::reading::{Fit, Readings, letter_bit};
use super::{Divisions, Place};

/// Longest query that is read, in characters; the longest path of names in Henan has about 40.
const LONGEST_QUERY: usize = 60;
/// Most words of a query that are read: one for each level and one to spare.
const MOST_WORDS: usize = 6;

/// Words for kinds of place that readers of English type along; names do not hold them.
const KINDS: [&str; 9] = ["village", "community", "town", "township", "subdistrict", "county", "district", "city", "province"];

/// What speeds a search up, computed once.
#[derive(Debug, Default)]
pub(super) struct Keys {
    readings: Readings,
    /// For each place the letters its pinyin can begin with.
    first_letters: Vec<u32>,
}

impl Keys {
    pub(super) fn of(places: &[Place]) -> Self {
        let mut readings = Readings::default();
        for place in places {
            readings.learn(place.short());
        }
        let first_letters = places.iter().map(|place| readings.first_letters(place.short())).collect();
        Self { readings, first_letters }
    }
}

/// The answer to a search.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// Best first.
    pub places: Vec<&'a Place>,
}

/// How well a place answers; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The very name or code.
    Exact,
    /// All of the name by initials, or the end of a path.
    Whole,
    /// The name begins so.
    Beginning,
    /// The name holds it.
    Inside,
}

impl Divisions {
    /// The places that answer `query`, best first; among equals those that `joined`, then higher levels, then by code.
    pub fn search(&self, query: &str, joined: impl Fn(Division) -> bool) -> Found<'_> {
        let query: String = query.chars().take(LONGEST_QUERY).map(half_width).flat_map(char::to_lowercase).collect();
        let is_kind = |word: &&str| KINDS.contains(word);
        let words: Vec<&str> =
            query.split(|c: char| c.is_whitespace() || ",，、/·".contains(c)).filter(|word| !word.is_empty() && !is_kind(word)).collect();
        if words.is_empty() || words.len() > MOST_WORDS {
            return Found::default();
        }
        let mut found: Vec<(Rank, &Place)> = self
            .places
            .iter()
            .zip(&self.keys.first_letters)
            .filter_map(|(place, first_letters)| self.rank(place, *first_letters, &words).map(|rank| (rank, place)))
            .collect();
        found.sort_by_cached_key(|(rank, place)| (*rank, !joined(place.code), place.code.level(), place.code));
        Found { places: found.into_iter().map(|(_, place)| place).collect() }
    }

    fn rank(&self, place: &Place, first_letters: u32, words: &[&str]) -> Option<Rank> {
        let named = |word: &&str| self.word_rank(place, first_letters, word);
        let best = words.iter().filter_map(named).min()?;
        let above = |word: &&str| {
            place.code.ancestors().filter_map(|code| self.get(code)).any(|upper| self.word_rank(upper, u32::MAX, word).is_some())
        };
        words.iter().all(|word| named(word).is_some() || above(word)).then_some(best)
    }

    fn word_rank(&self, place: &Place, first_letters: u32, word: &str) -> Option<Rank> {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let code = place.code.to_string();
            return (word.len() >= 2 && code.starts_with(word)).then_some(if code == word { Rank::Exact } else { Rank::Beginning });
        }
        if word.is_ascii() {
            return self.typed_rank(place, first_letters, word);
        }
        if [place.stripped(), place.short(), place.official()].contains(&word) {
            Some(Rank::Exact)
        } else if place.official().starts_with(word) {
            Some(Rank::Beginning)
        } else if place.official().contains(word) {
            Some(Rank::Inside)
        } else {
            self.ends_path(place, word).then_some(Rank::Whole)
        }
    }

    fn typed_rank(&self, place: &Place, first_letters: u32, word: &str) -> Option<Rank> {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if first_letters & letter_bit(*word.as_bytes().first()?) == 0 {
            return None;
        }
        let fit = |name: &str| self.keys.readings.fit(name, &word);
        match (fit(place.stripped()), fit(place.short())) {
            (Some(Fit::Full), _) | (_, Some(Fit::Full)) => Some(Rank::Exact),
            (Some(Fit::Initials), _) | (_, Some(Fit::Initials)) => Some(Rank::Whole),
            (None, None) => None,
            _ => Some(Rank::Beginning),
        }
    }

    /// Whether `word` is a way down to the place: ends with its name, and what stands before follows the names above it in order.
    fn ends_path(&self, place: &Place, word: &str) -> bool {
        let names = [place.official(), place.short(), place.stripped()];
        let Some(before) = names.iter().find_map(|name| word.strip_suffix(name)) else { return false };
        let path: String = self.path(place.code).iter().filter(|upper| upper.code != place.code).map(|upper| upper.official()).collect();
        let mut path = path.chars();
        before.chars().all(|wanted| path.any(|character| character == wanted))
    }
}

/// Full-width digits and letters as keyboards in Chinese mode give them.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(henan: &Divisions, query: &str) -> Option<String> {
        henan.search(query, |_| false).places.first().map(|place| place.code().to_string())
    }

    #[test]
    fn a_place_is_found_by_name_path_pinyin_and_code() {
        let henan = Divisions::henan_and(Vec::new()).unwrap();
        for query in [
            "桑庄镇陈堂村",
            "邓州陈堂",
            "邓州 陈堂村民委员会",
            "陈堂 桑庄",
            "sangzhuang chentang",
            "dengzhou ct sz",
            "Chentang Village, Sangzhuang Town",
            "411381113215",
            "４１１３８１１１３２１５",
        ] {
            let found = henan.search(query, |_| false);
            assert!(
                found.places.iter().take(5).any(|place| place.code().to_string() == "411381113215"),
                "{query}: {:?}",
                first(&henan, query)
            );
        }
        assert_eq!(first(&henan, "邓州市").as_deref(), Some("411381000000"));
        assert_eq!(first(&henan, "新乡县").as_deref(), Some("410721000000"));
        assert_eq!(first(&henan, "xxx").as_deref(), Some("410721000000"), "新乡县 by its initials");
        assert_eq!(first(&henan, "zhengzhou").as_deref(), Some("410100000000"));
        assert!(henan.search("王庄", |_| false).places.len() >= 128);
        assert_eq!(first(&henan, "没有这个地方"), None);
        assert_eq!(first(&henan, "  "), None);
    }

    #[test]
    fn a_rare_character_is_found() {
        let henan = Divisions::henan_and(Vec::new()).unwrap();
        assert!(henan.search("\u{4a50}", |_| false).places.iter().any(|place| place.code().to_string() == "411103102209"));
    }

    #[test]
    fn joined_places_stand_first_among_equals() {
        let henan = Divisions::henan_and(Vec::new()).unwrap();
        let last = henan.search("王庄", |_| false).places.iter().rfind(|place| place.stripped() == "王庄").unwrap().code();
        assert_eq!(henan.search("王庄", |code| code == last).places[0].code(), last);
    }
}
