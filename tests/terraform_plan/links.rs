//! What is known after apply only, and what it refers to.

use super::read::{Folder, instance, plan, shown};
use zonewarden::iac::terraform::plan::Plan;

const MAIN: &str = "<aws_route53_zone.main.zone_id>";

#[test]
fn a_reference_is_followed_to_what_aws_will_tell() {
    let plan = Folder::of("new").plan();
    let shown = |address: &str, attribute: &str| shown(&plan, address, attribute);
    assert_eq!(
        shown("aws_route53_key_signing_key.main", "hosted_zone_id"),
        MAIN
    );
    assert_eq!(
        shown("aws_route53_hosted_zone_dnssec.main", "hosted_zone_id"),
        MAIN
    );
    assert_eq!(
        shown(
            "aws_route53_key_signing_key.main",
            "key_management_service_arn"
        ),
        "<aws_kms_key.ksk.arn>"
    );
    assert_eq!(
        shown("aws_route53_query_log.main", "cloudwatch_log_group_arn"),
        "<aws_cloudwatch_log_group.queries.arn>"
    );
    assert_eq!(
        shown("aws_cloudwatch_metric_alarm.failure", "alarm_actions"),
        "[<aws_sns_topic.dnssec.arn>]"
    );
    assert_eq!(
        shown("aws_cloudwatch_metric_alarm.failure", "dimensions"),
        format!("{{\"HostedZoneId\": {MAIN}}}")
    );
    assert_eq!(
        shown("aws_route53_record.delegation", "records"),
        "<aws_route53_zone.child.name_servers>"
    );
    assert_eq!(
        shown("aws_route53_record.ds", "records"),
        "[<aws_route53_key_signing_key.main.ds_record>]"
    );
}

#[test]
fn a_policy_document_that_waits_for_apply_is_put_together() {
    let plan = Folder::of("new").plan();
    assert_eq!(
        shown(&plan, "aws_kms_key.ksk", "policy"),
        "json({\"Statement\": [{\
         \"Action\": [\"kms:DescribeKey\", \"kms:GetPublicKey\", \"kms:Sign\"], \
         \"Condition\": {\"ArnEquals\": {\"aws:SourceArn\": <aws_route53_zone.main.arn>}}, \
         \"Effect\": \"Allow\", \
         \"Principal\": {\"Service\": \"dnssec-route53.amazonaws.com\"}, \
         \"Resource\": \"*\"}], \"Version\": \"2012-10-17\"})"
    );
}

#[test]
fn what_the_plan_does_not_say_is_unknown_with_the_reason() {
    let plan = Folder::of("new").plan();
    let shown = |address: &str, attribute: &str| shown(&plan, address, attribute);
    assert_eq!(
        shown("aws_cloudwatch_metric_alarm.failure", "alarm_name"),
        "unknown(it is made from aws_route53_zone.main.zone_id, and the plan does not say how)"
    );
    assert_eq!(
        shown("aws_kms_key.encoded", "policy"),
        "unknown(it is made from aws_route53_zone.main.arn, and the plan does not say how)"
    );
    assert_eq!(
        shown("aws_route53_hosted_zone_dnssec.either", "hosted_zone_id"),
        "unknown(it may be aws_route53_zone.main.zone_id or aws_route53_zone.child.zone_id)"
    );
    // The blocks of `dynamic` are not in the configuration of a plan.
    assert_eq!(
        shown("aws_route53_zone.child", "vpc"),
        "unknown(it is known only after apply)"
    );
    assert_eq!(shown("aws_route53_zone.main", "vpc"), "[]");
}

#[test]
fn what_the_configuration_leaves_to_aws_is_not_set() {
    let plan = Folder::of("new").plan();
    assert_eq!(shown(&plan, "aws_kms_key.plain", "policy"), "not set");
    assert_eq!(shown(&plan, "aws_kms_key.plain", "arn"), "not set");
    assert_eq!(shown(&plan, "aws_route53_zone.main", "zone_id"), "not set");
}

#[test]
fn a_local_value_is_what_contributes_to_the_plan_if_that_is_one_thing() {
    let ksk = "aws_route53_key_signing_key.k";
    let plan = Folder::of("local").plan();
    assert_eq!(shown(&plan, ksk, "hosted_zone_id"), MAIN);
    let plan = Folder::of("new").plan();
    assert_eq!(
        shown(
            &plan,
            "aws_route53_hosted_zone_dnssec.local",
            "hosted_zone_id"
        ),
        "unknown(it may be aws_route53_zone.main.zone_id or aws_route53_zone.child.zone_id)"
    );
}

