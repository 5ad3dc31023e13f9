//! A snapshot of an organisation that holds the hosted zones of a tree, with nothing wrong on the
//! side of AWS but what the tree says: keys that Route 53 can use, alarms that cover every zone,
//! and query logs.

use serde_json::{Value as Json, json};
use zonewarden::inventory::{DnsObservation, DnsRun, Record};

use super::dns_tree::{HeldKsk, HeldZone, Tree, TreeZone};

const ACCOUNT: &str = "111111111111";

/// The hosted zone id of the zone at a place in the tree.
fn zone_id(at: usize) -> String {
    format!("Z{at:018}")
}

/// The ARN of the hosted zone at a place in the tree.
pub(crate) fn zone_arn(at: usize) -> String {
    format!("arn:aws:route53:::hostedzone/{}", zone_id(at))
}

/// The ARN of the KMS key behind a KSK of the zone at a place in the tree.
pub(crate) fn key_arn(at: usize, ksk: &str) -> String {
    format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/{}-{ksk}", zone_id(at))
}

/// The records of the snapshot, the header first, with what was observed of the zones in DNS.
pub(crate) fn records(
    tree: &Tree,
    run: &DnsRun,
    observations: impl IntoIterator<Item = DnsObservation>,
) -> Vec<Record> {
    let now = jiff::Timestamp::now();
    let held = || {
        let zones = tree.zones.iter().enumerate();
        zones.filter_map(|(at, zone)| Some((at, zone, zone.aws.as_ref()?)))
    };
    let mut documents = vec![
        json!({"header": {
            "schema": "zonewarden.snapshot/1", "version": "0", "started_at": now,
            "caller": format!("arn:aws:iam::{ACCOUNT}:user/a"), "account": ACCOUNT,
            "partition": "aws", "home_region": "us-east-1", "scope": "organization",
            "organization": {"id": "o-tree", "root": "r-tree", "management_account": ACCOUNT},
            "dns": run, "record_sets": "all",
        }}),
        json!({"account": {
            "id": ACCOUNT, "name": "all", "state": "ACTIVE", "ou": {"path": "/", "ids": "r-tree"},
            "selected": true, "skipped": null,
        }}),
    ];
    for (at, zone, aws) in held() {
        documents.push(json!({"zone": zone_record(at, zone, aws)}));
        let keys = aws.ksks.iter();
        documents.extend(keys.map(|ksk| json!({"key": key_record(at, ksk)})));
        let sets = json!({
            "zone": zone_id(at), "account": ACCOUNT, "sets": record_sets(tree, zone, aws),
            "collected_at": now,
        });
        documents.push(json!({"record_sets": sets}));
    }
    documents.extend(alarms());
    documents.push(json!({"account_read": {
        "id": ACCOUNT, "tags": {}, "public_zones": held().count(), "private_zones": 0,
    }}));
    let documents = documents.into_iter();
    let mut records: Vec<Record> = documents
        .map(|document| serde_json::from_value(document).unwrap())
        .collect();
    let observations = observations.into_iter().map(Box::new);
    records.extend(observations.map(Record::DnsObservation));
    records
}

fn zone_record(at: usize, zone: &TreeZone, aws: &HeldZone) -> Json {
    let ksks: Vec<Json> = aws.ksks.iter().map(|ksk| ksk_record(at, ksk)).collect();
    json!({
        "id": zone_id(at), "arn": zone_arn(at), "account": ACCOUNT, "name": zone.name,
        "comment": null, "resource_record_set_count": 2, "linked_service": null, "tags": {},
        "delegation_set": aws.delegation_set,
        "dnssec": {"serve_signature": aws.serve_signature, "status_message": null},
        "ksks": ksks,
        "query_logs": [{
            "id": "log",
            "cloud_watch_logs_log_group_arn":
                format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/route53/all"),
        }],
        "collected_at": jiff::Timestamp::now(),
    })
}

