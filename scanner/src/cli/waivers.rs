//! The file of waivers: where it is, and how strictly it is taken.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use tracing::error;
use zonewarden_reports::Report;

use super::output::print_json;
use super::{End, Fault};
use crate::evaluate::waiver::{self, Concern, ConcernKind, MAX_SIZE, Waivers};

/// The name under which the file is looked for, beside the configuration.
pub(super) const FILE_NAME: &str = "zonewarden-waivers.toml";

/// The most days for which a waiver may hold, where nothing else is set.
const MAX_DAYS: u32 = 365;

/// What the configuration sets of waivers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WaiversConfig {
    /// The file, relative to the configuration.
    file: Option<PathBuf>,
    /// The most days for which a waiver may hold.
    max_days: Option<u32>,
    /// The folder of the configuration.
    #[serde(skip)]
    folder: Option<PathBuf>,
}

impl WaiversConfig {
    /// With the folder of the configuration, or the one that would be: relative names are names in
    /// it.
    pub(super) fn beside(self, folder: Option<&Path>) -> Self {
        Self {
            folder: folder.map(Path::to_owned),
            ..self
        }
    }

    /// The file that is set, or else the one of the usual name, if there is one.
    pub(super) fn found(&self) -> Option<PathBuf> {
        let folder = self.folder.as_deref();
        match &self.file {
            Some(file) => Some(folder.map_or_else(|| file.clone(), |folder| folder.join(file))),
            None => folder
                .map(|folder| folder.join(FILE_NAME))
                .filter(|file| file.is_file()),
        }
    }
}

/// Which waivers count.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub(super) struct WaiverArguments {
    /// The file of waivers [default: zonewarden-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "ZONEWARDEN_WAIVERS")]
    waivers: Option<PathBuf>,
    /// End with exit code 2 where a waiver has expired, matches nothing, is too broad or names no rule
    #[arg(long, env = "ZONEWARDEN_STRICT_WAIVERS")]
    strict_waivers: bool,
}

/// The waivers of a run.
#[derive(Debug)]
pub(super) struct WaiverSettings {
    waivers: Option<Waivers>,
    strict: bool,
}

impl WaiverArguments {
    /// Reads the file that was typed, else the one that is configured, else the one that is there.
    pub(super) fn read(self, config: &WaiversConfig) -> Result<WaiverSettings, Fault> {
        let file = self.waivers.or_else(|| config.found());
        let max_days = config.max_days.unwrap_or(MAX_DAYS);
        Ok(WaiverSettings {
            waivers: file.map(|file| read(&file, max_days)).transpose()?,
            strict: self.strict_waivers,
        })
    }
}

/// Prints the JSON Schema of a file of waivers.
pub(super) fn print_schema() -> Result<End, Fault> {
    print_json(&waiver::waivers_schema())?;
    Ok(End::Clean)
}

fn read(path: &Path, max_days: u32) -> Result<Waivers, Fault> {
    // The name alone: the report is the same whoever made it, wherever.
    let name = path.file_name().unwrap_or(path.as_os_str());
    let unreadable = |problem: &dyn std::fmt::Display| {
        Fault::new(
            format!("cannot read the waivers {}: {problem}", path.display()),
            "name another file with --waivers",
        )
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(unreadable(&format!("it is over {} MiB", MAX_SIZE >> 20)));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| unreadable(&format!("it is no UTF-8 text: {}", error.utf8_error())))?;
    Ok(Waivers::parse(&text, &name.to_string_lossy(), max_days)?)
}

/// What is wrong with waivers where they are taken strictly.
#[derive(Debug, Default)]
pub(super) struct WaiverFaults(Vec<String>);

impl WaiverSettings {
    /// Waives what is waived. Gives what is wrong with the waivers, where that ends the run.
    pub(super) fn apply(&self, report: &mut Report) -> WaiverFaults {
        let Some(waivers) = &self.waivers else {
            return WaiverFaults::default();
        };
        let concerns = waiver::apply(report, waivers).into_iter();
        // A waiver that will end is no fault yet.
        let is_fault = |concern: &Concern| concern.kind != ConcernKind::ExpiresSoon;
        WaiverFaults(match self.strict {
            true => concerns
                .filter(is_fault)
                .map(|concern| concern.text)
                .collect(),
            false => Vec::new(),
        })
    }
}

impl WaiverFaults {
    /// Ends the run where there is one; the documents have been written by then.
    pub(super) fn end(self) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        for fault in &self.0 {
            error!("{}", zonewarden_reports::printable(fault));
        }
        Err(Fault::new(
            "the waivers are not in order, and --strict-waivers asks for that",
            "mend each of the above in the file of waivers",
        ))
    }
}
