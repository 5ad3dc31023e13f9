//! Writes the tables of rules and samples that `src/lib.rs` embeds, so that a rule is added by
//! adding its folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::Value as Json;

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let mut table = String::from("static RULES: &[Rule] = &[\n");
    for group in folders(&root)? {
        for rule in folders(&group)? {
            let file = rule.join("rule.rego");
            if file.is_file() {
                table += &entry(&root, &group, &rule, &file)?;
            }
        }
    }
    table += "];\n\nstatic SAMPLES: &[(&str, &str)] = &[\n";
    for sample in files(&root.join("samples"), "yaml")? {
        line(
            &mut table,
            &format!("({:?}, {}),", stem(&sample), included(&sample)),
        );
    }
    table += "];\n";
    // Of a folder, cargo watches all that is below it.
    println!("cargo::rerun-if-changed={}", root.display());
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("table.rs"), table)
}

/// The table's entry for one rule.
fn entry(root: &Path, group: &Path, rule: &Path, file: &Path) -> io::Result<String> {
    let mut entry = String::from("    Rule {\n");
    line(&mut entry, &format!("group: {:?},", name(group)));
    line(&mut entry, &format!("id: {:?},", name(rule)));
    line(&mut entry, &format!("path: {:?},", shipped(root, file)));
    line(&mut entry, &format!("text: {},", included(file)));
    line(&mut entry, &format!("metadata: {:?},", metadata(file)?));
    entry += "        cases: &[\n";
    for case in files(&rule.join("cases"), "yaml")? {
        line(
            &mut entry,
            &format!("    ({:?}, {}),", shipped(root, &case), included(&case)),
        );
    }
    entry += "        ],\n    },\n";
    Ok(entry)
}

/// The METADATA of a rule, as JSON.
fn metadata(file: &Path) -> io::Result<String> {
    let text = fs::read_to_string(file)?;
    let block = text
        .lines()
        .skip_while(|line| *line != "# METADATA")
        .skip(1)
        .map_while(|line| line.strip_prefix('#'))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)));
    let read: Result<Json, _> = serde_saphyr::from_str(&block.collect::<String>());
    let read = read.map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
    Ok(read.to_string())
}

fn line(table: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(table, "        {text}");
}

/// The folders in a folder, by name; what cargo keeps beside the rules is none of them.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !["src", "samples", "target"].contains(&name(&path).as_str()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The files with an extension in a folder, by name; none where there is no such folder.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn included(file: &Path) -> String {
    format!("include_str!({:?})", file.display().to_string())
}

/// The path of a file in the folder of the rules, with `/` on every system.
fn shipped(root: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(root).unwrap_or(file);
    let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
