//! The two languages the command speaks, and how it chooses one.
//!
//! Every text stands in both, side by side, where it is used: [`say!`] for sentences, `中文 ¦ English` for help (see [`crate::help`]).
//! Out of scope: what statements say; their words are their signers'.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::str::FromStr;

/// A language of messages and help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// The language of a locale: `zh` and all that begins with it is Chinese. The first variable that is set and not empty decides, in the
    /// order POSIX gives: `LC_ALL`, `LC_MESSAGES`, `LANG`.
    pub fn of_locale(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
        match set {
            Some(value) if value.as_encoded_bytes().to_ascii_lowercase().starts_with(b"zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// The language `--lang` asks for among the arguments, before they are parsed: help itself must already be in it.
    pub fn asked_for<S: AsRef<OsStr>>(arguments: &[S]) -> Option<Self> {
        let words: Vec<&str> = arguments.iter().map_while(|word| word.as_ref().to_str()).take_while(|word| *word != "--").collect();
        let value = words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang") {
            Some("") => words.get(at + 1).copied(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        });
        value.and_then(|value| value.parse().ok())
    }

    /// The text in this language.
    pub fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "zh" => Ok(Self::Chinese),
            "en" => Ok(Self::English),
            _ => Err("zh | en".to_owned()),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pick("zh", "en"))
    }
}

/// A sentence in the language given: `say!(language, "第 {n} 条", "entry {n}")`.
macro_rules! say {
    ($language:expr, $chinese:literal, $english:literal $(, $argument:expr)* $(,)?) => {
        match $language {
            $crate::language::Language::Chinese => format!($chinese $(, $argument)*),
            $crate::language::Language::English => format!($english $(, $argument)*),
        }
    };
}
pub(crate) use say;

/// As `eprintln!`, but a reader that has gone away is no fault of ours.
macro_rules! caution {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
pub(crate) use caution;

/// As `println!`, but a reader that has gone away, such as `head`, is no fault of ours.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}
pub(crate) use tell;

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(pairs: &[(&str, &str)]) -> Language {
        Language::of_locale(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert_eq!(locale(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(locale(&[("LANG", "zh_CN.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")]), Language::English);
        assert_eq!(locale(&[("LC_ALL", "zh_TW"), ("LC_MESSAGES", "en_GB.UTF-8")]), Language::Chinese);
        assert_eq!(locale(&[("LC_ALL", ""), ("LANG", "zh")]), Language::Chinese);
        assert_eq!(locale(&[("LANG", "C")]), Language::English);
        assert_eq!(locale(&[]), Language::English);
    }

    #[test]
    fn the_flag_is_found_wherever_it_stands() {
        assert_eq!(Language::asked_for(&["luodi", "verify", "--lang", "zh", "x"]), Some(Language::Chinese));
        assert_eq!(Language::asked_for(&["luodi", "--lang=en", "demo"]), Some(Language::English));
        assert_eq!(Language::asked_for(&["luodi", "demo", "--", "--lang=en"]), None);
        assert_eq!(Language::asked_for(&["luodi", "--language"]), None);
    }
}
