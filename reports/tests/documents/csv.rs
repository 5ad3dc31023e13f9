//! The report as CSV, read back by an independent reader.

use ::csv::{ReaderBuilder, StringRecord};
use zonewarden_reports::{Format, Options, Report, original_cell, printable};

use crate::fixture;
use crate::rendering::{assert_is_file, text};

struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
}

impl Table {
    fn of(report: &Report, options: &Options) -> Self {
        let document = text(report, Format::Csv, options);
        let mut reader = ReaderBuilder::new().from_reader(document.as_bytes());
        let header = reader.headers().unwrap().clone();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    fn cell<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        let position = self.header.iter().position(|name| name == column).unwrap();
        &row[position]
    }
}

#[test]
fn is_as_expected() {
    let document = text(&fixture::organization(), Format::Csv, &Options::default());
    assert_is_file(&document, "tests/expected/organization.csv");
}

#[test]
fn a_clean_report_is_a_header() {
    let document = text(&fixture::clean(), Format::Csv, &Options::default());
    assert_eq!(document.matches("\r\n").count(), 1);
    assert!(document.starts_with("rule,title,severity,outcome,"));
}

#[test]
fn every_row_is_one_line_that_ends_in_cr_lf() {
    let report = fixture::organization();
    let document = text(&report, Format::Csv, &Options::default());
    let table = Table::of(&report, &Options::default());
    assert_eq!(document.matches("\r\n").count(), table.rows.len() + 1);
    assert_eq!(document.matches('\n').count(), table.rows.len() + 1);
    assert!(
        document
            .replace("\r\n", "")
            .chars()
            .all(|c| !c.is_control())
    );
}

#[test]
fn values_are_the_reports_own() {
    let report = fixture::organization();
    let options = Options {
        with_passes: true,
        ..Options::default()
    };
    let table = Table::of(&report, &options);
    assert_eq!(table.rows.len(), report.results.len());
    for (row, result) in table.rows.iter().zip(&report.results) {
        let original = |column| original_cell(table.cell(row, column));
        assert_eq!(original("rule"), *result.rule);
        assert_eq!(original("outcome"), result.outcome.as_str());
        assert_eq!(original("name"), printable(&result.subject.name));
        assert_eq!(original("message"), printable(&result.message));
        assert_eq!(
            original("account_name"),
            printable(result.subject.account_name.as_ref().unwrap())
        );
        assert_eq!(original("fingerprint"), result.fingerprint);
    }
}

#[test]
fn passes_are_left_out_unless_asked_for() {
    let report = fixture::organization();
    let short = Table::of(&report, &Options::default());
    let outcomes: std::collections::BTreeSet<_> = short
        .rows
        .iter()
        .map(|row| short.cell(row, "outcome"))
        .collect();
    assert_eq!(
        outcomes.into_iter().collect::<Vec<_>>(),
        ["fail", "unknown", "waived"]
    );
}

/// A spreadsheet that splits at commas, and one of a country where lists are split at semicolons.
#[test]
fn no_spreadsheet_finds_a_formula() {
    let names = [
        "=1+1",
        "+1",
        "-1.example.com.",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\"=1",
        "\u{ff1d}1",
        "a;=1",
        "a;\"=1",
        "a; @x",
        ";;=1",
        "'=1",
        "'plain",
        "a;'b",
        "a,=1",
        "=1;=2",
    ];
    for name in names {
        let mut report = fixture::unsigned_zones(1);
        report.results[0].subject.name = name.to_owned();
        let document = text(&report, Format::Csv, &Options::default());
        for delimiter in [b',', b';'] {
            let mut reader = ReaderBuilder::new()
                .delimiter(delimiter)
                .flexible(true)
                .from_reader(document.as_bytes());
            for cell in reader
                .records()
                .map(Result::unwrap)
                .flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>())
            {
                let start = cell.trim_start_matches(['"', ' ']);
                assert!(
                    !start.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']),
                    "{name:?} split at {:?} gives {cell:?}",
                    char::from(delimiter)
                );
            }
        }
        let table = Table::of(&report, &Options::default());
        assert_eq!(
            original_cell(table.cell(&table.rows[0], "name")),
            printable(name)
        );
    }
}

#[test]
fn every_column_is_documented_in_order() {
    let guide = include_str!("../../CSV.md");
    let documented: Vec<_> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let table = Table::of(&fixture::clean(), &Options::default());
    assert_eq!(documented, table.header.iter().collect::<Vec<_>>());
}
