//! The report as a person at a terminal sees it.

use zonewarden_reports::{Format, Options, Report, RuleResult, SourceCoverage, ZoneCounts};

use crate::fixture::{self, Builder};
use crate::rendering::{assert_is_file, text};
use crate::runner::Command;

fn table(report: &Report) -> String {
    text(report, Format::Table, &Options::default())
}

#[test]
fn is_as_expected() {
    assert_is_file(
        &table(&fixture::organization()),
        "tests/expected/organization.txt",
    );
    assert_is_file(&table(&fixture::source()), "tests/expected/source.txt");
    assert_is_file(&table(&fixture::clean()), "tests/expected/clean.txt");
    assert_is_file(
        &table(&fixture::clean_source()),
        "tests/expected/clean-source.txt",
    );
}

#[test]
fn lines_fit_the_terminal_but_commands_are_whole() {
    for width in [60, 80, 120] {
        let options = Options {
            width,
            ..Options::default()
        };
        let document = text(&fixture::organization(), Format::Table, &options);
        for line in document.lines().filter(|line| line.chars().count() > width) {
            assert!(line.trim_start().starts_with("aws "), "{line}");
        }
        let command = "aws route53 enable-hosted-zone-dnssec --hosted-zone-id Z0000000000000000001";
        assert!(document.lines().any(|line| line.trim_start() == command));
    }
}

#[test]
fn nothing_in_a_name_reaches_the_terminal() {
    let report = fixture::organization();
    let plain = table(&report);
    assert!(plain.lines().all(|line| !line.contains(char::is_control)));
    assert!(!plain.contains('\u{202e}'));

    let colour = Options {
        colour: true,
        ..Options::default()
    };
    let coloured = text(&report, Format::Table, &colour);
    let without_colours: String = coloured
        .split('\u{1b}')
        .enumerate()
        .map(|(position, part)| match position {
            0 => part,
            _ => part.strip_prefix('[').unwrap().split_once('m').unwrap().1,
        })
        .collect();
    assert_ne!(coloured, plain);
    assert_eq!(without_colours, plain);
}

/// The log of a step is where GitHub's runner looks for them.
#[test]
fn nothing_in_a_name_is_a_workflow_command() {
    let texts = [
        "::stop-commands::t ::add-mask::x ::error ##[set-output name=a]b::notice:: ".repeat(9),
        "\u{3000}::add-mask::x".to_owned(),
        "##[add-mask]x".to_owned(),
    ];
    for hostile in texts {
        let mut report = fixture::source();
        for result in &mut report.results {
            result.message.clone_from(&hostile);
            result.subject.name.clone_from(&hostile);
            result.fix = ["aws", "##[add-mask]x"].map(Into::into).to_vec();
        }
        for width in 40..80 {
            let options = Options {
                width,
                ..Options::default()
            };
            let document = text(&report, Format::Table, &options);
            for line in document.lines() {
                assert_eq!(Command::of(line), None, "{line}");
            }
        }
    }
    let address = fixture::unsigned("2001:db8::1 ::1 ::ffff:192.0.2.1", 1);
    assert!(table(&fixture::report(vec![address])).contains("2001:db8::1 ::1 ::ffff:192.0.2.1"));
}

#[test]
fn a_finding_in_source_code_begins_with_its_place() {
    let document = table(&fixture::source());
    let lines: Vec<&str> = document.lines().map(str::trim).collect();
    let position = |start: &str| {
        let found = lines.iter().position(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start} in {document}"))
    };
    let finding =
        position("modules/zone/main.tf:3:1 a.example. module.zones.aws_route53_zone.main[\"a\"]");
    assert_eq!(
        lines[finding + 2],
        "called at infra/dns/zones.tf:7:1, modules/zones/main.tf:1:1"
    );
    let made_by_cdk =
        position("cdk.out/DnsStack.template.json:20:9 DnsKey7F3A DnsStack/Key/Resource");
    assert_eq!(
        lines[made_by_cdk + 2..made_by_cdk + 4],
        [
            "declared at cdk.out/DnsStack.template.json:18:5",
            "see cdk.out/DnsStack.template.json:40:5 (the KSK that uses it)",
        ]
    );
}

