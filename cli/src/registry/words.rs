//! The sheet in words.

use std::fmt::Write as _;

use console::style;
use luodi_ledger::audit::Audit;
use luodi_ledger::matter::codes::{AppointmentBasis, CodeList, EndReason};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::registry::ValidUpTo;
use luodi_ledger::told;

use super::comparing::Difference;
use super::sheet::{Appointed, Chartered, Ended, Key, KeyState, Log, Office, Place, Rotation, Sheet, Stated, VoidAct, Weakness};
use crate::language::{Language, say};
use crate::refusals;

/// The whole sheet.
pub(super) fn of(sheet: &Sheet, place: &str, language: Language) -> String {
    let Sheet { federation, fingerprint, root, .. } = sheet;
    let mut out = say!(
        language,
        "联邦 {federation}，根 {root}\n指纹 {fingerprint}（请与公示纸上的比对）\n以下由本机依联邦文件逐条判定，读自 {place}：\n",
        "Federation {federation}, root {root}\nFingerprint {fingerprint} (compare it with the one on paper)\nJudged here by the federation file alone, read from {place}:\n"
    );
    for log in &sheet.as_of {
        let (origin, size) = (&log.log, log.size);
        out += &match log.witnessed {
            Some(witnessed) => say!(
                language,
                "  {origin}：{size} 条，前 {witnessed} 条经他方旁证\n",
                "  {origin}: {size} entries, the first {witnessed} witnessed\n"
            ),
            None => say!(language, "  {origin}：{size} 条，无人旁证\n", "  {origin}: {size} entries, not witnessed\n"),
        };
    }
    for place in &sheet.divisions {
        let _ = write!(out, "\n{}", Page { language }.place(place));
    }
    if !sheet.void.is_empty() {
        out += &say!(language, "\n不作数的登记：\n", "\nRegistrations that count nowhere:\n");
        for VoidAct { log, index, kind, why, ground, .. } in &sheet.void {
            let reason = language.pick(why.zh(), why.en());
            let detail = refusals::ground(ground, language);
            out += &say!(
                language,
                "  {log} 第 {index} 条 {kind}：{reason}（{detail}）\n",
                "  {log} entry {index}, {kind}: {reason} ({detail})\n"
            );
        }
    }
    out
}

/// What was not sound in the logs of one place.
pub(super) fn of_audits(place: &str, audits: &[Audit], language: Language) -> String {
    let unsound: Vec<String> = audits
        .iter()
        .flat_map(|audit| {
            audit
                .findings
                .iter()
                .map(move |finding| format!("  {} {}: {}", audit.origin, finding.object, refusals::said(&finding.why, language)))
        })
        .collect();
    let logs = audits.len();
    if unsound.is_empty() {
        return say!(language, "{place}：{logs} 本账逐字节核对无误。", "{place}: {logs} logs are sound, byte for byte.");
    }
    let head = say!(language, "{place}：核对不符", "{place}: NOT sound");
    format!("{} {head}\n{}", style("✗").red(), unsound.join("\n"))
}

/// One difference between two places.
pub(super) fn of_difference(difference: &Difference, language: Language) -> String {
    let words = match difference {
        Difference::Contradiction { log, index, one, other } => say!(
            language,
            "{log} 第 {index} 条，{one} 与 {other} 所存不同：其中一处不是真账，或账本已分叉",
            "entry {index} of {log} differs between {one} and {other}: one of them does not hold the log, or the log has forked"
        ),
        Difference::Fork { log, size, one, other } => say!(
            language,
            "{log} 在 {size} 条处有两个不同的签名账头（{one} 与 {other}）：账本已分叉",
            "{log} has two signed heads of size {size} ({one} and {other}): the log has forked"
        ),
        Difference::Missing { log, entries, held_by, lacked_by } => {
            let entries: Vec<String> = entries.iter().map(u64::to_string).collect();
            let entries = entries.join(", ");
            say!(
                language,
                "{log} 的登记 {entries}，{held_by} 有而 {lacked_by} 没有：后者尚未同步或有所隐瞒",
                "registrations {entries} of {log} are held by {held_by} and not by {lacked_by}, which is behind or withholds them"
            )
        }
    };
    format!("{} {words}", style("✗").red())
}

#[derive(Clone, Copy)]
struct Page {
    language: Language,
}

