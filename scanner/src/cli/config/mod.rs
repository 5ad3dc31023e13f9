//! The configuration file, `zonewarden.toml`.

mod rules;
mod settings;
pub(super) mod show;

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::Fault;
use super::collecting::RecordsOf;
use super::dns::DnsConfig;
use super::waivers::{self, WaiversConfig};
use crate::toml_error::{self, TomlError};
use rules::{ProfileTable, RuleTables};

/// The name under which the file is looked for.
const FILE_NAME: &str = "zonewarden.toml";

/// No configuration of a person's hand is larger.
const MAX_SIZE: u64 = 1 << 20;

/// What the file may set; a flag or an environment variable goes before it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// The severity at which findings fail the run, or `never`.
    pub(super) fail_on: Option<String>,
    /// Whether a run that is incomplete, and in which nothing failed, ends well.
    pub(super) allow_incomplete: Option<bool>,
    /// Of which zones the record sets are read.
    pub(super) records: Option<RecordsOf>,
    /// The folders of the user's own rules, from that of the file.
    pub(super) policies: Vec<PathBuf>,
    /// Which accounts are judged.
    pub(super) scope: ScopeConfig,
    /// The role that is assumed in other accounts.
    pub(super) role: RoleConfig,
    /// How fast AWS is asked.
    pub(super) pace: PaceConfig,
    /// How DNS is observed.
    pub(super) dns: DnsConfig,
    /// Accounts whose alarms watch over others.
    pub(super) monitoring: MonitoringConfig,
    /// What people have accepted.
    pub(super) waivers: WaiversConfig,
    /// What is set of rules.
    rules: RuleTables,
    /// What is set of rules for some subjects.
    #[serde(rename = "profile")]
    profiles: Vec<ProfileTable>,
    /// The file that was read.
    #[serde(skip)]
    file: Option<ConfigFile>,
}

/// A file that was read.
#[derive(Debug)]
struct ConfigFile {
    path: PathBuf,
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ScopeConfig {
    /// The accounts to judge.
    pub(super) accounts: Vec<String>,
    /// The accounts not to judge.
    pub(super) exclude_accounts: Vec<String>,
    /// The organisational units whose accounts to judge.
    pub(super) ous: Vec<String>,
    /// The accounts that are the scope, for those who may not list the organisation.
    pub(super) account: Vec<AccountConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountConfig {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) role: Option<String>,
    pub(super) external_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RoleConfig {
    pub(super) name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) duration_seconds: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PaceConfig {
    /// The share of the request limits of each account.
    pub(super) share: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MonitoringConfig {
    /// Accounts whose alarms watch over the zones of others.
    pub(super) accounts: Vec<String>,
}

impl Config {
    /// Reads the file that was named, or the one found upward to the root of the repository; the
    /// defaults where there is none.
    pub(super) fn find(named: Option<&Path>) -> Result<Self, Fault> {
        let file = named.map(Path::to_owned).or_else(|| nearest(FILE_NAME));
        let config = file
            .as_deref()
            .map_or_else(|| Ok(Self::default()), Self::read)?;
        let beside = file.or_else(|| nearest(waivers::FILE_NAME));
        let waivers = config
            .waivers
            .beside(beside.as_deref().and_then(Path::parent));
        Ok(Self { waivers, ..config })
    }

    fn read(path: &Path) -> Result<Self, Fault> {
        let shown = path.display();
        let unreadable = |problem: &dyn std::fmt::Display| {
            Fault::new(
                format!("cannot read the configuration {shown}: {problem}"),
                "name another with --config",
            )
        };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(unreadable(&"it is over 1 MiB"));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(&format!("it is no UTF-8 text: {}", error.utf8_error())))?;
        let file = ConfigFile {
            path: path.to_owned(),
            text,
        };
        let config = toml::from_str(&file.text).map_err(|error| {
            let error = TomlError::of(&error, &file.text);
            let nearest = error.nearest_key.map(|key| format!("did you mean {key}?"));
            let (message, remedy) = (error.message.split_once("; "))
                .map_or((error.message.as_str(), None), |(message, remedy)| {
                    (message, Some(remedy.to_owned()))
                });
            Fault::new(
                format!("{shown}:{}: {message}", error.line),
                nearest.or(remedy).unwrap_or_else(|| {
                    "`zonewarden config show` in an empty folder shows every setting with its default".to_owned()
                }),
            )
        });
        let mut config: Self = config?;
        for folder in &mut config.policies {
            if let Some(base) = path.parent() {
                *folder = base.join(&*folder);
            }
        }
        Ok(Self {
            file: Some(file),
            ..config
        })
    }

    /// A value as the file has it.
    fn written<T>(&self, value: &Spanned<T>) -> &str {
        let file = self.file.as_ref();
        file.map_or("", |file| file.written(value.span()))
    }

    /// Where something stands that was read: the file and the line.
    fn place(&self, span: Range<usize>) -> String {
        let file = self.file.as_ref();
        file.map_or_else(String::new, |file| file.place(span))
    }
}

impl ConfigFile {
    /// A value as it stands there.
    fn written(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }

    fn place(&self, span: Range<usize>) -> String {
        let line = toml_error::line_of(&self.text, span.start);
        format!("{}:{line}", self.path.display())
    }
}

/// The file of a name, upward from the current directory, as far as the root of the repository.
fn nearest(name: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let file = folder.join(name);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}
