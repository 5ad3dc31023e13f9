//! What is known of a policy with symbols must hold whatever the symbols stand for: each policy of
//! the table is judged again without symbols, with texts in their place.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use zonewarden::derive::key_policy::{KeyPolicy, KskAccess};
use zonewarden::inventory::{Symbol, SymbolKind};

use crate::{Random, request, scope, table_of_symbols, with};

const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "999999999999"];

const ZONES: [&str; 3] = ["Z0000000000000000001", "Z1", "ZX"];

const KEYS: [&str; 2] = [
    "00000000-0000-4000-8000-000000000001",
    "mrk-00000000000040008000000000000002",
];

const NAMES: [&str; 9] = [
    "111111111111",
    "222222222222",
    "Admin",
    "Signer",
    "amazonaws.com",
    "etPublicKey",
    "arn:aws:iam::111111111111:role/Admin",
    "arn:aws:iam::111111111111:root",
    "arn:aws:route53:::hostedzone/Z0000000000000000001",
];

const TEXTS: [&str; 7] = ["*", "", "kms:Sign", "kms:*", "Allow", "Deny", "true"];

/// What may stand where nothing is known, beside texts.
fn values() -> [Value; 9] {
    [
        json!({}),
        json!({"AWS": "*"}),
        json!({"AWS": "arn:aws:iam::111111111111:root"}),
        json!({"Service": "dnssec-route53.amazonaws.com"}),
        json!({"StringEquals": {"aws:SourceAccount": "111111111111"}}),
        json!({"StringNotEquals": {"aws:SourceAccount": "111111111111"}}),
        json!({"aws:SourceAccount": "111111111111"}),
        json!(["kms:Sign", "kms:DescribeKey"]),
        json!(true),
    ]
}

/// What each symbol stands for. What is not known is each time something else.
struct Interpretation<'r> {
    random: &'r mut Random,
    texts: HashMap<Symbol, String>,
    /// By which place of the zones and the keys the first symbol is told.
    first: usize,
    zones: Vec<Symbol>,
    keys: Vec<Symbol>,
}

impl<'r> Interpretation<'r> {
    fn new(random: &'r mut Random) -> Self {
        Self {
            first: random.below(ZONES.len()),
            random,
            texts: HashMap::new(),
            zones: Vec::new(),
            keys: Vec::new(),
        }
    }

    fn text_of(&mut self, symbol: &Symbol) -> String {
        if symbol.kind == SymbolKind::Unknown {
            let pool = [&NAMES[..], &TEXTS, &ACCOUNTS].concat();
            return (*self.random.one_of(&pool)).to_owned();
        }
        if let Some(text) = self.texts.get(symbol) {
            return text.clone();
        }
        // Two zones of a configuration are two, and so are two keys.
        let own = |known: &mut Vec<Symbol>, pool: &[&'static str]| {
            known.push(symbol.clone());
            assert!(known.len() <= pool.len(), "{symbol:?} is one too many");
            pool[(self.first + known.len()) % pool.len()]
        };
        let text = match symbol.kind {
            SymbolKind::Account => self.random.one_of(&ACCOUNTS),
            SymbolKind::Zone => own(&mut self.zones, &ZONES),
            SymbolKind::Key => own(&mut self.keys, &KEYS),
            SymbolKind::Name | SymbolKind::Unknown => self.random.one_of(&NAMES),
        };
        self.texts.insert(symbol.clone(), text.to_owned());
        text.to_owned()
    }

    fn text(&mut self, text: &str) -> String {
        Symbol::replace(text, |replaced, symbol| {
            replaced.push_str(&self.text_of(symbol));
        })
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => match Symbol::parse(text) {
                Some(symbol) if symbol.kind == SymbolKind::Unknown && self.random.below(2) == 0 => {
                    self.random.one_of(&values()).clone()
                }
                _ => json!(self.text(text)),
            },
            Value::Array(elements) => elements.iter().map(|one| self.value(one)).collect(),
            Value::Object(members) => Value::Object(self.members(members)),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) -> Map<String, Value> {
        let members = members.iter();
        members
            .map(|(name, value)| (self.text(name), self.value(value)))
            .collect()
    }

    /// A request or scope, of which the texts alone are replaced.
    fn texts_of(&mut self, members: &Map<String, Value>) -> Map<String, Value> {
        let replaced = members.iter().map(|(name, value)| {
            let value = match value {
                Value::String(text) => json!(self.text(text)),
                Value::Array(_) => self.value(value),
                other => other.clone(),
            };
            (name.clone(), value)
        });
        replaced.collect()
    }
}

fn as_json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn is_known(fact: &Value) -> bool {
    fact.get("$unknown").is_none()
}

/// Whether a decision that is known holds. Which of several statements decides is not asked, and
/// what no statement allows may be denied by one that is not known.
fn holds(known: &Value, found: &Value) -> bool {
    known == found || (known == "implicit_deny" && found == "explicit_deny")
}