fn ksk_record(at: usize, ksk: &HeldKsk) -> Json {
    json!({
        "name": ksk.name, "key": {"item": key_arn(at, &ksk.name)}, "flag": 257,
        "signing_algorithm_mnemonic": "ECDSAP256SHA256", "signing_algorithm_type": 13,
        "digest_algorithm_mnemonic": "SHA-256", "digest_algorithm_type": 2,
        "key_tag": ksk.key_tag, "digest_value": ksk.digest_value, "public_key": ksk.public_key,
        "ds_record": ksk.ds_record, "dnskey_record": ksk.dnskey_record, "status": ksk.status,
        "status_message": null, "created_date": ksk.created_date,
        "last_modified_date": ksk.created_date,
    })
}

fn key_record(at: usize, ksk: &HeldKsk) -> Json {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {
            "Sid": "Account", "Effect": "Allow", "Resource": "*", "Action": "kms:*",
            "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
        },
        {
            "Sid": "Sign", "Effect": "Allow", "Resource": "*",
            "Principal": {"Service": "dnssec-route53.amazonaws.com"},
            "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
        {
            "Sid": "Grant", "Effect": "Allow", "Resource": "*", "Action": "kms:CreateGrant",
            "Principal": {"Service": "dnssec-route53.amazonaws.com"},
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]});
    json!({
        "arn": key_arn(at, &ksk.name), "account": ACCOUNT, "region": "us-east-1",
        "metadata": {
            "key_state": "Enabled", "key_spec": "ECC_NIST_P256", "key_usage": "SIGN_VERIFY",
            "key_manager": "CUSTOMER", "origin": "AWS_KMS", "multi_region": false,
            "creation_date": ksk.created_date, "deletion_date": null, "valid_to": null,
        },
        "policy": policy.to_string(), "public_key": ksk.spki,
        "collected_at": jiff::Timestamp::now(),
    })
}

/// The NS and SOA records of the apex, and what the zone holds for those right below it.
fn record_sets(tree: &Tree, zone: &TreeZone, aws: &HeldZone) -> Vec<Json> {
    let set = |name: &str, record_type: &str, ttl: u32, values: Vec<String>| {
        json!({
            "name": name, "type": record_type, "ttl": ttl, "set_identifier": null,
            "values": values,
        })
    };
    let soa = format!(
        "{} hostmaster.test. 1 7200 900 1209600 3600",
        aws.delegation_set[0]
    );
    let mut sets = vec![
        set(&zone.name, "NS", 3600, aws.delegation_set.clone()),
        set(&zone.name, "SOA", 900, vec![soa]),
    ];
    for child in &tree.zones {
        if tree
            .parent(child)
            .is_none_or(|parent| parent.name != zone.name)
        {
            continue;
        }
        for (record_type, values) in [("NS", &child.parent_ns), ("DS", &child.parent_ds)] {
            if !values.is_empty() {
                sets.push(set(&child.name, record_type, 3600, values.clone()));
            }
        }
    }
    sets
}

/// An alarm on each metric that tells of trouble, over every zone of the account, and its topic.
fn alarms() -> Vec<Json> {
    let now = jiff::Timestamp::now();
    let topic = format!("arn:aws:sns:us-east-1:{ACCOUNT}:oncall");
    let mut records = vec![json!({"topic": {
        "arn": topic, "account": ACCOUNT, "region": "us-east-1",
        "attributes": {"subscriptions_confirmed": 1, "subscriptions_pending": 0},
        "collected_at": now,
    }})];
    let metrics = [
        ("DNSSECInternalFailure", 1),
        ("DNSSECKeySigningKeysNeedingAction", 1),
        ("DNSSECKeySigningKeyAge", 30_000_000),
    ];
    records.extend(metrics.map(|(metric, threshold)| {
        let expression =
            format!(r#"SELECT MAX({metric}) FROM SCHEMA("AWS/Route53", HostedZoneId)"#);
        json!({"alarm": {
            "arn": format!("arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{metric}"),
            "account": ACCOUNT, "region": "us-east-1", "name": metric, "actions_enabled": true,
            "alarm_actions": [{"item": topic}], "state_value": "OK",
            "state_transitioned_timestamp": now,
            "trigger": {"metric": {
                "evaluation_periods": 1, "threshold": threshold,
                "comparison_operator": "GreaterThanOrEqualToThreshold",
                "treat_missing_data": "notBreaching",
                "metrics": [{
                    "id": "q1", "expression": expression, "return_data": true, "period": 14400,
                }],
            }},
            "collected_at": now,
        }})
    }));
    records
}
