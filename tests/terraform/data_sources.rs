//! Data sources that are evaluated without asking AWS.

use zonewarden::iac::json::decode;
use zonewarden::iac::value::Value;

use super::config::{Config, Read};

fn read(main: &str) -> Read {
    let main = format!(
        "{main}\nresource \"aws_route53_zone\" \"z\" {{ name = \"example.com\" }}\n\
         resource \"aws_kms_key\" \"k\" {{ policy = data.aws_iam_policy_document.p.json }}\n"
    );
    let read = Config::of(&[("main.tf", &main)]).read();
    assert_eq!(read.messages(), Vec::<String>::new());
    read
}

fn policy(main: &str) -> Value {
    let read = read(main);
    let policy = read.instance("aws_kms_key.k").body.value("policy").unwrap();
    decode(policy).unwrap()
}

#[test]
fn a_policy_document() {
    // AWS provider, "Data Source: aws_iam_policy_document"
    let policy = policy(
        r#"
data "aws_caller_identity" "current" {}
data "aws_iam_policy_document" "p" {
  policy_id = "dnssec"
  statement {
    sid     = "Route53"
    actions = ["kms:DescribeKey", "kms:Sign"]
    principals {
      type        = "Service"
      identifiers = ["dnssec-route53.amazonaws.com"]
    }
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:route53:::hostedzone/${aws_route53_zone.z.zone_id}", "a"]
    }
  }
  statement {
    effect      = "Deny"
    not_actions = ["kms:*"]
    resources   = ["&{aws:username}"]
    not_principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
"#,
    );
    assert_eq!(
        format!("{:?}", policy.data),
        "{\"Id\": \"dnssec\", \"Statement\": [\
         {\"Action\": [\"kms:DescribeKey\", \"kms:Sign\"], \
         \"Condition\": {\"ArnLike\": {\"aws:SourceArn\": [\"arn:aws:route53:::hostedzone/${aws_route53_zone.z.zone_id}\", \"a\"]}, \
         \"StringEquals\": {\"aws:SourceAccount\": <aws.account_id>}}, \
         \"Effect\": \"Allow\", \"Principal\": {\"Service\": \"dnssec-route53.amazonaws.com\"}, \
         \"Resource\": \"*\", \"Sid\": \"Route53\"}, \
         {\"Effect\": \"Deny\", \"NotAction\": \"kms:*\", \"NotPrincipal\": {\"AWS\": \"*\"}, \
         \"Principal\": \"*\", \"Resource\": \"${aws:username}\"}], \"Version\": \"2012-10-17\"}"
    );
}

#[test]
fn documents_are_merged_by_the_names_of_their_statements() {
    let policy = policy(
        r#"
data "aws_iam_policy_document" "source" {
  statement {
    sid     = "A"
    actions = ["source:a"]
  }
  statement {
    sid     = "B"
    actions = ["source:b"]
  }
}
data "aws_iam_policy_document" "p" {
  source_policy_documents   = [data.aws_iam_policy_document.source.json]
  override_policy_documents = [jsonencode({
    Version   = "2008-10-17"
    Statement = { Sid = "C", Effect = "Deny", Action = "override:c" }
  })]
  statement {
    sid     = "B"
    actions = ["own:b"]
  }
  statement {
    sid     = "C"
    actions = ["own:c"]
  }
}
"#,
    );
    let statements = policy.get("Statement").unwrap().items().unwrap();
    let shown: Vec<String> = statements
        .iter()
        .map(|statement| {
            let text = |name| statement.get(name).unwrap().as_str().unwrap();
            format!("{} {} {}", text("Sid"), text("Effect"), text("Action"))
        })
        .collect();
    assert_eq!(
        shown,
        ["A Allow source:a", "B Allow own:b", "C Deny override:c"]
    );
    assert_eq!(policy.get("Version").unwrap().as_str(), Some("2008-10-17"));
}

#[test]
fn the_statements_of_a_policy_keep_their_places() {
    let read = read(
        "data \"aws_iam_policy_document\" \"p\" {\n  statement {\n    actions = [\"kms:Sign\"]\n  }\n}",
    );
    let policy = read.instance("aws_kms_key.k").body.value("policy").unwrap();
    let policy = decode(policy).unwrap();
    let statements = policy.get("Statement").unwrap().items().unwrap();
    assert_eq!(statements[0].place.to_string(), "main.tf:2:3");
    assert_eq!(
        statements[0].get("Action").unwrap().place.to_string(),
        "main.tf:3:16"
    );
}

#[test]
fn a_policy_with_statements_that_are_not_known_is_unknown() {
    let read = read(
        r#"
provider "aws" {}
variable "missing" {}
data "aws_iam_policy_document" "p" {
  dynamic "statement" {
    for_each = var.missing
    content { actions = [statement.value] }
  }
}
"#,
    );
    assert_eq!(
        read.shown("aws_kms_key.k", "policy"),
        "unknown(variable missing has no default)"
    );
}

#[test]
fn files_are_read_within_the_paths() {
    let config = Config::of(&[
        (
            "main.tf",
            r#"
module "m" { source = "./m" }
resource "t" "r" {
  text     = file("${path.module}/policy.json")
  rendered = templatefile("zone.tftpl", { zones = ["a", "b"], id = aws_route53_zone.z.zone_id })
  outside  = file("/etc/hostname")
  above    = file("../secret")
}
resource "aws_route53_zone" "z" {}
"#,
        ),
        ("policy.json", "{}"),
        (
            "zone.tftpl",
            "%{ for z in zones ~}\n${z} ${id}\n%{ endfor ~}\n",
        ),
        (
            "m/main.tf",
            "resource \"t\" \"r\" { text = file(\"${path.module}/text\") }",
        ),
        ("m/text", "of the module"),
    ]);
    let read = config.read();
    assert_eq!(read.shown("t.r", "text"), "\"{}\"");
    assert_eq!(
        read.shown("t.r", "rendered"),
        "\"a ${aws_route53_zone.z.zone_id}\\nb ${aws_route53_zone.z.zone_id}\\n\""
    );
    assert_eq!(read.shown("module.m.t.r", "text"), "\"of the module\"");
    for outside in ["outside", "above"] {
        let shown = read.shown("t.r", outside);
        assert!(shown.contains("lies outside the given paths"), "{shown}");
    }
}
