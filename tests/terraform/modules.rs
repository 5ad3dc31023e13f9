//! Modules, and references through them in both directions.

use super::config::Config;
use zonewarden::iac::terraform::Options;

const ZONES: &str = r#"
variable "names" {
  type = set(string)
}
resource "aws_route53_zone" "main" {
  for_each = var.names
  name     = each.value
}
output "zones" {
  value = aws_route53_zone.main
}
output "ids" {
  value = { for name, zone in aws_route53_zone.main : name => zone.zone_id }
}
"#;

const SIGNING: &str = r#"
variable "zone_id" { type = string }
variable "key_arn" { type = string }
resource "aws_route53_key_signing_key" "this" {
  hosted_zone_id             = var.zone_id
  key_management_service_arn = var.key_arn
  name                       = "ksk1"
}
resource "aws_route53_hosted_zone_dnssec" "this" {
  hosted_zone_id = aws_route53_key_signing_key.this.hosted_zone_id
}
"#;

#[test]
fn a_zone_in_one_module_and_its_signing_in_a_sibling() {
    let read = Config::of(&[
        (
            "main.tf",
            r#"
module "zones" {
  source = "./zones"
  names  = ["a.example", "b.example"]
}
resource "aws_kms_key" "dnssec" {
  provider = aws.us_east_1
}
module "signing" {
  source   = "./signing"
  for_each = module.zones.ids
  zone_id  = each.value
  key_arn  = aws_kms_key.dnssec.arn
}
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}
"#,
        ),
        ("zones/main.tf", ZONES),
        ("signing/main.tf", SIGNING),
    ])
    .read();
    assert_eq!(read.messages(), Vec::<String>::new());
    assert_eq!(
        read.addresses(),
        [
            "aws_kms_key.dnssec",
            "module.signing[\"a.example\"].aws_route53_hosted_zone_dnssec.this",
            "module.signing[\"a.example\"].aws_route53_key_signing_key.this",
            "module.signing[\"b.example\"].aws_route53_hosted_zone_dnssec.this",
            "module.signing[\"b.example\"].aws_route53_key_signing_key.this",
            "module.zones.aws_route53_zone.main[\"a.example\"]",
            "module.zones.aws_route53_zone.main[\"b.example\"]",
        ]
    );
    let signing = "module.signing[\"b.example\"].aws_route53_hosted_zone_dnssec.this";
    assert_eq!(
        read.shown(signing, "hosted_zone_id"),
        "<module.zones.aws_route53_zone.main[\"b.example\"].zone_id>"
    );
    let ksk = "module.signing[\"a.example\"].aws_route53_key_signing_key.this";
    assert_eq!(
        read.shown(ksk, "key_management_service_arn"),
        "<aws_kms_key.dnssec.arn>"
    );
    assert_eq!(
        read.shown("module.zones.aws_route53_zone.main[\"a.example\"]", "name"),
        "\"a.example\""
    );
    let instance = read.instance(signing);
    let depends_on: Vec<&str> = instance.depends_on.iter().map(AsRef::as_ref).collect();
    assert_eq!(
        depends_on,
        ["module.signing[\"b.example\"].aws_route53_key_signing_key.this"]
    );
    let calls: Vec<String> = instance.calls.iter().map(ToString::to_string).collect();
    assert_eq!(calls, ["main.tf:9:1"]);
    assert_eq!(read.reading.roots.len(), 1);
}

#[test]
fn whole_resources_and_modules_are_passed_on() {
    let read = Config::of(&[
        (
            "main.tf",
            r#"
module "zones" {
  source = "./zones"
  names  = ["a.example"]
}
resource "aws_route53_query_log" "each" {
  for_each = module.zones.zones
  zone_id  = each.value.zone_id
}
resource "t" "all" {
  ids   = values(module.zones.zones)[*].zone_id
  first = module.zones.ids["a.example"]
  names = [for zone in module.zones.zones : zone.name]
}
"#,
        ),
        ("zones/main.tf", ZONES),
    ])
    .read();
    let zone = "module.zones.aws_route53_zone.main[\"a.example\"]";
    assert_eq!(
        read.shown("aws_route53_query_log.each[\"a.example\"]", "zone_id"),
        format!("<{zone}.zone_id>")
    );
    assert_eq!(read.shown("t.all", "ids"), format!("[<{zone}.zone_id>]"));
    assert_eq!(read.shown("t.all", "first"), format!("<{zone}.zone_id>"));
    assert_eq!(read.shown("t.all", "names"), "[\"a.example\"]");
}

