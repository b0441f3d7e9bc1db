//! What the packs that ship cite, in English.
//!
//! A pack is named by the hash of its text and so never changes; its bases and articles stand in it in Chinese, as citations of Chinese law.
//! Their English stands beside it, here. Invariant: every citation of a pack that ships has one; one that is not known (of a local pack) is
//! shown as it stands.

/// Citations as packs have them, and in English.
const CITED: [(&str, &str); 14] = [
    ("当地通行做法；法律未规定天数", "local practice; the law sets no number of days"),
    (
        "“及时”答复，法律未规定天数；第30、31条",
        "to be answered “in good time”, the law sets no number of days; Organic Law of Villagers' Committees, arts. 30 and 31",
    ),
    ("“及时”答复，法律未规定天数", "to be answered “in good time”, the law sets no number of days"),
    (
        "第30条：重大事项随时公布，一般事项至少每季度公布一次",
        "Organic Law of Villagers' Committees, art. 30: great matters are published at once, ordinary ones at least once a quarter",
    ),
    (
        "《村民委员会组织法》第30条：一般事项至少每季度公布一次",
        "Organic Law of Villagers' Committees, art. 30: ordinary matters are published at least once a quarter",
    ),
    (
        "《村民委员会组织法》第30条：财务往来较多的，收支情况应当每月公布一次；“较多”按当月三项以上有预算的承诺推算",
        "Organic Law of Villagers' Committees, art. 30: where much money moves, income and spending are published once a month; “much” is taken as three promises with a budget in the month",
    ),
    (
        "豫民文〔2017〕91号：制定社区协商事项具体目录（文件未定期限，每年一次为本日历所定）",
        "Henan Department of Civil Affairs, notice 91 of 2017: a community draws up its directory of matters (the notice sets no time; once a year is this calendar's)",
    ),
    (
        "豫民文〔2017〕91号：建立城乡社区协商事项清单制度（文件未定期限，每年一次为本日历所定）",
        "Henan Department of Civil Affairs, notice 91 of 2017: a county keeps a list of matters to consult (the notice sets no time; once a year is this calendar's)",
    ),
    ("《村民委员会组织法》第26条", "Organic Law of Villagers' Committees, art. 26"),
    ("《村民委员会组织法》第22条", "Organic Law of Villagers' Committees, art. 22"),
    ("《城市居民委员会组织法》第10条", "Organic Law of Urban Residents' Committees, art. 10"),
    ("《民法典》第278条第2款", "Civil Code, art. 278, para. 2"),
    ("一般事项至少每季度公布一次", "ordinary matters are published at least once a quarter"),
    (
        "决定应当向业主公布，法律未规定天数；实施结果按至少每季度公布一次",
        "decisions are published to the owners, the law sets no number of days; results at least once a quarter",
    ),
];

/// A citation in English, if it is known here.
pub fn in_english(citation: &str) -> Option<&'static str> {
    CITED.iter().find(|(chinese, _)| *chinese == citation).map(|(_, english)| *english)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::pack::Pack;
    use crate::matter::pack::known::BUILT_IN;

    #[test]
    fn whatever_a_pack_that_ships_cites_has_its_english() {
        let mut seen = 0;
        for text in BUILT_IN {
            let pack = Pack::parse(text).unwrap();
            let counts = pack.methods.values().flatten().flat_map(|step| &step.counts).map(|count| &count.article);
            let rhythms = pack.calendar.iter().map(|rhythm| &rhythm.basis);
            let days = [&pack.notice.basis, &pack.answer.basis, &pack.disclosure.basis];
            for citation in counts.chain(rhythms).chain(days) {
                let english = in_english(citation).unwrap_or_else(|| panic!("{}: {citation}", pack.name));
                assert!(english.chars().all(|each| !('\u{4e00}'..='\u{9fff}').contains(&each)), "{english}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
        assert_eq!(in_english("示例县规程"), None);
    }
}
