//! The report as workflow commands.

use zonewarden_reports::{Format, Options, Report, Role, Severity};

use crate::fixture;
use crate::rendering::{assert_is_file, text};
use crate::runner::Command;

fn document(report: &Report) -> String {
    text(report, Format::GitHub, &Options::default())
}

fn commands(report: &Report) -> Vec<Command> {
    document(report).lines().filter_map(Command::of).collect()
}

/// The lines that the runner only shows.
fn plain(report: &Report) -> Vec<String> {
    let document = document(report);
    let plain = document.lines().filter(|line| Command::of(line).is_none());
    plain.map(str::to_owned).collect()
}

#[test]
fn is_as_expected() {
    assert_is_file(
        &document(&fixture::source()),
        "tests/expected/source.github",
    );
    assert_is_file(
        &document(&fixture::organization()),
        "tests/expected/organization.github",
    );
    assert_is_file(
        &document(&fixture::clean_source()),
        "tests/expected/clean.github",
    );
}

#[test]
fn an_annotation_is_on_the_lines_that_are_wrong() {
    let annotation = |place| {
        let finding = fixture::unsigned("a.example.", 1).at(Role::Primary, "./a.tf", place, None);
        let commands = commands(&fixture::report(vec![finding]));
        assert_eq!(commands.len(), 1);
        let mut properties = commands.into_iter().next().unwrap().properties;
        properties.remove("title");
        let properties = properties.into_iter();
        let written = properties.map(|(name, value)| format!("{name}={value}"));
        written.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        annotation((4, 7, 4, 9)),
        "col=7 endColumn=9 endLine=4 file=a.tf line=4"
    );
    assert_eq!(annotation((4, 7, 6, 2)), "endLine=6 file=a.tf line=4");
    assert_eq!(annotation((4, 7, 4, 7)), "col=7 file=a.tf line=4");
    assert_eq!(annotation((4, 7, 0, 0)), "col=7 file=a.tf line=4");
    assert_eq!(annotation((0, 0, 0, 0)), "col=1 file=a.tf line=1");
}

#[test]
fn a_severity_is_an_error_a_warning_or_a_notice() {
    let report = fixture::findings_in_files(&Severity::WORST_FIRST);
    let names: Vec<_> = commands(&report)
        .into_iter()
        .map(|command| (command.name, command.properties["title"].clone()))
        .collect();
    let expected = [
        ("error", "critical"),
        ("error", "high"),
        ("warning", "medium"),
        ("notice", "low"),
        ("notice", "info"),
    ];
    let expected = expected.map(|(name, severity)| {
        (
            name.to_owned(),
            format!("{severity}: Zone not signed [zone-signed]"),
        )
    });
    assert_eq!(names, expected);
}

/// Names, messages, files, keys and commands of people who may gain by it.
#[test]
fn no_text_becomes_another_command_or_another_property() {
    let mut report = fixture::source();
    let hostile = "\n::error file=evil.tf::x\r\n ##[add-mask]a\u{2028}::stop-commands::t, %0A::set-output name=a::b%25";
    report.warnings = vec![hostile.to_owned()];
    report.tool.name = hostile.to_owned();
    report.scope.paths = vec![hostile.to_owned()];
    report.rules[10].title = hostile.to_owned();
    report.coverage.gaps[0].subject = hostile.to_owned();
    report.coverage.gaps[0].detail = Some(hostile.to_owned());
    for result in &mut report.results {
        let text = || hostile.to_owned();
        result.message = text();
        result.key = text();
        result.remediation = hostile.into();
        result.subject.id = text();
        result.subject.construct_path = Some(hostile.into());
        for location in &mut result.locations {
            location.file = format!("a{hostile}");
            location.text = Some(text());
        }
    }
    let document = document(&report);
    let names = ["col", "endColumn", "endLine", "file", "line", "title"];
    for line in document.lines() {
        assert!(
            !line.contains(|c: char| c.is_control() || c == '\u{2028}'),
            "{line}"
        );
        let Some(command) = Command::of(line) else {
            assert!(line.starts_with("zonewarden: "), "{line}");
            continue;
        };
        assert!(line.starts_with("::"), "{line}");
        assert!(
            ["error", "warning", "notice"].contains(&command.name.as_str()),
            "{line}"
        );
        assert!(
            command
                .properties
                .keys()
                .all(|name| names.contains(&name.as_str())),
            "{line}"
        );
        if let Some(file) = command.properties.get("file") {
            assert_ne!(file, "evil.tf");
        }
        assert!(
            command
                .message
                .lines()
                .all(|line| Command::of(line).is_none()),
            "{line}"
        );
    }
    assert!(document.contains(r"%0A"));
}

#[test]
fn percent_colon_and_comma_come_through() {
    let finding = fixture::unsigned("a.example.", 1)
        .message("100%, a::b %0A")
        .at(Role::Primary, "100%,a::b%3A.tf", (1, 1, 1, 2), None);
    let commands = commands(&fixture::report(vec![finding]));
    assert_eq!(commands[0].property("file"), "100%,a::b%3A.tf");
    assert!(
        commands[0].message.starts_with("100%, a::b %0A\n"),
        "{commands:?}"
    );
}

