//! Rego means here what it means in OPA: the same calls are given to both. Where the answers would be
//! others, the text is refused, or the verdict is unknown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use support::peers::{Peers, repository};
use support::program::Zonewarden;
use tempfile::TempDir;
use zonewarden::evaluate::{Catalogue, Pack};
use zonewarden_reports::{Outcome, RuleResult};

/// The parameters of functions, by the values that they are given.
const FUNCTIONS: [(&str, &[&str]); 68] = [
    ("abs", &["numbers"]),
    ("array.concat", &["arrays", "arrays"]),
    ("array.reverse", &["arrays"]),
    ("array.slice", &["arrays", "numbers", "numbers"]),
    ("bits.and", &["numbers", "numbers"]),
    ("bits.or", &["numbers", "numbers"]),
    ("ceil", &["numbers"]),
    ("concat", &["texts", "arrays"]),
    ("contains", &["texts", "texts"]),
    ("count", &["arrays"]),
    ("endswith", &["texts", "texts"]),
    ("floor", &["numbers"]),
    ("format_int", &["numbers", "bases"]),
    ("glob.match", &["globs", "delimiters", "texts"]),
    ("indexof", &["texts", "texts"]),
    ("indexof_n", &["texts", "texts"]),
    ("json.marshal", &["any"]),
    ("is_array", &["any"]),
    ("is_boolean", &["any"]),
    ("is_null", &["any"]),
    ("is_number", &["any"]),
    ("is_object", &["any"]),
    ("is_string", &["any"]),
    ("json.filter", &["objects", "paths"]),
    ("json.remove", &["objects", "paths"]),
    ("json.unmarshal", &["documents"]),
    ("lower", &["texts"]),
    ("max", &["arrays"]),
    ("min", &["arrays"]),
    ("net.cidr_contains", &["networks", "networks"]),
    ("numbers.range", &["places", "places"]),
    ("object.filter", &["objects", "arrays"]),
    ("object.get", &["objects", "texts", "any"]),
    ("object.keys", &["objects"]),
    ("object.remove", &["objects", "arrays"]),
    ("object.subset", &["objects", "objects"]),
    ("object.union", &["objects", "objects"]),
    ("product", &["arrays"]),
    ("regex.find_n", &["patterns", "texts", "places"]),
    ("regex.match", &["patterns", "texts"]),
    ("regex.replace", &["texts", "patterns", "texts"]),
    ("regex.split", &["patterns", "texts"]),
    ("replace", &["texts", "texts", "texts"]),
    ("round", &["numbers"]),
    ("semver.compare", &["versions", "versions"]),
    ("sort", &["arrays"]),
    ("split", &["texts", "texts"]),
    ("sprintf", &["formats", "arrays"]),
    ("startswith", &["texts", "texts"]),
    ("strings.any_prefix_match", &["texts", "arrays"]),
    ("strings.count", &["texts", "texts"]),
    ("strings.replace_n", &["replacements", "texts"]),
    ("strings.reverse", &["texts"]),
    ("substring", &["texts", "places", "places"]),
    ("sum", &["arrays"]),
    ("time.add_date", &["instants", "places", "places", "places"]),
    ("time.format", &["instants"]),
    ("time.clock", &["instants"]),
    ("time.date", &["instants"]),
    ("time.parse_duration_ns", &["durations"]),
    ("time.parse_rfc3339_ns", &["dates"]),
    ("time.weekday", &["instants"]),
    ("to_number", &["texts"]),
    ("trim", &["texts", "texts"]),
    ("trim_left", &["texts", "texts"]),
    ("trim_space", &["texts"]),
    ("trim_suffix", &["texts", "texts"]),
    ("upper", &["texts"]),
];

/// Operators, between values of these kinds.
const OPERATORS: [(&str, &str); 11] = [
    ("+", "places"),
    ("-", "places"),
    ("*", "places"),
    ("%", "places"),
    ("==", "any"),
    ("!=", "any"),
    ("<", "any"),
    ("<=", "any"),
    (">", "any"),
    ("in", "arrays"),
    ("&", "sets"),
];

/// The most calls of one function.
const CALLS: usize = 14;

