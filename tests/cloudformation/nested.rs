//! Nested stacks by local path.

use super::templates::Templates;

const ZONE: &str = "
Parameters:
  Name: {Type: String}
Conditions:
  Never: !Equals [a, b]
Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Properties: {Name: !Ref Name}
Outputs:
  Id: {Value: !Ref Zone}
  Gone: {Value: x, Condition: Never}
";

#[test]
fn parameters_go_in_and_outputs_come_out() {
    let outer = "
Parameters:
  Open: {Type: String}
Conditions:
  Perhaps: !Equals [!Ref Open, a]
Resources:
  One:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./stacks/zone.yaml
      Parameters: {Name: one.example}
  Two:
    Type: AWS::CloudFormation::Stack
    Condition: Perhaps
    DependsOn: One
    Properties:
      TemplateURL: stacks/../stacks/zone.yaml
      Parameters: {Name: two.example}
  Signing:
    Type: AWS::Route53::DNSSEC
    Properties:
      HostedZoneId: !GetAtt One.Outputs.Id
      Gone: !GetAtt One.Outputs.Gone
";
    let read = Templates::of(&[("main.yaml", outer), ("stacks/zone.yaml", ZONE)]).read();
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(read.files(), ["main.yaml"]);
    assert_eq!(
        read.logical_ids(),
        ["One", "One.Zone", "Signing", "Two", "Two.Zone"]
    );
    assert_eq!(read.shown("One.Zone", "Name"), "\"one.example\"");
    assert_eq!(read.shown("Signing", "HostedZoneId"), "<One.Zone>");
    assert_eq!(
        read.shown("Signing", "Gone"),
        "unknown(One has no Outputs.Gone)"
    );
    assert_eq!(read.resource("One.Zone").multiplicity, None);
    let two = read.resource("Two.Zone");
    assert!(two.multiplicity.is_some());
    assert!(two.depends_on.contains("One"));
    assert_eq!(two.calls.len(), 1);
    let name = &read.resource("One.Zone").value("Name").unwrap().place;
    assert_eq!((name.file(), name.region().line), ("main.yaml", 11));
}

#[test]
fn a_template_that_is_not_to_be_had_is_named_and_the_rest_is_read() {
    let stack = |url: &str| {
        format!(
            "Resources:\n  Zone: {{Type: 'AWS::Route53::HostedZone'}}\n  Stack:\n    \
             Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {url}}}\n"
        )
    };
    for (url, why) in [
        ("missing.yaml", "missing.yaml: cannot be read"),
        ("../../outside.yaml", "lies outside the given paths"),
        ("'https://s3.amazonaws.com/b/t.yaml'", "is not a local path"),
        ("!Ref Nothing", "where its template is is not known"),
        ("main.yaml", "the stack is nested in itself"),
    ] {
        let read = Templates::of(&[("main.yaml", &stack(url))]).read();
        assert_eq!(read.logical_ids(), ["Stack", "Zone"]);
        let messages = read.messages();
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with("main.yaml:5:"), "{messages:?}");
        assert!(messages[0].contains(why), "{messages:?}");
        assert_eq!(read.reading.templates[0].more.len(), 1);
    }
}

#[test]
fn stacks_that_multiply_are_bounded() {
    let mut files = Vec::new();
    for level in 0..12 {
        let mut text = "Resources:\n".to_owned();
        for name in ["A", "B", "C"] {
            text += &format!(
                "  {name}:\n    Type: AWS::CloudFormation::Stack\n    \
                 Properties: {{TemplateURL: t{}.yaml}}\n",
                level + 1
            );
        }
        files.push((format!("t{level}.yaml"), text));
    }
    files.push(("t12.yaml".to_owned(), ZONE.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let read = Templates::of(&files).read();
    assert_eq!(read.files(), ["t0.yaml"]);
    assert!(
        read.messages()
            .iter()
            .any(|m| m.contains("more than 1000 stacks"))
    );
}
