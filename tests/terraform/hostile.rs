//! Input that is made to break the reader: it ends, says why, and reads the rest.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::process::Command;

use zonewarden::iac::terraform::{Limits, Options};

use super::config::{Config, Read};

const ZONE: &str = "resource \"aws_route53_zone\" \"z\" { name = \"example.com\" }\n";

/// The configuration beside a zone, which must be read whatever else happens. The bounds of work
/// and memory are a hundredth of the default ones, so that they are reached sooner.
fn read(text: &str) -> Read {
    let options = Options {
        limits: Limits {
            steps: Limits::default().steps / 100,
            bytes: Limits::default().bytes / 100,
        },
        ..Options::default()
    };
    // What is read last must be read too.
    let files = [("hostile.tf", text), ("main.tf", ZONE)];
    let read = Config::of(&files).read_with(&options);
    assert_eq!(read.shown("aws_route53_zone.z", "name"), "\"example.com\"");
    read
}

#[test]
fn nesting_is_bounded_before_the_stack_is() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{ a = ", "}"),
        ("f(", ")"),
        ("-", ""),
        ("!", ""),
        ("\"${", "}\""),
        ("[for x in ", ": x]"),
        ("true ? ", " : 1"),
        ("a[", "]"),
        ("a[*].", ""),
        ("1 + (", ")"),
        ("\"%{ if ", " }%{ endif }\""),
    ] {
        let text = format!(
            "locals {{\n  a = {}1{}\n}}",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let messages = read(&text).messages();
        assert_eq!(messages.len(), 1, "{open}");
        assert!(messages[0].starts_with("hostile.tf:2:"), "{messages:?}");
    }
    let chain = format!("locals {{\n  a = 1{}\n}}", " + 1".repeat(100_000));
    assert!(read(&chain).messages()[0].contains("nested more than"));
    let blocks = format!("{}{}", "b {\n".repeat(100_000), "}\n".repeat(100_000));
    assert!(read(&blocks).messages()[0].contains("nested more than"));
    let json = Config::of(&[("a.tf.json", &"[".repeat(100_000))]).read();
    assert!(json.messages()[0].contains("nested more than"));
    let directives = format!("locals {{\n a = \"{}\"\n}}", "%{ if true }".repeat(1_000));
    assert!(read(&directives).messages()[0].contains("directives nested more than"));
}

#[test]
fn unclosed_nesting_is_not_tried_again_and_again() {
    for open in [
        "[",
        "(",
        "{ a = ",
        "f(",
        "\"${",
        "[for x in ",
        "b {\n",
        "{ for k, v in ",
    ] {
        let text = format!("locals {{\n  a = {}\n", open.repeat(90));
        assert_eq!(read(&text).messages().len(), 1, "{open}");
    }
}

#[test]
fn what_would_be_too_much_is_unknown() {
    let explosions = [
        // A billion items.
        "a = [for i in range(1000) : [for j in range(1000) : [for k in range(1000) : i]]]",
        "a = setproduct(range(1000), range(1000), range(1000))",
        // Lists of lists of lists.
        "a = [local.b, local.b, local.b, local.b, local.b, local.b, local.b, local.b]
         b = [local.c, local.c, local.c, local.c, local.c, local.c, local.c, local.c]
         c = [local.d, local.d, local.d, local.d, local.d, local.d, local.d, local.d]
         d = [local.e, local.e, local.e, local.e, local.e, local.e, local.e, local.e]
         e = [local.f, local.f, local.f, local.f, local.f, local.f, local.f, local.f]
         f = [local.g, local.g, local.g, local.g, local.g, local.g, local.g, local.g]
         g = range(1000)",
        "a = replace(local.b, \"x\", local.b)
         b = join(\"\", [for i in range(1000) : \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"])",
        "a = format(\"%999999999d\", 1)",
        "a = regex(\"((((a{1000}){1000}){1000}){1000})\", \"a\")",
        "a = indent(1000000000, \"\\n\\n\\n\\n\")",
        "a = range(1000000000)",
        "a = [for i in range(1000) : [for j in range(900) : range(1024)]]",
    ];
    for text in explosions {
        let text = format!("locals {{\n{text}\n}}\nresource \"t\" \"r\" {{\n  value = local.a\n}}");
        let read = read(&text);
        let shown = read.shown("t.r", "value");
        // What holds too much may lie a few lists deep.
        let value = shown.trim_start_matches('[');
        let bounded = value.starts_with("unknown(") && shown.len() < 10_000;
        assert!(bounded, "{text}: {}", shown.len());
    }
}

#[test]
fn a_text_that_doubles_is_unknown_in_the_end() {
    let mut text = "locals {\n  s0 = \"0123456789\"\n".to_owned();
    for index in 1..64 {
        let before = index - 1;
        text += &format!("  s{index} = \"${{local.s{before}}}${{local.s{before}}}\"\n");
    }
    text += "}\nresource \"t\" \"r\" {\n  value = local.s63\n}";
    let shown = read(&text).shown("t.r", "value");
    assert!(shown.contains("more than 671088 bytes"), "{shown}");
}

#[test]
fn names_are_bounded() {
    let long = "n".repeat(2_000);
    for text in [
        format!("locals {{\n  {long} = 1\n}}"),
        format!("locals {{\n  a = local.{long}\n}}"),
        format!("resource \"{long}\" \"a\" {{}}"),
    ] {
        assert_eq!(read(&text).messages().len(), 1);
    }
    let keys = format!("resource \"t\" \"r\" {{\n  for_each = {{ \"{long}\" = 1 }}\n}}");
    assert!(read(&keys).addresses().contains(&"t.r[*]"));
}

