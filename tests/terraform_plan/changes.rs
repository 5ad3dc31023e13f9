//! What will be done, and what that takes away.

use super::read::{Folder, plan, shown};
use zonewarden::iac::terraform::plan::{Action, How, Plan, Withdrawal, Withdrawn};

fn actions(plan: &Plan, address: &str) -> Vec<Action> {
    let mut changes = plan.changes.iter();
    let found = changes.find(|change| change.address.as_ref() == address);
    found.unwrap().actions.clone()
}

#[test]
fn actions_are_what_is_done_in_order() {
    let plan = Folder::of("existing").plan();
    let of = |address: &str| actions(&plan, address);
    assert_eq!(of("aws_route53_zone.off"), []);
    assert_eq!(of("aws_route53_hosted_zone_dnssec.off"), [Action::Update]);
    assert_eq!(
        of("aws_route53_hosted_zone_dnssec.unsigned"),
        [Action::Delete]
    );
    assert_eq!(of("aws_kms_key.replaced"), [Action::Delete, Action::Create]);
    assert_eq!(
        of("aws_route53_hosted_zone_dnssec.forgotten"),
        [Action::Forget]
    );
    let mut changes = plan.changes.iter();
    let key = changes.find(|change| change.address.as_ref() == "aws_kms_key.replaced");
    let key = key.unwrap();
    assert!(key.replaces());
    assert_eq!(key.reason.as_deref(), Some("replace_because_cannot_update"));
    let was = key.before.get("customer_master_key_spec");
    assert_eq!(was.unwrap().as_str(), Some("ECC_NIST_P256"));
    let new = Folder::of("new").plan();
    assert!(new.changes.iter().all(|change| change.before.is_null()));
}

#[test]
fn what_is_taken_from_zones_that_stay() {
    let plan = Folder::of("existing").plan();
    let withdrawal = |address: &str, what, how, zone_id: &str, remaining: &[&str]| Withdrawal {
        address: address.into(),
        what,
        how,
        zone_id: zone_id.into(),
        remaining: remaining.iter().map(|address| (*address).into()).collect(),
    };
    assert_eq!(
        plan.withdrawals(),
        [
            withdrawal(
                "aws_kms_key.replaced",
                Withdrawn::Key,
                How::Replaced,
                "Z0REPLACED",
                &[]
            ),
            withdrawal(
                "aws_route53_hosted_zone_dnssec.off",
                Withdrawn::Signing,
                How::TurnedOff,
                "Z0OFF",
                &[]
            ),
            withdrawal(
                "aws_route53_hosted_zone_dnssec.unsigned",
                Withdrawn::Signing,
                How::Destroyed,
                "Z0UNSIGNED",
                &[]
            ),
            withdrawal(
                "aws_route53_key_signing_key.rolled[\"old\"]",
                Withdrawn::Ksk,
                How::TurnedOff,
                "Z0ROLLED",
                &["aws_route53_key_signing_key.rolled[\"new\"]"]
            ),
        ]
    );
}

#[test]
fn nothing_is_taken_where_nothing_was() {
    assert_eq!(Folder::of("new").plan().withdrawals(), []);
}

#[test]
fn a_deposed_object_is_not_the_current_one() {
    let plan = plan(
        r#"{"format_version": "1.2", "planned_values": {}, "resource_changes": [
            {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
             "deposed": "beefdead",
             "change": {"actions": ["forget"], "before": {"arn": "older"}, "after": null}},
            {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
             "change": {"actions": ["no-op"], "before": {"arn": "new"}, "after": {"arn": "new"}}},
            {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
             "deposed": "deadbeef",
             "change": {"actions": ["delete"], "before": {"arn": "old"}, "after": null}}],
            "configuration": {"root_module": {}}}"#,
    )
    .unwrap();
    assert_eq!(plan.problems, []);
    assert_eq!(shown(&plan, "aws_kms_key.k", "arn"), "\"new\"");
    assert_eq!(plan.changes[2].deposed.as_deref(), Some("deadbeef"));
    assert!(plan.changes[2].destroys());
    assert_eq!(plan.withdrawals(), []);
}
