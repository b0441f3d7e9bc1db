//! What a county has before anything runs: folders, keys, configurations, stores, and the facts that will register everybody.

use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::SignerKey;
use luodi_ledger::names::{Division, Federation, OfficeName, Origin};
use luodi_ledger::policy::{Policy, Witness};
use luodi_ledger::registry::{AppointFacts, CharterFacts, Operator, Term};
use luodi_node::config::{Config, NodeFile};
use luodi_node::keys::{MachineKeys, Passphrase, WorkFactor, generate_office, peer_id};

use crate::ports::free_port;
use crate::{COMMUNITIES, COUNTY, County, Node, PATIENCE, TOWNSHIPS};

/// The offices of a community.
const LOCAL: &[&str] = &["committee", "supervisors"];

impl County {
    /// Makes the folders, keys and configurations; `program` is the `luodi` binary under test. Nothing runs yet.
    pub fn found(program: &str) -> Self {
        Self::found_with(program, None)
    }

    /// As [`Self::found`]; `outside` is a witness of strangers that the charter of one node names beside all others.
    pub fn found_with(program: &str, outside: Option<(usize, Witness)>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name: Federation = "luodi.example/test".parse().expect("a federation's name");
        let passphrase = Passphrase::random().expect("randomness");
        let mut nodes = Vec::new();
        for code in [COUNTY].into_iter().chain(TOWNSHIPS).chain(COMMUNITIES) {
            let division: Division = code.parse().expect("a division");
            let origin = Origin { federation: name.clone(), division, generation: 1 };
            let folder = folder.path().join(code);
            std::fs::create_dir(&folder).expect("a folder");
            let keys = MachineKeys::generate(&origin).expect("randomness");
            keys.save(&folder.join("keys"), &origin, &passphrase, WorkFactor::SAMPLE).expect("the keys are saved");
            passphrase.save(&folder.join("passphrase")).expect("the passphrase is saved");
            let base = format!("http://127.0.0.1:{}", free_port());
            nodes.push(Node { division, origin, folder, base, keys, port: free_port(), process: None, under: Vec::new() });
        }
        let root = nodes[0].division;
        let mut offices = Vec::new();
        for (node, kinds) in nodes.iter().zip([&["government"][..], &["government"], &["government"], LOCAL, LOCAL]) {
            for kind in kinds {
                let office = OfficeName { federation: name.clone(), division: node.division, office: kind.parse().expect("an office") };
                offices.push(generate_office(&office).expect("randomness"));
            }
        }
        let keys = offices.iter().filter(|key| key.public().name().contains(COUNTY)).map(|key| key.public().clone()).collect();
        let federation = FederationFile { name, offset: 8, root, keys, earlier: vec![], charter: charter(&nodes, 0, None) };
        let county = Self {
            folder,
            federation,
            nodes,
            offices,
            outside,
            program: program.into(),
            http: reqwest::blocking::Client::builder().timeout(PATIENCE).build().expect("a client"),
        };
        county.write_configurations();
        county
    }

    fn write_configurations(&self) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        for node in &self.nodes {
            std::fs::write(node.folder.join("federation.txt"), self.federation.to_string()).expect("written");
            let above = self.nodes.iter().filter(|other| node.division.parent() == Some(other.division));
            let peers: Vec<String> = above.map(|parent| format!("\"/ip4/127.0.0.1/tcp/{}/p2p/{}\"", parent.port, peer(parent))).collect();
            let text = format!(
                "division = \"{}\"\nhttp = \"{}\"\nlisten = [\"/ip4/127.0.0.1/tcp/{}\"]\npeers = [{}]\npassphrase_file = \"passphrase\"\nfree_floor = 1048576\n\n[limits]\nstatements_a_day = 1000000\n",
                node.division,
                node.base.trim_start_matches("http://"),
                node.port,
                peers.join(", "),
            );
            let path = node.folder.join("node.toml");
            std::fs::write(&path, text).expect("written");
            let config = Config::load(&path).expect("the configuration reads");
            let _: &NodeFile = &config.file;
            runtime.block_on(luodi_node::runtime::create(&config, &node.keys)).expect("the store is made");
        }
    }
}

fn peer(node: &Node) -> String {
    peer_id(node.keys.peer.public().public_bytes())
}

/// The charter of node `at`: witnessed by all the others, and by a stranger if there is one.
pub(crate) fn charter(nodes: &[Node], at: usize, outside: Option<&Witness>) -> CharterFacts {
    let node = &nodes[at];
    let others = nodes.iter().filter(|other| other.division != node.division);
    let witnesses =
        others.map(|other| Witness { name: format!("w{}", other.division), key: other.keys.witness.public().clone(), url: None });
    let witnesses: Vec<Witness> = witnesses.chain(outside.cloned()).collect();
    let operator = |witness: &Witness| Operator { name: witness.name.clone(), operator: witness.name[1..].to_owned() };
    CharterFacts {
        addresses: vec![format!("/ip4/127.0.0.1/tcp/{}", node.port)],
        former: None,
        from: 0,
        keys: vec![node.keys.log.public().clone()],
        node: node.keys.node.public().clone(),
        number: 1,
        origin: node.origin.clone(),
        peer: peer(node),
        policy: Policy::of_two_thirds(node.keys.log.public(), &witnesses).expect("a policy").to_string(),
        witness: Some(node.keys.witness.public().clone()),
        witnesses: witnesses.iter().map(operator).collect(),
    }
}

pub(crate) fn appoint(key: &SignerKey) -> Facts {
    let term = Term { from: "2020-01-01".parse().expect("a date"), until: None };
    let office = key.public().name().parse().expect("an office");
    Facts::of(&AppointFacts { basis: "election".into(), keys: vec![key.public().clone()], office, succeeds: None, term }).expect("facts")
}
