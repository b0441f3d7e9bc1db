//! Numbers that single out a person, in running text.
//!
//! A text is cut into groups: runs of digits (full-width ones too; characters without width do not part them). Groups with one to three
//! spaces, dashes, dots or the like between them are neighbours, for people write numbers in pieces. A number begins where a group begins
//! and ends where one ends: so nothing is found inside a longer number. Only pieces of a length that people write are put together.
//!
//! Cost: linear in the length of the text.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::Serialize;

use crate::Malformed;
use crate::matter::labels::Label;

/// What a number looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// 居民身份证号, GB 11643: 18 places, of a known province (or 9 for foreigners), with a date from 1900 on and the right check
    /// character, `X` too; in pieces of any length.
    ResidentId,
    /// 手机号: 11 digits from 13 to 19, `+86`, the 0 of long distance or neither before it; in the usual pieces. No check digit exists. What is followed by a unit such as 元 is an
    /// amount.
    Mobile,
    /// 银行卡号: of a length and beginning that cards have, with the right Luhn digit; whole or in the pieces in which it is embossed.
    Card,
}

impl Number {
    const ALL: [(Self, &'static str, &'static str, &'static str); 3] = [
        (Self::ResidentId, "resident-id", "身份证号", "a resident id"),
        (Self::Mobile, "mobile", "手机号", "a mobile number"),
        (Self::Card, "card", "银行卡号", "a bank card number"),
    ];

    fn row(self) -> (Self, &'static str, &'static str, &'static str) {
        Self::ALL[self as usize]
    }
}

impl Label for Number {
    fn zh(&self) -> std::borrow::Cow<'static, str> {
        self.row().2.into()
    }

    fn en(&self) -> std::borrow::Cow<'static, str> {
        self.row().3.into()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().3)
    }
}

impl FromStr for Number {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let row = Self::ALL.into_iter().find(|row| row.1 == text);
        row.map(|row| row.0).ok_or_else(|| Malformed::new("number", "one of resident-id, mobile, card wanted"))
    }
}

/// Length of a resident id.
const ID: usize = 18;
/// Length of a mobile number.
const MOBILE: usize = 11;
/// Longest number that is looked for: a card.
const LONGEST: usize = 19;
/// Most characters between two pieces of one number: ` - `.
const WIDEST_GAP: usize = 3;
/// Least length of a token of hexadecimal digits that is a hash or a nonce: 128 bits.
const HASH: usize = 32;
/// How people write mobile numbers.
const MOBILE_PIECES: [&[u8]; 13] = [
    &[11],
    &[3, 4, 4],
    &[3, 8],
    &[7, 4],
    &[4, 7],
    &[3, 3, 5],
    &[4, 3, 4],
    &[4, 4, 3],
    &[5, 6],
    &[6, 5],
    &[3, 2, 2, 2, 2],
    &[3, 2, 3, 3],
    &[1; MOBILE],
];
/// What is dialled before a mobile number and written glued to it: the country code, plain and with 00, and the 0 of long distance.
const DIALLED: [&[u8]; 3] = [&[8, 6], &[0, 0, 8, 6], &[0]];
/// First two digits of resident ids: provinces, and residents from Hong Kong, Macao and Taiwan.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
    83,
];
/// Weights of GB 11643 for the first 17 places, and what the remainder by 11 makes of the last.
const WEIGHTS: [u32; ID - 1] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [u8; 11] = [1, 0, X, 9, 8, 7, 6, 5, 4, 3, 2];
/// The value of the check character X.
const X: u8 = 10;

