//! The seven nodes, each a process of its own that ends with this one.
//!
//! A node's standard input is a pipe held here: it closes when this process ends, however it ends, and the node stops. Its log lines go to
//! a file of its own.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::cast::{PLACES, Place};
use super::setup::Folder;

/// How long a node may take to close its store before it is cut off.
const GRACE: Duration = Duration::from_secs(12);

/// A node that ended by itself, or was ended by somebody.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) place: Place,
    pub(super) status: Option<ExitStatus>,
}

/// The running nodes.
pub(super) struct Nodes {
    pids: Vec<(Place, u32)>,
    stdins: Vec<ChildStdin>,
    waiting: JoinSet<()>,
    cut_off: watch::Sender<bool>,
    ended: mpsc::Receiver<Ended>,
}

impl Nodes {
    /// Starts every node with the program at `program`.
    pub(super) fn start(folder: &Folder, program: &Path) -> anyhow::Result<Self> {
        let (tell, ended) = mpsc::channel(PLACES.len());
        let (cut_off, _) = watch::channel(false);
        let mut nodes = Self { pids: Vec::new(), stdins: Vec::new(), waiting: JoinSet::new(), cut_off, ended };
        for place in PLACES {
            let path = folder.log_file(place);
            let log = OpenOptions::new().create(true).append(true).open(&path).with_context(|| path.display().to_string())?;
            let mut child = Command::new(program)
                .args(["run", "--stop-with-stdin", "--config"])
                .arg(folder.node_file(place))
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(log)
                .kill_on_drop(true)
                .spawn()
                .with_context(|| program.display().to_string())?;
            nodes.pids.extend(child.id().map(|pid| (place, pid)));
            nodes.stdins.extend(child.stdin.take());
            nodes.waiting.spawn(wait(place, child, nodes.cut_off.subscribe(), tell.clone()));
        }
        Ok(nodes)
    }

    /// The process of each node.
    pub(super) fn pids(&self) -> &[(Place, u32)] {
        &self.pids
    }

    /// The next node that ends.
    pub(super) async fn next_end(&mut self) -> Option<Ended> {
        self.ended.recv().await
    }

    /// Stops them all: first by closing their input; those that do not end in time are cut off.
    pub(super) async fn stop(mut self) {
        self.stdins.clear();
        let all = async { while self.waiting.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            self.cut_off.send_replace(true);
            while self.waiting.join_next().await.is_some() {}
        }
    }
}

async fn wait(place: Place, mut child: Child, mut cut_off: watch::Receiver<bool>, ended: mpsc::Sender<Ended>) {
    let told = async {
        let _ = cut_off.wait_for(|cut| *cut).await;
    };
    let status = tokio::select! {
        status = child.wait() => status.ok(),
        () = told => None,
    };
    if status.is_none() {
        let _ = child.kill().await;
    }
    // Nobody listens any more once everything is being stopped.
    let _ = ended.try_send(Ended { place, status });
}
