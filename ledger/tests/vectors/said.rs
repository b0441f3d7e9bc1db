//! What a valid input says, as this code reads it: the `says` of a vector.

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::fork::Evidence;
use luodi_ledger::key::{KeyKind, VerifierKey};
use luodi_ledger::merkle::Hash;
use luodi_ledger::note::{Note, Verified};
use luodi_ledger::policy::Policy;
use luodi_ledger::receipt::{Check, verify};
use luodi_ledger::registry::Witnessing;
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_ledger::tile::{TilePath, decode_entries};
use luodi_ledger::{Malformed, Refused, Rejected};
use serde_json::{Value, json};

use crate::Case;

/// Reads the input as the format of `file` wants it, and verifies it where the vector names keys.
pub(crate) fn by(file: &str, case: &Case) -> Result<Value, Refused> {
    let bytes = case.bytes();
    let text = || std::str::from_utf8(&bytes).map_err(|_| Malformed::new("text", "not UTF-8"));
    Ok(match file {
        "note.json" => {
            let note = Note::parse(&bytes)?;
            let signers = note.verify(&case.keys)?;
            if signers.is_empty() {
                return Err(unsigned());
            }
            json!({"text": note.text(), "lines": note.signatures().len(), "signers": dated(&signers)})
        }
        "vkey.json" => {
            let key: VerifierKey = text()?.parse()?;
            let kind = if key.kind() == KeyKind::Ed25519 { "0x01" } else { "0x04" };
            json!({"name": key.name(), "type": kind, "id": format!("{:08x}", key.id())})
        }
        "checkpoint.json" => {
            let head = SignedCheckpoint::open(&bytes, case.origin.as_deref().unwrap_or_default(), &case.keys)?;
            json!({"size": head.size(), "root": head.root().to_string()})
        }
        "cosignature.json" => {
            let head = SignedCheckpoint::parse(&bytes)?;
            json!({"size": head.size(), "cosigners": dated(&head.cosigners(&case.keys)?)})
        }
        "facts.json" => json!({"keys": Facts::parse(text()?)?.fields().into_keys().collect::<Vec<_>>()}),
        "statement.json" => {
            let signed = SignedStatement::parse(&bytes)?;
            for (place, office) in signed.statement().by.iter().enumerate() {
                let key = case.keys.iter().find(|key| key.name() == office.to_string()).ok_or_else(unsigned)?;
                signed.verify(place, key)?;
            }
            let said = signed.statement();
            json!({"id": signed.id(), "log": said.log, "by": said.by, "kind": said.kind, "matter": said.matter, "time": said.time})
        }
        "entry.json" => {
            let entry = Entry::parse(&bytes)?;
            json!({"index": entry.index, "previous": entry.previous, "logged": entry.logged, "statement": entry.statement.id(),
                "leaf": Hash::leaf(&bytes).to_string(), "link": luodi_ledger::hash::Blake3::of(&bytes)})
        }
        "tile-path.json" => match text()?.parse()? {
            TilePath::Hashes(id) => json!({"level": id.level(), "index": id.index(), "width": id.width()}),
            TilePath::Entries(id) => json!({"index": id.index(), "width": id.width()}),
        },
        "bundle.json" => {
            let entries = decode_entries(&bytes)?;
            json!({"entries": entries.len(), "leaves": entries.iter().take(3).map(|entry| Hash::leaf(entry).to_string()).collect::<Vec<_>>()})
        }
        "evidence.json" => {
            let evidence = Evidence::parse(&bytes)?;
            json!({"id": evidence.id(), "origin": evidence.origin(), "against_witness": evidence.is_against_witness(),
                "sizes": evidence.heads().map(SignedCheckpoint::size)})
        }
        "policy.json" => {
            let policy: Policy = text()?.parse()?;
            let names = |keys: &[VerifierKey]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
            let all: Vec<VerifierKey> = policy.witnesses().iter().map(|witness| witness.key.clone()).collect();
            json!({"logs": names(policy.logs()), "witnesses": names(&all), "asks_nobody": policy.asks_nobody(),
                "satisfied_by_all": policy.is_satisfied_by(&all), "satisfied_by_none": policy.is_satisfied_by([])})
        }
        "federation.json" => {
            let file: FederationFile = text()?.parse()?;
            json!({"name": file.name, "root": file.root, "hash": file.hash(), "fingerprint": file.fingerprint(),
                "charters": file.charters().map(|charter| charter.origin.to_string()).collect::<Vec<_>>()})
        }
        "registry.json" => {
            let statement = Statement::parse(text()?)?;
            luodi_ledger::registry::check(&statement)?;
            json!({"kind": statement.kind, "fields": statement.facts.fields().into_keys().collect::<Vec<_>>()})
        }
        "receipt.json" => {
            let federation: FederationFile = case.federation.as_deref().unwrap_or_default().parse()?;
            let report = verify(&bytes, &federation);
            if let Some(Check { name, result: Err(why) }) = report.checks.last() {
                return Err(match *name {
                    "form" | "entry" => Malformed::new(*name, why.as_str()).into(),
                    name => Rejected::new(name, why.as_str()).into(),
                });
            }
            let witnessed = matches!(report.witnessing, Some(Witnessing::Met(_)));
            let as_of: Vec<Value> = report.as_of.iter().map(|as_of| json!({"log": as_of.origin, "size": as_of.size})).collect();
            json!({"log": report.origin, "index": report.entry.map(|entry| entry.index), "witnessed": witnessed, "as_of": as_of})
        }
        other => panic!("nobody reads {other}"),
    })
}

fn unsigned() -> Refused {
    Rejected::new("signature", "no known key signed").into()
}

fn dated(signers: &[Verified<'_>]) -> Vec<Value> {
    signers.iter().map(|signer| json!({"name": signer.key.name(), "time": signer.time})).collect()
}
