//! Makes the golden vectors from fixed seeds. What is written here is what the formats are: a change of any byte must be meant.

mod heads;
mod log;
mod registry;
mod tree;
mod words;

use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::key::{KeyKind, SignerKey, VerifierKey};
use luodi_ledger::merkle::{Hash, Leaves, root_of};
use luodi_ledger::time::Time;
use serde_json::{Value, json};

const ORIGIN: &str = "luodi.example/demo/log/990101001201/1";
const COMMITTEE: &str = "luodi.example/demo/990101001201/committee";
const SUPERVISORS: &str = "luodi.example/demo/990101001201/supervisors";
const WITNESS: &str = "luodi.example/demo/990101000000/witness";

/// C2SP signed-note, "Example".
const C2SP_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// C2SP tlog-cosignature, first example; its keys are not published.
const C2SP_COSIGNED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

/// Every file: its name, and its content.
pub(crate) fn files() -> Vec<(&'static str, Value)> {
    vec![
        ("note.json", words::note()),
        ("vkey.json", words::vkey()),
        ("checkpoint.json", heads::checkpoint()),
        ("cosignature.json", heads::cosignature()),
        ("facts.json", words::facts()),
        ("statement.json", log::statement()),
        ("entry.json", log::entry()),
        ("chain.json", log::chain()),
        ("inclusion.json", tree::inclusion()),
        ("consistency.json", tree::consistency()),
        ("tile-path.json", tree::tile_path()),
        ("tiles-of-a-size.json", tree::tiles_of_a_size()),
        ("bundle.json", log::bundle()),
        ("evidence.json", heads::evidence()),
        ("policy.json", registry::policy()),
        ("federation.json", registry::federation()),
        ("registry.json", registry::kinds()),
        ("receipt.json", registry::receipt()),
    ]
}

fn key(name: &str, seed: u8) -> SignerKey {
    let kind = if name.ends_with("witness") { KeyKind::Cosigner } else { KeyKind::Ed25519 };
    SignerKey::from_seed(name, kind, &[seed; 32]).unwrap()
}

fn at(second: i64) -> Time {
    "2026-11-22T07:58:11Z".parse::<Time>().unwrap().plus(second)
}

fn leaves(branch: &str, size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::leaf(format!("{branch} {index}").as_bytes())).collect()
}

fn head(branch: &str, size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: root_of(&Leaves(&leaves(branch, size)), size).unwrap() }
}

fn signed(branch: &str, size: u64) -> SignedCheckpoint {
    head(branch, size).sign(&[key(ORIGIN, 1)])
}

fn trusting(mut file: Value, keys: &[VerifierKey]) -> Value {
    for list in ["accepted", "refused"] {
        for case in file[list].as_array_mut().into_iter().flatten() {
            if case.get("keys").is_none() {
                case["keys"] = json!(keys);
            }
        }
    }
    file
}
