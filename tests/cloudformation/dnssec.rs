//! A signed zone with all that belongs to it, in both syntaxes.

use zonewarden::iac::value::Data;

use super::templates::{Read, Templates};

pub(crate) const YAML: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Domain:
    Type: String
    Default: example.com
Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Name: !Sub "${Domain}."
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeySpec: ECC_NIST_P256
      KeyUsage: SIGN_VERIFY
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: dnssec-route53.amazonaws.com}
            Action: ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
            Resource: "*"
            Condition:
              StringEquals: {"aws:SourceAccount": !Ref "AWS::AccountId"}
  Ksk:
    Type: AWS::Route53::KeySigningKey
    Properties:
      HostedZoneId: !Ref Zone
      KeyManagementServiceArn: !GetAtt Key.Arn
      Name: ksk
      Status: ACTIVE
  Signing:
    Type: AWS::Route53::DNSSEC
    DependsOn: Ksk
    Properties:
      HostedZoneId: !Ref Zone
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Route53
      MetricName: DNSSECInternalFailure
      Dimensions:
        - {Name: HostedZoneId, Value: !Ref Zone}
      Threshold: 1
      AlarmActions: []
"#;

pub(crate) const JSON: &str = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Parameters": {"Domain": {"Type": "String", "Default": "example.com"}},
  "Resources": {
    "Zone": {
      "Type": "AWS::Route53::HostedZone",
      "Properties": {"Name": {"Fn::Sub": "${Domain}."}}
    },
    "Key": {
      "Type": "AWS::KMS::Key",
      "Properties": {
        "KeySpec": "ECC_NIST_P256",
        "KeyUsage": "SIGN_VERIFY",
        "KeyPolicy": {
          "Version": "2012-10-17",
          "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "dnssec-route53.amazonaws.com"},
            "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
          }]
        }
      }
    },
    "Ksk": {
      "Type": "AWS::Route53::KeySigningKey",
      "Properties": {
        "HostedZoneId": {"Ref": "Zone"},
        "KeyManagementServiceArn": {"Fn::GetAtt": ["Key", "Arn"]},
        "Name": "ksk",
        "Status": "ACTIVE"
      }
    },
    "Signing": {
      "Type": "AWS::Route53::DNSSEC",
      "DependsOn": ["Ksk"],
      "Properties": {"HostedZoneId": {"Ref": "Zone"}}
    },
    "Alarm": {
      "Type": "AWS::CloudWatch::Alarm",
      "Properties": {
        "Namespace": "AWS/Route53",
        "MetricName": "DNSSECInternalFailure",
        "Dimensions": [{"Name": "HostedZoneId", "Value": {"Ref": "Zone"}}],
        "Threshold": 1,
        "AlarmActions": []
      }
    }
  }
}"#;

/// Everything but places.
fn content(read: &Read) -> Vec<String> {
    let resources = &read.reading.templates[0].resources;
    let each = resources.iter().map(|resource| {
        let properties = resource.properties.iter();
        let properties: Vec<(&str, &Data)> = properties
            .map(|(name, property)| (name.as_ref(), &property.value.data))
            .collect();
        let (id, kind) = (&resource.logical_id, &resource.kind);
        format!("{id} {kind} {properties:?} {:?}", resource.depends_on)
    });
    each.collect()
}

#[test]
fn yaml_and_json_come_to_the_same() {
    let yaml = Templates::of(&[("t.yaml", YAML)]).read();
    let json = Templates::of(&[("t.json", JSON)]).read();
    assert_eq!(yaml.messages(), Vec::<String>::new());
    assert_eq!(content(&yaml), content(&json));
    assert_eq!(content(&yaml).len(), 5);
    let by_first_character = Templates::of(&[("a.template", YAML), ("b.template", JSON)]).read();
    let [first, second] = by_first_character.reading.templates.as_slice() else {
        panic!("{:?}", by_first_character.files());
    };
    assert_eq!(first.resources.len(), second.resources.len());
}

#[test]
fn references_are_equal_symbols() {
    let read = Templates::of(&[("t.yaml", YAML)]).read();
    assert_eq!(read.shown("Zone", "Name"), "\"example.com.\"");
    let zone = |id: &str| read.resource(id).value("HostedZoneId").unwrap();
    assert_eq!(zone("Ksk"), zone("Signing"));
    assert_eq!(zone("Ksk").as_symbol().unwrap().subject().as_ref(), "Zone");
    assert_eq!(read.shown("Ksk", "KeyManagementServiceArn"), "<Key.Arn>");
    let after: Vec<_> = read.resource("Signing").depends_on.iter().collect();
    assert_eq!(
        after.iter().map(|id| id.as_ref()).collect::<Vec<_>>(),
        ["Ksk", "Zone"]
    );
    assert_eq!(read.shown("Alarm", "AlarmActions"), "[]");
    let statement = &read
        .resource("Key")
        .value("KeyPolicy")
        .unwrap()
        .get("Statement")
        .unwrap();
    let condition = statement.items().unwrap()[0].get("Condition").unwrap();
    assert_eq!(
        format!("{:?}", condition.data),
        r#"{"StringEquals": {"aws:SourceAccount": <AWS::AccountId>}}"#
    );
}

#[test]
fn places_are_exact() {
    for (name, text, header, property, value) in [
        (
            "t.yaml",
            YAML,
            "Signing:\n    Type: AWS::Route53::DNSSEC",
            "HostedZoneId: !Ref Zone",
            "!Ref Zone",
        ),
        (
            "t.json",
            JSON,
            "\"Signing\": {\n      \"Type\": \"AWS::Route53::DNSSEC\"",
            "\"HostedZoneId\": {\"Ref\": \"Zone\"}",
            "{\"Ref\": \"Zone\"}",
        ),
    ] {
        let read = Templates::of(&[(name, text)]).read();
        let signing = read.resource("Signing");
        assert_eq!(signing.header.text(), header);
        assert_eq!(signing.properties["HostedZoneId"].place.text(), property);
        assert_eq!(signing.properties["HostedZoneId"].value.place.text(), value);
        let line = 1 + text
            .lines()
            .position(|line| line.trim().starts_with(header.split(':').next().unwrap()))
            .unwrap();
        assert_eq!(signing.header.region().line as usize, line);
    }
    let read = Templates::of(&[("t.yaml", YAML)]).read();
    let policy = &read.resource("Key").properties["KeyPolicy"];
    let end = "{\"aws:SourceAccount\": !Ref \"AWS::AccountId\"}";
    assert!(
        policy.place.text().ends_with(end),
        "{}",
        policy.place.text()
    );
}
