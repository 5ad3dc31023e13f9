//! Where values and problems are.

use zonewarden::iac::place::Region;

use super::config::Config;

#[test]
fn the_place_of_an_argument_and_that_of_its_value() {
    let config = Config::of(&[
        (
            "main.tf",
            "# ü\nresource \"aws_route53_zone\" \"z\" {\n  name = var.name\n  comment = \"ü\" \n}\nvariable \"name\" {}\n",
        ),
        ("terraform.tfvars", "\n  name = \"exämple\"\n"),
    ]);
    let read = config.read();
    let zone = read.instance("aws_route53_zone.z");
    let region = |line, column, end_line, end_column| Region {
        line,
        column,
        end_line,
        end_column,
    };
    assert_eq!(zone.header.file(), "main.tf");
    assert_eq!(zone.header.region(), region(2, 1, 2, 32));
    let name = &zone.body.arguments["name"];
    assert_eq!(name.place.region(), region(3, 3, 3, 18));
    assert_eq!(name.value.place.file(), "terraform.tfvars");
    assert_eq!(name.value.place.region(), region(2, 10, 2, 19));
    let comment = &zone.body.arguments["comment"];
    assert_eq!(comment.place.region(), region(4, 3, 4, 16));
    assert_eq!(comment.value.place.text(), "\"ü\"");
}

#[test]
fn places_in_json() {
    let text = "{\"resource\": {\"t\": {\"r\": {\n  \"a\": \"x-${local.y}\",\n  \"b\": \"\\t${local.y}\"\n}}}, \"locals\": {\"y\": 1}}";
    let read = Config::of(&[("main.tf.json", text)]).read();
    let instance = read.instance("t.r");
    assert_eq!(instance.header.to_string(), "main.tf.json:1:21");
    let a = &instance.body.arguments["a"];
    assert_eq!(a.value.place.text(), "\"x-${local.y}\"");
    assert_eq!(a.place.to_string(), "main.tf.json:2:3");
    assert_eq!(
        instance.body.arguments["b"].value.place.to_string(),
        "main.tf.json:3:8"
    );
}

#[test]
fn a_file_that_cannot_be_parsed_is_named_with_its_line_and_the_rest_is_read() {
    let good = "resource \"aws_route53_zone\" \"z\" {}";
    let bad = [
        (
            "resource \"a\" \"b\" {\n  x = \n}",
            "bad.tf:2:7: cannot be parsed: expected an expression, found the end of the line",
        ),
        (
            "resource \"a\" \"b\" {\n",
            "bad.tf:2:1: cannot be parsed: expected `}` to end the block, found the end of the text",
        ),
        (
            "a = 1\nx = {{ template }}",
            "bad.tf:2:17: cannot be parsed: expected `=` or `:` after the key, found `}`",
        ),
        (
            "%{ if x }\n",
            "bad.tf:1:1: cannot be parsed: expected an argument or a block, found `%`",
        ),
        (
            "locals {\n  a = \"x\n}\n",
            "bad.tf:2:7: cannot be parsed: the string does not end on the line on which it begins",
        ),
        (
            "locals {\n  a = <<EOT\nx\n}\n",
            "bad.tf:2:7: cannot be parsed: the heredoc has no line with `EOT` alone to end it",
        ),
        (
            "locals {\n  a = 1\n  a = 2\n}\n",
            "bad.tf:3:3: cannot be parsed: the argument `a` is set twice",
        ),
        (
            "locals {\n  a = \"${b\"\n}\n",
            "bad.tf:2:11: cannot be parsed: expected `}` after the template sequence, found `\"`",
        ),
        (
            "/* never\nends",
            "bad.tf:1:1: cannot be parsed: the comment has no end",
        ),
    ];
    for (text, expected) in bad {
        let read = Config::of(&[("good.tf", good), ("bad.tf", text)]).read();
        assert_eq!(read.messages(), [expected], "{text}");
        assert_eq!(read.addresses(), ["aws_route53_zone.z"], "{text}");
    }
}

#[test]
fn json_that_cannot_be_parsed_is_named_with_its_line() {
    let bad = [
        (
            "{\n \"resource\": [1]}",
            "bad.tf.json:2:15: cannot be parsed: expected an object",
        ),
        (
            "{\n \"resource\": {},}",
            "bad.tf.json:2:17: cannot be parsed: expected a name in quotation marks",
        ),
        (
            "{\"resorce\": {}}",
            "bad.tf.json:1:2: cannot be parsed: `resorce` is no kind of block",
        ),
        (
            "{\"locals\": {\n\"a\": \"${1 +}\"}}",
            "bad.tf.json:2:12: cannot be parsed: expected an expression, found `}`",
        ),
    ];
    for (text, expected) in bad {
        let read = Config::of(&[("bad.tf.json", text)]).read();
        assert_eq!(read.messages(), [expected], "{text}");
    }
}

#[test]
fn what_is_declared_twice_is_a_problem() {
    let zone = "resource \"aws_route53_zone\" \"z\" {}\n";
    let read = Config::of(&[("a.tf", zone), ("b.tf", zone)]).read();
    assert_eq!(
        read.messages(),
        ["b.tf:1:1: resource: declared a second time, after a.tf:1:1"]
    );
}
