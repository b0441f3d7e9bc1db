//! Keys and their one-line text forms (C2SP signed-note, "Signatures"; tlog-cosignature for type 0x04).
//!
//! One key per role, bound to one name for ever. Low-order public keys are refused when read, and signatures are accepted by
//! `verify_strict` only: batch verification accepts crafted signatures that single verification refuses, so nodes mixing the two would
//! disagree for ever.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Malformed, Rejected};

/// Longest key name in bytes: origin and cosigner names are length-prefixed with one byte in newer cosignatures.
pub const LONGEST_NAME: usize = 255;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// 0x01: the text of a note (logs, offices, nodes).
    Ed25519,
    /// 0x04: a dated cosignature on a checkpoint (witnesses).
    Cosigner,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosigner => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, Malformed> {
        match byte {
            0x01 => Ok(Self::Ed25519),
            0x04 => Ok(Self::Cosigner),
            other => Err(Malformed::new("key type", format!("0x{other:02x} is not read here; 0x01 (Ed25519) or 0x04 (cosigner) wanted"))),
        }
    }
}

/// A public key with its name and kind; text form `name+<8 hex of key id>+<base64 of type and key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, kind: KeyKind, key: VerifyingKey) -> Result<Self, Malformed> {
        check_name(name)?;
        if key.is_weak() {
            return Err(Malformed::new("key", "a low-order key verifies anything; it is refused"));
        }
        let id = key_id(name, kind, key.as_bytes());
        Ok(Self { name: name.to_owned(), kind, id, key })
    }

    /// The name the key signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The first four bytes of SHA-256(name ‖ LF ‖ type ‖ public key), big-endian.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The 32 bytes of the public key.
    pub fn public_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Checks the payload of a signature line over `text`; gives the POSIX seconds of a cosignature, 0 for a plain signature.
    pub fn verify(&self, text: &str, payload: &[u8]) -> Result<u64, Rejected> {
        let fails = |why: &str| Rejected::new("signature", format!("{why} (key {})", self.name));
        let (time, signature) = match self.kind {
            KeyKind::Ed25519 => (0, payload),
            KeyKind::Cosigner => {
                let (time, signature) = payload.split_first_chunk::<8>().ok_or_else(|| fails("shorter than its timestamp"))?;
                (u64::from_be_bytes(*time), signature)
            }
        };
        if time > i64::MAX as u64 {
            return Err(fails("timestamp beyond 2^63−1"));
        }
        let signature = Signature::from_slice(signature).map_err(|_| fails("not 64 bytes"))?;
        let good = match self.kind {
            KeyKind::Ed25519 => self.key.verify_strict(text.as_bytes(), &signature),
            KeyKind::Cosigner => self.key.verify_strict(cosigned_message(time, text).as_bytes(), &signature),
        };
        good.map(|()| time).map_err(|_| fails("does not verify"))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialOrd for VerifierKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VerifierKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.name, self.kind, self.key.as_bytes()).cmp(&(&other.name, other.kind, other.key.as_bytes()))
    }
}

impl std::hash::Hash for VerifierKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.id, self.key.as_bytes()).hash(state);
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("key", format!("{why}; <name>+<8 hex>+<base64> wanted"));
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("too few parts"));
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong("base64 not canonical"))?;
        let (&kind, key) = bytes.split_first().ok_or_else(|| wrong("empty key"))?;
        let kind = KeyKind::from_byte(kind)?;
        let key: &[u8; 32] = key.try_into().map_err(|_| wrong("key is not 32 bytes"))?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| wrong("not a point of the curve"))?;
        let key = Self::new(name, kind, key)?;
        if id != format!("{:08x}", key.id) {
            return Err(wrong("key id does not match name and key"));
        }
        Ok(key)
    }
}

impl Serialize for VerifierKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifierKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// A private key; wiped from memory when dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct SignerKey {
    public: VerifierKey,
    secret: SigningKey,
}

