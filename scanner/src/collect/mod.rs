//! From the APIs of AWS to the inventory: all accounts at once, each at its own pace.

mod account;
mod arn;
mod cloudwatch;
mod credentials;
mod ec2;
mod failure;
mod kms;
mod logs;
mod organizations;
mod pace;
mod paging;
mod plan;
mod progress;
mod record_sets;
mod registrations;
mod route53;
mod scope;
mod session;
mod sns;
mod vpcs;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use crate::inventory::{
    Account, Collection, Fact, Gap, Header, Mode, Part, Reason, Record, RecordSetScope,
    SNAPSHOT_SCHEMA, Tags, Unknown,
};
use failure::Failure;
use session::{Caller, Sessions};

pub use credentials::Role;
pub use plan::{Plan, PlannedAccount, plan};
pub use progress::Progress;
pub use scope::NamedAccount;
pub use session::Connection;

/// What is collected, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The role to assume in every account but the caller's own.
    pub role: Role,
    /// The share of each account's request limits to take, over 0 and at most 1.
    pub share: f64,
    /// The accounts to judge; all where empty.
    pub accounts: Vec<String>,
    /// The accounts not to judge.
    pub exclude_accounts: Vec<String>,
    /// The organisational units whose accounts to judge, as paths or ids; all where empty.
    pub ous: Vec<String>,
    /// The accounts that are the scope, instead of the organisation's; the organisation where empty.
    pub named_accounts: Vec<NamedAccount>,
    /// Whether the delegation set of each zone is read, one request a zone.
    pub delegation_sets: bool,
    /// Of which zones the record sets are read, a request for each 300 of them.
    pub record_sets: RecordSetScope,
    /// Which of the parts are read that are read only where a rule needs them.
    pub parts: BTreeSet<Part>,
}

/// What a collection cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were answered with throttling.
    pub throttles: u64,
}

/// Why nothing could be collected at all.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The credentials of the environment do not work.
    #[error(
        "cannot tell who is calling (sts:GetCallerIdentity): {detail}; check the credentials, as with `aws sts get-caller-identity`"
    )]
    NoIdentity {
        /// What failed.
        detail: String,
    },
    /// A filter names an account that is not there.
    #[error(
        "account {account} is not among the accounts of this scan; check --accounts and --exclude-accounts"
    )]
    UnknownAccount {
        /// The account id given.
        account: String,
    },
    /// The filters leave no account to judge.
    #[error(
        "--accounts, --exclude-accounts and --ou leave no active account to judge; the organisational units are: {units}"
    )]
    NothingSelected {
        /// The paths of the organisational units that there are.
        units: String,
    },
}

impl CollectError {
    fn no_identity(failure: Failure) -> Self {
        let code = failure
            .code
            .map(|code| format!("{code}: "))
            .unwrap_or_default();
        let detail = failure
            .detail
            .unwrap_or_else(|| failure.reason.as_str().to_owned());
        Self::NoIdentity {
            detail: format!("{code}{detail}"),
        }
    }
}

/// What the reading of every account shares.
struct Context {
    caller: Arc<Caller>,
    sessions: Sessions,
    records: Sender<Record>,
    keys: Once,
    topics: Once,
    log_groups: Once,
    log_policies: Once,
    delegation_sets: bool,
    record_sets: RecordSetScope,
    parts: BTreeSet<Part>,
    progress: Arc<Progress>,
}

impl Context {
    /// Hands a record on. Nobody takes it any more only where the collection is being broken off.
    async fn record(&self, record: Record) {
        let _ = self.records.send(record).await;
    }

    fn zone_arn(&self, id: &str) -> String {
        format!("arn:{}:route53:::hostedzone/{id}", self.caller.partition)
    }
}

/// Names that each lead to one request in the whole organisation.
#[derive(Debug, Default)]
struct Once(Mutex<HashSet<String>>);

impl Once {
    fn is_new(&self, name: &str) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned())
    }
}

fn gap(account: Option<&str>, collection: Collection, subject: Option<&str>, why: Unknown) -> Gap {
    Gap {
        account: account.map(str::to_owned),
        collection,
        subject: subject.map(str::to_owned),
        operation: why.operation,
        reason: why.reason,
        code: why.code,
        detail: why.detail,
        place: None,
    }
}

