//! Key policies are judged as AWS's documentation says: a table of policies, requests and
//! outcomes, each row with the page that decides it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "key_policy/interpretations.rs"]
mod interpretations;

use std::fs;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use zonewarden::derive::key_policy::{KeyPolicy, Request, Scope};
use zonewarden::inventory::{Fact, Reason, Unknown};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    defaults: Defaults,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    request: Map<String, Value>,
    scope: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    source: String,
    #[serde(default, deserialize_with = "given")]
    version: Option<Value>,
    policy: Option<Value>,
    text: Option<String>,
    repeat: Option<Repeat>,
    statements: Option<Value>,
    condition: Option<Value>,
    #[serde(default)]
    request: Map<String, Value>,
    requests: Option<Vec<Map<String, Value>>>,
    #[serde(default)]
    scope: Map<String, Value>,
    expect: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    #[serde(default)]
    before: String,
    text: String,
    times: usize,
}

/// Numbers that look random, and are the same each time (xorshift).
struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }
}

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// One healthy document of the rules' input, of which a part is what a key policy gives.
fn sample(name: &str) -> Value {
    let path = format!(
        "{}/../policies/samples/{name}.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Tells null from nothing.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Row {
    fn text(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        if let Some(repeat) = &self.repeat {
            return repeat.before.clone() + &repeat.text.repeat(repeat.times);
        }
        if let Some(policy) = &self.policy {
            return policy.to_string();
        }
        let statements = self.statements.clone().unwrap_or_else(|| {
            let condition = self.condition.as_ref().expect("a policy");
            json!([{
                "Sid": "A",
                "Effect": "Allow",
                "Principal": {"Service": "dnssec-route53.amazonaws.com"},
                "Action": "kms:Sign",
                "Resource": "*",
                "Condition": condition,
            }])
        });
        match self.version.clone().unwrap_or_else(|| json!("2012-10-17")) {
            Value::Null => json!({"Statement": statements}).to_string(),
            version => json!({"Version": version, "Statement": statements}).to_string(),
        }
    }
}

fn read_table(name: &str) -> Table {
    let path = format!("{}/../tests/derive/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn table() -> Table {
    read_table("key_policy.yaml")
}

/// The table of policies in which symbols stand.
fn table_of_symbols() -> Table {
    read_table("key_policy_symbols.yaml")
}

fn unknown<T>() -> Fact<T> {
    Fact::unknown(Unknown::because(Reason::NotFoundInScope, "not read"))
}

/// A member of a request or scope; `unknown` is not known.
fn fact<T: DeserializeOwned>(members: &Map<String, Value>, name: &str) -> Fact<T> {
    match members.get(name) {
        Some(Value::String(text)) if text == "unknown" => unknown(),
        Some(value) => Fact::Known(serde_json::from_value(value.clone()).unwrap()),
        None => panic!("no {name}"),
    }
}

fn member<T: DeserializeOwned>(members: &Map<String, Value>, name: &str) -> T {
    serde_json::from_value(members.get(name).unwrap().clone()).unwrap()
}

fn with(defaults: &Map<String, Value>, changes: &Map<String, Value>) -> Map<String, Value> {
    let mut members = defaults.clone();
    for (name, value) in changes {
        let old = members.insert(name.clone(), value.clone());
        assert!(old.is_some(), "no default for {name}");
    }
    members
}

fn request(members: &Map<String, Value>) -> Request {
    Request {
        zone_arn: fact(members, "zone_arn"),
        account: fact(members, "account"),
        organization: fact(members, "organization"),
        organization_path: fact(members, "organization_path"),
        resource_arn: fact(members, "key_arn"),
        at: member(members, "at"),
    }
}

fn scope(members: &Map<String, Value>) -> Scope {
    Scope {
        key_arn: fact(members, "key_arn"),
        organization: fact(members, "organization"),
        accounts: Arc::new(member(members, "accounts")),
        complete: member(members, "complete"),
        at: member(members, "at"),
    }
}

/// Whether a fact, as it is written in JSON, is what the row says.
fn agrees(expected: &Value, found: &Value) -> bool {
    let Value::String(expected) = expected else {
        return expected == found;
    };
    if let Some(about) = expected.strip_prefix("unknown") {
        let why = &found["$unknown"];
        return why["reason"] == "not_determined"
            && why["detail"].as_str().unwrap().contains(about.trim_start());
    }
    if found.get("decision").is_none() {
        return found == expected;
    }
    let (decision, statement) = match expected.split_once(' ') {
        Some((decision, statement)) => (decision, json!(statement)),
        None => (expected.as_str(), Value::Null),
    };
    found["decision"] == decision && found["statement"] == statement
}

/// Everything that a row can ask of a policy, under the names by which rows ask for it.
fn outcomes(policy: &KeyPolicy, row: &Row, defaults: &Defaults) -> Map<String, Value> {
    let one = with(&defaults.request, &row.request);
    let requests: Vec<Request> = match &row.requests {
        Some(requests) => requests
            .iter()
            .map(|changes| request(&with(&one, changes)))
            .collect(),
        None => vec![request(&one)],
    };
    let access = serde_json::to_value(policy.access(&request(&one))).unwrap();
    let mut outcomes = Map::new();
    for action in ["describe_key", "get_public_key", "sign"] {
        let found = &access[action];
        let without_guards = match found.get("$unknown") {
            Some(_) => found.clone(),
            None => found["without_guards"].clone(),
        };
        outcomes.insert(action.to_owned(), found.clone());
        outcomes.insert(format!("{action}_without_guards"), without_guards);
    }
    let grant = serde_json::to_value(policy.create_grant(&requests)).unwrap();
    for case in ["for_aws_resource", "for_other"] {
        outcomes.insert(case.to_owned(), grant[case].clone());
    }
    let statements = serde_json::to_value(policy.service_statements()).unwrap();
    outcomes.insert("guards".to_owned(), statements[0]["guards"].clone());
    outcomes.insert("service_statements".to_owned(), statements);
    let scope = scope(&with(&defaults.scope, &row.scope));
    let principals = serde_json::to_value(policy.principals(&scope)).unwrap();
    outcomes.insert("principals".to_owned(), principals);
    outcomes
}

/// Whether the principals are those of the row, with what the row says of each.
fn principals_agree(expected: &Value, found: &Value) -> bool {
    let (expected, found) = (expected.as_array().unwrap(), found.as_array().unwrap());
    expected.len() == found.len()
        && expected.iter().zip(found).all(|(expected, found)| {
            let Some(expected) = expected.as_object() else {
                return agrees(expected, found);
            };
            expected.iter().all(|(name, value)| {
                let found = found.get(name).unwrap_or_else(|| &found["actions"][name]);
                assert!(!found.is_null() || value.is_null(), "no {name}");
                agrees(value, found)
            })
        })
}

#[test]
fn every_row_comes_out_as_the_documentation_says() {
    judge(&table());
}

#[test]
fn what_holds_whatever_symbols_stand_for_is_known_and_the_rest_is_not() {
    judge(&table_of_symbols());
}

#[track_caller]
fn judge(table: &Table) {
    let mut wrong = Vec::new();
    for row in &table.rows {
        let mut differs = |what: &str, expected: &Value, found: &Value| {
            wrong.push(format!(
                "{}: {what}\n  expected {expected}\n  found    {found}\n  see {}",
                row.name, row.source
            ));
        };
        let policy = match KeyPolicy::parse(&row.text()) {
            Ok(policy) => policy,
            Err(error) => {
                let error = error.to_string();
                let expected = row.expect.get("error").unwrap_or(&Value::Null);
                if !expected.as_str().is_some_and(|part| error.contains(part)) {
                    differs("error", expected, &json!(error));
                }
                continue;
            }
        };
        let outcomes = outcomes(&policy, row, &table.defaults);
        for (what, expected) in &row.expect {
            let found = outcomes.get(what).unwrap_or(&Value::Null);
            let agrees = match what.as_str() {
                "principals" => principals_agree(expected, found),
                _ => agrees(expected, found),
            };
            if !agrees {
                differs(what, expected, found);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_row_is_told_apart_and_names_a_page_of_aws() {
    let tables = [table(), table_of_symbols()];
    let rows = || tables.iter().flat_map(|table| &table.rows);
    let mut names: Vec<&str> = rows().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    for row in rows() {
        assert!(
            row.source.starts_with("https://docs.aws.amazon.com/"),
            "{}: {}",
            row.name,
            row.source
        );
        assert!(!row.expect.is_empty(), "{}", row.name);
    }
}

#[test]
fn the_sample_documents_hold_what_their_policy_gives() {
    let (ksk, key) = (sample("ksk"), sample("key"));
    let (ksk, key) = (&ksk["ksk"], &key["key"]);
    let policy = KeyPolicy::parse(&key["policy"].to_string()).unwrap();
    let known = |value: &Value| Fact::Known(value.as_str().unwrap().to_owned());
    let request = Request {
        zone_arn: known(&ksk["zone"]["arn"]),
        account: known(&ksk["zone"]["account"]["id"]),
        organization: unknown(),
        organization_path: unknown(),
        resource_arn: known(&key["arn"]),
        at: None,
    };
    let scope = Scope {
        key_arn: known(&key["arn"]),
        organization: unknown(),
        accounts: Arc::new([key["account"]["id"].as_str().unwrap().to_owned()].into()),
        complete: true,
        at: None,
    };
    assert_eq!(
        serde_json::to_value(policy.access(&request)).unwrap(),
        ksk["access"]
    );
    assert_eq!(
        serde_json::to_value(policy.create_grant(&[request])).unwrap(),
        key["create_grant"]
    );
    assert_eq!(
        serde_json::to_value(policy.service_statements()).unwrap(),
        key["service_statements"]
    );
    assert_eq!(
        serde_json::to_value(policy.principals(&scope)).unwrap(),
        key["principals"]
    );
}

#[test]
fn no_policy_is_too_broken_to_be_judged() {
    const EDITS: [&str; 16] = [
        "*",
        "\"",
        "{",
        "}",
        "[",
        "]",
        "${",
        "null",
        "1e999",
        "\\u0000",
        "é",
        ":",
        "⦃",
        "⦄",
        "⦃account aws⦄",
        "⦃unknown x⦄",
    ];
    let symbols = table_of_symbols();
    let request = request(&symbols.defaults.request);
    let scope = scope(&symbols.defaults.scope);
    let rows = table().rows.into_iter().chain(symbols.rows);
    let mut random = Random::default();
    let mut below = |bound| random.below(bound);
    let mut read = 0;
    for row in rows.filter(|row| row.repeat.is_none()) {
        for _ in 0..40 {
            let mut text: Vec<char> = row.text().chars().collect();
            for _ in 0..=below(3) {
                let at = below(text.len() + 1);
                let removed = at..(at + below(4)).min(text.len());
                let edit = EDITS[below(EDITS.len())];
                text.splice(removed, edit.chars());
            }
            let text: String = text.into_iter().collect();
            let Ok(policy) = KeyPolicy::parse(&text) else {
                continue;
            };
            read += 1;
            policy.access(&request);
            policy.create_grant(std::slice::from_ref(&request));
            policy.service_statements();
            policy.principals(&scope);
        }
    }
    assert!(read > 100, "only {read} of the broken policies were read");
}

/// What the policy says to the request and the scope of the table of symbols.
fn told_of_symbols(policy: &Value) -> Map<String, Value> {
    let table = table_of_symbols();
    let row: Row = serde_json::from_value(json!({
        "name": "hostile", "source": "", "policy": policy, "expect": {},
    }))
    .unwrap();
    outcomes(
        &KeyPolicy::parse(&row.text()).unwrap(),
        &row,
        &table.defaults,
    )
}

#[test]
fn a_thousand_symbols_in_one_statement_leave_the_rest_known() {
    let service = json!({"Service": "dnssec-route53.amazonaws.com"});
    let accounts: Vec<String> = (0..1000)
        .map(|n| format!("⦃account aws.{n}⦄"))
        .chain(["⦃account aws⦄".to_owned()])
        .collect();
    let roles: Vec<String> = (0..1000)
        .map(|n| format!("arn:aws:iam::⦃account aws⦄:role/⦃name r{n}⦄"))
        .collect();
    let told = told_of_symbols(&json!({"Version": "2012-10-17", "Statement": [
        {
            "Sid": "Use", "Effect": "Allow", "Principal": service, "Action": "kms:Sign", "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": accounts}},
        },
        {"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": roles}, "Action": "kms:*", "Resource": "*"},
    ]}));
    assert_eq!(told["sign"]["statement"], "Use");
    assert_eq!(told["describe_key"]["decision"], "implicit_deny");
    assert!(agrees(
        &json!("unknown more than 100 principals"),
        &told["principals"][0]
    ));
}

#[test]
fn a_thousand_statements_with_symbols_are_judged() {
    let named = |n: usize| format!("⦃name n{n}⦄");
    let statements: Vec<Value> = (0..1000)
        .map(|n| {
            json!({
                "Sid": named(n), "Effect": "Deny", "Principal": {"AWS": named(n)},
                "Action": "kms:Sign", "Resource": "*",
            })
        })
        .chain([json!({
            "Sid": "Use", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"Service": "dnssec-route53.amazonaws.com"},
        })])
        .collect();
    let told = told_of_symbols(&json!({"Version": "2012-10-17", "Statement": statements}));
    assert_eq!(told["sign"]["statement"], "Use");
}

#[test]
fn a_pattern_that_could_be_compared_in_too_many_ways_is_not_known() {
    let told = told_of_symbols(&json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "A", "Effect": "Allow", "Action": "kms:Sign", "Resource": "*",
        "Principal": {"Service": "dnssec-route53.amazonaws.com"},
        "Condition": {"StringLike": {"aws:SourceArn": "*!".repeat(50_000)}},
    }]}));
    assert!(
        agrees(&json!("unknown aws:SourceArn"), &told["sign"]),
        "{}",
        told["sign"]
    );
}
