//! The file of waivers, and what is said of slips in it.

use serde_json::Value as Json;
use zonewarden::evaluate::waiver::{Waivers, waivers_schema};

use crate::support::peers::{Peers, repository, succeed};

const SOUND: &str = r#"
[[waiver]]
id = "W-1"
rules = ["zone-signed"]
reason = "moves away"
owner = "web"
approved_by = "security"
created = 2026-01-31
expires = 2026-05-01
"#;

fn parse(text: &str) -> Result<Waivers, String> {
    Waivers::parse(text, "waivers.toml", 365).map_err(|error| error.to_string())
}

#[test]
fn a_file_says_what_it_has_to() {
    parse("").unwrap();
    parse(SOUND).unwrap();
    parse(&SOUND.replace("2026-05-01", "\"2026-05-01\"")).unwrap();
    let shipped = std::fs::read_to_string(repository().join("examples/waivers.toml")).unwrap();
    parse(&shipped).unwrap();
}

/// What is said of the file in which one text is replaced by another.
fn slip(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    parse(&SOUND.replace(from, to)).unwrap_err()
}

#[test]
fn a_slip_is_named_with_its_line_and_a_remedy() {
    let cases = [
        (
            "reason",
            "raeson",
            "waivers.toml:5: unknown field `raeson`",
            "did you mean reason?",
        ),
        (
            "2026-05-01",
            "2027-02-01",
            "waivers.toml:2: the waiver \"W-1\" expires 366 days after it was created",
            "of 2027-01-31 or before",
        ),
        (
            "2026-05-01",
            "2026-01-30",
            "before it was created",
            "a later end",
        ),
        (
            "2026-05-01",
            "2026-05-01T12:00:00Z",
            "waivers.toml:9: this is no day",
            "2027-01-31",
        ),
        (
            "2026-05-01",
            "\"May\"",
            "waivers.toml:9: this is no day",
            "2027-01-31",
        ),
        (
            "2026-05-01",
            "5",
            "waivers.toml:9: this is no day",
            "2027-01-31",
        ),
        (
            "expires = 2026-05-01",
            "",
            "waivers.toml:2: missing field `expires`",
            "config waivers-schema",
        ),
        (
            "rules = [\"zone-signed\"]",
            "",
            "has neither rules nor a gap",
            "what it accepts",
        ),
        ("\"web\"", "\" \"", "an empty owner", "few words"),
        (
            "expires",
            "match.accounts = [\"1234\"]\nexpires",
            "the account \"1234\"",
            "twelve digits",
        ),
        (
            "expires",
            "match.ous = [\"ou-1\"]\nexpires",
            "\"ou-1\"",
            "\"/prod/web\"",
        ),
        (
            "expires",
            "match.zone_ids = [\"/hostedzone/Z1\"]\nexpires",
            "\"/hostedzone/Z1\"",
            "zone_names",
        ),
        (
            "expires",
            "match.zones = [\"Z1\"]\nexpires",
            "unknown field `zones`",
            "did you mean",
        ),
        (
            "expires",
            "gap = {account = \"111122223333\", operation = \"a:B\"}\nexpires",
            "both rules and a gap",
            "two of it",
        ),
        (
            "[[waiver]]",
            "[[waivers]]",
            "waivers.toml:2: unknown field `waivers`",
            "did you mean waiver?",
        ),
        (
            "[[waiver]]",
            "[[waiver]",
            "waivers.toml:2: ",
            "config waivers-schema",
        ),
    ];
    for (from, to, cause, remedy) in cases {
        let said = slip(from, to);
        let (before, after) = said.rsplit_once("; ").unwrap();
        assert!(before.contains(cause), "{to}: {said}");
        assert!(after.contains(remedy), "{to}: {said}");
    }
    let twice = parse(&format!("{SOUND}{SOUND}")).unwrap_err();
    assert!(
        twice.starts_with("waivers.toml:11: the waiver \"W-1\" is on line 2, too"),
        "{twice}"
    );
}

#[test]
fn what_no_person_wrote_is_refused() {
    let long = "x".repeat(1_025);
    let list = vec!["\"zone-signed\""; 1_001].join(", ");
    for (from, to) in [
        ("moves away", long.as_str()),
        ("\"zone-signed\"", &list),
        ("\"zone-signed\"", &format!("\"{long}\"")),
        (
            "expires",
            &format!("match.tags = {{ \"{long}\" = \"a\" }}\nexpires"),
        ),
        (
            "expires",
            &format!(
                "match.arns = {}1{}\nexpires",
                "[".repeat(10_000),
                "]".repeat(10_000)
            ),
        ),
    ] {
        slip(from, to);
    }
    let many: String = (0..10_001)
        .map(|number| SOUND.replace("W-1", &number.to_string()))
        .collect();
    let said = parse(&many).unwrap_err();
    assert!(said.contains("more than 10000"), "{said}");
}

/// The file as JSON, with its days as texts, in the manner of editors that know TOML.
fn as_json(text: &str) -> Json {
    let value: toml::Value = toml::from_str(text).unwrap();
    plain(value)
}

fn plain(value: toml::Value) -> Json {
    match value {
        toml::Value::Datetime(date) => Json::String(date.to_string()),
        toml::Value::Array(values) => values.into_iter().map(plain).collect(),
        toml::Value::Table(table) => {
            let members = table.into_iter();
            Json::Object(members.map(|(name, value)| (name, plain(value))).collect())
        }
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn the_schema_and_the_parser_agree() {
    let Some(peers) = Peers::find() else { return };
    let shipped = std::fs::read_to_string(repository().join("examples/waivers.toml")).unwrap();
    let schema = repository().join("scanner/schemas/waivers-1.schema.json");
    let written: Json = serde_json::from_str(&std::fs::read_to_string(&schema).unwrap()).unwrap();
    assert_eq!(written, waivers_schema());
    let folder = tempfile::tempdir().unwrap();
    let judged = |text: &str| {
        let file = folder.path().join("waivers.jsonl");
        std::fs::write(&file, format!("{}\n", as_json(text))).unwrap();
        let mut validator = peers.python("schema");
        validator.arg("validate.py").arg(&schema).arg(file);
        validator
    };
    for text in ["", SOUND, &shipped] {
        succeed(&mut judged(text));
    }
    for (from, to) in [
        ("reason", "raeson"),
        ("owner = \"web\"", ""),
        ("expires = 2026-05-01", ""),
        ("\"moves away\"", "\"\""),
        ("expires", "match.accounts = [\"1234\"]\nexpires"),
        ("expires", "match.ous = [\"ou-1\"]\nexpires"),
        ("expires", "match.zones = [\"Z1\"]\nexpires"),
    ] {
        let text = SOUND.replace(from, to);
        parse(&text).unwrap_err();
        let code = judged(&text).output().unwrap().status.code();
        assert_eq!(code, Some(1), "{text}");
    }
}
