//! Reading a snapshot: as a stream of blocks of lines, and single lines again by their place.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use memchr::{memchr, memchr_iter, memrchr};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::inventory::{Footer, Header, SNAPSHOT_SCHEMA};

/// No record of an AWS item comes near this; a longer line is not one.
const MAX_LINE: usize = 16 << 20;

/// How much is read at a time: enough to keep every core busy, little beside the bound on memory.
const BLOCK: usize = 4 << 20;

/// The window of a compressed snapshot, as a power of two: 8 MiB, which RFC 8878 (3.1.1.1.2) asks
/// every decoder to support. Snapshots are written with a quarter of it.
const MAX_WINDOW_LOG: u32 = 23;

/// How many bytes may be unpacked from one. Snapshots of like zones by the thousand come to 25.
const MAX_RATIO: u64 = 256;

/// How much may be unpacked from however little.
const ALWAYS_UNPACKED: u64 = 64 << 20;

/// Why a snapshot cannot be read.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The file cannot be opened or read.
    #[error("cannot read the snapshot {path}: {source}; check its name and its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is no room for what is unpacked.
    #[error(
        "cannot unpack the snapshot {path}: {source}; free some space for temporary files, or name another folder for them in TMPDIR"
    )]
    NoRoom {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The first line is not a snapshot's.
    #[error(
        "{path} is not a snapshot of zonewarden: {detail}; make one with `zonewarden collect --snapshot FILE`"
    )]
    NotASnapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The snapshot was written by a newer zonewarden.
    #[error(
        "{path} has the form {found}, and this zonewarden reads {SNAPSHOT_SCHEMA}; read it with the version that wrote it, {version}, or a newer one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The form that it has.
        found: String,
        /// The program that wrote it.
        version: String,
    },
}

/// A snapshot opened for reading.
#[derive(Debug)]
pub struct SnapshotFile {
    path: PathBuf,
    file: File,
    /// In bytes, unpacked.
    length: u64,
    header: Header,
    footer: Option<Footer>,
    digest: String,
    intact: bool,
}

/// Whole lines of a snapshot, read at one go.
#[derive(Debug)]
pub struct Block {
    bytes: Vec<u8>,
    offset: u64,
    first_line: u64,
}

/// One line of a snapshot and its place.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The line without its end.
    pub bytes: &'a [u8],
    /// The place of its first byte.
    pub offset: u64,
    /// Its number, from 1.
    pub number: u64,
}

impl SnapshotFile {
    /// Opens a snapshot, reads its header and footer, and proves its digest.
    ///
    /// A compressed one is unpacked into a temporary file without a name first; one that unpacks to
    /// more than 256 times its size and 64 MiB, or that asks for a window over 8 MiB, is refused.
    ///
    /// # Errors
    /// Where the file cannot be read, is not a snapshot, or has a newer form.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let io_error = |source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        };
        let not_a_snapshot = |detail: &str| SnapshotError::NotASnapshot {
            path: path.to_owned(),
            detail: detail.to_owned(),
        };
        let mut file = File::open(path).map_err(io_error)?;
        if !file.metadata().map_err(io_error)?.is_file() {
            return Err(not_a_snapshot("it is not a regular file"));
        }
        if super::is_compressed(path) {
            file = unpack(file).map_err(|error| match error {
                UnpackError::NoRoom(source) => SnapshotError::NoRoom {
                    path: path.to_owned(),
                    source,
                },
                UnpackError::Packed(detail) => not_a_snapshot(&detail),
            })?;
        }
        let length = file.metadata().map_err(io_error)?.len();
        let header = read_header(&file, path)?;
        let (footer, digest) = read_footer(&file).map_err(io_error)?;
        let intact = footer
            .as_ref()
            .is_none_or(|footer| footer.digest == digest.before_last_line);
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            header,
            footer,
            digest: digest.whole,
            intact,
        })
    }

    /// The name of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the snapshot is of.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The footer; none where the collection was broken off.
    pub fn footer(&self) -> Option<&Footer> {
        self.footer.as_ref()
    }

    /// The SHA-256 of the whole file, unpacked, `sha256:` and hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the records are those that the footer was written for; true where there is none.
    pub fn is_intact(&self) -> bool {
        self.intact
    }

    /// The lines from first to last, in blocks.
    ///
    /// # Errors
    /// Each block fails where the file cannot be read.
    pub fn blocks(&self) -> impl Iterator<Item = Result<Block, SnapshotError>> + '_ {
        let mut blocks = Blocks {
            snapshot: self,
            offset: 0,
            line: 1,
        };
        std::iter::from_fn(move || blocks.next().transpose())
    }

    /// The line of `length` bytes at `offset`, read again.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn line_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = vec![0; length as usize];
        read_exact_at(&self.file, &mut bytes, offset).map_err(|source| SnapshotError::Io {
            path: self.path.clone(),
            source,
        })?;
        Ok(bytes)
    }
}

