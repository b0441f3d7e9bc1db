//! Checkpoints, cosignatures, evidence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi_ledger::cosignature::cosign;
use luodi_ledger::follow::{Verdict, judge, judge_with};
use luodi_ledger::fork::Evidence;
use luodi_ledger::merkle::Leaves;
use luodi_ledger::note::Signature;
use serde_json::{Value, json};

use super::words::redated;
use super::{C2SP_COSIGNED, ORIGIN, WITNESS, at, head, key, leaves, signed, trusting};
use crate::refused::Spoil;

pub(super) fn checkpoint() -> Value {
    let (old, new) = (key(ORIGIN, 1), key(ORIGIN, 4));
    let text = signed("trunk", 18).note().to_string();
    let root = head("trunk", 18).root.to_string();
    let file = Spoil::of("eighteen entries", &text)
        .also("an empty log", &signed("trunk", 0).note().to_string())
        .also("both keys of a rotation", &head("trunk", 18).sign(&[old.clone(), new.clone()]).note().to_string())
        .also("a cosignature is passed over", &{
            let mut head = signed("trunk", 18);
            let line = cosign(&head, &key(WITNESS, 2), at(0));
            head.note_mut().add(line);
            head.note().to_string()
        })
        .replace("another origin", ORIGIN, "luodi.example/demo/log/990101001201/2")
        .replace("another size", "\n18\n", "\n19\n")
        .replace("a size with a zero before it", "\n18\n", "\n018\n")
        .replace("a size with a sign", "\n18\n", "\n+18\n")
        .replace("a size of 2^63", "\n18\n", "\n9223372036854775808\n")
        .replace("another root", &root, &head("trunk", 17).root.to_string())
        .replace("a root of 31 bytes", &root, &STANDARD.encode([7; 31]))
        .replace("a root with a padding too many", "=\n\n", "==\n\n")
        .change("a root whose base64 has spare bits", |text| {
            // 32 bytes leave two bits of the last digit; as they are zero, the next digit of the alphabet sets one.
            let end = text.find("=\n\n").unwrap();
            let next = char::from(text.as_bytes()[end - 1] + 1);
            format!("{}{next}{}", &text[..end - 1], &text[end..])
        })
        .replace("an extension line", "\n\n", "\nextension\n\n")
        .change("size 0 with another root", |text| text.replace("\n18\n", "\n0\n"))
        .change("signed by a stranger", |_| head("trunk", 18).sign(&[key(ORIGIN, 9)]).note().to_string())
        .change("one of two lines fails", |_| {
            let mut head = head("trunk", 18).sign(&[old.clone(), new.clone()]);
            let mut line = head.note().signatures()[1].clone();
            line.payload[9] ^= 1;
            head.note_mut().retain(|other| other.id != line.id);
            head.note_mut().add(line);
            head.note().to_string()
        })
        .file();
    let mut file = trusting(file, &[old.public().clone(), new.public().clone()]);
    for list in ["accepted", "refused"] {
        for case in file[list].as_array_mut().unwrap() {
            case["origin"] = json!(ORIGIN);
        }
    }
    file
}

pub(super) fn cosignature() -> Value {
    let witness = key(WITNESS, 2);
    let mut head = signed("trunk", 18);
    let line = cosign(&head, &witness, at(2));
    head.note_mut().add(line.clone());
    let text = head.note().to_string();
    let file = Spoil::of("one witness", &text)
        .also("no witness that is known", &signed("trunk", 18).note().to_string())
        .also("the example of C2SP tlog-cosignature, whose keys are not published", C2SP_COSIGNED)
        .replace("another size", "\n18\n", "\n19\n")
        .replace("a date a second later", &line.to_string(), &redated(&witness, head.note()))
        .change("a date beyond 2^63−1", |_| {
            let mut note = signed("trunk", 18).note().clone();
            note.sign(&witness, u64::MAX);
            note.to_string()
        })
        .change("two lines by one witness", |text| format!("{text}{}\n", Signature::new(&witness, head.note().text(), 1_800_000_000)))
        .change("without its date", |_| {
            let mut note = signed("trunk", 18).note().clone();
            let mut short = line.clone();
            short.payload.drain(..8);
            note.add(short);
            note.to_string()
        })
        .file();
    trusting(file, &[witness.public().clone()])
}

