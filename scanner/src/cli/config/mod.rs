//! The configuration file, `zonewarden.toml`.

mod rules;
mod settings;
pub(super) mod show;

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Fault;
use super::collecting::RecordsOf;
use super::dns::DnsConfig;
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
        match named {
            Some(path) => Self::read(path),
            None => match nearest_file() {
                Some(path) => Self::read(&path),
                None => Ok(Self::default()),
            },
        }
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
        let config = toml::from_str(&file.text).map_err(|error| Fault {
            cause: format!(
                "{}: {}",
                file.place(error.span().unwrap_or_default()),
                first_line(error.message())
            ),
            remedy: nearest_key(error.message()).or_else(|| {
                Some("examples/zonewarden.toml shows every setting and its type".to_owned())
            }),
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

    /// Where something stands that was read: the file and the line.
    fn place(&self, span: Range<usize>) -> String {
        let file = self.file.as_ref();
        file.map_or_else(String::new, |file| file.place(span))
    }
}

impl ConfigFile {
    fn place(&self, span: Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}", self.path.display())
    }
}

/// Upward from the current directory, as far as the root of the repository.
fn nearest_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// The known key nearest to the unknown one of a message such as "unknown field `a`, expected one
/// of `b`, `c`".
fn nearest_key(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted
        .next()
        .filter(|_| message.starts_with("unknown field"))?;
    let nearest = quoted.min_by_key(|known| strsim::damerau_levenshtein(unknown, known))?;
    Some(format!("did you mean {nearest}?"))
}
