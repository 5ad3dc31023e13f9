//! Input that is made to break the reader: it ends, says why, and reads the rest.

use std::process::Command;

use zonewarden::iac::cloudformation::{Limits, Options};

use super::dnssec::{JSON, YAML};
use super::templates::{Read, Templates};

const ZONE: &str = "Resources:\n  Zone: {Type: 'AWS::Route53::HostedZone'}\n";

/// The file beside a template, which must be read whatever else happens.
fn beside_a_zone(name: &str, bytes: &[u8]) -> Read {
    let templates = Templates::of(&[("zone.yaml", ZONE)]);
    templates.write(name, bytes);
    let read = templates.read();
    assert!(read.logical_ids().contains(&"Zone"));
    read
}

#[test]
fn nesting_is_bounded_before_the_stack_is() {
    for (name, open) in [
        ("t.yaml", "["),
        ("t.yaml", "{a: "),
        ("t.yaml", "- "),
        ("t.yaml", "!Sub ["),
        ("t.json", "["),
        ("t.json", "{\"a\":"),
        ("t.template", "{\"a\":"),
    ] {
        let head = if name.ends_with("yaml") {
            "AWSTemplateFormatVersion: 1\nResources:\n  A:\n    "
        } else {
            "{\"AWSTemplateFormatVersion\": "
        };
        let text = format!("{head}{}", open.repeat(100_000));
        let messages = beside_a_zone(name, text.as_bytes()).messages();
        assert_eq!(messages.len(), 1, "{open}: {messages:?}");
        assert!(messages[0].starts_with(name), "{messages:?}");
        assert!(messages[0].contains("cannot be parsed"), "{messages:?}");
    }
}

#[test]
fn aliases_do_not_multiply() {
    let mut text =
        "AWSTemplateFormatVersion: 1\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for level in 1..10 {
        let before = format!("*x{}, ", level - 1).repeat(10);
        text += &format!("x{level}: &x{level} [{before}]\n");
    }
    let messages = beside_a_zone("bomb.yaml", text.as_bytes()).messages();
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0].contains("aliases make more than"),
        "{messages:?}"
    );

    let own = "AWSTemplateFormatVersion: 1\nx: &x [*x]\n";
    let messages = beside_a_zone("own.yaml", own.as_bytes()).messages();
    assert_eq!(messages.len(), 1, "{messages:?}");

    let many = format!(
        "AWSTemplateFormatVersion: 1\na: &a 1\nb: [{}]\n",
        "*a,".repeat(20_000)
    );
    let messages = beside_a_zone("many.yaml", many.as_bytes()).messages();
    assert!(
        messages[0].contains("more than 10000 aliases"),
        "{messages:?}"
    );
}

#[test]
fn aliases_and_merges_are_read_as_what_they_stand_for() {
    let text = "
x: &tags {Name: example.com., Comment: shared}
Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      <<: *tags
      Comment: own
  Other:
    Type: AWS::Route53::HostedZone
    Properties: *tags
";
    let read = Templates::of(&[("t.yaml", text)]).read();
    assert_eq!(read.shown("Zone", "Name"), "\"example.com.\"");
    assert_eq!(read.shown("Zone", "Comment"), "\"own\"");
    assert_eq!(read.shown("Other", "Comment"), "\"shared\"");
}

#[test]
fn files_that_are_none() {
    let templates = Templates::of(&[("zone.yaml", ZONE)]);
    let fifo = templates.path().join("fifo.yaml");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    templates.write("latin1.yaml", b"AWSTemplateFormatVersion: 1\n# caf\xe9\n");
    let huge = std::fs::File::create(templates.path().join("huge.json")).unwrap();
    huge.set_len(50 << 20).unwrap();
    let read = templates.read();
    assert_eq!(read.logical_ids(), ["Zone"]);
    assert_eq!(
        read.messages(),
        [
            "fifo.yaml: is not a regular file",
            "huge.json: is larger than 16777216 bytes",
            "latin1.yaml:2:6: is not valid UTF-8",
        ]
    );
}

