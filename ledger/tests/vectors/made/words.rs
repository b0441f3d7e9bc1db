//! Notes, keys, facts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::{SigningKey, verify_batch};
use luodi_ledger::key::SignerKey;
use luodi_ledger::note::{Note, Signature};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::{C2SP_KEY, C2SP_NOTE, ORIGIN, WITNESS, key, trusting};
use crate::refused::Spoil;

pub(super) fn note() -> Value {
    let (ada, wren) = (key("ada.example", 1), key("wren.example/witness", 2));
    let mut plain = Note::new("one\n\ntwo\n".to_owned()).unwrap();
    plain.sign(&ada, 0);
    plain.sign(&wren, 1_700_000_000);
    let text = plain.to_string();
    let mut unknown = plain.clone();
    unknown.sign(&key("eve.example", 3), 0);
    let file = Spoil::of("a text with an empty line, a signature and a dated cosignature", &text)
        .replace("no empty line before the signatures", "\n\n—", "\n—")
        .replace("a hyphen for the em dash", "—", "-")
        .replace("two spaces", "— ada.example ", "— ada.example  ")
        .replace("a tab in the text", "one", "o\te")
        .replace("a carriage return", "one\n", "one\r\n")
        .replace("a plus in a key name", "— ada.example", "— ada+example")
        .replace("base64 without padding", "=\n", "\n")
        .replace("nothing after the key id", &text[text.find("— ada").unwrap()..text.find("— wren").unwrap()], "— ada.example Uw2QOg==\n")
        .replace("another text", "two", "too")
        .change("no final line feed", |text| text.trim_end().to_owned())
        .change("an empty line at the end", |text| format!("{text}\n"))
        .change("no signature", |text| text[..=text.rfind("\n\n").unwrap()].to_owned())
        .change("101 signatures", |text| text.to_owned() + &text[text.find("— wren").unwrap()..].replace("wren", "unknown").repeat(99))
        .change("a known key twice", |text| text.to_owned() + &text[text.find("— wren").unwrap()..])
        .replace("the date of a cosignature changed", &line_of(&wren, &plain).to_string(), &redated(&wren, &plain))
        .bytes("not UTF-8", &text.bytes().map(|byte| if byte == b'o' { 0xff } else { byte }).collect::<Vec<u8>>())
        .also("a line of an unknown key is passed over", &unknown.to_string())
        .also("100 signatures", &(text.clone() + &text[text.find("— wren").unwrap()..].replace("wren", "unknown").repeat(98)))
        .file();
    let mut file = trusting(file, &[ada.public().clone(), wren.public().clone()]);
    file["refused"].as_array_mut().unwrap().push(crafted());
    let c2sp = json!({"name": "the example of C2SP signed-note", "text": C2SP_NOTE, "keys": [C2SP_KEY]});
    file["accepted"].as_array_mut().unwrap().insert(0, c2sp);
    file
}

fn line_of(key: &SignerKey, note: &Note) -> Signature {
    note.signatures().iter().find(|line| line.claims(key.public())).unwrap().clone()
}

/// The line of `key` with its date a second later.
pub(super) fn redated(key: &SignerKey, note: &Note) -> String {
    let mut line = line_of(key, note);
    line.payload[7] += 1;
    line.to_string()
}

/// An author with an ordinary key adds a point of order 2 to R. Single verification refuses it always; batch verification accepts it
/// whenever its random coefficient is even, as it is for this text. Nodes of the two sorts would never agree again.
fn crafted() -> Value {
    let author = key("mallory.example", 7);
    let secret = SigningKey::from_bytes(&[7; 32]);
    let wide = |parts: &[&[u8]]| {
        let digest = parts.iter().fold(Sha512::new(), Sha512::chain_update).finalize();
        Scalar::from_bytes_mod_order_wide(&digest.into())
    };
    for number in 0.. {
        let text = format!("whom do you trust, {number}\n");
        let nonce = wide(&[b"nonce", text.as_bytes()]);
        let point = (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[4]).compress();
        let challenge = wide(&[point.as_bytes(), author.public().public_bytes(), text.as_bytes()]);
        let answer = nonce + challenge * secret.to_scalar();
        let signature = [point.to_bytes(), answer.to_bytes()].concat();
        let read = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        if verify_batch(&[text.as_bytes()], &[read], &[secret.verifying_key()]).is_ok() {
            let line = [&author.public().id().to_be_bytes()[..], &signature].concat();
            let note = format!("{text}\n— mallory.example {}\n", STANDARD.encode(line));
            return json!({"name": crate::CRAFTED, "text": note, "keys": [author.public()]});
        }
    }
    unreachable!("every second text will do")
}

