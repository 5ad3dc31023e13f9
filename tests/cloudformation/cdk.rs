//! What `cdk synth` leaves in `cdk.out`.

use super::templates::Templates;

#[test]
fn constructs_and_nested_stacks_of_cdk_are_found() {
    let outer = r#"{
 "Resources": {
  "Zone1234": {
   "Type": "AWS::Route53::HostedZone",
   "Properties": {"Name": "example.com."},
   "Metadata": {"aws:cdk:path": "Dns/Zone/Resource"}
  },
  "Signing5678": {
   "Type": "AWS::CloudFormation::Stack",
   "Properties": {
    "Parameters": {"referencetoDnsZone": {"Ref": "Zone1234"}},
    "TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, "/x.json"]]}
   },
   "UpdateReplacePolicy": "Delete",
   "DeletionPolicy": "Delete",
   "Metadata": {
    "aws:cdk:path": "Dns/Signing.NestedStack/Signing.NestedStackResource",
    "aws:asset:path": "DnsSigning.nested.template.json",
    "aws:asset:property": "TemplateURL"
   }
  },
  "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable"}
 },
 "Conditions": {
  "CDKMetadataAvailable": {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}]}
 },
 "Parameters": {
  "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/x"}
 },
 "Rules": {"CheckBootstrapVersion": {"Assertions": []}}
}"#;
    let inner = r#"{
 "Parameters": {"referencetoDnsZone": {"Type": "String"}},
 "Resources": {
  "Dnssec9": {
   "Type": "AWS::Route53::DNSSEC",
   "Properties": {"HostedZoneId": {"Ref": "referencetoDnsZone"}},
   "Metadata": {"aws:cdk:path": "Dns/Signing/Dnssec"}
  }
 }
}"#;
    let read = Templates::of(&[
        ("cdk.out/Dns.template.json", outer),
        ("cdk.out/DnsSigning.nested.template.json", inner),
        (
            "cdk.out/manifest.json",
            r#"{"version": "36.0.0", "artifacts": {}}"#,
        ),
        (
            "cdk.out/tree.json",
            r#"{"version": "tree-0.1", "tree": {}}"#,
        ),
    ])
    .read();
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(read.files(), ["cdk.out/Dns.template.json"]);
    assert_eq!(
        read.logical_ids(),
        [
            "CDKMetadata",
            "Signing5678",
            "Signing5678.Dnssec9",
            "Zone1234"
        ]
    );
    let signing = read.resource("Signing5678.Dnssec9");
    assert_eq!(
        signing.construct_path.as_deref(),
        Some("Dns/Signing/Dnssec")
    );
    assert_eq!(
        signing.header.file(),
        "cdk.out/DnsSigning.nested.template.json"
    );
    assert_eq!(
        read.shown("Signing5678.Dnssec9", "HostedZoneId"),
        "<Zone1234>"
    );
    assert_eq!(signing.calls[0].file(), "cdk.out/Dns.template.json");
    assert_eq!(signing.calls[0].region().line, 8);
    let policy = read
        .resource("Signing5678")
        .deletion_policy
        .clone()
        .unwrap();
    assert_eq!(policy.as_str(), Some("Delete"));
}
