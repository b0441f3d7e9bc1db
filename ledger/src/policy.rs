//! Which logs, which witnesses, what quorum: C2SP tlog-policy.
//!
//! ```text
//! log luodi.example/demo/log/990101001001/1+1f2e3d4c+AQ…
//! witness w1 luodi.example/demo/990101001000/witness+5a6b7c8d+BA… http://…/witness
//! group outside 1 w1
//! quorum outside
//! ```
//!
//! Names refer backwards only; a name is a member of at most one group; the same public key may not stand twice. `quorum none` asks for
//! nobody. Reading keeps the text verbatim, for a charter carries it as it was signed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::key::{KeyKind, VerifierKey};
use crate::{Malformed, decimal};

/// Most lines of one kind; the spec asks for at least 32.
const MOST: usize = 64;

/// One witness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name inside the policy.
    pub name: String,
    /// Its key, of kind cosigner.
    pub key: VerifierKey,
    /// Where it is reached, if the policy says so.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

/// A policy that was read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    text: String,
    logs: Vec<VerifierKey>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<String>,
}

impl Policy {
    /// A policy for the log of `log`, with every witness in one group of which ⌊2n/3⌋+1 must cosign; without witnesses, `quorum none`.
    ///
    /// Below that share two dishonest halves could each be witnessed (`k > n − ⌈k/2⌉` is what rules it out).
    pub fn of_two_thirds(log: &VerifierKey, witnesses: &[Witness]) -> Result<Self, Malformed> {
        Self::of_two_thirds_of(std::slice::from_ref(log), witnesses)
    }

    /// As [`Self::of_two_thirds`], for a log with several keys, such as the old and the new during a rotation.
    pub fn of_two_thirds_of(logs: &[VerifierKey], witnesses: &[Witness]) -> Result<Self, Malformed> {
        let mut text: String = logs.iter().map(|log| format!("log {log}\n")).collect();
        for Witness { name, key, url } in witnesses {
            let url = url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
            text += &format!("witness {name} {key}{url}\n");
        }
        if witnesses.is_empty() {
            text += "quorum none\n";
        } else {
            let names: Vec<&str> = witnesses.iter().map(|witness| witness.name.as_str()).collect();
            text += &format!("group outside {} {}\nquorum outside\n", 2 * names.len() / 3 + 1, names.join(" "));
        }
        text.parse()
    }

    /// The keys of the logs it is for: a head signed by any one of them is of the log.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The witnesses, in order.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether it asks for no witness at all.
    pub fn asks_nobody(&self) -> bool {
        self.quorum.is_none()
    }

    /// Whether cosignatures by `keys` satisfy the quorum. The caller has verified them.
    pub fn is_satisfied_by<'k>(&self, keys: impl IntoIterator<Item = &'k VerifierKey>) -> bool {
        let keys: BTreeSet<&VerifierKey> = keys.into_iter().collect();
        let present = self.witnesses.iter().filter(|witness| keys.contains(&witness.key)).map(|witness| witness.name.as_str()).collect();
        self.holds(&present)
    }

    /// What an officer should know before signing this policy: which single operator can block or satisfy the quorum alone.
    /// `operator` tells who runs a witness.
    pub fn warnings<'a>(&'a self, operator: impl Fn(&'a Witness) -> &'a str) -> Vec<Warning> {
        let mut by_operator: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for witness in &self.witnesses {
            by_operator.entry(operator(witness)).or_default().insert(&witness.name);
        }
        let all: BTreeSet<&str> = self.witnesses.iter().map(|witness| witness.name.as_str()).collect();
        let mut warnings = Vec::new();
        if self.asks_nobody() {
            warnings.push(Warning::NobodyChecks);
            return warnings;
        }
        for (operator, theirs) in by_operator {
            if self.holds(&theirs) {
                warnings.push(Warning::SatisfiesAlone(operator.to_owned()));
            }
            if !self.holds(&all.difference(&theirs).copied().collect()) {
                warnings.push(Warning::BlocksAlone(operator.to_owned()));
            }
        }
        warnings
    }

    /// Whether the quorum holds when the witnesses named `present` have cosigned.
    fn holds(&self, present: &BTreeSet<&str>) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        let mut held = present.clone();
        // References go backwards only, so one pass in order settles every group.
        for group in &self.groups {
            if group.members.iter().filter(|member| held.contains(member.as_str())).count() >= group.threshold {
                held.insert(&group.name);
            }
        }
        held.contains(quorum.as_str())
    }
}

