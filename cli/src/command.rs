//! From raw arguments to what is meant.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::language::Language;
use crate::{
    Outcome, assess, audit, backup, bench, demo, explorer, export, help, import, init, matter, new, publish, registry, restore, review,
    run, sign, status, verify,
};

#[derive(Debug, Parser)]
#[command(
    name = "luodi",
    version,
    disable_version_flag = true,
    about = "落地：社区协商成果的联合账本。先试：luodi demo ¦ Luodi: a federated ledger for the outcomes of community consultation. Try first: luodi demo",
    after_help = "退出码：0 完成或核对无误，1 被拒绝或核对不符，2 无法完成或无法判断。\n语言随 LC_ALL、LC_MESSAGES、LANG，也可用 --lang。 ¦ Exit codes: 0 done or verified, 1 refused or refuted, 2 could not be done or could not tell.\nThe language follows LC_ALL, LC_MESSAGES, LANG, or --lang."
)]
struct Arguments {
    /// Chosen before parsing, by [`Language::asked_for`]; stands here for the help and to be accepted anywhere.
    #[arg(long, global = true, value_name = "zh|en", help = "界面语言：zh 或 en ¦ Language of messages: zh or en", display_order = 999)]
    lang: Option<Language>,

    #[arg(short = 'V', long, action = ArgAction::Version, help = "显示版本 ¦ Show the version", display_order = 998)]
    version: Option<bool>,

    #[command(subcommand)]
    command: Command,
}

/// What the command is asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make keys and configuration.
    #[command(about = "建立：联邦的根、成员节点、或一个组织的密钥 ¦ Set up the root of a federation, a member node, or an office's key")]
    Init(init::Args),
    /// Run a node.
    #[command(about = "运行节点 ¦ Run a node")]
    Run(run::Args),
    /// Write a commented template.
    #[command(about = "写出一份带说明的待填文件 ¦ Write a commented template of a statement")]
    New(Box<new::Args>),
    /// Sign a filled template, off line.
    #[command(about = "签署填好的文件（不联网） ¦ Sign a filled template, off line")]
    Sign(sign::Args),
    /// Send a signed statement to a node.
    #[command(about = "公布已签署的文件：先预览，再发往节点 ¦ Publish a signed statement: preview it, then send it to a node")]
    Publish(publish::Args),
    /// Sign tables of past matters.
    #[command(
        about = "导入：把台账表格里的事项和进展签署公布（先 --dry-run） ¦ Import tables of past matters and progress (with --dry-run first)"
    )]
    Import(import::Args),
    /// Decide completions that wait for the supervisors.
    #[command(
        about = "监委会核实：查看待核实的报告，认可、部分认可或退回 ¦ For supervisors: see what waits, accept, partly accept or reject"
    )]
    Review(review::Args),
    /// Check a receipt off line.
    #[command(about = "核对回执（不联网） ¦ Check a receipt, off line")]
    Verify(verify::Args),
    /// Check a whole log from its bytes.
    #[command(about = "逐字节核对整本账 ¦ Check a whole log from its bytes")]
    Audit(audit::Args),
    /// Show who may speak.
    #[command(
        about = "用文字列出登记：区划、组织、密钥、任期、旁证 ¦ Show in words who is registered: divisions, offices, keys, terms, witnesses"
    )]
    Registry(registry::Args),
    /// Tell one matter.
    #[command(
        about = "一件事项：到哪一步、谁承诺了什么、接下来由谁做什么 ¦ One matter: where it stands, who promised what, what is expected next, from whom"
    )]
    Matter(matter::Args),
    /// Write tables.
    #[command(
        about = "导出：事项、承诺、经过、公开日历和考核指标的表格（CSV、Excel、JSON） ¦ Export matters, commitments, timeline, calendar and figures as tables (CSV, Excel, JSON)"
    )]
    Export(export::Args),
    /// Compute a county's assessment, or someone else's again.
    #[command(about = "县级考核评价：从账本计算，或重算别人的 ¦ A county's assessment: computed from the logs, or someone else's again")]
    Assess(assess::Args),
    /// Say how a node is.
    #[command(about = "用文字说明节点现状 ¦ Say in words how a node is")]
    Status(status::Args),
    /// Make a copy of a node to keep elsewhere.
    #[command(about = "备份节点，不必停机 ¦ Make a copy of a node to keep elsewhere, while it runs")]
    Backup(backup::Args),
    /// Make a node of a backup.
    #[command(about = "用备份恢复节点 ¦ Make a node of a backup")]
    Restore(restore::Args),
    /// Run the explorer.
    #[command(about = "运行公开网页 ¦ Run the pages for residents")]
    Explorer(explorer::Args),
    /// Show it all with a sample county.
    #[command(about = "演示：一个虚构的县，七个节点，八件事 ¦ Show it all: a fictional county, seven nodes, eight matters")]
    Demo(demo::Args),
    /// Measure.
    #[command(about = "测量本机的速度，与同一次测得的上限对比 ¦ Measure this machine, each figure beside its limit")]
    Bench(bench::Args),
}

