//! Of a git work tree, what git tracks.

use std::os::unix::fs::symlink;

use zonewarden::iac::files::Choice;

use super::repository::{Directory, names, said};

#[test]
fn what_is_committed_or_staged_is_listed() {
    let directory = Directory::tracking(&["main.tf", "dns/zone.tf.json", "cfn/stack.yaml"]);
    directory.commit(".");
    directory.write(&["staged.tf"]);
    directory.git(".", &["add", "staged.tf"]);
    directory.write(&["apart/new.tf"]);
    let listed = ["cfn/stack.yaml", "dns/zone.tf.json", "main.tf", "staged.tf"];
    assert_eq!(directory.tracked(&["."]), listed);
    let all = directory.listed(&["."], Choice::All);
    assert_eq!(
        all,
        [
            "apart/new.tf",
            "cfn/stack.yaml",
            "dns/zone.tf.json",
            "main.tf",
            "staged.tf"
        ]
    );
}

#[test]
fn only_names_of_infrastructure_code_are_listed() {
    let names = [
        "a.tf",
        "b.tfvars",
        "c.json",
        "d.yml",
        "e.template",
        "README.md",
        "main.rs",
        ".x.yaml",
    ];
    let directory = Directory::tracking(&names);
    let listed = ["a.tf", "b.tfvars", "c.json", "d.yml", "e.template"];
    assert_eq!(directory.tracked(&["."]), listed);
    assert_eq!(directory.listed(&["."], Choice::All), listed);
}

/// Without it, a module may say something else than it does with it.
#[test]
fn a_file_beside_tracked_ones_that_git_does_not_track_is_told() {
    let directory = Directory::tracking(&["dns/main.tf", "other/main.tf"]);
    directory.fill(".gitignore", "*.auto.tfvars\n");
    directory.fill("other/.gitignore", "/mine.tf\n");
    directory.write(&["dns/new.tf", "dns/a.auto.tfvars", "other/mine.tf"]);
    let listing = directory.list(&["."], Choice::Tracked);
    assert_eq!(names(&listing), ["dns/main.tf", "other/main.tf"]);
    let warnings = ["dns: git does not track new.tf, so they are not read"];
    assert_eq!(said(&listing.warnings), warnings);
    for index in 0..7 {
        directory.write(&[&format!("dns/z{index}.tf")]);
    }
    let listing = directory.list(&["."], Choice::Tracked);
    let warning = "dns: git does not track new.tf, z0.tf, z1.tf, z2.tf, z3.tf and 3 more, so they are not read";
    assert_eq!(said(&listing.warnings), [warning]);
}

#[test]
fn a_path_below_the_root_is_listed_by_the_same_index() {
    let directory = Directory::tracking(&["a.tf", "dns/main.tf", "dns/in/b.tf", "dns-2/c.tf"]);
    assert_eq!(directory.tracked(&["dns"]), ["dns/in/b.tf", "dns/main.tf"]);
    // What is walked would list it.
    directory.write(&["dns/in/apart/d.tf"]);
    assert_eq!(directory.tracked(&["dns/in"]), ["dns/in/b.tf"]);
    // An empty `.git` makes no repository.
    std::fs::create_dir(directory.join("dns/.git")).unwrap();
    assert_eq!(
        directory.tracked(&["dns/in", "dns", "dns/in/b.tf"]),
        ["dns/in/b.tf", "dns/main.tf"]
    );
}

#[test]
fn what_was_deleted_from_disk_is_not_listed() {
    let directory = Directory::tracking(&["a.tf", "b.tf", "gone/c.tf", "link/d.tf"]);
    std::fs::remove_file(directory.join("b.tf")).unwrap();
    std::fs::remove_dir_all(directory.join("gone")).unwrap();
    // Nor is what has come to lie behind a link since.
    std::fs::rename(directory.join("link"), directory.join("moved")).unwrap();
    symlink("moved", directory.join("link")).unwrap();
    assert_eq!(directory.tracked(&["."]), ["a.tf"]);
}

