//! What comments of Terraform stand on.

use std::path::Path;

use zonewarden::iac::files::{Choice, Files};
use zonewarden::iac::terraform::{Options, read};

use super::code::asked;

fn covered(text: &str) -> Vec<(String, u32, u32)> {
    let asked = asked("a.tf", text);
    assert_eq!(asked.said(), Vec::<String>::new(), "{text}");
    asked.covered()
}

#[test]
fn a_comment_stands_on_the_block_that_it_is_in_or_above() {
    let text = r#"
# zonewarden:ignore above r
# Another comment.
/* And

   another. */ // zonewarden:ignore nearer r
resource "aws_route53_zone" "a" { # zonewarden:ignore header r
  # zonewarden:ignore first r
  name = "example.com" # zonewarden:ignore argument r

  vpc {
    vpc_id = "v"
  }
  /* zonewarden:ignore last r */
} # zonewarden:ignore end r

data "aws_route53_zone" "b" {} // zonewarden:ignore line r
# zonewarden:ignore next r
data "t" "c" {
}
"#;
    let block = |rule: &str, from, to| (rule.to_owned(), from, to);
    assert_eq!(
        covered(text),
        [
            block("above", 7, 15),
            block("nearer", 7, 15),
            block("header", 7, 15),
            block("first", 7, 15),
            block("argument", 7, 15),
            block("last", 7, 15),
            block("end", 7, 15),
            block("line", 17, 17),
            block("next", 19, 20),
        ]
    );
}

#[test]
fn line_ends_of_windows_are_line_ends() {
    let text = "# zonewarden:ignore a r\r\n# x\r\ndata \"t\" \"c\" {\r\n  # zonewarden:ignore b r\r\n}\r\n";
    assert_eq!(
        covered(text),
        [("a".to_owned(), 3, 5), ("b".to_owned(), 3, 5)]
    );
    let asked = asked("a.tf", text);
    assert_eq!(asked.exceptions[0].reason, "r");
}

#[test]
fn a_comment_on_nothing_is_told() {
    let apart = [
        "# zonewarden:ignore a r\n\nresource \"t\" \"r\" {}\n",
        "# zonewarden:ignore a r\n# x\n  \t\n# y\nresource \"t\" \"r\" {}\n",
        "resource \"t\" \"r\" {}\n# zonewarden:ignore a r\n",
        "resource \"t\" \"r\" {}\n# zonewarden:ignore a r\nlocals {}\nresource \"t\" \"s\" {}\n",
        "resource \"t\" \"r\" {\n  b {\n    # zonewarden:ignore a r\n  }\n}\n",
        "resource \"t\" \"r\" {\n  a = [\n    # zonewarden:ignore a r\n  ]\n}\n",
        "resource \"t\" \"r\" {\n  a = (1 + # zonewarden:ignore a r\n  1)\n}\n",
        "resource \"t\" \"r\" {\n  a = \"${ /* zonewarden:ignore a r */ 1 }\"\n}\n",
        "# zonewarden:ignore a r\nlocals {}\n",
        "provider \"aws\" { # zonewarden:ignore a r\n}\n",
        "variable \"v\" {\n  default = 1\n} # zonewarden:ignore a r\nresource \"t\" \"r\" {}\n",
        "# zonewarden:ignore a r",
    ];
    for text in apart {
        let asked = asked("a.tf", text);
        assert_eq!(asked.exceptions, [], "{text}");
        let [said] = asked.said().try_into().unwrap();
        let why = "it stands on no resource, data or module block, nor directly above one";
        assert!(said.contains(why), "{text}: {said}");
        let remedy = asked.warnings[0].kind.remedy();
        assert!(
            remedy.contains("zonewarden:ignore RULE until YYYY-MM-DD reason"),
            "{remedy}"
        );
    }
}

#[test]
fn what_looks_like_a_comment_in_a_text_is_none() {
    let text = r##"
resource "t" "r" {
  a = "# zonewarden:ignore a r"
  b = <<EOT
# zonewarden:ignore b r
EOT
  c = <<-EOT
    // zonewarden:ignore c r
    /* zonewarden:ignore d r */
    EOT
  d = "/* zonewarden:ignore e r */"
}
"##;
    assert_eq!(covered(text), []);
}

