//! A scan that is broken off leaves a snapshot that can be judged and says that it is incomplete;
//! a file that is no snapshot is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use support::findings::{failures, with_outcome};
use support::program::{Run, Running, Zonewarden};
use support::simulated::{HEALTHY, SPARED, STRUCK, Simulated, UNSIGNED};
use zonewarden::evaluate::{Catalogue, Options as EvaluateOptions, evaluate};
use zonewarden::inventory::snapshot::{SnapshotError, SnapshotFile};
use zonewarden_reports::{Outcome, Report};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

/// An organisation that is never read to its end: one zone keeps the scanner waiting for as long as
/// it waits for anything.
fn endless(organization: &str) -> Simulated {
    let slow = Fault {
        account: Some(STRUCK.to_owned()),
        operation: Some("route53:GetDNSSEC".to_owned()),
        seconds: 600.0,
        ..Fault::new(FaultKind::Slow)
    };
    let options = Options {
        faults: vec![slow],
        ..Options::default()
    };
    Simulated::start(Organization::from_toml(organization).unwrap(), options)
}

/// What of a snapshot is on the disk, unpacked.
fn readable(snapshot: &Path) -> String {
    let Ok(written) = fs::read(snapshot) else {
        return String::new();
    };
    if snapshot
        .extension()
        .is_some_and(|extension| extension == "zst")
    {
        let mut text = Vec::new();
        // It ends inside a frame; what came before is read.
        let _ = zstd::Decoder::new(written.as_slice())
            .unwrap()
            .read_to_end(&mut text);
        return String::from_utf8_lossy(&text).into_owned();
    }
    String::from_utf8_lossy(&written).into_owned()
}