/// Indexes as git writes them: in each version, with object ids of both lengths, with extensions,
/// and with names longer than the flags of an entry can tell.
#[test]
fn every_form_of_index_is_read() {
    let long = format!("{}/main.tf", ["d".repeat(200).as_str(); 22].join("/"));
    let names = ["a/main.tf", "a/main_2.tf", "b.tf"];
    for format in ["sha1", "sha256"] {
        for version in ["2", "4"] {
            let directory = Directory::new();
            directory.init(".", &[&format!("--object-format={format}")]);
            directory.write(&names);
            directory.git(".", &["update-index", "--index-version", version]);
            directory.git(".", &["add", "--all"]);
            directory.commit(".");
            // Version 3 is written where an entry needs more flags.
            directory.write(&["intended.tf"]);
            directory.git(".", &["add", "--intent-to-add", "intended.tf"]);
            directory.git(".", &["status", "--short"]);
            let index = std::fs::read(directory.join(".git/index")).unwrap();
            assert_eq!(index[7], if version == "4" { 4 } else { 3 });
            let listed = ["a/main.tf", "a/main_2.tf", "b.tf", "intended.tf"];
            assert_eq!(
                directory.tracked(&["."]),
                listed,
                "{format}, version {version}"
            );
            let mut id = String::from("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
            if format == "sha256" {
                id = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813".to_owned();
            }
            let entry = format!("100644,{id},{long}");
            directory.git(".", &["update-index", "--add", "--cacheinfo", &entry]);
            assert_eq!(
                directory.tracked(&["."]),
                listed,
                "{format}, version {version}"
            );
        }
    }
}

#[test]
fn work_trees_of_one_repository_share_what_they_exclude() {
    let directory = Directory::new();
    directory.write(&["main/main.tf"]);
    directory.init("main", &[]);
    directory.git("main", &["add", "--all"]);
    directory.commit("main");
    directory.git("main", &["worktree", "add", "--quiet", "../linked"]);
    directory.fill("main/.git/info/exclude", "*.own.tf\n");
    directory.write(&["main/a.own.tf", "linked/b.own.tf"]);
    assert_eq!(
        directory.tracked(&["main", "linked"]),
        ["linked/main.tf", "main/main.tf"]
    );
}

#[test]
fn hidden_directories_are_listed_only_if_given() {
    let directory = Directory::tracking(&["main.tf", ".hidden/a.tf", "in/.hidden/b.tf"]);
    for choice in [Choice::Tracked, Choice::All] {
        assert_eq!(directory.listed(&["."], choice), ["main.tf"]);
        let given = directory.listed(&[".hidden", "in/.hidden"], choice);
        assert_eq!(given, [".hidden/a.tf", "in/.hidden/b.tf"]);
    }
}

#[test]
fn both_sides_of_a_merge_are_one_file() {
    let directory = Directory::tracking(&["main.tf"]);
    directory.commit(".");
    directory.git(".", &["checkout", "--quiet", "-b", "other"]);
    directory.fill("main.tf", "# theirs\n");
    directory.git(".", &["commit", "--quiet", "--all", "--message", "theirs"]);
    directory.git(".", &["checkout", "--quiet", "-"]);
    directory.fill("main.tf", "# ours\n");
    directory.git(".", &["commit", "--quiet", "--all", "--message", "ours"]);
    directory.git(
        ".",
        &[
            "-c",
            "merge.conflictStyle=merge",
            "read-tree",
            "-m",
            "HEAD~1",
            "HEAD",
            "other",
        ],
    );
    assert_eq!(directory.tracked(&["."]), ["main.tf"]);
}

#[test]
fn sparse_checkouts_are_listed_as_far_as_they_are_there() {
    let directory = Directory::tracking(&["in/a.tf", "out/b.tf", "out/deep/c.tf"]);
    directory.commit(".");
    directory.git(
        ".",
        &["sparse-checkout", "set", "--cone", "--sparse-index", "in"],
    );
    let index = std::fs::read(directory.join(".git/index")).unwrap();
    assert!(index.windows(4).any(|name| name == b"sdir"));
    assert_eq!(directory.tracked(&["."]), ["in/a.tf"]);
}

#[test]
fn linked_work_trees_and_submodules_have_indexes_of_their_own() {
    let directory = Directory::new();
    directory.write(&["library/zone.tf"]);
    directory.init("library", &[]);
    directory.git("library", &["add", "--all"]);
    directory.commit("library");
    directory.write(&["main/main.tf"]);
    directory.init("main", &[]);
    directory.git(
        "main",
        &[
            "submodule",
            "--quiet",
            "add",
            "../library",
            "modules/library",
        ],
    );
    directory.git(
        "main",
        &[
            "submodule",
            "--quiet",
            "add",
            "../library",
            "modules/absent",
        ],
    );
    directory.git("main", &["add", "--all"]);
    directory.commit("main");
    directory.git("main", &["worktree", "add", "--quiet", "../linked"]);
    directory.git(
        "main",
        &["submodule", "--quiet", "deinit", "modules/absent"],
    );
    directory.write(&["linked/staged.tf"]);
    directory.git("linked", &["add", "staged.tf"]);
    let listed = ["main/main.tf", "main/modules/library/zone.tf"];
    assert_eq!(directory.tracked(&["main"]), listed);
    assert_eq!(directory.tracked(&["main/modules"]), listed[1..]);
    assert_eq!(directory.tracked(&["main/modules/library"]), listed[1..]);
    // There, the submodule is not checked out.
    assert_eq!(
        directory.tracked(&["linked"]),
        ["linked/main.tf", "linked/staged.tf"]
    );
}

#[test]
fn repositories_below_a_plain_directory_are_listed_each_by_its_index() {
    let directory = Directory::new();
    directory.write(&["one/a.tf", "two/b.tf", "plain/d.tf"]);
    for repository in ["one", "two"] {
        directory.init(repository, &[]);
        directory.git(repository, &["add", "--all"]);
    }
    directory.fill("one/.gitignore", "*.out.tf");
    directory.write(&["one/x.out.tf", "two/apart/c.tf"]);
    assert_eq!(
        directory.tracked(&["."]),
        ["one/a.tf", "plain/d.tf", "two/b.tf"]
    );
}

#[test]
fn what_terraform_init_downloads_is_readable_though_ignored() {
    let directory = Directory::tracking(&["main.tf", "local/dns.tf"]);
    directory.fill(".gitignore", ".terraform\n/generated\n");
    directory.write(&[".terraform/modules/zones/main.tf", "generated/made.tf"]);
    let listing = directory.list(&["."], Choice::Tracked);
    assert_eq!(names(&listing), ["local/dns.tf", "main.tf"]);
    for (inner, name) in [
        (".terraform/modules/zones", "main.tf"),
        ("generated", "made.tf"),
    ] {
        let found = listing
            .files
            .directory(&directory.path(), &format!("./{inner}"));
        let found = found.unwrap();
        assert_eq!(listing.files.names_in(&found).unwrap(), [name]);
        assert!(listing.files.read(&found.join(name)).is_ok());
    }
}