pub(super) fn vkey() -> Value {
    let text = key(ORIGIN, 1).public().to_string();
    // The identity, a point of order 1: a signature with a zero scalar verifies under it whatever the text.
    let weak = |kind: u8| [&[kind, 1][..], &[0; 31]].concat();
    let with_id = |name: &str, key: &[u8]| {
        let digest = Sha256::digest([name.as_bytes(), b"\n", key].concat());
        let id = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        format!("{name}+{id:08x}+{}", STANDARD.encode(key))
    };
    Spoil::of("a log", &text)
        .also("the example of C2SP signed-note", C2SP_KEY)
        .also("a witness", &key(WITNESS, 2).public().to_string())
        .also("a name that is no URL", &key("沁阳", 3).public().to_string())
        .replace("another name", "demo", "dema")
        .replace("a name with a space", "demo", "de mo")
        .replace("no name", ORIGIN, "")
        .replace("padding that is not wanted", "", "=")
        .change("the key id in capitals", |text| {
            text.replacen(&text.split('+').nth(1).unwrap().to_owned(), &text.split('+').nth(1).unwrap().to_uppercase(), 1)
        })
        .change("a key id of nine digits", |text| text.replacen('+', "+0", 1))
        .change("a line feed at the end", |text| format!("{text}\n"))
        .change("a key that is too short", |_| with_id("a", &[1; 32]))
        .change("a key of low order", |_| with_id("a", &weak(1)))
        .change("a witness key of low order", |_| with_id("a", &weak(4)))
        .change("a type that is not read here (ECDSA)", |text| {
            with_id("a", &[&[2][..], &STANDARD.decode(text.rsplit('+').next().unwrap()).unwrap()[1..]].concat())
        })
        .change("no point of the curve", |_| with_id("a", &[&[1, 2][..], &[0; 31]].concat()))
        .file()
}

pub(super) fn facts() -> Value {
    let deep = |depth: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
    let long = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
    Spoil::of(
        "an outcome",
        r#"{"commitments":[{"budget":1850000,"due":"2026-03-31","id":"c1","reporter":"committee"}],"result":"consensus","round":1}"#,
    )
    .also("none", "{}")
    .also("the largest integers", r#"{"a":9007199254740991,"b":-9007199254740991}"#)
    .also("escapes as short as can be", r#"{"é\n\"\\/\u001f":true}"#)
    .also("eight levels", &deep(8))
    .also("8 KiB", &long(8192))
    .replace("keys out of order", r#""result":"consensus","round":1"#, r#""round":1,"result":"consensus""#)
    .replace("a key twice", r#""round":1"#, r#""round":1,"round":1"#)
    .replace("white space", r#""round":1"#, r#""round": 1"#)
    .replace("a float", r#""round":1"#, r#""round":1.0"#)
    .replace("an exponent", r#""round":1"#, r#""round":1e0"#)
    .replace("minus zero", r#""round":1"#, r#""round":-0"#)
    .replace("null", r#""round":1"#, r#""round":null"#)
    .replace("2^53", r#""round":1"#, r#""round":9007199254740992"#)
    .replace("−2^53", r#""round":1"#, r#""round":-9007199254740992"#)
    .replace("−2^63", r#""round":1"#, r#""round":-9223372036854775808"#)
    .replace("an escape that is not needed", "consensus", r"\u0063onsensus")
    .replace("half of a surrogate pair", "consensus", r"\ud800")
    .change("nine levels", |_| deep(9))
    .change("a list", |_| "[]".to_owned())
    .change("nothing", |_| String::new())
    .change("more than 8 KiB", |_| long(8193))
    .change("two objects", |text| format!("{text}{text}"))
    .file()
}
