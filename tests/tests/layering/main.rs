//! Who may know whom, checked on the manifests and on what every source file names.
//!
//! ```text
//! ledger ← node        cli, tests → all
//! ledger ← explorer    node and explorer never know each other
//! ```
//!
//! The map stands below as data: a room that is not on it fails, so a new one must be given its place here first. Test modules inside
//! `src` obey the same rules. Out of scope: integration tests, benches and examples of a crate, which may open files and sockets.

mod reading;

use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

use reading::{Named, Source};

/// The crates and the workspace crates that each may depend on.
const CRATES: [(&str, &[&str]); 5] = [
    ("ledger", &[]),
    ("node", &["luodi-ledger"]),
    ("explorer", &["luodi-ledger"]),
    ("cli", &["luodi-ledger", "luodi-node", "luodi-explorer"]),
    ("tests", &["luodi-ledger", "luodi-node", "luodi-explorer", "luodi-cli"]),
];

/// The rooms of `node`, from the ground up: a room may know those on the floors below it.
const NODE: [Floor; 5] = [
    Floor { rooms: &["protocol", "keys", "marks"], know_each_other: false },
    Floor { rooms: &["store", "config"], know_each_other: false },
    Floor {
        rooms: &[
            "registrar",
            "clock",
            "receipts",
            "sequencing",
            "witnessing",
            "matters",
            "attachments",
            "backup",
            "mending",
            "redacting",
            "convictions",
        ],
        know_each_other: true,
    },
    Floor { rooms: &["api", "network"], know_each_other: false },
    Floor { rooms: &["runtime"], know_each_other: false },
];

struct Floor {
    rooms: &'static [&'static str],
    know_each_other: bool,
}

/// Places that turn arguments into results and touch nothing else.
const PURE: [&str; 2] = ["ledger/src/", "node/src/protocol/"];

/// What a pure place may not name: effects, the time of day, chance, and the crates that bring them.
const EFFECTS: [&str; 16] = [
    "std::fs",
    "std::io",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "std::os",
    "tokio",
    "tokio_util",
    "libp2p",
    "sled",
    "axum",
    "reqwest",
    "rustix",
    "rayon",
    "getrandom",
];

/// Names that tell the time of day, wherever in a path they stand.
const CLOCKS: [&[&str]; 4] = [&["SystemTime"], &["Instant", "now"], &["Timestamp", "now"], &["Zoned", "now"]];

/// Crates that are named in few places, so that they can be replaced.
const CONFINED: [Confined; 5] = [
    Confined { name: "sled", manifests: &["node", "explorer"], places: &["node/src/store/", "explorer/src/index"], one_file: true },
    // An address and a peer id are read from the configuration and made from a key; all else is the network's.
    Confined {
        name: "libp2p",
        manifests: &["node"],
        places: &["node/src/network/", "node/src/config.rs", "node/src/keys/machine.rs"],
        one_file: false,
    },
    Confined { name: "libp2p_stream", manifests: &["node"], places: &["node/src/network/"], one_file: true },
    Confined {
        name: "axum",
        manifests: &["node", "explorer"],
        // The explorer's settings hold a header, and its look is read from a request.
        places: &[
            "node/src/api/",
            "node/src/runtime/",
            "explorer/src/pages/",
            "explorer/src/serve.rs",
            "explorer/src/server.rs",
            "explorer/src/look.rs",
            "explorer/src/config.rs",
        ],
        one_file: false,
    },
    Confined {
        name: "reqwest",
        manifests: &["node", "explorer", "cli", "tests"],
        // A node asks witnesses that are no nodes, and nobody else, over HTTP.
        places: &["node/src/runtime/reaching.rs", "explorer/src/source/", "explorer/src/config.rs", "cli/src/", "tests/src/"],
        one_file: false,
    },
];

struct Confined {
    /// As sources name it.
    name: &'static str,
    /// The crates whose manifests may name it.
    manifests: &'static [&'static str],
    /// Files and directories that may name it.
    places: &'static [&'static str],
    /// Whether one file of each crate is enough.
    one_file: bool,
}

/// Words that stand nowhere in any `src`. `verify_batch` accepts crafted signatures that `verify_strict` refuses, so nodes mixing the two
/// would judge one log differently.
const NOWHERE: [&str; 5] = ["unsafe", "todo!", "unimplemented!", "dbg!", "verify_batch"];

/// A forbidden import or word, and where.
#[derive(Debug)]
struct Breach {
    file: String,
    line: usize,
    why: String,
}

impl Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.why)
    }
}

/// All that is wrong in `file` (its path below the workspace), which reads as `source`.
fn judge(file: &str, source: &Source) -> Vec<Breach> {
    let breach = |line: usize, why: String| Breach { file: file.to_owned(), line, why };
    let mut breaches = Vec::new();
    for path in &source.paths {
        let said = path.segments.join("::");
        if PURE.iter().any(|pure| file.starts_with(pure)) && has_effect(path) {
            breaches.push(breach(path.line, format!("{said} in a place that must stay pure")));
        }
        if let Some(Confined { name, .. }) =
            CONFINED.iter().find(|it| path.segments.first().is_some_and(|first| first == it.name) && !it.may_stand_in(file))
        {
            breaches.push(breach(path.line, format!("{name} may not be named here")));
        }
        if let Some(why) = climbs(file, path) {
            breaches.push(breach(path.line, why));
        }
    }
    let forbidden = source.words.iter().filter(|(word, _)| NOWHERE.contains(&word.as_str()));
    breaches.extend(forbidden.map(|(word, line)| breach(*line, format!("{word} may stand nowhere"))));
    breaches
}