/// The numbers in `text`, in order, each with its characters; none overlap.
pub fn numbers(text: &str) -> Vec<(Number, Range<usize>)> {
    let cut = Cut::of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < cut.groups.len() {
        match cut.number_at(at) {
            Some((number, last, end)) => {
                found.push((number, cut.groups[at].start..end));
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

/// A run of digits.
#[derive(Clone, Debug)]
struct Group {
    /// Its characters.
    start: usize,
    end: usize,
    /// Its digits in [`Cut::digits`].
    digits: Range<usize>,
    /// Where an X that may be the last place of an id ends.
    x: Option<usize>,
    /// Whether it follows the group before it closely enough to be one number with it.
    joined: bool,
    /// Whether it is the whole part of a decimal number, or the fraction of one below 1.
    decimal: bool,
    /// Whether it is an amount: a unit follows or a currency sign precedes.
    amount: bool,
}

impl Group {
    fn len(&self) -> usize {
        self.digits.len()
    }
}

struct Cut {
    digits: Vec<u8>,
    groups: Vec<Group>,
}

impl Cut {
    fn of(text: &str) -> Self {
        // Characters without width are transparent, yet they are counted.
        let characters: Vec<(usize, char)> = text.chars().enumerate().filter(|(_, character)| !is_widthless(*character)).collect();
        let is_hash = hashes(&characters);
        let mut cut = Self { digits: Vec::new(), groups: Vec::new() };
        let mut at = 0;
        // Where the last group ended, in `characters`.
        let mut before: Option<usize> = None;
        while at < characters.len() {
            if is_hash[at] || digit(characters[at].1).is_none() {
                at += 1;
                continue;
            }
            let first = at;
            let from = cut.digits.len();
            while let Some(value) = characters.get(at).and_then(|(_, character)| digit(*character)) {
                cut.digits.push(value);
                at += 1;
            }
            let gap = before.map(|before| &characters[before..first]);
            let joined = gap.is_some_and(|gap| (1..=WIDEST_GAP).contains(&gap.len()) && gap.iter().all(|(_, it)| is_separator(*it)));
            let rest = &characters[at..];
            let x = match rest {
                [(_, 'x' | 'X' | 'ｘ' | 'Ｘ'), (_, next), ..] if next.is_ascii_alphanumeric() => None,
                [(place, 'x' | 'X' | 'ｘ' | 'Ｘ'), ..] => Some(place + 1),
                _ => None,
            };
            let end = characters[at - 1].0 + 1;
            let below_one = gap.is_some_and(|gap| matches!(gap, [(_, '.')]))
                && cut.groups.last().is_some_and(|group| cut.digits[group.digits.clone()] == [0]);
            cut.groups.push(Group {
                start: characters[first].0,
                end,
                digits: from..cut.digits.len(),
                x,
                joined,
                decimal: below_one || begins_fraction(rest),
                amount: begins_unit(rest) || first > 0 && matches!(characters[first - 1].1, '¥' | '￥' | '$' | '＄'),
            });
            before = Some(at);
        }
        cut
    }

    /// The number that begins with group `first`, the group it ends with, and the character it ends before. An id goes before a shorter
    /// number that its front would be: its own check and date are the surer.
    fn number_at(&self, first: usize) -> Option<(Number, usize, usize)> {
        let from = self.groups[first].digits.start;
        let mut pieces = Vec::new();
        let mut shorter = None;
        for (last, group) in self.groups.iter().enumerate().skip(first) {
            let digits = &self.digits[from..group.digits.end];
            if (last > first && !group.joined) || digits.len() > LONGEST {
                break;
            }
            pieces.push(group.len());
            if let Some(end) = group.x.filter(|_| is_resident_id(digits, Some(X))) {
                return Some((Number::ResidentId, last, end));
            }
            if is_resident_id(digits, None) {
                return Some((Number::ResidentId, last, group.end));
            }
            let number = if is_mobile(digits, &pieces) && !group.decimal && !group.amount {
                Number::Mobile
            } else if is_card(digits, &pieces) && !group.decimal {
                Number::Card
            } else {
                continue;
            };
            shorter = shorter.or(Some((number, last, group.end)));
        }
        shorter
    }
}

/// Whether `digits`, and `last` behind them, are an id.
fn is_resident_id(digits: &[u8], last: Option<u8>) -> bool {
    let (body, check) = match (last, digits) {
        (Some(check), body) => (body, check),
        (None, [body @ .., check]) => (body, *check),
        (None, []) => return false,
    };
    if body.len() != ID - 1 {
        return false;
    }
    let number = |range: Range<usize>| body[range].iter().fold(0_i16, |number, digit| number * 10 + i16::from(*digit));
    let known = body[0] == 9 || PROVINCES.contains(&(body[0] * 10 + body[1]));
    let (year, month, day) = (number(6..10), i8::try_from(number(10..12)), i8::try_from(number(12..14)));
    let (Ok(month), Ok(day)) = (month, day) else { return false };
    let dated = (1900..2100).contains(&year) && jiff::civil::Date::new(year, month, day).is_ok();
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    known && dated && CHECKS[(sum % 11) as usize] == check
}

fn is_mobile(digits: &[u8], pieces: &[usize]) -> bool {
    let glued = DIALLED.into_iter().find(|dialled| digits.len() == MOBILE + dialled.len() && digits.starts_with(dialled));
    let glued = glued.map_or(0, <[u8]>::len);
    let digits = &digits[glued..];
    if digits.len() != MOBILE || digits[0] != 1 || digits[1] < 3 {
        return false;
    }
    let Some((first, rest)) = pieces.split_first() else { return false };
    MOBILE_PIECES.into_iter().any(|usual| {
        let usual = usual.iter().map(|length| usize::from(*length));
        first.checked_sub(glued).into_iter().chain(rest.iter().copied()).eq(usual)
    })
}

fn is_card(digits: &[u8], pieces: &[usize]) -> bool {
    is_issued(digits) && is_embossed(pieces) && luhn(digits)
}

/// Whether cards of this length begin so (ISO/IEC 7812, and the ranges that Chinese banks used before UnionPay).
fn is_issued(digits: &[u8]) -> bool {
    if digits.len() < 13 {
        return false;
    }
    let front = digits[..4].iter().fold(0_u16, |number, digit| number * 10 + u16::from(*digit));
    matches!(
        (front, digits.len()),
        (4000..=4999, 13 | 16 | 19)
            | (5100..=5599 | 2221..=2720, 16)
            | (3400..=3499 | 3700..=3799, 15)
            | (3000..=3059 | 3600..=3699 | 3800..=3999, 14)
            | (3528..=3589 | 5000..=5099 | 5600..=6999 | 9000..=9999, 16..=19)
    )
}

/// Whole, in fours with a rest, six and the rest, or as 15 and 14 digits are embossed.
fn is_embossed(pieces: &[usize]) -> bool {
    match pieces {
        [_] | [6, _] | [8, 8] | [4, 6, 5 | 4] | [6, 6, 4..=7] | [6, 4, 4..=9] => true,
        [fours @ .., last] => fours.len() >= 3 && fours.iter().all(|piece| *piece == 4) && (1..=4).contains(last),
        [] => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(position, digit)| match (position % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 % 10 + digit / 5,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A digit, ASCII or full width.
fn digit(character: char) -> Option<u8> {
    let value = match character {
        '0'..='9' => u32::from(character) - u32::from('0'),
        '０'..='９' => u32::from(character) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok()
}

fn is_widthless(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}')
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' | '_' | '~')
        || matches!(character, '.' | '．' | '·' | '•' | '・' | '*' | '/' | '(' | ')' | '（' | '）')
}

/// A point and one or two digits, and then no more: the decimals of an amount.
fn begins_fraction(rest: &[(usize, char)]) -> bool {
    let decimals = rest.iter().skip(1).take_while(|(_, character)| digit(*character).is_some()).count();
    matches!(rest.first(), Some((_, '.'))) && (1..=2).contains(&decimals)
}

fn begins_unit(rest: &[(usize, char)]) -> bool {
    let next = rest.iter().map(|(_, character)| *character).find(|character| *character != ' ');
    matches!(next, Some('元' | '圆' | '万' | '亿' | '吨' | '㎡' | '%' | '％' | '‰'))
}

/// Which characters belong to a hash: a token of 32 or more hexadecimal digits, letters among them.
fn hashes(characters: &[(usize, char)]) -> Vec<bool> {
    let mut is_hash = vec![false; characters.len()];
    let mut at = 0;
    while at < characters.len() {
        let token = characters[at..].iter().take_while(|(_, character)| character.is_ascii_alphanumeric());
        let (mut length, mut letters, mut plain) = (0, 0, true);
        for (_, character) in token {
            length += 1;
            letters += usize::from(character.is_ascii_alphabetic());
            plain &= character.is_ascii_hexdigit();
        }
        if plain && letters > 0 && length >= HASH {
            is_hash[at..at + length].fill(true);
        }
        at += length.max(1);
    }
    is_hash
}
