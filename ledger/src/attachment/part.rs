//! Which part of a file is asked for: by the `Range` header of HTTP (RFC 9110, section 14), of one range.

/// What a `Range` header asks of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the first byte to before the second.
    Of(u64, u64),
    /// Nothing that is there.
    Beyond,
    /// Several ranges, or none that reads: a server may give the whole.
    Whole,
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