impl Confined {
    fn may_stand_in(&self, file: &str) -> bool {
        self.places.iter().any(|place| file.starts_with(place))
    }
}

fn has_effect(path: &Named) -> bool {
    let is_below = |above: &[&str], below: &[&str]| below.starts_with(above);
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let effect = EFFECTS.iter().any(|effect| {
        let effect: Vec<&str> = effect.split("::").collect();
        is_below(&effect, &segments) || (path.imported && is_below(&segments, &effect))
    });
    effect || CLOCKS.iter().any(|clock| segments.windows(clock.len()).any(|window| window == *clock))
}

/// Why a file of `node` may not name `path`, a path within the crate.
fn climbs(file: &str, path: &Named) -> Option<String> {
    let own = file.strip_prefix("node/src/")?.split(['/', '.']).next().filter(|own| *own != "lib")?;
    let [root, other, ..] = path.segments.as_slice() else { return None };
    if root != "crate" || other == own {
        return None;
    }
    let floor = |room: &str| NODE.iter().position(|floor| floor.rooms.contains(&room));
    match (floor(own), floor(other)) {
        (None, _) => Some(format!("{own} has no place on the map")),
        (_, None) => Some(format!("{other} has no place on the map")),
        (Some(here), Some(there)) if there > here => Some(format!("{own} stands below {other}")),
        (Some(here), Some(there)) if there == here && !NODE[here].know_each_other => {
            Some(format!("{own} and {other} may not know each other"))
        }
        _ => None,
    }
}

/// All that is wrong in the manifest of `member`.
fn judge_manifest(member: &str, manifest: &toml::Table) -> Vec<String> {
    let allowed = CRATES.iter().find(|(name, _)| *name == member).map_or(&[] as &[&str], |(_, allowed)| allowed);
    let mut breaches = Vec::new();
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, wanted) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
            if name.starts_with("luodi-") && !allowed.contains(&name.as_str()) {
                breaches.push(format!("{member} may not depend on {name}"));
            }
            if let Some(confined) = CONFINED.iter().find(|it| it.name == name.replace('-', "_") && !it.manifests.contains(&member)) {
                breaches.push(format!("{member} may not depend on {}", confined.name));
            }
            if PURE.contains(&format!("{member}/src/").as_str()) && EFFECTS.contains(&name.replace('-', "_").as_str()) {
                breaches.push(format!("{member} is pure and may not depend on {name}"));
            }
            if wanted.get("workspace") != Some(&toml::Value::Boolean(true)) {
                breaches.push(format!("{member} sets a version of {name} of its own: the workspace does"));
            }
        }
    }
    if manifest.get("lints").and_then(|lints| lints.get("workspace")) != Some(&toml::Value::Boolean(true)) {
        breaches.push(format!("{member} does not take the workspace's lints, which forbid unsafe code"));
    }
    breaches
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

