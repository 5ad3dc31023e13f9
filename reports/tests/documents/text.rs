//! Fingerprints, commands to paste, and text that is safe to show.

use std::process::Command;

use zonewarden_reports::{Format, UnknownFormat, fingerprint, printable, shell_command};

fn arguments(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// `printf '1:1,11:zone-signed,1:Z,0:,' | sha256sum`
#[test]
fn a_fingerprint_is_the_sha256_of_netstrings() {
    assert_eq!(
        fingerprint("zone-signed", "Z", ""),
        "590b904b4a34fd483f1e84ba9a4677d153b83d53f27291050da220371dc7d214"
    );
}

#[test]
fn parts_of_a_fingerprint_do_not_run_into_each_other() {
    let findings = [
        ("a", "bc", ""),
        ("ab", "c", ""),
        ("a", "b", "c"),
        ("a", "b,1:c", ""),
    ];
    for (position, one) in findings.iter().enumerate() {
        for other in &findings[position + 1..] {
            assert_ne!(
                fingerprint(one.0, one.1, one.2),
                fingerprint(other.0, other.1, other.2)
            );
        }
    }
}

#[test]
fn a_shell_splits_a_command_into_the_same_arguments() {
    let words = [
        "",
        " ",
        "a b",
        "it's",
        "''",
        "\"",
        "$(touch x)",
        "`id`",
        "$HOME",
        "\\",
        "!!",
        "a;b",
        "a&b",
        "*",
        "~root",
        "{a,b}",
        "#c",
        "<x",
        "|",
        "é",
        "=x",
        "Name=a,Value=b",
        "-1.example.com.",
        r"\052.example.com.",
    ];
    for word in words {
        let command = shell_command(&arguments(&["printf", "%s\\n%s\\n", word, "end"])).unwrap();
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            format!("{word}\nend\n"),
            "{command}"
        );
    }
}

#[test]
fn a_command_is_quoted_only_where_it_must_be() {
    let command = shell_command(&arguments(&[
        "aws",
        "--dimensions",
        "Name=HostedZoneId,Value=Z1",
    ]));
    assert_eq!(
        command.as_deref(),
        Some("aws --dimensions Name=HostedZoneId,Value=Z1")
    );
    assert_eq!(
        shell_command(&arguments(&["A=b", "c"])).as_deref(),
        Some("'A=b' c")
    );
}

#[test]
fn what_cannot_be_seen_is_never_part_of_a_command() {
    for character in [
        '\n', '\r', '\t', '\0', '\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{2028}',
    ] {
        let command = shell_command(&arguments(&["aws", &format!("a{character}b")]));
        assert_eq!(command, None, "{character:?}");
    }
    assert_eq!(shell_command(&[""; 0]), None);
}

#[test]
fn printable_text_writes_out_what_acts_unseen() {
    assert_eq!(
        printable("a\u{1b}[2J\n\u{202e}b\u{9b}\u{2066}\u{feff}\u{ad}\u{e0041}"),
        r"a\u001b[2J\n\u202eb\u009b\u2066\ufeff\u00ad\U000e0041"
    );
    for text in ["", r"\052.example.com.", "café 例え 👩\u{200d}💻", "<b>=1;"] {
        assert_eq!(printable(text), text);
    }
}

#[test]
fn every_format_has_a_name_that_names_it() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert_eq!(
        "Html".parse::<Format>(),
        Err(UnknownFormat("Html".to_owned()))
    );
    assert_eq!(
        UnknownFormat("h\u{1b}".to_owned()).to_string(),
        r#"there is no format "h\u{1b}"; give one of table, json, csv, sarif, github"#
    );
}