/// A command line that was understood.
#[derive(Debug)]
pub struct Invocation {
    /// The language of all that is said.
    pub language: Language,
    /// What to do.
    pub command: Command,
}

impl Invocation {
    /// Does it.
    pub fn run(self) -> anyhow::Result<Outcome> {
        let language = self.language;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let outcome = runtime.block_on(async {
            match self.command {
                Command::Init(args) => init::run(&args, language).await,
                Command::Run(args) => run::run(args, language).await,
                Command::New(args) => new::run(*args, language).await,
                Command::Sign(args) => sign::run(&args, language),
                Command::Publish(args) => publish::run(args, language).await,
                Command::Import(args) => import::run(args, language).await,
                Command::Review(args) => review::run(args, language).await,
                Command::Verify(args) => verify::run(&args, language),
                Command::Audit(args) => audit::run(args, language).await,
                Command::Registry(args) => registry::run(args, language).await,
                Command::Matter(args) => matter::run(args, language).await,
                Command::Export(args) => export::run(args, language).await,
                Command::Assess(args) => assess::run(args, language).await,
                Command::Status(args) => status::run(args, language).await,
                Command::Backup(args) => backup::run(args, language).await,
                Command::Restore(args) => restore::run(args, language).await,
                Command::Explorer(args) => explorer::run(args, language).await,
                Command::Demo(args) => demo::run(args, language).await,
                Command::Bench(args) => bench::run(args, language).await,
            }
        });
        // What still runs in the background has no say in how the verb ended.
        runtime.shutdown_background();
        outcome
    }
}

/// What is printed instead of running: help, or a complaint.
#[derive(Debug)]
pub struct Answer {
    text: String,
    help: bool,
}

impl Answer {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Prints it where it belongs.
    pub fn give(&self) -> ExitCode {
        // A reader that has gone away is no fault of ours.
        if self.help {
            let _ = write!(std::io::stdout(), "{}", self.text);
            Outcome::Done.into()
        } else {
            let _ = write!(std::io::stderr(), "{}", self.text);
            Outcome::Unknown.into()
        }
    }
}

/// Reads a command line; the program's name comes first.
pub fn parse(arguments: impl IntoIterator<Item = OsString>, language: Language) -> Result<Invocation, Answer> {
    let mut tree = help::localize(Arguments::command(), language);
    let answer = |error: clap::Error| {
        let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        let shown = help || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        let text = if shown { error.render().to_string() } else { help::complaint(&error, language) };
        Answer { text: text.replace("[OPTIONS]", language.pick("[选项]", "[OPTIONS]")), help }
    };
    let matches = tree.try_get_matches_from_mut(arguments).map_err(answer)?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(answer)?;
    Ok(Invocation { language, command: arguments.command })
}

#[cfg(test)]
mod tests;