fn manifest(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below `directory`, sorted.
fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let path = entry.expect("a directory that can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every file of every crate's `src`: its path below the workspace, and what it names.
fn sources() -> Vec<(String, Source)> {
    let mut sources = Vec::new();
    for (member, _) in CRATES {
        let src = workspace().join(member).join("src");
        for path in rust_files(&src) {
            let below = path.strip_prefix(&src).expect("listed below src").to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let source = reading::read(&text, &reading::module_of(&below)).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            sources.push((format!("{member}/src/{below}"), source));
        }
    }
    sources
}

fn assert_none<B: Display>(breaches: &[B]) {
    let lines: Vec<String> = breaches.iter().map(B::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn every_source_file_keeps_to_the_map() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    let breaches: Vec<Breach> = sources.iter().flat_map(|(file, source)| judge(file, source)).collect();
    assert_none(&breaches);
}

#[test]
fn every_manifest_keeps_to_the_map() {
    let root = manifest(&workspace().join("Cargo.toml"));
    let members: Vec<&str> = root["workspace"]["members"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(members, CRATES.map(|(name, _)| name), "a crate that is not on the map");
    assert_eq!(root["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let breaches: Vec<String> =
        members.iter().flat_map(|member| judge_manifest(member, &manifest(&workspace().join(member).join("Cargo.toml")))).collect();
    assert_none(&breaches);
}

#[test]
fn every_room_of_the_node_has_a_floor() {
    let src = workspace().join("node/src");
    for entry in fs::read_dir(&src).unwrap() {
        let room = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(room == "lib" || NODE.iter().any(|floor| floor.rooms.contains(&room.as_str())), "{room} has no place on the map");
    }
}

#[test]
fn confined_crates_are_named_in_as_few_files_as_the_map_says() {
    let sources = sources();
    for confined in CONFINED.iter().filter(|confined| confined.one_file) {
        for (member, _) in CRATES {
            let names = |(file, source): &&(String, Source)| {
                file.starts_with(&format!("{member}/"))
                    && source.paths.iter().any(|path| path.segments.first().is_some_and(|first| first == confined.name))
            };
            let files: Vec<&str> = sources.iter().filter(names).map(|(file, _)| file.as_str()).collect();
            assert!(files.len() <= 1, "{} is named in {files:?}: one file is enough", confined.name);
        }
    }
}

/// That the checks above can fail: each is shown what it must refuse.
mod refusals {
    use super::{judge, judge_manifest, reading};

    fn breaches(file: &str, text: &str) -> usize {
        let below = file.split_once("/src/").unwrap().1;
        judge(file, &reading::read(text, &reading::module_of(below)).unwrap()).len()
    }

    #[test]
    fn effects_in_pure_places_are_refused() {
        for text in [
            "use std::fs;",
            "use std::{fmt, net::TcpStream};",
            "use std::*;",
            "fn f() { std::thread::spawn(|| ()); }",
            "fn f() -> bool { std::env::var(\"A\").is_ok() }",
            "use tokio::sync::watch;",
            "use std::time::SystemTime;",
            "fn f() { let _ = Instant::now(); }",
            "fn f() { assert!(jiff::Timestamp::now() > START); }",
            "mod tests { use std::process::Command; }",
        ] {
            assert_eq!(breaches("ledger/src/note.rs", text), 1, "{text}");
            assert_eq!(breaches("node/src/protocol/message.rs", text), 1, "{text}");
        }
        assert_eq!(breaches("node/src/clock.rs", "use std::time::SystemTime;"), 0);
        assert_eq!(breaches("ledger/src/note.rs", "use std::fmt; use std::collections::BTreeMap; /* std::fs */"), 0);
    }

    #[test]
    fn confined_crates_elsewhere_are_refused() {
        assert_eq!(breaches("node/src/sequencing.rs", "use sled::Db;"), 1);
        assert_eq!(breaches("node/src/store/index.rs", "use sled::Db;"), 0);
        assert_eq!(breaches("node/src/runtime/mod.rs", "fn f(id: libp2p::PeerId) {}"), 1);
        assert_eq!(breaches("node/src/network/peers.rs", "fn f(id: libp2p::PeerId) {}"), 0);
        assert_eq!(breaches("explorer/src/source/client.rs", "use axum::Router;"), 1);
        assert_eq!(breaches("cli/src/run.rs", "use axum::Router;"), 1);
    }

    #[test]
    fn rooms_of_the_node_may_not_look_up_or_sideways() {
        assert_eq!(breaches("node/src/store/reader.rs", "use crate::api::serve;"), 1);
        assert_eq!(breaches("node/src/network/heads.rs", "use super::super::api;"), 1);
        assert_eq!(breaches("node/src/api/submit.rs", "use crate::{network::Peers, store::Reader};"), 1);
        assert_eq!(breaches("node/src/protocol/sequencer.rs", "fn f() { crate::store::open(); }"), 1);
        assert_eq!(breaches("node/src/receipts.rs", "use crate::registrar::Registrar; use crate::store::Reader;"), 0);
        assert_eq!(breaches("node/src/runtime/mod.rs", "use crate::{api, network};"), 0);
        assert_eq!(breaches("node/src/middle.rs", "use crate::store::Reader;"), 1);
    }

    #[test]
    fn words_that_stand_nowhere_are_refused() {
        assert_eq!(breaches("cli/src/run.rs", "fn f() { unsafe { g() } }"), 1);
        assert_eq!(breaches("cli/src/run.rs", "fn f() { ed25519_dalek::verify_batch(&[], &[], &[]); }"), 1);
        assert_eq!(breaches("cli/src/run.rs", "fn f() { todo!() }"), 1);
        assert_eq!(breaches("cli/src/run.rs", "/// unsafe, todo!() and verify_batch\nfn f() {}"), 0);
    }

    #[test]
    fn manifests_that_leave_the_map_are_refused() {
        let judged = |member: &str, dependencies: &str| {
            judge_manifest(member, &format!("lints.workspace = true\n{dependencies}").parse().unwrap()).len()
        };
        assert_eq!(judged("node", "[dependencies]\nluodi-ledger.workspace = true"), 0);
        assert_eq!(judged("node", "[dev-dependencies]\nluodi-explorer.workspace = true"), 1);
        assert_eq!(judged("explorer", "[dependencies]\nluodi-node.workspace = true"), 1);
        assert_eq!(judged("explorer", "[dependencies]\nlibp2p-stream.workspace = true"), 1);
        assert_eq!(judged("ledger", "[build-dependencies]\ntokio.workspace = true"), 1);
        assert_eq!(judged("ledger", "[dependencies]\nserde = \"1\""), 1);
        assert_eq!(judge_manifest("cli", &toml::Table::new()).len(), 1);
    }
}
