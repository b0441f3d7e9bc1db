//! What an office above writes of the keys of offices, and of divisions: appointment, ending, name and place.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::key::VerifierKey;
use luodi_ledger::names::{Office, OfficeName};
use luodi_ledger::registry::{MOST_OFFICE_KEYS, ROTATION_DAYS, ValidUpTo};

use super::registered::Registered;
use super::registry::{from, read, read_federation, registered, registrar};
use super::{Args, template};
use crate::clock;
use crate::join::OfficeRequest;
use crate::language::{Language, say};

/// An appointment from the office requests of one to five keys of one office.
pub(super) async fn appoint(args: &Args, language: Language) -> anyhow::Result<String> {
    let mut keys = Vec::new();
    let mut offices = BTreeSet::new();
    from(args, language)?;
    for path in &args.from {
        let request = OfficeRequest::parse(&read(path, language)?).with_context(|| path.display().to_string())?;
        offices.insert(request.office);
        keys.push(request.key);
    }
    keys.sort();
    keys.dedup();
    let (Some(office), 1, 1..=MOST_OFFICE_KEYS) = (offices.first().cloned(), offices.len(), keys.len()) else {
        bail!(say!(
            language,
            "--from：须是同一组织的 1 到 {MOST_OFFICE_KEYS} 份密钥申请",
            "--from: 1 to {MOST_OFFICE_KEYS} office requests of one office wanted"
        ));
    };
    let known = registered(args, office.division, language).await?;
    let succeeds = if args.registered.succeeds { succession(args, &office, &keys, known.as_ref(), language).await? } else { String::new() };
    let (log, by) = registrar(args, &office.federation, office.division, known.as_ref(), language)?;
    let head = template::head("appoint", &log, &[by], None, language);
    let today = clock::now().civil_date(8);
    let keys = toml::Value::from(keys.iter().map(ToString::to_string).collect::<Vec<_>>());
    let facts = say!(
        language,
        "[facts]\n# 组织依法产生，这里只登记公布由哪些密钥代表它；任何一个都可签署。\noffice = \"{office}\"\nkeys = {keys}\nbasis = \"election\" # 依据：election 选举 assembly 推选 assignment 任命\n[facts.term]\nfrom = {today} # 任期起\n# until = {today} # 任期止，没有就不写\n{succeeds}\n[body]\nname = \"\" # 组织全称，网页上显示\nphone = \"\" # 办公电话\naddress = \"\" # 办公地址\n",
        "[facts]\n# The body is set up by law; this only records which keys speak for it, any one of them.\noffice = \"{office}\"\nkeys = {keys}\nbasis = \"election\" # election, assembly, assignment\n[facts.term]\nfrom = {today} # first day of the term\n# until = {today} # last day, if there is one\n{succeeds}\n[body]\nname = \"\" # full name of the body, shown on pages\nphone = \"\" # office phone\naddress = \"\" # office address\n"
    );
    Ok(head + &facts)
}

/// The present keys of an office that is appointed anew, and what of theirs stays valid.
async fn succession(
    args: &Args,
    office: &OfficeName,
    new: &[VerifierKey],
    known: Option<&Registered>,
    language: Language,
) -> anyhow::Result<String> {
    let known = known.with_context(|| {
        say!(
            language,
            "--succeeds 须给 --federation 和 --node，以便查明现有密钥和各账本保留到第几条",
            "--succeeds needs --federation and --node, to find the present keys and how much of each log stays valid"
        )
    })?;
    let appointments = known.registry().map(|registry| (registry, registry.appointments(office)));
    let present: BTreeSet<&VerifierKey> = appointments
        .into_iter()
        .flat_map(|(registry, all)| all.iter().flat_map(|each| &each.facts.keys).filter(|key| registry.endings(key).is_empty()))
        .filter(|key| !new.contains(key))
        .collect();
    ensure!(
        (1..=MOST_OFFICE_KEYS).contains(&present.len()),
        say!(
            language,
            "--succeeds：{office} 现有 {} 个密钥；须是 1 到 {MOST_OFFICE_KEYS} 个，多余的先用 luodi new revoke 停用",
            "--succeeds: {office} has {} present keys, 1 to {MOST_OFFICE_KEYS} wanted; end the others first with luodi new revoke",
            present.len()
        )
    );
    let keys = toml::Value::from(present.iter().map(ToString::to_string).collect::<Vec<_>>());
    if let Some(until) = args.registered.both_until {
        return Ok(say!(
            language,
            "\n# 新旧并用：这些密钥用到这一天为止（含），最多到任期起后第 {ROTATION_DAYS} 天；此后入账的不作数。\n[facts.succeeds]\nkeys = {keys}\nuntil = {until}\n",
            "\n# These keys speak beside the new ones until this day, at most {ROTATION_DAYS} days after the term begins; what is logged later counts nowhere.\n[facts.succeeds]\nkeys = {keys}\nuntil = {until}\n"
        ));
    }
    let valid = valid_lines("facts.succeeds.valid", &known.valid(args.registered.before).await?);
    Ok(say!(
        language,
        "\n# 换届：这些密钥随之停用；各账本保留到第几条，已由节点的旁证查明。\n[facts.succeeds]\nkeys = {keys}\n{valid}",
        "\n# These keys end with this appointment; how much of each log stays valid is what witnesses had confirmed.\n[facts.succeeds]\nkeys = {keys}\n{valid}"
    ))
}

