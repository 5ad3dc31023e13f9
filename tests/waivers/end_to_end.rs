//! Waivers through the program, with the clock set.

use std::sync::LazyLock;

use serde_json::Value as Json;
use zonewarden_reports::{Outcome, Report, original_cell};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

use crate::support::findings::with_outcome;
use crate::support::peers::{Peers, succeed};
use crate::support::program::{Run, Zonewarden};
use crate::support::simulated::{HEALTHY, SPARED, STRUCK, Simulated};

fn collected(faults: Vec<Fault>) -> Vec<u8> {
    let options = Options {
        faults,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(HEALTHY).unwrap(), options);
    Zonewarden::new(["collect", "--snapshot=snapshot.jsonl"])
        .against(&simulated.cloud())
        .run()
        .file("snapshot.jsonl")
}

static SNAPSHOT: LazyLock<Vec<u8>> = LazyLock::new(|| collected(Vec::new()));

static WITH_A_GAP: LazyLock<Vec<u8>> = LazyLock::new(|| {
    collected(vec![Fault {
        account: Some(STRUCK.to_owned()),
        operation: Some("route53:GetDNSSEC".to_owned()),
        ..Fault::new(FaultKind::Denied)
    }])
});

/// The day that the tests take for today. Both KSKs are too old by then, and nothing else fails.
const NOW: &str = "--now=2099-01-01T12:00:00Z";

fn waiver(id: &str, expires: &str, lines: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\nreason = \"=moves, <away>\"\nowner = \"web\"\n\
         approved_by = \"security\"\nticket = \"DNS-12\"\ncreated = 2098-06-01\n\
         expires = {expires}\n{lines}\n\n"
    )
}

fn old_ksk(id: &str, expires: &str, zone: &str) -> String {
    let lines = format!("rules = [\"ksk-age\"]\nmatch.zone_names = [\"{zone}\"]");
    waiver(id, expires, &lines)
}

/// Judges a snapshot under a file of waivers beside the caller.
fn evaluate(snapshot: &[u8], waivers: &str, arguments: &[&str]) -> Zonewarden {
    let arguments = ["evaluate", "snapshot.jsonl", NOW].iter().chain(arguments);
    Zonewarden::new(arguments)
        .with_file("snapshot.jsonl", snapshot)
        .with_file("zonewarden-waivers.toml", waivers)
}

fn waived(report: &Report) -> Vec<(String, String)> {
    let waived = with_outcome(report, Outcome::Waived);
    waived
        .map(|result| {
            let waiver = result.waiver.as_ref().unwrap();
            (result.subject.name.clone(), waiver.id.clone())
        })
        .collect()
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
        .collect()
}

#[test]
fn a_waived_finding_does_not_fail_the_run_until_its_waiver_expires() {
    let json = &["--output=json"];
    let struck = old_ksk("W-1", "2099-05-31", "struck.example");
    let spared = |expires: &str| old_ksk("W-2", expires, "*");
    evaluate(&SNAPSHOT, "", json).run().ended_with(1);
    let one = evaluate(&SNAPSHOT, &struck, json)
        .run()
        .ended_with(1)
        .report();
    assert_eq!(waived(&one), named(&[("struck.example. ksk1", "W-1")]));
    assert_eq!((one.summary.fail.medium, one.summary.waived), (1, 1));

    let both = struck.clone() + &spared("2099-01-01");
    let report = evaluate(&SNAPSHOT, &both, json)
        .run()
        .ended_with(0)
        .report();
    let expected = [
        ("spared.example. ksk1", "W-2"),
        ("struck.example. ksk1", "W-1"),
    ];
    assert_eq!(waived(&report), named(&expected));
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    assert!(
        report.warnings[0].contains("W-2 (zonewarden-waivers.toml:"),
        "{:?}",
        report.warnings
    );
    assert!(
        report.warnings[0].contains("expires on 2099-01-01, today"),
        "{:?}",
        report.warnings
    );
    let digest = report.run.waivers_digest.unwrap();
    assert_ne!(Some(digest), one.run.waivers_digest);

    let over = struck + &spared("2098-12-29");
    let report = evaluate(&SNAPSHOT, &over, json)
        .run()
        .ended_with(1)
        .report();
    let failed: Vec<_> = with_outcome(&report, Outcome::Fail).collect();
    assert_eq!(failed.len(), 1);
    let message = &failed[0].message;
    assert!(
        message.ends_with("The waiver W-2 expired on 2098-12-29, 3 days ago."),
        "{message}"
    );
    assert!(report.warnings[0].contains("W-2"), "{:?}", report.warnings);
}

fn every_document(run: Zonewarden) -> Run {
    run.with_arguments([
        "--output=json=report.json",
        "--output=csv=report.csv",
        "--output=sarif=report.sarif",
        "--output=github=report.github",
        "--output=table=report.txt",
    ])
    .run()
}

