//! Lines of words on a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::command::shell_command;
use crate::format::Options;
use crate::neutralise::{inert, printable, truncated};
use crate::report::Severity;
use crate::text::Text;

/// Text as it is.
pub(super) const PLAIN: Style = Style::new();
/// What heads a part of the page, and what names a subject.
pub(super) const HEADING: Style = Style::new().bold();
/// What is there if one looks for it.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is not well.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What nobody knows.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// Lines no narrower than this, whatever the terminal says.
const NARROWEST: usize = 40;

/// The most characters of one text from outside: enough for a message, too few to flood a screen.
const LONGEST: usize = 600;

/// Columns by which each level is moved to the right.
const INDENT: usize = 2;

/// The colour of a severity.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => AnsiColor::Blue.on_default(),
    }
}

/// A page that takes words from anywhere and makes them harmless.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    colour: bool,
    width: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(options: &Options, out: &'a mut dyn Write) -> Self {
        Self {
            out,
            colour: options.colour,
            width: options.width.max(NARROWEST),
        }
    }

    /// Writes an empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Writes words, at the given level, over as many lines as they need. The lines after the
    /// first are moved one level further, and a word is never broken.
    pub(super) fn flow(&mut self, level: usize, spans: &[(Style, &str)]) -> io::Result<()> {
        let mut column = self.indent(level)?;
        let mut is_first = true;
        for (style, text) in spans {
            let text = truncated(text, LONGEST);
            let text = printable(&text);
            let text = inert(&text);
            for word in text.split(' ').filter(|word| !word.is_empty()) {
                let length = word.chars().count();
                if is_first {
                    is_first = false;
                } else if column + 1 + length > self.width {
                    writeln!(self.out)?;
                    column = self.indent(level + 1)?;
                } else {
                    write!(self.out, " ")?;
                    column += 1;
                }
                self.word(*style, word)?;
                column += length;
            }
        }
        writeln!(self.out)
    }

    /// Writes the command that the arguments are, on a line of its own, ready to be pasted.
    /// Nothing where there is none.
    pub(super) fn command(&mut self, level: usize, arguments: &[Text]) -> io::Result<()> {
        if arguments.is_empty() {
            return Ok(());
        }
        // Written out, it would be another command.
        match shell_command(arguments).filter(|command| inert(command) == *command) {
            Some(command) => {
                self.indent(level)?;
                writeln!(self.out, "{command}")
            }
            None => self.flow(
                level,
                &[(
                    FAINT,
                    "(no command: a value in it cannot be shown as it is)",
                )],
            ),
        }
    }

    /// Says how many were left out, and which format has them. Nothing where none was.
    pub(super) fn more(&mut self, level: usize, left_out: usize, format: &str) -> io::Result<()> {
        if left_out == 0 {
            return Ok(());
        }
        self.flow(
            level,
            &[(FAINT, &format!("… and {left_out} more: -o {format}=FILE"))],
        )
    }

    fn indent(&mut self, level: usize) -> io::Result<usize> {
        let columns = level * INDENT;
        write!(self.out, "{:columns$}", "")?;
        Ok(columns)
    }

    fn word(&mut self, style: Style, word: &str) -> io::Result<()> {
        if self.colour && style != PLAIN {
            write!(self.out, "{style}{word}{style:#}")
        } else {
            write!(self.out, "{word}")
        }
    }
}