impl Page {
    fn place(self, place: &Place) -> String {
        let language = self.language;
        let name = place.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let mut out = format!("{}{name}", style(place.division).bold());
        if let Some(parent) = place.parent {
            out += &if place.division.parent() == Some(parent) {
                say!(language, "　上级 {parent}", "  under {parent}")
            } else {
                say!(language, "　上级 {parent}（另行指定，非按代码）", "  under {parent} (stated, not by its code)")
            };
        }
        out.push('\n');
        for change in &place.changes {
            let (name, vintage, stated) = (&change.name, change.vintage, self.stated(&change.stated));
            let parent = change.parent.map(|parent| say!(language, "，归 {parent}", ", under {parent}")).unwrap_or_default();
            let from: Vec<String> = change.successor_of.iter().map(ToString::to_string).collect();
            let from = if from.is_empty() {
                String::new()
            } else {
                let from = from.join(" ");
                say!(language, "，接替 {from}", ", in place of {from}")
            };
            out += &say!(
                language,
                "  区划：自 {vintage} 称 {name}{parent}{from}（{stated}）\n",
                "  division: called {name} from {vintage}{parent}{from} ({stated})\n"
            );
        }
        for log in &place.logs {
            out += &self.log(log);
        }
        for office in &place.offices {
            out += &self.office(office);
        }
        if place.logs.is_empty() && place.offices.is_empty() {
            out += &say!(language, "  尚无节点和组织登记\n", "  no node and no office is registered\n");
        }
        out
    }

    fn stated(self, stated: &Stated) -> String {
        let Stated { log, index, by, logged } = stated;
        let by: Vec<String> =
            by.iter().map(|by| format!("{} {}", by.division, self.language.pick(by.office.zh(), by.office.en()))).collect();
        let by = by.join(self.language.pick("、", ", "));
        let logged = logged.map(|time| time.to_string()).unwrap_or_default();
        let (division, generation) = (log.division, log.generation);
        say!(
            self.language,
            "{by} {logged} 登记于账本 {division}/{generation} 第 {index} 条",
            "registered by {by} at {logged}, entry {index} of log {division}/{generation}"
        )
    }

    fn log(self, log: &Log) -> String {
        let language = self.language;
        let generation = log.origin.generation;
        let mut out = say!(language, "  账本第 {generation} 代", "  log, generation {generation}");
        if let Some(end) = &log.end {
            let size = end.size;
            out += &say!(language, "：止于 {size} 条，以后由下一代接续", ": ends at {size} entries, where the next generation goes on");
        }
        out.push('\n');
        if let Some(rotation) = &log.rotation {
            let words = self.rotation(rotation);
            out += &if rotation.days_over > 0 {
                format!("    {} {words}\n", style(language.pick("注意：", "note:")).yellow())
            } else {
                format!("    {words}\n")
            };
        }
        for charter in &log.charters {
            out += &self.charter(charter);
        }
        out
    }

    fn rotation(self, rotation: &Rotation) -> String {
        let language = self.language;
        let (Some(since), Some(until)) = (rotation.since, rotation.until) else {
            return say!(
                language,
                "正在更换记账密钥，新旧并签；登记写在联邦文件里，没有日期：90 天内应换用只写新密钥的联邦文件",
                "its key is being rotated and both sign; the charter stands in the federation file and bears no date: within 90 days a new file should name the new key alone"
            );
        };
        match rotation.days_over {
            0 => say!(
                language,
                "正在更换记账密钥：新旧并签，自 {since} 起 90 天，到 {until} 应登记只用新密钥",
                "its key is being rotated: both sign for 90 days from {since}; by {until} a charter should name the new key alone"
            ),
            over => say!(
                language,
                "更换记账密钥已过期 {over} 天：新旧并签自 {since} 起，到 {until} 就应登记只用新密钥；旧密钥签的仍算数，请上级尽快登记（luodi new charter --last-key-only）",
                "the rotation of its key is {over} days over its time: both have signed since {since}, and by {until} a charter should have named the new key alone; the old key still counts, so have it chartered (luodi new charter --last-key-only)"
            ),
        }
    }