/// A weakness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `quorum none`: nobody else checks this log.
    NobodyChecks,
    /// This operator's witnesses satisfy the quorum without any other.
    SatisfiesAlone(String),
    /// Without this operator the quorum cannot be met.
    BlocksAlone(String),
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Policy {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.bytes().any(|byte| (byte < 0x20 && !matches!(byte, b'\t' | b'\n')) || byte == 0x7f) {
            return Err(Malformed::new("policy", "control characters are not allowed"));
        }
        let policy = Self { text: text.to_owned(), logs: vec![], witnesses: vec![], groups: vec![], quorum: None };
        let mut reader = Reader { policy, names: BTreeSet::new(), members: BTreeSet::new(), keys: BTreeSet::new(), quorum_seen: false };
        for (number, line) in text.split('\n').enumerate() {
            let tokens: Vec<&str> = line.split([' ', '\t']).filter(|token| !token.is_empty()).collect();
            if !tokens.first().is_none_or(|first| first.starts_with('#')) {
                reader
                    .line(&tokens)
                    .map_err(|fault| Malformed::new(format!("policy line {}", number + 1), format!("{}: {}", fault.field, fault.why)))?;
            }
        }
        reader.finish()
    }
}

struct Reader {
    policy: Policy,
    names: BTreeSet<String>,
    members: BTreeSet<String>,
    keys: BTreeSet<[u8; 32]>,
    quorum_seen: bool,
}

impl Reader {
    fn line(&mut self, tokens: &[&str]) -> Result<(), Malformed> {
        let wrong = |field: &str, why: &str| Err(Malformed::new(field, why.to_owned()));
        match *tokens {
            ["log", key] | ["log", key, _] => {
                let key = self.key(key, KeyKind::Ed25519)?;
                self.policy.logs.push(key);
                if self.policy.logs.len() > MOST {
                    return wrong("log", "more than 64");
                }
            }
            ["witness", name, key] => self.witness(name, key, None)?,
            ["witness", name, key, url] => self.witness(name, key, Some(url.to_owned()))?,
            ["group", name, threshold, ref members @ ..] if !members.is_empty() => {
                self.name(name)?;
                for member in members {
                    if !self.names.contains(*member) || member == &name {
                        return wrong("group", "a member is not defined above");
                    }
                    if !self.members.insert((*member).to_owned()) {
                        return wrong("group", "a name is a member twice");
                    }
                }
                let threshold = match threshold {
                    "all" => members.len(),
                    "any" => 1,
                    number => decimal(number).and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
                };
                if !(1..=members.len()).contains(&threshold) {
                    return wrong("group", "all, any or a number from 1 to the number of members wanted");
                }
                let members = members.iter().map(|member| (*member).to_owned()).collect();
                self.policy.groups.push(Group { name: name.to_owned(), threshold, members });
                if self.policy.groups.len() > MOST {
                    return wrong("group", "more than 64");
                }
            }
            ["quorum", name] => {
                if std::mem::replace(&mut self.quorum_seen, true) {
                    return wrong("quorum", "stands twice");
                }
                if name != "none" {
                    if !self.names.contains(name) {
                        return wrong("quorum", "the name is not defined above");
                    }
                    self.policy.quorum = Some(name.to_owned());
                }
            }
            _ => return wrong("policy", "log, witness, group or quorum with its tokens wanted"),
        }
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<String>) -> Result<(), Malformed> {
        self.name(name)?;
        let key = self.key(key, KeyKind::Cosigner)?;
        self.policy.witnesses.push(Witness { name: name.to_owned(), key, url });
        if self.policy.witnesses.len() > MOST {
            return Err(Malformed::new("witness", "more than 64"));
        }
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), Malformed> {
        // Other readers forbid keywords as names, so we do too.
        if matches!(name, "none" | "all" | "any" | "log" | "witness" | "group" | "quorum") || !self.names.insert(name.to_owned()) {
            return Err(Malformed::new("name", format!("\"{name}\" is reserved or stands twice")));
        }
        Ok(())
    }

