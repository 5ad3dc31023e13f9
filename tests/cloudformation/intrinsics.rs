//! Each intrinsic function, in its short and its long form. The names of the pages are those of the
//! AWS CloudFormation Template Reference, "Intrinsic function reference", unless another is named.

use zonewarden::iac::cloudformation::Options;

use super::templates::{Templates, evaluate};

const BESIDE: &str = "
Parameters:
  Env: {Type: String, Default: prod}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Count: {Type: Number, Default: '3'}
  Open: {Type: String}
Mappings:
  Regions:
    us-east-1: {Name: virginia, List: [x, y]}
    012345678901: {Name: account}
Conditions:
  True: !Equals [!Ref Env, prod]
  False: !Not [!Condition 'True']
  Unknown: !Equals [!Ref Open, x]
  Virginia: !Equals [!Ref 'AWS::Region', us-east-1]
  Both: !And [{Condition: 'True'}, {Condition: Unknown}]
  Neither: !And [{Condition: 'False'}, {Condition: Unknown}]
  Either: !Or [{Condition: Unknown}, {Condition: 'True'}]
  Same: !Equals [!Ref Zone, !Ref Zone]
";

fn assert_each(options: &Options, cases: &[(&str, &[&str], &str)]) {
    for (page, values, expected) in cases {
        for value in *values {
            assert_eq!(
                evaluate(BESIDE, value, options),
                *expected,
                "{page}: {value}"
            );
        }
    }
}

