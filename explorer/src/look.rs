//! How a page is shown: language, elder mode and the path prefix. All of it stands in the address, so a link can be shared and no cookie
//! is needed.
//!
//! Invariant: every internal link is made by [`Look::link`], so none loses the reader's choice.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::site::Site;

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 中文, the default.
    #[default]
    Chinese,
    /// English, with `lang=en`.
    English,
}

/// The reader's choices and where they stand.
#[derive(Clone, Debug, Default)]
pub struct Look {
    language: Language,
    elder: bool,
    prefix: Arc<str>,
    path: String,
    query: Vec<(String, String)>,
}

impl Look {
    /// Reads path and query of a request below `prefix`; a choice it does not know is passed over.
    pub fn of(prefix: Arc<str>, path: &str, query: &str) -> Self {
        let mut look = Self { prefix, path: path.to_owned(), ..Self::default() };
        for (key, value) in pairs(query) {
            match (key.as_str(), value.as_str()) {
                ("lang", value) => look.language = if value == "en" { Language::English } else { Language::Chinese },
                ("mode", value) => look.elder = value == "elder",
                _ => look.query.push((key, value)),
            }
        }
        look
    }

    /// One of two wordings.
    pub fn say<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// As [`Self::say`], for a pair.
    pub fn pick<'a>(&self, (chinese, english): (&'a str, &'a str)) -> &'a str {
        self.say(chinese, english)
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether the page is in English.
    pub fn is_english(&self) -> bool {
        self.language == Language::English
    }

    /// Whether elder mode is on.
    pub fn is_elder(&self) -> bool {
        self.elder
    }

    /// The path of this page, below the prefix.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a query field of this page, if it is there and not empty.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A link to a path of this site with a query, keeping the reader's choices.
    pub fn link(&self, path: &str, query: &[(&str, &str)]) -> String {
        self.address(path, query.iter().copied(), self.language, self.elder)
    }

    /// A link to a path of this site without a query.
    pub fn to(&self, path: &str) -> String {
        self.link(path, &[])
    }

    /// This page in the other language.
    pub fn in_other_language(&self) -> String {
        let other = if self.is_english() { Language::Chinese } else { Language::English };
        self.address(&self.path, self.here(), other, self.elder)
    }

    /// This page with elder mode switched.
    pub fn in_other_mode(&self) -> String {
        self.address(&self.path, self.here(), self.language, !self.elder)
    }

    /// This page's query, to another path: the same list in another format.
    pub fn same_query(&self, path: &str) -> String {
        self.address(path, self.here(), self.language, self.elder)
    }

    /// This page with one query field set to another value, or left out when that is empty.
    pub fn with(&self, name: &str, value: &str) -> String {
        // Another choice begins its list anew.
        let kept = self.here().filter(|(key, _)| *key != name && *key != "page");
        let set = Some((name, value)).filter(|(_, value)| !value.is_empty());
        self.address(&self.path, kept.chain(set), self.language, self.elder)
    }

    /// A file of this site that looks the same to everybody.
    pub fn asset(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The choices as form fields, so that a form sent by GET keeps them.
    pub fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
        choices(self.language, self.elder)
    }

    fn here(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    fn address<'a>(&self, path: &str, query: impl Iterator<Item = (&'a str, &'a str)>, language: Language, elder: bool) -> String {
        let mut address = format!("{}{path}", self.prefix);
        for (position, (key, value)) in query.chain(choices(language, elder)).enumerate() {
            address.push(if position == 0 && !path.contains('?') { '?' } else { '&' });
            address.push_str(&encoded(key));
            address.push('=');
            address.push_str(&encoded(value));
        }
        address
    }
}

fn choices<'a>(language: Language, elder: bool) -> impl Iterator<Item = (&'a str, &'a str)> {
    let language = (language == Language::English).then_some(("lang", "en"));
    language.into_iter().chain(elder.then_some(("mode", "elder")))
}

impl FromRequestParts<Arc<Site>> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        let path = parts.uri.path();
        let path = path.strip_prefix(site.prefix()).unwrap_or(path);
        Ok(Self::of(site.prefix().into(), path, parts.uri.query().unwrap_or_default()))
    }
}

/// Reads `a=b&c=d` with `+` and percent escapes; broken escapes stay as they are.
fn pairs(query: &str) -> Vec<(String, String)> {
    let split = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key), decoded(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(split).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let escape = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, escape) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(query: &str) -> Look {
        Look::of("".into(), "/search", query)
    }

    #[test]
    fn every_link_keeps_the_choices() {
        let look = look("q=%E9%99%88+%E5%A0%82&lang=en&mode=elder&x=%zz");
        assert_eq!(look.field("q"), Some("陈 堂"));
        assert_eq!(look.field("x"), Some("%zz"));
        assert_eq!(look.to("/place/410000000000"), "/place/410000000000?lang=en&mode=elder");
        assert_eq!(look.link("/search", &[("q", "a&b")]), "/search?q=a%26b&lang=en&mode=elder");
        assert_eq!(look.in_other_language(), "/search?q=%E9%99%88%20%E5%A0%82&x=%25zz&mode=elder");
        assert_eq!(look.in_other_mode(), "/search?q=%E9%99%88%20%E5%A0%82&x=%25zz&lang=en");
        assert_eq!(look.with("q", ""), "/search?x=%25zz&lang=en&mode=elder");
    }

    #[test]
    fn unknown_choices_fall_back_to_chinese() {
        let look = look("lang=fr&mode=big");
        assert_eq!(look.say("是", "yes"), "是");
        assert!(!look.is_elder());
        assert_eq!(look.to("/"), "/");
    }
}