fn values() -> Json {
    json!({
        "texts": ["abc", "", "Example.COM.", "b", "a.b.c", "12", "-7.5", "straße", "İstanbul", "ΟΔΟΣ", "а1", "x  y", "abcabc", "9e3", "👍 b", " 1"],
        "numbers": [0, 1, -2, 7, 86400, 9007199254740993_i64, 0.5, 2.5, -1.5, -0.5],
        "large": [1000000.5],
        "places": [0, 1, 2, 5, -1, 300],
        "bases": [2, 8, 10, 16],
        "arrays": [[], [1, 2, 3], ["b", "a", "b"], [0.1, 0.2], [["a"], {}], [null, true, "x", -3], ["abc"], [1.5], ["é 日"], ["\u{a0}"], [[]], [5, "c"]],
        "objects": [{}, {"k": "v", "b": 1}, {"a": {"b": [1, 2]}, "abc": null}, {"b": {"c": 2}}],
        "paths": [["a/b"], ["k"], [], ["b/c", "abc"]],
        "any": [null, true, false, 0, 1.5, "abc", "<&>", "", [], [1], ["abc"], {}, {"k": "v"}, {"k": "v", "b": 1}],
        "documents": ["{\"a\": [1, null]}", "[1, 2", "\"x\"", "12"],
        "networks": ["10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32", "x"],
        "globs": ["*", "a*", "*.c", "**", "?bc", "a**c", "{abc,b}", "{a*,b}", "{a,}", "[a-c]*", "[!a]", "\\*", "*.*"],
        "delimiters": [["."], [], null, [":"]],
        "patterns": ["b", "^a.*c$", "\\d+", "\\w+", "a*", "[a", "(?i)ABC", "[0-9]+", "\\bb", "(a)(b)", "\\p{L}", "\\\\w", "[a-z--b]", "[a&&b]"],
        "versions": ["1.2.3", "1.10.0", "2.0.0-rc.1", "x"],
        "formats": ["%v", "%s", "%d", "%v %v %v", "%%", "%5d", "%x", "x", "%", "%s-%v", "%v%%"],
        "replacements": [{"a": "z"}, {"": "z"}, {"abc": "x", "b": "y"}, {"b": "bb"}, {}],
        "instants": [0, 1_700_000_000_000_000_000_i64, -1, 1_709_251_199_999_999_999_i64],
        "durations": ["1h", "90m30s", "1d", "-5ms", ""],
        "dates": ["2026-11-22T00:00:00Z", "2024-02-29T23:59:59.5+02:00", "2023-02-29T00:00:00Z", "now"],
    })
}

/// Bodies that give each function and operator values of the data, spread over all of them.
fn calls(values: &Json) -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    let reference = |kind: &str, at: usize| match kind {
        "sets" => format!("{{x | some x in data.values.arrays[{at}]}}"),
        kind => format!("data.values.{kind}[{at}]"),
    };
    let count = |kind: &str| match kind {
        "sets" => values["arrays"].as_array().unwrap().len(),
        kind => values[kind].as_array().unwrap().len(),
    };
    let mut choose = |name: &str, kinds: &[&str], call: &dyn Fn(&[String]) -> String| {
        let all: usize = kinds.iter().map(|kind| count(kind)).product();
        // A stride that has no divisor in common with what it goes round meets all of it.
        let stride = (all / CALLS).max(1) | 1;
        let mut met = BTreeSet::new();
        for turn in 0..all.min(CALLS) {
            let mut at = (turn * stride + turn) % all;
            while !met.insert(at) {
                at = (at + 1) % all;
            }
            let arguments: Vec<String> = (kinds.iter())
                .map(|kind| {
                    let (argument, rest) = (at % count(kind), at / count(kind));
                    at = rest;
                    reference(kind, argument)
                })
                .collect();
            bodies.push((name.to_owned(), call(&arguments)));
        }
    };
    for (function, kinds) in FUNCTIONS {
        choose(function, kinds, &|arguments| {
            format!("value := {function}({})", arguments.join(", "))
        });
    }
    for (operator, kind) in OPERATORS {
        let left = if operator == "in" { "any" } else { kind };
        choose(operator, &[left, kind], &|arguments| {
            let [one, other] = arguments else {
                unreachable!()
            };
            match operator {
                "in" => format!("{one} in {other}\n\tvalue := 1"),
                _ => format!("value := {one} {operator} {other}"),
            }
        });
    }
    bodies
}