/// Reads all that is in scope and hands it on record by record, the header first.
///
/// The caller writes the footer, once everything arrived.
///
/// # Errors
/// Where the credentials do not work, or the filters of `settings` leave nothing to judge. All
/// else that goes wrong becomes a gap among the records.
pub async fn collect(
    connection: &Connection,
    settings: &Settings,
    records: Sender<Record>,
    progress: Arc<Progress>,
) -> Result<Cost, CollectError> {
    let started_at = Timestamp::now();
    let caller = Arc::new(Caller::identify(connection, settings.share).await?);
    let scope = scope::find(&caller, settings).await?;
    let context = Arc::new(Context {
        sessions: Sessions::new(caller.clone(), scope.roles),
        caller: caller.clone(),
        records,
        keys: Once::default(),
        topics: Once::default(),
        log_groups: Once::default(),
        log_policies: Once::default(),
        delegation_sets: settings.delegation_sets,
        record_sets: settings.record_sets,
        parts: caller.offered(&settings.parts),
        progress,
    });
    context
        .record(Record::Header(Header {
            schema: SNAPSHOT_SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: Mode::Live,
            source: None,
            started_at,
            caller: caller.arn.clone(),
            account: caller.account.clone(),
            partition: caller.partition.clone(),
            home_region: caller.home_region.clone(),
            scope: scope.kind,
            organization: scope.organization.clone(),
            dns: None,
            record_sets: settings.record_sets,
            parts: context.parts.clone(),
        }))
        .await;
    for account in &scope.accounts {
        context.record(Record::Account(account.clone())).await;
    }
    for gap in scope.gaps {
        context.record(Record::Gap(gap)).await;
    }
    let read: Vec<Account> = scope
        .accounts
        .into_iter()
        .filter(|account| account.skipped.is_none())
        .collect();
    context.progress.begin(read.len());
    let mut reading = JoinSet::new();
    for account in read {
        let context = context.clone();
        reading.spawn(async move {
            let tags = async {
                if has_tags(&account) {
                    account_tags(&context, &account.id).await
                } else {
                    Fact::unknown(Unknown::because(
                        Reason::NotDetermined,
                        "not read, for the account is not selected or was not listed",
                    ))
                }
            };
            let read = AssertUnwindSafe(account::read(&context, &account, tags));
            match read.catch_unwind().await {
                Ok(listed) => Some((account.id, listed)),
                Err(_) => {
                    failed(&context, &account.id, Collection::Account).await;
                    None
                }
            }
        });
    }
    let mut listed = HashMap::new();
    while let Some(read) = reading.join_next().await {
        listed.extend(read.ok().flatten());
    }
    read_record_sets(&context, listed).await;
    Ok(Cost {
        requests: caller.traffic.requests(),
        throttles: caller.traffic.throttles(),
    })
}

/// Reads the record sets of the zones that are wanted for them. Which zones are parents is known
/// only now that every account has listed its own.
async fn read_record_sets(context: &Arc<Context>, listed: HashMap<String, account::Listed>) {
    let wanted = record_sets::wanted(
        context.record_sets,
        listed.values().flat_map(|account| &account.zones),
    );
    let mut reading = JoinSet::new();
    for (account, mut listed) in listed {
        listed.zones.retain(|zone| wanted.contains(&zone.name));
        let requests = listed.requests + record_sets::requests(&listed.zones);
        context.progress.expect(requests, context.caller.share);
        if listed.zones.is_empty() {
            continue;
        }
        let context = context.clone();
        reading.spawn(async move {
            let read = record_sets::read(&context, &account, &listed.zones);
            if AssertUnwindSafe(read).catch_unwind().await.is_err() {
                failed(&context, &account, Collection::RecordSets).await;
            }
        });
    }
    while reading.join_next().await.is_some() {}
}

async fn failed(context: &Context, account: &str, collection: Collection) {
    let why = Unknown::because(Reason::ServiceError, "zonewarden failed on the account");
    let gap = gap(Some(account), collection, None, why);
    context.record(Record::Gap(gap)).await;
}

/// Whether an account is asked for tags. Organizations gives a state to every account that it lists,
/// and tags to no other.
fn has_tags(account: &Account) -> bool {
    account.selected && account.state.is_some()
}

async fn account_tags(context: &Context, account: &str) -> Fact<Tags> {
    let caller = &context.caller;
    let tags =
        organizations::tags(&caller.organizations, &caller.organizations_pace, account).await;
    if let Err(why) = &tags {
        let gap = gap(Some(account), Collection::Tags, Some(account), why.clone());
        context.record(Record::Gap(gap)).await;
    }
    tags.into()
}

/// A date of the SDK as a timestamp; none where it lies outside the years that one can hold.
fn timestamp(date: Option<aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let date = date?;
    Timestamp::new(date.secs(), i32::try_from(date.subsec_nanos()).ok()?).ok()
}