#[test]
fn circles_are_unknown() {
    let read = read(
        r#"
locals {
  a = local.b
  b = local.a
}
resource "t" "r" {
  value = local.a
  own   = t.r.own
  count_of = t.counted
}
resource "t" "counted" {
  count = length(t.counted)
}
"#,
    );
    assert_eq!(
        read.shown("t.r", "value"),
        "unknown(local.a refers to itself)"
    );
    assert_eq!(read.shown("t.r", "own"), "unknown(t.r refers to itself)");
    assert_eq!(
        read.shown("t.r", "count_of"),
        "unknown(counted depends on itself)"
    );
}

#[test]
fn long_chains_of_references_end() {
    let mut text = "locals {\n  s0 = 1\n".to_owned();
    for index in 1..20_000 {
        text += &format!("  s{index} = (local.s{})\n", index - 1);
    }
    text += "}\nresource \"t\" \"r\" {\n  value = local.s19999\n  short = local.s300\n}";
    let read = read(&text);
    assert!(read.shown("t.r", "value").contains("deep"));
    assert_eq!(read.shown("t.r", "short"), "1");
}

#[test]
fn modules_that_multiply_are_bounded() {
    let mut files = vec![("main.tf".to_owned(), String::new())];
    for level in 0..20 {
        let name = if level == 0 {
            "main.tf".to_owned()
        } else {
            format!("m{level}/main.tf")
        };
        let up = if level == 0 { "./" } else { "../" };
        let mut text = String::new();
        for call in ["a", "b", "c"] {
            text += &format!("module \"{call}\" {{ source = \"{up}m{}\" }}\n", level + 1);
        }
        files.push((name, text));
    }
    files.push((
        "m20/main.tf".to_owned(),
        "resource \"t\" \"r\" {}".to_owned(),
    ));
    files.push(("zone.tf".to_owned(), ZONE.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let read = Config::of(&files).read();
    assert!(read.addresses().contains(&"aws_route53_zone.z"));
    assert!(
        read.messages()
            .iter()
            .any(|m| m.contains("more than 10000 module calls"))
    );
}

#[test]
fn files_that_are_none() {
    let config = Config::of(&[("zone.tf", ZONE)]);
    config.write("latin1.tf", b"# one\n# caf\xe9\n");
    let fifo = config.path().join("fifo.tf");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    File::create(config.path().join("huge.tf"))
        .unwrap()
        .set_len(50 << 20)
        .unwrap();
    std::fs::create_dir(config.path().join("directory.tf")).unwrap();
    let outside = Config::of(&[("secret.tf", "locals { password = \"x\" }")]);
    symlink(
        outside.path().join("secret.tf"),
        config.path().join("linked.tf"),
    )
    .unwrap();
    symlink(outside.path(), config.path().join("linked")).unwrap();
    symlink(config.path().join("loop.tf"), config.path().join("loop.tf")).unwrap();
    symlink(config.path(), config.path().join("again")).unwrap();
    symlink("/dev/zero", config.path().join("device.tf")).unwrap();
    let read = config.read();
    assert_eq!(read.addresses(), ["aws_route53_zone.z"]);
    let mut messages = read.messages();
    messages.sort();
    assert_eq!(
        messages,
        [
            "device.tf: lies outside the given paths",
            "fifo.tf: is not a regular file",
            "huge.tf: is larger than 16777216 bytes",
            "latin1.tf:2:6: is not valid UTF-8",
            "linked.tf: lies outside the given paths",
            "linked: lies outside the given paths",
            "loop.tf: cannot be read: Too many levels of symbolic links (os error 40)",
        ]
    );
}

#[test]
fn links_within_the_paths_are_followed() {
    let config = Config::of(&[
        ("shared/zone.tf", ZONE),
        ("a/main.tf", "provider \"aws\" {}"),
    ]);
    symlink("../shared/zone.tf", config.path().join("a/zone.tf")).unwrap();
    let read = config.read_below(&["a", "shared"], &Options::default());
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(
        read.addresses(),
        ["aws_route53_zone.z", "aws_route53_zone.z"]
    );
    let read = config.read_below(&["a"], &Options::default());
    assert_eq!(read.messages(), ["a/zone.tf: lies outside the given paths"]);
}

#[test]
fn a_single_file_is_read_by_itself() {
    let config = Config::of(&[("zone.tf", ZONE), ("other.tf", "resource \"t\" \"r\" {}")]);
    let read = config.read_below(&["zone.tf"], &Options::default());
    assert_eq!(read.addresses(), ["aws_route53_zone.z"]);
}

#[test]
fn walking_a_large_value_again_and_again_is_paid_for() {
    let read = read(
        r#"
locals {
  large  = [for i in range(1000) : range(100)]
  walked = [for i in range(1000) : strrev(jsonencode(local.large))]
}
resource "t" "r" {
  value = local.walked
}
"#,
    );
    let shown = read.shown("t.r", "value");
    assert!(
        shown.starts_with("unknown(the configuration"),
        "{}",
        shown.len()
    );
}

#[test]
fn large_objects_cost_time_in_proportion() {
    let members: String = (0..100_000)
        .map(|index| format!("  key{index} = {index}\n"))
        .collect();
    let text = format!("resource \"t\" \"r\" {{\n  value = {{\n{members}  }}\n}}");
    let read = Config::of(&[("main.tf", &text)]).read();
    let value = read.instance("t.r").body.value("value").unwrap();
    assert_eq!(value.members().unwrap().len(), 100_000);
}
