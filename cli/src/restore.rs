//! `luodi restore`: a node made of a backup, on a new machine or in a new folder.

use std::path::PathBuf;

use luodi_node::backup;
use luodi_node::keys::WorkFactor;

use crate::join::JoinRequest;
use crate::language::{Language, say, tell};
use crate::sign::write_new;
use crate::{Outcome, clock, passphrase};

/// Arguments of `luodi restore`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup.
    #[arg(long, value_name = "FOLDER", help = "备份所在的文件夹 ¦ The folder of the backup")]
    from: PathBuf,
    /// The new folder of the node.
    #[arg(long, value_name = "FOLDER", help = "节点放进这个新文件夹 ¦ The node goes into this new folder")]
    dir: PathBuf,
    /// Where peers reach the node.
    #[arg(
        long = "address",
        value_name = "MULTIADDR",
        help = "其他节点从哪里连到本节点，写进登记申请；可给多个 ¦ Where peers reach the node, for the request to be registered; may be given again"
    )]
    addresses: Vec<String>,
    /// A file with the passphrase.
    #[arg(
        long,
        value_name = "FILE",
        help = "存有节点密钥口令、只有本人可读的文件；以后启动也从这里取 ¦ File with the passphrase of the machine keys, readable by you alone; later starts take it from there too"
    )]
    passphrase_file: Option<PathBuf>,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let whose = say!(language, "备份里的节点密钥", "the machine keys in the backup");
    let phrase = passphrase::obtain(args.passphrase_file.as_deref(), &whose, language)?;
    let kept = args.passphrase_file.as_deref().map(std::path::absolute).transpose()?;
    let work = if kept.is_some() { WorkFactor::MACHINE } else { WorkFactor::PERSON };
    let (from, dir) = (args.from.clone(), args.dir.clone());
    let (config, keys) = tokio::task::spawn_blocking(move || backup::restore(&from, &dir, &phrase, work, kept)).await??;
    let request = JoinRequest::sign(&config.origin, &keys, &args.addresses, clock::now())?;
    write_new(&args.dir.join("join-request.txt"), &request.to_bytes(), language)?;
    let (folder, origin) = (args.dir.display(), &config.origin);
    tell!(
        "{}",
        say!(
            language,
            "已从备份恢复 {origin} 的节点：{folder}；备份里的账本逐字节核对无误。\n\n先确认原来的机器不会再启动：两台机器用同一个密钥，就是账本分叉。\n下一步：luodi run --config {folder}/node.toml（不能用 --alone）\n  它先向旁证节点问清账本最新到哪里，答话的够多才记账；赶上自己和各级上级的账本之前，不提供任何文字内容。\n旁证密钥是新做的，原来的作废：把 {folder}/join-request.txt 交给上级，登记下一份（luodi new charter --from …，number 加一）；在那之前本节点不给别人旁证。",
            "The node of {origin} is restored in {folder}; the store in the backup was checked byte by byte.\n\nMake sure that the former machine never starts again: two machines with one key fork the log.\nNext: luodi run --config {folder}/node.toml (--alone is refused)\n  It first asks its witnesses how far the log has come, and seals nothing until enough have answered; it serves no body until it has caught up with its own log and those above it.\nIts witness key is new and the former one is void: hand {folder}/join-request.txt to the level above, to be chartered again (luodi new charter --from …, with the next number); until then this node cosigns nothing."
        )
    );
    Ok(Outcome::Done)
}
