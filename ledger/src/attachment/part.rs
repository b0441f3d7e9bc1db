//! What a request asks of a file that never changes under its name: by the fields `If-None-Match`, `If-Range` and `Range` of HTTP (RFC 9110,
//! sections 13 and 14), of one range.

/// What a `Range` header asks of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the first byte to before the second.
    Of(u64, u64),
    /// Nothing that is there.
    Beyond,
    /// No range, several, or none that reads: a server may give the whole.
    Whole,
}

/// The fields of a request that say which part is asked for, as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `If-None-Match`
    pub if_none_match: Option<&'a str>,
    /// `If-Range`
    pub if_range: Option<&'a str>,
    /// `Range`
    pub range: Option<&'a str>,
}

impl Asked<'_> {
    /// What is asked of the file of `size` bytes with this entity tag; none where the reader holds it.
    pub fn of(self, etag: &str, size: u64) -> Option<Part> {
        if self.if_none_match.is_some_and(|held| held.split(',').any(|each| matches!(each.trim(), "*") || each.trim() == etag)) {
            return None;
        }
        // A part of what the reader holds, or the whole of what it does not.
        let same = self.if_range.is_none_or(|held| held == etag);
        Some(self.range.filter(|_| same).map_or(Part::Whole, |range| Part::of(range, size)))
    }
}

impl Part {
    /// What the header's value asks of a file of `size` bytes.
    pub fn of(range: &str, size: u64) -> Self {
        let number = |text: &str| {
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        let Some((first, last)) = range.strip_prefix("bytes=").and_then(|spec| spec.trim().split_once('-')) else { return Self::Whole };
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => Self::Whole,
            (Some(first), _) if first >= size => Self::Beyond,
            (Some(first), Some(last)) => Self::Of(first, last.saturating_add(1).min(size)),
            (Some(first), None) if last.is_empty() => Self::Of(first, size),
            (None, Some(0)) if first.is_empty() => Self::Beyond,
            (None, Some(last)) if first.is_empty() => Self::Of(size.saturating_sub(last), size),
            _ => Self::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_reader_holds_is_not_sent_again_and_of_what_it_does_not_hold_no_part() {
        let of = |if_none_match, if_range, range| Asked { if_none_match, if_range, range }.of("\"a\"", 100);
        let part = Some("bytes=0-9");
        assert_eq!(of(None, None, None), Some(Part::Whole));
        assert_eq!(of(None, None, part), Some(Part::Of(0, 10)));
        assert_eq!(of(None, Some("\"a\""), part), Some(Part::Of(0, 10)));
        assert_eq!(of(None, Some("\"b\""), part), Some(Part::Whole));
        assert_eq!(of(Some("\"b\""), None, part), Some(Part::Of(0, 10)));
        for held in ["\"a\"", "*", "\"b\", \"a\""] {
            assert_eq!(of(Some(held), None, part), None, "{held}");
        }
    }

    #[test]
    fn a_range_is_cut_to_the_file() {
        assert_eq!(Part::of("bytes=0-9", 100), Part::Of(0, 10));
        assert_eq!(Part::of("bytes=90-", 100), Part::Of(90, 100));
        assert_eq!(Part::of("bytes=90-999", 100), Part::Of(90, 100));
        assert_eq!(Part::of("bytes=-10", 100), Part::Of(90, 100));
        assert_eq!(Part::of("bytes=-1000", 100), Part::Of(0, 100));
        assert_eq!(Part::of("bytes=0-99999999999999999999999", 100), Part::Of(0, 100));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(Part::of(beyond, 100), Part::Beyond, "{beyond}");
        }
        for whole in ["bytes=9-0", "bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-b"] {
            assert_eq!(Part::of(whole, 100), Part::Whole, "{whole}");
        }
    }
}
