//! `luodi demo`: a fictional county on this machine, seven nodes and eight matters, through the real path.
//!
//! The first start makes keys and plays months of history in seconds with a story clock, which division codes under prefix 99 alone may
//! have; then, and at every later start, the nodes run on as real time goes by. Everything ends with this process.

mod cases;
mod cast;
mod clock;
mod guide;
mod nodes;
mod play;
mod setup;
mod story;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use luodi_explorer::config::{Config, NodeConfig};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use self::cast::{COUNTY, PLACES};
use self::clock::StoryClock;
use self::guide::{Guide, here};
use self::nodes::{Ended, Nodes};
use self::setup::Folder;
use crate::language::{Language, say, tell};
use crate::node_client::Node;
use crate::run::told_to_stop;
use crate::{Outcome, clock as machine};

/// How long the nodes may take to answer after a start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Arguments of `luodi demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where everything is kept.
    #[arg(long, value_name = "FOLDER", default_value = "luodi-demo", help = "演示文件放在哪里 ¦ Where everything is kept")]
    dir: PathBuf,
    /// The explorer's port.
    #[arg(long, value_name = "PORT", default_value_t = 8600, help = "网页端口 ¦ Port of the pages")]
    port: u16,
    /// Serve the pages on the local network.
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        default_missing_value = "0.0.0.0",
        help = "让同一网络里的手机也能看（可写明地址），并显示二维码 ¦ Serve the pages on the local network too, with a QR code for phones"
    )]
    listen: Option<IpAddr>,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let stop = told_to_stop(false)?;
    tokio::pin!(stop);
    let explorer = SocketAddr::new(args.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), args.port);
    let listener = TcpListener::bind(explorer).await.with_context(|| {
        say!(language, "{explorer}：端口用不了；用 --port 换一个", "{explorer}: the port cannot be used; choose another with --port")
    })?;
    let dir = std::path::absolute(&args.dir)?;
    let folder = Folder::open(&dir, args.port, machine::now(), language).await?;
    let program = std::env::current_exe()?;
    let mut nodes = Nodes::start(&folder, &program)?;

    let played = tokio::select! {
        played = play(&folder, language) => played,
        Some(ended) = nodes.next_end() => Err(failed(&folder, &ended, language)),
        () = &mut stop => {
            nodes.stop().await;
            return Ok(Outcome::Done);
        }
    };
    if let Err(error) = played {
        nodes.stop().await;
        return Err(error);
    }
    let (end, ending) = watch::channel(false);
    let serving = tokio::spawn(luodi_explorer::run(settings(&folder), listener, ended(ending)));
    let guide = Guide { folder: &folder, pids: nodes.pids(), program: here(&program), explorer, language };
    caught_up(&guide.last_page()).await;
    tell!("{}", guide.text());

    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = nodes.next_end() => tell!("{}", stopped(&folder, &ended, &here(&program), language)),
        }
    }
    tell!("\n{}", say!(language, "正在结束…", "Ending…"));
    end.send_replace(true);
    nodes.stop().await;
    if let Ok(served) = tokio::time::timeout(Duration::from_secs(3), serving).await {
        served??;
    }
    Ok(Outcome::Done)
}

/// Waits for the nodes and plays the story, if it has not been played.
async fn play(folder: &Folder, language: Language) -> anyhow::Result<()> {
    let clock = StoryClock::new(&folder.path);
    if clock.is_real()? {
        return all_answer(folder, language).await;
    }
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len}")?;
    let progress = ProgressBar::new(0).with_style(style).with_message(say!(language, "演示过去几个月", "Playing the past months"));
    play::play(folder, &clock, &progress, language).await?;
    progress.finish_and_clear();
    Ok(clock.become_real()?)
}

/// Waits until the process of every node answers, and the county's takes statements in.
async fn all_answer(folder: &Folder, language: Language) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    for place in PLACES {
        let node = Node::new(&folder.node_url(place), language)?;
        while !node.is_ready().await {
            if Instant::now() > until {
                let (place, log) = (language.pick(place.chinese, place.english), folder.log_file(place));
                let log = log.display();
                bail!(say!(language, "{place}的节点没有就绪，见 {log}", "the node of {place} is not ready; see {log}"));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Waits until the pages have read the logs. Slow pages are no reason not to begin, so an end to the wait is no failure.
async fn caught_up(page: &str) {
    let until = Instant::now() + Duration::from_secs(5);
    let client = reqwest::Client::builder().no_proxy().build();
    while let Ok(client) = &client
        && Instant::now() < until
        && !client.get(page).send().await.is_ok_and(|answer| answer.status().is_success())
    {
        sleep(Duration::from_millis(20)).await;
    }
}

/// The explorer reads every node, the county's first.
fn settings(folder: &Folder) -> Config {
    let node = |place: cast::Place| NodeConfig { url: folder.node_url(place), division: Some(place.division()) };
    Config {
        federation: folder.path.join("federation.txt"),
        node: PLACES.into_iter().map(node).collect(),
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        prefix: String::new(),
        frames: vec![],
        divisions: Some(folder.path.join("places.csv")),
        staged: COUNTY.division().is_fictional(),
    }
}

async fn ended(mut ending: watch::Receiver<bool>) {
    // An error means that the sender is gone, and everything with it.
    let _ = ending.wait_for(|end| *end).await;
}

/// A node that ended before the demonstration was ready, with the last lines it wrote.
fn failed(folder: &Folder, ended: &Ended, language: Language) -> anyhow::Error {
    let path = folder.log_file(ended.place);
    let log = std::fs::read_to_string(&path).unwrap_or_default();
    let last: Vec<&str> = log.lines().rev().take(3).collect();
    let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
    let (place, path) = (language.pick(ended.place.chinese, ended.place.english), path.display());
    anyhow::anyhow!(say!(language, "{place}的节点没能启动（{path}）：\n{last}", "the node of {place} did not start ({path}):\n{last}"))
}

/// What is said when a node ends while the others go on.
fn stopped(folder: &Folder, ended: &Ended, program: &std::path::Path, language: Language) -> String {
    let place = language.pick(ended.place.chinese, ended.place.english);
    let how = ended.status.map(|status| status.to_string()).unwrap_or_default();
    let (program, config) = (program.display(), here(&folder.node_file(ended.place)));
    let config = config.display();
    say!(
        language,
        "{place}的节点停了（{how}）。其他节点照常；要它回来：{program} run --config {config}",
        "The node of {place} has stopped ({how}). The others go on; to bring it back: {program} run --config {config}"
    )
}