#[test]
fn files_that_are_no_templates_are_passed_over() {
    let read = Templates::of(&[
        ("deployment.yaml", "kind: Deployment\n---\nkind: Service\n"),
        ("quota.yaml", "kind: Quota\nResources: {cpu: 1}\n"),
        ("chart.yaml", "a: {{ .Values.Resources }}\n"),
        ("package.json", r#"{"name": "x"}"#),
        ("broken.json", "{"),
        (
            "a.tf.json",
            r#"{"Resources": {"A": {"Type": "AWS::KMS::Key"}}}"#,
        ),
    ])
    .read();
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(read.files(), Vec::<&str>::new());
}

#[test]
fn a_template_that_cannot_be_parsed_is_named_with_its_line() {
    let read = beside_a_zone(
        "t.yaml",
        b"Resources:\n  A:\n    Type: AWS::KMS::Key\n   b: [\n",
    );
    assert_eq!(read.messages().len(), 1);
    assert!(
        read.messages()[0].starts_with("t.yaml:4:"),
        "{:?}",
        read.messages()
    );
    let read = beside_a_zone(
        "t.json",
        b"{\"Resources\": {\n\"A\": {\"Type\": \"AWS::KMS::Key\",}}}",
    );
    assert!(
        read.messages()[0].starts_with("t.json:2:"),
        "{:?}",
        read.messages()
    );
}

#[test]
fn a_name_that_is_there_twice_is_told() {
    let yaml = format!("{ZONE}  Zone: {{Type: AWS::KMS::Key}}\n");
    let json =
        r#"{"Resources": {"Zone": {"Type": "AWS::A::B"}, "Zone": {"Type": "AWS::KMS::Key"}}}"#;
    for (name, text) in [("t.yaml", yaml.as_str()), ("t.json", json)] {
        let read = Templates::of(&[(name, text)]).read();
        assert!(read.messages()[0].contains("Zone is there twice"));
        assert_eq!(read.resource("Zone").kind.as_ref(), "AWS::KMS::Key");
    }
}

#[test]
fn circles_and_long_chains_of_conditions_are_unknown() {
    let mut text =
        "Conditions:\n  A: {Condition: B}\n  B: {Condition: A}\n  C0: !Equals [a, a]\n".to_owned();
    for index in 1..20_000 {
        text += &format!("  C{index}: !Not [{{Condition: C{}}}]\n", index - 1);
    }
    text += "Resources:
  Circle: {Type: AWS::KMS::Key, Condition: A}
  Long: {Type: AWS::KMS::Key, Condition: C19999}
  Short: {Type: AWS::KMS::Key, Condition: C100}\n";
    let read = Templates::of(&[("t.yaml", &text)]).read();
    let why = |id| {
        read.resource(id)
            .multiplicity
            .clone()
            .unwrap()
            .detail
            .clone()
            .unwrap()
    };
    assert!(why("Circle").contains("depends on itself"));
    assert!(why("Long").contains("deep"), "{}", why("Long").len());
    assert_eq!(read.resource("Short").multiplicity, None);
}

#[test]
fn loops_that_multiply_are_bounded() {
    let list = vec!["a"; 200].join(",");
    let mut text = format!(
        "Parameters: {{L: {{Type: CommaDelimitedList, Default: '{list}'}}}}\nResources:\n  \
         Key: {{Type: AWS::KMS::Key}}\n"
    );
    let mut indent = "  ".to_owned();
    for level in 0..5 {
        text += &format!(
            "{indent}Fn::ForEach::L{level}:\n{indent}- I{level}\n{indent}- !Ref L\n{indent}- "
        );
        indent += "    ";
        text = format!("{}\n", text.trim_end());
    }
    text += &format!("{indent}K${{I0}}: {{Type: AWS::KMS::Key}}\n");
    // A hundredth of the default work, so that the bound is reached sooner.
    let options = Options {
        limits: Limits {
            steps: Limits::default().steps / 100,
            ..Limits::default()
        },
        ..Options::default()
    };
    let read = Templates::of(&[("t.yaml", &text)]).read_with(&options);
    assert!(read.logical_ids().contains(&"Key"));
    let more = &read.reading.templates[0].more;
    assert!(
        more[0].detail.as_deref().unwrap().contains("steps"),
        "{more:?}"
    );
}

#[test]
fn templates_that_are_cut_off_stop_nothing() {
    let templates = Templates::of(&[("zone.yaml", ZONE)]);
    for (end, text) in [("yaml", YAML), ("json", JSON)] {
        for at in (0..text.len()).step_by(5) {
            let cut = text.as_bytes().get(..at).unwrap();
            templates.write(&format!("{at}.{end}"), cut);
            let middle = [cut, b"\0[\xc3\xa9!&*{", text.as_bytes().get(at..).unwrap()].concat();
            templates.write(&format!("{at}.middle.{end}"), &middle);
        }
    }
    let read = templates.read();
    assert!(read.files().contains(&"zone.yaml"));
    let messages = read.messages();
    assert!(messages.len() > 100);
    assert!(
        !messages
            .iter()
            .any(|message| message.contains("fault of the scanner"))
    );
}

#[test]
fn going_through_a_large_value_again_and_again_is_paid_for() {
    let list = "a,".repeat(200_000);
    let mut text = format!(
        "Parameters: {{L: {{Type: CommaDelimitedList, Default: '{list}'}}}}\nConditions:\n"
    );
    let mut resources = "Resources:\n".to_owned();
    for index in 10..50 {
        text += &format!("  C{index}: !Equals [!Ref L, !Ref L]\n");
        resources += &format!("  K{index}: {{Type: AWS::KMS::Key, Condition: C{index}}}\n");
    }
    let read = Templates::of(&[("t.yaml", &(text + &resources))]).read();
    assert_eq!(read.resource("K10").multiplicity, None);
    let why = read.resource("K49").multiplicity.clone().unwrap();
    assert!(why.detail.as_deref().unwrap().contains("steps"), "{why:?}");
}
