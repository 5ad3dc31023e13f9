//! Key policies: the named templates, and the little of their evaluation that cross-account calls need.

use serde::Deserialize;
use serde_json::{Value, json};

/// A key policy by name, for a key behind a KSK.
///
/// The words of the policies are those of the Route 53 Developer Guide, page
/// `access-control-managing-permissions`, section "Key policy required for DNSSEC signing".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PolicyTemplate {
    /// All that Route 53 needs, for the zones of the key's account only.
    Good,
    /// The same, and for hosted zones of Route 53 only.
    Guarded,
    /// Without any guard against a confused deputy.
    Unguarded,
    /// Without the statement that allows `kms:CreateGrant`.
    NoGrant,
    /// `kms:CreateGrant` for everybody's resources, not only for those of AWS services.
    OpenGrant,
    /// The account id of the guard is written with hyphens, so that it matches nothing.
    HyphenatedGuard,
    /// The guard names another account.
    WrongGuard,
    /// Everyone may do everything.
    Open,
    /// Route 53 is not mentioned.
    NoService,
    /// Route 53 is denied what it is also allowed.
    DeniedService,
    /// One role may both sign and schedule the key's deletion.
    SharedDuties,
}

impl PolicyTemplate {
    /// The policy document for a key of an account.
    pub(crate) fn document(self, account: &str) -> String {
        let root = json!({
            "Sid": "EnableIAMUserPermissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
            "Action": "kms:*",
            "Resource": "*",
        });
        let statements = match self {
            Self::Good => vec![root, service(Some(same_account(account))), grant(true)],
            Self::Guarded => vec![
                root,
                service(Some(json!({
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"},
                }))),
                grant(true),
            ],
            Self::Unguarded => vec![root, service(None), grant(true)],
            Self::NoGrant => vec![root, service(Some(same_account(account)))],
            Self::OpenGrant => vec![root, service(Some(same_account(account))), grant(false)],
            Self::HyphenatedGuard => {
                vec![
                    root,
                    service(Some(same_account(&hyphenated(account)))),
                    grant(true),
                ]
            }
            Self::WrongGuard => {
                vec![
                    root,
                    service(Some(same_account("999999999999"))),
                    grant(true),
                ]
            }
            Self::Open => vec![
                service(Some(same_account(account))),
                grant(true),
                json!({
                    "Sid": "AllowEveryone",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "kms:*",
                    "Resource": "*",
                }),
            ],
            Self::NoService => vec![root],
            Self::DeniedService => vec![
                root,
                service(Some(same_account(account))),
                grant(true),
                json!({
                    "Sid": "DenySigning",
                    "Effect": "Deny",
                    "Principal": {"Service": "dnssec-route53.amazonaws.com"},
                    "Action": "kms:Sign",
                    "Resource": "*",
                }),
            ],
            Self::SharedDuties => vec![
                root,
                service(Some(same_account(account))),
                grant(true),
                json!({
                    "Sid": "AllowKeyAdministration",
                    "Effect": "Allow",
                    "Principal": {"AWS": format!("arn:aws:iam::{account}:role/DnsOperator")},
                    "Action": ["kms:Sign", "kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"],
                    "Resource": "*",
                }),
            ],
        };
        json!({"Version": "2012-10-17", "Id": "dnssec-policy", "Statement": statements}).to_string()
    }
}

fn service(condition: Option<Value>) -> Value {
    let mut statement = json!({
        "Sid": "AllowRoute53DnssecService",
        "Effect": "Allow",
        "Principal": {"Service": "dnssec-route53.amazonaws.com"},
        "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
        "Resource": "*",
    });
    if let (Some(condition), Some(fields)) = (condition, statement.as_object_mut()) {
        fields.insert("Condition".to_owned(), condition);
    }
    statement
}

fn grant(for_aws_resource_only: bool) -> Value {
    let mut statement = json!({
        "Sid": "AllowRoute53DnssecServiceToCreateGrant",
        "Effect": "Allow",
        "Principal": {"Service": "dnssec-route53.amazonaws.com"},
        "Action": "kms:CreateGrant",
        "Resource": "*",
    });
    if let (true, Some(fields)) = (for_aws_resource_only, statement.as_object_mut()) {
        let condition = json!({"Bool": {"kms:GrantIsForAWSResource": "true"}});
        fields.insert("Condition".to_owned(), condition);
    }
    statement
}

fn same_account(account: &str) -> Value {
    json!({"StringEquals": {"aws:SourceAccount": account}})
}

/// An account id as the Developer Guide's example writes it: `1111-2222-3333`.
fn hyphenated(account: &str) -> String {
    [0..4, 4..8, 8..12]
        .into_iter()
        .filter_map(|range| account.get(range))
        .collect::<Vec<_>>()
        .join("-")
}

/// Whether an `Allow` statement of a key policy lets principals of another account perform an
/// action. Conditions are not evaluated: a conditional permission counts as one.
pub(crate) fn allows_account(policy: &str, account: &str, action: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    each(&document["Statement"]).iter().any(|statement| {
        statement["Effect"] == "Allow"
            && each(&statement["Action"])
                .iter()
                .filter_map(|pattern| pattern.as_str())
                .any(|pattern| matches_action(pattern, action))
            && names_account(&statement["Principal"], account)
    })
}

fn names_account(principal: &Value, account: &str) -> bool {
    principal == "*"
        || each(&principal["AWS"])
            .iter()
            .filter_map(|named| named.as_str())
            .any(|named| {
                named == "*" || named == account || named.split(':').nth(4) == Some(account)
            })
}

/// Whether an action matches a pattern that ends in `*`, or is the action itself; actions are
/// told apart without regard to case.
fn matches_action(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.strip_suffix('*') {
        Some(prefix) => action.starts_with(prefix),
        None => pattern == action,
    }
}

/// The elements of a value that IAM lets be one thing or a list of them.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}
