//! What an exception may say.

use zonewarden::iac::exception::Exception;

use super::code::asked;

fn read(comment: &str) -> Result<Exception, String> {
    let asked = asked("a.tf", &format!("{comment}\nresource \"t\" \"r\" {{}}\n"));
    match (asked.exceptions.as_slice(), asked.said().as_slice()) {
        ([exception], []) => Ok(exception.clone()),
        ([], [said]) => Err(said.clone()),
        other => panic!("{comment}: {other:?}"),
    }
}

#[test]
fn rules_a_date_and_a_reason_are_read() {
    let cases = [
        (
            "# zonewarden:ignore zone-signed until 2027-01-31 moves away",
            "zone-signed",
            "2027-01-31",
            "moves away",
        ),
        (
            "#zonewarden:ignore a,b,c some reason",
            "a b c",
            "",
            "some reason",
        ),
        (
            "// zonewarden:ignore a, b ,c until 2028-02-29: leap day",
            "a b c",
            "2028-02-29",
            "leap day",
        ),
        (
            "## zonewarden:ignore a - for https://example.com/x/",
            "a",
            "",
            "for https://example.com/x/",
        ),
        (
            "/* zonewarden:ignore a until 2027-01-31 two\n * lines, and more */",
            "a",
            "2027-01-31",
            "two lines, and more",
        ),
        (
            "/*\n * zonewarden:ignore a\n * reason\n */",
            "a",
            "",
            "reason",
        ),
        (
            "#\tzonewarden:ignore\ta\tdécidé — par nous",
            "a",
            "",
            "décidé — par nous",
        ),
        (
            "# zonewarden:ignore a not until 2027-01-31",
            "a",
            "",
            "not until 2027-01-31",
        ),
    ];
    for (comment, rules, until, reason) in cases {
        let exception = read(comment).unwrap();
        assert_eq!(exception.rules.join(" "), rules, "{comment}");
        let date = exception.until.map(|date| date.to_string());
        assert_eq!(date.unwrap_or_default(), until, "{comment}");
        assert_eq!(exception.reason, reason, "{comment}");
        assert_eq!(exception.place.text(), comment);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let long = "x".repeat(501);
    let cases = [
        ("# zonewarden:ignore a", "it gives no reason"),
        (
            "# zonewarden:ignore a until 2027-01-31",
            "it gives no reason",
        ),
        (
            "# zonewarden:ignore a until 2027-01-31 -- !",
            "it gives no reason",
        ),
        ("# zonewarden:ignore", "it names no rule"),
        (
            "# zonewarden:ignore until 2027-01-31 reason",
            "it names no rule",
        ),
        ("# zonewarden:ignore , reason", "it gives no reason"),
        (
            "# zonewarden:ignore Zone-Signed reason",
            "`Zone-Signed` is not the id of a rule",
        ),
        ("# zonewarden:ignore * reason", "it gives no reason"),
        (
            "# zonewarden:ignore a until 2027-02-30 reason",
            "found `2027-02-30`",
        ),
        (
            "# zonewarden:ignore a until 31.01.2027 reason",
            "found `31.01.2027`",
        ),
        (
            "# zonewarden:ignore a until 20270131 reason",
            "found `20270131`",
        ),
        (
            "# zonewarden:ignore a until we move",
            "after `until` comes a day such as 2027-01-31, found `we`",
        ),
        ("# zonewarden:ignore a until", "found ``"),
        (
            "# zonewarden:skip a reason",
            "expected `ignore` after `zonewarden:`, found `skip`",
        ),
        (
            "# zonewarden: ignore a reason",
            "expected `ignore` after `zonewarden:`, found `ignore`",
        ),
        ("# zonewarden:ignored a reason", "found `ignored`"),
        (
            "# zonewarden:ignore a one zonewarden:ignore b two",
            "a comment holds one exception",
        ),
    ];
    for (comment, why) in cases {
        let said = read(comment).unwrap_err();
        assert!(
            said.starts_with("a.tf:1:1: the exception is not read: "),
            "{said}"
        );
        assert!(said.contains(why), "{comment}: {said}");
    }
    let long = read(&format!("# zonewarden:ignore a {long}"));
    assert!(long.unwrap_err().contains("longer than 500 bytes"));
    let many = read(&format!(
        "# zonewarden:ignore {} reason",
        vec!["a"; 101].join(",")
    ));
    assert!(many.unwrap_err().contains("more than 100 rules"));
}

#[test]
fn comments_of_others_are_left_alone() {
    for comment in [
        "# tfsec:ignore:aws-thing",
        "# see zonewarden:ignore in the handbook",
        "# zonewarden is what checks this",
        "# Zonewarden:ignore a reason",
    ] {
        let asked = asked("a.tf", &format!("{comment}\nresource \"t\" \"r\" {{}}\n"));
        assert_eq!(asked.exceptions, [], "{comment}");
        assert_eq!(asked.warnings, [], "{comment}");
    }
}
