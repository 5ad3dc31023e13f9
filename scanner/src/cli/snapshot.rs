//! Collecting into a snapshot file, watched and interruptible.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, channel, error::TryRecvError};
use tokio::task::spawn_blocking;
use tracing::{debug, info};

use super::Fault;
use super::interrupt::Interrupt;
use super::pending::PendingFile;
use crate::collect::{Connection, Progress, Settings, collect};
use crate::inventory::snapshot::SnapshotWriter;
use crate::inventory::{Record, RecordCounts};

/// Records that may wait for the disk.
const WAITING: usize = 1024;

/// Where a snapshot is written.
#[derive(Debug)]
pub(super) struct Destination {
    file: File,
    path: PathBuf,
    /// What is to take its name once there is a header: until then nothing was learnt that is
    /// worth an older snapshot.
    pending: Option<PendingFile>,
}

impl Destination {
    /// A file that takes its name with the first record.
    pub(super) fn named(pending: PendingFile) -> io::Result<Self> {
        Ok(Self {
            file: pending.file()?,
            path: pending.path().to_owned(),
            pending: Some(pending),
        })
    }

    /// A file that is somebody else's to keep.
    pub(super) fn unnamed(path: &Path, file: File) -> Self {
        Self {
            file,
            path: path.to_owned(),
            pending: None,
        }
    }
}

/// How a collection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collected {
    /// It was read to its end.
    Whole {
        /// What was read.
        counts: RecordCounts,
        /// Whether nothing in scope is missing.
        complete: bool,
    },
    /// The user broke it off; the snapshot has no footer.
    Part,
    /// The user broke it off before anything was read; there is no snapshot.
    Nothing,
}

/// Reads all that is in scope into `destination`.
pub(super) fn collect_into(
    destination: Destination,
    connection: &Connection,
    settings: &Settings,
    interrupt: &mut Interrupt,
) -> Result<Collected, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
    let ended = runtime.block_on(collecting(destination, connection, settings, interrupt));
    // Requests that were broken off must not hold up the end.
    runtime.shutdown_background();
    ended
}

async fn collecting(
    destination: Destination,
    connection: &Connection,
    settings: &Settings,
    interrupt: &mut Interrupt,
) -> Result<Collected, Fault> {
    let path = destination.path.clone();
    let unwritable = |error: io::Error| {
        Fault::new(
            format!("cannot write the snapshot {}: {error}", path.display()),
            "check the space and the permissions of its folder",
        )
    };
    let (sender, receiver) = channel(WAITING);
    let progress = Arc::new(Progress::default());
    let mut writing = spawn_blocking(move || write_down(destination, receiver));
    let watching = tokio::spawn(watch(progress.clone()));
    // The writer comes to its end when the sender is gone, or where it cannot write.
    let (collected, written) = tokio::select! {
        cost = collect(connection, settings, sender, progress) => (Some(cost), writing.await),
        () = interrupt.comes() => (None, writing.await),
        written = &mut writing => (None, written),
    };
    watching.abort();
    let written = written
        .map_err(|error| {
            Fault::new(
                format!("the snapshot was not written: {error}"),
                "report this",
            )
        })?
        .map_err(unwritable)?;
    let Some(cost) = collected.transpose()? else {
        return Ok(match written.begun {
            true => Collected::Part,
            false => Collected::Nothing,
        });
    };
    let counts = written
        .writer
        .finish(Timestamp::now())
        .map_err(unwritable)?;
    debug!(
        requests = cost.requests,
        throttles = cost.throttles,
        "collected"
    );
    Ok(Collected::Whole {
        counts,
        complete: written.completeness.complete,
    })
}

/// Whether anything in scope is missing of what was collected.
#[derive(Debug)]
struct Completeness {
    /// The accounts that are not judged.
    beside: HashSet<String>,
    complete: bool,
}

impl Completeness {
    fn note(&mut self, record: &Record) {
        match record {
            Record::Account(account) if !account.selected => {
                self.beside.insert(account.id.clone());
            }
            Record::Gap(gap) => {
                let beside = gap
                    .account
                    .as_ref()
                    .is_some_and(|id| self.beside.contains(id));
                self.complete &= beside;
            }
            _ => {}
        }
    }
}

/// What was written.
struct Written {
    writer: SnapshotWriter,
    /// Whether there was a record.
    begun: bool,
    completeness: Completeness,
}

/// Writes records as they come, and flushes whenever none waits.
fn write_down(destination: Destination, mut records: Receiver<Record>) -> io::Result<Written> {
    let mut pending = destination.pending;
    let mut written = Written {
        writer: SnapshotWriter::new(destination.file, &destination.path)?,
        begun: false,
        completeness: Completeness {
            beside: HashSet::new(),
            complete: true,
        },
    };
    loop {
        let record = match records.try_recv() {
            Ok(record) => Some(record),
            Err(TryRecvError::Empty) => {
                written.writer.flush()?;
                records.blocking_recv()
            }
            Err(TryRecvError::Disconnected) => None,
        };
        let Some(record) = record else {
            written.writer.flush()?;
            return Ok(written);
        };
        written.completeness.note(&record);
        written.writer.write(&record)?;
        written.begun = true;
        if let Some(pending) = pending.take() {
            // Whoever finds the name finds a header.
            written.writer.flush()?;
            pending.take_name()?;
        }
    }
}

/// Shows how far the collection is, on a terminal; says once how long it will take.
async fn watch(progress: Arc<Progress>) {
    let on_terminal = std::io::stderr().is_terminal() && tracing::enabled!(tracing::Level::INFO);
    let target = match on_terminal {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    let mut said = false;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    loop {
        ticks.tick().await;
        let counts = progress.counts();
        if let Some(seconds) = counts.expected_seconds.filter(|_| !said) {
            said = true;
            bar.suspend(|| {
                info!(
                    "{} zones in {} accounts; the largest account takes about {} s at its pace",
                    counts.zones_listed, counts.accounts, seconds
                );
            });
        }
        bar.set_message(format!(
            "accounts {}/{}, zones {}/{}",
            counts.accounts_read, counts.accounts, counts.zones_read, counts.zones_listed
        ));
        bar.tick();
    }
}
