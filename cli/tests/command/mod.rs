//! The command as people use it, for tests that found and grow a federation with nothing else.
#![allow(dead_code, reason = "each test file uses its part")]

#[path = "../../../tests/src/ports.rs"]
pub(crate) mod ports;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// The root.
pub(crate) const COUNTY: &str = "990101000000";
/// Below it.
pub(crate) const TOWNSHIP: &str = "990101001000";

/// A node that runs until this is dropped.
pub(crate) struct Running(Child);

impl Running {
    /// A process that ends with this.
    pub(crate) fn of(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command line, in a folder.
pub(crate) fn luodi(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luodi"));
    command.args(["--lang", "en"]).args(line.split_whitespace()).current_dir(folder).env_remove("RUST_LOG");
    command
}

/// Runs a line that must succeed.
pub(crate) fn must(folder: &Path, line: &str) -> String {
    let Output { status, stdout, stderr } = luodi(folder, line).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned());
    assert!(status.success(), "{line}\n{stdout}\n{stderr}");
    stdout
}

/// Runs the node in `name`.
pub(crate) fn run_node(folder: &Path, name: &str) -> Running {
    let log = std::fs::File::create(folder.join(format!("{name}.log"))).unwrap();
    let child = luodi(folder, &format!("run --config {name}/node.toml")).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    Running(child)
}

/// Asks `luodi status` until the node takes statements in.
pub(crate) fn comes_up(folder: &Path, port: u16) {
    let until = Instant::now() + PATIENCE;
    while !luodi(folder, &format!("status --node http://127.0.0.1:{port}")).output().unwrap().status.success() {
        assert!(Instant::now() < until, "the node on {port} never takes statements in");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Fills a file in.
pub(crate) fn edit(folder: &Path, file: &str, changes: &[(&str, &str)]) {
    let path = folder.join(file);
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{file} holds no {from}\n{text}");
        text = text.replace(from, to);
    }
    std::fs::write(path, text).unwrap();
}
