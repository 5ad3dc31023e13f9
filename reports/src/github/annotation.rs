//! One annotation as a workflow command.

use std::io::{self, Write};

use crate::neutralise::{inert, printable, truncated};
use crate::report::{Location, Severity};

/// The most characters of a title that GitHub takes.
const TITLE: usize = 255;

/// The most characters of a message that the runner passes on.
const MESSAGE: usize = 4_096;

/// The kinds of annotation, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    pub(super) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Notice,
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// What GitHub shows beside a line of a file, or beside the run where there is no file.
pub(super) struct Annotation<'a> {
    pub(super) level: Level,
    pub(super) title: String,
    pub(super) place: Option<&'a Location>,
    /// The lines of the message, without characters that control anything.
    pub(super) lines: Vec<String>,
}

impl Annotation<'_> {
    /// Writes the command, on one line whatever the texts hold.
    ///
    /// The form and its escapes are those of
    /// [workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands),
    /// as the runner takes them apart.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut properties = self.place.map(properties).unwrap_or_default();
        properties.push(format!(
            "title={}",
            property(&truncated(&printable(&self.title), TITLE))
        ));
        let message = self.lines.join("\n");
        writeln!(
            out,
            "::{} {}::{}",
            self.level.command(),
            properties.join(","),
            data(&truncated(&message, MESSAGE))
        )
    }
}

/// Where the annotation goes. The runner drops columns that are not all of one line.
fn properties(place: &Location) -> Vec<String> {
    let file = place.file.trim_start_matches("./");
    if file.is_empty() {
        return Vec::new();
    }
    let (line, column) = (place.line.max(1), place.column.max(1));
    let file = format!("file={}", property(&printable(file)));
    let mut properties = vec![file, format!("line={line}")];
    if place.end_line > line {
        properties.push(format!("endLine={}", place.end_line));
    } else if place.end_line == line && place.end_column > column {
        properties.push(format!("endLine={line}"));
        properties.push(format!("col={column}"));
        properties.push(format!("endColumn={}", place.end_column));
    } else {
        properties.push(format!("col={column}"));
    }
    properties
}

/// The text as the message of a command.
fn data(text: &str) -> String {
    inert(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The text as the value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
