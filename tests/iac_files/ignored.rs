//! Where git tracks nothing, what no `.gitignore` names.

use zonewarden::iac::files::Choice;

use super::repository::{Directory, names, said};

#[test]
fn rules_of_git_hold_outside_of_repositories_too() {
    let directory = Directory::new();
    directory.write(&[
        "a.tf",
        "b.out.tf",
        "build/c.tf",
        "in/build/d.tf",
        "in/e.out.tf",
        "in/f.tf",
    ]);
    directory.fill(".gitignore", "*.out.tf\n/build/\n");
    directory.fill("in/.gitignore", "!e.out.tf\nf.tf\n");
    assert_eq!(
        directory.tracked(&["."]),
        ["a.tf", "in/build/d.tf", "in/e.out.tf"]
    );
    assert_eq!(directory.listed(&["."], Choice::All).len(), 6);
}

#[test]
fn a_new_repository_is_read_before_anything_is_added() {
    let directory = Directory::new();
    directory.init(".", &[]);
    directory.write(&["a.tf", "dns/b.tf", "dns/c.out.tf", "dns/d.own.tf"]);
    directory.fill(".gitignore", "*.out.tf\n");
    directory.fill(".git/info/exclude", "*.own.tf\n");
    assert_eq!(directory.tracked(&["."]), ["a.tf", "dns/b.tf"]);
    assert_eq!(directory.tracked(&["dns"]), ["dns/b.tf"]);
}

/// `cdk.out` is generated and ignored; who names it wants it read.
#[test]
fn a_directory_that_is_given_is_read_though_git_ignores_it() {
    for rule in ["cdk.out", "cdk.out/", "/cdk.out/*", "cdk.out/**", "/cdk*"] {
        let directory = Directory::tracking(&["cdk.json"]);
        directory.fill(".gitignore", &format!("{rule}\n"));
        directory.write(&["cdk.out/Stack.template.json", "cdk.out/in/b.template.json"]);
        let listed = ["cdk.out/Stack.template.json", "cdk.out/in/b.template.json"];
        assert_eq!(directory.tracked(&["cdk.out"]), listed, "{rule}");
        assert_eq!(directory.tracked(&["cdk.out/in"]), listed[1..], "{rule}");
        assert_eq!(directory.tracked(&["."]), ["cdk.json"], "{rule}");
        assert_eq!(directory.tracked(&[".", "cdk.out"]).len(), 3, "{rule}");
    }
}

#[test]
fn that_git_tracks_one_file_of_an_ignored_directory_changes_nothing() {
    for rule in ["/build", "/build/*"] {
        let directory = Directory::tracking(&["main.tf", "build/.gitkeep", "build/kept.yaml"]);
        directory.fill(".gitignore", rule);
        directory.write(&["build/in/made.yaml", "build/made.yaml"]);
        let listed = ["build/in/made.yaml", "build/kept.yaml", "build/made.yaml"];
        assert_eq!(directory.tracked(&["build"]), listed);
        assert_eq!(directory.tracked(&["build/in"]), listed[..1]);
        assert_eq!(directory.tracked(&["."]), ["build/kept.yaml", "main.tf"]);
    }
}

#[test]
fn a_directory_of_a_repository_with_nothing_to_read_is_not_walked() {
    let directory = Directory::tracking(&["README.md", "src/main.rs"]);
    directory.write(&["src/new.tf"]);
    assert_eq!(directory.tracked(&["."]), Vec::<String>::new());
    assert_eq!(directory.tracked(&["src"]), Vec::<String>::new());
}

#[test]
fn a_file_that_is_given_is_read_though_git_ignores_it() {
    let directory = Directory::tracking(&["dns/main.tf"]);
    directory.fill(".gitignore", "*.own.tf\n");
    directory.write(&["dns/a.own.tf", "dns/b.own.tf", "dns/.hidden.yaml"]);
    let given = ["dns/a.own.tf", "dns", "dns/a.own.tf", "dns/.hidden.yaml"];
    let listed = ["dns/.hidden.yaml", "dns/a.own.tf", "dns/main.tf"];
    assert_eq!(directory.tracked(&given), listed);
}

#[test]
fn a_file_that_is_given_and_cannot_be_code_is_told() {
    let directory = Directory::tracking(&["main.tf", "README.md"]);
    let listing = directory.list(&["main.tf", "README.md"], Choice::Tracked);
    assert_eq!(names(&listing), ["main.tf"]);
    let warning = "README.md: is not read: its name is not one of infrastructure code";
    assert_eq!(said(&listing.warnings), [warning]);
}

/// Whatever keeps the index from being read, the files are read, and that is told.
#[test]
fn without_an_index_that_can_be_read_what_is_not_ignored_is_listed() {
    type Damage = fn(&Directory);
    let damage: [(&str, Damage); 5] = [
        ("it is in a form that is not known", |directory| {
            directory.fill(".git/index", "not an index");
        }),
        ("it ends too soon", |directory| {
            let bytes = std::fs::read(directory.join(".git/index")).unwrap();
            std::fs::write(directory.join(".git/index"), &bytes[..80]).unwrap();
        }),
        ("a part of it is in another file", |directory| {
            directory.git(".", &["update-index", "--split-index"]);
        }),
        ("names a repository that is not there", |directory| {
            std::fs::remove_dir_all(directory.join(".git")).unwrap();
            directory.fill(".git", "gitdir: /elsewhere/.git/worktrees/a\n");
        }),
        ("names no repository", |directory| {
            std::fs::remove_dir_all(directory.join(".git")).unwrap();
            directory.fill(".git", "HEAD\n");
        }),
    ];
    for (why, damage) in damage {
        let directory = Directory::tracking(&["a.tf", "dns/b.tf"]);
        directory.fill(".gitignore", "*.out.tf\n");
        directory.write(&["dns/c.tf", "dns/d.out.tf"]);
        damage(&directory);
        let listing = directory.list(&["dns"], Choice::Tracked);
        assert_eq!(names(&listing), ["dns/b.tf", "dns/c.tf"], "{why}");
        let [warning] = listing.warnings.as_slice() else {
            panic!("{:?}", listing.warnings);
        };
        assert!(
            warning
                .to_string()
                .starts_with(".: what git tracks is not known"),
            "{warning}"
        );
        assert!(warning.to_string().contains(why), "{warning}");
    }
}