    fn charter(self, charter: &Chartered) -> String {
        let language = self.language;
        let Chartered { number, from, node, .. } = charter;
        let keys = charter.keys.join(" ");
        let stated = match &charter.stated {
            Some(stated) => self.stated(stated),
            None => say!(language, "写在联邦文件里", "stands in the federation file"),
        };
        let mut out = say!(
            language,
            "    第 {number} 份节点登记，自第 {from} 条起：记账密钥 {keys}，节点密钥 {node}；{stated}\n",
            "    charter {number}, from size {from}: log keys {keys}, node key {node}; {stated}\n"
        );
        let watchers: Vec<String> = charter.witnesses.iter().map(|each| format!("{} ({})", each.operator, each.key)).collect();
        if !watchers.is_empty() {
            let watchers = watchers.join(language.pick("、", ", "));
            let quorum = charter.policy.lines().find_map(|line| line.strip_prefix("group ")).and_then(|line| line.split(' ').nth(1));
            let (needed, of) = (quorum.unwrap_or("?"), charter.witnesses.len());
            out += &say!(
                language,
                "      旁证：{watchers}，{of} 家中 {needed} 家算数\n",
                "      witnesses: {watchers}; {needed} of {of} count as confirmed\n"
            );
        }
        for warning in &charter.warnings {
            let words = match warning {
                Weakness::NobodyChecks => say!(language, "没有旁证：别人都没有核对过这本账", "no witness: nobody else checks this log"),
                Weakness::SatisfiesAlone(who) => say!(language, "{who} 一家就凑够旁证", "{who} alone satisfies the quorum"),
                Weakness::BlocksAlone(who) => say!(language, "{who} 一家停机，旁证就凑不够", "without {who} the quorum cannot be met"),
            };
            let _ = writeln!(out, "      {} {words}", style(language.pick("注意：", "note:")).yellow());
        }
        out
    }

    fn office(self, office: &Office) -> String {
        let word = &office.office.office;
        let label = self.language.pick(word.zh(), word.en());
        let name = office.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let mut out = format!("  {label} ({word}){name}\n");
        for key in &office.keys {
            out += &self.key(key);
        }
        out
    }

    fn key(self, key: &Key) -> String {
        let language = self.language;
        let state = match key.state {
            _ if key.pinned => say!(language, "联邦文件指定", "pinned in the federation file"),
            KeyState::InOffice => say!(language, "在任", "in office"),
            KeyState::NotYet => say!(language, "任期未到", "term not begun"),
            KeyState::Leaving => say!(language, "与接任的密钥并用", "speaks beside its successor"),
            KeyState::TermExpired => say!(language, "任期已过，仍作数并标明", "term over: counts, and is flagged"),
            KeyState::Ended => say!(language, "已停用", "ended"),
        };
        let mut out = format!("    {} {state}\n", key.id);
        for Appointed { basis, from, until, stated } in &key.appointments {
            let until = until.map(|until| say!(language, "至 {until}", " to {until}")).unwrap_or_default();
            let (basis, stated) = (self.word::<AppointmentBasis>(basis), self.stated(stated));
            out += &say!(language, "      {basis}，任期自 {from}{until}；{stated}\n", "      {basis}, term from {from}{until}; {stated}\n");
        }
        for Ended { reason, until, valid, stated } in &key.endings {
            let kept: Vec<String> = valid
                .iter()
                .map(|ValidUpTo { log, size }| {
                    let (division, generation) = (log.division, log.generation);
                    say!(language, "{division}/{generation} 前 {size} 条", "the first {size} of {division}/{generation}")
                })
                .collect();
            let kept = match until {
                Some(until) if kept.is_empty() => say!(language, "{until} 及以前入账的", "what is logged until {until}"),
                None if kept.is_empty() => say!(language, "无", "none"),
                Some(until) => {
                    let kept = kept.join(language.pick("、", ", "));
                    say!(language, "{until} 及以前入账的、{kept}", "what is logged until {until}, {kept}")
                }
                None => kept.join(language.pick("、", ", ")),
            };
            let (reason, stated) = (self.word::<EndReason>(reason), self.stated(stated));
            out += &say!(
                language,
                "      停用（{reason}），仍作数的：{kept}；{stated}\n",
                "      ended ({reason}); what still counts: {kept}; {stated}\n"
            );
        }
        out
    }

    fn word<L: CodeList + Label>(self, word: &str) -> String {
        let word = told::word::<L>(word);
        self.language.pick(word.zh, word.en).into_owned()
    }
}
