//! `luodi import`: tables of past matters and of progress, read by a mapping file, signed by the office that convened them.
//!
//! [`table`] gives cells, [`mapping`] says which is which field, [`rows`] makes of each row what will be said, [`plan`] numbers it and
//! holds it against the log, [`send`] signs and publishes. Nothing is signed while a row is at fault, unless that is asked for.
//!
//! An import is idempotent: the body of each statement names its table, row and part, and a nonce that only the key's holder can make, so
//! the same row always makes the same words and a later run finds in the log what is there ([`known`]); what was signed and not answered for
//! is sent again byte for byte ([`journal`]).
//!
//! Invariant: it never verifies. What is imported is claimed at most, and flagged 补录, for its dates lie before its `logged`.

mod cell;
mod field;
mod item;
mod journal;
mod known;
mod mapping;
mod matters;
mod plan;
mod post;
mod progress;
mod reading;
mod rows;
mod send;
mod table;
mod telling;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::{Division, Level, Office, OfficeName, Origin};

pub(crate) use self::item::SOURCE;

use self::journal::Journal;
use self::known::Known;
use self::mapping::{Draft, Mapping};
use self::plan::{Desk, Job};
use self::rows::Rows;
use self::table::Table;
use crate::arguments::Opening;
use crate::language::{Language, caution, say, tell};
use crate::node_client::Node;
use crate::preview::preview;
use crate::publish::confirmed;
use crate::reading::Shelf;
use crate::{Outcome, clock};

