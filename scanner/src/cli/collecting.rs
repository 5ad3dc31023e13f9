//! What `scan` and `collect` have in common: which accounts, by which role, how fast.

use std::collections::{BTreeSet, HashSet};

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::Fault;
use super::config::Config;
use crate::collect::{NamedAccount, Role, Settings};
use crate::inventory::{Part, RecordSetScope};

/// The role that AWS Organizations makes in the accounts that it creates.
const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";

/// Half of each budget is left to the other programs of the account.
const DEFAULT_SHARE: f64 = 0.5;

/// STS gives credentials for 15 minutes to 12 hours.
const DURATIONS: std::ops::RangeInclusive<i32> = 900..=43_200;

/// Of which zones the record sets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RecordsOf {
    /// Of the zones under which another zone that is read lies
    Parents,
    /// Of every public zone
    All,
    /// Of none; rules that need them are not selected
    Off,
}

/// Which accounts are read, and how.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Collection")]
pub(super) struct CollectionArguments {
    /// Judge these accounts only; the others are read only as far as judging needs it
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        env = "ZONEWARDEN_ACCOUNTS"
    )]
    accounts: Vec<String>,
    /// Do not judge these accounts
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        env = "ZONEWARDEN_EXCLUDE_ACCOUNTS"
    )]
    exclude_accounts: Vec<String>,
    /// Judge the accounts under these organisational units only: paths such as /prod/web, or ids
    #[arg(
        long = "ou",
        value_name = "OU",
        value_delimiter = ',',
        env = "ZONEWARDEN_OU"
    )]
    ous: Vec<String>,
    /// The role to assume in other accounts, by name [default: OrganizationAccountAccessRole]
    #[arg(long, value_name = "NAME", env = "ZONEWARDEN_ROLE")]
    role: Option<String>,
    /// The external id that the role's trust policy asks for
    #[arg(
        long,
        value_name = "ID",
        env = "ZONEWARDEN_EXTERNAL_ID",
        hide_env_values = true
    )]
    external_id: Option<String>,
    /// The name of the sessions, which the accounts' trails show [default: zonewarden]
    #[arg(long, value_name = "NAME", env = "ZONEWARDEN_SESSION_NAME")]
    session_name: Option<String>,
    /// How long the credentials of a role last, in seconds, 900 to 43200 [default: 3600]
    #[arg(long, value_name = "SECONDS", env = "ZONEWARDEN_SESSION_DURATION")]
    session_duration: Option<i32>,
    /// The share of each account's request limits to take, over 0 and at most 1 [default: 0.5]
    #[arg(long, value_name = "SHARE", env = "ZONEWARDEN_SHARE")]
    share: Option<f64>,
    /// Of which zones to read the record sets [default: parents, off with --dns off]
    #[arg(long, value_name = "ZONES", env = "ZONEWARDEN_RECORDS")]
    records: Option<RecordsOf>,
}

impl CollectionArguments {
    /// What was typed over what is configured over the defaults, which depend on whether DNS is
    /// observed. `parts` are those that rules need.
    pub(super) fn settings(
        self,
        config: &Config,
        dns: bool,
        parts: BTreeSet<Part>,
    ) -> Result<Settings, Fault> {
        let or = |typed: Vec<String>, configured: &[String]| match typed.is_empty() {
            true => configured.to_vec(),
            false => typed,
        };
        let share = self.share.or(config.pace.share).unwrap_or(DEFAULT_SHARE);
        if !(share > 0.0 && share <= 1.0) {
            return Err(Fault::new(
                format!("the share {share} is not over 0 and at most 1"),
                "give --share 0.5 for half of each budget",
            ));
        }
        let duration_seconds = self
            .session_duration
            .or(config.role.duration_seconds)
            .unwrap_or(3600);
        if !DURATIONS.contains(&duration_seconds) {
            return Err(Fault::new(
                format!("a session cannot last {duration_seconds} s"),
                "give --session-duration from 900 to 43200 seconds",
            ));
        }
        let record_sets = match (self.records.or(config.records), dns) {
            (Some(RecordsOf::Parents), _) | (None, true) => RecordSetScope::Parents,
            (Some(RecordsOf::All), _) => RecordSetScope::All,
            (Some(RecordsOf::Off), _) | (None, false) => RecordSetScope::Off,
        };
        let settings = Settings {
            role: Role {
                name: self
                    .role
                    .or_else(|| config.role.name.clone())
                    .unwrap_or_else(|| DEFAULT_ROLE.to_owned()),
                external_id: self.external_id.or_else(|| config.role.external_id.clone()),
                session_name: self
                    .session_name
                    .or_else(|| config.role.session_name.clone())
                    .unwrap_or_else(|| "zonewarden".to_owned()),
                duration_seconds,
            },
            share,
            accounts: or(self.accounts, &config.scope.accounts),
            exclude_accounts: or(self.exclude_accounts, &config.scope.exclude_accounts),
            ous: or(self.ous, &config.scope.ous),
            named_accounts: config
                .scope
                .account
                .iter()
                .map(|account| NamedAccount {
                    id: account.id.clone(),
                    name: account.name.clone(),
                    role: account.role.clone(),
                    external_id: account.external_id.clone(),
                })
                .collect(),
            delegation_sets: dns,
            record_sets,
            parts,
        };
        let named = settings.named_accounts.iter().map(|account| &account.id);
        let mut ids = named
            .chain(&settings.accounts)
            .chain(&settings.exclude_accounts);
        if let Some(other) = ids.find(|id| !is_account_id(id)) {
            return Err(Fault::new(
                format!("{other:?} is not an account id"),
                "an account id has twelve digits",
            ));
        }
        match listed_twice(&settings.named_accounts) {
            Some(id) => Err(Fault::new(
                format!("[[scope.account]] has account {id} twice"),
                "keep the entry with the role to use, and take out the other",
            )),
            None => Ok(settings),
        }
    }
}

fn listed_twice(accounts: &[NamedAccount]) -> Option<&str> {
    let mut seen = HashSet::new();
    let mut ids = accounts.iter().map(|account| account.id.as_str());
    ids.find(|id| !seen.insert(*id))
}

/// Whether a text has the form of an account id.
pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
