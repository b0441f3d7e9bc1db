//! Why an entry counts nowhere, in full and in two languages.
//!
//! Out of scope: deciding it ([`super::judge`] does), and what to do about it, which is for those who show it.

use std::borrow::Cow;
use std::fmt;

use crate::Malformed;
use crate::matter::Barred;
use crate::matter::codes::EndReason;
use crate::matter::labels::Label;
use crate::names::{Division, OfficeName, Origin};
use crate::standing::Void;
use crate::time::Date;
use crate::told;

/// Why an entry counts nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It does not read as what it should be.
    Malformed(Malformed),
    /// The statement was signed for this other log.
    OtherLog(Origin),
    /// The next generation's charter ends the log before it.
    BeyondEnd,
    /// A signer's division does not lie within that of the log.
    Outside {
        /// The signer's.
        division: Division,
        /// The log's.
        of: Division,
    },
    /// Only a node says evidence, anchor and observation, and it says nothing else.
    NodeKinds,
    /// Its offices may not say this kind there.
    Barred(Barred),
    /// Only government or civil affairs of the log's division registers.
    NotRegistrar,
    /// The parent it names does not lie below the log's division.
    ParentOutside,
    /// What is registered is of the log's own division.
    OwnDivision,
    /// What is registered does not lie below the log's division.
    TargetOutside,
    /// At the root only the pinned keys register the root's other offices.
    PinnedOnly,
    /// No charter names this node key.
    NodeKey,
    /// No appointment covers the key on the day it was logged.
    Unappointed {
        /// The office whose line it is.
        office: OfficeName,
        /// The day.
        day: Date,
    },
    /// The signature does not verify.
    Signature,
    /// The key had ended.
    Ended {
        /// The log in which its ending stands.
        log: Origin,
        /// And its index there.
        index: u64,
        /// The ending's reason, a code.
        reason: String,
        /// The last day on which it spoke beside its successor, where it was given one.
        until: Option<Date>,
    },
    /// It has not been judged yet, and counts nowhere until then.
    Unjudged,
}

impl Ground {
    /// In short: what the entry counts for.
    pub const fn why(&self) -> Void {
        match self {
            Self::Malformed(_) | Self::OtherLog(_) => Void::Malformed,
            Self::BeyondEnd => Void::BeyondEnd,
            Self::Outside { .. } => Void::WrongDivision,
            Self::Barred(barred) => barred.why(),
            Self::NodeKinds | Self::NotRegistrar | Self::ParentOutside | Self::OwnDivision | Self::TargetOutside | Self::PinnedOnly => {
                Void::WrongOffice
            }
            Self::NodeKey | Self::Unappointed { .. } | Self::Unjudged => Void::UnknownKey,
            Self::Signature => Void::BadSignature,
            Self::Ended { .. } => Void::Revoked,
        }
    }
}