#[test]
fn what_was_read_of_source_code_is_told_in_its_own_terms() {
    let document = table(&fixture::source()).replace("\n  ", " ");
    for part in [
        "incomplete: 1 of 2 Terraform roots read, 1 in part; 1 of 1 template read; 48 files; 6 of 6 zones read; 1 private zone not judged",
        "infra/mail/broken.tf:3:17 malformed: expected an expression after =",
        "infra/mail/huge.tf service_error: is larger than 16777216 bytes",
        "Left out: 2 libraries: modules/kms, modules/old; --library judges them",
        "variable zone_id has no default: 3 verdicts of alarm-internal-failure, zone-signed (infra/dns/signing.tf:4:3)",
    ] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&document).contains(part), "{part}\n{document}");
    }
    assert!(!document.contains("account"));

    let mut empty = fixture::clean_source();
    empty.coverage.source = Some(SourceCoverage::default());
    empty.coverage.zones = ZoneCounts::default();
    assert!(
        table(&empty).contains("complete: nothing to judge was found; 0 files; no hosted zone")
    );
}

#[test]
fn forty_zones_with_one_fault_are_one_screen() {
    let document = table(&fixture::unsigned_zones(40));
    assert!(document.contains("40 findings"));
    assert!(document.contains("… and 35 more: -o csv=FILE"));
    assert!(document.lines().count() < 30, "{document}");
}

#[test]
fn a_symptom_is_shown_with_its_cause_only() {
    let document = table(&fixture::organization());
    let cause = document.find("[ds-without-signing]").unwrap();
    let symptom = document.find("symptom: critical chain-validates").unwrap();
    let next = document.find("[scan-complete]").unwrap();
    assert!(cause < symptom && symptom < next);
    assert!(!document.contains("[chain-validates]"));
}

#[test]
fn a_cause_is_as_bad_as_its_symptoms() {
    use zonewarden_reports::Severity::{Critical, High, Low};
    let mut results = vec![
        unsigned(1).severity(Low),
        unsigned(2).severity(High),
        unsigned(3).severity(Critical),
    ];
    let cause = results[0].0.fingerprint.clone();
    results[2].0.cause = Some(cause);
    let document = table(&fixture::report(results));
    let first = document.find("zone-000001.example. ").unwrap();
    let second = document.find("zone-000002.example. ").unwrap();
    assert!(first < second, "{document}");
}

/// Only a report that someone made up has a ring; it must end, and lose no finding.
#[test]
fn rings_and_long_chains_of_causes_end() {
    let number = 2_000;
    let table_of = |cause_of: &dyn Fn(usize) -> Option<usize>| {
        let mut results: Vec<Builder> = (0..number).map(|n| unsigned(n as u64)).collect();
        let fingerprints: Vec<_> = results
            .iter()
            .map(|result| result.0.fingerprint.clone())
            .collect();
        for (position, result) in results.iter_mut().enumerate() {
            result.0.cause = cause_of(position).map(|cause| fingerprints[cause].clone());
        }
        table(&fixture::report(results))
    };
    let causes: [&dyn Fn(usize) -> Option<usize>; 4] = [
        &|position| position.checked_sub(1),
        &|position| Some(position + 1).filter(|cause| *cause < number),
        &|position| Some((position + 1) % number),
        &|position| Some(position.saturating_sub(1)),
    ];
    for cause_of in causes {
        let document = table_of(cause_of);
        assert!(document.contains(" 1 finding\n"), "{document}");
        assert!(
            document.contains("… and 1996 more: -o csv=FILE"),
            "{document}"
        );
    }
}

#[test]
fn a_cause_that_is_waived_explains_nothing() {
    let mut report = fixture::organization();
    report.results.retain(|result: &RuleResult| {
        !(result.rule == "ds-without-signing" && result.cause.is_none() && result.unknown.is_none())
    });
    assert!(table(&report).contains("[chain-validates]"));
}

#[test]
fn unknown_is_never_a_pass() {
    let mut report = fixture::clean();
    assert!(table(&report).starts_with("PASS "));
    report.summary.unknown = 1;
    assert!(table(&report).starts_with("UNKNOWN "));
    report.coverage.complete = false;
    assert!(table(&report).starts_with("INCOMPLETE "));

    let mut only_a_gap = fixture::organization();
    only_a_gap
        .results
        .retain(|result| result.rule == "scan-complete");
    assert!(table(&only_a_gap).starts_with("INCOMPLETE "));
}

fn unsigned(number: u64) -> Builder {
    fixture::unsigned(&format!("zone-{number:06}.example."), number)
}
