//! What the command line promises where something goes wrong: nothing of worth is lost, nothing half
//! written is left behind, and each refusal says what is wrong and what to do; and the demonstration
//! shows what it promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::LazyLock;

use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, SPARED, STRUCK, Simulated};
use zonewarden::evaluate::Catalogue;
use zonewarden::inventory::snapshot::{SnapshotError, SnapshotFile};
use zonewarden_reports::{DnsCounts, Outcome, Report};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

fn simulated(organization: &str, faults: Vec<Fault>) -> Simulated {
    let options = Options {
        faults,
        ..Options::default()
    };
    Simulated::start(Organization::from_toml(organization).unwrap(), options)
}

fn denied(account: Option<&str>, operation: &str) -> Fault {
    Fault {
        account: account.map(str::to_owned),
        operation: Some(operation.to_owned()),
        ..Fault::new(FaultKind::Denied)
    }
}

/// The snapshot and the JSON report of the organisation of `zonewarden demo`.
static DEMO: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let arguments = ["demo", "--snapshot=snapshot.jsonl", "--output=json"];
    let run = Zonewarden::new(arguments).run().ended_with(1);
    (run.file("snapshot.jsonl"), run.stdout)
});

/// The names of what is in a run's folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(run: &Run, name: &str) -> u32 {
    fs::metadata(run.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn credentials_that_do_not_work_cost_no_older_snapshot() {
    let simulated = simulated(HEALTHY, vec![denied(None, "sts:GetCallerIdentity")]);
    for command in ["collect", "scan"] {
        let run = Zonewarden::new([command, "--snapshot=old.jsonl"])
            .with_file("old.jsonl", "worth keeping")
            .against(&simulated.cloud())
            .run();
        assert_eq!(run.file("old.jsonl"), b"worth keeping");
        assert_eq!(names(&run.path("")), ["old.jsonl"]);
        run.refused();
    }
}

#[test]
fn a_snapshot_is_its_owners_alone_whatever_it_replaces() {
    let simulated = simulated(HEALTHY, Vec::new());
    let collect = Zonewarden::under_umask("000", ["collect", "--snapshot=snapshot.jsonl"])
        .with_file("snapshot.jsonl", "older")
        .against(&simulated.cloud());
    let older = collect.path("snapshot.jsonl");
    fs::set_permissions(older, fs::Permissions::from_mode(0o666)).unwrap();
    let run = collect.run().ended_with(0);
    assert_eq!(mode(&run, "snapshot.jsonl"), 0o600);
    assert!(SnapshotFile::open(&run.path("snapshot.jsonl")).is_ok());
}

#[test]
fn a_report_is_for_those_whom_the_umask_or_the_report_before_it_admits() {
    let evaluate = |mask| {
        let arguments = ["evaluate", "snapshot.jsonl", "--output=json=report.json"];
        Zonewarden::under_umask(mask, arguments).with_file("snapshot.jsonl", &DEMO.0)
    };
    for (mask, expected) in [
        ("022", 0o644),
        ("027", 0o640),
        ("077", 0o600),
        ("002", 0o664),
    ] {
        let run = evaluate(mask).run().ended_with(1);
        assert_eq!(mode(&run, "report.json"), expected, "{mask}");
    }
    let again = evaluate("022").with_file("report.json", "older");
    let older = again.path("report.json");
    fs::set_permissions(older, fs::Permissions::from_mode(0o600)).unwrap();
    let run = again.run().ended_with(1);
    assert_eq!(mode(&run, "report.json"), 0o600);
    assert_eq!(run.file("report.json"), DEMO.1);
}

/// The spared account of [`HEALTHY`] with so many zones more that reading them takes a minute.
fn crowded() -> (String, u64) {
    let zones = 300;
    let more: String = (0..zones)
        .map(|at| format!("\n  [[account.zone]]\n  name = \"z{at}.example\"\n"))
        .collect();
    (format!("{HEALTHY}{more}"), zones)
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_ends_a_collection_at_once() {
    let (organization, zones) = crowded();
    let simulated = simulated(&organization, Vec::new());
    let (cause, remedy) = Zonewarden::new(["collect", "--snapshot=/dev/full"])
        .against(&simulated.cloud())
        .run()
        .refused();
    assert!(cause.contains("/dev/full: No space left"), "{cause}");
    assert!(remedy.contains("space"), "{remedy}");
    let asked = simulated.statistics().operation("route53:GetDNSSEC");
    assert!(asked.requests < zones, "{asked:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_finds_no_space_says_where() {
    let (cause, _) = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json=/dev/full"])
        .with_file("snapshot.jsonl", &DEMO.0)
        .run()
        .refused();
    assert!(cause.contains("/dev/full: No space left"), "{cause}");
}

/// A snapshot of the demo's records, and what `more` adds to it, compressed.
fn compressed(more: impl FnOnce(&mut zstd::Encoder<'_, Vec<u8>>)) -> Result<(), SnapshotError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.jsonl.zst");
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    more(&mut encoder);
    encoder.write_all(&DEMO.0).unwrap();
    fs::write(&path, encoder.finish().unwrap()).unwrap();
    SnapshotFile::open(&path).map(drop)
}

#[test]
fn a_compressed_snapshot_may_ask_for_a_window_of_8_mib_and_no_more() {
    let with_window = |log| compressed(|encoder| encoder.window_log(log).unwrap());
    with_window(23).unwrap();
    let refused = with_window(24).unwrap_err().to_string();
    assert!(refused.contains("a window of 8 MiB"), "{refused}");
}

#[test]
fn a_snapshot_that_unpacks_to_far_more_than_its_size_is_refused() {
    let mut line = vec![b' '; 1 << 20];
    line.push(b'\n');
    let with_blank_lines = |mib: usize| {
        compressed(|encoder| {
            let header = DEMO.0.split_inclusive(|&byte| byte == b'\n').next();
            encoder.write_all(header.unwrap()).unwrap();
            for _ in 0..mib {
                encoder.write_all(&line).unwrap();
            }
        })
    };
    with_blank_lines(32).unwrap();
    let refused = with_blank_lines(96).unwrap_err().to_string();
    assert!(refused.contains("256 times its size"), "{refused}");
}

#[test]
fn an_account_that_is_listed_twice_is_refused_by_its_id() {
    let twice = format!(
        "[[scope.account]]\nid = \"{STRUCK}\"\n[[scope.account]]\nid = \"{SPARED}\"\n\
         [[scope.account]]\nid = \"{STRUCK}\"\nrole = \"other\"\n"
    );
    let (cause, _) = Zonewarden::new(["scan"])
        .with_file("zonewarden.toml", twice)
        .run()
        .refused();
    assert!(cause.contains(STRUCK), "{cause}");
}

#[test]
fn an_error_in_metadata_has_one_line_number_that_of_the_file() {
    let rule = "\n\n# METADATA\n# title: T\n# description: D\n# custom:\n#   id: some-rule\n\
                #   severity: grave\npackage zonewarden.some_rule\n";
    let broken = Catalogue::read([("some/rule.rego", rule)]).unwrap_err();
    let text = broken.to_string();
    assert!(text.starts_with("some/rule.rego:8: METADATA: "), "{text}");
    assert!(text.contains("grave"), "{text}");
    assert!(!text.contains("line "), "{text}");
}

#[test]
fn interrupted_while_it_writes_a_run_leaves_no_half_of_a_document() {
    for signal in ["INT", "TERM"] {
        let arguments = [
            "evaluate",
            "snapshot.jsonl",
            "--with-passes",
            // More than a pipe holds, so that it waits for whoever reads.
            "--output=json",
            "--output=csv=report.csv",
        ];
        let mut running = Zonewarden::new(arguments)
            .with_file("snapshot.jsonl", &DEMO.0)
            .start();
        running.wait_for_output();
        let run = running.signal_unread(signal).ended_with(130);
        assert_eq!(names(&run.path("")), ["snapshot.jsonl"], "{signal}");
        assert!(run.stderr.contains("interrupted"), "{}", run.stderr);
    }
}

#[test]
fn interrupted_while_it_writes_a_scan_keeps_what_it_collected() {
    let mut running = Zonewarden::new(["demo", "--with-passes", "--output=json"]).start();
    running.wait_for_output();
    let run = running.signal_unread("TERM").ended_with(130);
    let kept = names(&run.path(""));
    let [snapshot] = kept.as_slice() else {
        panic!("{kept:?}");
    };
    assert!(run.stderr.contains(snapshot), "{}", run.stderr);
    let snapshot = SnapshotFile::open(&run.path(snapshot)).unwrap();
    assert!(snapshot.footer().is_some());
}

#[test]
fn interrupted_while_it_reads_a_report_a_conversion_leaves_nothing() {
    let mut running = Zonewarden::new(["convert", "-", "--output=csv=report.csv"])
        .with_input()
        .start();
    let mut input = running.input();
    // More than a pipe holds: it is being read once all of this is written.
    input.write_all(&[b' '; 1 << 20]).unwrap();
    let run = running.signal("INT").ended_with(130);
    assert!(names(&run.path("")).is_empty());
}

#[test]
fn a_collection_ends_as_the_scan_of_the_same_would() {
    let broken = |operation: &str| Fault {
        operation: Some(operation.to_owned()),
        ..Fault::new(FaultKind::Error500)
    };
    let unlisted = ["ListAccountsForParent", "ListAccounts"];
    let unlisted = unlisted.map(|operation| format!("organizations:{operation}"));
    let cases: [(&[Fault], &[&str], i32); 7] = [
        (&[], &[], 0),
        (&[denied(Some(STRUCK), "sts:AssumeRole")], &[], 3),
        (&[denied(Some(STRUCK), "route53:GetDNSSEC")], &[], 3),
        (&[denied(Some(STRUCK), "cloudwatch:DescribeAlarms")], &[], 3),
        // Who may not list the organisation has one account in scope, and no gap.
        (
            &unlisted.clone().map(|operation| denied(None, &operation)),
            &[],
            0,
        ),
        (&[broken(&unlisted[0])], &[], 3),
        // What could not be read lies beside the scope.
        (
            &[denied(Some(STRUCK), "sts:AssumeRole")],
            &["--accounts", SPARED],
            0,
        ),
    ];
    for (faults, filter, expected) in cases {
        let simulated = simulated(HEALTHY, faults.to_vec());
        for command in ["collect", "scan"] {
            let arguments = [command, "--snapshot=snapshot.jsonl"];
            let run = Zonewarden::new(arguments.iter().chain(filter))
                .against(&simulated.cloud())
                .run();
            assert_eq!(
                run.code,
                Some(expected),
                "{command} {faults:?}\n{}",
                run.stderr
            );
        }
    }
}

#[test]
fn documents_that_would_fall_into_one_another_are_refused() {
    for outputs in [
        ["--output=json=report", "--output=csv=./report"],
        ["--output=json=snapshot.jsonl", "--output=csv"],
        ["--output=json", "--output=csv"],
    ] {
        let run = Zonewarden::new(["evaluate", "snapshot.jsonl"].iter().chain(&outputs))
            .with_file("snapshot.jsonl", &DEMO.0)
            .run();
        assert_eq!(run.file("snapshot.jsonl"), DEMO.0);
        assert_eq!(names(&run.path("")), ["snapshot.jsonl"]);
        run.refused();
    }
}

#[test]
fn nonsense_is_refused_with_a_cause_and_a_remedy() {
    let cases: [&[&str]; 8] = [
        &[
            "evaluate",
            "snapshot.jsonl",
            "--output=json=nowhere/report.json",
        ],
        &["evaluate", "snapshot.jsonl", "--output=json=."],
        &["evaluate", "snapshot.jsonl", "--config=."],
        &["evaluate", "snapshot.jsonl", "--config=snapshot.jsonl"],
        &["evaluate", "snapshot.jsonl", "--config=/dev/zero"],
        &["scan", "--snapshot=nowhere/snapshot.jsonl"],
        &["scan", "--snapshot=/dev/null"],
        &["convert", "."],
    ];
    for arguments in cases {
        let (cause, _) = Zonewarden::new(arguments)
            .with_file("snapshot.jsonl", &DEMO.0)
            .run()
            .refused();
        assert!(!cause.contains(".zonewarden-"), "{cause}");
    }
    let (cause, _) = Zonewarden::new(["evaluate", "snapshot.jsonl"])
        .with_file("zonewarden.toml", [0xff, 0xfe, 0x00])
        .run()
        .refused();
    assert!(cause.contains("UTF-8"), "{cause}");
}

#[test]
fn an_instant_that_is_none_is_refused_with_one_that_is() {
    for instant in ["tomorrow", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z"] {
        let arguments = ["evaluate", "snapshot.jsonl", "--now", instant];
        let run = Zonewarden::new(arguments).run().ended_with(2);
        assert!(run.stderr.contains("RFC 3339"), "{}", run.stderr);
    }
}

#[test]
fn whoever_closes_standard_output_early_causes_no_error() {
    for arguments in [
        &["completions", "bash"][..],
        &[
            "evaluate",
            "snapshot.jsonl",
            "--output=json",
            "--fail-on=never",
            "--allow-incomplete",
        ],
    ] {
        let mut running = Zonewarden::new(arguments)
            .with_file("snapshot.jsonl", &DEMO.0)
            .start();
        running.close_output();
        let run = running.finish().ended_with(0);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
    }
}

/// The rules that DNS is asked for, and which the demonstration has something to show of.
const OF_DNS: [&str; 11] = [
    "ancestors-signed",
    "chain-validates",
    "denial-validates",
    "ds-digest-strong",
    "ds-matches",
    "ds-not-stale",
    "ds-present",
    "ds-without-signing",
    "nameservers-answer",
    "zone-delegated",
    "zone-delegated-here",
];

/// The rule that explains some of them, though it rests on no DNS.
const OF_REGISTRAR: &str = "registrar-ds-matches";

#[test]
fn the_demonstration_shows_each_state_of_a_chain_of_trust_by_its_cause() {
    let run = Zonewarden::new(["demo", "--with-passes", "--output=json"]);
    let report: Report = run.run().ended_with(1).report();
    let dns = DnsCounts {
        secure: 10,
        insecure: 1,
        bogus: 2,
        not_delegated: 2,
        ..DnsCounts::default()
    };
    assert_eq!(report.summary.dns, Some(dns));

    let of = |outcome| {
        let results = report.results.iter();
        let results = results.filter(move |result| result.outcome == outcome);
        results
            .filter(|result| OF_DNS.contains(&&*result.rule) || *result.rule == *OF_REGISTRAR)
            .filter(|result| result.cause.is_none())
            .map(|result| (&*result.rule, &*result.subject.name))
            .collect::<BTreeSet<_>>()
    };
    let causes = [
        ("ds-digest-strong", "data.example.net."),
        ("ds-not-stale", "checkout.example.org."),
        ("ds-without-signing", "campaigns.example.net."),
        ("nameservers-answer", "ingest.example.net."),
        (OF_REGISTRAR, "export.example.net."),
        (OF_REGISTRAR, "newsletter.example.net."),
        ("zone-delegated-here", "brand.example.net."),
        ("zone-delegated-here", "insights.example.net."),
    ];
    assert_eq!(of(Outcome::Fail), BTreeSet::from(causes));
    for secure in ["trust.example.org.", "example.com.", "api.example.com."] {
        for rule in ["chain-validates", "denial-validates", "ds-matches"] {
            assert!(
                of(Outcome::Pass).contains(&(rule, secure)),
                "{rule} {secure}"
            );
        }
    }
}

#[test]
fn the_demonstration_does_without_dns() {
    let run = Zonewarden::new(["demo", "--dns=off", "--output=json"]);
    let report = run.run().ended_with(1).report();
    assert_eq!(report.summary.dns, None);
    let unselected = report.rules.iter().filter(|rule| !rule.selected);
    let unselected: BTreeSet<&str> = unselected.map(|rule| &*rule.id).collect();
    assert!(
        OF_DNS.iter().all(|rule| unselected.contains(rule)),
        "{unselected:?}"
    );
}
