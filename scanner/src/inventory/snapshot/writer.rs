//! Writing a snapshot as it is collected.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::inventory::{Footer, Record, RecordCounts};

/// How hard zstd tries: its own default, fast enough for any collector.
const COMPRESSION_LEVEL: i32 = 3;

/// Writes records to a file, and at the end the footer that proves it whole.
pub struct SnapshotWriter {
    sink: Sink,
    digest: Sha256,
    counts: RecordCounts,
}

enum Sink {
    Plain(BufWriter<File>),
    Compressed(Box<zstd::Encoder<'static, BufWriter<File>>>),
}

impl SnapshotWriter {
    /// Begins a snapshot in `file`, which `path` names; the name decides the compression.
    ///
    /// # Errors
    /// Where the compressor cannot be set up.
    pub fn new(file: File, path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(file);
        let sink = if super::is_compressed(path) {
            Sink::Compressed(Box::new(zstd::Encoder::new(file, COMPRESSION_LEVEL)?))
        } else {
            Sink::Plain(file)
        };
        Ok(Self {
            sink,
            digest: Sha256::new(),
            counts: RecordCounts::default(),
        })
    }

    /// Appends a record.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.digest.update(&line);
        self.counts.add(record);
        self.sink.as_write().write_all(&line)
    }

    /// Hands what was written to the operating system, so that it survives the process.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.as_write().flush()
    }

    /// Writes the footer and closes the file; gives how many records there are.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(mut self, finished_at: Timestamp) -> io::Result<RecordCounts> {
        let digest = std::mem::take(&mut self.digest).finalize();
        let footer = Record::Footer(Footer {
            finished_at,
            counts: self.counts,
            digest: format!("sha256:{}", hex::encode(digest)),
        });
        self.write(&footer)?;
        match self.sink {
            Sink::Plain(mut file) => file.flush()?,
            Sink::Compressed(encoder) => encoder.finish()?.flush()?,
        }
        Ok(self.counts)
    }
}

impl Sink {
    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(file) => file,
            Self::Compressed(encoder) => encoder,
        }
    }
}
