//! The `luodi` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    luodi_cli::run(std::env::args_os(), |name| std::env::var_os(name))
}
