//! Directories that are made to lead the reader astray.

use std::os::unix::fs::symlink;
use std::process::Command;

use zonewarden::iac::files::{Choice, Files};

use super::repository::{Directory, names, said};

/// A repository must not be able to have anything run.
#[test]
fn nothing_that_a_repository_configures_is_run() {
    let directory = Directory::tracking(&["main.tf"]);
    let script = directory.join("run.sh");
    let trace = directory.join("trace");
    directory.fill(
        "run.sh",
        &format!("#!/bin/sh\ntouch '{}'\n", trace.display()),
    );
    Command::new("chmod")
        .arg("+x")
        .arg(&script)
        .status()
        .unwrap();
    directory.git(".", &["config", "core.fsmonitor", script.to_str().unwrap()]);
    directory.git(
        ".",
        &[
            "config",
            "core.hooksPath",
            directory.path().to_str().unwrap(),
        ],
    );
    assert_eq!(directory.tracked(&["."]), ["main.tf"]);
    assert!(!trace.exists());
    // The configuration is one that git would follow.
    directory.git(".", &["ls-files", "--others"]);
    directory.git(".", &["status", "--short"]);
    assert!(trace.exists());
}

#[test]
fn links_are_followed_only_within_the_given_paths() {
    let directory = Directory::new();
    directory.write(&["outside/secret.tf", "given/main.tf", "given/real/zone.tf"]);
    directory.init("given", &[]);
    let links = [
        ("../outside/secret.tf", "given/out.tf"),
        ("../outside", "given/out"),
        ("loop.tf", "given/loop.tf"),
        ("..", "given/real/up"),
        ("absent.tf", "given/dangling.tf"),
        ("main.tf", "given/same.tf"),
    ];
    for (target, link) in links {
        symlink(target, directory.join(link)).unwrap();
    }
    for track in [false, true] {
        if track {
            directory.git("given", &["add", "--all"]);
        }
        for choice in [Choice::Tracked, Choice::All] {
            let listing = directory.list(&["given"], choice);
            assert_eq!(
                names(&listing),
                ["given/main.tf", "given/real/zone.tf", "given/same.tf"]
            );
            let told = said(&listing.problems).join("\n");
            assert!(
                told.contains("given/out.tf: lies outside the given paths"),
                "{told}"
            );
            assert!(told.contains("given/loop.tf: cannot be read"), "{told}");
            assert!(told.contains("given/dangling.tf: cannot be read"), "{told}");
        }
    }
}

#[test]
fn what_is_no_regular_file_is_told_and_never_opened() {
    let directory = Directory::tracking(&["main.tf", "was-file.tf"]);
    std::fs::remove_file(directory.join("was-file.tf")).unwrap();
    for fifo in ["was-file.tf", "given.tf"] {
        let made = Command::new("mkfifo").arg(directory.join(fifo)).status();
        assert!(made.unwrap().success());
    }
    let listing = directory.list(&[".", "given.tf", "/dev/null"], Choice::Tracked);
    let problems = [
        "/dev/null: is not a regular file",
        "given.tf: is not a regular file",
    ];
    assert_eq!(said(&listing.problems), problems);
    let read = listing.files.read(&directory.join("was-file.tf"));
    assert_eq!(
        read.unwrap_err().to_string(),
        "was-file.tf: is not a regular file"
    );
    assert!(listing.files.read(&directory.join("main.tf")).is_ok());
}

/// An index that claims to track what lies elsewhere lists nothing there.
#[test]
fn an_index_lists_nothing_outside_of_its_work_tree() {
    let directory = Directory::new();
    directory.write(&["out/secret.tf"]);
    let outside = directory.join("out/secret.tf");
    for elsewhere in [
        "../out/secret.tf",
        "in/../../out/secret.tf",
        outside.to_str().unwrap(),
    ] {
        let directory = Directory::new();
        directory.write(&["out/secret.tf"]);
        let stand_in = format!("{}.tf", "x".repeat(elsewhere.len() - 3));
        directory.write(&[&format!("repo/{stand_in}"), "repo/in/README.md"]);
        directory.init("repo", &[]);
        directory.git("repo", &["add", &stand_in]);
        let index = directory.join("repo/.git/index");
        let bytes = std::fs::read(&index).unwrap();
        let length = stand_in.len();
        let at = bytes
            .windows(length)
            .position(|found| found == stand_in.as_bytes());
        let mut changed = bytes.clone();
        changed[at.unwrap()..][..length].copy_from_slice(elsewhere.as_bytes());
        std::fs::write(&index, &changed).unwrap();
        let listing = directory.list(&["repo"], Choice::Tracked);
        assert_eq!(names(&listing), Vec::<String>::new());
        assert_eq!(listing.warnings, []);
    }
}

/// Every cut and every changed byte of an index ends in a listing.
#[test]
fn a_damaged_index_is_survived() {
    let directory = Directory::tracking(&["a/b.tf", "main.tf"]);
    directory.git(".", &["update-index", "--index-version", "4"]);
    let path = directory.join(".git/index");
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        std::fs::write(&path, &bytes[..at]).unwrap();
        let listing = directory.list(&["."], Choice::Tracked);
        assert_eq!(names(&listing), ["a/b.tf", "main.tf"], "cut at {at}");
        assert_eq!(listing.warnings.len(), 1, "cut at {at}");
        for value in [0, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            std::fs::write(&path, &changed).unwrap();
            let listed = names(&directory.list(&["."], Choice::Tracked));
            let known = |name: &String| name == "a/b.tf" || name == "main.tf";
            assert!(listed.iter().all(known), "{listed:?}");
        }
    }
}

/// In version 4 a name of a few bytes may stand for a long one: together they are bounded.
#[test]
fn an_index_whose_names_grow_is_refused() {
    let directory = Directory::tracking(&["main.tf"]);
    let entries = 20_000_u32;
    let mut index = b"DIRC\0\0\0\x04".to_vec();
    index.extend(entries.to_be_bytes());
    for entry in 0..entries {
        index.extend([0; 24]);
        index.extend(0o100_644_u32.to_be_bytes());
        index.extend([0; 12 + 20]);
        index.extend(u16::try_from((entry + 1).min(0xfff)).unwrap().to_be_bytes());
        index.extend(b"\0a\0");
    }
    index.extend([0; 20]);
    std::fs::write(directory.join(".git/index"), index).unwrap();
    let listing = directory.list(&["."], Choice::Tracked);
    let warning = said(&listing.warnings).join("\n");
    assert!(warning.contains("its names are too long"), "{warning}");
    assert_eq!(names(&listing), ["main.tf"]);
}

#[test]
fn what_lies_outside_is_refused_by_name() {
    let directory = Directory::tracking(&["given/main.tf", "beside/other.tf"]);
    let files = Files::below(
        &[directory.join("given")],
        &directory.path(),
        Choice::Tracked,
    );
    let files = files.unwrap().files;
    let outside = files.directory(&directory.join("given"), "../beside");
    assert_eq!(
        outside.unwrap_err().to_string(),
        "beside: lies outside the given paths"
    );
    assert!(files.read(&directory.join("beside/other.tf")).is_err());
    assert!(
        files
            .read(&directory.join("given/../beside/other.tf"))
            .is_err()
    );
}
