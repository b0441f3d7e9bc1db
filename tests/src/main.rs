//! The `luodi` command under another name, so that the whole-system tests have a binary of their own to start.

use std::process::ExitCode;

fn main() -> ExitCode {
    luodi_cli::run(std::env::args_os(), |name| std::env::var_os(name))
}
