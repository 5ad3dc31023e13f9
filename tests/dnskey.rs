//! The key tag, digest and public key of a KSK, against what BIND makes of the same key and name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use support::peers::{Peers, succeed};
use zonewarden::derive::dnskey::{Dnskey, from_public_key};
use zonewarden::inventory::{Fact, Reason};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    spki: String,
    zone: String,
    key_tag: u16,
    digest_value: String,
    public_key: String,
}

fn table() -> Vec<Row> {
    serde_saphyr::from_str(include_str!("derive/dnskey.yaml")).unwrap()
}

#[test]
fn every_key_and_name_gives_what_bind_gives() {
    let rows = table();
    assert!(rows.len() >= 100, "the table has lost rows: {}", rows.len());
    for row in rows {
        let expected = Dnskey {
            key_tag: row.key_tag,
            digest_value: row.digest_value,
            public_key: row.public_key,
        };
        let derived = from_public_key(&row.spki, &row.zone);
        assert_eq!(derived, Fact::Known(expected), "{}: {}", row.name, row.zone);
    }
}

#[test]
fn bind_and_ldns_give_what_the_table_says() {
    let Some(peers) = Peers::find() else { return };
    let pytest = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "test_dnskey.py",
    ];
    succeed(peers.python("dnskey").args(pytest));
}

/// What is wrong with a key and name, where something is.
fn refused(public_key: &str, zone: &str) -> String {
    let fact = from_public_key(public_key, zone);
    let why = fact
        .why_unknown()
        .unwrap_or_else(|| panic!("{zone} is accepted"));
    assert_eq!(why.reason, Reason::Malformed);
    why.detail.clone().unwrap()
}

#[test]
fn what_is_no_key_on_p256_is_malformed() {
    let good = STANDARD.decode(&table()[0].spki).unwrap();
    let changed = |at: usize, octet: u8| {
        let mut der = good.clone();
        der[at] = octet;
        STANDARD.encode(der)
    };
    let keys = [
        String::new(),
        "not base64".to_owned(),
        STANDARD.encode(&good[..90]),
        STANDARD.encode([good.as_slice(), &[0]].concat()),
        // Another curve of the same family.
        changed(22, 0x08),
        // The octet of a compressed point.
        changed(26, 0x02),
        "A".repeat(1 << 20),
    ];
    for key in keys {
        let detail = refused(&key, "example.com.");
        assert_eq!(detail, "the public key is not a P-256 SubjectPublicKeyInfo");
    }
}

#[test]
fn what_is_no_domain_name_is_malformed() {
    let key = &table()[0].spki;
    let label = "a".repeat(63);
    let names = [
        String::new(),
        "..".to_owned(),
        ".example.com.".to_owned(),
        "example..com.".to_owned(),
        format!("{label}a.com."),
        format!("{label}.{label}.{label}.{label}."),
        r"\052\05".to_owned(),
        r"\4000.com.".to_owned(),
        r"\08a.com.".to_owned(),
        r"\x41.com.".to_owned(),
        "trailing\\".to_owned(),
        "two words.com.".to_owned(),
        "bücher.example.".to_owned(),
        "a.".repeat(1 << 20),
    ];
    for name in names {
        assert_eq!(refused(key, &name), "the zone name is not a domain name");
    }
}
