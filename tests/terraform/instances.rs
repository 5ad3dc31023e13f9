//! `count`, `for_each`, `dynamic` and what else decides which instances and blocks there are.

use super::config::Config;

fn addresses(main: &str) -> Vec<String> {
    let main = format!("provider \"aws\" {{}}\nvariable \"missing\" {{}}\n{main}");
    let read = Config::of(&[("main.tf", &main)]).read();
    assert_eq!(read.messages(), Vec::<String>::new());
    read.addresses().into_iter().map(str::to_owned).collect()
}

#[test]
fn count_and_for_each() {
    // language/meta-arguments/count, language/meta-arguments/for_each
    let zone = |meta: &str| {
        addresses(&format!(
            "resource \"aws_route53_zone\" \"z\" {{\n{meta}\n}}"
        ))
    };
    assert_eq!(zone(""), ["aws_route53_zone.z"]);
    assert_eq!(zone("count = 0"), [""; 0]);
    assert_eq!(
        zone("count = 2"),
        ["aws_route53_zone.z[0]", "aws_route53_zone.z[1]"]
    );
    assert_eq!(zone("count = false ? 1 : 0"), [""; 0]);
    assert_eq!(
        zone("for_each = toset([\"b\", \"a\"])"),
        ["aws_route53_zone.z[\"a\"]", "aws_route53_zone.z[\"b\"]"]
    );
    assert_eq!(zone("for_each = { x = 1 }"), ["aws_route53_zone.z[\"x\"]"]);
    assert_eq!(zone("for_each = {}"), [""; 0]);
    assert_eq!(zone("for_each = [\"a\"]"), ["aws_route53_zone.z[*]"]);
    assert_eq!(zone("count = var.missing"), ["aws_route53_zone.z[*]"]);
    assert_eq!(
        zone("count = var.missing ? 1 : 0"),
        ["aws_route53_zone.z[0]"]
    );
    assert_eq!(zone("for_each = var.missing"), ["aws_route53_zone.z[*]"]);
    assert_eq!(zone("count = 1000000000"), ["aws_route53_zone.z[*]"]);
}

#[test]
fn the_values_of_each() {
    let read = Config::of(&[(
        "main.tf",
        r#"
resource "t" "keyed" {
  for_each = { a = { ttl = 1 }, b = { ttl = 2 } }
  value    = "${each.key}-${each.value.ttl}"
}
resource "t" "counted" {
  count = 2
  value = "n${count.index}"
  other = t.keyed["b"].value
}
resource "t" "chained" {
  for_each = t.keyed
  value    = each.value.value
}
"#,
    )])
    .read();
    assert_eq!(read.shown("t.keyed[\"b\"]", "value"), "\"b-2\"");
    assert_eq!(read.shown("t.counted[1]", "value"), "\"n1\"");
    assert_eq!(read.shown("t.counted[0]", "other"), "\"b-2\"");
    assert_eq!(read.shown("t.chained[\"a\"]", "value"), "\"a-1\"");
}

#[test]
fn a_choice_between_nothing_and_one_keeps_its_links() {
    let read = Config::of(&[(
        "main.tf",
        r#"
provider "aws" {}
variable "manage" {}
resource "aws_route53_zone" "z" {
  count = var.manage ? 1 : 0
}
resource "aws_route53_key_signing_key" "k" {
  count          = var.manage ? 1 : 0
  hosted_zone_id = aws_route53_zone.z[count.index].id
  caught         = try(aws_route53_zone.z[0].id, "none")
  all            = aws_route53_zone.z[*].id
}
"#,
    )])
    .read();
    let ksk = "aws_route53_key_signing_key.k[0]";
    assert_eq!(
        read.shown(ksk, "hosted_zone_id"),
        "<aws_route53_zone.z[0].zone_id>"
    );
    assert_eq!(
        read.shown(ksk, "caught"),
        "unknown(variable manage has no default)"
    );
    assert_eq!(
        read.shown(ksk, "all"),
        "unknown(variable manage has no default)"
    );
    let why = read.instance(ksk).multiplicity.as_ref().unwrap();
    assert_eq!(
        why.detail.as_deref(),
        Some("variable manage has no default")
    );
}

