//! What of the scope was read, in the words of the report.

use zonewarden_reports::{AccountCounts, Coverage, Gap, Mode, Scope, Skipped, ZoneCounts};

use super::cause::zone_arn;
use super::index::{AccountEntry, Index};
use crate::inventory::snapshot::SnapshotFile;
use crate::inventory::{self, AccountScope, Collection};

/// The coverage of a snapshot: of the accounts that are judged.
pub(super) fn of(snapshot: &SnapshotFile, index: &Index) -> Coverage {
    let mut accounts = AccountCounts::default();
    let mut zones = ZoneCounts::default();
    let mut skipped = Vec::new();
    for entry in index.accounts.values() {
        if let Some(reason) = reason_to_skip(entry) {
            accounts.skipped += 1;
            skipped.push(Skipped {
                account: entry.account.id.clone(),
                reason,
            });
            continue;
        }
        accounts.in_scope += 1;
        *match reading(entry, index) {
            Reading::Whole => &mut accounts.read,
            Reading::Partial => &mut accounts.partial,
            Reading::Failed => &mut accounts.failed,
        } += 1;
        if let Some(read) = &entry.read {
            zones.in_scope += read.public_zones;
            zones.skipped += read.private_zones;
        }
    }
    let partition = &snapshot.header().partition;
    let partial = index
        .zones
        .iter()
        .filter(|zone| is_judged(index, &zone.account))
        .filter(|zone| index.partial_zones.contains(&zone_arn(partition, &zone.id)))
        .count() as u64;
    zones.partial = partial;
    zones.read = (index.zones.iter())
        .filter(|zone| is_judged(index, &zone.account))
        .count() as u64
        - partial;
    let gaps: Vec<Gap> = index
        .gaps
        .iter()
        .filter(|gap| concerns_the_judged(gap, index))
        .map(gap)
        .collect();
    Coverage {
        complete: gaps.is_empty() && snapshot.footer().is_some() && snapshot.is_intact(),
        accounts,
        zones,
        gaps,
        skipped,
    }
}

/// The scope of a snapshot.
pub(super) fn scope(snapshot: &SnapshotFile) -> Scope {
    let header = snapshot.header();
    Scope {
        mode: Mode::Live,
        organization: header
            .organization
            .as_ref()
            .filter(|_| header.scope == AccountScope::Organization)
            .map(|organization| organization.id.clone()),
        partition: Some(header.partition.clone()),
        paths: Vec::new(),
    }
}

/// What the user should know of the snapshot itself.
pub(super) fn warnings(snapshot: &SnapshotFile, index: &Index) -> Vec<String> {
    let header = snapshot.header();
    let mut warnings = Vec::new();
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
        AccountScope::Organization => {}
    }
    let beside = (index.gaps.iter())
        .filter(|gap| !concerns_the_judged(gap, index))
        .filter_map(|gap| Some((gap.account.as_deref()?, gap)));
    for (account, gap) in beside {
        warnings.push(format!(
            "Account {account}, which is not selected, could not be read whole ({}); rules over several accounts judge without that.",
            gap.reason.as_str()
        ));
    }
    warnings
}

enum Reading {
    Whole,
    Partial,
    Failed,
}

fn reading(entry: &AccountEntry, index: &Index) -> Reading {
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

fn reason_to_skip(entry: &AccountEntry) -> Option<String> {
    let account = &entry.account;
    let unselected = (!account.selected).then(|| "not selected".to_owned());
    account.skipped.clone().or(unselected)
}

fn is_judged(index: &Index, account: &str) -> bool {
    index
        .accounts
        .get(account)
        .is_none_or(|entry| reason_to_skip(entry).is_none())
}

fn concerns_the_judged(gap: &inventory::Gap, index: &Index) -> bool {
    gap.account
        .as_deref()
        .is_none_or(|account| is_judged(index, account))
}

fn gap(gap: &inventory::Gap) -> Gap {
    let whole = match gap.collection {
        Collection::Accounts => "the accounts of the organisation",
        Collection::Account => "the account",
        Collection::Zones => "hosted zones",
        Collection::Tags => "tags",
        Collection::Dnssec => "signing status",
        Collection::QueryLogs => "query logging configurations",
        Collection::Keys => "KMS keys",
        Collection::Alarms => "alarms",
        Collection::Topics => "SNS topics",
        Collection::Dns => "DNS",
        Collection::RecordSets => "record sets",
    };
    Gap {
        account: gap.account.clone(),
        subject: gap.subject.clone().unwrap_or_else(|| whole.to_owned()),
        operation: gap.operation.clone(),
        reason: gap.reason.as_str().to_owned(),
        code: gap.code.clone(),
        detail: gap.detail.clone(),
    }
}
