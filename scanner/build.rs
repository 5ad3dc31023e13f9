//! Keeps the program small in memory where the C library and the linker of this machine are known to
//! do it: a check of a change is a short run, of which the program itself is the larger part.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=layout/check.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let native = env::var("HOST").is_ok_and(|host| is("TARGET", &host));
    let glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if !(native && glibc) {
        return;
    }
    if glibc_version().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    if is("PROFILE", "release")
        && links_as_rustc_does()
        && let Some(folder) = env::var_os("CARGO_MANIFEST_DIR")
    {
        let layout = PathBuf::from(folder).join("layout/check.ld");
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", layout.display());
    }
}

/// Whether nobody has chosen a linker: there are some that read no scripts.
fn links_as_rustc_does() -> bool {
    let chosen = env::var_os("RUSTC_LINKER").is_some();
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    !(chosen || flags.contains("link"))
}

/// The version of the C library, of which getconf(1) says `glibc 2.36`.
fn glibc_version() -> Option<(u32, u32)> {
    let told = Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
        .ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
