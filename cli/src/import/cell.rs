//! What a cell says: a day, an amount, a count. Forgiving in spelling, strict in meaning; money is never a float.

use luodi_ledger::matter::facts::Fen;
use luodi_ledger::time::Date;
use serde::Deserialize;

use super::table::Cell;
use crate::language::{Language, say};

/// What is wrong with a cell, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) problem: String,
    pub(super) remedy: String,
}

/// In which order a date gives its parts, where it does not begin with the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    /// 2024-03-01, 2024/3/1, 2024.3.1, 20240301, 2024年3月1日
    #[default]
    Ymd,
    /// 1/3/2024
    Dmy,
    /// 3/1/2024
    Mdy,
}

/// Which day a month without one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MonthMeans {
    First,
    Last,
}

/// How dates are written in a table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dates {
    pub(super) order: Order,
    pub(super) month: Option<MonthMeans>,
}

/// The unit of an amount that names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MoneyUnit {
    #[default]
    Yuan,
    Wan,
    Fen,
}

/// The serial numbers of Excel that are taken for days: 1954 to 2119. A smaller or larger number is something else.
const SERIALS: std::ops::RangeInclusive<i64> = 20_000..=80_000;
/// Years that a date may lie in: before, nothing was consulted; after, a slip of the pen.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

/// Full-width digits and signs as they are typed on a Chinese keyboard, made narrow; no white space.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | '（' | '）' | '．' | '／' | '－' | '，' | '：' | '＋' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '—' | '–' => '-',
        '¥' | '￥' => '¥',
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// The day that a cell says.
pub(super) fn day(cell: &Cell, dates: Dates, language: Language) -> Result<Date, Wrong> {
    let shown = cell.text();
    let wrong = || Wrong {
        problem: say!(language, "“{shown}”不是日期", "\"{shown}\" is no date"),
        remedy: say!(
            language,
            "写成 2024-03-01 或 2024年3月1日；“待定”之类的话写进对照表 [markers]",
            "write 2024-03-01; words that stand for no date belong in [markers] of the mapping"
        ),
    };
    let text = match cell {
        Cell::Day(day) => return in_range(*day, language),
        Cell::Empty | Cell::Broken(_) => return Err(wrong()),
        // A time of day behind the date says nothing here.
        Cell::Text(text) => narrow(text.split_once([' ', 'T']).map_or(text.as_str(), |(day, _)| day)),
        Cell::Number(text) => text.clone(),
    };
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match (text.len(), text.parse::<i64>()) {
            (8, Ok(number)) => date(number / 10_000, number / 100 % 100, number % 100).ok_or_else(wrong),
            (5, Ok(serial)) if SERIALS.contains(&serial) => of_serial(serial).ok_or_else(wrong),
            _ => Err(wrong()),
        }
        .and_then(|day| in_range(day, language));
    }
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日', '号']).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<i64> = parts.iter().map_while(|part| part.parse().ok()).collect();
    let found = match (numbers.as_slice(), parts.len(), dates.order) {
        ([year, month, day], 3, _) if parts[0].len() == 4 => date(*year, *month, *day),
        ([day, month, year], 3, Order::Dmy) | ([month, day, year], 3, Order::Mdy) if parts[2].len() == 4 => date(*year, *month, *day),
        ([_, _, _], 3, Order::Ymd) if parts[2].len() == 4 => {
            return Err(Wrong {
                problem: say!(language, "“{shown}”看不出先日后月还是先月后日", "\"{shown}\": day or month first cannot be told"),
                remedy: say!(language, "在对照表里写 dates = \"dmy\" 或 \"mdy\"", "say dates = \"dmy\" or \"mdy\" in the mapping"),
            });
        }
        ([year, month], 2, _) if parts[0].len() == 4 => {
            let first = date(*year, *month, 1).ok_or_else(wrong)?;
            Some(match dates.month {
                Some(MonthMeans::First) => first,
                Some(MonthMeans::Last) => first.last_of_month(),
                None => {
                    return Err(Wrong {
                        problem: say!(language, "“{shown}”没有写日", "\"{shown}\" names no day"),
                        remedy: say!(
                            language,
                            "补上日；或在对照表里写 month = \"last\"（按月末算）或 \"first\"",
                            "give the day; or say month = \"last\" or \"first\" in the mapping"
                        ),
                    });
                }
            })
        }
        _ => None,
    };
    found.ok_or_else(wrong).and_then(|day| in_range(day, language))
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Day 60 of Excel is a 29 February 1900 that never was; all serials taken here lie behind it.
fn of_serial(serial: i64) -> Option<Date> {
    let start = Date::new(1899, 12, 30).ok()?;
    start.checked_add(jiff::Span::new().try_days(serial).ok()?).ok()
}