#[test]
fn values_are_what_the_documentation_says() {
    assert_each(
        &Options::default(),
        &[
            (
                "Ref",
                &["!Ref Env", "{Ref: Env}", r#"{"Ref": "Env"}"#],
                r#""prod""#,
            ),
            ("Ref", &["!Ref Names"], r#"["a", "b", "c"]"#),
            ("Ref", &["!Ref Count"], "3"),
            ("Ref", &["!Ref Zone", "{Ref: Zone}"], "<Zone>"),
            (
                "Ref",
                &["!Ref Open"],
                "unknown(parameter Open has no default)",
            ),
            (
                "Ref",
                &["!Ref Nothing"],
                "unknown(Nothing is neither a parameter nor a resource)",
            ),
            (
                "Ref",
                &["!Ref Never"],
                "unknown(Never is not made: condition False is false)",
            ),
            (
                "Pseudo parameters reference",
                &["!Ref AWS::Region"],
                "<AWS::Region>",
            ),
            (
                "Pseudo parameters reference",
                &["!Ref AWS::NoValue"],
                "not set",
            ),
            (
                "Pseudo parameters reference",
                &["[a, !Ref AWS::NoValue, {b: !Ref AWS::NoValue}]"],
                r#"["a", {}]"#,
            ),
            (
                "Fn::GetAtt",
                &[
                    "!GetAtt Key.Arn",
                    "{Fn::GetAtt: [Key, Arn]}",
                    "!GetAtt [Key, Arn]",
                ],
                "<Key.Arn>",
            ),
            (
                "Fn::Sub",
                &["!Sub 'a-${Env}-${!Env}'", "{Fn::Sub: 'a-${Env}-${!Env}'}"],
                r#""a-prod-${Env}""#,
            ),
            (
                "Fn::Sub",
                &["!Sub ['${X}.${Env}', {X: !Select [1, !Ref Names]}]"],
                r#""b.prod""#,
            ),
            (
                "Fn::Sub",
                &["!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:1:key/${Key}'"],
                r#""arn:${AWS::Partition}:kms:${AWS::Region}:1:key/${Key}""#,
            ),
            ("Fn::Sub", &["!Sub '${Key.Arn}'"], "<Key.Arn>"),
            (
                "Fn::Join",
                &[
                    "!Join ['-', [a, !Ref Env, 1, true]]",
                    "{Fn::Join: ['-', [a, !Ref Env, 1, true]]}",
                ],
                r#""a-prod-1-true""#,
            ),
            (
                "Fn::Join",
                &["!Join ['', ['/hostedzone/', !Ref Zone]]"],
                r#""/hostedzone/${Zone}""#,
            ),
            ("Fn::Join", &["!Join ['+', !Ref Names]"], r#""a+b+c""#),
            (
                "Fn::Join",
                &["!Join [',', !GetAtt Zone.NameServers]"],
                "unknown(Fn::Join: the items of Zone.NameServers are known only when the stack is made)",
            ),
            (
                "Fn::Select",
                &["!Select [0, [a, b]]", "{Fn::Select: ['0', [a, b]]}"],
                r#""a""#,
            ),
            (
                "Fn::Select",
                &["!Select [1, !GetAtt Zone.NameServers]"],
                "<Zone.NameServers[1]>",
            ),
            (
                "Fn::Select",
                &["!Select [2, [a, b]]"],
                "unknown(Fn::Select: there is no item 2 among 2)",
            ),
            (
                "Fn::Split",
                &["!Split ['|', 'a|b|c']", "{Fn::Split: ['|', 'a|b|c']}"],
                r#"["a", "b", "c"]"#,
            ),
            (
                "Fn::Split",
                &["!Split [',', !Sub '${Zone},x']"],
                r#"[<Zone>, "x"]"#,
            ),
            (
                "Fn::FindInMap",
                &[
                    "!FindInMap [Regions, us-east-1, Name]",
                    "{Fn::FindInMap: [Regions, us-east-1, Name]}",
                ],
                r#""virginia""#,
            ),
            (
                "Fn::FindInMap",
                &["!FindInMap [Regions, us-east-1, List]"],
                r#"["x", "y"]"#,
            ),
            (
                "Fn::FindInMap",
                &["!FindInMap [Regions, '012345678901', Name]"],
                r#""account""#,
            ),
            (
                "Fn::FindInMap",
                &["!FindInMap [Regions, eu-west-1, Name, {DefaultValue: none}]"],
                r#""none""#,
            ),
            (
                "Fn::FindInMap",
                &["!FindInMap [Regions, eu-west-1, Name]"],
                "unknown(Fn::FindInMap: there is no Regions.eu-west-1.Name)",
            ),
            (
                "Fn::ImportValue",
                &["!ImportValue zone", "{Fn::ImportValue: zone}"],
                "unknown(Fn::ImportValue: export zone is known only when the stack is made)",
            ),
            (
                "Fn::Base64",
                &["!Base64 abc", "{Fn::Base64: abc}"],
                r#""YWJj""#,
            ),
            (
                "Fn::Length",
                &[
                    "{Fn::Length: [a, b]}",
                    "{Fn::Length: {'Fn::Split': ['|', 'a|b']}}",
                ],
                "2",
            ),
            (
                "Fn::ToJsonString",
                &["{Fn::ToJsonString: {a: !Ref Key}}"],
                r#"json({"a": <Key>})"#,
            ),
            (
                "Condition functions, Fn::If",
                &["!If ['True', a, b]", "{Fn::If: ['True', a, b]}"],
                r#""a""#,
            ),
            (
                "Condition functions, Fn::If",
                &["!If ['False', a, !Ref 'AWS::NoValue']"],
                "not set",
            ),
            (
                "Condition functions, Fn::If",
                &["!If [Unknown, a, b]"],
                "unknown(condition Unknown is not known: parameter Open has no default)",
            ),
            (
                "Condition functions, Fn::If",
                &["!If [Unknown, a, a]"],
                r#""a""#,
            ),
            (
                "Condition functions, Fn::And",
                &["!If [Neither, a, b]"],
                r#""b""#,
            ),
            (
                "Condition functions, Fn::And",
                &["!If [Both, a, b]"],
                "unknown(condition Both is not known: condition Unknown is not known: parameter Open has no default)",
            ),
            (
                "Condition functions, Fn::Or",
                &["!If [Either, a, b]"],
                r#""a""#,
            ),
            (
                "Condition functions, Fn::Equals",
                &["!If [Same, a, b]"],
                r#""a""#,
            ),
            (
                "Condition functions, Fn::Equals",
                &["!If [Virginia, a, b]"],
                "unknown(condition Virginia is not known: AWS::Region is known only when the stack is made)",
            ),
            (
                "Fn::Transform",
                &["{Fn::Transform: {Name: Macro}}"],
                "unknown(Fn::Transform: a macro makes it)",
            ),
            (
                "Get values stored in other services using dynamic references",
                &["'{{resolve:ssm:/zone}}'", "!Sub '{{resolve:ssm:/${Env}}}'"],
                "unknown(it is looked up in ssm when the stack is made)",
            ),
        ],
    );
}

#[test]
fn pseudo_parameters_that_are_given_are_known() {
    let options = Options {
        region: Some("us-east-1".into()),
        account: Some("111122223333".into()),
        partition: Some("aws-cn".into()),
        ..Options::default()
    };
    assert_each(
        &options,
        &[
            (
                "Pseudo parameters reference",
                &["!Sub '${AWS::Region}/${AWS::AccountId}/${AWS::Partition}/${AWS::URLSuffix}'"],
                r#""us-east-1/111122223333/aws-cn/amazonaws.com.cn""#,
            ),
            (
                "Fn::FindInMap",
                &["!FindInMap [Regions, !Ref 'AWS::Region', Name]"],
                r#""virginia""#,
            ),
            (
                "Condition functions, Fn::Equals",
                &["!If [Virginia, a, b]"],
                r#""a""#,
            ),
        ],
    );
}

#[test]
fn conditions_decide_which_resources_there_are() {
    let text = "
Parameters:
  Open: {Type: String}
Conditions:
  Yes: !Equals [a, a]
  No: !Equals [a, b]
  Perhaps: !Equals [!Ref Open, a]
Resources:
  Made: {Type: AWS::KMS::Key, Condition: Yes}
  LeftOut: {Type: AWS::KMS::Key, Condition: No}
  MayBe: {Type: AWS::KMS::Key, Condition: Perhaps}
";
    let read = Templates::of(&[("t.yaml", text)]).read();
    assert_eq!(read.logical_ids(), ["Made", "MayBe"]);
    assert_eq!(read.resource("Made").multiplicity, None);
    let condition = read.resource("MayBe").condition.clone().unwrap();
    assert!(!condition.holds);
    assert_eq!(condition.place.region().line, 11);
    let why = read.resource("MayBe").multiplicity.clone().unwrap();
    assert_eq!(
        why.detail.as_deref(),
        Some("condition Perhaps is not known: parameter Open has no default")
    );
}

/// "Fn::ForEach".
#[test]
fn loops_make_resources_properties_and_outputs() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'one.example,two.example'}
  Open: {Type: CommaDelimitedList}
Resources:
  Fn::ForEach::Zones:
    - Name
    - !Ref Names
    - Zone&{Name}:
        Type: AWS::Route53::HostedZone
        Properties:
          Name: !Ref Name
          Comment: !Sub 'for ${Name}'
      Signing&{Name}:
        Type: AWS::Route53::DNSSEC
        DependsOn: Zone&{Name}
        Properties:
          HostedZoneId: !Ref Zone&{Name}
  Fn::ForEach::Others:
    - Name
    - !Ref Open
    - Other${Name}: {Type: 'AWS::Route53::HostedZone', Properties: {Name: !Ref Name}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      Fn::ForEach::Settings:
        - Setting
        - [Enabled, EnableKeyRotation]
        - '${Setting}': false
";
    let read = Templates::of(&[("t.yaml", text)]).read();
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(
        read.logical_ids(),
        [
            "Key",
            "Other*",
            "Signingoneexample",
            "Signingtwoexample",
            "Zoneoneexample",
            "Zonetwoexample"
        ]
    );
    assert_eq!(read.shown("Zonetwoexample", "Name"), "\"two.example\"");
    assert_eq!(
        read.shown("Zonetwoexample", "Comment"),
        "\"for two.example\""
    );
    assert_eq!(
        read.shown("Signingoneexample", "HostedZoneId"),
        "<Zoneoneexample>"
    );
    let after = &read.resource("Signingoneexample").depends_on;
    assert_eq!(
        after.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ["Zoneoneexample"]
    );
    assert!(read.resource("Other*").multiplicity.is_some());
    assert_eq!(read.shown("Key", "EnableKeyRotation"), "false");
}

#[test]
fn macros_may_make_more() {
    let text = "
Transform: [AWS::LanguageExtensions, OurMacro]
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Fn::Transform: {Name: AWS::Include}
";
    let read = Templates::of(&[("t.yaml", text)]).read();
    let more = &read.reading.templates[0].more;
    assert_eq!(more.len(), 1);
    assert_eq!(
        more[0].detail.as_deref(),
        Some("the macro OurMacro may make resources")
    );
    assert!(read.resource("Key").more.is_some());
}
