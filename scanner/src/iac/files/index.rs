//! The index of a git repository: what git tracks, and what is staged (git documentation,
//! "gitformat-index").
//!
//! It is read here rather than by asking git, because git runs what the configuration of a
//! repository tells it to run (`core.fsmonitor`), and refuses repositories of other owners.

use std::ops::Range;

/// The part of an entry before its object id: times, device, inode, mode, owner, size.
const BEFORE_ID: usize = 40;

/// Where the mode of an entry stands.
const MODE: usize = 24;

/// How many times larger than the file the names may be that it comes to: in version 4, what a name
/// has in common with the one before it is left out.
const MAX_GROWTH: usize = 4;

/// How long object ids are: SHA-1 and SHA-256.
const ID_LENGTHS: [usize; 2] = [20, 32];

/// What git tracks, in the order of the names' bytes.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: Vec<u8>,
    entries: Vec<Entry>,
}

/// What git tracks under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracked {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// The commit of a submodule.
    Submodule,
    /// A directory that a sparse checkout leaves out.
    LeftOut,
}

#[derive(Debug)]
struct Entry {
    name: Range<usize>,
    tracked: Tracked,
}

impl Index {
    /// Reads the content of the file.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        // Which hash the repository uses stands in its configuration only; an index read with the
        // wrong one does not come out even.
        let [sha1, sha256] = ID_LENGTHS;
        Reader::new(bytes, sha1)
            .index()
            .or_else(|why| Reader::new(bytes, sha256).index().map_err(|_| why))
    }

    /// What git tracks below a directory, `dns/` or nothing for the root: names from the root, with
    /// slashes. A name of which two sides of a merge differ is there more than once.
    pub(super) fn below(&self, prefix: &[u8]) -> impl Iterator<Item = (&[u8], Tracked)> {
        let name = |entry: &Entry| self.names.get(entry.name.clone()).unwrap_or_default();
        let first = self.entries.partition_point(|entry| name(entry) < prefix);
        let from = self.entries.get(first..).unwrap_or_default();
        from.iter()
            .map(move |entry| (name(entry), entry.tracked))
            .take_while(move |(name, _)| name.starts_with(prefix))
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    id_length: usize,
    version: u32,
}

const CUT_SHORT: &str = "it ends too soon";
const OTHER: &str = "it is in a form that is not known";

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8], id_length: usize) -> Self {
        Self {
            bytes,
            at: 0,
            id_length,
            version: 0,
        }
    }

    fn index(mut self) -> Result<Index, &'static str> {
        if self.take(4)? != b"DIRC" {
            return Err(OTHER);
        }
        self.version = self.number()?;
        if !(2..=4).contains(&self.version) {
            return Err(OTHER);
        }
        let count = self.number()?;
        let mut index = Index::default();
        let mut last: Range<usize> = 0..0;
        for _ in 0..count {
            let entry = self.entry(&mut index.names, &last)?;
            let name = |range: &Range<usize>| index.names.get(range.clone()).unwrap_or_default();
            if name(&entry.name) < name(&last) {
                return Err("its names are not in order");
            }
            last = entry.name.clone();
            index.entries.push(entry);
        }
        self.extensions()?;
        Ok(index)
    }

    fn entry(&mut self, names: &mut Vec<u8>, last: &Range<usize>) -> Result<Entry, &'static str> {
        let start = self.at;
        let fixed = self.take(BEFORE_ID)?;
        let mode = fixed.get(MODE..).and_then(|mode| mode.first_chunk());
        let mode = u32::from_be_bytes(*mode.ok_or(CUT_SHORT)?);
        self.take(self.id_length)?;
        let flags = self.take(2)?.first_chunk().ok_or(CUT_SHORT)?;
        let flags = u16::from_be_bytes(*flags);
        if self.version >= 3 && flags & 0x4000 != 0 {
            self.take(2)?;
        }
        let from = names.len();
        if self.version == 4 {
            let shorter = self.variable_number()?;
            let kept = last.len().checked_sub(shorter).ok_or(OTHER)?;
            names.extend_from_within(last.start..last.start + kept);
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = memchr::memchr(0, rest).ok_or(CUT_SHORT)?;
        names.extend_from_slice(self.take(length)?);
        if names.len() / MAX_GROWTH > self.bytes.len() {
            return Err("its names are too long");
        }
        if self.version == 4 {
            self.take(1)?;
        } else {
            // One to eight bytes of nought make the length of the entry a multiple of eight.
            self.take(8 - (self.at - start) % 8)?;
        }
        let name = from..names.len();
        let told = usize::from(flags & 0xfff);
        if name.len() != told && (told != 0xfff || name.len() < told) {
            return Err(OTHER);
        }
        let tracked = match mode >> 12 {
            0b1000 => Tracked::File,
            0b1010 => Tracked::Link,
            0b1110 => Tracked::Submodule,
            0b0100 => Tracked::LeftOut,
            _ => return Err(OTHER),
        };
        Ok(Entry { name, tracked })
    }

    /// What follows the entries, to the hash at the end.
    fn extensions(&mut self) -> Result<(), &'static str> {
        let end = self.bytes.len().checked_sub(self.id_length);
        let end = end.ok_or(CUT_SHORT)?;
        while self.at < end {
            let signature = self.take(4)?;
            let length = usize::try_from(self.number()?).map_err(|_| CUT_SHORT)?;
            self.take(length)?;
            match signature {
                b"link" => return Err("a part of it is in another file (core.splitIndex)"),
                b"sdir" => {}
                // What an extension in capital letters says can be done without.
                [b'A'..=b'Z', ..] => {}
                _ => return Err(OTHER),
            }
        }
        if self.at == end { Ok(()) } else { Err(OTHER) }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], &'static str> {
        let end = self.at.checked_add(length).ok_or(CUT_SHORT)?;
        let taken = self.bytes.get(self.at..end).ok_or(CUT_SHORT)?;
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, &'static str> {
        let bytes = self.take(4)?.first_chunk().ok_or(CUT_SHORT)?;
        Ok(u32::from_be_bytes(*bytes))
    }

    /// A number of as many bytes as it needs (git documentation, "gitformat-pack", offsets).
    fn variable_number(&mut self) -> Result<usize, &'static str> {
        let mut number = 0_usize;
        for _ in 0..4 {
            let [byte] = self.take(1)? else {
                return Err(CUT_SHORT);
            };
            number = (number << 7) | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            number += 1;
        }
        Err(OTHER)
    }
}
