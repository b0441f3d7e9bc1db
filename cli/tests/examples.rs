//! The example configurations are read as they stand: the README uses these very files.

use std::path::{Path, PathBuf};

use luodi_node::config::NodeFile;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(name)
}

/// Every setting that is written or commented out in an example, one `# key = value` line a setting.
fn uncommented(text: &str) -> String {
    let setting =
        |line: &str| line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    let lines = text.lines().map(|line| line.strip_prefix("# ").filter(|rest| setting(rest)).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_of_a_node_is_read() {
    let text = std::fs::read_to_string(example("node.toml")).unwrap();
    let file: NodeFile = toml::from_str(&text).unwrap();
    assert_eq!(file.division.to_string(), "990101001201");
    assert!(file.passphrase_file.is_none() && file.story_clock.is_none());
    // The peer id in the example is cut short; every other key that is commented out must be one the node knows.
    let all = uncommented(&text).lines().filter(|line| !line.starts_with("peers")).collect::<Vec<_>>().join("\n");
    assert!(toml::from_str::<NodeFile>(&all).unwrap().passphrase_file.is_some());
}

#[test]
fn the_example_of_an_explorer_is_read() {
    let config = luodi_explorer::Config::read(&example("explorer.toml")).unwrap();
    assert_eq!(config.node.len(), 2);
    assert!(config.federation.ends_with("federation.txt"));
}
