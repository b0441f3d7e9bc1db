//! Attachments: the photos and scans that a body names.
//!
//! A body lists them, each by the BLAKE3 of its *stored bytes*: [`NONCE`] random bytes and then the file. So nobody can tell from a hash
//! what the file is, not even by trying: a scan of a form with one handwritten line would be found in an afternoon. A `public` one is
//! kept and served by nodes; of a `sealed` one only this line is published, the file stays in the office's archive.
//!
//! Before a picture is published what it says of its taking is taken out ([`clean`]). Out of scope: storing and serving.

mod clean;
mod part;

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use clean::clean;
pub use part::{Asked, Part};

use crate::Malformed;
use crate::hash::Blake3;

/// Random bytes in front of the file.
pub const NONCE: usize = 32;
/// Largest file in bytes: 64 MiB, a scan of a thick contract.
pub const LARGEST: u64 = 64 << 20;
/// Most attachments of one statement.
pub const MOST: usize = 32;
/// Longest title in characters.
pub const LONGEST_TITLE: usize = 80;
/// How many bytes of a file tell what it is.
pub const TELLING: usize = 12;

/// What kind of file it is. The list is short because each must be told by its first bytes and be cleaned of where it was taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
    /// `application/pdf`
    Pdf,
    /// One that this version does not know.
    Other(String),
}

impl Media {
    /// The kinds that may be published.
    pub const KNOWN: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// The media type.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Other(name) => name,
        }
    }

    /// What a file is by its first [`TELLING`] bytes; none if it is nothing that may be published.
    pub fn of(file: &[u8]) -> Option<Self> {
        match file {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Whether pages can show it in place.
    pub fn is_image(&self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }
}

impl FromStr for Media {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Ok(Self::KNOWN.into_iter().find(|known| known.as_str() == text).unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who may read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// 公开: nodes keep and serve it.
    Public,
    /// 存档备查: the file stays in the archive; whoever may see it can check it against the hash.
    Sealed,
    /// One that this version does not know: treated as sealed.
    Other(String),
}

impl Access {
    /// The word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::Sealed => "sealed",
            Self::Other(word) => word,
        }
    }
}

impl FromStr for Access {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Ok([Self::Public, Self::Sealed].into_iter().find(|known| known.as_str() == text).unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! by_text {
    ($($name:ty),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::from_text(deserializer)
            }
        }
    )+};
}
by_text!(Media, Access);

/// One attachment, as a body lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// BLAKE3 of the stored bytes: nonce and file.
    pub hash: Blake3,
    /// Length of the file in bytes, without the nonce.
    pub size: u64,
    /// What kind of file it is.
    pub media: Media,
    /// Who may read it.
    pub access: Access,
    /// 名称, in plain words: what it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Attachment {
    /// The line for `file` behind `nonce`; none if it is of no kind that may be published.
    pub fn of(nonce: &[u8; NONCE], file: &[u8], access: Access, title: Option<String>) -> Option<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(nonce).update(file);
        let hash = Blake3::from_bytes(*hasher.finalize().as_bytes());
        Some(Self { hash, size: file.len() as u64, media: Media::of(file)?, access, title })
    }

    /// Whether `file` behind `nonce` is what is named.
    pub fn names(&self, nonce: &[u8], file: &[u8]) -> bool {
        let mut hasher = blake3::Hasher::new();
        hasher.update(nonce).update(file);
        nonce.len() == NONCE && self.size == file.len() as u64 && self.hash == Blake3::from_bytes(*hasher.finalize().as_bytes())
    }

    /// Whether nodes keep and serve it.
    pub fn is_public(&self) -> bool {
        self.access == Access::Public
    }
}

