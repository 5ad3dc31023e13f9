//! Source files, and places in them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::inventory::SourcePlace;

/// A text file that was read.
pub struct Source {
    name: String,
    text: String,
    /// The byte offset at which each line begins, once a place was asked for its lines.
    lines: OnceLock<Vec<u32>>,
}

/// A stretch of a source file. Cheap to copy: lines and columns are worked out when asked for.
#[derive(Clone)]
pub struct Place {
    source: Arc<Source>,
    start: u32,
    end: u32,
}

/// From the first byte of a stretch of text to the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

/// Lines and columns of a place, both from 1; columns count Unicode characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last.
    pub end_column: u32,
}

impl Source {
    /// A file of this name (as it is shown to people) and text. Offsets beyond 4 GiB saturate.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
        })
    }

    /// The name by which the file is shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate();
            let breaks = breaks.filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0)
                .chain(breaks.map(|(at, _)| offset(at + 1)))
                .collect()
        })
    }

    /// The byte offset of a line and a column, both from 1, the column in Unicode characters.
    /// What lies beyond the line or the file is taken as its end.
    pub fn offset(&self, line: u32, column: u32) -> u32 {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.lines().get(index) else {
            return offset(self.text.len());
        };
        let end = self.lines().get(index + 1).copied();
        let end = end.map_or(self.text.len(), |next| next as usize);
        let text = self.text.get(start as usize..end).unwrap_or_default();
        let within = text
            .char_indices()
            .nth(column.saturating_sub(1) as usize)
            .map_or(text.len(), |(at, _)| at);
        start.saturating_add(offset(within))
    }

    /// The place between two byte offsets.
    pub fn place(self: &Arc<Self>, start: u32, end: u32) -> Place {
        Place {
            source: Arc::clone(self),
            start,
            end: end.max(start),
        }
    }

    /// The line and column of a byte offset, both from 1.
    fn line_and_column(&self, at: u32) -> (u32, u32) {
        let line = self.lines().partition_point(|start| *start <= at);
        let start = line
            .checked_sub(1)
            .and_then(|index| self.lines().get(index));
        let start = start.copied().unwrap_or(0);
        let before = self.text.as_bytes().get(start as usize..at as usize);
        let columns = before
            .unwrap_or_default()
            .iter()
            .filter(|byte| !is_continuation(**byte))
            .count();
        (offset(line), offset(columns).saturating_add(1))
    }
}

impl Span {
    /// The place of the span in a file.
    pub fn of(self, source: &Arc<Source>) -> Place {
        source.place(self.start, self.end)
    }
}

impl Place {
    /// The name of the file.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The file.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The byte offset at which it begins.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The byte offset after its last byte.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// The text that stands there.
    pub fn text(&self) -> &str {
        let range = self.start as usize..self.end as usize;
        self.source.text.get(range).unwrap_or_default()
    }

    /// Its lines and columns.
    pub fn region(&self) -> Region {
        let (line, column) = self.source.line_and_column(self.start);
        let (end_line, end_column) = self.source.line_and_column(self.end);
        Region {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

impl From<&Place> for SourcePlace {
    /// The place as the inventory has it.
    fn from(place: &Place) -> Self {
        let region = place.region();
        Self {
            file: place.file().to_owned(),
            line: region.line,
            column: region.column,
            end_line: region.end_line,
            end_column: region.end_column,
        }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end && self.file() == other.file()
    }
}

impl Eq for Place {}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.region();
        write!(f, "{}:{}:{}", self.file(), region.line, region.column)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether the byte continues a character in UTF-8 (RFC 3629 section 3).
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}