pub(super) fn evidence() -> Value {
    let log = [key(ORIGIN, 1).public().clone()];
    let witness = key(WITNESS, 2);
    let cosigned = |branch: &str, size, second| {
        let mut head = signed(branch, size);
        let line = cosign(&head, &witness, at(second));
        head.note_mut().add(line);
        head
    };
    let found = |small, large| {
        let held = cosigned("trunk", large, 0);
        let verdict = judge_with(Some(&held), &cosigned("branch", small, 0), &Leaves(&leaves("trunk", large))).unwrap();
        let Verdict::Fork(found) = verdict else { panic!("{verdict:?}") };
        found
    };
    let against_log = |small, large| found(small, large).against_log(&log).unwrap().to_string();
    let text = against_log(5, 13);
    let (smaller, larger) = (signed("branch", 5).note().to_string(), signed("trunk", 13).note().to_string());
    let path: Vec<&str> = text.lines().skip(3).take_while(|line| !line.is_empty()).collect();
    let honest = signed("trunk", 5).note().to_string();
    let rotated = {
        let one = head("branch", 7).sign(&[key(ORIGIN, 1)]);
        let two = head("trunk", 7).sign(&[key(ORIGIN, 4)]);
        let Verdict::Fork(found) = judge(Some(&one), &two, None) else { panic!("a fork") };
        found.against_log(&[key(ORIGIN, 1).public().clone(), key(ORIGIN, 4).public().clone()]).unwrap().to_string()
    };
    let back = Evidence::going_back(&cosigned("trunk", 13, 0), &cosigned("trunk", 5, 1), witness.public()).unwrap().to_string();
    let forward = cosigned("trunk", 5, -1).note().to_string();
    let by_witness = |text: &str| text[text.find("— luodi.example/demo/990101000000").unwrap()..].to_owned();
    Spoil::of("another prefix, from 5 to 13", &text)
        .also("another prefix, from a power of two", &against_log(8, 13))
        .also("one size, two roots", &against_log(7, 7))
        .also("one size, two roots, a key changed in between", &rotated)
        .also("a witness on both branches", &found(5, 13).against_witnesses(&[witness.public().clone()]).unwrap()[0].to_string())
        .also("a witness that went back", &back)
        .replace("another version", "fork/v1", "fork/v2")
        .replace("another kind", "other-prefix", "same-size")
        .replace("a kind nobody knows", "other-prefix", "something-new")
        .replace("a log key that is called a witness", "\nlog ", "\nwitness ")
        .replace("a key that did not sign", log[0].to_string().as_str(), key(ORIGIN, 4).public().to_string().as_str())
        .replace("without the seed", &format!("{}\n", path[0]), "")
        .replace("another hash in the path", path[1], path[0])
        .replace("a hash too many", path[0], &format!("{}\n{}", path[0], path[0]))
        .replace("the smaller head is honest", &smaller, &honest)
        .replace("an unsigned head", &smaller, &smaller.replace("\n5\n", "\n6\n"))
        .replace("the same key twice", &format!("log {}\n", log[0]), &format!("log {0}\nlog {0}\n", log[0]))
        .replace("a line nobody needs", &larger, &found(5, 13).larger().note().to_string())
        .change("the larger head first", |text| text.replace(&format!("{smaller}\n{larger}"), &format!("{larger}\n{smaller}")))
        .change("an empty line at the end", |text| format!("{text}\n"))
        .change("a witness that went on", |_| {
            back.replace(&by_witness(&back)[..by_witness(&back).find('\n').unwrap()], by_witness(&forward).trim_end())
        })
        .file()
}
