//! A plan together with the configuration that it is of.

use super::read::{Folder, addresses, instance, shown};

#[test]
fn places_are_those_of_the_source() {
    let plan = Folder::of("new").plan_with_source();
    assert_eq!(plan.root.directory, ".");
    let ksk = instance(&plan, "aws_route53_key_signing_key.main");
    assert_eq!(
        ksk.header.text(),
        "resource \"aws_route53_key_signing_key\" \"main\""
    );
    let zone = &ksk.body.arguments["hosted_zone_id"];
    assert_eq!(
        zone.place.text(),
        "hosted_zone_id             = aws_route53_zone.main.id"
    );
    // What the provider fills in stands at the header of the block that lacks it.
    assert_eq!(ksk.body.arguments["status"].place, ksk.header);
    let statement = &instance(&plan, "data.aws_iam_policy_document.ksk")
        .body
        .arguments["statement"];
    let values = statement.value.items().unwrap()[0]
        .get("condition")
        .unwrap();
    let values = values.items().unwrap()[0].get("values").unwrap();
    assert_eq!(values.place.text(), "[aws_route53_zone.main.arn]");
    assert!(
        plan.changes
            .iter()
            .all(|change| change.place.file() == "main.tf")
    );
}

#[test]
fn places_within_modules_have_the_calls_that_lead_there() {
    let plan = Folder::of("modules").plan_with_source();
    let zone = instance(&plan, "module.zones[\"b.example\"].aws_route53_zone.this");
    assert_eq!(zone.header.file(), "zones/main.tf");
    let calls: Vec<_> = zone.calls.iter().map(|call| call.text()).collect();
    assert_eq!(calls, ["module \"zones\""]);
}

#[test]
fn the_source_tells_what_the_plan_does_not() {
    let plan = Folder::of("new").plan_with_source();
    let shown = |address: &str, attribute: &str| shown(&plan, address, attribute);
    assert_eq!(
        shown("aws_route53_hosted_zone_dnssec.local", "hosted_zone_id"),
        "<aws_route53_zone.main.zone_id>"
    );
    assert_eq!(
        shown("aws_cloudwatch_metric_alarm.failure", "alarm_name"),
        "\"dnssec-${aws_route53_zone.main.zone_id}\""
    );
    assert!(shown("aws_kms_key.encoded", "policy").contains("<aws_route53_zone.main.arn>"));
    let encoded = instance(&plan, "aws_kms_key.encoded");
    let prevented = encoded.prevent_destroy.as_ref();
    assert_eq!(prevented.and_then(|value| value.as_bool()), Some(true));
    // The condition is decided by the variable that the plan was made with.
    assert_eq!(
        shown("aws_route53_hosted_zone_dnssec.either", "hosted_zone_id"),
        "<aws_route53_zone.child.zone_id>"
    );
}

#[test]
fn what_the_plan_knows_stands() {
    let plan = Folder::of("existing").plan_with_source();
    assert_eq!(
        shown(
            &plan,
            "aws_route53_key_signing_key.rolled[\"old\"]",
            "hosted_zone_id"
        ),
        "\"Z0ROLLED\""
    );
    assert_eq!(shown(&plan, "aws_kms_key.rolled", "is_enabled"), "true");
    let before = Folder::of("existing").plan();
    assert_eq!(addresses(&plan), addresses(&before));
    assert_eq!(plan.withdrawals(), before.withdrawals());
    // What is no longer in the configuration has its place in the plan.
    let mut changes = plan.changes.iter();
    let gone = changes.find(|change| change.address.as_ref() == "aws_route53_zone.gone");
    assert_eq!(gone.unwrap().place.file(), "plan.json");
}

#[test]
fn another_configuration_changes_nothing() {
    let plan = Folder::of("existing").plan();
    let before = format!("{plan:?}");
    let none = zonewarden::iac::terraform::Reading::default();
    assert_eq!(format!("{:?}", plan.with_source(&none)), before);
}