impl Block {
    /// The lines of the block; empty ones are left out.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let ends = memchr_iter(b'\n', &self.bytes).map(|end| end + 1);
        let torn = (self.bytes.last() != Some(&b'\n')).then_some(self.bytes.len());
        let mut begin = 0;
        (ends.chain(torn).zip(self.first_line..)).filter_map(move |(end, number)| {
            let line = Line {
                bytes: self.bytes.get(begin..end)?.trim_ascii_end(),
                offset: self.offset + begin as u64,
                number,
            };
            begin = end;
            (!line.bytes.is_empty()).then_some(line)
        })
    }
}

struct Blocks<'a> {
    snapshot: &'a SnapshotFile,
    offset: u64,
    line: u64,
}

impl Blocks<'_> {
    fn next(&mut self) -> Result<Option<Block>, SnapshotError> {
        let io_error = |source| SnapshotError::Io {
            path: self.snapshot.path.clone(),
            source,
        };
        let mut bytes = Vec::new();
        // One more than is left, so that the end is seen.
        let left = self.snapshot.length.saturating_sub(self.offset);
        let mut wanted = usize::try_from(left).map_or(BLOCK, |left| BLOCK.min(left + 1));
        loop {
            let held = bytes.len();
            bytes.resize(wanted, 0);
            let read = read_up_to_at(
                &self.snapshot.file,
                bytes.get_mut(held..).unwrap_or_default(),
                self.offset + held as u64,
            )
            .map_err(io_error)?;
            bytes.truncate(held + read);
            let ended = held + read < wanted;
            match memrchr(b'\n', &bytes) {
                // What follows the last line end is a line torn off; only at the end is there no more to come.
                Some(end) if !ended => bytes.truncate(end + 1),
                None if !ended && bytes.len() < MAX_LINE => {
                    wanted += BLOCK;
                    continue;
                }
                _ => {}
            }
            break;
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let block = Block {
            offset: self.offset,
            first_line: self.line,
            bytes,
        };
        self.offset += block.bytes.len() as u64;
        self.line += memchr_iter(b'\n', &block.bytes).count() as u64;
        Ok(Some(block))
    }
}

enum UnpackError {
    /// The temporary file cannot be written.
    NoRoom(io::Error),
    /// What is packed cannot be unpacked, or not within bounds.
    Packed(String),
}