/// Bodies that show the language itself, as the messages of refusals say to write it.
const BODIES: [&str; 23] = [
    "not data.values.nothing\n\tvalue := sprintf(\"%v\", [data.values.large[0]])",
    "not data.values.nothing\n\tvalue := 1",
    "not data.values.objects[0].k == \"v\"\n\tvalue := 1",
    "not \"v\" == data.values.objects[0].k\n\tvalue := 1",
    "x := data.values.objects[0].k\n\tnot startswith(x, \"a\")\n\tvalue := 1",
    "x := data.values.objects[1].k\n\tnot startswith(x, \"a\")\n\tvalue := 1",
    "some one in data.values.objects\n\tx := one.k\n\tnot x in {\"w\"}\n\tvalue := x",
    "not [x | x := data.values.objects[0].k] == []\n\tvalue := 1",
    "count(data.values.arrays) > 3\n\tnot count(data.values.arrays) > 100\n\tvalue := 1",
    "not data.values.texts == []\n\tvalue := 1",
    "not count(data.values.texts) == 0\n\tvalue := 1",
    "value := {x | some x in data.values.arrays[1]; not x in [1, 2]}",
    "every x in data.values.arrays[1] {\n\t\tnot x > 3\n\t}\n\tvalue := 1",
    "value := [one.k | some one in data.values.objects]",
    "value := {name: one.k | some name, one in data.values.objects}",
    "value := floor((data.values.numbers[4] - 1) / 60 / 60)",
    "data.values.numbers[4] / 7 > 3\n\tvalue := 1",
    "value := count([x | some x in data.values.arrays[1]; x % 2 == 1])",
    "some at, x in data.values.arrays[2]\n\tx == \"a\"\n\tvalue := at",
    "[a, b] := data.values.arrays[10]\n\tvalue := [b, a]",
    "[x, _, z] = data.values.arrays[1]\n\tvalue := x + z",
    "value := object.get(data.values.objects[1], \"none\", \"default\")",
    "value := {\"a\": 1} == {\"a\": 1}",
];

/// An answer of OPA.
#[derive(Debug, Deserialize)]
struct Answer {
    value: Option<String>,
    error: Option<String>,
}

