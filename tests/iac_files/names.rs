//! How files are named to people.

use std::path::{Path, PathBuf};

use zonewarden::iac::files::{Choice, Files, MissingPath, display_base};

use super::repository::{Directory, names, said};

#[test]
fn names_are_shown_from_the_root_of_the_repository() {
    let directory = Directory::new();
    directory.write(&[
        "repo/infra/dns/main.tf",
        "repo/sub/x.tf",
        "other/y.tf",
        "plain/z.tf",
    ]);
    for repository in ["repo", "repo/sub", "other"] {
        directory.init(repository, &[]);
    }
    let base = |paths: &[&str], current: &str| -> PathBuf {
        let paths: Vec<PathBuf> = paths.iter().map(|path| directory.join(path)).collect();
        display_base(&paths, &directory.join(current))
    };
    assert_eq!(base(&["repo/infra"], "plain"), directory.join("repo"));
    assert_eq!(
        base(&["repo/infra/dns/main.tf"], "repo/infra"),
        directory.join("repo")
    );
    assert_eq!(base(&["repo/sub"], "repo"), directory.join("repo/sub"));
    assert_eq!(
        base(&["repo/sub", "repo/infra"], "plain"),
        directory.join("repo")
    );
    // Standard input alone.
    assert_eq!(base(&[], "repo/infra"), directory.join("repo"));
    // No one repository holds them all.
    assert_eq!(base(&["repo", "other"], "plain"), directory.join("plain"));
    assert_eq!(base(&["repo", "plain"], "plain"), directory.join("plain"));
    assert_eq!(base(&["plain"], "plain"), directory.join("plain"));
    assert_eq!(
        display_base(&[PathBuf::from("infra")], &directory.join("repo")),
        directory.join("repo")
    );

    let paths = [directory.join("repo/infra"), directory.join("plain")];
    let files = Files::below(&paths, &directory.join("repo"), Choice::Tracked).unwrap();
    let outside = directory.join("plain/z.tf");
    assert_eq!(
        names(&files),
        [outside.to_str().unwrap(), "infra/dns/main.tf"]
    );
}

#[test]
fn a_path_that_is_not_there_ends_the_run() {
    let directory = Directory::tracking(&["main.tf"]);
    let missing = directory.join("infra");
    let paths = [directory.path(), missing.clone()];
    let error = Files::below(&paths, Path::new("."), Choice::Tracked).unwrap_err();
    assert_eq!(error, MissingPath(missing.clone()));
    let text = "does not exist; give paths of files or directories, or - for standard input";
    assert_eq!(error.to_string(), format!("{} {text}", missing.display()));
}

#[test]
fn names_may_hold_anything_but_must_be_text_to_be_read() {
    let directory = Directory::new();
    directory.init(".", &[]);
    directory.write(&[
        "two\nlines.tf",
        "ümläut/\u{202e}.tf",
        "a b.tf",
        "\"quoted\".tf",
    ]);
    directory.fill_bytes(b"not-\xff-text.tf", "");
    directory.fill_bytes(b"not-\xff-text/main.tf", "");
    directory.fill_bytes(b"not-\xff-code.rs", "");
    for track in [false, true] {
        if track {
            directory.git(".", &["add", "--all"]);
        }
        for choice in [Choice::Tracked, Choice::All] {
            let listing = directory.list(&["."], choice);
            let listed = [
                "\"quoted\".tf",
                "a b.tf",
                "not-\u{fffd}-text/main.tf",
                "two\nlines.tf",
                "ümläut/\u{202e}.tf",
            ];
            assert_eq!(names(&listing), listed);
            let problem = "not-\u{fffd}-text.tf: is not read: its name is not valid UTF-8";
            assert_eq!(said(&listing.problems), [problem]);
            assert_eq!(listing.warnings, []);
            for (inner, names) in listing.files.directories() {
                assert!(
                    names
                        .iter()
                        .all(|name| listing.files.read(&inner.join(name)).is_ok())
                );
            }
        }
    }
}