fn unpack(file: File) -> Result<File, UnpackError> {
    let packed = |error: io::Error| {
        UnpackError::Packed(format!(
            "it cannot be unpacked within a window of {} MiB: {error}",
            (1 << MAX_WINDOW_LOG) >> 20
        ))
    };
    let size = file.metadata().map_err(packed)?.len();
    let bound = size.saturating_mul(MAX_RATIO).max(ALWAYS_UNPACKED);
    let mut unpacked = tempfile::tempfile().map_err(UnpackError::NoRoom)?;
    let mut decoder = zstd::Decoder::new(file).map_err(packed)?;
    decoder.window_log_max(MAX_WINDOW_LOG).map_err(packed)?;
    let mut buffer = vec![0; 1 << 16];
    let mut total = 0;
    loop {
        let read = match decoder.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            // A snapshot that was broken off ends inside a frame; what came before is whole.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(packed(error)),
        };
        total += read as u64;
        if total > bound {
            return Err(UnpackError::Packed(format!(
                "it unpacks to more than {MAX_RATIO} times its size"
            )));
        }
        unpacked
            .write_all(buffer.get(..read).unwrap_or_default())
            .map_err(UnpackError::NoRoom)?;
    }
    Ok(unpacked)
}

fn read_header(file: &File, path: &Path) -> Result<Header, SnapshotError> {
    let not_a_snapshot = |detail: String| SnapshotError::NotASnapshot {
        path: path.to_owned(),
        detail,
    };
    let mut line = Vec::new();
    let mut reader = BufReader::new(file).take(MAX_LINE as u64);
    reader
        .get_mut()
        .seek(SeekFrom::Start(0))
        .and_then(|_| reader.read_until(b'\n', &mut line))
        .map_err(|source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        })?;
    let version = serde_json::from_slice::<Versioned>(&line)
        .map_err(|_| not_a_snapshot("its first line is not a header".to_owned()))?
        .header;
    match version.schema.split_once('/') {
        Some(("zonewarden.snapshot", major)) => {
            let own = SNAPSHOT_SCHEMA
                .rsplit_once('/')
                .and_then(|(_, own)| own.parse::<u32>().ok());
            let major = major.parse::<u32>().map_err(|_| {
                not_a_snapshot(format!("it has no version in {:?}", version.schema))
            })?;
            if Some(major) > own {
                return Err(SnapshotError::Newer {
                    path: path.to_owned(),
                    found: version.schema,
                    version: version.version,
                });
            }
        }
        _ => return Err(not_a_snapshot(format!("its form is {:?}", version.schema))),
    }
    serde_json::from_slice::<HeaderLine>(&line)
        .map(|line| line.header)
        .map_err(|error| not_a_snapshot(format!("its header is broken: {error}")))
}

#[derive(Deserialize)]
struct Versioned {
    header: VersionedHeader,
}

#[derive(Deserialize)]
struct VersionedHeader {
    schema: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct HeaderLine {
    header: Header,
}

#[derive(Deserialize)]
struct FooterLine {
    footer: Footer,
}

struct Digests {
    whole: String,
    before_last_line: String,
}

fn read_footer(file: &File) -> io::Result<(Option<Footer>, Digests)> {
    let mut reader = BufReader::with_capacity(1 << 20, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut before = digest.clone();
    let mut last = Vec::new();
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        let taken = match memchr(b'\n', chunk) {
            Some(end) => end + 1,
            None => chunk.len(),
        };
        let piece = chunk.get(..taken).unwrap_or_default();
        if last.last().is_none_or(|&byte| byte == b'\n') {
            last.clear();
            before = digest.clone();
        }
        if last.len() <= MAX_LINE {
            last.extend_from_slice(piece);
        }
        digest.update(piece);
        reader.consume(taken);
    }
    let footer = serde_json::from_slice::<FooterLine>(&last)
        .ok()
        .map(|line| line.footer);
    let show = |digest: Sha256| format!("sha256:{}", hex::encode(digest.finalize()));
    Ok((
        footer,
        Digests {
            whole: show(digest),
            before_last_line: show(before),
        },
    ))
}

fn read_up_to_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<usize> {
    let mut total = 0;
    while !buffer.is_empty() {
        match read_at(file, buffer, offset) {
            Ok(0) => break,
            Ok(read) => {
                total += read;
                offset += read as u64;
                buffer = buffer.get_mut(read..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}

fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    if read_up_to_at(file, buffer, offset)? == buffer.len() {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
