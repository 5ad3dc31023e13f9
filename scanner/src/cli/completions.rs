//! `zonewarden completions`: the completions of a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::output::print;
use super::{Cli, End, Fault};

/// The arguments of `zonewarden completions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: Arguments) -> Result<End, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Cli::command(),
        "zonewarden",
        &mut script,
    );
    print(&script)?;
    Ok(End::Clean)
}
