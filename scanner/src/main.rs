//! The program `zonewarden`.

use std::process::ExitCode;

/// Judging makes and drops millions of small values; the system's allocator would take a fifth of
/// the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    zonewarden::cli::main()
}