#[test]
fn providers_are_passed_by_name_or_inherited() {
    let read = Config::of(&[
        (
            "main.tf",
            r#"
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "us"
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/dns"
  }
}
module "inherits" { source = "./key" }
module "is_given" {
  source    = "./key"
  providers = { aws = aws.us }
}
module "by_alias" {
  source    = "./aliased"
  providers = { aws.dns = aws.us }
}
resource "aws_kms_key" "own_region" { region = "us-west-2" }
data "aws_region" "here" { provider = aws.us }
data "aws_region" "stated" { region = "ap-south-1" }
data "aws_caller_identity" "us" { provider = aws.us }
data "aws_caller_identity" "default" {}
data "aws_partition" "this" {}
resource "t" "r" {
  region    = data.aws_region.here.name
  stated    = data.aws_region.stated.name
  us        = data.aws_caller_identity.us.account_id
  account   = data.aws_caller_identity.default.account_id
  partition = data.aws_partition.this.partition
}
"#,
        ),
        ("key/main.tf", "resource \"aws_kms_key\" \"k\" {}"),
        (
            "aliased/main.tf",
            "resource \"aws_kms_key\" \"k\" { provider = aws.dns }",
        ),
    ])
    .read();
    let region = |address: &str| format!("{:?}", read.instance(address).region.data);
    let account = |address: &str| format!("{:?}", read.instance(address).account.data);
    assert_eq!(region("module.inherits.aws_kms_key.k"), "\"eu-west-1\"");
    assert_eq!(region("module.is_given.aws_kms_key.k"), "\"us-east-1\"");
    assert_eq!(region("module.by_alias.aws_kms_key.k"), "\"us-east-1\"");
    assert_eq!(region("aws_kms_key.own_region"), "\"us-west-2\"");
    assert_eq!(account("module.inherits.aws_kms_key.k"), "<aws.account_id>");
    assert_eq!(account("module.is_given.aws_kms_key.k"), "\"111122223333\"");
    assert_eq!(read.shown("t.r", "region"), "\"us-east-1\"");
    assert_eq!(read.shown("t.r", "stated"), "\"ap-south-1\"");
    assert_eq!(read.shown("t.r", "us"), "\"111122223333\"");
    assert_eq!(read.shown("t.r", "account"), "<aws.account_id>");
    assert_eq!(read.shown("t.r", "partition"), "\"aws\"");
}

#[test]
fn a_provider_that_states_no_region_has_the_given_one() {
    let config = Config::of(&[("main.tf", "resource \"aws_kms_key\" \"k\" {}")]);
    let unstated = format!("{:?}", config.read().instance("aws_kms_key.k").region.data);
    assert_eq!(unstated, "unknown(the provider states no region)");
    let options = Options {
        region: Some("us-east-1".to_owned()),
        ..Options::default()
    };
    let read = config.read_with(&options);
    let given = format!("{:?}", read.instance("aws_kms_key.k").region.data);
    assert_eq!(given, "\"us-east-1\"");
}

#[test]
fn equal_credentials_are_equal_accounts() {
    let read = Config::of(&[(
        "main.tf",
        r#"
terraform {
  backend "s3" {}
}
variable "key" {}
provider "aws" { access_key = var.key }
provider "aws" {
  alias      = "same"
  access_key = var.key
}
provider "aws" {
  alias   = "other"
  profile = "other"
}
provider "aws" {
  alias      = "literal"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "wJalrXUtnFEMI"
  token      = "session-token"
}
resource "aws_kms_key" "d" { provider = aws.literal }
resource "aws_kms_key" "a" {}
resource "aws_kms_key" "b" { provider = aws.same }
resource "aws_kms_key" "c" { provider = aws.other }
"#,
    )])
    .read();
    let account = |address: &str| read.instance(address).account.clone();
    assert_eq!(account("aws_kms_key.a"), account("aws_kms_key.b"));
    assert_ne!(account("aws_kms_key.a"), account("aws_kms_key.c"));
    let literal = format!("{:?}", account("aws_kms_key.d").data);
    assert_eq!(literal, "<aws(access_key = …MPLE).account_id>");
}

#[test]
fn modules_that_init_installed_are_read() {
    let read = Config::of(&[
        (
            "main.tf",
            r#"
module "zones" {
  source  = "acme/zones/aws"
  version = "1.0.0"
  names   = ["a.example"]
}
"#,
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},
                {"Key":"zones","Source":"registry.terraform.io/acme/zones/aws","Version":"1.0.0","Dir":".terraform/modules/zones"},
                {"Key":"zones.inner","Source":"registry.terraform.io/acme/inner/aws","Dir":".terraform/modules/zones.inner"}]}"#,
        ),
        (
            ".terraform/modules/zones/main.tf",
            r#"
variable "names" { type = list(string) }
module "inner" {
  source = "acme/inner/aws"
  name   = var.names[0]
}
"#,
        ),
        (
            ".terraform/modules/zones.inner/main.tf",
            "variable \"name\" {}\nresource \"aws_route53_zone\" \"z\" { name = var.name }",
        ),
    ])
    .read();
    assert_eq!(read.messages(), Vec::<String>::new());
    let zone = "module.zones.module.inner.aws_route53_zone.z";
    assert_eq!(read.shown(zone, "name"), "\"a.example\"");
}

