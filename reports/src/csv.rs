//! The report as CSV (RFC 4180): one row a result.
//!
//! UTF-8 without a byte order mark, a header row, lines that end in CR LF. The columns are
//! described in `CSV.md`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use ::csv::{ErrorKind, Terminator, WriterBuilder};

use jiff::civil::Date;

use crate::command::shell_command;
use crate::comparison::{BaselineState, EarlierFailure, EarlierState};
use crate::format::{Options, listed};
use crate::neutralise::printable;
use crate::report::{Location, Report, Rule, RuleResult, Run, UnknownFact};
use crate::waiver::Waiver;

/// What one row is made from.
struct Row<'a> {
    run: &'a Run,
    rule: Option<&'a Rule>,
    result: &'a RuleResult,
    /// What became of it, where it is a failure of an earlier report.
    earlier: Option<&'a EarlierFailure>,
}

/// The name of a column, and what it holds.
type Column = (&'static str, for<'a> fn(&Row<'a>) -> Cow<'a, str>);

/// The columns in order. New ones are added at the end; none is ever renamed or moved.
const COLUMNS: [Column; 37] = [
    ("rule", |row| row.result.rule.as_str().into()),
    ("title", |row| optional(row.rule.map(|rule| &rule.title))),
    ("severity", |row| row.result.severity.as_str().into()),
    ("outcome", |row| match row.earlier {
        Some(earlier) => earlier.state.as_str().into(),
        None => row.result.outcome.as_str().into(),
    }),
    ("account", |row| {
        optional(row.result.subject.account.as_ref())
    }),
    ("account_name", |row| {
        optional(row.result.subject.account_name.as_ref())
    }),
    ("ou", |row| optional(row.result.subject.ou.as_ref())),
    ("kind", |row| row.result.subject.kind.as_str().into()),
    ("subject", |row| (&row.result.subject.id).into()),
    ("name", |row| (&row.result.subject.name).into()),
    ("region", |row| optional(row.result.subject.region.as_ref())),
    ("root", |row| optional(row.result.subject.root.as_ref())),
    ("key", |row| (&row.result.key).into()),
    ("message", |row| (&row.result.message).into()),
    ("remediation", |row| row.result.remediation.as_str().into()),
    ("fix", |row| {
        shell_command(&row.result.fix).unwrap_or_default().into()
    }),
    ("fact", |row| {
        optional(unknown(row).and_then(|unknown| unknown.fact.as_ref()))
    }),
    ("reason", |row| {
        optional(unknown(row).map(|unknown| &unknown.reason))
    }),
    ("operation", |row| {
        optional(unknown(row).and_then(|unknown| unknown.operation.as_ref()))
    }),
    ("code", |row| {
        optional(unknown(row).and_then(|unknown| unknown.code.as_ref()))
    }),
    ("detail", |row| {
        let detail = || unknown(row).and_then(|unknown| unknown.detail.as_ref());
        optional(row.earlier.map(|earlier| &earlier.why).or_else(detail))
    }),
    ("cause", |row| optional(row.result.cause.as_ref())),
    ("waiver", |row| {
        optional(waiver(row).map(|waiver| &waiver.id))
    }),
    ("baseline", |row| baseline(row).into()),
    ("file", |row| {
        optional(location(row).map(|location| &location.file))
    }),
    ("line", |row| {
        number(location(row).map(|location| location.line))
    }),
    ("column", |row| {
        number(location(row).map(|location| location.column))
    }),
    ("controls", |row| {
        row.rule
            .map(|rule| controls(&rule.controls))
            .unwrap_or_default()
            .into()
    }),
    ("evaluated_at", |row| {
        row.run.evaluated_at.to_string().into()
    }),
    ("fingerprint", |row| (&row.result.fingerprint).into()),
    ("construct_path", |row| {
        optional(row.result.subject.construct_path.as_ref())
    }),
    ("waiver_reason", |row| {
        optional(waiver(row).map(|waiver| &waiver.reason))
    }),
    ("waiver_owner", |row| {
        optional(waiver(row).and_then(|waiver| waiver.owner.as_ref()))
    }),
    ("waiver_approved_by", |row| {
        optional(waiver(row).and_then(|waiver| waiver.approved_by.as_ref()))
    }),
    ("waiver_ticket", |row| {
        optional(waiver(row).and_then(|waiver| waiver.ticket.as_ref()))
    }),
    ("waiver_created", |row| {
        date(waiver(row).and_then(|waiver| waiver.created))
    }),
    ("waiver_expires", |row| {
        date(waiver(row).and_then(|waiver| waiver.expires))
    }),
];

fn optional<T: AsRef<str>>(text: Option<&T>) -> Cow<'_, str> {
    text.map_or("", AsRef::as_ref).into()
}

