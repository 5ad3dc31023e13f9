//! What there will be: values that are known, sensitive ones, regions, accounts and places.

use std::collections::BTreeSet;

use super::read::{Folder, addresses, instance, plan, plan_with, shown};
use zonewarden::iac::terraform::Mode;
use zonewarden::iac::terraform::plan::Options;

#[test]
fn known_attributes_are_arguments() {
    let plan = Folder::of("existing").plan();
    let zone = "aws_route53_zone.rolled";
    assert_eq!(shown(&plan, zone, "zone_id"), "\"Z0ROLLED\"");
    assert_eq!(shown(&plan, zone, "name"), "\"rolled.example\"");
    assert_eq!(
        shown(
            &plan,
            "aws_route53_hosted_zone_dnssec.rolled",
            "hosted_zone_id"
        ),
        "\"Z0ROLLED\""
    );
    let key = "aws_kms_key.rolled";
    assert_eq!(
        shown(&plan, key, "arn"),
        shown(
            &plan,
            "aws_route53_key_signing_key.rolled[\"new\"]",
            "key_management_service_arn"
        )
    );
    // Null is as good as not set.
    assert_eq!(shown(&plan, zone, "timeouts"), "not set");
}

#[test]
fn sensitive_values_are_not_known() {
    let plan = Folder::of("new").plan();
    assert_eq!(
        shown(&plan, "aws_route53_zone.main", "comment"),
        "unknown(the plan marks it as sensitive)"
    );
    assert!(!format!("{plan:?}").contains("open sesame"));
    let comment = &instance(&plan, "aws_route53_zone.main").body.arguments["comment"];
    assert_eq!(comment.place.text(), "\"comment\"");
    assert_eq!(comment.value.place.text(), "");
    let plan = Folder::of("new").plan_with_source();
    assert_eq!(
        shown(&plan, "aws_route53_zone.main", "comment"),
        "unknown(the plan marks it as sensitive)"
    );
}

#[test]
fn sensitive_parts_leave_the_rest() {
    let plan = plan(
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
            {"address": "t.a", "mode": "managed", "type": "t", "name": "a",
             "values": {"b": [{"c": "secret", "d": 1}], "e": ["f", "g"]},
             "sensitive_values": {"b": [{"c": true}], "e": [false, true]}}]}},
            "resource_changes": [{"address": "t.a", "mode": "managed", "type": "t", "name": "a",
                "change": {"actions": ["delete"], "before": {"h": "hidden", "i": 2},
                    "after": null, "before_sensitive": {"h": true}}}]}"#,
    )
    .unwrap();
    let hidden = "unknown(the plan marks it as sensitive)";
    assert_eq!(
        shown(&plan, "t.a", "b"),
        format!("[{{\"c\": {hidden}, \"d\": 1}}]")
    );
    assert_eq!(shown(&plan, "t.a", "e"), format!("[\"f\", {hidden}]"));
    assert_eq!(
        format!("{:?}", plan.changes[0].before.data),
        format!("{{\"h\": {hidden}, \"i\": 2}}")
    );
}

#[test]
fn data_sources_are_there_read_or_not() {
    let waiting = Folder::of("new").plan();
    let document = instance(&waiting, "data.aws_iam_policy_document.ksk");
    assert_eq!(document.mode, Mode::Data);
    let read = plan(
        r#"{"format_version": "1.2", "planned_values": {},
            "prior_state": {"values": {"root_module": {"child_modules": [
                {"address": "module.a", "child_modules": [
                    {"address": "module.a.module.b[0]", "resources": [
                        {"address": "module.a.module.b[0].data.aws_route53_zone.z",
                         "mode": "data", "type": "aws_route53_zone", "name": "z",
                         "values": {"zone_id": "Z1"}},
                        {"address": "module.a.module.b[0].aws_route53_zone.old",
                         "mode": "managed", "type": "aws_route53_zone", "name": "old",
                         "values": {"zone_id": "Z2"}}]}]}]}}}}"#,
    )
    .unwrap();
    let address = "module.a.module.b[0].data.aws_route53_zone.z";
    assert_eq!(addresses(&read), [address]);
    assert_eq!(shown(&read, address, "zone_id"), "\"Z1\"");
}

#[test]
fn what_is_only_forgotten_stays() {
    let plan = Folder::of("existing").plan();
    let address = "aws_route53_hosted_zone_dnssec.forgotten";
    assert_eq!(shown(&plan, address, "hosted_zone_id"), "\"Z0FORGOTTEN\"");
    assert!(!addresses(&plan).contains(&"aws_route53_hosted_zone_dnssec.gone"));
}

#[test]
fn only_the_types_that_are_asked_for() {
    let options = Options {
        kinds: Some(BTreeSet::from(["aws_kms_key".to_owned()])),
        ..Options::default()
    };
    let text = include_str!("new/plan.json");
    let plan = plan_with(text, &options).unwrap();
    assert_eq!(
        addresses(&plan),
        [
            "aws_kms_key.encoded",
            "aws_kms_key.ksk",
            "aws_kms_key.plain"
        ]
    );
    assert_eq!(plan.changes.len(), 3);
    // What they refer to is still followed.
    assert!(shown(&plan, "aws_kms_key.ksk", "policy").starts_with("json("));
}

