//! The rules about what has changed since an earlier snapshot, on two states of one simulated
//! organisation, with the clock set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value as Json, json};
use support::findings::with_outcome;
use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, SPARED, STRUCK, Simulated};
use zonewarden_reports::{Outcome, RuleResult, Severity};
use zonewarden_simulator::{Options, Organization};

const KSK: &str = "ksk = [{ key = \"ksk\", created = \"-30d\" }]";

/// The snapshot of the organisation whose struck zone has this in place of its KSK.
fn collected(zone: &str) -> Vec<u8> {
    collected_of(&HEALTHY.replacen(KSK, zone, 1))
}

fn collected_of(organization: &str) -> Vec<u8> {
    let options = Options {
        dns: Some(0),
        ..Options::default()
    };
    Simulated::start(Organization::from_toml(organization).unwrap(), options)
        .asked_by(["collect", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(0)
        .file("snapshot.jsonl")
}

static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| collected(KSK));
static DELETING: LazyLock<Vec<u8>> =
    LazyLock::new(|| collected(&format!("{KSK}\n  signing = \"DELETING\"")));

/// The later snapshot judged with the earlier one, so many hours after now.
fn judged(earlier: &[u8], later: &[u8], hours: i64) -> Run {
    let now = Timestamp::now().checked_add(hours.hours()).unwrap();
    Zonewarden::new([
        "evaluate",
        "new.jsonl",
        "--previous=old.jsonl",
        "--output=json",
        "--with-passes",
        &format!("--now={now}"),
    ])
    .with_file("old.jsonl", earlier)
    .with_file("new.jsonl", later)
    .run()
}

/// A snapshot as if it had been taken so many hours later.
fn taken_later(snapshot: &[u8], hours: i64) -> Vec<u8> {
    let mut lines: Vec<Json> = (std::str::from_utf8(snapshot).unwrap().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.len() - 1;
    for (line, instant) in [(0, "/header/started_at"), (last, "/footer/finished_at")] {
        let instant = lines[line].pointer_mut(instant).unwrap();
        let taken: Timestamp = instant.as_str().unwrap().parse().unwrap();
        *instant = json!(taken.checked_add(hours.hours()).unwrap());
    }
    lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .into_bytes()
}

/// What a rule says of the struck zone.
fn said(run: &Run, rule: &str) -> Option<RuleResult> {
    let report = run.report();
    let mut results = report.results.into_iter();
    results.find(|result| &*result.rule == rule && result.subject.name == "struck.example.")
}

fn outcome(run: &Run, rule: &str) -> Outcome {
    said(run, rule).unwrap().outcome
}

#[test]
fn signing_that_ends_while_the_parent_has_a_ds_is_an_outage_for_as_long_as_it_is_there() {
    let earlier = &*SIGNED;
    let later = collected("dns = { ds = [\"stale\"] }");
    for hours in [0, 24 * 365] {
        let run = judged(earlier, &later, hours).ended_with(1);
        let result = said(&run, "disable-in-order").unwrap();
        assert_eq!(result.outcome, Outcome::Fail);
        assert_eq!(result.severity, Severity::Critical);
        assert_eq!(
            result.fix[..3],
            ["aws", "route53", "enable-hosted-zone-dnssec"]
        );
    }
    // Without the earlier snapshot nobody can tell, and the report says so.
    let run = Zonewarden::new(["evaluate", "new.jsonl", "--output=json"])
        .with_file("new.jsonl", &later)
        .run();
    let rules = run.report().rules;
    let rule = rules.iter().find(|rule| rule.id == "disable-in-order");
    let why = rule.unwrap().why.as_deref();
    assert_eq!(why, Some("no earlier snapshot was given"));
}

#[test]
fn a_ds_that_left_is_held_for_its_ttl_after_it_was_seen_and_then_nobody_knows() {
    let earlier = &*SIGNED;
    let later = collected("dns = { ds = [] }");
    assert_eq!(
        outcome(&judged(earlier, &later, 0), "disable-in-order"),
        Outcome::Fail
    );
    let run = judged(earlier, &later, 24 * 30);
    let result = said(&run, "disable-in-order").unwrap();
    assert_eq!(result.outcome, Outcome::Unknown);
    assert_eq!(result.unknown.unwrap().reason, "not_determined");
    // What was not signed before was not turned off since.
    let run = judged(&later, &collected("dns = { ds = [] }"), 0);
    assert_eq!(outcome(&run, "disable-in-order"), Outcome::Pass);
}

#[test]
fn a_ksk_that_is_deactivated_under_its_ds_is_told_with_the_command_that_mends_it() {
    let earlier = &*SIGNED;
    let inactive = KSK.replace("created", "status = \"INACTIVE\", created");
    let later = collected(&inactive);
    let run = judged(earlier, &later, 0).ended_with(1);
    let result = said(&run, "ksk-change-in-order").unwrap();
    assert_eq!(result.outcome, Outcome::Fail);
    assert_eq!(
        result.fix[..3],
        ["aws", "route53", "activate-key-signing-key"]
    );
    let run = judged(earlier, &collected(KSK), 0);
    assert_eq!(outcome(&run, "ksk-change-in-order"), Outcome::Pass);
    assert_eq!(outcome(&run, "disable-in-order"), Outcome::Pass);
    assert!(with_outcome(&run.report(), Outcome::Fail).next().is_none());
}

#[test]
fn a_key_that_is_another_under_the_old_name_is_not_the_ksk_that_the_ds_stands_for() {
    let (earlier, rule) = (&*SIGNED, "ksk-change-in-order");
    let later = |ksk: &str| {
        let key = "  [[account.key]]\n  name = \"ksk\"\n";
        let two = format!("  [[account.key]]\n  name = \"new\"\n  policy = \"guarded\"\n\n{key}");
        let text = HEALTHY.replacen(KSK, &format!("ksk = [{{ {ksk} }}]"), 1);
        collected_of(&text.replacen(key, &two, 1))
    };
    for name in ["ksk1", "ksk2"] {
        // The DS at the parent is of the key that is served.
        let stays = later(&format!(
            "name = \"{name}\", key = \"ksk\", recorded_key = \"new\""
        ));
        let run = judged(earlier, &stays, 0).ended_with(1);
        assert_eq!(outcome(&run, rule), Outcome::Fail, "{name}");
        // The DS of the old key left, and nobody saw when; that of the new one is no matter.
        let left = later(&format!("name = \"{name}\", key = \"new\""));
        let run = judged(earlier, &left, 24 * 30);
        assert_eq!(outcome(&run, rule), Outcome::Unknown, "{name}");
        // The same key under whichever name answers to the same DS.
        let same = later(&format!("name = \"{name}\", key = \"ksk\""));
        let run = judged(earlier, &same, 0);
        assert_eq!(outcome(&run, rule), Outcome::Pass, "{name}");
    }
}

#[test]
fn signing_with_trouble_is_signing_and_what_was_being_removed_is_gone() {
    let (signed, rule) = (&*SIGNED, "disable-in-order");
    let state = |state: &str| collected(&format!("{KSK}\n  signing = \"{state}\""));
    let known = ["ACTION_NEEDED", "INTERNAL_FAILURE", "DELETING"];
    let earlier = known.map(|before| (before, state(before)));
    let paused = state("PAUSED");
    let unsigned = collected("dns = { ds = [\"stale\"] }");
    for (before, earlier) in &earlier {
        let run = judged(earlier, &unsigned, 0).ended_with(1);
        assert_eq!(outcome(&run, rule), Outcome::Fail, "{before}");
    }
    for after in ["ACTION_NEEDED", "INTERNAL_FAILURE"] {
        let run = judged(signed, &state(after), 0);
        assert_eq!(outcome(&run, rule), Outcome::Pass, "{after}");
    }
    let run = judged(&paused, &unsigned, 0);
    assert_eq!(outcome(&run, rule), Outcome::Unknown);
}

#[test]
fn a_removal_of_signing_that_lasts_over_a_day_is_stuck() {
    let (signed, deleting) = (&*SIGNED, &*DELETING);
    let later = collected(&format!("{KSK}\n  signing = \"DELETING\""));
    let rule = "signing-removal-completes";
    let in_time = taken_later(&later, 23);
    let late = taken_later(&later, 25);
    assert_eq!(outcome(&judged(deleting, &in_time, 0), rule), Outcome::Pass);
    assert_eq!(outcome(&judged(deleting, &late, 0), rule), Outcome::Fail);
    assert_eq!(outcome(&judged(signed, &late, 0), rule), Outcome::Pass);
    // Whatever stands for now, the two snapshots are minutes apart.
    assert_eq!(outcome(&judged(deleting, &later, 25), rule), Outcome::Pass);
}

/// The organisation without the account of the struck zone.
fn without_the_struck() -> String {
    let account = |id: &str| {
        HEALTHY
            .find(&format!("[[account]]\nid = \"{id}\""))
            .unwrap()
    };
    let (from, to) = (account(STRUCK), account(SPARED));
    format!("{}{}", &HEALTHY[..from], &HEALTHY[to..])
}

#[test]
fn of_an_account_that_the_earlier_snapshot_does_not_have_nothing_is_known() {
    let earlier = collected_of(&without_the_struck());
    let run = judged(&earlier, &collected(KSK), 0);
    for rule in [
        "ksk-change-in-order",
        "disable-in-order",
        "signing-removal-completes",
    ] {
        let result = said(&run, rule).unwrap();
        assert_eq!(result.outcome, Outcome::Unknown, "{rule}");
        assert_eq!(result.unknown.unwrap().reason, "not_found_in_scope");
    }
    // A zone that was not there in an account that was read is new.
    let none = HEALTHY.replacen("struck.example", "elsewhere.example", 4);
    let none = none.replacen("ZSTRUCK00000000000001", "ZELSEWHERE00000000001", 1);
    let run = judged(&collected_of(&none), &collected(KSK), 0);
    assert_eq!(outcome(&run, "ksk-change-in-order"), Outcome::NotApplicable);
}

#[test]
fn what_is_no_earlier_snapshot_of_the_same_organisation_is_refused() {
    let another = collected_of(&HEALTHY.replacen("\"healthy\"", "\"another\"", 1));
    let own = collected(KSK);
    let (cause, remedy) = judged(&another, &own, 0).refused();
    assert!(cause.contains("is of another organisation"), "{cause}");
    assert!(remedy.contains("of the same organisation"), "{remedy}");
    let (cause, _) = judged(&own, &own, 0).refused();
    assert!(cause.contains("is the very one that is judged"), "{cause}");
    // The same collection is not earlier than itself for having been edited.
    let text = String::from_utf8(own.clone()).unwrap();
    let edited = text.replacen("\"ACTIVE\"", "\"INACTIVE\"", 1);
    assert_ne!(edited, text);
    let (cause, _) = judged(edited.as_bytes(), &own, 0).refused();
    assert!(cause.contains("was begun at the same instant"), "{cause}");
}

#[test]
fn the_report_tells_of_the_earlier_snapshot_and_of_what_is_wrong_with_it() {
    let earlier = &*SIGNED;
    let later = collected(KSK);
    let about = |earlier: &[u8]| -> Vec<String> {
        let warnings = judged(earlier, &later, 0).report().warnings.into_iter();
        warnings
            .filter(|warning| warning.starts_with("The earlier snapshot"))
            .collect()
    };
    assert_eq!(about(earlier), [""; 0]);
    let text = String::from_utf8(earlier.clone()).unwrap();
    let altered = text.replacen("\"ACTIVE\"", "\"INACTIVE\"", 1);
    let said = about(altered.as_bytes());
    assert!(
        said.len() == 1 && said[0].contains("its digest is another"),
        "{said:?}"
    );
    let (cut, _) = text.trim_end().rsplit_once('\n').unwrap();
    let said = about(format!("{cut}\n").as_bytes());
    assert!(
        said.len() == 1 && said[0].contains("broken off"),
        "{said:?}"
    );

    let alone = Zonewarden::new(["evaluate", "old.jsonl", "--output=json"])
        .with_file("old.jsonl", earlier)
        .run()
        .report();
    assert_eq!(alone.run.previous, None);
    let previous = judged(earlier, &later, 0).report().run.previous.unwrap();
    assert_eq!(Some(&previous.digest), alone.run.snapshot_digest.as_ref());
    assert_eq!(Some(previous.started_at), alone.run.started_at);
    assert_eq!(previous.finished_at, alone.run.finished_at);
    for (output, said) in [
        (
            "--output=table",
            format!("since the snapshot of {}", previous.finished_at.unwrap()),
        ),
        (
            "--output=sarif",
            format!("\"digest\": \"{}\"", previous.digest),
        ),
    ] {
        let run = Zonewarden::new(["evaluate", "new.jsonl", "--previous=old.jsonl", output])
            .with_file("old.jsonl", earlier)
            .with_file("new.jsonl", &later)
            .run();
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(text.contains(&said), "{said}\n{text}");
    }
}

#[test]
fn two_snapshots_that_are_compared_are_judged_together() {
    let earlier = &*SIGNED;
    let later = collected("dns = { ds = [\"stale\"] }");
    let run = Zonewarden::new(["diff", "old.jsonl", "new.jsonl", "--output=json"])
        .with_file("old.jsonl", earlier)
        .with_file("new.jsonl", &later)
        .run()
        .ended_with(1);
    assert_eq!(outcome(&run, "disable-in-order"), Outcome::Fail);
    let (cause, remedy) = judged(&later, earlier, 0).refused();
    assert!(cause.contains("is the later one"), "{cause}");
    assert!(remedy.contains("collected before"), "{remedy}");
}