#[test]
fn the_worst_ten_of_each_kind_are_annotated_and_the_rest_is_counted() {
    let severities = [
        [Severity::High; 15],
        [Severity::Critical; 15],
        [Severity::Medium; 15],
    ];
    let mut report = fixture::findings_in_files(severities.as_flattened());
    report.coverage.gaps = vec![fixture::source().coverage.gaps[0].clone(); 6];
    report.warnings = vec!["w".to_owned(); 5];
    let commands = commands(&report);
    let number = |name: &str| {
        commands
            .iter()
            .filter(|command| command.name == name)
            .count()
    };
    assert_eq!(
        (number("error"), number("warning"), number("notice")),
        (10, 10, 0)
    );
    let critical = |command: &&Command| command.property("title").starts_with("critical");
    assert_eq!(commands.iter().filter(critical).count(), 10);
    let unread = |command: &&Command| command.property("title").starts_with("Not everything");
    assert_eq!(commands.iter().filter(unread).count(), 3);
    assert_eq!(
        plain(&report).last().unwrap(),
        "zonewarden: without an annotation, for GitHub shows 10 of a kind: 28 findings, 3 gaps, 5 warnings; -o sarif=FILE or -o json=FILE has all"
    );
}

#[test]
fn forty_zones_of_one_block_are_one_annotation() {
    let zones = (1..=40).map(|number| {
        fixture::unsigned(&format!("zone-{number}.example."), number).at(
            Role::Primary,
            "main.tf",
            (1, 1, 1, 9),
            None,
        )
    });
    let report = fixture::report(zones.collect());
    let commands = commands(&report);
    assert_eq!(commands.len(), 1);
    let message = &commands[0].message;
    assert!(
        message.contains("zone-1.example. is not signed."),
        "{message}"
    );
    assert!(message.contains("also: zone-2.example., "), "{message}");
    assert!(message.contains(" and 34 more\n"), "{message}");
    assert_eq!(plain(&report), ["zonewarden: FAIL 40 high"]);
}

#[test]
fn every_zone_of_a_block_that_is_not_annotated_is_counted() {
    let zones = (1..=22).map(|number| {
        let file = format!("{}.tf", number % 11);
        fixture::unsigned(&format!("zone-{number}.example."), number).at(
            Role::Primary,
            &file,
            (1, 1, 1, 9),
            None,
        )
    });
    let report = fixture::report(zones.collect());
    assert_eq!(commands(&report).len(), 10);
    assert!(plain(&report)[1].contains("of a kind: 2 findings;"));
}

/// Whoever mends the cause mends the symptom.
#[test]
fn a_cause_is_as_bad_as_its_symptoms() {
    let finding = |number: u64, severity| {
        fixture::unsigned(&format!("zone-{number}.example."), number)
            .severity(severity)
            .at(Role::Primary, &format!("{number}.tf"), (1, 1, 1, 9), None)
    };
    let high = finding(1, Severity::High);
    let cause = finding(2, Severity::Low);
    let symptom = finding(3, Severity::Critical).cause(&cause.0.fingerprint);
    let commands = commands(&fixture::report(vec![high, cause, symptom]));
    let files: Vec<_> = commands
        .iter()
        .map(|c| (c.name.as_str(), c.property("file")))
        .collect();
    assert_eq!(files, [("error", "2.tf"), ("error", "1.tf")]);
}

#[test]
fn a_symptom_is_told_with_its_cause() {
    let commands = commands(&fixture::organization());
    let cause = commands
        .iter()
        .find(|c| c.property("title").contains("[ds-without-signing]"));
    let message = &cause.unwrap().message;
    assert!(
        message.contains("explains: critical chain-validates on -1.example.com."),
        "{message}"
    );
    assert!(
        !commands
            .iter()
            .any(|c| c.property("title").contains("[chain-validates]"))
    );
}

#[test]
fn a_finding_in_a_module_names_the_calls_that_lead_there() {
    let commands = commands(&fixture::source());
    let finding = commands.iter().find(|c| {
        c.properties
            .get("file")
            .is_some_and(|f| f == "modules/zone/main.tf")
    });
    let lines: Vec<_> = finding.unwrap().message.lines().collect();
    assert_eq!(
        lines,
        [
            "a.example. is not signed.",
            "also: b.example., c.example.",
            "module.zones.aws_route53_zone.main[\"a\"]",
            "called at infra/dns/zones.tf:7:1",
            "called at modules/zones/main.tf:1:1",
            "mend: Create a KSK and enable signing.",
        ]
    );
}

#[test]
fn a_file_that_could_not_be_read_is_annotated_where_it_broke() {
    let commands = commands(&fixture::source());
    let gap = commands
        .iter()
        .find(|c| c.property("title").starts_with("Not everything"))
        .unwrap();
    assert_eq!(
        (
            gap.name.as_str(),
            gap.property("file"),
            gap.property("line")
        ),
        ("warning", "infra/mail/broken.tf", "3")
    );
}

#[test]
fn no_message_is_longer_than_the_runner_passes_on() {
    let long = "x".repeat(10_000);
    let mut finding = fixture::unsigned(&long, 1)
        .message(&long)
        .remediation(&long)
        .at(Role::Primary, "main.tf", (1, 1, 1, 9), None);
    for line in 2..7 {
        finding = finding.at(Role::Related, "main.tf", (line, 1, line, 9), Some(&long));
    }
    let mut report = fixture::report(vec![finding]);
    report.rules[10].title = long;
    let commands = commands(&report);
    assert_eq!(commands.len(), 1);
    assert_eq!(commands[0].message.chars().count(), 4_096);
    assert_eq!(commands[0].property("title").chars().count(), 255);
}

#[test]
fn a_report_without_findings_is_one_line() {
    assert_eq!(
        document(&fixture::clean_source()),
        "zonewarden: PASS everything in scope was read, and no rule failed; 1 passed\n"
    );
}
