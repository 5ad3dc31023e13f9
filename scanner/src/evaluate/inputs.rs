//! The inputs of the rules as JSON, unknown facts included, for other judges of the same rules.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use super::catalogue::Scope;
use super::index::Index;
use super::judge::{EvaluateError, Options, environment, now_of};
use super::subject::Subjects;
use crate::inventory::Mode;
use crate::inventory::snapshot::SnapshotFile;

/// Hands every subject of a snapshot to `judge`: its scope and its input, without parameters.
///
/// # Errors
/// Where the snapshot cannot be read, and the first error of `judge`.
pub fn inputs<E: From<EvaluateError>>(
    snapshot: &SnapshotFile,
    options: &Options,
    mut judge: impl FnMut(Scope, Json) -> Result<(), E>,
) -> Result<(), E> {
    let mut index = Index::of(snapshot).map_err(EvaluateError::from)?;
    let now: Timestamp = now_of(snapshot, options);
    index.expect_alarms_of(&options.monitoring_accounts);
    let environment = environment(snapshot, &index, now);
    let previous = options.previous.as_deref();
    let previous_index = previous.map(Index::of).transpose();
    let previous_index = previous_index.map_err(EvaluateError::from)?;
    let earlier = (previous.zip(previous_index.as_ref()))
        .map(|(snapshot, index)| Subjects::new(snapshot, index, &[], now));
    let subjects = Subjects::new(snapshot, &index, &options.monitoring_accounts, now);
    let subjects = subjects.after(earlier.as_ref());
    let environment = serde_json::to_value(&environment).map_err(EvaluateError::from)?;
    for at in 0..index.zones.len() as u32 {
        let Some(records) = subjects.records(at).map_err(EvaluateError::from)? else {
            continue;
        };
        let subject = subjects.zone(&records);
        judge(Scope::Zone, input(&environment, Scope::Zone, &subject)?)?;
        for ksk in records.zone.ksks.items() {
            let subject = subjects.ksk(&records, ksk);
            judge(Scope::Ksk, input(&environment, Scope::Ksk, &subject)?)?;
        }
        for record in &records.keys {
            if let Some(entry) = index.keys.get(record.key.arn.as_str())
                && entry.users.first().is_some_and(|(first, _)| *first == at)
            {
                let subject = subjects.key(record, entry);
                judge(Scope::Key, input(&environment, Scope::Key, &subject)?)?;
            }
        }
    }
    for at in 0..index.alarms.len() as u32 {
        if let Some(alarm) = subjects.alarm_at(at).map_err(EvaluateError::from)? {
            let subject = subjects.alarm(&alarm);
            judge(Scope::Alarm, input(&environment, Scope::Alarm, &subject)?)?;
        }
    }
    for at in 0..index.registrations.len() as u32 {
        if let Some(registration) = subjects.registration_at(at).map_err(EvaluateError::from)? {
            let subject = subjects
                .registration(&registration)
                .map_err(EvaluateError::from)?;
            let input = input(&environment, Scope::Registration, &subject)?;
            judge(Scope::Registration, input)?;
        }
    }
    for at in 0..index.vpcs.len() as u32 {
        if let Some(vpcs) = subjects.vpcs_at(at).map_err(EvaluateError::from)? {
            let input = input(&environment, Scope::Vpcs, &subjects.vpcs(&vpcs))?;
            judge(Scope::Vpcs, input)?;
        }
    }
    for entry in index.accounts.values() {
        judge(
            Scope::Account,
            input(&environment, Scope::Account, &subjects.account(entry))?,
        )?;
    }
    if snapshot.header().mode == Mode::Live {
        let subject = subjects.organization();
        let scope = Scope::Organization;
        judge(scope, input(&environment, scope, &subject)?)?;
    }
    Ok(())
}

/// The input of a subject: what every rule is given, and the subject under its scope's name.
fn input(
    environment: &Json,
    scope: Scope,
    subject: &impl Serialize,
) -> Result<Json, EvaluateError> {
    let mut input = environment.clone();
    input[scope.as_str()] = serde_json::to_value(subject)?;
    Ok(input)
}