impl Label for Ground {
    fn zh(&self) -> Cow<'static, str> {
        let plain = match self {
            Self::Malformed(Malformed { field, why }) => return format!("“{field}”一项不合格式（{why}）").into(),
            Self::OtherLog(log) => return format!("它是写给另一本账 {log} 的").into(),
            Self::Outside { division, of } => return format!("签署的 {division} 不属于这本账的 {of}").into(),
            Self::Barred(barred) => return barred.zh(),
            Self::Unappointed { office, day } => return format!("{office} 在 {day} 没有登记这把密钥").into(),
            Self::Ended { log, index, reason, until } => {
                let reason = told::word::<EndReason>(reason).zh;
                let until = until.map_or_else(String::new, |until| format!("，并用到 {until} 为止"));
                return format!("账本 {log} 第 {index} 条已先停用这把密钥（{reason}{until}）").into();
            }
            Self::BeyondEnd => "下一代账本的登记写明，这本账在它之前就已截止",
            Self::NodeKinds => "evidence、anchor、observation 只由节点说，节点也不说别的",
            Self::NotRegistrar => "登记只由这本账所在地的政府或民政部门签署",
            Self::ParentOutside => "所写的上级不在这本账的地方以下",
            Self::OwnDivision => "组织和节点由上级登记，不由本地自己登记",
            Self::TargetOutside => "所登记的不在这本账的地方以下",
            Self::PinnedOnly => "根的其他组织只由联邦文件指定的密钥登记",
            Self::NodeKey => "没有哪份节点登记写着这把节点密钥",
            Self::Signature => "签名核对不上",
            Self::Unjudged => "还没有判定",
        };
        Cow::Borrowed(plain)
    }

    fn en(&self) -> Cow<'static, str> {
        let plain = match self {
            Self::Malformed(fault) => return fault.to_string().into(),
            Self::OtherLog(log) => return format!("it is meant for {log}").into(),
            Self::Outside { division, of } => return format!("{division} is not within {of}").into(),
            Self::Barred(barred) => return barred.en(),
            Self::Unappointed { office, day } => return format!("no appointment of {office} covers this key on {day}").into(),
            Self::Ended { log, index, reason, until } => {
                let until = until.map_or_else(String::new, |until| format!(", beside its successor until {until}"));
                let reason = told::word::<EndReason>(reason).en;
                return format!("entry {index} of {log} ended the key before this ({reason}{until})").into();
            }
            Self::BeyondEnd => "the next generation's charter ends this log before it",
            Self::NodeKinds => "a node says evidence, anchor and observation, and nobody else says those",
            Self::NotRegistrar => "only the government or civil affairs office of this log's division registers",
            Self::ParentOutside => "the parent it names does not lie below this log's division",
            Self::OwnDivision => "an office or node is registered by a division above its own",
            Self::TargetOutside => "what it registers does not lie below this log's division",
            Self::PinnedOnly => "at the root only the pinned keys register the root's other offices",
            Self::NodeKey => "no charter names this node key",
            Self::Signature => "the signature does not verify",
            Self::Unjudged => "not judged yet",
        };
        Cow::Borrowed(plain)
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each; the match makes sure that a new ground is added here.
    fn all() -> Vec<Ground> {
        let log: Origin = "a.example/log/990101001001/1".parse().unwrap();
        let (division, day) = (log.division, "2026-06-01".parse().unwrap());
        let office = "a.example/990101001001/committee".parse().unwrap();
        let known = |ground: &Ground| match ground {
            Ground::Malformed(_)
            | Ground::OtherLog(_)
            | Ground::BeyondEnd
            | Ground::Outside { .. }
            | Ground::NodeKinds
            | Ground::Barred(_)
            | Ground::NotRegistrar
            | Ground::ParentOutside
            | Ground::OwnDivision
            | Ground::TargetOutside
            | Ground::PinnedOnly
            | Ground::NodeKey
            | Ground::Unappointed { .. }
            | Ground::Signature
            | Ground::Ended { .. }
            | Ground::Unjudged => (),
        };
        let all = vec![
            Ground::Malformed(Malformed::new("keys", "…")),
            Ground::OtherLog(log.clone()),
            Ground::BeyondEnd,
            Ground::Outside { division, of: division },
            Ground::NodeKinds,
            Ground::Barred(Barred::Node),
            Ground::NotRegistrar,
            Ground::ParentOutside,
            Ground::OwnDivision,
            Ground::TargetOutside,
            Ground::PinnedOnly,
            Ground::NodeKey,
            Ground::Unappointed { office, day },
            Ground::Signature,
            Ground::Ended { log, index: 3, reason: "succeeded".into(), until: Some(day) },
            Ground::Unjudged,
        ];
        all.iter().for_each(known);
        all
    }

    #[test]
    fn every_ground_is_told_in_both_languages() {
        let grounds = all();
        let variants: std::collections::BTreeSet<String> =
            grounds.iter().map(|ground| format!("{ground:?}").split(['(', ' ']).next().unwrap().to_owned()).collect();
        assert_eq!((variants.len(), grounds.len()), (16, 16), "one of each");
        for ground in grounds {
            let (zh, en) = (ground.zh(), ground.en());
            assert!(zh.chars().any(|each| ('\u{4e00}'..='\u{9fff}').contains(&each)), "{zh}");
            // Names and kinds may be quoted; no two words of English prose stand side by side.
            let prose = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(!zh.split(' ').collect::<Vec<_>>().windows(2).any(|pair| prose(pair[0]) && prose(pair[1])), "{zh}");
            assert!(en.split(' ').filter(|word| prose(word)).count() > 1 || matches!(ground, Ground::Malformed(_)), "{en}");
        }
    }
}