fn asked_of_opa(peers: &Peers, data: &Json, bodies: &[&str]) -> Vec<Answer> {
    let mut child = peers
        .python("opa")
        .arg("calls.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let question = json!({"data": data, "bodies": bodies});
    serde_json::to_writer(child.stdin.take().unwrap(), &question).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A rule about the one organisation, of a package.
fn rule(package: &str, body: &str) -> String {
    format!(
        "# METADATA\n# custom:\n#   scope: organization\n#   needs: []\n#   needs_to_pass: []\n\
         package {package}\n\nimport rego.v1\n\n{body}\n"
    )
}

/// The results of own rules over the simulated organisation, by rule.
fn judged(folder: &Path) -> BTreeMap<String, RuleResult> {
    let snapshot = Zonewarden::new(["demo", "--dns=off", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(1)
        .text("snapshot.jsonl");
    let arguments = [
        "evaluate",
        "snapshot.jsonl",
        "--output=json",
        "--with-passes",
    ];
    let policies = format!("--policies={}", folder.display());
    let report = Zonewarden::new(arguments)
        .with_arguments([policies.as_str(), "--rules=calls-*"])
        .with_file("snapshot.jsonl", snapshot)
        .run()
        .report();
    let results = report.results.into_iter();
    results
        .map(|result| (result.rule.to_string(), result))
        .collect()
}

#[test]
fn functions_and_operators_answer_as_in_opa_or_the_verdict_is_unknown() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let values = values();
    let data = json!({"values": values});
    let mut bodies = calls(&values);
    bodies.extend(BODIES.map(|body| ("the language".to_owned(), body.to_owned())));
    let texts: Vec<&str> = bodies.iter().map(|(_, body)| body.as_str()).collect();
    let answers = asked_of_opa(&peers, &data, &texts);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data.json"), data.to_string()).unwrap();
    for (at, (_, body)) in bodies.iter().enumerate() {
        let deny = format!("deny contains json.marshal(value) if {{\n\t{body}\n}}");
        let text = rule(&format!("calls.c{at}"), &deny);
        fs::write(folder.path().join(format!("{at}.rego")), text).unwrap();
    }
    let results = judged(folder.path());
    let mut agreed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unknown = 0;
    let mut apart = Vec::new();
    for (at, ((function, body), answer)) in bodies.iter().zip(&answers).enumerate() {
        let result = &results[&format!("calls-c{at}")];
        let here = match result.outcome {
            Outcome::Unknown => {
                unknown += 1;
                continue;
            }
            Outcome::Fail => Some(result.message.clone()),
            _ => None,
        };
        match here == answer.value && answer.error.is_none() {
            true => *agreed.entry(function).or_default() += 1,
            false => apart.push(format!("{body}: {here:?}, and in OPA {answer:?}")),
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
    // That nothing can be said is said of few, and of no function always.
    assert!(unknown * 4 < bodies.len(), "{unknown} of {}", bodies.len());
    for (function, _) in &bodies {
        assert!(agreed.contains_key(function.as_str()), "{function}");
    }
}

fn refusal(text: &str) -> String {
    let folder: TempDir = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.rego"), text).unwrap();
    match Pack::read(&[folder.path().to_owned()]) {
        Ok(_) => panic!("not refused: {text}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_would_mean_two_things_is_refused_with_its_line() {
    for (body, said) in [
        (
            "not startswith(input.zone.tags.Owner, \"x\")",
            "input.zone.tags.Owner may be absent",
        ),
        (
            "not input.zone.tags.Owner != \"x\"",
            "input.zone.tags.Owner may be absent",
        ),
        (
            "not input.zone.tags.Owner in {\"x\"}",
            "input.zone.tags.Owner may be absent",
        ),
        (
            "some key in input.zone.dns.dnskeys\n\tnot startswith(input.zone.dns.delegation.parent, \"x\")",
            "input.zone.dns.delegation.parent may be absent",
        ),
        (
            "some ksk in input.zone.ksks\n\tnot data.owners[ksk.name] == \"x\"\n\tnot startswith(data.owners[ksk.name], \"x\")",
            "data.owners[ksk.name] may be absent",
        ),
        ("not lower(named(1)) == \"x\"", "named(1) may be absent"),
        (
            "not input.zone.tags[input.zone.tags.Owner]",
            "input.zone.tags.Owner may be absent",
        ),
        (
            "sprintf(\"%.2f\", [1.5]) == \"\"",
            "OPA answers sprintf otherwise here: %. is not written alike",
        ),
        (
            "sprintf(\"%v %v\", [1]) == \"\"",
            "2 to fill in, and 1 given",
        ),
        (
            "sprintf(\"%d\", [\"x\"]) == \"\"",
            "%d is for whole numbers",
        ),
        (
            "glob.match(\"a?\", [], input.zone.name)",
            "the pattern has ?",
        ),
        (
            "indexof(input.zone.name, \"\") == 0",
            "an empty text is sought",
        ),
        ("trace(\"x\")", "OPA answers trace otherwise"),
        (
            "units.parse_bytes(\"1KiB\") > 1",
            "OPA answers units.parse_bytes otherwise",
        ),
        (
            "regex.match(`[a-z&&b]`, input.zone.name)",
            "&& is read otherwise",
        ),
        (
            "regex.match(`(?ix)a`, input.zone.name)",
            "(?x) is read otherwise",
        ),
        (
            "regex.match(`a\\<`, input.zone.name)",
            "\\< is read otherwise",
        ),
        (
            "count(input.zone.ksks) / 2 == 1",
            "the last digits of a quotient",
        ),
        (
            "count(input.zone.ksks) * 0.1 > 1",
            "the last digits of fractions",
        ),
        (
            "x := count(input.zone.ksks)\n\t1 == -x",
            "- stands before numbers alone",
        ),
        ("count(input.zone.ksks) > 1.0", "OPA writes 1.0 otherwise"),
    ] {
        let text = format!(
            "package p\n\ndeny contains \"x\" if {{\n\t{body}\n}}\n\nnamed(x) := \"y\" if x > 3\n"
        );
        let line = 4 + body.matches('\n').count();
        let told = refusal(&text);
        let place = format!("a.rego:{line}: ");
        assert!(
            told.contains(&place) && told.contains(said),
            "{body}: {told}"
        );
    }
}

#[test]
fn heads_that_would_lose_what_other_turns_find_are_refused() {
    for (text, line, said) in [
        (
            "deny contains sprintf(\"%s\", [tag]) if some name, tag in input.zone.tags",
            0,
            "",
        ),
        (
            "deny contains data.owners[ksk.name] if some ksk in input.zone.ksks",
            3,
            "every other value is lost",
        ),
        (
            "deny contains {\"msg\": data.owners[ksk.name]} if {\n\tsome ksk in input.zone.ksks\n}",
            3,
            "every other value is lost",
        ),
        (
            "deny contains msg if {\n\tsome ksk in input.zone.ksks\n\tmsg := data.owners[ksk.name]\n}",
            0,
            "",
        ),
        (
            "deny contains \"x\" if f(input.zone) == 9\n\nf(x) := x.tags.Owner if {\n\tis_object(x)\n} else := 9",
            5,
            "x.tags.Owner may be absent",
        ),
        (
            "deny contains \"x\" if r\n\nr.a := 1 if input.zone.live",
            5,
            "an empty object in OPA",
        ),
        (
            "deny contains \"x\" if r\n\nr[x] contains 1 if some x in [1]",
            5,
            "an empty object in OPA",
        ),
        (
            "deny contains \"x\" if f(1, 2)\n\nf(x, x) := x",
            5,
            "two parameters are named x",
        ),
        (
            "deny contains \"x\" if f({})\n\nf({\"a\": x}) := x",
            5,
            "an object with more members",
        ),
        // Rules that lead to themselves, or to one another many times over.
        (
            "a := [a]\n\ndeny contains \"x\" if {\n\tnot [a] == 1\n}",
            6,
            "a may be absent",
        ),
        (
            "a := [b]\n\nb := [a]\n\ndeny contains \"x\" if {\n\tnot [a] == 1\n}",
            8,
            "a may be absent",
        ),
    ] {
        let text = format!("package p\n\n{text}\n");
        match line {
            0 => assert_eq!(accepted(&text), 1, "{text}"),
            line => {
                let told = refusal(&text);
                let place = format!("a.rego:{line}: ");
                assert!(
                    told.contains(&place) && told.contains(said),
                    "{text}: {told}"
                );
            }
        }
    }
    let doubled: String = (0..60)
        .map(|at| format!("r{at} := [r{next}, r{next}]\n\n", next = at + 1))
        .collect();
    let text = format!(
        "package p\n\n{doubled}r60 := 1\n\ndeny contains \"x\" if {{\n\tnot [r0] == \"a\"\n}}\n"
    );
    assert_eq!(accepted(&text), 1);
}

/// How many rules a text has.
fn accepted(text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.rego"), text).unwrap();
    let pack = Pack::read(&[folder.path().to_owned()]);
    let pack = pack.unwrap_or_else(|error| panic!("{text}: {error}"));
    Catalogue::read([])
        .unwrap()
        .with_own(pack)
        .unwrap()
        .rules()
        .len()
}

#[test]
fn what_means_one_thing_is_let_through() {
    let folder = tempfile::tempdir().unwrap();
    let bodies = [
        "not startswith(input.zone.name, \"x\")",
        "not input.zone.tags.Owner",
        "not input.zone.tags.Owner == \"x\"",
        "input.zone.tags.Owner\n\tnot startswith(input.zone.tags.Owner, \"x\")",
        "some ksk in input.zone.ksks\n\tnot endswith(ksk.name, \"x\")",
        "some ksk in input.zone.ksks\n\tnot ksk.name in allowed",
        "not data.p.limit > 3",
        "not count([1 | input.zone.tags.Owner]) > 1",
        "floor(count(input.zone.ksks) / 2) == 1",
        "count(input.zone.ksks) / 2 > 1",
        "sprintf(\"%d of %s: %v\", [count(input.zone.ksks), input.zone.name, 0.5]) == \"\"",
        "glob.match(\"*.example.{com,org}\", [\".\"], input.zone.name)",
        "input.zone.tags.Owner\n\tevery ksk in input.zone.ksks {\n\t\tnot startswith(ksk.name, input.zone.tags.Owner)\n\t}",
        "regex.match(`^xn--[a-z]+&&(?P<x>b)\\\\<`, input.zone.name)",
        "not limits.a > 3",
        "not team in {\"a\"}",
        "age := floor((count(input.zone.ksks) - 1) / 60 / 60)\n\tage > 3",
    ];
    for (at, body) in bodies.iter().enumerate() {
        let text = format!(
            "package p{at}\n\nimport rego.v1\n\ndeny contains \"x\" if {{\n\t{body}\n}}\n\nallowed := {{\"a\", \"b\"}}\n\nlimits := {{\"a\": 1}}\n\nteam := \"b\" if input.zone.live\n\nelse := \"c\"\n"
        );
        fs::write(folder.path().join(format!("{at}.rego")), text).unwrap();
    }
    fs::write(
        folder.path().join("limit.rego"),
        "package p\n\nimport rego.v1\n\ndefault limit := 1\n",
    )
    .unwrap();
    let pack = Pack::read(&[folder.path().to_owned()]).unwrap();
    let catalogue = Catalogue::read([]).unwrap().with_own(pack).unwrap();
    assert_eq!(catalogue.rules().len(), bodies.len());
}

#[test]
fn the_rules_that_ship_could_be_ones_own() {
    let policies = repository().join("policies");
    let folder = tempfile::tempdir().unwrap();
    let mut copied = 0;
    for group in fs::read_dir(&policies).unwrap() {
        let group = group.unwrap().path();
        for rule in fs::read_dir(&group).into_iter().flatten() {
            let text = rule.unwrap().path().join("rule.rego");
            if text.exists() {
                fs::copy(&text, folder.path().join(format!("{copied}.rego"))).unwrap();
                copied += 1;
            }
        }
    }
    assert!(copied > 70);
    Pack::read(&[folder.path().to_owned()]).unwrap();
}
