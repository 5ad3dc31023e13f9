//! What the command line promises of judging and reporting: the same bytes every time, exit codes,
//! thresholds, files that are whole or not there, and a configuration that means what it says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use support::findings::{failures, with_outcome};
use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, STRUCK, Simulated};
use zonewarden_reports::{Outcome, Severity};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

const FORMATS: [&str; 4] = ["json", "csv", "sarif", "table"];

/// The snapshot of the organisation of `zonewarden demo`, which has something of every severity.
static DEMO: LazyLock<Vec<u8>> = LazyLock::new(|| {
    Zonewarden::new(["demo", "--snapshot=snapshot.jsonl", "--output=json"])
        .run()
        .ended_with(1)
        .file("snapshot.jsonl")
});

#[test]
fn an_alarm_on_a_percentile_that_ignores_few_data_points_cannot_fire() {
    let alarm = |setting: &str| {
        let alarm = format!(
            r#"
  [[account.alarm]]
  name = "percentile"
  actions = ["oncall"]
  zone = "spared.example"
  metric = "DNSSECInternalFailure"
  extended_statistic = "p99"
  {setting}
"#
        );
        let organization = Organization::from_toml(&format!("{HEALTHY}{alarm}")).unwrap();
        let simulated = Simulated::start(organization, Options::default());
        Zonewarden::new(["scan", "--output=json"])
            .against(&simulated.cloud())
            .run()
    };
    alarm("").ended_with(0);
    alarm(r#"evaluate_low_sample_count_percentile = "evaluate""#).ended_with(0);
    let ignoring = alarm(r#"evaluate_low_sample_count_percentile = "ignore""#).ended_with(1);
    let failed = failures(&ignoring.report());
    let rules = &failed[&("alarm".to_owned(), "percentile".to_owned())];
    assert!(rules.iter().eq(["alarm-can-fire"]), "{failed:?}");
}

/// The snapshot of an organisation with nothing to find, with or without a gap.
fn healthy(faults: Vec<Fault>) -> Vec<u8> {
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

static HEALTHY_SNAPSHOT: LazyLock<Vec<u8>> = LazyLock::new(|| healthy(Vec::new()));

static SNAPSHOT_WITH_A_GAP: LazyLock<Vec<u8>> = LazyLock::new(|| {
    healthy(vec![Fault {
        account: Some(STRUCK.to_owned()),
        operation: Some("route53:GetDNSSEC".to_owned()),
        ..Fault::new(FaultKind::Denied)
    }])
});

fn evaluate(snapshot: &[u8], arguments: &[&str]) -> Zonewarden {
    let arguments = ["evaluate", "snapshot.jsonl"].iter().chain(arguments);
    Zonewarden::new(arguments).with_file("snapshot.jsonl", snapshot)
}

/// Every document of one run.
fn documents(run: &Run) -> BTreeMap<&'static str, Vec<u8>> {
    FORMATS.map(|format| (format, run.file(format))).into()
}

const EVERY_DOCUMENT: [&str; 4] = [
    "--output=json=json",
    "--output=csv=csv",
    "--output=sarif=sarif",
    "--output=table=table",
];

#[test]
fn the_same_snapshot_gives_the_same_bytes_however_many_threads_judge_it() {
    let with_passes: Vec<&str> = EVERY_DOCUMENT
        .into_iter()
        .chain(["--with-passes"])
        .collect();
    for arguments in [&EVERY_DOCUMENT[..], &with_passes] {
        let judged = |threads: &str| {
            let run = evaluate(&DEMO, arguments)
                .env("RAYON_NUM_THREADS", threads)
                .run();
            documents(&run.ended_with(1))
        };
        let first = judged("1");
        for threads in ["1", "2", "3", "7"] {
            for (format, bytes) in judged(threads) {
                assert!(
                    bytes == first[format],
                    "{format} differs with {threads} threads"
                );
            }
        }
    }
}

#[test]
fn a_scan_says_what_evaluating_its_snapshot_says() {
    let demo = Zonewarden::new(
        ["demo", "--snapshot=snapshot.jsonl"]
            .into_iter()
            .chain(EVERY_DOCUMENT),
    )
    .run()
    .ended_with(1);
    let again = evaluate(&demo.file("snapshot.jsonl"), &EVERY_DOCUMENT)
        .run()
        .ended_with(1);
    for (format, bytes) in documents(&demo) {
        assert!(bytes == documents(&again)[format], "{format}");
    }
}

#[test]
fn documents_converted_from_the_json_report_are_those_of_the_run() {
    let direct = documents(&evaluate(&DEMO, &EVERY_DOCUMENT).run().ended_with(1));
    for format in FORMATS {
        let converted = Zonewarden::new(["convert", "report.json", "--output", format])
            .with_file("report.json", &direct["json"])
            .run()
            .ended_with(0);
        assert!(converted.stdout == direct[format], "{format}");
    }
}

#[test]
fn what_is_no_report_cannot_be_converted() {
    for content in ["", "{}", "[1, 2]", r#"{"schema": "zonewarden.report/2"}"#] {
        Zonewarden::new(["convert", "report.json", "--output=csv"])
            .with_file("report.json", content)
            .run()
            .refused();
    }
    Zonewarden::new(["convert", "missing.json"]).run().refused();
}

#[test]
fn the_worst_failure_against_the_threshold_decides_the_exit_code() {
    let report = evaluate(&DEMO, &["--output=json"]).run().report();
    for severity in Severity::WORST_FIRST {
        assert!(
            with_outcome(&report, Outcome::Fail).any(|result| result.severity == severity),
            "the demo shows something {}",
            severity.as_str()
        );
        let threshold = format!("--fail-on={}", severity.as_str());
        evaluate(&DEMO, &[&threshold]).run().ended_with(1);
    }
    // What could not be read is then all that is left to say.
    evaluate(&DEMO, &["--fail-on=never"]).run().ended_with(3);
    evaluate(&DEMO, &["--fail-on=never", "--allow-incomplete"])
        .run()
        .ended_with(0);
    evaluate(&DEMO, &["--fail-on=grave"]).run().refused();
}

/// The healthy snapshot with an old KSK: its only failure is of medium severity.
const AGED: [&str; 2] = ["--now=2099-01-01T00:00:00Z", "--output=json"];

#[test]
fn a_failure_under_the_threshold_does_not_fail_the_run() {
    let aged = |threshold: &str| {
        let arguments: Vec<&str> = AGED.into_iter().chain([threshold]).collect();
        evaluate(&HEALTHY_SNAPSHOT, &arguments)
    };
    for (threshold, code) in [
        ("--fail-on=info", 1),
        ("--fail-on=low", 1),
        ("--fail-on=medium", 1),
        ("--fail-on=high", 0),
        ("--fail-on=critical", 0),
        ("--fail-on=never", 0),
    ] {
        aged(threshold).run().ended_with(code);
    }
    evaluate(&HEALTHY_SNAPSHOT, &AGED).run().ended_with(1);
    evaluate(&HEALTHY_SNAPSHOT, &AGED)
        .env("ZONEWARDEN_FAIL_ON", "high")
        .run()
        .ended_with(0);
    aged("--fail-on=medium")
        .env("ZONEWARDEN_FAIL_ON", "high")
        .run()
        .ended_with(1);
}

#[test]
fn a_gap_ends_with_3_unless_it_is_allowed_or_something_failed() {
    evaluate(&HEALTHY_SNAPSHOT, &[]).run().ended_with(0);
    evaluate(&SNAPSHOT_WITH_A_GAP, &[]).run().ended_with(3);
    // scan-complete is high, and never counts for the threshold.
    evaluate(&SNAPSHOT_WITH_A_GAP, &["--fail-on=info"])
        .run()
        .ended_with(3);
    evaluate(&SNAPSHOT_WITH_A_GAP, &["--allow-incomplete"])
        .run()
        .ended_with(0);
    evaluate(&SNAPSHOT_WITH_A_GAP, &AGED).run().ended_with(1);
    let arguments: Vec<&str> = AGED.into_iter().chain(["--allow-incomplete"]).collect();
    evaluate(&SNAPSHOT_WITH_A_GAP, &arguments)
        .run()
        .ended_with(1);
}

#[test]
fn a_snapshot_full_of_nonsense_is_told_in_few_words() {
    let mut snapshot = DEMO.clone();
    snapshot.extend("nonsense\n".repeat(5_000).into_bytes());
    let report = evaluate(&snapshot, &["--output=json"]).run().report();
    assert!(!report.coverage.complete);
    let broken: Vec<&str> = (report.coverage.gaps.iter())
        .filter(|gap| gap.reason == "malformed")
        .map(|gap| gap.subject.as_str())
        .collect();
    assert_eq!(broken.len(), 101, "{broken:?}");
    assert!(
        broken.contains(&"4900 more lines of the snapshot"),
        "{broken:?}"
    );
}

#[test]
fn now_decides_how_old_a_ksk_is() {
    let failed = |now: &str| {
        let arguments = [&format!("--now={now}"), "--output=json"];
        failures(&evaluate(&HEALTHY_SNAPSHOT, &arguments).run().report())
    };
    assert!(
        evaluate(&HEALTHY_SNAPSHOT, &["--output=json"])
            .run()
            .report()
            .summary
            .fail
            == Default::default()
    );
    let aged = failed("2099-01-01T00:00:00Z");
    let subjects: Vec<(&str, &str)> = aged
        .keys()
        .map(|(kind, name)| (kind.as_str(), name.as_str()))
        .collect();
    assert_eq!(
        subjects,
        [
            ("ksk", "spared.example. ksk1"),
            ("ksk", "struck.example. ksk1")
        ]
    );
    assert!(aged.values().all(|rules| rules.iter().eq(["ksk-age"])));
    assert!(failed("2000-01-01T00:00:00Z").is_empty());
}

#[test]
fn a_place_that_cannot_be_written_fails_before_the_scan_begins() {
    let unwritable = [
        "--output=csv=missing/report.csv",
        "--output=csv=folder",
        "--output=csv=snapshot.jsonl/report.csv",
    ];
    // Nothing listens there: a scan that began would fail otherwise, and later.
    let cloud = support::program::Cloud {
        endpoint: "http://127.0.0.1:9".to_owned(),
        access_key: "a".to_owned(),
        secret_key: "b".to_owned(),
    };
    for output in unwritable {
        let path = output.rsplit_once('=').unwrap().1;
        let scan = Zonewarden::new(["scan", "--output=json", output])
            .against(&cloud)
            .with_file("snapshot.jsonl", "");
        fs::create_dir(scan.path("folder")).unwrap();
        let (cause, _) = scan.run().refused();
        assert!(cause.contains(&format!("cannot write {path}")), "{cause}");
    }
    let two = Zonewarden::new(["scan", "--output=json", "--output=csv=-"]).against(&cloud);
    let (cause, remedy) = two.run().refused();
    assert!(cause.contains("standard output"), "{cause}");
    assert!(remedy.contains("-o"), "{remedy}");
}

#[test]
fn a_document_is_written_whole_or_not_at_all() {
    // The report of before stays where the run fails: a snapshot that is none.
    let failed = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=csv=report.csv"])
        .with_file("snapshot.jsonl", "nothing of the kind")
        .with_file("report.csv", "before")
        .run()
        .ended_with(2);
    assert_eq!(failed.text("report.csv"), "before");

    let run = evaluate(&DEMO, &["--output=csv=report.csv"])
        .with_file("report.csv", "before")
        .run()
        .ended_with(1);
    assert!(run.text("report.csv").starts_with("rule,"));
    assert!(run.stdout.is_empty());
    // Nothing half-written is left beside it.
    let mut left: Vec<_> = fs::read_dir(run.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["report.csv", "snapshot.jsonl"]);
}

/// Judges the aged healthy snapshot under a configuration.
fn configured(configuration: &str) -> Run {
    evaluate(&HEALTHY_SNAPSHOT, &AGED)
        .with_file("zonewarden.toml", configuration)
        .run()
}

#[test]
fn the_configuration_beside_the_caller_is_read_and_means_what_it_says() {
    configured("fail_on = \"high\"\n").ended_with(0);
    configured("fail_on = \"medium\"\n").ended_with(1);
    let run = evaluate(&SNAPSHOT_WITH_A_GAP, &[])
        .with_file("zonewarden.toml", "allow_incomplete = true\n")
        .run();
    run.ended_with(0);
    // What is typed goes before what is configured.
    let arguments: Vec<&str> = AGED.into_iter().chain(["--fail-on=medium"]).collect();
    evaluate(&HEALTHY_SNAPSHOT, &arguments)
        .with_file("zonewarden.toml", "fail_on = \"high\"\n")
        .run()
        .ended_with(1);
    // A file that is named goes before one that is found.
    let arguments: Vec<&str> = AGED.into_iter().chain(["--config=other.toml"]).collect();
    evaluate(&HEALTHY_SNAPSHOT, &arguments)
        .with_file("zonewarden.toml", "fail_on = \"medium\"\n")
        .with_file("other.toml", "fail_on = \"high\"\n")
        .run()
        .ended_with(0);
}

#[test]
fn a_parameter_of_a_rule_takes_effect() {
    let run = configured("[rules.ksk-age]\nmax_age_days = 100000\n").ended_with(0);
    assert!(failures(&run.report()).is_empty());
    let run = evaluate(&HEALTHY_SNAPSHOT, &["--output=json"])
        .with_file("zonewarden.toml", "[rules.ksk-age]\nmax_age_days = 1\n")
        .run()
        .ended_with(1);
    assert_eq!(failures(&run.report()).len(), 2);
}

#[test]
fn a_slip_in_the_configuration_is_named_with_its_line() {
    let (cause, remedy) = configured("\n\nfial_on = \"high\"\n").refused();
    assert!(cause.contains("zonewarden.toml:3: "), "{cause}");
    assert!(cause.contains("fial_on"), "{cause}");
    assert!(remedy.contains("fail_on"), "{remedy}");

    let (cause, remedy) = configured("[pace]\nshare = 0.5\n[role]\nnmae = \"audit\"\n").refused();
    assert!(cause.contains("zonewarden.toml:4: "), "{cause}");
    assert!(remedy.contains("name"), "{remedy}");

    for (slip, named) in [
        ("fail_on = 3\n", "zonewarden.toml:1: "),
        ("fail_on = \"grave\"\n", "grave"),
        ("fail_on = \n", "zonewarden.toml:1: "),
        ("[rules.ksk-aeg]\nmax_age_days = 9\n", "ksk-aeg"),
        ("[rules.ksk-age]\nmax_age_day = 9\n", "max_age_day"),
        ("[rules.ksk-age]\nmax_age_days = \"9\"\n", "max_age_days"),
    ] {
        let (cause, _) = configured(slip).refused();
        assert!(cause.contains(named), "{slip}: {cause}");
    }
    let (cause, _) = Zonewarden::new(["evaluate", "x", "--config=missing.toml"])
        .run()
        .refused();
    assert!(cause.contains("missing.toml"), "{cause}");
}

#[test]
fn standard_output_carries_the_document_and_nothing_else() {
    let demo = Zonewarden::new(["demo", "--output=json"])
        .run()
        .ended_with(1);
    let report = demo.report();
    assert!(!report.results.is_empty());
    assert!(demo.stderr.contains("This organisation is simulated."));
}
