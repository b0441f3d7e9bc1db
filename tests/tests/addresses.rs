//! Every address that nodes and explorers answer at for programs stands in docs/http.md.

use std::path::Path;

/// The addresses that a source file gives to `route` or `listed`.
fn routes(source: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(source)).expect("a source file");
    let quoted = |rest: &str| rest.split('"').nth(1).map(str::to_owned);
    let single = text.split(".route(").skip(1).filter(|rest| rest.starts_with('"')).filter_map(quoted);
    let listed = text.split("listed(pages, ").skip(1).filter_map(quoted).map(|path| format!("{path}.json"));
    single.chain(listed).collect()
}

#[test]
fn every_address_for_programs_is_told() {
    let told = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/http.md")).expect("docs/http.md");
    let (node, explorer) = told.split_once("## An explorer").expect("two parts");
    let of_node = routes("node/src/api/mod.rs");
    assert!(of_node.len() > 20, "{of_node:?}");
    for path in of_node {
        let row = match path.strip_prefix("/log/{division}/{generation}") {
            Some(rest) => format!("LOG`{rest}`"),
            None => format!("`{path}`"),
        };
        assert!(node.contains(&row), "{row} is not in docs/http.md");
    }
    let of_explorer = routes("explorer/src/server.rs");
    let for_programs = |path: &&String| {
        path.strip_suffix(".json").is_some()
            || ["/api/", "/receipt/", "/evidence/", "/attachment/", "/federation"].iter().any(|part| path.starts_with(part))
    };
    let of_explorer: Vec<&String> = of_explorer.iter().filter(for_programs).collect();
    assert!(of_explorer.len() > 8, "{of_explorer:?}");
    // A list that stands at a name takes the ending with the name: its room is called as its address begins.
    let mut at_names = 0;
    for room in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../explorer/src/pages")).expect("a folder") {
        let room = room.expect("a file").path();
        let source = if room.is_dir() { room.join("mod.rs") } else { room.clone() };
        if std::fs::read_to_string(&source).expect("a source file").contains("Format::split(&") {
            let begins = format!("/{}/", room.file_stem().expect("a name").to_string_lossy());
            let path = routes("explorer/src/server.rs").into_iter().find(|path| path.starts_with(&begins)).expect("its address");
            assert!(explorer.contains(&format!("`{path}.json`")), "{path}.json is not in docs/http.md");
            at_names += 1;
        }
    }
    assert!(at_names >= 4, "{at_names}");
    for path in of_explorer {
        assert!(explorer.contains(&format!("`{path}`")), "{path} is not in docs/http.md");
    }
}