#[test]
fn json_has_members_for_comments() {
    let text = r##"{
  "resource": {
    "aws_route53_zone": {
      "a": {
        "//": "zonewarden:ignore a until 2027-01-31 \u0072eason",
        "name": "example.com"
      },
      "b": [{"//": ["zonewarden:ignore b r", "# zonewarden:ignore c r", "other"]}],
      "c": {"//": 1, "tags": {"//": "zonewarden:ignore never r"}}
    }
  },
  "data": [{"t": {"d": {"//": "zonewarden:ignore d r"}}}]
}"##;
    let asked = asked("a.tf.json", text);
    assert_eq!(asked.said(), Vec::<String>::new());
    let block = |rule: &str, from, to| (rule.to_owned(), from, to);
    assert_eq!(
        asked.covered(),
        [
            block("a", 4, 7),
            block("b", 8, 8),
            block("c", 8, 8),
            block("d", 12, 12)
        ]
    );
    assert_eq!(asked.exceptions[0].reason, "reason");
    assert_eq!(asked.exceptions[0].place.region().line, 5);
}

#[test]
fn json_comments_on_nothing_are_told() {
    for text in [
        r#"{"//": "zonewarden:ignore a r"}"#,
        r#"{"resource": {"//": "zonewarden:ignore a r", "t": {"//": "zonewarden:ignore b r"}}}"#,
        r#"{"locals": {"//": "zonewarden:ignore a r"}}"#,
        r#"{"provider": {"aws": {"//": "zonewarden:ignore a r"}}}"#,
    ] {
        let asked = asked("a.tf.json", text);
        assert_eq!(asked.exceptions, []);
        assert_eq!(
            asked.warnings.len(),
            text.matches("ignore").count(),
            "{text}"
        );
    }
}

#[test]
fn roots_and_what_they_call_are_asked_but_not_what_was_downloaded() {
    let directory = tempfile::Builder::new()
        .prefix("exceptions-")
        .tempdir()
        .unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let zone =
        "variable \"v\" {}\n# zonewarden:ignore a r\nresource \"t\" \"r\" {}\n# zonewarden:skip\n";
    write(
        "root/main.tf",
        "# zonewarden:ignore b r\nmodule \"l\" {\n  source = \"../called\"\n}\nmodule \"two\" {\n  source = \"../called\"\n}\nmodule \"d\" {\n  source = \"somewhere/else\"\n}\n",
    );
    write(
        "root/main_override.tf",
        "# zonewarden:ignore c r\nmodule \"l\" {\n  v = 1\n}\n",
    );
    write("called/zone.tf", zone);
    write("library/zone.tf", zone);
    write("root/.terraform/modules/d/zone.tf", zone);
    write(
        "root/.terraform/modules/modules.json",
        r#"{"Modules": [{"Key": "d", "Source": "somewhere/else", "Dir": ".terraform/modules/d"}]}"#,
    );
    let paths = [directory.path().to_owned()];
    let listing = Files::below(&paths, Path::new(directory.path()), Choice::All).unwrap();
    let reading = read(&listing.files, &Options::default());
    assert_eq!(reading.problems, []);
    assert_eq!(reading.roots[0].instances.len(), 3);
    let shown = |libraries| {
        let options = Options {
            libraries,
            ..Options::default()
        };
        let reading = read(&listing.files, &options);
        let places: Vec<String> = reading
            .exceptions
            .iter()
            .map(|exception| format!("{} on {}", exception.place, exception.covers))
            .collect();
        (
            places,
            reading
                .warnings
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
        )
    };
    let called = "called/zone.tf:2:1 on called/zone.tf:3:1";
    let root = "root/main.tf:1:1 on root/main.tf:2:1";
    let overriding = "root/main_override.tf:1:1 on root/main_override.tf:2:1";
    let (places, warnings) = shown(false);
    assert_eq!(places, [called, root, overriding]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("called/zone.tf:4:1"),
        "{warnings:?}"
    );
    let library = "library/zone.tf:2:1 on library/zone.tf:3:1";
    assert_eq!(shown(true).0, [called, library, root, overriding]);
}

/// As many comments, arguments and blocks as a file holds are gone through once.
#[test]
fn a_file_full_of_exceptions_is_read_in_proportion_to_its_length() {
    let mut text = String::from("resource \"t\" \"r\" {\n");
    for index in 0..100_000 {
        text += &format!("  a{index} = 1 # zonewarden:ignore a r\n");
    }
    text += "}\n";
    text += &"# zonewarden:ignore a r\n".repeat(200_000);
    text += "resource \"t\" \"s\" {}\n";
    let asked = asked("a.tf", &text);
    assert_eq!(asked.exceptions.len(), 1_000);
    assert_eq!(
        asked.said(),
        ["a.tf:1002:13: the exception is not read: the file has more than 1000 of them"]
    );
}
