//! The `luodi` command: one binary, one file a verb.
//!
//! Raw arguments become meaning in [`parse`]; every verb is a function from its arguments to an [`Outcome`], which is the exit code:
//! 0 done or verified, 1 refused or refuted, 2 could not be done or could not tell. Messages and help are Chinese or English by locale.
//!
//! Out of scope: deciding anything about statements, logs and keys. That is `ledger`'s; the command fetches, asks and shows.

use std::ffi::OsString;
use std::process::ExitCode;

mod arguments;
mod assess;
mod attachments;
mod audit;
mod backup;
mod bench;
mod clock;
mod command;
mod demo;
mod draft;
mod explorer;
mod export;
mod faults;
mod foretelling;
mod help;
mod import;
mod init;
mod invitation;
mod join;
mod language;
mod matter;
mod new;
mod node_client;
mod passphrase;
mod personal;
mod preview;
mod publish;
mod reading;
mod refusals;
mod registry;
mod restore;
mod review;
mod run;
mod sign;
mod status;
mod verify;

pub use command::{Command, Invocation, parse};
pub use language::Language;

/// How a verb ended; the exit code of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or verified.
    Done,
    /// Refused, or refuted: the answer is no.
    Refused,
    /// Could not be done, or could not tell.
    Unknown,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the command line `arguments` (the program's name first) under the environment `variable`.
pub fn run(arguments: impl IntoIterator<Item = OsString>, variable: impl Fn(&str) -> Option<OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = Language::asked_for(&arguments).unwrap_or_else(|| Language::of_locale(variable));
    let invocation = match parse(arguments, language) {
        Ok(invocation) => invocation,
        Err(answer) => return answer.give(),
    };
    match invocation.run() {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            language::caution!("luodi: {}", faults::spoken(&error, language));
            Outcome::Unknown.into()
        }
    }
}
