//! Matching what is typed on a keyboard with how a name is read, as an input method does.
//!
//! Each character may be typed as its whole syllable or its initial, freely mixed: 陈堂 is found by `chentang`, `ct`, `chent` and `ctang`.
//! Characters with several readings match by any of them.

use std::collections::HashMap;

use pinyin::ToPinyinMulti as _;

/// How well typed letters fit a name; better ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Every character typed in full.
    Full,
    /// Every character typed, some by their initial.
    Initials,
    /// The name goes on after what was typed.
    Beginning,
}

/// Readings of the characters that occur in a list of names.
#[derive(Debug, Default)]
pub(super) struct Readings {
    of: HashMap<char, Vec<Box<str>>>,
}

impl Readings {
    pub(super) fn learn(&mut self, name: &str) {
        for character in name.chars() {
            self.of.entry(character).or_insert_with(|| readings(character));
        }
    }

    /// The letters a name can begin with, one bit each; to pass over most names at once.
    pub(super) fn first_letters(&self, name: &str) -> u32 {
        let first = name.chars().next().and_then(|character| self.of.get(&character));
        first.into_iter().flatten().filter_map(|reading| reading.bytes().next()).fold(0, |bits, letter| bits | letter_bit(letter))
    }

    /// How `typed` (lowercase ASCII letters) fits `name` from its beginning on.
    pub(super) fn fit(&self, name: &str, typed: &str) -> Option<Fit> {
        let Some(character) = name.chars().next() else {
            return typed.is_empty().then_some(Fit::Full);
        };
        if typed.is_empty() {
            return Some(Fit::Beginning);
        }
        let rest = &name[character.len_utf8()..];
        let mut best = None;
        for reading in self.of.get(&character).into_iter().flatten() {
            let whole = typed.strip_prefix(&**reading).and_then(|left| self.fit(rest, left));
            let initial = initial(reading).and_then(|start| typed.strip_prefix(start)).and_then(|left| self.fit(rest, left));
            let short = reading.get(..1).and_then(|start| typed.strip_prefix(start)).and_then(|left| self.fit(rest, left));
            let unfinished = reading.starts_with(typed).then_some(Fit::Beginning);
            let abbreviated = initial.min_some(short).map(|fit| fit.max(Fit::Initials));
            best = best.min_some(whole).min_some(abbreviated).min_some(unfinished);
        }
        best
    }
}

/// The bit of a lowercase letter; none for another byte.
pub(super) fn letter_bit(letter: u8) -> u32 {
    if letter.is_ascii_lowercase() { 1 << (letter - b'a') } else { 0 }
}

trait MinSome {
    fn min_some(self, other: Self) -> Self;
}

impl MinSome for Option<Fit> {
    /// The better of two, where there is one.
    fn min_some(self, other: Self) -> Self {
        match (self, other) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        }
    }
}

fn readings(character: char) -> Vec<Box<str>> {
    if character.is_ascii_alphanumeric() {
        return vec![character.to_ascii_lowercase().to_string().into()];
    }
    let mut readings: Vec<Box<str>> = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        // People type ü as v, and often as u.
        let plain = reading.plain();
        for spelling in [plain.replace('ü', "v"), plain.replace('ü', "u")] {
            if !readings.iter().any(|known| **known == *spelling) {
                readings.push(spelling.into());
            }
        }
    }
    readings
}

/// The two-letter initials; the one-letter ones are the first letter.
fn initial(reading: &str) -> Option<&str> {
    reading.get(..2).filter(|start| matches!(*start, "zh" | "ch" | "sh"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_and_initials_mix() {
        let mut readings = Readings::default();
        readings.learn("陈堂长葛吕庄");
        for (name, typed, fit) in [
            ("陈堂", "chentang", Some(Fit::Full)),
            ("陈堂", "ct", Some(Fit::Initials)),
            ("陈堂", "cht", Some(Fit::Initials)),
            ("陈堂", "ctang", Some(Fit::Initials)),
            ("陈堂", "chent", Some(Fit::Initials)),
            ("陈堂", "chen", Some(Fit::Beginning)),
            ("陈堂", "che", Some(Fit::Beginning)),
            ("陈堂", "tang", None),
            ("陈堂", "chentangx", None),
            ("长葛", "changge", Some(Fit::Full)),
            ("长葛", "zhangge", Some(Fit::Full)),
            ("吕庄", "lvzhuang", Some(Fit::Full)),
            ("吕庄", "luzhuang", Some(Fit::Full)),
        ] {
            assert_eq!(readings.fit(name, typed), fit, "{name} {typed}");
        }
    }
}
