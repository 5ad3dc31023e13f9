//! `zonewarden completions`: the completions of a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, End, Fault};

/// The arguments of `zonewarden completions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: Arguments) -> Result<End, Fault> {
    clap_complete::generate(
        arguments.shell,
        &mut Cli::command(),
        "zonewarden",
        &mut std::io::stdout(),
    );
    Ok(End::Clean)
}
