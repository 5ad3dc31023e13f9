//! Expressions and what they come to, by the page of the Terraform documentation that says so.

use super::config::evaluate;

/// What the expressions may refer to.
const BESIDE: &str = r#"
locals {
  zones  = { b = { signed = false }, a = { signed = true } }
  list   = ["x", "y", "z"]
  nested = [{ id = 1, tags = ["t"] }, { id = 2, tags = [] }]
  nothing = null
}
variable "missing" {}
resource "aws_route53_zone" "main" {
  name = "example.com"
}
resource "aws_kms_key" "many" {
  count = 2
}
"#;

fn all(cases: &[(&str, &str)]) {
    let expressions: Vec<&str> = cases.iter().map(|(expression, _)| *expression).collect();
    let values = evaluate(BESIDE, &expressions);
    let each = cases.iter().zip(&values);
    let wrong: Vec<String> = each
        .filter(|((_, expected), value)| value != expected)
        .map(|((expression, expected), value)| format!("{expression}: {value}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn operators() {
    // language/expressions/operators
    all(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 / 2", "3.5"),
        ("6 / 2", "3"),
        ("7 % 3", "1"),
        ("-local.nested[0].id", "-1"),
        ("1 - -1", "2"),
        ("!true || true", "true"),
        ("1 < 2 && 2 <= 2", "true"),
        ("\"1\" + 1", "2"),
        ("\"a\" == \"a\"", "true"),
        ("1 == \"1\"", "false"),
        ("[1, 2] == [1, 2]", "true"),
        ("{ a = 1 } != { a = 2 }", "true"),
        ("null == null", "true"),
        ("2 == 2.0", "true"),
        ("12345678901234 + 1", "12345678901235"),
        ("0.5 * 4", "2"),
        ("1e3", "1000"),
    ]);
}

#[test]
fn what_follows_from_what_is_known_is_known() {
    all(&[
        ("false && var.missing", "false"),
        ("var.missing && false", "false"),
        ("true || var.missing", "true"),
        (
            "true && var.missing",
            "unknown(variable missing has no default)",
        ),
        ("var.missing ? \"same\" : \"same\"", "\"same\""),
        (
            "var.missing ? 1 : 2",
            "unknown(variable missing has no default)",
        ),
        (
            "aws_route53_zone.main.arn == aws_route53_zone.main.arn",
            "true",
        ),
        (
            "aws_route53_zone.main.arn == \"x\"",
            "unknown(aws_route53_zone.main.arn is known only after apply)",
        ),
        ("\"arn:${aws_route53_zone.main.zone_id}\" == \"\"", "false"),
        ("\"a-${aws_route53_zone.main.zone_id}\" == \"b-c\"", "false"),
        ("aws_route53_zone.main != null", "true"),
    ]);
}

#[test]
fn conditionals() {
    // language/expressions/conditionals
    all(&[
        ("true ? 1 : 2", "1"),
        ("local.nothing == null ? \"none\" : \"some\"", "\"none\""),
        ("false ? local.list[9] : \"safe\"", "\"safe\""),
        ("\"true\" ? 1 : 2", "1"),
        ("true ? false ? 1 : 2 : 3", "2"),
    ]);
}

#[test]
fn references_and_splats() {
    // language/expressions/references, language/expressions/splat
    all(&[
        ("local.zones[\"a\"].signed", "true"),
        ("local.zones.b.signed", "false"),
        ("local.list.1", "\"y\""),
        ("local.nested[*].id", "[1, 2]"),
        ("local.nested.*.id", "[1, 2]"),
        (
            "local.nested[*].tags[0]",
            "unknown(it cannot be evaluated: the list has no item 0)",
        ),
        ("local.nested.*.tags[0]", "[\"t\"]"),
        ("local.nothing[*]", "[]"),
        ("\"single\"[*]", "[\"single\"]"),
        (
            "aws_kms_key.many[*].arn",
            "[<aws_kms_key.many[0].arn>, <aws_kms_key.many[1].arn>]",
        ),
        ("aws_kms_key.many[1].arn", "<aws_kms_key.many[1].arn>"),
        ("aws_route53_zone.main.name", "\"example.com\""),
        ("aws_route53_zone.main[\"name\"]", "\"example.com\""),
        (
            "aws_route53_zone.main.id",
            "<aws_route53_zone.main.zone_id>",
        ),
        (
            "aws_route53_zone.main.name_servers[0]",
            "<aws_route53_zone.main.name_servers[0]>",
        ),
        ("path.module", "\".\""),
        (
            "terraform.workspace",
            "unknown(terraform.workspace is chosen when Terraform runs)",
        ),
    ]);
}

#[test]
fn for_expressions() {
    // language/expressions/for
    all(&[
        ("[for s in local.list : upper(s)]", "[\"X\", \"Y\", \"Z\"]"),
        (
            "[for i, s in local.list : \"${i}${s}\" if s != \"y\"]",
            "[\"0x\", \"2z\"]",
        ),
        (
            "[for name, zone in local.zones : name if zone.signed]",
            "[\"a\"]",
        ),
        ("[for name, zone in local.zones : name]", "[\"a\", \"b\"]"),
        (
            "{ for s in local.list : s => length(s) }",
            "{\"x\": 1, \"y\": 1, \"z\": 1}",
        ),
        (
            "{ for s in [\"a1\", \"a2\", \"b1\"] : substr(s, 0, 1) => s... }",
            "{\"a\": [\"a1\", \"a2\"], \"b\": [\"b1\"]}",
        ),
        ("[for k, v in toset([\"b\", \"a\"]) : k]", "[\"a\", \"b\"]"),
        (
            "{ for s in [\"a\", \"a\"] : s => 1 }",
            "unknown(it cannot be evaluated: the key \"a\" comes twice)",
        ),
        (
            "[for x in [1, 2] : [for y in [x, 10] : x * y]]",
            "[[1, 10], [4, 20]]",
        ),
    ]);
}

#[test]
fn objects() {
    // language/expressions/types; of a repeated key the last value stands
    all(&[
        ("{ a = 1, b : 2 }", "{\"a\": 1, \"b\": 2}"),
        ("{ a = 1, a = 2 }", "{\"a\": 2}"),
        (
            "{ \"a b\" = 1, (local.list[0]) = 2 }",
            "{\"a b\": 1, \"x\": 2}",
        ),
        ("{ \"${local.list[1]}-1\" = 1 }", "{\"y-1\": 1}"),
        ("{\n a = 1 # one\n\n b = 2\n}", "{\"a\": 1, \"b\": 2}"),
    ]);
}

#[test]
fn strings_and_templates() {
    // language/expressions/strings
    all(&[
        (r#""a\tb\"\\\u00e4""#, r#""a\tb\"\\ä""#),
        (r#""$${not} %%{either}""#, r#""${not} %{either}""#),
        (r#""$5 and 100%""#, r#""$5 and 100%""#),
        (r#""${local.list[0]}-${1 + 1}""#, r#""x-2""#),
        (r#""${local.list}""#, r#"["x", "y", "z"]"#),
        (r#""${1}""#, "1"),
        (r#""%{ if true }yes%{ else }no%{ endif }""#, r#""yes""#),
        (
            r#""%{ for s in local.list }${s},%{ endfor }""#,
            r#""x,y,z,""#,
        ),
        (r#""a ${~ 1 ~} b""#, r#""a1b""#),
        (
            r#""arn:${aws_route53_zone.main.zone_id}""#,
            r#""arn:${aws_route53_zone.main.zone_id}""#,
        ),
        (
            r#""${aws_route53_zone.main.zone_id}""#,
            "<aws_route53_zone.main.zone_id>",
        ),
        (r#""x-${var.missing}""#, r#""x-${?}""#),
        (r#""outer ${"inner ${"deep"}"}""#, r#""outer inner deep""#),
    ]);
}

#[test]
fn heredocs() {
    // language/expressions/strings, "Heredoc Strings"
    all(&[
        ("<<EOT\nhello\n  world\nEOT\n", "\"hello\\n  world\\n\""),
        (
            "<<-EOT\n    hello\n      world\n\n    EOT\n",
            "\"hello\\n  world\\n\\n\"",
        ),
        ("<<-EOT\n  ${1}\n    two\n  EOT\n", "\"1\\n  two\\n\""),
        (
            "<<EOT\nEOT here is text\nEOTX\nEOT\n",
            "\"EOT here is text\\nEOTX\\n\"",
        ),
        ("<<EOT\n\\n stays ${\"in\"}\nEOT\n", "\"\\\\n stays in\\n\""),
        ("<<EOT\nEOT\n", "\"\""),
        (
            "<<EOT\n%{ for s in local.list ~}\n- ${s}\n%{ endfor ~}\nEOT\n",
            "\"- x\\n- y\\n- z\\n\"",
        ),
        ("trimspace(<<EOT\n  in brackets\nEOT\n)", "\"in brackets\""),
    ]);
}

#[test]
fn string_functions() {
    // language/functions/*
    all(&[
        ("chomp(\"hello\\r\\n\")", "\"hello\""),
        ("endswith(\"example.com.\", \".\")", "true"),
        ("startswith(\"example.com\", \"ex\")", "true"),
        ("strcontains(\"hello\", \"ell\")", "true"),
        ("format(\"Hello, %s!\", \"Ander\")", "\"Hello, Ander!\""),
        (
            "format(\"There are %d lights\", 4)",
            "\"There are 4 lights\"",
        ),
        (
            "format(\"%03d|%-5s|%5.1f|%x|%q|%t|%%|%v\", 7, \"a\", 2.25, 255, \"q\", true, [1])",
            "\"007|a    |  2.2|ff|\\\"q\\\"|true|%|[1]\"",
        ),
        ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "\"b a\""),
        (
            "format(\"arn:%s\", aws_route53_zone.main.zone_id)",
            "\"arn:${aws_route53_zone.main.zone_id}\"",
        ),
        (
            "formatlist(\"Hello, %s!\", [\"Valentina\", \"Ander\"])",
            "[\"Hello, Valentina!\", \"Hello, Ander!\"]",
        ),
        ("formatlist(\"%s-%d\", \"n\", [1, 2])", "[\"n-1\", \"n-2\"]"),
        (
            "indent(2, \"[\\n  foo,\\n]\\n\")",
            "\"[\\n    foo,\\n  ]\\n  \"",
        ),
        ("join(\", \", [\"foo\", \"bar\"])", "\"foo, bar\""),
        (
            "join(\",\", [aws_route53_zone.main.zone_id, \"x\"])",
            "\"${aws_route53_zone.main.zone_id},x\"",
        ),
        ("lower(\"HELLO\")", "\"hello\""),
        ("title(\"hello world\")", "\"Hello World\""),
        (
            "regex(\"[a-z]+\", \"53453453.345345aaabbbccc23454\")",
            "\"aaabbbccc\"",
        ),
        (
            "regex(\"(\\\\d\\\\d\\\\d\\\\d)-(\\\\d\\\\d)\", \"2019-02\")",
            "[\"2019\", \"02\"]",
        ),
        (
            "regex(\"^(?:(?P<scheme>[^:/?#]+):)?\", \"https://x\")",
            "{\"scheme\": \"https\"}",
        ),
        (
            "regexall(\"[a-z]+\", \"1234abcd5678efgh9\")",
            "[\"abcd\", \"efgh\"]",
        ),
        ("length(regexall(\"[a-z]+\", \"123456789\"))", "0"),
        ("replace(\"1 + 2 + 3\", \"+\", \"-\")", "\"1 - 2 - 3\""),
        (
            "replace(\"hello world\", \"/w.*d/\", \"everybody\")",
            "\"hello everybody\"",
        ),
        (
            "split(\",\", \"foo,bar,baz\")",
            "[\"foo\", \"bar\", \"baz\"]",
        ),
        ("split(\",\", \"\")", "[\"\"]"),
        ("strrev(\"hello\")", "\"olleh\""),
        ("substr(\"hello world\", 1, 4)", "\"ello\""),
        ("substr(\"hello world\", -5, -1)", "\"world\""),
        ("trim(\"?!hello?!\", \"!?\")", "\"hello\""),
        ("trimprefix(\"helloworld\", \"hello\")", "\"world\""),
        ("trimsuffix(\"helloworld\", \"world\")", "\"hello\""),
        ("trimspace(\"  hello\\n\\n\")", "\"hello\""),
        (
            "upper(aws_route53_zone.main.arn)",
            "unknown(aws_route53_zone.main.arn is known only after apply)",
        ),
        ("base64encode(\"Hello World\")", "\"SGVsbG8gV29ybGQ=\""),
        ("base64decode(\"SGVsbG8gV29ybGQ=\")", "\"Hello World\""),
        ("urlencode(\"Hello World!\")", "\"Hello+World%21\""),
        (
            "cidrsubnet(\"10.0.0.0/8\", 8, 2)",
            "unknown(the function cidrsubnet is not evaluated)",
        ),
    ]);
}

#[test]
fn collection_functions() {
    // language/functions/*
    all(&[
        ("alltrue([\"true\", true])", "true"),
        ("anytrue([])", "false"),
        (
            "chunklist([\"a\", \"b\", \"c\"], 2)",
            "[[\"a\", \"b\"], [\"c\"]]",
        ),
        ("coalesce(\"\", \"b\")", "\"b\""),
        ("coalesce(null, 0)", "0"),
        ("coalescelist([], [\"c\"])", "[\"c\"]"),
        ("compact([\"a\", \"\", null, \"d\"])", "[\"a\", \"d\"]"),
        (
            "concat([\"a\"], toset([\"c\", \"b\"]))",
            "[\"a\", \"b\", \"c\"]",
        ),
        ("contains([\"a\", \"b\"], \"c\")", "false"),
        ("contains([var.missing, \"b\"], \"b\")", "true"),
        (
            "contains([var.missing], \"b\")",
            "unknown(variable missing has no default)",
        ),
        ("distinct([\"a\", \"b\", \"a\"])", "[\"a\", \"b\"]"),
        ("element([\"a\", \"b\", \"c\"], 4)", "\"b\""),
        ("element([\"a\", \"b\", \"c\"], -1)", "\"c\""),
        (
            "flatten([[\"a\", [\"b\"]], [], [\"c\"]])",
            "[\"a\", \"b\", \"c\"]",
        ),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        ("keys({ c = 1, a = 2 })", "[\"a\", \"c\"]"),
        ("values({ c = 1, a = 2 })", "[2, 1]"),
        ("length({ a = 1 })", "1"),
        ("length(\"hällo\")", "5"),
        ("lookup({ a = \"ay\" }, \"a\", \"what?\")", "\"ay\""),
        ("lookup({ a = \"ay\" }, \"c\", \"what?\")", "\"what?\""),
        (
            "matchkeys([\"i-1\", \"i-2\"], [\"w\", \"e\"], [\"w\"])",
            "[\"i-1\"]",
        ),
        (
            "merge({ a = 1, b = 2 }, { a = 3 }, null)",
            "{\"a\": 3, \"b\": 2}",
        ),
        ("merge([{ a = 1 }, { b = 2 }]...)", "{\"a\": 1, \"b\": 2}"),
        ("one([])", "null"),
        ("one([\"a\"])", "\"a\""),
        ("range(3)", "[0, 1, 2]"),
        ("range(1, 8, 2)", "[1, 3, 5, 7]"),
        ("range(4, 1)", "[4, 3, 2]"),
        ("reverse([1, 2])", "[2, 1]"),
        ("setintersection([\"a\", \"b\"], [\"b\", \"c\"])", "{\"b\"}"),
        (
            "setproduct([\"a\", \"b\"], [1])",
            "[[\"a\", 1], [\"b\", 1]]",
        ),
        ("setsubtract([\"a\", \"b\"], [\"a\"])", "{\"b\"}"),
        ("setunion([\"b\"], [\"a\"])", "{\"a\", \"b\"}"),
        (
            "slice([\"a\", \"b\", \"c\", \"d\"], 1, 3)",
            "[\"b\", \"c\"]",
        ),
        ("sort([\"e\", \"a\", 10])", "[\"10\", \"a\", \"e\"]"),
        ("sum([10, 13, 6, 4.5])", "33.5"),
        (
            "transpose({ a = [\"1\", \"2\"], b = [\"2\"] })",
            "{\"1\": [\"a\"], \"2\": [\"a\", \"b\"]}",
        ),
        ("zipmap([\"a\", \"b\"], [1, 2])", "{\"a\": 1, \"b\": 2}"),
        ("toset([\"b\", \"a\", \"b\"])", "{\"a\", \"b\"}"),
        ("tolist(toset([\"b\", \"a\"]))[0]", "\"a\""),
        ("tostring(1.5)", "\"1.5\""),
        ("tonumber(\"12\")", "12"),
        ("tobool(\"true\")", "true"),
        ("abs(-3)", "3"),
        ("ceil(5.1)", "6"),
        ("floor(4.9)", "4"),
        ("max(12, 54, 3)", "54"),
        ("min([12, 54, 3]...)", "3"),
        ("parseint(\"FF\", 16)", "255"),
        ("pow(3, 2)", "9"),
        ("signum(-13)", "-1"),
    ]);
}

#[test]
fn integers_of_more_digits_than_are_counted_with_are_unknown_rather_than_rounded() {
    let unknown = "unknown(the number has more digits than are counted with)";
    all(&[
        ("9223372036854775806 + 1", "9223372036854775807"),
        ("9223372036854775807 + 1", unknown),
        ("9223372036854775807 * 3", unknown),
        ("sum([9223372036854775807, 1])", unknown),
        ("parseint(\"7fffffffffffffff\", 16)", "9223372036854775807"),
        ("parseint(\"ffffffffffffffff\", 16)", unknown),
        ("format(\"%d\", 1e19)", unknown),
        ("format(\"%d\", 1.5)", "\"1\""),
        ("try(9223372036854775807 + 1, 0)", unknown),
        ("7 / 2", "3.5"),
    ]);
}

#[test]
fn failures_are_caught_and_what_is_unknown_is_not_one() {
    // language/functions/try, language/functions/can
    all(&[
        ("try(local.zones.c.signed, \"none\")", "\"none\""),
        ("try(local.list[9], local.list[0])", "\"x\""),
        (
            "try(var.missing.name, \"none\")",
            "unknown(variable missing has no default)",
        ),
        ("can(local.zones.c)", "false"),
        ("can(regex(\"^a\", \"abc\"))", "true"),
        (
            "try(cidrhost(\"10.0.0.0/8\", 1), \"x\")",
            "unknown(the function cidrhost is not evaluated)",
        ),
    ]);
}

#[test]
fn json() {
    // language/functions/jsonencode, language/functions/jsondecode
    all(&[
        (
            "\"${jsonencode({ b = [1, true, null], a = \"<x>\" })}!\"",
            r#""{\"a\":\"\\u003cx\\u003e\",\"b\":[1,true,null]}!""#,
        ),
        ("jsondecode(\"{\\\"a\\\": [1, 2.5]}\")", "{\"a\": [1, 2.5]}"),
        (
            "jsondecode(jsonencode({ zone = aws_route53_zone.main.arn })).zone",
            "<aws_route53_zone.main.arn>",
        ),
        (
            "jsondecode(\"{\\\"a\\\": \\\"x-${aws_route53_zone.main.zone_id}\\\"}\").a",
            "\"x-${aws_route53_zone.main.zone_id}\"",
        ),
        ("jsonencode({ a = 1 }) == \"{\\\"a\\\":1}\"", "true"),
        ("try(jsondecode(\"{\"), \"bad\")", "\"bad\""),
    ]);
}
