//! What of the scope was read, in the words of the report.

use std::collections::{BTreeSet, HashSet};

use zonewarden_reports::{
    AccountCounts, Coverage, Gap, Mode, Role, RootKind, RuleResult, Scope, Skipped, SourceCoverage,
    SourceRoot, ZoneCounts,
};

use super::index::{AccountEntry, Index};
use super::source::location;
use super::subject::AccountCoverage;
use crate::inventory::snapshot::SnapshotFile;
use crate::inventory::{self, AccountScope, Collection, Language};

/// The coverage of a snapshot: of the accounts that are judged.
pub(super) fn of(snapshot: &SnapshotFile, index: &Index) -> Coverage {
    let mut accounts = AccountCounts::default();
    let mut zones = zones_read(index);
    let mut skipped = Vec::new();
    let mut selected = Vec::new();
    let mut not_selected = Vec::new();
    for entry in index.accounts.values() {
        let account = &entry.account;
        if let Some(state) = &account.skipped {
            skipped.push(Skipped {
                account: account.id.clone(),
                reason: state.clone(),
            });
            continue;
        }
        if !account.selected {
            not_selected.push(account.id.clone());
            continue;
        }
        selected.push(account.id.clone());
        accounts.in_scope += 1;
        *match reading(entry, index) {
            Reading::Whole => &mut accounts.read,
            Reading::Partial => &mut accounts.partial,
            Reading::Failed => &mut accounts.failed,
        } += 1;
        zones.skipped += entry.read.as_ref().map_or(0, |read| read.private_zones);
    }
    accounts.skipped = skipped.len() as u64;
    accounts.not_selected = not_selected.len() as u64;
    // What code leaves to other code is no gap in the reading of it.
    let is_told = |gap: &&inventory::Gap| match snapshot.header().mode {
        inventory::Mode::Live => concerns_the_judged(gap, index),
        inventory::Mode::Source | inventory::Mode::Plan => gap.collection == Collection::Files,
    };
    let gaps: Vec<Gap> = index.gaps.iter().filter(is_told).map(gap).collect();
    let whole = snapshot.footer().is_some() && snapshot.is_intact();
    Coverage {
        complete: gaps.is_empty() && whole,
        whole,
        accounts,
        zones,
        gaps,
        skipped,
        selected,
        not_selected,
        source: snapshot.header().source.as_ref().map(source_coverage),
    }
}

fn source_coverage(source: &inventory::SourceScope) -> SourceCoverage {
    let roots = source.roots.iter().map(|root| SourceRoot {
        path: root.path.clone(),
        kind: match root.language {
            Language::Terraform => RootKind::Terraform,
            Language::TerraformPlan => RootKind::TerraformPlan,
            Language::CloudFormation => RootKind::CloudFormation,
        },
        whole: root.whole,
    });
    SourceCoverage {
        roots: roots.collect(),
        libraries: source.libraries.clone(),
        files: source.files,
    }
}

/// The public zones of the accounts that are judged; those that an account listed and of which there
/// is no record were not read.
fn zones_read(index: &Index) -> ZoneCounts {
    let mut zones = ZoneCounts::default();
    for zone in &index.zones {
        if index.is_judged(&zone.account) {
            *match index.is_whole(zone) {
                true => &mut zones.read,
                false => &mut zones.partial,
            } += 1;
        }
    }
    for (id, entry) in &index.accounts {
        if let Some(read) = entry.read.as_ref().filter(|_| index.is_judged(id)) {
            zones.failed += index.zones_missing(read);
        }
    }
    zones.in_scope = zones.read + zones.partial + zones.failed;
    zones
}

/// Over how many accounts facts of several accounts are judged: all that were to be read, whether
/// or not their own items are judged.
pub(super) fn of_accounts(index: &Index) -> AccountCoverage {
    let mut coverage = AccountCoverage {
        accounts_in_scope: 0,
        accounts_read: 0,
    };
    for entry in index.accounts.values() {
        if entry.account.skipped.is_none() {
            coverage.accounts_in_scope += 1;
            let failed = matches!(reading(entry, index), Reading::Failed);
            coverage.accounts_read += u64::from(!failed);
        }
    }
    coverage
}

/// Reason, operation, error code and detail of what is not known.
type Why<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Adds the gaps of accounts that are not selected on which a verdict rests: a KMS key, a topic or
/// an alarm there may decide on a zone elsewhere.
pub(super) fn with_gaps_of(coverage: Coverage, results: &[RuleResult], index: &Index) -> Coverage {
    let missing: HashSet<Why<'_>> = results
        .iter()
        .filter_map(|result| result.unknown.as_ref())
        .map(|why| {
            let (operation, code) = (why.operation.as_deref(), why.code.as_deref());
            (why.reason.as_str(), operation, code, why.detail.as_deref())
        })
        .collect();
    let decides = |gap: &inventory::Gap| {
        let (operation, code) = (gap.operation.as_deref(), gap.code.as_deref());
        missing.contains(&(gap.reason.as_str(), operation, code, gap.detail.as_deref()))
    };
    let gaps: Vec<Gap> = index
        .gaps
        .iter()
        .filter(|gap| concerns_the_judged(gap, index) || decides(gap))
        .map(gap)
        .collect();
    Coverage {
        complete: coverage.complete && gaps.is_empty(),
        gaps,
        ..coverage
    }
}