/// Arguments of `luodi import`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Args {
    /// The table.
    #[arg(value_name = "TABLE", help = "表格：CSV（UTF-8 或 GB18030）或 .xlsx ¦ The table: CSV (UTF-8 or GB18030) or .xlsx")]
    table: PathBuf,
    /// The mapping file.
    #[arg(
        long,
        value_name = "FILE",
        help = "对照表：哪一列是什么；照 config/import-matters.toml 改 ¦ The mapping file, which says what each column is; begin from config/import-matters.toml"
    )]
    mapping: PathBuf,
    /// The federation file.
    #[arg(long, value_name = "FILE", help = "联邦文件；不给则用节点上的 ¦ The federation file; the node's own if absent")]
    federation: Option<PathBuf>,
    /// The node.
    #[arg(long, value_name = "URL", help = "本社区节点的网址；试运行可不给 ¦ Address of the division's node; a dry run may do without")]
    node: Option<String>,
    /// The convener's key.
    #[arg(long, value_name = "FILE", help = "召集方的密钥文件；试运行可不给 ¦ Key file of the convener; a dry run may do without")]
    key: Option<PathBuf>,
    #[command(flatten)]
    opening: Opening,
    /// Sign nothing.
    #[arg(long, help = "试运行：只说将签署什么，不签署、不公布 ¦ Only say what would be signed; sign and publish nothing")]
    dry_run: bool,
    /// Leave out rows at fault.
    #[arg(long, help = "有问题的行先不导入，其余照常 ¦ Leave out the rows that are at fault, and import the others")]
    skip_faulty: bool,
    /// Wait for the next day.
    #[arg(long, help = "每日限额用完时等到次日继续，不退出 ¦ When the day's share is used up, wait for the next day instead of ending")]
    wait: bool,
    /// Do not ask.
    #[arg(long, short, help = "不再询问，直接签署公布 ¦ Sign and publish without asking")]
    yes: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let draft = Draft::read(&args.mapping, language)?;
    let table = Table::read(&args.table, draft.sheet(), draft.heading_row(), language)?;
    let mapping = draft.fit(&table, language).with_context(|| args.mapping.display().to_string())?;
    ensure!(
        args.dry_run || (args.node.is_some() && args.key.is_some()),
        say!(
            language,
            "要签署公布，须给 --node 和 --key；只想看看就加 --dry-run",
            "to sign and publish give --node and --key; add --dry-run to look only"
        )
    );
    let node = args.node.as_deref().map(|url| Node::new(url, language)).transpose()?;
    let key = args.key.as_deref().map(|path| args.opening.open(path, language)).transpose()?;
    let federation = match (&args.federation, &node) {
        (Some(path), _) => crate::new::read_federation(path, language)?,
        (None, Some(node)) => node.federation().await?,
        (None, None) => bail!(say!(language, "请给 --federation 或 --node", "give --federation or --node")),
    };
    let office = office(&mapping, key.as_ref(), &federation.name, language)?;
    if let Some(node) = &node {
        at_home(node, &office, args.dry_run, language).await?;
    }
    let (now, offset, packs) = (clock::now(), federation.offset, Packs::built_in());
    let read = rows::read(&table, &mapping, office.division, &packs, language);
    let mut found = Report { args: &args, table: &table, mapping: &mapping, rows: &read, language }.tell();

    let shelf = match &node {
        Some(node) => Some(Shelf::read(node, federation.clone(), office.division, language).await?),
        None => None,
    };
    let first = Origin { federation: federation.name.clone(), division: office.division, generation: 1 };
    let log = shelf.as_ref().and_then(|shelf| shelf.registry.home_log(office.division).cloned()).unwrap_or(first);
    let desk = Desk { log, office, key: key.as_ref(), mapping: &mapping, language };
    let mut items = read.items;
    desk.mark(&mut items);
    let journal = Journal::beside(&args.table)?;
    let mut known = match (&shelf, &node) {
        (Some(shelf), Some(node)) => Some(Known::read(shelf, node, &desk.log, &desk.office, &desk.expected(&items)?).await?),
        _ => None,
    };
    let (jobs, faults) = desk.jobs(items, known.as_mut(), &journal, now)?;
    found.faults.extend(faults);
    found.faults.sort_by_key(|fault| fault.row);
    let bad: std::collections::BTreeSet<u32> = found.faults.iter().map(|fault| fault.row).collect();
    let jobs: Vec<Job> = jobs.into_iter().filter(|job| !bad.contains(&job.row)).collect();

    if args.dry_run {
        let before = telling::by_matter(shelf.as_ref().map(|shelf| shelf.records.as_slice()).unwrap_or_default());
        for job in &jobs {
            tell!("{}", telling::job(&desk, job, &before, &packs, (now, offset))?);
        }
    }
    show_first(&desk, &jobs, now)?;
    for fault in &found.faults {
        caution!("{}", found.place(fault));
    }
    let open: usize = jobs.iter().map(Job::open).sum();
    let (matters, done, faulty) = (jobs.len(), jobs.iter().map(|job| job.todos.len()).sum::<usize>() - open, bad.len());
    tell!(
        "{}",
        say!(
            language,
            "{matters} 行可以导入：{open} 条待签署，{done} 条早已公布；{faulty} 行有问题。",
            "{matters} rows can be imported: {open} statements to sign, {done} published before; {faulty} rows are at fault."
        )
    );
    if !bad.is_empty() && !args.skip_faulty {
        caution!(
            "{}",
            say!(
                language,
                "没有签署任何内容。改正后再来；或加 --skip-faulty 先导入其余的行。",
                "Nothing was signed. Correct them and come again; or add --skip-faulty to import the other rows first."
            )
        );
        return Ok(Outcome::Refused);
    }
    let (Some(node), Some(key), false) = (&node, &key, args.dry_run) else { return Ok(Outcome::Done) };
    if open == 0 {
        return Ok(Outcome::Done);
    }
    let office = &desk.office;
    let question = say!(
        language,
        "以 {office} 的名义签署并永久公开这 {open} 条？[y/N] ",
        "Sign these {open} statements as {office} and make them public for good? [y/N] "
    );
    if !args.yes && !confirmed(&question, language)? {
        return Ok(Outcome::Unknown);
    }
    let sent = send::send(&desk, key, node, &journal, &jobs, args.wait).await?;
    conclude(sent, open, &journal, language)
}

/// Says before anything is signed that the node writes another division's log.
async fn at_home(node: &Node, office: &OfficeName, dry_run: bool, language: Language) -> anyhow::Result<()> {
    let Some(home) = node.home().await?.filter(|home| home.division != office.division) else { return Ok(()) };
    let (home, division) = (home.division, office.division);
    let told = say!(
        language,
        "--node：这个节点写的是 {home} 的账本，不是 {division} 的；签署公布要用 {division} 的节点的网址",
        "--node: this node writes the log of {home}, not of {division}; to sign and publish give the address of {division}'s node"
    );
    ensure!(dry_run, told);
    caution!("{told}");
    Ok(())
}

