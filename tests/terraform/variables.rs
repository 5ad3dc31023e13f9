//! Where the values of variables come from, and their types.

use zonewarden::iac::terraform::{Options, Variables};

use super::config::{Config, evaluate};

const MAIN: &str = r#"
variable "zone" { default = "default" }
resource "t" "r" { value = var.zone }
"#;

/// The value where these files are there beside `main.tf`.
fn with(files: &[(&str, &str)], given: Vec<Variables>) -> String {
    let mut all = vec![("main.tf", MAIN)];
    all.extend(files);
    let options = Options {
        variables: given,
        ..Options::default()
    };
    let read = Config::of(&all).read_with(&options);
    assert_eq!(read.messages(), Vec::<String>::new());
    read.shown("t.r", "value")
}

#[test]
fn the_later_source_stands() {
    // language/values/variables, "Variable Definition Precedence"
    let tfvars = ("terraform.tfvars", "zone = \"tfvars\"");
    let json = ("terraform.tfvars.json", "{\"zone\": \"json\"}");
    let auto_a = ("a.auto.tfvars", "zone = \"a\"");
    let auto_b = ("b.auto.tfvars.json", "{\"zone\": \"b\"}");
    let other = ("prod.tfvars", "zone = \"prod\"");
    let given = |value: &str| Variables::Value("zone".to_owned(), value.to_owned());
    assert_eq!(with(&[], vec![]), "\"default\"");
    assert_eq!(with(&[other], vec![]), "\"default\"");
    assert_eq!(with(&[tfvars], vec![]), "\"tfvars\"");
    assert_eq!(with(&[tfvars, json], vec![]), "\"json\"");
    assert_eq!(with(&[tfvars, json, auto_a], vec![]), "\"a\"");
    assert_eq!(with(&[tfvars, json, auto_a, auto_b], vec![]), "\"b\"");
    assert_eq!(with(&[auto_b], vec![given("flag")]), "\"flag\"");
    assert_eq!(with(&[], vec![given("one"), given("two")]), "\"two\"");
}

#[test]
fn a_file_of_values_is_read_from_within_the_paths() {
    let config = Config::of(&[("main.tf", MAIN), ("prod.tfvars", "zone = \"prod\"")]);
    let options = Options {
        variables: vec![Variables::File(config.path().join("prod.tfvars"))],
        ..Options::default()
    };
    assert_eq!(config.read_with(&options).shown("t.r", "value"), "\"prod\"");
    let outside = Config::of(&[("prod.tfvars", "zone = \"outside\"")]);
    let options = Options {
        variables: vec![Variables::File(outside.path().join("prod.tfvars"))],
        ..Options::default()
    };
    let read = config.read_with(&options);
    assert_eq!(read.shown("t.r", "value"), "\"default\"");
    assert!(read.messages()[0].ends_with("lies outside the given paths"));
}

#[test]
fn the_command_line_gives_expressions_for_types_that_are_not_primitive() {
    let main = r#"
variable "names" { type = list(string) }
variable "words" {}
variable "any" { type = any }
variable "text" { type = string }
resource "t" "r" {
  names = var.names
  words = var.words
  any   = var.any
  text  = var.text
}
provider "aws" {}
"#;
    let given = |name: &str, value: &str| Variables::Value(name.to_owned(), value.to_owned());
    let options = Options {
        variables: vec![
            given("names", "[\"a\", 1]"),
            given("words", "plain words"),
            given("any", "{ a = 1 }"),
            given("text", "[\"a\"]"),
        ],
        ..Options::default()
    };
    let read = Config::of(&[("main.tf", main)]).read_with(&options);
    assert_eq!(read.shown("t.r", "names"), "[\"a\", \"1\"]");
    assert_eq!(read.shown("t.r", "words"), "\"plain words\"");
    assert_eq!(read.shown("t.r", "any"), "{\"a\": 1}");
    assert_eq!(read.shown("t.r", "text"), "\"[\\\"a\\\"]\"");
}

#[test]
fn types_convert() {
    // language/expressions/type-constraints
    let cases = [
        ("string", "5", "\"5\""),
        ("number", "\"5\"", "5"),
        ("bool", "\"true\"", "true"),
        ("list(number)", "[\"1\", 2]", "[1, 2]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]", "{\"a\", \"b\"}"),
        (
            "map(string)",
            "{ a = 1, b = true }",
            "{\"a\": \"1\", \"b\": \"true\"}",
        ),
        ("tuple([string, number])", "[1, \"2\"]", "[\"1\", 2]"),
        (
            "object({ a = string })",
            "{ a = 1, b = 2 }",
            "{\"a\": \"1\"}",
        ),
        (
            "object({ a = optional(string, \"d\"), b = optional(number), c = bool })",
            "{ c = true }",
            "{\"a\": \"d\", \"b\": null, \"c\": true}",
        ),
        (
            "map(object({ on = optional(bool, true) }))",
            "{ z = {} }",
            "{\"z\": {\"on\": true}}",
        ),
        (
            "object({ a = string })",
            "{}",
            "unknown(it cannot be evaluated: the attribute `a` is missing)",
        ),
        ("any", "{ a = [1] }", "{\"a\": [1]}"),
    ];
    for (kind, default, expected) in cases {
        let beside = format!("variable \"x\" {{\n  type = {kind}\n  default = {default}\n}}");
        assert_eq!(evaluate(&beside, &["var.x"]), [expected], "{kind}");
    }
}

#[test]
fn null_is_the_default_only_where_null_is_refused() {
    let module = r#"
variable "refuses" {
  default  = "default"
  nullable = false
}
variable "takes" { default = "default" }
resource "t" "r" {
  refuses = var.refuses
  takes   = var.takes
}
"#;
    let main = "module \"m\" {\n  source  = \"./m\"\n  refuses = null\n  takes   = null\n}";
    let read = Config::of(&[("main.tf", main), ("m/main.tf", module)]).read();
    assert_eq!(read.shown("module.m.t.r", "refuses"), "\"default\"");
    assert_eq!(read.shown("module.m.t.r", "takes"), "null");
}