#[track_caller]
fn assert_decided(known: &Value, found: &Value, told: &dyn Fn() -> String) {
    if is_known(known) {
        let found = &found["decision"];
        assert!(holds(&known["decision"], found), "{found}\n{}", told());
    }
}

#[track_caller]
fn assert_accessed(known: &KskAccess, found: &KskAccess, told: &dyn Fn() -> String) {
    let (known, found) = (as_json(known), as_json(found));
    for action in ["describe_key", "get_public_key", "sign"] {
        assert_decided(&known[action], &found[action], told);
        let without = &known[action]["without_guards"];
        if is_known(&known[action]) && is_known(without) {
            let found = &found[action]["without_guards"];
            assert!(holds(without, found), "{found}\n{}", told());
        }
    }
}

/// Statements for the service, without their names.
fn unnamed(statements: &Value) -> Vec<Value> {
    let statements = statements.as_array().unwrap().iter().cloned();
    statements
        .map(|mut statement| {
            statement["statement"] = Value::Null;
            statement
        })
        .collect()
}

#[track_caller]
fn assert_same_principals(
    known: &[Value],
    found: &[Value],
    meaning: &mut Interpretation<'_>,
    told: &dyn Fn() -> String,
) {
    let mut by_name: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for principal in found.iter().filter(|one| is_known(one)) {
        let name = principal["principal"].as_str().unwrap();
        by_name.entry(name).or_default().push(principal);
    }
    for principal in known.iter().filter(|one| is_known(one)) {
        let name = meaning.text(principal["principal"].as_str().unwrap());
        let name = match ACCOUNTS.contains(&name.as_str()) {
            true => format!("arn:aws:iam::{name}:root"),
            false => name,
        };
        let same = by_name.get(name.as_str()).cloned().unwrap_or_default();
        for (action, access) in principal["actions"].as_object().unwrap() {
            if !is_known(access) || access["decision"] == "implicit_deny" {
                continue;
            }
            assert!(
                same.iter()
                    .any(|one| one["actions"][action]["decision"] == access["decision"]),
                "{name} {action}: {access}\n{}",
                told()
            );
        }
        for (action, access) in principal["actions"].as_object().unwrap() {
            if is_known(access) && access["decision"] == "implicit_deny" {
                let allowed = |one: &&&Value| one["actions"][action]["decision"] == "allowed";
                assert_eq!(same.iter().find(allowed), None, "{}", told());
            }
        }
        if is_known(&principal["outside"]) {
            let outside: Vec<&Value> = same.iter().map(|one| &one["outside"]).collect();
            assert!(
                same.is_empty() || outside.contains(&&principal["outside"]),
                "{}",
                told()
            );
        }
    }
    if known.iter().all(is_known) {
        let names: Vec<String> = known
            .iter()
            .map(|one| meaning.text(one["principal"].as_str().unwrap()))
            .collect();
        for name in by_name.keys() {
            let account = name.split(':').nth(4).unwrap_or_default();
            assert!(
                names.iter().any(|one| one == name || one == account),
                "{name}\n{}",
                told()
            );
        }
    }
}

#[test]
fn what_is_known_holds_whatever_the_symbols_stand_for() {
    let table = table_of_symbols();
    let mut random = Random::default();
    let mut judged = 0;
    for row in &table.rows {
        let text = row.text();
        let Ok(policy) = KeyPolicy::parse(&text) else {
            continue;
        };
        let own_request = with(&table.defaults.request, &row.request);
        let own_scope = with(&table.defaults.scope, &row.scope);
        let known_access = policy.access(&request(&own_request));
        let known_grant = as_json(policy.create_grant(&[request(&own_request)]));
        let known_statements = as_json(policy.service_statements());
        let known_principals = as_json(policy.principals(&scope(&own_scope)));
        for _ in 0..100 {
            let mut meaning = Interpretation::new(&mut random);
            let plain = meaning.value(&serde_json::from_str(&text).unwrap());
            let Ok(plain_policy) = KeyPolicy::parse(&plain.to_string()) else {
                continue;
            };
            judged += 1;
            let plain_request = request(&meaning.texts_of(&own_request));
            let plain_scope = scope(&meaning.texts_of(&own_scope));
            let told = || format!("{}: {plain}\n{plain_request:?}", row.name);
            assert_accessed(&known_access, &plain_policy.access(&plain_request), &told);
            let grant = as_json(plain_policy.create_grant(std::slice::from_ref(&plain_request)));
            for case in ["for_aws_resource", "for_other"] {
                assert_decided(&known_grant[case], &grant[case], &told);
            }
            if is_known(&known_statements) {
                let statements = as_json(plain_policy.service_statements());
                assert_eq!(
                    unnamed(&known_statements),
                    unnamed(&statements),
                    "{}",
                    told()
                );
            }
            let principals = as_json(plain_policy.principals(&plain_scope));
            assert_same_principals(
                known_principals.as_array().unwrap(),
                principals.as_array().unwrap(),
                &mut meaning,
                &told,
            );
        }
    }
    assert!(
        judged > 5_000,
        "only {judged} policies without symbols were judged"
    );
}
