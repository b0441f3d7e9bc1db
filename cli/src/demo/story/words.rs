//! The words of a statement in both languages, side by side.

use luodi_ledger::matter::words::{CommitmentWords, Words};

use crate::demo::cases::Case;
use crate::demo::cast::parsed;

/// Words being written: every call gives the Chinese and the English.
#[derive(Default)]
pub(super) struct Both {
    chinese: Words,
    english: Words,
}

/// What is said, in both languages.
pub(super) fn text(chinese: &str, english: &str) -> Both {
    let mut both = Both::default();
    both.chinese.text = Some(chinese.to_owned());
    both.english.text = Some(english.to_owned());
    both
}

impl Both {
    pub(super) fn title(mut self, chinese: &str, english: &str) -> Self {
        self.chinese.title = Some(chinese.to_owned());
        self.english.title = Some(english.to_owned());
        self
    }

    pub(super) fn reason(mut self, chinese: &str, english: &str) -> Self {
        self.chinese.reason = Some(chinese.to_owned());
        self.english.reason = Some(english.to_owned());
        self
    }

    /// One commitment: what is done, who does it, from what money.
    pub(super) fn promise(mut self, id: &str, what: (&str, &str), who: (&str, &str), funds: (&str, &str)) -> Self {
        let words = |what: &str, who: &str, funds: &str| CommitmentWords {
            what: Some(what.to_owned()),
            who: Some(who.to_owned()),
            funds: Some(funds.to_owned()),
            ..CommitmentWords::default()
        };
        self.chinese.commitments.insert(parsed(id), words(what.0, who.0, funds.0));
        self.english.commitments.insert(parsed(id), words(what.1, who.1, funds.1));
        self
    }

    pub(super) fn milestone(mut self, id: &str, chinese: &str, english: &str) -> Self {
        self.chinese.milestones.insert(parsed(id), chinese.to_owned());
        self.english.milestones.insert(parsed(id), english.to_owned());
        self
    }

    pub(super) fn option(mut self, id: &str, chinese: &str, english: &str) -> Self {
        self.chinese.options.insert(parsed(id), chinese.to_owned());
        self.english.options.insert(parsed(id), english.to_owned());
        self
    }

    /// What an item of a catalogue is called.
    pub(super) fn item(mut self, code: &str, chinese: &str, english: &str) -> Self {
        self.chinese.items.insert(parsed(code), chinese.to_owned());
        self.english.items.insert(parsed(code), english.to_owned());
        self
    }

    /// A place where it was posted.
    pub(super) fn posted(mut self, chinese: &str, english: &str) -> Self {
        self.chinese.places.push(chinese.to_owned());
        self.english.places.push(english.to_owned());
        self
    }

    /// The text of the rule pack that `rules` puts in force.
    pub(super) fn pack(mut self, text: &str) -> Self {
        self.chinese.pack = Some(text.to_owned());
        self
    }

    /// The case of public reports that it is written from.
    pub(super) fn of_case(mut self, case: &Case) -> Self {
        self.chinese.source = Some(case.source(&case.zh));
        self.english.source = Some(case.source(&case.en));
        self
    }

    pub(super) fn done(self) -> Words {
        Words { en: Some(Box::new(self.english)), ..self.chinese }
    }
}
