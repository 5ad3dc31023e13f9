//! What resource policies of CloudWatch Logs let Route 53 write, row by row.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use zonewarden::derive::key_policy::{Access, LogPolicyStatements, Request};
use zonewarden::inventory::{Fact, LogPolicies, LogPolicy, Reason, Set, Unknown};

const GROUP: &str = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/route53/example.com";
const ZONE: &str = "Z0000000000000000001";

fn request() -> Request {
    Request {
        zone_arn: Fact::Known(format!("arn:aws:route53:::hostedzone/{ZONE}")),
        account: Fact::Known("111111111111".to_owned()),
        organization: Fact::Known(None),
        organization_path: Fact::Known(None),
        resource_arn: Fact::Known(GROUP.to_owned()),
        at: None,
    }
}

fn policies(documents: Set<String>) -> LogPolicies {
    LogPolicies {
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        policies: documents.map(|document| LogPolicy {
            name: "policy".to_owned(),
            document: Fact::Known(document),
        }),
        collected_at: Timestamp::UNIX_EPOCH,
    }
}

fn statement(changes: Json) -> Json {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": "route53.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": format!("{GROUP}:*"),
    });
    for (name, value) in changes.as_object().unwrap() {
        statement[name] = value.clone();
    }
    statement
}

fn document(statements: &[Json]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// What is decided of `CreateLogStream` and `PutLogEvents`.
fn told(policies: &LogPolicies) -> [String; 2] {
    let delivery = LogPolicyStatements::of(policies).delivery(&request(), ZONE);
    [delivery.create_log_stream, delivery.put_log_events].map(|access: Fact<Access>| match access {
        Fact::Known(access) => {
            let decision = serde_json::to_value(access.decision).unwrap();
            decision.as_str().unwrap().to_owned()
        }
        Fact::Unknown(mark) => format!("unknown: {}", mark.unknown.detail.unwrap()),
    })
}

#[test]
fn a_statement_is_judged_as_iam_judges_it() {
    let both = |decision: &str| [decision.to_owned(), decision.to_owned()];
    let rows: [(Json, [String; 2]); 13] = [
        (json!({}), both("allowed")),
        (json!({"Resource": "*"}), both("allowed")),
        (
            json!({"Resource": "arn:aws:logs:us-east-1:111111111111:log-group:/aws/route53/*"}),
            both("allowed"),
        ),
        (
            json!({"Resource": "arn:aws:logs:*:*:log-group:/aws/route53/*"}),
            both("allowed"),
        ),
        // Without what stands for its streams, the log group alone is named.
        (json!({"Resource": GROUP}), both("implicit_deny")),
        (
            json!({"Resource": format!("{GROUP}:log-stream:{ZONE}/*")}),
            both("allowed"),
        ),
        (
            json!({"Resource": "arn:aws:logs:eu-west-1:111111111111:log-group:*"}),
            both("implicit_deny"),
        ),
        (
            json!({"Action": "logs:Put*"}),
            ["implicit_deny".to_owned(), "allowed".to_owned()],
        ),
        (json!({"Action": "kms:*"}), both("implicit_deny")),
        (
            json!({"Principal": {"Service": "dnssec-route53.amazonaws.com"}}),
            both("implicit_deny"),
        ),
        (
            json!({"Principal": {"Service": ["es.amazonaws.com", "route53.amazonaws.com"]}}),
            both("allowed"),
        ),
        (
            json!({"Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"},
                "StringEquals": {"aws:SourceAccount": "111111111111"},
            }}),
            both("allowed"),
        ),
        (
            json!({"Condition": {"StringEquals": {"aws:SourceAccount": "222222222222"}}}),
            both("implicit_deny"),
        ),
    ];
    for (changes, expected) in rows {
        let documents = Set::complete([document(&[statement(changes.clone())])]);
        assert_eq!(told(&policies(documents)), expected, "{changes}");
    }
}

#[test]
fn the_policies_of_an_account_and_region_are_judged_together() {
    let allow = document(&[statement(json!({}))]);
    let others = document(&[statement(
        json!({"Principal": {"Service": "es.amazonaws.com"}}),
    )]);
    let deny = document(&[statement(
        json!({"Effect": "Deny", "Action": "logs:PutLogEvents"}),
    )]);
    let none: [String; 0] = [];
    assert_eq!(
        told(&policies(Set::complete(none))),
        ["implicit_deny", "implicit_deny"]
    );
    let two = Set::complete([others, allow.clone()]);
    assert_eq!(told(&policies(two)), ["allowed", "allowed"]);
    let denied = Set::complete([allow.clone(), deny]);
    assert_eq!(told(&policies(denied)), ["allowed", "explicit_deny"]);
}

#[test]
fn a_policy_that_cannot_be_read_may_say_anything_but_undo_a_denial() {
    let allow = document(&[statement(json!({}))]);
    let deny = document(&[statement(json!({"Effect": "Deny"}))]);
    let [create, put] = told(&policies(Set::complete([allow.clone(), "{".to_owned()])));
    assert!(
        create.starts_with("unknown: the resource policy policy cannot be read"),
        "{create}"
    );
    assert_eq!(create, put);
    let denied = Set::complete([deny, "{".to_owned()]);
    assert_eq!(told(&policies(denied)), ["explicit_deny", "explicit_deny"]);
    let mut torn = Set::complete([allow]);
    torn.add_gap(Unknown::because(Reason::Throttled, "the second page"));
    assert_eq!(
        told(&policies(torn)),
        ["unknown: the second page", "unknown: the second page"]
    );
}

#[test]
fn a_condition_that_is_not_known_leaves_open_what_rests_on_it() {
    let open = statement(json!({"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}));
    let [create, _] = told(&policies(Set::complete([document(&[open])])));
    assert_eq!(
        create,
        "unknown: statement policy/#1 of the resource policies: what the request holds for aws:SourceVpc is not known"
    );
}