/// Checks the attachments of a body before publishing.
pub fn check(attachments: &[Attachment]) -> Result<(), Malformed> {
    if attachments.len() > MOST {
        return Err(Malformed::new(
            "body.attachments",
            format!("{}, at most {MOST} allowed; say the rest in a further statement", attachments.len()),
        ));
    }
    for (position, Attachment { hash, size, media, access, title }) in attachments.iter().enumerate() {
        let wrong = |field: &str, why: String| Err(Malformed::new(format!("body.attachments.{position}.{field}"), why));
        if attachments[..position].iter().any(|other| other.hash == *hash) {
            return wrong("hash", "listed twice; leave one out".to_owned());
        }
        if !(1..=LARGEST).contains(size) {
            return wrong("size", format!("{size} bytes; 1 to {LARGEST} wanted, scan it coarser"));
        }
        if let Media::Other(_) = media {
            let known = Media::KNOWN.map(|media| media.to_string()).join(", ");
            return wrong("media", format!("one of {known} wanted"));
        }
        if let Access::Other(_) = access {
            return wrong("access", "public or sealed wanted".to_owned());
        }
        if title.as_ref().is_none_or(|title| title.trim().is_empty() || title.chars().count() > LONGEST_TITLE) {
            return wrong("title", format!("say in at most {LONGEST_TITLE} characters what it shows"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::matter::words::Words;

    fn listed() -> Attachment {
        Attachment::of(&[7; NONCE], b"%PDF-1.7 scan", Access::Public, Some("合同".to_owned())).unwrap()
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let of = |file: &[u8]| Media::of(file);
        assert_eq!(of(b"\xff\xd8\xff\xe0"), Some(Media::Jpeg));
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some(Media::Png));
        assert_eq!(of(b"RIFF\x01\0\0\0WEBP"), Some(Media::Webp));
        assert_eq!(of(b"%PDF-1.4"), Some(Media::Pdf));
        for other in [&b""[..], b"GIF89a", b"<svg", b"RIFF\0\0\0\0WAVE", b"PK\x03\x04", b" %PDF-1.4", b"\xff\xd8"] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn the_nonce_is_under_the_hash() {
        let listed = listed();
        assert!(listed.names(&[7; NONCE], b"%PDF-1.7 scan"));
        assert!(!listed.names(&[8; NONCE], b"%PDF-1.7 scan") && !listed.names(&[7; NONCE], b"%PDF-1.7 scam"));
        assert!(!listed.names(&[7; NONCE - 1], b"\x07%PDF-1.7 scan"));
        assert_ne!(Blake3::of(b"%PDF-1.7 scan"), listed.hash);
        assert_eq!(Attachment::of(&[7; NONCE], b"text", Access::Public, None), None);
    }

    #[test]
    fn what_a_later_version_lists_is_read_and_written_back() {
        let body = json!({"attachments": [{"access": "members", "hash": listed().hash, "media": "image/avif", "size": 3}]});
        let words = Words::parse(body.to_string().as_bytes()).unwrap();
        assert!(!words.attachments[0].is_public());
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&words.to_bytes().unwrap()).unwrap(), body);
    }

    #[test]
    fn each_field_is_checked_before_publishing() {
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&[listed()]), Ok(()));
        let field = |change: fn(&mut Attachment)| {
            let mut changed = listed();
            change(&mut changed);
            check(&[changed]).unwrap_err().field
        };
        assert_eq!(field(|it| it.size = 0), "body.attachments.0.size");
        assert_eq!(field(|it| it.size = LARGEST + 1), "body.attachments.0.size");
        assert_eq!(field(|it| it.media = Media::Other("text/html".to_owned())), "body.attachments.0.media");
        assert_eq!(field(|it| it.access = Access::Other("some".to_owned())), "body.attachments.0.access");
        assert_eq!(field(|it| it.title = None), "body.attachments.0.title");
        assert_eq!(field(|it| it.title = Some("长".repeat(81))), "body.attachments.0.title");
        assert_eq!(check(&[listed(), listed()]).unwrap_err().field, "body.attachments.1.hash");
        assert!(check(&vec![listed(); MOST + 1]).is_err());
    }
}
