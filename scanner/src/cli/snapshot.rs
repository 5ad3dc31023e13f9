//! Collecting into a snapshot file, watched and interruptible.

use std::fs::File;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, channel, error::TryRecvError};
use tracing::{debug, info};

use super::Fault;
use crate::collect::{Connection, Cost, Progress, Settings, collect};
use crate::inventory::Record;
use crate::inventory::snapshot::SnapshotWriter;

/// Records that may wait for the disk.
const WAITING: usize = 1024;

/// How a collection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collected {
    /// It was read to its end.
    Whole(Cost),
    /// The user broke it off; the snapshot has no footer.
    Interrupted,
}

/// Reads all that is in scope into `file`, which `path` names.
pub(super) fn collect_into(
    file: File,
    path: &Path,
    connection: &Connection,
    settings: &Settings,
) -> Result<Collected, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
    let writer = SnapshotWriter::new(file, path).map_err(|error| unwritable(path, &error))?;
    let ended = runtime.block_on(collecting(writer, path, connection, settings));
    // Requests that were broken off must not hold up the end.
    runtime.shutdown_background();
    ended
}

async fn collecting(
    writer: SnapshotWriter,
    path: &Path,
    connection: &Connection,
    settings: &Settings,
) -> Result<Collected, Fault> {
    let (sender, receiver) = channel(WAITING);
    let progress = Arc::new(Progress::default());
    let writing = tokio::task::spawn_blocking(move || write_down(writer, receiver));
    let watching = tokio::spawn(watch(progress.clone()));
    let collected = tokio::select! {
        cost = collect(connection, settings, sender, progress) => Some(cost?),
        _ = tokio::signal::ctrl_c() => None,
    };
    watching.abort();
    // The sender is gone by now, so that the writer comes to its end.
    let written = writing.await.map_err(|error| {
        Fault::new(
            format!("the snapshot was not written: {error}"),
            "report this",
        )
    })?;
    let writer = written.map_err(|error| unwritable(path, &error))?;
    match collected {
        Some(cost) => {
            writer
                .finish(Timestamp::now())
                .map_err(|error| unwritable(path, &error))?;
            debug!(
                requests = cost.requests,
                throttles = cost.throttles,
                "collected"
            );
            Ok(Collected::Whole(cost))
        }
        None => Ok(Collected::Interrupted),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        format!("cannot write the snapshot {}: {error}", path.display()),
        "check the space and the permissions of its folder",
    )
}

/// Writes records as they come, and flushes whenever none waits.
fn write_down(
    mut writer: SnapshotWriter,
    mut records: Receiver<Record>,
) -> std::io::Result<SnapshotWriter> {
    loop {
        let record = match records.try_recv() {
            Ok(record) => Some(record),
            Err(TryRecvError::Empty) => {
                writer.flush()?;
                records.blocking_recv()
            }
            Err(TryRecvError::Disconnected) => None,
        };
        match record {
            Some(record) => writer.write(&record)?,
            None => {
                writer.flush()?;
                return Ok(writer);
            }
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
