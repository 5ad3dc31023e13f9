//! The parser against an independent one.

use std::collections::HashMap;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use proptest::prelude::*;
use zonewarden::iac::files::{Choice, Files};
use zonewarden::iac::terraform::{Mode, Options, read};

use super::config::Config;
use super::corpus;

/// Every argument of every resource of the corpus: in the same place, and with the same value
/// where it is a literal.
#[test]
fn the_corpus_is_read_as_hcl_edit_reads_it() {
    let directory = corpus::directory();
    let listing = Files::below(std::slice::from_ref(&directory), &directory, Choice::All).unwrap();
    let files = listing.files;
    let reading = read(&files, &Options::default());
    let mut parsed: HashMap<String, Body> = HashMap::new();
    let mut compared = 0;
    for root in &reading.roots {
        for instance in &root.instances {
            let source = instance.header.source();
            let body = parsed.entry(source.name().to_owned()).or_insert_with(|| {
                // The standard trait would lose the spans.
                hcl_edit::parser::parse_body(source.text()).unwrap()
            });
            let kind = if instance.mode == Mode::Data {
                "data"
            } else {
                "resource"
            };
            let block = body
                .get_blocks(kind)
                .find(|block| {
                    let labels: Vec<&str> =
                        block.labels.iter().map(|label| label.as_str()).collect();
                    labels == [instance.kind.as_ref(), instance.name.as_ref()]
                })
                .unwrap();
            for (name, argument) in &instance.body.arguments {
                let attribute = block.body.get_attribute(name).unwrap();
                let span = attribute.value.span().unwrap();
                let place = &argument.place;
                assert_eq!(place.end() as usize, span.end, "{place} {name}");
                assert_eq!(
                    place.start() as usize,
                    attribute.key.span().unwrap().start,
                    "{place}"
                );
                if let Expression::String(text) = &attribute.value {
                    assert_eq!(
                        argument.value.as_str(),
                        Some(text.value().as_str()),
                        "{place}"
                    );
                }
                if let Expression::Bool(value) = &attribute.value {
                    assert_eq!(argument.value.as_bool(), Some(*value.value()), "{place}");
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 2_000, "{compared}");
}

/// Pieces of which texts are made that are sometimes well-formed.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        "for",
        "in",
        "if",
        "null",
        "true",
        " ",
        "\n",
        "=",
        "==",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "${",
        "%{",
        "~",
        "<<EOT\n",
        "\nEOT\n",
        "<<-X\n",
        "X",
        ".",
        "..",
        "...",
        "*",
        "[*]",
        ",",
        ":",
        "?",
        "=>",
        "-",
        "!",
        "+",
        "/",
        "#",
        "//",
        "/*",
        "*/",
        "0",
        "1",
        "9.5",
        "1e9",
        "\\",
        "\\n",
        "\\u00e4",
        "ä",
        "€",
        "\r\n",
        "resource",
        "\"aws_kms_key\"",
        "locals",
        "$",
        "$${",
        "else",
        "endif",
        "endfor",
        "f(",
        "::",
        "data",
        "var",
        "each",
        "local",
        "\u{feff}",
        "\0",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_stops_the_reader(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        for name in ["main.tf", "main.tf.json", "terraform.tfvars"] {
            let config = Config::of(&[(name, &text), ("zone.tf", "resource \"t\" \"r\" {}")]);
            let read = config.read();
            prop_assert!(read.addresses().contains(&"t.r"), "{:?}", read.messages());
        }
    }

    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let config = Config::of(&[("zone.tf", "resource \"t\" \"r\" {}")]);
        config.write("main.tf", &bytes);
        config.write("other.tf.json", &bytes);
        prop_assert!(config.read().addresses().contains(&"t.r"));
    }

    /// What the other parser takes, this one takes too; and what stands in a literal is the same.
    #[test]
    fn expressions_are_read_as_hcl_edit_reads_them(pieces in prop::collection::vec(piece(), 1..12)) {
        let text = format!("resource \"t\" \"r\" {{\n  value = {}\n}}\n", pieces.concat());
        if let Ok(body) = hcl_edit::parser::parse_body(&text) {
            let read = Config::of(&[("main.tf", &text)]).read();
            prop_assert_eq!(read.messages(), Vec::<String>::new(), "{}", text);
            let block = body.get_blocks("resource").next().unwrap();
            let literal = block.body.get_attribute("value").map(|attribute| &attribute.value);
            if let Some(Expression::String(literal)) = literal {
                let expected = format!("{:?}", literal.value());
                prop_assert_eq!(read.shown("t.r", "value"), expected, "{}", text);
            }
        }
    }
}