#[test]
fn a_module_that_is_not_there_is_named_and_what_it_gives_is_unknown() {
    let read = Config::of(&[(
        "main.tf",
        r#"
module "remote" {
  source = "git::https://example.com/zones.git"
}
module "outside" {
  source = "../outside"
}
resource "t" "r" {
  remote  = module.remote.zone_id
  outside = module.outside.zone_id
}
"#,
    )])
    .read();
    let messages = read.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with(
        "main.tf:2:1: module remote (git::https://example.com/zones.git) is not read:"
    ));
    assert!(messages[1].contains("module outside (../outside) is not read:"));
    assert!(messages[1].contains("lies outside the given paths"));
    assert_eq!(
        read.shown("t.r", "remote"),
        "unknown(module remote is not read: it is not a local module and `terraform init` has not installed it)"
    );
    assert!(
        read.shown("t.r", "outside")
            .starts_with("unknown(module outside is not read:")
    );
}

#[test]
fn modules_that_call_each_other_are_found_out() {
    let read = Config::of(&[
        (
            "main.tf",
            "module \"a\" { source = \"./a\" }\nprovider \"aws\" {}",
        ),
        (
            "a/main.tf",
            "module \"b\" { source = \"../b\" }\nresource \"aws_vpc\" \"in_a\" {}",
        ),
        (
            "b/main.tf",
            "module \"a\" { source = \"../a\" }\nresource \"aws_vpc\" \"in_b\" {}",
        ),
    ])
    .read();
    assert_eq!(
        read.addresses(),
        ["module.a.aws_vpc.in_a", "module.a.module.b.aws_vpc.in_b"]
    );
    assert_eq!(
        read.messages(),
        ["b/main.tf:1:1: module a.b.a (../a) is not read: it calls itself"]
    );
}

#[test]
fn roots_and_libraries() {
    let zone = "resource \"aws_route53_zone\" \"z\" { name = \"example\" }";
    let library = format!("variable \"x\" {{}}\n{zone}");
    let config = Config::of(&[
        ("plain/main.tf", zone),
        ("library/main.tf", &library),
        (
            "provider/main.tf",
            &format!("{library}\nprovider \"aws\" {{}}"),
        ),
        (
            "backend/main.tf",
            &format!("{library}\nterraform {{\n  cloud {{}}\n}}"),
        ),
        ("lock/main.tf", &library),
        ("lock/.terraform.lock.hcl", ""),
        ("values/main.tf", &library),
        ("values/prod.tfvars", "x = 1"),
        (
            "json/main.tf.json",
            r#"{"variable": {"x": {}}, "terraform": {"backend": {"s3": {}}}}"#,
        ),
        ("calls/main.tf", "module \"m\" { source = \"../called\" }"),
        ("called/main.tf", zone),
        ("empty/README.md", ""),
    ]);
    let read = config.read();
    let roots: Vec<&str> = read
        .reading
        .roots
        .iter()
        .map(|root| root.directory.as_str())
        .collect();
    assert_eq!(
        roots,
        [
            "backend", "calls", "json", "lock", "plain", "provider", "values"
        ]
    );
    assert_eq!(read.reading.libraries, ["library"]);
    let options = Options {
        libraries: true,
        ..Options::default()
    };
    let read = config.read_with(&options);
    let library = read
        .reading
        .roots
        .iter()
        .find(|root| root.directory == "library");
    assert!(library.unwrap().library);
}

#[test]
fn depends_on_reaches_through_modules() {
    let read = Config::of(&[
        (
            "main.tf",
            r#"
module "ksk" { source = "./ksk" }
resource "aws_route53_hosted_zone_dnssec" "by_module" {
  hosted_zone_id = "Z1"
  depends_on     = [module.ksk]
}
resource "aws_route53_hosted_zone_dnssec" "by_output" {
  hosted_zone_id = module.ksk.zone_id
}
module "signing" {
  source     = "./signing"
  depends_on = [module.ksk]
}
resource "aws_route53_hosted_zone_dnssec" "alone" {
  hosted_zone_id = "Z1"
}
"#,
        ),
        (
            "ksk/main.tf",
            r#"
resource "aws_route53_key_signing_key" "k" { hosted_zone_id = "Z1" }
output "zone_id" {
  value = local.hop
}
locals { hop = aws_route53_key_signing_key.k.hosted_zone_id }
"#,
        ),
        (
            "signing/main.tf",
            "resource \"aws_route53_hosted_zone_dnssec\" \"s\" { hosted_zone_id = \"Z1\" }",
        ),
    ])
    .read();
    let depends_on = |address: &str| -> Vec<String> {
        let addresses = read.instance(address).depends_on.iter();
        addresses.map(ToString::to_string).collect()
    };
    let ksk = ["module.ksk.aws_route53_key_signing_key.k"];
    assert_eq!(depends_on("aws_route53_hosted_zone_dnssec.by_module"), ksk);
    assert_eq!(depends_on("aws_route53_hosted_zone_dnssec.by_output"), ksk);
    assert_eq!(
        depends_on("module.signing.aws_route53_hosted_zone_dnssec.s"),
        ksk
    );
    assert_eq!(depends_on("aws_route53_hosted_zone_dnssec.alone"), [""; 0]);
    assert_eq!(
        read.shown("aws_route53_hosted_zone_dnssec.by_output", "hosted_zone_id"),
        "\"Z1\""
    );
}