/// Waits until all is on the disk that is not waited for for ever.
fn wait_for_records(running: &mut Running, snapshot: impl Fn(&Running) -> Option<PathBuf>) {
    let read = [SPARED, "444455556666"].map(|id| format!(r#"{{"account_read":{{"id":"{id}""#));
    loop {
        let text = snapshot(running).map_or_else(String::new, |path| readable(&path));
        let has_unsigned = text.contains(r#"{"account":{"id":"444455556666""#);
        let wanted = if has_unsigned { &read[..] } else { &read[..1] };
        if text.contains(r#"{"account_read":{"id":"111122223333""#)
            && text.contains("ZSPARED")
            && wanted.iter().all(|record| text.contains(record))
        {
            return;
        }
        assert!(
            !running.has_ended(),
            "it ended before it was broken off:\n{text}"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// Judges what a run left behind.
fn judged(snapshot: &Path) -> Run {
    let snapshot = snapshot.to_str().unwrap();
    Zonewarden::new(["evaluate", snapshot, "--output=json", "--with-passes"]).run()
}

#[track_caller]
fn assert_says_incomplete(report: &Report) {
    assert!(!report.coverage.complete);
    assert_eq!(report.run.finished_at, None);
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("broken off")),
        "{:?}",
        report.warnings
    );
    // What was not read to its end is not taken for read.
    let coverage = &report.coverage;
    assert!(
        coverage
            .gaps
            .iter()
            .any(|gap| gap.account.as_deref() == Some(STRUCK)),
        "{:?}",
        coverage.gaps
    );
    // What was read is judged.
    let spared = with_outcome(report, Outcome::Pass)
        .any(|result| result.rule == "zone-signed" && result.subject.name == "spared.example.");
    assert!(spared);
}

#[test]
fn killed_in_the_middle_a_collection_leaves_a_snapshot_that_can_be_judged() {
    for name in ["snapshot.jsonl", "snapshot.jsonl.zst"] {
        let simulated = endless(HEALTHY);
        let mut running = Zonewarden::new(["collect", "--snapshot", name])
            .against(&simulated.cloud())
            .start();
        wait_for_records(&mut running, |running| Some(running.path(name)));
        let killed = running.kill();
        assert_eq!(killed.code, None);
        let report = judged(&killed.path(name)).ended_with(3).report();
        assert_says_incomplete(&report);
        assert!(failures(&report).is_empty());
    }
}

#[test]
fn killed_in_the_middle_a_scan_does_not_hide_the_failures_it_had_read() {
    let simulated = endless(&format!("{HEALTHY}{UNSIGNED}"));
    let mut running = Zonewarden::new(["scan", "--snapshot=snapshot.jsonl"])
        .against(&simulated.cloud())
        .start();
    wait_for_records(&mut running, |running| Some(running.path("snapshot.jsonl")));
    let killed = running.kill();
    let report = judged(&killed.path("snapshot.jsonl"))
        .ended_with(1)
        .report();
    assert_says_incomplete(&report);
    let failed = failures(&report);
    assert!(failed.contains_key(&("zone".to_owned(), "unsigned.example.".to_owned())));
}

#[test]
fn interrupted_a_collection_ends_with_130_and_names_its_snapshot() {
    let simulated = endless(HEALTHY);
    for name in ["snapshot.jsonl", "snapshot.jsonl.zst"] {
        let mut running = Zonewarden::new(["collect", "--snapshot", name])
            .against(&simulated.cloud())
            .start();
        wait_for_records(&mut running, |running| Some(running.path(name)));
        let interrupted = running.interrupt().ended_with(130);
        assert!(interrupted.stderr.contains(name), "{}", interrupted.stderr);
        let report = judged(&interrupted.path(name)).ended_with(3).report();
        assert_says_incomplete(&report);
    }
}

/// The snapshot of a scan that was not told where to put it.
fn unnamed_snapshot(folder: &Path) -> Option<PathBuf> {
    let mut files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files.find(|path| {
        path.extension()
            .is_some_and(|extension| extension == "jsonl")
    })
}

#[test]
fn interrupted_a_scan_keeps_the_snapshot_that_nobody_asked_for_and_says_where() {
    let simulated = endless(HEALTHY);
    let mut running = Zonewarden::new(["scan", "--output=json=report.json"])
        .against(&simulated.cloud())
        .start();
    wait_for_records(&mut running, |running| unnamed_snapshot(&running.path("")));
    let interrupted = running.interrupt().ended_with(130);
    let snapshot = unnamed_snapshot(&interrupted.path("")).unwrap();
    assert!(
        interrupted.stderr.contains(snapshot.to_str().unwrap()),
        "{}",
        interrupted.stderr
    );
    assert_says_incomplete(&judged(&snapshot).ended_with(3).report());
    assert!(!interrupted.path("report.json").exists());
}

/// The whole snapshot of a healthy organisation.
fn whole(name: &str) -> Vec<u8> {
    let organization = Organization::from_toml(HEALTHY).unwrap();
    let simulated = Simulated::start(organization, Options::default());
    Zonewarden::new(["collect", "--snapshot", name])
        .against(&simulated.cloud())
        .run()
        .ended_with(0)
        .file(name)
}

/// Judges a snapshot that was cut off after so many bytes.
fn judged_cut(whole: &[u8], name: &str, length: usize) -> Result<Report, SnapshotError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, &whole[..length]).unwrap();
    let snapshot = SnapshotFile::open(&path)?;
    let options = EvaluateOptions::default();
    Ok(evaluate(&snapshot, &Catalogue::shipped().unwrap(), &options).unwrap())
}

#[test]
fn a_snapshot_cut_anywhere_after_its_header_is_judged_as_incomplete() {
    let name = "snapshot.jsonl";
    let whole = whole(name);
    let report = judged_cut(&whole, name, whole.len()).unwrap();
    assert!(report.coverage.complete, "{:?}", report.coverage.gaps);
    let header = whole.iter().position(|&byte| byte == b'\n').unwrap();
    // One cut in each stretch, and each at another place in its line.
    (0..whole.len() - 2)
        .into_par_iter()
        .step_by(301)
        .for_each(|length| match judged_cut(&whole, name, length) {
            Ok(report) => {
                assert!(!report.coverage.complete, "{length}");
                assert_eq!(report.run.finished_at, None, "{length}");
                assert_eq!(
                    with_outcome(&report, Outcome::Fail)
                        .filter(|result| result.rule != "scan-complete")
                        .count(),
                    0,
                    "{length}"
                );
            }
            Err(error) => assert!(length < header, "{length}: {error}"),
        });
}

#[test]
fn a_compressed_snapshot_cut_anywhere_is_judged_as_incomplete_or_refused() {
    let name = "snapshot.jsonl.zst";
    let whole = whole(name);
    assert!(
        judged_cut(&whole, name, whole.len())
            .unwrap()
            .coverage
            .complete
    );
    let judged: usize = (0..whole.len() - 2)
        .into_par_iter()
        .step_by(101)
        .map(|length| match judged_cut(&whole, name, length) {
            Ok(report) => {
                assert!(!report.coverage.complete, "{length}");
                1
            }
            Err(error) => {
                assert!(
                    matches!(error, SnapshotError::NotASnapshot { .. }),
                    "{length}: {error}"
                );
                0
            }
        })
        .sum();
    // Blocks are flushed as they are collected, so that most cuts leave something.
    assert!(judged > 5, "{judged}");
}

#[test]
fn the_program_says_of_a_cut_snapshot_what_the_library_says() {
    let name = "snapshot.jsonl";
    let whole = whole(name);
    let evaluate = |length: usize| {
        Zonewarden::new(["evaluate", name])
            .with_file(name, &whole[..length])
            .run()
    };
    evaluate(whole.len()).ended_with(0);
    evaluate(whole.len() / 2).ended_with(3);
    let (cause, _) = evaluate(20).refused();
    assert!(cause.contains("its first line is not a header"), "{cause}");
}

#[test]
fn a_snapshot_that_was_changed_after_it_was_written_says_so() {
    let name = "snapshot.jsonl";
    let text = String::from_utf8(whole(name)).unwrap();
    let warnings = |text: &str| {
        judged_cut(text.as_bytes(), name, text.len())
            .unwrap()
            .warnings
    };
    assert!(warnings(&text).is_empty());
    let changed = warnings(&text.replace("struck.example.", "strack.example."));
    assert!(
        changed
            .iter()
            .any(|warning| warning.contains("was changed")),
        "{changed:?}"
    );
}

#[test]
fn a_snapshot_of_a_newer_form_is_refused() {
    let name = "snapshot.jsonl";
    let text = String::from_utf8(whole(name)).unwrap();
    let newer = text.replace("zonewarden.snapshot/1", "zonewarden.snapshot/2");
    let (cause, remedy) = Zonewarden::new(["evaluate", name])
        .with_file(name, newer)
        .run()
        .refused();
    assert!(cause.contains("zonewarden.snapshot/2"), "{cause}");
    assert!(remedy.contains("newer"), "{remedy}");
}

#[test]
fn what_is_no_snapshot_is_refused_with_a_cause_and_a_remedy() {
    let files: [(&str, &[u8]); 7] = [
        ("empty.jsonl", b""),
        ("empty.jsonl.zst", b""),
        ("text.jsonl", b"hello\n"),
        ("binary.jsonl", &[0xff; 4096]),
        ("binary.jsonl.zst", &[0xff; 4096]),
        ("json.jsonl", br#"{"schema": "zonewarden.report/1"}"#),
        (
            "other.jsonl",
            br#"{"header": {"schema": "somebody.elses/1"}}"#,
        ),
    ];
    for (name, content) in files {
        let (cause, _) = Zonewarden::new(["evaluate", name])
            .with_file(name, content)
            .run()
            .refused();
        assert!(cause.contains(name), "{cause}");
    }
    for place in [".", "/dev/null", "missing.jsonl"] {
        let (cause, _) = Zonewarden::new(["evaluate", place]).run().refused();
        assert!(cause.contains(place), "{cause}");
    }
}