fn in_range(day: Date, language: Language) -> Result<Date, Wrong> {
    if YEARS.contains(&day.year()) {
        return Ok(day);
    }
    Err(Wrong {
        problem: say!(language, "{day} 的年份不可能", "{day}: no such year can be meant"),
        remedy: say!(language, "改正年份", "correct the year"),
    })
}

/// The amount that a cell says: exact, or refused.
pub(super) fn money(cell: &Cell, unit: MoneyUnit, language: Language) -> Result<Fen, Wrong> {
    let shown = cell.text();
    let wrong = |problem: String| Wrong {
        problem,
        remedy: say!(
            language,
            "写成 12345.60；按万元记的列在对照表里写 unit = \"wan\"",
            "write 12345.60; where the column is in 10,000 yuan, say unit = \"wan\" in the mapping"
        ),
    };
    let no_amount = || wrong(say!(language, "“{shown}”不是金额", "\"{shown}\" is no amount"));
    let text = match cell {
        Cell::Text(text) | Cell::Number(text) => narrow(text),
        _ => return Err(no_amount()),
    };
    let text = text.trim_start_matches(['¥', '+']).trim_start_matches("人民币").trim_end_matches('整');
    let units =
        [("万元", MoneyUnit::Wan), ("万", MoneyUnit::Wan), ("元", MoneyUnit::Yuan), ("圆", MoneyUnit::Yuan), ("分", MoneyUnit::Fen)];
    let named = units.into_iter().find_map(|(word, unit)| Some((text.strip_suffix(word)?, unit)));
    let (number, unit) = named.unwrap_or((text, unit));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole = ungrouped(whole).ok_or_else(no_amount)?;
    if !part.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && part.is_empty()) {
        return Err(no_amount());
    }
    let decimals = match unit {
        MoneyUnit::Wan => 6,
        MoneyUnit::Yuan => 2,
        MoneyUnit::Fen => 0,
    };
    let part = part.trim_end_matches('0');
    if part.len() > decimals {
        return Err(wrong(say!(language, "“{shown}”不足一分的零头", "\"{shown}\" is not a whole number of fen")));
    }
    let digits = format!("{whole}{part:0<decimals$}");
    let fen = digits.parse().ok().map(Fen).filter(|fen| *fen <= Fen::MOST);
    fen.ok_or_else(|| wrong(say!(language, "“{shown}”太大，超过一千亿元", "\"{shown}\" is above 100 billion yuan")))
}

/// Digits without the commas between them, which must stand where thousands or ten thousands end.
fn ungrouped(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(',').collect();
    let digits = groups.concat();
    let good = |size: usize| groups[1..].iter().all(|group| group.len() == size) && (1..=size).contains(&groups[0].len());
    (digits.bytes().all(|byte| byte.is_ascii_digit()) && (groups.len() == 1 || good(3) || good(4))).then_some(digits)
}