#[test]
fn a_waived_finding_is_in_every_document_with_its_waiver() {
    let waivers = old_ksk("W-1", "2099-05-31", "struck.example");
    let run = every_document(evaluate(&SNAPSHOT, &waivers, &[])).ended_with(1);

    let text = run.text("report.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    let cell = |row: &csv::StringRecord, column: &str| {
        let at = header.iter().position(|name| name == column).unwrap();
        original_cell(&row[at])
    };
    let row = rows
        .iter()
        .find(|row| cell(row, "outcome") == "waived")
        .unwrap();
    for (column, value) in [
        ("waiver", "W-1"),
        ("waiver_reason", "=moves, <away>"),
        ("waiver_owner", "web"),
        ("waiver_approved_by", "security"),
        ("waiver_ticket", "DNS-12"),
        ("waiver_created", "2098-06-01"),
        ("waiver_expires", "2099-05-31"),
    ] {
        assert_eq!(cell(row, column), value, "{column}");
    }

    // GitHub would show a suppressed result as an open alert.
    let sarif: Json = serde_json::from_str(&run.text("report.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let notifications = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let told: Vec<&Json> = (notifications.as_array().unwrap().iter())
        .filter(|notification| notification["descriptor"]["id"] == "waived")
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["properties"]["waiver"], "W-1");

    let annotations = run.text("report.github");
    let of_findings: Vec<&str> = (annotations.lines())
        .filter(|line| line.contains("[ksk-age]"))
        .collect();
    assert_eq!(of_findings.len(), 1, "{annotations}");
    assert!(of_findings[0].contains("spared.example"), "{annotations}");
    assert!(annotations.contains("1 waived"), "{annotations}");
    assert!(run.text("report.txt").contains("1 waived"));
}

#[test]
fn suppressed_results_are_sound_sarif() {
    let Some(peers) = Peers::find() else { return };
    let old = evaluate(&SNAPSHOT, "", &["--output=json"])
        .run()
        .ended_with(1);
    let waivers = old_ksk("W-1", "2099-05-31", "struck.example");
    let run = evaluate(
        &SNAPSHOT,
        &waivers,
        &[
            "--baseline=old.json",
            "--sarif-closed",
            "--output=sarif=report.sarif",
        ],
    )
    .with_file("old.json", &old.stdout)
    .run()
    .ended_with(1);
    let sarif: Json = serde_json::from_str(&run.text("report.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results
        .iter()
        .map(|result| &result["baselineState"])
        .collect();
    assert_eq!(states, ["unchanged", "unchanged"]);
    let suppressed = results
        .iter()
        .find(|result| result.get("suppressions").is_some());
    let suppression = &suppressed.unwrap()["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(suppression["justification"], "=moves, <away>");
    succeed(
        peers
            .python("sarif")
            .arg("check_sarif.py")
            .arg(run.path("report.sarif"))
            .env("SARIF_MULTITOOL", peers.sarif_multitool()),
    );
}

fn gap(expires: &str) -> String {
    let lines = format!("gap = {{account = \"{STRUCK}\", operation = \"route53:GetDNSSEC\"}}");
    waiver("G-1", expires, &lines)
}

#[test]
fn a_run_is_complete_without_an_accepted_gap_until_its_waiver_expires() {
    // At its own time, nothing fails.
    let now = ["--now=2026-12-01T00:00:00Z", "--output=json"];
    let waivers = |expires: &str| gap(expires).replace("2098-06-01", "2026-11-01");
    let judged = |waivers: &str, output: &str| {
        Zonewarden::new(["evaluate", "snapshot.jsonl", now[0], output])
            .with_file("snapshot.jsonl", WITH_A_GAP.as_slice())
            .with_file("zonewarden-waivers.toml", waivers)
            .run()
    };
    judged("", now[1]).ended_with(3);
    let report = judged(&waivers("2027-05-31"), now[1])
        .ended_with(0)
        .report();
    assert!(report.coverage.complete);
    assert_eq!(report.coverage.gaps.len(), 1);
    assert_eq!(report.coverage.gaps[0].waiver.as_ref().unwrap().id, "G-1");
    assert!(report.summary.unknown > 0, "unknown is never compliant");
    assert_eq!(waived(&report), named(&[("struck", "G-1")]));
    let table = judged(&waivers("2027-05-31"), "--output=table").ended_with(0);
    let table = String::from_utf8(table.stdout).unwrap();
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        table.contains("complete but for 1 gap that a waiver accepts"),
        "{table}"
    );
    assert!(
        table.contains("accepted: G-1: =moves, <away> (owner web"),
        "{table}"
    );

    let report = judged(&waivers("2026-11-30"), now[1])
        .ended_with(3)
        .report();
    let detail = report.coverage.gaps[0].detail.clone().unwrap();
    assert!(
        detail.contains("the waiver G-1 expired on 2026-11-30, 1 day ago"),
        "{detail}"
    );
}

#[test]
fn strict_waivers_end_the_run_when_its_documents_are_written() {
    let strict = |waivers: &str| {
        let arguments = ["--strict-waivers", "--output=json=report.json"];
        evaluate(&SNAPSHOT, waivers, &arguments).run()
    };
    let in_order = old_ksk("W-1", "2099-01-15", "*");
    strict(&in_order).ended_with(0);
    for (disorder, said) in [
        (
            old_ksk("W-2", "2098-12-31", "spared.example"),
            "expired on 2098-12-31",
        ),
        (
            old_ksk("W-2", "2099-05-31", "gone.example"),
            "matches nothing",
        ),
        (
            waiver("W-2", "2099-05-31", "rules = [\"*\"]"),
            "every rule on everything",
        ),
        (
            waiver("W-2", "2099-05-31", "rules = [\"ksk-aeg\", \"ksk-age\"]"),
            "did you mean \"ksk-age\"",
        ),
    ] {
        let run = strict(&(in_order.clone() + &disorder)).ended_with(2);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(run.stderr.contains("--strict-waivers"), "{}", run.stderr);
        let report = zonewarden_reports::read(run.file("report.json").as_slice()).unwrap();
        assert!(
            report.warnings.iter().any(|warning| warning.contains(said)),
            "{:?}",
            report.warnings
        );
        evaluate(&SNAPSHOT, &(in_order.clone() + &disorder), &[])
            .run()
            .ended_with(0);
    }
}

#[test]
fn the_file_is_the_one_that_is_named_or_configured_or_beside_the_configuration() {
    let all = old_ksk("W-1", "2099-05-31", "*");
    let run = |arguments: &[&str]| {
        let arguments = ["evaluate", "snapshot.jsonl", NOW].iter().chain(arguments);
        let run = Zonewarden::new(arguments).with_file("snapshot.jsonl", SNAPSHOT.as_slice());
        std::fs::create_dir(run.path("conf")).unwrap();
        run
    };
    run(&[]).run().ended_with(1);
    run(&["--waivers=some.toml"])
        .with_file("some.toml", &all)
        .run()
        .ended_with(0);
    run(&[])
        .env("ZONEWARDEN_WAIVERS", "some.toml")
        .with_file("some.toml", &all)
        .run()
        .ended_with(0);
    run(&["--config=conf/zonewarden.toml"])
        .with_file("conf/zonewarden.toml", "")
        .with_file("conf/zonewarden-waivers.toml", &all)
        .run()
        .ended_with(0);
    let configured = "[waivers]\nfile = \"accepted.toml\"\n";
    run(&["--config=conf/zonewarden.toml"])
        .with_file("conf/zonewarden.toml", configured)
        .with_file("conf/accepted.toml", &all)
        .run()
        .ended_with(0);
    let (cause, remedy) = run(&[])
        .with_file("zonewarden.toml", configured)
        .run()
        .refused();
    assert!(cause.contains("accepted.toml"), "{cause}");
    assert!(remedy.contains("--waivers"), "{remedy}");
    let (cause, remedy) = run(&[])
        .with_file("zonewarden.toml", "[waivers]\nmax_days = 30\n")
        .with_file("zonewarden-waivers.toml", &all)
        .run()
        .refused();
    assert!(cause.contains("zonewarden-waivers.toml:1: "), "{cause}");
    assert!(cause.contains("the most is 30"), "{cause}");
    assert!(remedy.contains("max_days"), "{remedy}");
    run(&["--waivers=some.toml"])
        .with_file("some.toml", vec![b'#'; (4 << 20) + 1])
        .run()
        .refused();
    run(&["--waivers=some.toml"])
        .with_file("some.toml", [0xff, 0xfe])
        .run()
        .refused();
}

#[test]
fn an_account_is_a_criterion_and_code_has_addresses() {
    let lines = format!("rules = [\"ksk-age\"]\nmatch.accounts = [\"{SPARED}\"]");
    let report = evaluate(
        &SNAPSHOT,
        &waiver("W-1", "2099-05-31", &lines),
        &["--output=json"],
    )
    .run()
    .ended_with(1)
    .report();
    assert_eq!(waived(&report), named(&[("spared.example. ksk1", "W-1")]));

    let lines = "rules = [\"zone-signed\", \"query-logging\"]\nmatch.addresses = [\"aws_route53_zone.ma*\"]";
    let check = |code: &str| {
        Zonewarden::new(["check", "--all", NOW, "--output=json", "."])
            .with_file("main.tf", code)
            .with_file(
                "zonewarden-waivers.toml",
                waiver("W-1", "2099-05-31", lines),
            )
            .run()
    };
    let code = "resource \"aws_route53_zone\" \"main\" {\n  name = \"example.com\"\n}\n";
    let report = check(code).ended_with(0).report();
    assert!(report.summary.waived > 0);
    let renamed = check(&code.replace("main", "other")).ended_with(1).report();
    assert_eq!(renamed.summary.waived, 0);
    assert!(
        renamed
            .warnings
            .iter()
            .any(|warning| warning.contains("matches nothing"))
    );
}