/// The scope of a snapshot.
pub(super) fn scope(snapshot: &SnapshotFile) -> Scope {
    let header = snapshot.header();
    Scope {
        mode: match header.mode {
            inventory::Mode::Live => Mode::Live,
            inventory::Mode::Source => Mode::Source,
            inventory::Mode::Plan => Mode::Plan,
        },
        organization: header
            .organization
            .as_ref()
            .filter(|_| header.scope == AccountScope::Organization)
            .map(|organization| organization.id.clone()),
        partition: Some(header.partition.clone()),
        paths: header
            .source
            .as_ref()
            .map(|source| source.paths.clone())
            .unwrap_or_default(),
    }
}

/// What the user should know of the snapshot itself.
pub(super) fn warnings(snapshot: &SnapshotFile, index: &Index, coverage: &Coverage) -> Vec<String> {
    let header = snapshot.header();
    let mut warnings = Vec::new();
    if header.mode != inventory::Mode::Live {
        return warnings;
    }
    if snapshot.footer().is_none() {
        warnings.push(
            "The snapshot is incomplete: the collection was broken off before its end.".to_owned(),
        );
    }
    if !snapshot.is_intact() {
        warnings.push(
            "The snapshot was changed after it was written: its digest is another.".to_owned(),
        );
    }
    match header.scope {
        AccountScope::Account => warnings.push(format!(
            "The scope is account {} alone: it belongs to no organisation, or the credentials may not list one.",
            header.account
        )),
        AccountScope::List => {
            warnings.push("The scope is the list of accounts in the configuration.".to_owned());
        }
        AccountScope::Organization | AccountScope::Declared => {}
    }
    let told: HashSet<(&str, Option<&str>, &str)> = coverage
        .gaps
        .iter()
        .filter_map(|gap| {
            let account = gap.account.as_deref()?;
            Some((account, gap.operation.as_deref(), gap.reason.as_str()))
        })
        .collect();
    let beside: BTreeSet<(&str, Option<&str>, &str)> = index
        .gaps
        .iter()
        .filter(|gap| !concerns_the_judged(gap, index))
        .filter_map(|gap| {
            let account = gap.account.as_deref()?;
            Some((account, gap.operation.as_deref(), gap.reason.as_str()))
        })
        .filter(|gap| !told.contains(gap))
        .collect();
    warnings.extend(beside.into_iter().map(|(account, operation, reason)| {
        let operation = operation.map_or_else(String::new, |name| format!("{name} "));
        format!(
            "Account {account}, which is not selected, could not be read whole ({operation}{reason}); rules over several accounts judge without that."
        )
    }));
    warnings
}

/// How much of an account was read.
pub(super) enum Reading {
    Whole,
    Partial,
    Failed,
}

pub(super) fn reading(entry: &AccountEntry, index: &Index) -> Reading {
    let id = entry.account.id.as_str();
    let mut reading = Reading::Whole;
    for gap in index
        .gaps
        .iter()
        .filter(|gap| gap.account.as_deref() == Some(id))
    {
        reading = match gap.collection {
            Collection::Account => return Reading::Failed,
            _ => Reading::Partial,
        };
    }
    reading
}

/// Whether a gap lies in an account that is judged. One of a skipped account, which nobody meant to
/// read, is there only because something that is judged led to it.
fn concerns_the_judged(gap: &inventory::Gap, index: &Index) -> bool {
    gap.account.as_deref().is_none_or(|account| {
        let own = index.accounts.get(account);
        index.is_judged(account) || own.is_some_and(|entry| entry.account.skipped.is_some())
    })
}

fn gap(gap: &inventory::Gap) -> Gap {
    let whole = match gap.collection {
        Collection::Accounts => "the accounts of the organisation",
        Collection::Account => gap.account.as_deref().unwrap_or("an account"),
        Collection::Zones => "hosted zones",
        Collection::Tags => "tags",
        Collection::Dnssec => "signing status",
        Collection::DelegationSets => "delegation set",
        Collection::QueryLogs => "query logging configurations",
        Collection::Keys => "KMS keys",
        Collection::Alarms => "alarms",
        Collection::Topics => "SNS topics",
        Collection::LogGroups => "log groups",
        Collection::LogPolicies => "resource policies of CloudWatch Logs",
        Collection::Registrations => "registered domains",
        Collection::Vpcs => "VPCs",
        Collection::Dns => "DNS",
        Collection::RecordSets => "record sets",
        Collection::Files => "files",
    };
    Gap {
        account: gap.account.clone(),
        subject: gap.subject.clone().unwrap_or_else(|| whole.to_owned()),
        operation: gap.operation.clone(),
        reason: gap.reason.as_str().to_owned(),
        code: gap.code.clone(),
        detail: gap.detail.clone(),
        location: (gap.place.as_ref()).map(|place| location(Role::Primary, place)),
        waiver: None,
    }
}
