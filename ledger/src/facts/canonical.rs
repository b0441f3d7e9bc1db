//! A scan that tells canonical facts at sight, without building their fields.
//!
//! Out of scope: why a text is not canonical; who is told "not surely" reads the text and writes it anew to see. Invariant: what is told
//! surely canonical is what reading and writing would give back, letter by letter.

use super::{DEPTH, INTEGER};

/// Whether `text` is one object in canonical form. Some canonical texts are not told: those with an escape in a key.
pub(super) fn is_surely(text: &str) -> bool {
    let mut scan = Scan { left: text.as_bytes() };
    scan.left.starts_with(b"{") && scan.value(DEPTH).is_some() && scan.left.is_empty()
}

/// What is left to scan. Every step gives none where the text is not surely canonical.
struct Scan<'t> {
    left: &'t [u8],
}

impl<'t> Scan<'t> {
    /// One value, with room for `depth` levels of lists and objects.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.left.first()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b'"' => self.text().map(|_| ()),
            b't' => self.expect(b"true"),
            b'f' => self.expect(b"false"),
            _ => self.integer(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.expect(b"{")?;
        if self.expect(b"}").is_some() {
            return Some(());
        }
        let mut before: Option<&[u8]> = None;
        loop {
            let key = self.text().filter(|key| !key.contains(&b'\\'))?;
            if before.is_some_and(|before| before >= key) {
                return None;
            }
            before = Some(key);
            self.expect(b":")?;
            self.value(depth)?;
            if self.expect(b",").is_none() {
                return self.expect(b"}");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.expect(b"[")?;
        if self.expect(b"]").is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.expect(b",").is_none() {
                return self.expect(b"]");
            }
        }
    }

    /// A text; gives what stands between its quotes.
    fn text(&mut self) -> Option<&'t [u8]> {
        self.expect(b"\"")?;
        let whole = self.left;
        loop {
            match self.next()? {
                b'"' => return whole.get(..whole.len() - self.left.len() - 1),
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// What follows a backslash: the shortest escape there is for the character.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                self.expect(b"00")?;
                match (self.next()?, self.next()?) {
                    (b'0', b'0'..=b'7' | b'b' | b'e' | b'f') | (b'1', b'0'..=b'9' | b'a'..=b'f') => Some(()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn integer(&mut self) -> Option<()> {
        let negative = self.expect(b"-").is_some();
        let digits = self.left.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, left) = self.left.split_at_checked(digits)?;
        let first = number.first()?;
        if *first == b'0' && (negative || digits > 1) {
            return None;
        }
        self.left = left;
        let value = number.iter().try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
        (value <= INTEGER).then_some(())
    }

    fn expect(&mut self, wanted: &[u8]) -> Option<()> {
        self.left = self.left.strip_prefix(wanted)?;
        Some(())
    }

    fn next(&mut self) -> Option<u8> {
        let (first, left) = self.left.split_first()?;
        self.left = left;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::{Facts, Value};

    /// What reading and writing says.
    fn is_canonical(text: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(text) else { return false };
        Facts::from_value(&value, text.len()).is_ok_and(|facts| facts.as_str() == text)
    }

    /// Texts made of the pieces of JSON, near the border of what is canonical.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\":",
            "\"b\":",
            "\"a\"",
            "true",
            "false",
            "null",
            "0",
            "1",
            "-1",
            "9007199254740991",
            "9007199254740992",
            "\\n",
            "\\u0001",
            "\\u000a",
            "\\u001f",
            "\\u001F",
            "\\/",
            "é",
            " ",
            "{}",
            "[]",
            "{\"a\":1}",
            ".5",
            "e3",
            "-0",
        ]);
        prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("{{{}}}", pieces.concat()))
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            (-(1_i64 << 53) + 1..1_i64 << 53).prop_map(Value::Integer),
            "[a-c\"\\\\\n\u{1}\u{1f}é/]{0,6}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(9, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_map("[a-c\"é]{0,3}", inner, 0..4).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_tells_nothing_canonical_that_is_not(text in pieces()) {
            prop_assert!(!is_surely(&text) || is_canonical(&text), "{}", text);
        }

        #[test]
        fn it_tells_what_is_written_but_for_escapes_in_keys(value in prop::collection::btree_map("[a-cé]{0,3}", value(), 0..4)) {
            let text = serde_json::to_string(&value).unwrap();
            let told = is_surely(&text);
            prop_assert!(!told || is_canonical(&text), "{}", text);
            let plain_keys = !text.contains("\\\"");
            prop_assert!(told || !plain_keys || !is_canonical(&text), "{}", text);
        }

        #[test]
        fn a_letter_changed_is_told_as_reading_tells_it(value in prop::collection::btree_map("[a-c]{0,3}", value(), 0..4), at in any::<prop::sample::Index>(), to in " -~") {
            let mut text = serde_json::to_string(&value).unwrap().into_bytes();
            let at = at.index(text.len());
            text[at] = to.as_bytes()[0];
            if let Ok(text) = String::from_utf8(text) {
                prop_assert!(!is_surely(&text) || is_canonical(&text), "{}", text);
            }
        }
    }
}