/// Who signs: whose key it is, or in a dry run whom the mapping names.
fn office(
    mapping: &Mapping,
    key: Option<&SignerKey>,
    federation: &luodi_ledger::names::Federation,
    language: Language,
) -> anyhow::Result<OfficeName> {
    let Some(key) = key else {
        let division: Division = mapping
            .division
            .with_context(|| say!(language, "对照表里写 division，或给 --key", "name the division in the mapping, or give --key"))?;
        let usual = if division.level() == Level::Community { Office::COMMITTEE } else { Office::GOVERNMENT };
        let office = mapping.by.clone().map_or_else(|| usual.parse(), Ok)?;
        return Ok(OfficeName { federation: federation.clone(), division, office });
    };
    let office: OfficeName = key.public().name().parse()?;
    let meant =
        mapping.division.is_none_or(|division| division == office.division) && mapping.by.as_ref().is_none_or(|by| *by == office.office);
    ensure!(
        meant && office.federation == *federation,
        say!(
            language,
            "密钥是 {office} 的，与对照表或联邦不符",
            "the key is that of {office}, which is not whom mapping or federation name"
        )
    );
    Ok(office)
}

/// The first statement that will be signed, whole: what residents will read.
fn show_first(desk: &Desk<'_>, jobs: &[Job], now: luodi_ledger::time::Time) -> anyhow::Result<()> {
    let first = jobs.iter().find_map(|job| Some((job, job.todos.iter().find(|todo| todo.published.is_none())?)));
    if let Some((job, todo)) = first {
        let rests = plan::placeholder(&desk.log);
        let (statement, body) = desk.statement(job, todo, now, Some(&rests))?;
        let row = job.row;
        tell!("{}", say!(desk.language, "第一条的全文（第 {row} 行）：", "The first of them in full (row {row}):"));
        tell!("{}", preview(&statement, Some(body.as_bytes()), desk.language));
    }
    Ok(())
}

fn conclude(sent: send::Sent, open: usize, journal: &Journal, language: Language) -> anyhow::Result<Outcome> {
    let (published, left) = (sent.published, open as u64 - sent.published);
    tell!("{}", say!(language, "已公布 {published} 条，还有 {left} 条。", "Published {published} statements; {left} are left."));
    if left > 0 {
        let path = journal.path().display();
        tell!(
            "{}",
            say!(
                language,
                "再运行同一条命令会接着做，不会重复（签署过的记在 {path}）。",
                "Run the same command again to go on; nothing is doubled (what was signed is in {path})."
            )
        );
    }
    for (row, why) in &sent.refused {
        caution!("{}", say!(language, "第 {row} 行：节点不接受：{why}", "row {row}: the node refuses it: {why}"));
    }
    if let Some(spent) = sent.spent {
        caution!("{spent}");
        return Ok(Outcome::Unknown);
    }
    match sent.error {
        Some(error) => Err(error),
        None if sent.refused.is_empty() => Ok(Outcome::Done),
        None => Ok(Outcome::Refused),
    }
}

/// What is told of a table before its rows.
struct Report<'a> {
    args: &'a Args,
    table: &'a Table,
    mapping: &'a Mapping,
    rows: &'a Rows,
    language: Language,
}

/// The faults, with the file they are in.
struct Faults {
    file: String,
    faults: Vec<reading::Fault>,
}

impl Faults {
    fn place(&self, fault: &reading::Fault) -> String {
        format!("{}{}{fault}", self.file, fault.language.pick("，", ", "))
    }
}

impl Report<'_> {
    fn tell(&self) -> Faults {
        let (language, file) = (self.language, self.args.table.display());
        let name = match &self.table.sheet {
            Some(sheet) => format!("{file} [{sheet}]"),
            None => file.to_string(),
        };
        let total = self.table.rows.len();
        tell!("{}", say!(language, "{name}：{total} 行", "{name}: {total} rows"));
        for (column, rows) in rows::unmapped(self.table, self.mapping) {
            let (column, rows) = (self.table.column_name(column, language), telling::ranges(&rows, language));
            tell!(
                "{}",
                say!(
                    language,
                    "  {column}没有对照，不导入：第 {rows} 行有内容（要留下原文就写进 keep；个人信息不要留）",
                    "  {column} is not mapped and not imported: rows {rows} hold something (name it under keep to sign it as it stands; nothing personal)"
                )
            );
        }
        for (rows, chinese, english) in [
            (&self.rows.elsewhere, "是别处的，不导入", "are of other divisions"),
            (&self.rows.skipped, "按对照表略过", "are passed over, as the mapping says"),
        ] {
            if !rows.is_empty() {
                let rows = telling::ranges(&rows.iter().copied().collect(), language);
                tell!("{}", say!(language, "  第 {rows} 行{chinese}", "  rows {rows} {english}"));
            }
        }
        Faults { file: name, faults: self.rows.faults.clone() }
    }
}
