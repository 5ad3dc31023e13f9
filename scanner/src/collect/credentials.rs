//! The credentials of another account: those of a role assumed in it.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Provided, future};

use super::failure::Failure;
use super::pace::Pace;
use std::sync::Arc;

/// The role that is assumed in every account but the caller's own.
#[derive(Debug, Clone)]
pub struct Role {
    /// The name of the role; its ARN where it is that of one account.
    pub name: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The session name, which the account's trail shows.
    pub session_name: String,
    /// How long the credentials are to last, in seconds.
    pub duration_seconds: i32,
}

/// Assumes a role, and again before its credentials expire.
#[derive(Debug)]
pub(super) struct AssumedRole {
    client: aws_sdk_sts::Client,
    pace: Arc<Pace>,
    arn: String,
    role: Role,
    /// The credentials that proved that the role can be assumed, for the first who asks.
    first: Mutex<Option<Credentials>>,
}

/// The role could not be assumed.
#[derive(Debug)]
pub(super) struct RoleRefused(Failure);

impl AssumedRole {
    /// Assumes the role once, so that a refusal is known before anything rests on it.
    pub(super) async fn assume(
        client: aws_sdk_sts::Client,
        pace: Arc<Pace>,
        arn: String,
        role: Role,
    ) -> Result<Self, Failure> {
        let assumed = Self {
            client,
            pace,
            arn,
            role,
            first: Mutex::new(None),
        };
        let credentials = assumed.request().await?;
        *assumed.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
        Ok(assumed)
    }

    async fn request(&self) -> Result<Credentials, Failure> {
        let answer = self
            .pace
            .call("sts:AssumeRole", || {
                self.client
                    .assume_role()
                    .role_arn(&self.arn)
                    .role_session_name(&self.role.session_name)
                    .duration_seconds(self.role.duration_seconds)
                    .set_external_id(self.role.external_id.clone())
                    .send()
            })
            .await?;
        let credentials = answer.credentials.ok_or_else(|| {
            Failure::new(
                crate::inventory::Reason::Malformed,
                "the answer held no credentials",
            )
        })?;
        let expiry = SystemTime::try_from(credentials.expiration).ok();
        Ok(Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            Some(credentials.session_token),
            expiry,
            "AssumeRole",
        ))
    }

    async fn credentials(&self) -> Provided {
        let first = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match first {
            Some(credentials) => Ok(credentials),
            None => self
                .request()
                .await
                .map_err(|failure| CredentialsError::provider_error(RoleRefused(failure))),
        }
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

impl RoleRefused {
    pub(super) fn failure(&self) -> &Failure {
        &self.0
    }
}

impl fmt::Display for RoleRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the role could not be assumed again")
    }
}

impl Error for RoleRefused {}