#[test]
fn dynamic_blocks() {
    // language/expressions/dynamic-blocks
    let read = Config::of(&[(
        "main.tf",
        r#"
provider "aws" {}
variable "missing" {}
resource "aws_route53_zone" "empty" {
  dynamic "vpc" {
    for_each = []
    content { vpc_id = vpc.value }
  }
}
resource "aws_route53_zone" "two" {
  dynamic "vpc" {
    for_each = { a = "vpc-1", b = "vpc-2" }
    iterator = it
    content {
      vpc_id = "${it.key}:${it.value}"
    }
  }
  vpc { vpc_id = "vpc-3" }
}
resource "aws_route53_zone" "unknown" {
  dynamic "vpc" {
    for_each = var.missing
    content { vpc_id = vpc.value }
  }
}
resource "t" "r" { value = aws_route53_zone.two.vpc[1].vpc_id }
"#,
    )])
    .read();
    let vpcs = |address: &str| -> Vec<String> {
        let blocks = read.instance(address).body.blocks("vpc").unwrap();
        let ids = blocks
            .iter()
            .map(|block| block.body.value("vpc_id").unwrap());
        ids.map(|id| format!("{:?}", id.data)).collect()
    };
    assert_eq!(vpcs("aws_route53_zone.empty"), [""; 0]);
    assert_eq!(
        vpcs("aws_route53_zone.two"),
        ["\"a:vpc-1\"", "\"b:vpc-2\"", "\"vpc-3\""]
    );
    let unknown = read
        .instance("aws_route53_zone.unknown")
        .body
        .blocks("vpc")
        .unwrap();
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].multiplicity.is_some());
    assert_eq!(read.shown("t.r", "value"), "\"b:vpc-2\"");
}

#[test]
fn the_json_syntax_says_the_same() {
    // language/syntax/json
    let read = Config::of(&[(
        "main.tf.json",
        r#"{
  "//": "a comment",
  "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "us", "region": "us-east-1"}]},
  "locals": {"name": "example.com"},
  "variable": {"ttl": {"type": "number", "default": "300"}},
  "resource": {
    "aws_route53_zone": {
      "z": {"name": "${local.name}.", "vpc": [{"vpc_id": "vpc-1"}], "provider": "aws.us",
            "dynamic": {"tagged": {"for_each": ["a"], "content": {"value": "${tagged.value}"}}}}
    },
    "aws_route53_hosted_zone_dnssec": {
      "s": {"hosted_zone_id": "${aws_route53_zone.z.id}", "depends_on": ["aws_kms_key.k"],
            "ttl": "${var.ttl + 1}", "lifecycle": {"prevent_destroy": true}}
    },
    "aws_kms_key": {"k": {"count": 2}}
  }
}"#,
    )])
    .read();
    assert_eq!(read.messages(), Vec::<String>::new());
    let zone = read.instance("aws_route53_zone.z");
    assert_eq!(read.shown("aws_route53_zone.z", "name"), "\"example.com.\"");
    assert_eq!(format!("{:?}", zone.region.data), "\"us-east-1\"");
    let vpcs = zone.body.blocks("vpc").unwrap();
    assert_eq!(
        vpcs[0].body.value("vpc_id").unwrap().as_str(),
        Some("vpc-1")
    );
    let tagged = zone.body.blocks("tagged").unwrap();
    assert_eq!(tagged[0].body.value("value").unwrap().as_str(), Some("a"));
    let signing = "aws_route53_hosted_zone_dnssec.s";
    assert_eq!(
        read.shown(signing, "hosted_zone_id"),
        "<aws_route53_zone.z.zone_id>"
    );
    assert_eq!(read.shown(signing, "ttl"), "301");
    let instance = read.instance(signing);
    let depends_on: Vec<&str> = instance.depends_on.iter().map(AsRef::as_ref).collect();
    assert_eq!(depends_on, ["aws_kms_key.k", "aws_route53_zone.z"]);
    assert_eq!(
        instance.prevent_destroy.as_ref().unwrap().as_bool(),
        Some(true)
    );
    assert!(read.addresses().contains(&"aws_kms_key.k[1]"));
}

#[test]
fn override_files_take_the_place_of_what_they_name() {
    // language/files/override
    let read = Config::of(&[
        (
            "main.tf",
            "resource \"aws_route53_zone\" \"z\" {\n  name = \"a\"\n  comment = \"kept\"\n  vpc { vpc_id = \"vpc-1\" }\n}",
        ),
        (
            "prod_override.tf",
            "resource \"aws_route53_zone\" \"z\" {\n  name = \"b\"\n  vpc { vpc_id = \"vpc-2\" }\n}",
        ),
    ])
    .read();
    assert_eq!(read.shown("aws_route53_zone.z", "name"), "\"b\"");
    assert_eq!(read.shown("aws_route53_zone.z", "comment"), "\"kept\"");
    let vpcs = read
        .instance("aws_route53_zone.z")
        .body
        .blocks("vpc")
        .unwrap();
    assert_eq!(vpcs.len(), 1);
    assert_eq!(
        vpcs[0].body.value("vpc_id").unwrap().as_str(),
        Some("vpc-2")
    );
}