/// The count that a cell says: `35`, `35人`, `1,200户`.
pub(super) fn count(cell: &Cell, language: Language) -> Result<u32, Wrong> {
    let text = match cell {
        Cell::Text(text) | Cell::Number(text) => narrow(text),
        _ => String::new(),
    };
    let number = text.trim_end_matches(['人', '户', '票', '名', '件', '位', '个', '次']);
    ungrouped(number).filter(|digits| !digits.is_empty()).and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        let shown = cell.text();
        Wrong {
            problem: say!(language, "“{shown}”不是整数", "\"{shown}\" is no whole number"),
            remedy: say!(language, "只写数目，如 35", "write the number alone, such as 35"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Language = Language::English;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn the_first_of_march_however_it_is_written() {
        let wanted = jiff::civil::date(2024, 3, 1);
        for spelling in [
            "2024-03-01",
            "2024/3/1",
            "2024.3.1",
            "2024年3月1日",
            "２０２４年３月１日",
            "20240301",
            "45352",
            "2024年03月01号",
            "2024-03-01 00:00:00",
        ] {
            assert_eq!(day(&text(spelling), Dates::default(), EN).unwrap(), wanted, "{spelling}");
        }
        assert_eq!(day(&Cell::Number("45352".to_owned()), Dates::default(), EN).unwrap(), wanted);
        assert_eq!(day(&text("1/3/2024"), Dates { order: Order::Dmy, month: None }, EN).unwrap(), wanted);
        assert_eq!(day(&text("3/1/2024"), Dates { order: Order::Mdy, month: None }, EN).unwrap(), wanted);
        assert_eq!(day(&text("2024年3月"), Dates { month: Some(MonthMeans::First), ..Dates::default() }, EN).unwrap(), wanted);
        let last = day(&text("2024年2月"), Dates { month: Some(MonthMeans::Last), ..Dates::default() }, EN).unwrap();
        assert_eq!(last, jiff::civil::date(2024, 2, 29));
    }

    #[test]
    fn what_could_mean_two_days_is_refused() {
        for bad in
            ["3/1/2024", "24-3-1", "2024", "2024年3月", "2024-02-30", "待定", "2024-3-1-1", "123", "0999-01-01", "-", "2024-x-1", "4535.5"]
        {
            assert!(day(&text(bad), Dates::default(), EN).is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        for (spelling, unit, fen) in [
            ("12,345.60", MoneyUnit::Yuan, 1_234_560),
            ("１２，３４５．６", MoneyUnit::Yuan, 1_234_560),
            ("¥12345.6元", MoneyUnit::Yuan, 1_234_560),
            ("1.23456万元", MoneyUnit::Yuan, 1_234_560),
            ("1.23456", MoneyUnit::Wan, 1_234_560),
            ("0.29", MoneyUnit::Yuan, 29),
            ("1.15", MoneyUnit::Yuan, 115),
            ("8000元整", MoneyUnit::Wan, 800_000),
            ("1,2345", MoneyUnit::Yuan, 1_234_500),
            ("0", MoneyUnit::Wan, 0),
            (".5", MoneyUnit::Yuan, 50),
            ("100.000000", MoneyUnit::Yuan, 10_000),
        ] {
            assert_eq!(money(&text(spelling), unit, EN), Ok(Fen(fen)), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for bad in ["", "-5", "1.234", "约5万", "5万多", "1,23", "12,34,567", "1e5", "三万", "1.2.3", ".", "99999999999999", "0.0000001万"]
        {
            assert!(money(&text(bad), MoneyUnit::Yuan, EN).is_err(), "{bad}");
        }
    }

    #[test]
    fn counts_may_carry_their_word() {
        for (spelling, number) in [("35", 35), ("35人", 35), ("1,200 户", 1200), ("３５票", 35)] {
            assert_eq!(count(&text(spelling), EN), Ok(number));
        }
        for bad in ["", "人", "3.5", "-3", "三十", "35/40"] {
            assert!(count(&text(bad), EN).is_err(), "{bad}");
        }
    }
}