#[test]
fn the_region_is_the_provider_s() {
    let plan = Folder::of("modules").plan();
    let region = |address: &str| format!("{:?}", instance(&plan, address).region.data);
    assert_eq!(region("aws_kms_key.ksk"), "\"us-east-1\"");
    assert_eq!(region("module.far.aws_route53_zone.this"), "\"eu-west-1\"");
    let zone = "module.zones[\"a.example\"].aws_route53_zone.this";
    assert_eq!(region(zone), "\"us-east-1\"");
}

#[test]
fn what_a_provider_does_not_state() {
    let of = |provider: &str, region: Option<&str>| {
        let text = format!(
            r#"{{"format_version": "1.0", "planned_values": {{"root_module": {{"resources": [
                {{"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key",
                  "name": "k", "values": {{"is_enabled": true}}}}]}}}},
              "variables": {{"region": {{"value": "eu-west-3"}}}},
              "configuration": {{"provider_config": {{"aws": {provider}}},
                "root_module": {{"resources": [{{"mode": "managed", "type": "aws_kms_key",
                  "name": "k", "provider_config_key": "aws", "expressions": {{}}}}]}}}}}}"#
        );
        let options = Options {
            region: region.map(str::to_owned),
            ..Options::default()
        };
        let plan = plan_with(&text, &options).unwrap();
        let key = instance(&plan, "aws_kms_key.k");
        (
            format!("{:?}", key.region.data),
            format!("{:?}", key.account.data),
        )
    };
    let pair = |region: &str, account: &str| (region.to_owned(), account.to_owned());
    assert_eq!(
        of(r#"{"name": "aws"}"#, None),
        pair("unknown(the provider states no region)", "<aws.account_id>")
    );
    assert_eq!(
        of(r#"{"name": "aws"}"#, Some("us-east-1")),
        pair("\"us-east-1\"", "<aws.account_id>")
    );
    assert_eq!(
        of(
            r#"{"name": "aws", "expressions": {"region": {"references": ["var.region"]},
                "profile": {"constant_value": "dns"}}}"#,
            None
        ),
        pair("\"eu-west-3\"", "<aws(profile = \"dns\").account_id>")
    );
    assert_eq!(
        of(
            r#"{"name": "aws", "expressions": {"region": {"references": ["local.region"]},
                "assume_role": [{"role_arn": {"constant_value":
                    "arn:aws:iam::444455556666:role/dns"}}]}}"#,
            None
        ),
        pair(
            "unknown(the region of the provider is not in the plan)",
            "\"444455556666\""
        )
    );
}

#[test]
fn a_provider_within_modules_is_given_what_they_are() {
    let plan = plan(
        r#"{"format_version": "1.2", "variables": {"region": {"value": "eu-west-2"}},
            "resource_changes": [
            {"address": "module.a.module.b.aws_kms_key.k", "module_address": "module.a.module.b",
             "mode": "managed", "type": "aws_kms_key", "name": "k",
             "change": {"actions": ["create"], "after": {}}}],
            "configuration": {
              "provider_config": {"module.a.module.b:aws": {"name": "aws",
                "module_address": "module.a.module.b",
                "expressions": {"region": {"references": ["var.inner"]},
                  "allowed_account_ids": {"references": ["var.accounts"]}}}},
              "root_module": {"module_calls": {"a": {
                "expressions": {"outer": {"references": ["var.region"]}},
                "module": {"module_calls": {"b": {
                  "expressions": {"inner": {"references": ["var.outer"]}},
                  "module": {"variables": {"accounts": {"default": ["777788889999"]}},
                    "resources": [{"mode": "managed", "type": "aws_kms_key", "name": "k",
                      "provider_config_key": "module.a.module.b:aws",
                      "expressions": {}}]}}}}}}}}}"#,
    )
    .unwrap();
    let key = instance(&plan, "module.a.module.b.aws_kms_key.k");
    assert_eq!(key.region.as_str(), Some("eu-west-2"));
    assert_eq!(key.account.as_str(), Some("777788889999"));
}

#[test]
fn what_was_made_tells_the_account() {
    let plan = Folder::of("existing").plan();
    let account = |address: &str| format!("{:?}", instance(&plan, address).account.data);
    assert_eq!(account("aws_kms_key.rolled"), "\"111122223333\"");
    assert_eq!(account("aws_route53_zone.rolled"), "\"111122223333\"");
}

#[test]
fn everything_has_its_place_in_the_plan() {
    let text = "{\"format_version\": \"1.2\", \"resource_changes\": [\n  \
                {\"address\": \"aws_route53_zone.z\", \"mode\": \"managed\",\n    \
                \"type\": \"aws_route53_zone\", \"name\": \"z\", \"change\": {\n      \
                \"actions\": [\"create\"], \"before\": null,\n      \
                \"after\": {\"name\": \"a.example\"},\n      \
                \"after_unknown\": {\"vpc\": true}}}]}";
    let plan = plan(text).unwrap();
    let zone = instance(&plan, "aws_route53_zone.z");
    assert_eq!(zone.header.text(), "\"address\": \"aws_route53_zone.z\"");
    assert_eq!(zone.header.to_string(), "plan.json:2:4");
    let name = &zone.body.arguments["name"];
    assert_eq!(name.place.text(), "\"name\": \"a.example\"");
    assert_eq!(name.value.place.text(), "\"a.example\"");
    assert_eq!(name.value.place.to_string(), "plan.json:5:25");
    assert_eq!(zone.body.arguments["vpc"].place.text(), "\"vpc\": true");
    assert_eq!(plan.changes[0].place, zone.header);
}
