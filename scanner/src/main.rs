//! The program `zonewarden`.

use std::process::ExitCode;

fn main() -> ExitCode {
    zonewarden::cli::main()
}