#[test]
fn a_local_value_alone_says_nothing() {
    let plan = linked(r#"{"references": ["local.zone_id"]}"#, "", "");
    assert_eq!(
        zone_of(&plan),
        "unknown(it comes from local.zone_id, and a plan does not say what local values are)"
    );
}

#[test]
fn instances_correspond_by_key() {
    let plan = Folder::of("modules").plan();
    let zone = |address: &str| shown(&plan, address, "hosted_zone_id");
    let dnssec = "aws_route53_hosted_zone_dnssec";
    assert_eq!(
        zone(&format!("{dnssec}.counted[1]")),
        "<aws_route53_zone.counted[1].zone_id>"
    );
    assert_eq!(
        zone(&format!("{dnssec}.first")),
        "<aws_route53_zone.counted[0].zone_id>"
    );
    assert_eq!(
        zone(&format!("{dnssec}.out[\"b.example\"]")),
        "<module.zones[\"b.example\"].aws_route53_zone.this.zone_id>"
    );
    assert_eq!(
        shown(
            &plan,
            "aws_cloudwatch_metric_alarm.z[\"a.example\"]",
            "dimensions"
        ),
        "{\"HostedZoneId\": <module.zones[\"a.example\"].aws_route53_zone.this.zone_id>}"
    );
}

#[test]
fn references_go_into_and_out_of_modules() {
    let plan = Folder::of("modules").plan();
    let far = "module.far.aws_route53_key_signing_key.this";
    assert_eq!(
        shown(&plan, far, "key_management_service_arn"),
        "<aws_kms_key.ksk.arn>"
    );
    assert_eq!(
        shown(&plan, far, "hosted_zone_id"),
        "<module.far.aws_route53_zone.this.zone_id>"
    );
    assert_eq!(
        shown(&plan, "aws_route53_record.ds", "records"),
        format!("[<{far}.ds_record>]")
    );
}

#[test]
fn references_without_attributes_mean_the_one_that_the_argument_holds() {
    // Terraform before 1.0 lists the resource only.
    let plan = linked(r#"{"references": ["aws_route53_zone.z"]}"#, "", "");
    assert_eq!(zone_of(&plan), "<aws_route53_zone.z[\"a\"].zone_id>");
}

#[test]
fn one_of_several_instances_is_not_chosen() {
    let second = r#", {"address": "aws_route53_zone.z[\"b\"]", "mode": "managed",
        "type": "aws_route53_zone", "name": "z", "index": "b",
        "change": {"actions": ["create"], "before": null, "after": {"name": "b"},
            "after_unknown": {"zone_id": true}}}"#;
    let some = |references: &str| zone_of(&linked(references, second, ""));
    let unknown = "unknown(it comes from one of the 2 instances of aws_route53_zone.z, \
                   and the plan does not say which)";
    assert_eq!(some(r#"{"references": ["aws_route53_zone.z"]}"#), unknown);
    assert_eq!(
        some(r#"{"references": ["aws_route53_zone.z", "each.value.zone", "each.value"]}"#),
        unknown
    );
    assert_eq!(
        some(
            r#"{"references": ["aws_route53_zone.z[\"b\"].zone_id", "aws_route53_zone.z[\"b\"]", "aws_route53_zone.z"]}"#
        ),
        "<aws_route53_zone.z[\"b\"].zone_id>"
    );
}

#[test]
fn keys_may_hold_anything() {
    // In an address a template marker is doubled; in a reference it is not.
    let address = r#"module.m[\"a.b[0] \\\"$${c\"]"#;
    let reference = r#"module.m[\"a.b[0] \\\"${c\"]"#;
    let text = format!(
        r#"{{"format_version": "1.2", "resource_changes": [
            {{"address": "{address}.aws_route53_zone.z", "module_address": "{address}",
              "mode": "managed", "type": "aws_route53_zone", "name": "z",
              "change": {{"actions": ["create"], "after": {{}},
                "after_unknown": {{"zone_id": true}}}}}},
            {{"address": "module.m[\"d\"].aws_route53_zone.z",
              "module_address": "module.m[\"d\"]",
              "mode": "managed", "type": "aws_route53_zone", "name": "z",
              "change": {{"actions": ["create"], "after": {{}},
                "after_unknown": {{"zone_id": true}}}}}},
            {{"address": "t.t", "mode": "managed", "type": "t", "name": "t",
              "change": {{"actions": ["create"], "after": {{}},
                "after_unknown": {{"zone_id": true}}}}}}],
          "configuration": {{"root_module": {{
            "resources": [{{"mode": "managed", "type": "t", "name": "t", "expressions":
              {{"zone_id": {{"references": ["{reference}.id", "{reference}", "module.m"]}}}}}}],
            "module_calls": {{"m": {{"module": {{
              "outputs": {{"id": {{"expression":
                {{"references": ["aws_route53_zone.z.zone_id", "aws_route53_zone.z"]}}}}}},
              "resources": [{{"mode": "managed", "type": "aws_route53_zone", "name": "z",
                "expressions": {{}}}}]}}}}}}}}}}}}"#
    );
    assert_eq!(
        shown(&plan(&text).unwrap(), "t.t", "zone_id"),
        r#"<module.m["a.b[0] \"$${c"].aws_route53_zone.z.zone_id>"#
    );
}

#[test]
fn circles_of_references_end() {
    let circle = r#", {"address": "aws_route53_hosted_zone_dnssec.s", "mode": "managed",
        "type": "aws_route53_hosted_zone_dnssec", "name": "s",
        "expressions": {"hosted_zone_id": {"references": ["aws_route53_key_signing_key.k.hosted_zone_id"]}}}"#;
    let plan = linked(
        r#"{"references": ["aws_route53_hosted_zone_dnssec.s.hosted_zone_id"]}"#,
        r#", {"address": "aws_route53_hosted_zone_dnssec.s", "mode": "managed",
            "type": "aws_route53_hosted_zone_dnssec", "name": "s",
            "change": {"actions": ["create"], "before": null, "after": {},
                "after_unknown": {"hosted_zone_id": true}}}"#,
        circle,
    );
    assert_eq!(
        zone_of(&plan),
        "unknown(its references lead back to itself)"
    );
}

