//! What comments and metadata of templates stand on.

use zonewarden::iac::{cloudformation, files};

use super::code::asked;

fn block(rule: &str, from: u32, to: u32) -> (String, u32, u32) {
    (rule.to_owned(), from, to)
}

#[test]
fn a_comment_stands_on_the_resource_at_whose_logical_id_it_is() {
    let text = r##"Resources:
  # zonewarden:ignore above r
  # Another comment.
  # zonewarden:ignore nearer r
  Zone: # zonewarden:ignore line r
    # zonewarden:ignore first r
    Type: AWS::Route53::HostedZone
    Properties:
      Name: "# zonewarden:ignore text r"
      HostedZoneConfig:
        Comment: |
          # zonewarden:ignore block r
          x
  # zonewarden:ignore key r
  Key: {Type: AWS::KMS::Key} # zonewarden:ignore flow r
  Fn::ForEach::Zones:
    - Name
    - [A, B]
    - # zonewarden:ignore looped r
      Zone${Name}:
        Type: AWS::Route53::HostedZone
"##;
    let asked = asked("a.yaml", text);
    assert_eq!(asked.said(), Vec::<String>::new());
    assert_eq!(
        asked.covered(),
        [
            block("above", 5, 13),
            block("nearer", 5, 13),
            block("line", 5, 13),
            block("first", 5, 13),
            block("key", 15, 15),
            block("flow", 15, 15),
            block("looped", 20, 21),
        ]
    );
    assert_eq!(asked.exceptions[0].place.to_string(), "a.yaml:2:3");
    assert_eq!(
        asked.exceptions[0].place.text(),
        "# zonewarden:ignore above r"
    );
}

#[test]
fn a_comment_on_nothing_is_told() {
    let zone = "  Zone:\n    Type: AWS::Route53::HostedZone\n";
    for text in [
        format!("# zonewarden:ignore a r\nResources:\n{zone}"),
        format!("Resources: # zonewarden:ignore a r\n{zone}"),
        format!("Resources:\n  # zonewarden:ignore a r\n\n{zone}"),
        format!("Resources:\n{zone}    # zonewarden:ignore a r\n"),
        format!(
            "Resources:\n{zone}    Properties:\n      # zonewarden:ignore a r\n      Name: a\n"
        ),
        format!(
            "Resources:\n{zone}    Properties:\n      Name: a # zonewarden:ignore a r\n  Key:\n    Type: AWS::KMS::Key\n"
        ),
        format!("Resources:\n{zone}# zonewarden:ignore a r\nOutputs:\n  O:\n    Value: a\n"),
    ] {
        let asked = asked("a.yaml", &text);
        assert_eq!(asked.exceptions, [], "{text}");
        assert_eq!(asked.warnings.len(), 1, "{text}");
        assert!(
            asked.said()[0].contains("it stands on no"),
            "{:?}",
            asked.said()
        );
    }
}

#[test]
fn many_comments_before_a_resource_are_read() {
    let comments = "  # x\n".repeat(5_000);
    let text = format!(
        "Resources:\n  # zonewarden:ignore a r\n{comments}  Zone:\n{comments}    Type: AWS::Route53::HostedZone\n"
    );
    assert_eq!(
        asked("a.yaml", &text).covered(),
        [block("a", 5_003, 10_004)]
    );
}

#[test]
fn metadata_says_it_in_yaml() {
    let text = r#"Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Metadata:
      zonewarden:
        ignore:
          - rule: zone-signed
            until: 2027-01-31
            reason: moves away
          - rules: [a, b]
            reason: '- other'
          - rules: c
            reason: third
"#;
    let asked = asked("a.yaml", text);
    assert_eq!(asked.said(), Vec::<String>::new());
    assert_eq!(
        asked.covered(),
        [
            block("zone-signed", 2, 13),
            block("a,b", 2, 13),
            block("c", 2, 13)
        ]
    );
    let first = &asked.exceptions[0];
    assert_eq!(first.until.unwrap().to_string(), "2027-01-31");
    assert_eq!(first.reason, "moves away");
    assert_eq!(first.place.to_string(), "a.yaml:7:13");
    assert_eq!(asked.exceptions[1].reason, "other");
}

#[test]
fn metadata_says_it_in_json() {
    let text = r#"{
  "Resources": {
    "Zone": {
      "Type": "AWS::Route53::HostedZone",
      "Metadata": {
        "aws:cdk:path": "Stack/Zone/Resource",
        "zonewarden": {"ignore": {"rule": "zone-signed", "reason": "internal"}}
      }
    }
  }
}"#;
    for name in ["Stack.template.json", "a.template"] {
        let asked = asked(name, text);
        assert_eq!(asked.said(), Vec::<String>::new());
        assert_eq!(asked.covered(), [block("zone-signed", 3, 9)]);
    }
}

#[test]
fn what_is_wrong_with_metadata_is_told_with_its_place() {
    let cases = [
        ("{rule: a}", "it gives no reason"),
        ("{rule: a, reason: ''}", "it gives no reason"),
        ("{reason: r}", "it names no rule"),
        ("{rule: a, reason: r, until: soon}", "found `soon`"),
        (
            "{rule: a, reason: r, until: 2027}",
            "`until` is no plain text",
        ),
        ("{rule: a, reason: !Ref R}", "`reason` is no plain text"),
        (
            "{rule: a, reason: r, expires: 2027-01-31}",
            "found `expires`",
        ),
        ("{rules: {a: b}, reason: r}", "`rules` is no plain text"),
        ("a", "expected `rule` and `reason`"),
    ];
    let template = |told: &str| {
        format!(
            "Resources:\n  Z:\n    Type: AWS::Route53::HostedZone\n    Metadata: {{zonewarden: {told}}}\n"
        )
    };
    for (item, why) in cases {
        let asked = asked("a.yaml", &template(&format!("{{ignore: [{item}]}}")));
        assert_eq!(asked.exceptions, [], "{item}");
        let [said] = asked.said().try_into().unwrap();
        assert!(
            said.starts_with("a.yaml:4:38: ") && said.contains(why),
            "{item}: {said}"
        );
    }
    for (told, why) in [
        ("on", "expected `ignore`"),
        ("{skip: a}", "expected ignore, found `skip`"),
    ] {
        let [said] = asked("a.yaml", &template(told)).said().try_into().unwrap();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_nested_stack_that_is_read_many_times_asks_once() {
    let directory = tempfile::Builder::new()
        .prefix("exceptions-")
        .tempdir()
        .unwrap();
    let nested =
        "Resources:\n  # zonewarden:ignore a r\n  Zone:\n    Type: AWS::Route53::HostedZone\n";
    let outer = "Resources:\n  One:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: in/zone.yaml}\n  Two:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: in/zone.yaml}\n";
    std::fs::create_dir(directory.path().join("in")).unwrap();
    std::fs::write(directory.path().join("in/zone.yaml"), nested).unwrap();
    std::fs::write(directory.path().join("outer.yaml"), outer).unwrap();
    std::fs::write(directory.path().join("other.yaml"), outer).unwrap();
    let paths = [directory.path().to_owned()];
    let listing = files::Files::below(&paths, directory.path(), files::Choice::All).unwrap();
    let reading = cloudformation::read(&listing.files, &cloudformation::Options::default());
    assert_eq!(reading.templates.len(), 2);
    let places: Vec<String> = reading
        .exceptions
        .iter()
        .map(|e| e.place.to_string())
        .collect();
    assert_eq!(places, ["in/zone.yaml:2:3"]);
}