/// The ending of a key, with the sizes that others have witnessed.
pub(super) async fn revoke(args: &Args, language: Language) -> anyhow::Result<String> {
    let wanted = args.registered.key.as_deref().unwrap_or_default();
    let no_node = || {
        say!(
            language,
            "请给 --node（可给多个），以便查明各账本保留到第几条",
            "give --node (several if you can), to find how much of each log stays valid"
        )
    };
    let key = if let Ok(key) = wanted.parse::<VerifierKey>() {
        key
    } else {
        let known = registered(args, args.division, language).await?.with_context(no_node)?;
        let matching = known.keys(wanted);
        let [key] = matching.as_slice() else {
            bail!(say!(
                language,
                "--key：有 {} 个短号为 {wanted} 的密钥；用 luodi registry 查看，写全整行",
                "--key: {} keys are called {wanted}; see luodi registry, and give the whole line",
                matching.len()
            ));
        };
        key.clone()
    };
    let division = key.name().parse::<OfficeName>()?.division;
    let known = registered(args, division, language).await?.with_context(no_node)?;
    let office: OfficeName = key.name().parse()?;
    let valid = valid_lines("facts.valid", &known.valid(args.registered.before).await?);
    let (log, by) = registrar(args, &office.federation, division, Some(&known), language)?;
    let (head, reason) = (template::head("revoke", &log, &[by], None, language), &args.registered.reason);
    let facts = say!(
        language,
        "[facts]\nkey = \"{key}\"\nreason = \"{reason}\" # term-ended 届满 lost 遗失 stolen 被盗 error 登记有误\n\n# 每本账里该密钥签过的内容有多少条仍然有效，已由节点的旁证查明；没有列出的账里一律作废。\n{valid}\n[body]\ntext = \"\" # 说明\n",
        "[facts]\nkey = \"{key}\"\nreason = \"{reason}\" # term-ended, lost, stolen, error\n\n# How many entries of each log stay valid, as witnesses had confirmed; in a log not named here the key counts nowhere.\n{valid}\n[body]\ntext = \"\" # explanation\n"
    );
    Ok(head + &facts)
}

/// What a division is called and where it belongs.
pub(super) fn division(args: &Args, language: Language) -> anyhow::Result<String> {
    let division = args.division.with_context(|| say!(language, "请用 --division 写明是哪个区划", "say which division with --division"))?;
    let path = args.federation.as_deref().with_context(|| say!(language, "请给 --federation", "give --federation"))?;
    let federation = read_federation(path, language)?;
    // An ancestor of both says it: the root always is one.
    let log = args.log.clone().unwrap_or(federation.charter.origin);
    let office = args.by.first().cloned().map_or_else(|| Office::CIVIL_AFFAIRS.parse(), Ok)?;
    let by = OfficeName { federation: log.federation.clone(), division: log.division, office };
    let today = clock::now().civil_date(federation.offset);
    let parent = match args.registered.parent {
        Some(parent) => format!("parent = \"{parent}\""),
        None => say!(
            language,
            "# parent = \"\" # 归哪个区划，若非代码所示",
            "# parent = \"\" # the division above, if not the one the code tells"
        ),
    };
    let facts = say!(
        language,
        "[facts]\ndivision = \"{division}\"\nname = \"\" # 名称\n{parent}\n# successor_of = [\"\"] # 接替了哪些旧代码\nvintage = {today} # 从哪天起\n",
        "[facts]\ndivision = \"{division}\"\nname = \"\" # its name\n{parent}\n# successor_of = [\"\"] # codes whose place it took\nvintage = {today} # from which day\n"
    );
    Ok(template::head("division", &log, &[by], None, language) + &facts)
}

fn valid_lines(table: &str, valid: &[ValidUpTo]) -> String {
    valid.iter().map(|ValidUpTo { log, size }| format!("[[{table}]]\nlog = \"{log}\"\nsize = {size}\n")).collect()
}