fn number(number: Option<u64>) -> Cow<'static, str> {
    number.map_or(Cow::Borrowed(""), |number| number.to_string().into())
}

fn date(date: Option<Date>) -> Cow<'static, str> {
    date.map_or(Cow::Borrowed(""), |date| date.to_string().into())
}

fn waiver<'a>(row: &Row<'a>) -> Option<&'a Waiver> {
    row.result.waiver.as_deref()
}

/// The comparison with an earlier report, in SARIF's words.
fn baseline(row: &Row<'_>) -> &'static str {
    match row.earlier.map(|earlier| earlier.state) {
        Some(EarlierState::Mended) => "absent",
        Some(EarlierState::NotJudged) => "",
        None => row.result.baseline.map_or("", BaselineState::as_str),
    }
}

fn unknown<'a>(row: &Row<'a>) -> Option<&'a UnknownFact> {
    row.result.unknown.as_ref()
}

fn location<'a>(row: &Row<'a>) -> Option<&'a Location> {
    row.result.primary()
}

/// The controls as `framework/control`, separated by spaces.
fn controls(controls: &BTreeMap<String, Vec<String>>) -> String {
    let names: Vec<_> = controls
        .iter()
        .flat_map(|(framework, ids)| ids.iter().map(move |id| format!("{framework}/{id}")))
        .collect();
    names.join(" ")
}

/// Writes a row for each failure, waived failure and unknown; for passes where asked for. After them
/// come the failures of the earlier report that are none now, where there was one.
pub(crate) fn write(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    write_rows(report, options, out).map_err(|error| match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write_rows(report: &Report, options: &Options, out: &mut impl Write) -> ::csv::Result<()> {
    let rules: BTreeMap<&str, &Rule> = report
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule))
        .collect();
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(out);
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    let earlier = report
        .baseline
        .iter()
        .flat_map(|baseline| &baseline.earlier);
    let rows = listed(report, options)
        .map(|result| (result, None))
        .chain(earlier.map(|earlier| (&earlier.result, Some(earlier))));
    for (result, earlier) in rows {
        let row = Row {
            run: &report.run,
            rule: rules.get(result.rule.as_str()).copied(),
            result,
            earlier,
        };
        for (_, value) in &COLUMNS {
            writer.write_field(cell(&printable(&value(&row))).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.flush()?)
}

/// The value with an apostrophe wherever a spreadsheet might begin to read a formula.
///
/// That is at the start, and after a semicolon: where the list separator is a semicolon, a
/// spreadsheet begins a new cell there, whatever the quotes around the whole say.
fn cell(value: &str) -> Cow<'_, str> {
    if !value.split_inclusive(';').any(needs_apostrophe) {
        return Cow::Borrowed(value);
    }
    let mut safe = String::with_capacity(value.len() + 2);
    for part in value.split_inclusive(';') {
        if needs_apostrophe(part) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    Cow::Owned(safe)
}

/// Whether a spreadsheet might take a formula from here on.
///
/// Blanks and quotes before it do not count, because some spreadsheets drop them. The full-width
/// signs are read as the ASCII ones by some. An apostrophe gets another one, so that every one
/// that was added can be told.
fn needs_apostrophe(part: &str) -> bool {
    part.starts_with('\'')
        || part
            .trim_start_matches(|c: char| c == '"' || c.is_whitespace())
            .starts_with([
                '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
            ])
}

/// The value of which [`Format::Csv`](crate::Format::Csv) made this cell.
///
/// It takes away the apostrophes that keep spreadsheets from reading formulas; control
/// characters stay as they are written out.
pub fn original_cell(cell: &str) -> String {
    cell.split_inclusive(';')
        .map(|part| part.strip_prefix('\'').unwrap_or(part))
        .collect()
}
