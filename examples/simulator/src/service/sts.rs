//! AWS Security Token Service.

use jiff::{SignedDuration, Timestamp};

use super::{Call, Operation};
use crate::auth::Session;
use crate::organization::{Account, Role};
use crate::protocol::{Refusal, Structure};

/// How long a session may last, in seconds, and how long it does where nothing is asked for.
const DURATIONS: std::ops::RangeInclusive<i64> = 900..=43_200;
const DEFAULT_DURATION: i64 = 3600;

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    match call.operation {
        Operation::AssumeRole => assume_role(call),
        _ => Ok(Structure::new()
            .with("Arn", call.caller.principal.arn.as_str())
            .with("UserId", call.caller.principal.unique_id.as_str())
            .with("Account", call.caller_account()?.id.as_str())),
    }
}

fn assume_role(call: &Call<'_>) -> Result<Structure, Refusal> {
    let role_arn = call.required("RoleArn")?;
    let session_name = call.required("RoleSessionName")?;
    if !is_session_name(session_name) {
        return Err(call.invalid(format!(
            "1 validation error detected: Value '{session_name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let seconds = match call.parameters.text("DurationSeconds") {
        None => DEFAULT_DURATION,
        Some(written) => written
            .parse()
            .ok()
            .filter(|seconds| DURATIONS.contains(seconds))
            .ok_or_else(|| {
                call.invalid(format!(
                    "1 validation error detected: Value '{written}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to {} and less than or equal to {}",
                    DURATIONS.start(),
                    DURATIONS.end()
                ))
            })?,
    };
    // STS does not tell a role that is missing from one that may not be assumed.
    let (account, role) =
        assumable(call, role_arn).ok_or_else(|| call.denied(Some(role_arn), ""))?;
    let expires = Timestamp::now()
        .checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX);
    let session = Session {
        account: account.id.clone(),
        role: role.name.clone(),
        name: session_name.to_owned(),
        expires: expires.as_second(),
    };
    let credentials = call.authority.open(&session);
    let principal = call.authority.principal(&session);
    let user = Structure::new()
        .with("AssumedRoleId", principal.unique_id)
        .with("Arn", principal.arn);
    let credentials = Structure::new()
        .with("AccessKeyId", credentials.access_key_id)
        .with("SecretAccessKey", credentials.secret_access_key)
        .with_some("SessionToken", credentials.session_token)
        .with(
            "Expiration",
            Timestamp::from_second(session.expires).unwrap_or(expires),
        );
    Ok(Structure::new()
        .with("AssumedRoleUser", user)
        .with("Credentials", credentials))
}

/// The role of an ARN, if the caller may assume it with what it gave.
fn assumable<'a>(call: &Call<'a>, role_arn: &str) -> Option<(&'a Account, &'a Role)> {
    let (account, name) = role_arn
        .strip_prefix("arn:aws:iam::")?
        .split_once(":role/")?;
    let index = call.organization.account_index(account)?;
    let account = call.organization.accounts.get(index)?;
    let role = account.roles.iter().find(|role| role.name == name)?;
    let caller = &call.caller_account().ok()?.id;
    let trusted = role.trusts.contains(caller);
    let external_id = role.external_id.as_deref();
    let identified = external_id.is_none() || external_id == call.parameters.text("ExternalId");
    (account.is_active() && trusted && identified).then_some((account, role))
}

fn is_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len())
        && name
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"_+=,.@-".contains(&octet))
}
