//! An invitation: what the level above hands to a division that is to join. A TOML file with the federation file inside.

use std::path::Path;

use anyhow::Context as _;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::Division;
use serde::{Deserialize, Deserializer};

use crate::language::{Language, say};

/// An invitation, read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    /// Who is invited.
    pub(crate) division: Division,
    /// The generation of the log it will write.
    pub(crate) generation: u32,
    /// Whom to dial first: addresses ending in `/p2p/<peer id>`.
    pub(crate) peers: Vec<String>,
    /// The federation file.
    #[serde(deserialize_with = "federation_file")]
    pub(crate) federation: FederationFile,
}

fn federation_file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FederationFile, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

impl Invitation {
    /// Reads an invitation file.
    pub(crate) fn read(path: &Path, language: Language) -> anyhow::Result<Self> {
        let file = path.display();
        let text = std::fs::read_to_string(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))?;
        toml::from_str(&text).with_context(|| say!(language, "{file}：不是邀请文件", "{file}: not an invitation"))
    }

    /// An invitation of `division` into the federation, with the root's own addresses and those given.
    pub(crate) fn write(federation: &FederationFile, division: Division, generation: u32, peers: &[String], language: Language) -> String {
        let root = federation.charter.addresses.iter().map(|address| format!("{address}/p2p/{}", federation.charter.peer));
        let peers: Vec<String> = root.chain(peers.iter().cloned()).collect();
        let (peers, fingerprint) = (toml::Value::from(peers), federation.fingerprint());
        let head = say!(
            language,
            "# 邀请 {division} 加入联邦。收到后运行：luodi init --invitation <本文件> --dir <文件夹>\n# 联邦指纹：{fingerprint}\n",
            "# Invites {division} into the federation. On receipt: luodi init --invitation <this file> --dir <folder>\n# Fingerprint: {fingerprint}\n"
        );
        format!("{head}division = \"{division}\"\ngeneration = {generation}\npeers = {peers}\nfederation = '''\n{federation}'''\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::policy::Policy;
    use luodi_ledger::registry::CharterFacts;

    #[test]
    fn an_invitation_is_read_back() {
        let key = |name: &str| {
            SignerKey::from_seed(name, KeyKind::Ed25519, luodi_ledger::hash::Blake3::of(name.as_bytes()).as_bytes())
                .unwrap()
                .public()
                .clone()
        };
        let log = key("a.example/log/990101000000/1");
        let federation = FederationFile {
            name: "a.example".parse().unwrap(),
            offset: 8,
            root: "990101000000".parse().unwrap(),
            keys: vec![key("a.example/990101000000/government")],
            earlier: vec![],
            charter: CharterFacts {
                addresses: vec!["/ip4/127.0.0.1/tcp/9601".to_owned()],
                former: None,
                from: 0,
                keys: vec![log.clone()],
                node: key("a.example/990101000000/node"),
                number: 1,
                origin: "a.example/log/990101000000/1".parse().unwrap(),
                peer: "12D3KooWExample".to_owned(),
                policy: Policy::of_two_thirds(&log, &[]).unwrap().to_string(),
                witness: None,
                witnesses: vec![],
            },
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invitation.toml");
        for language in [Language::Chinese, Language::English] {
            std::fs::write(&path, Invitation::write(&federation, "990101001000".parse().unwrap(), 1, &[], language)).unwrap();
            let read = Invitation::read(&path, language).unwrap();
            assert_eq!(read.federation, federation);
            assert_eq!(read.peers, ["/ip4/127.0.0.1/tcp/9601/p2p/12D3KooWExample"]);
        }
    }
}