    fn key(&mut self, text: &str, kind: KeyKind) -> Result<VerifierKey, Malformed> {
        let key: VerifierKey = text.parse()?;
        if key.kind() != kind {
            return Err(Malformed::new("key", "a log key is of type 0x01, a witness key of type 0x04"));
        }
        if !self.keys.insert(*key.public_bytes()) {
            return Err(Malformed::new("key", "the same public key stands twice"));
        }
        Ok(key)
    }

    fn finish(self) -> Result<Policy, Malformed> {
        if !self.quorum_seen {
            return Err(Malformed::new("quorum", "exactly one line wanted"));
        }
        if self.policy.logs.is_empty() {
            return Err(Malformed::new("log", "at least one line wanted"));
        }
        Ok(self.policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SignerKey;

    fn key(name: &str, kind: KeyKind, seed: u8) -> VerifierKey {
        SignerKey::from_seed(name, kind, &[seed; 32]).unwrap().public().clone()
    }

    fn witnesses(n: u8) -> Vec<Witness> {
        (0..n)
            .map(|i| Witness { name: format!("w{i}"), key: key(&format!("w{i}.example"), KeyKind::Cosigner, 10 + i), url: None })
            .collect()
    }

    #[test]
    fn two_thirds_and_one() {
        let log = key("log.example", KeyKind::Ed25519, 1);
        for (n, wanted) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (10, 7)] {
            let witnesses = witnesses(n);
            let policy = Policy::of_two_thirds(&log, &witnesses).unwrap();
            let keys: Vec<&VerifierKey> = witnesses.iter().map(|witness| &witness.key).collect();
            assert!(policy.is_satisfied_by(keys[..wanted].iter().copied()));
            assert!(!policy.is_satisfied_by(keys[..wanted - 1].iter().copied()));
            assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
        }
        assert!(Policy::of_two_thirds(&log, &[]).unwrap().asks_nobody());
    }

    #[test]
    fn groups_nest() {
        let [a, b, c, d]: [Witness; 4] = witnesses(4).try_into().unwrap();
        let log = key("log.example", KeyKind::Ed25519, 1);
        let text = format!(
            "# two levels\nlog {log} http://x\nwitness a {}\nwitness b {}\nwitness c {}\nwitness d {}\ngroup up any a b\ngroup down 2 c d\ngroup both all up down\nquorum both\n",
            a.key, b.key, c.key, d.key
        );
        let policy: Policy = text.parse().unwrap();
        assert!(policy.is_satisfied_by([&a.key, &c.key, &d.key]));
        assert!(!policy.is_satisfied_by([&a.key, &b.key, &d.key]));
        assert_eq!(policy.warnings(|_| "one"), [Warning::SatisfiesAlone("one".into()), Warning::BlocksAlone("one".into())]);
    }

    #[test]
    fn bad_policies_name_the_line() {
        let log = key("log.example", KeyKind::Ed25519, 1);
        let witness = key("w.example", KeyKind::Cosigner, 2);
        for bad in [
            format!("log {log}\n"),
            format!("log {log}\nquorum w\n"),
            format!("log {log}\nquorum none\nquorum none\n"),
            format!("log {log}\nwitness w {witness}\nwitness v {witness}\nquorum w\n"),
            format!("log {log}\nwitness w {witness}\ngroup g 2 w\nquorum g\n"),
            format!("log {log}\ngroup g any w\nwitness w {witness}\nquorum g\n"),
            format!("log {log}\nwitness none {witness}\nquorum none\n"),
            format!("log {witness}\nquorum none\n"),
            "quorum none\n".to_owned(),
            format!("log {log}\nquorum none\nfrobnicate\n"),
        ] {
            assert!(bad.parse::<Policy>().is_err(), "{bad}");
        }
    }
}