#[test]
fn dependencies_are_references_and_what_is_named() {
    let plan = Folder::of("new").plan();
    let on = |address: &str| -> Vec<String> {
        let on = &instance(&plan, address).depends_on;
        on.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        on("aws_cloudwatch_metric_alarm.failure"),
        [
            "aws_route53_hosted_zone_dnssec.main",
            "aws_route53_zone.main",
            "aws_sns_topic.dnssec"
        ]
    );
    let plan = Folder::of("modules").plan();
    let far = instance(&plan, "module.far.aws_route53_key_signing_key.this");
    let far: Vec<_> = far.depends_on.iter().map(AsRef::as_ref).collect();
    assert_eq!(far, ["aws_kms_key.ksk", "module.far.aws_route53_zone.this"]);
}

/// A plan of a zone `z["a"]` and a KSK whose `hosted_zone_id` has that expression, with more
/// changes and more blocks.
fn linked(expression: &str, changes: &str, blocks: &str) -> Plan {
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{}}, "resource_changes": [
            {{"address": "aws_route53_zone.z[\"a\"]", "mode": "managed",
              "type": "aws_route53_zone", "name": "z", "index": "a",
              "change": {{"actions": ["create"], "before": null, "after": {{"name": "a"}},
                  "after_unknown": {{"arn": true, "id": true, "zone_id": true}}}}}},
            {{"address": "aws_route53_key_signing_key.k", "mode": "managed",
              "type": "aws_route53_key_signing_key", "name": "k",
              "change": {{"actions": ["create"], "before": null, "after": {{}},
                  "after_unknown": {{"hosted_zone_id": true}}}}}}{changes}],
          "configuration": {{"root_module": {{"resources": [
            {{"address": "aws_route53_zone.z", "mode": "managed",
              "type": "aws_route53_zone", "name": "z", "expressions": {{}}}},
            {{"address": "aws_route53_key_signing_key.k", "mode": "managed",
              "type": "aws_route53_key_signing_key", "name": "k",
              "expressions": {{"hosted_zone_id": {expression}}}}}{blocks}]}}}}}}"#
    );
    plan(&text).unwrap()
}

fn zone_of(plan: &Plan) -> String {
    shown(plan, "aws_route53_key_signing_key.k", "hosted_zone_id")
}