impl SignerKey {
    /// The key of a 32-byte seed. The caller brings the randomness.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, Malformed> {
        let secret = SigningKey::from_bytes(seed);
        let public = VerifierKey::new(name, kind, secret.verifying_key())?;
        Ok(Self { public, secret })
    }

    /// The public half.
    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// The payload of a signature line over `text`: dated at `time` (POSIX seconds) for a cosigner, undated otherwise.
    pub fn sign(&self, text: &str, time: u64) -> Vec<u8> {
        match self.public.kind {
            KeyKind::Ed25519 => self.secret.sign(text.as_bytes()).to_bytes().to_vec(),
            KeyKind::Cosigner => {
                let signature = self.secret.sign(cosigned_message(time, text).as_bytes());
                [&time.to_be_bytes()[..], &signature.to_bytes()].concat()
            }
        }
    }

    /// The 32 bytes that [`Self::from_seed`] makes the key of.
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_bytes())
    }

    /// The text form of Go's tools: `PRIVATE+KEY+<name>+<8 hex>+<base64 of type and seed>`.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(vec![self.public.kind.byte()]);
        bytes.extend_from_slice(self.secret.as_bytes());
        Zeroizing::new(format!("PRIVATE+KEY+{}+{:08x}+{}", self.public.name, self.public.id, STANDARD.encode(&*bytes)))
    }

    /// Reads the form of [`Self::to_secret_text`]. Errors never repeat the text.
    pub fn from_secret_text(text: &str) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("private key", why.to_owned());
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or_else(|| wrong("PRIVATE+KEY+… wanted"))?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("too few parts"));
        };
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| wrong("base64 not canonical"))?);
        let (&kind, seed) = bytes.split_first().ok_or_else(|| wrong("empty"))?;
        let seed: &[u8; 32] = seed.try_into().map_err(|_| wrong("the seed is not 32 bytes"))?;
        let key = Self::from_seed(name, KeyKind::from_byte(kind)?, seed)?;
        if id != format!("{:08x}", key.public.id) {
            return Err(wrong("key id does not match name and key"));
        }
        Ok(key)
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.public)
    }
}

/// A key name: non-empty, no white space, no `+`, at most [`LONGEST_NAME`] bytes.
pub fn check_name(name: &str) -> Result<(), Malformed> {
    let good = (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
    if good { Ok(()) } else { Err(Malformed::new("key name", format!("1 to {LONGEST_NAME} bytes without white space or + wanted"))) }
}

fn key_id(name: &str, kind: KeyKind, key: &[u8; 32]) -> u32 {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(key).finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// tlog-cosignature "cosignature/v1": a header with the time, then the whole note text.
fn cosigned_message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_are_read_back() {
        for kind in [KeyKind::Ed25519, KeyKind::Cosigner] {
            let key = SignerKey::from_seed("luodi.example/demo/990101001001/witness", kind, &[7; 32]).unwrap();
            assert_eq!(&key.public().to_string().parse::<VerifierKey>().unwrap(), key.public());
            let again = SignerKey::from_secret_text(&key.to_secret_text()).unwrap();
            assert_eq!(again.public(), key.public());
        }
    }

    #[test]
    fn a_low_order_key_is_refused() {
        // The identity point: every signature with a zero scalar would verify under it.
        let mut identity = [0; 32];
        identity[0] = 1;
        let point = VerifyingKey::from_bytes(&identity).unwrap();
        assert!(VerifierKey::new("x", KeyKind::Ed25519, point).is_err());
    }

    #[test]
    fn a_changed_part_is_refused() {
        let text = SignerKey::from_seed("name", KeyKind::Ed25519, &[7; 32]).unwrap().public().to_string();
        for bad in [text.replace("name", "nama"), format!("{text}="), text.to_uppercase(), text.replacen('+', " ", 1)] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
        }
    }
}
