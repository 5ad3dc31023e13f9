//! Credentials: whose account a request speaks for.
//!
//! Signatures are not verified. Sessions are held by nobody: the session token itself says whose
//! it is, with a digest that only the simulator can make.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::http::HeaderMap;
use jiff::Timestamp;

use crate::organization::{Account, BASE32, Identifiers, Organization};
use crate::protocol::Failure;

/// Credentials of an AWS account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id: `AKIA…` of a user, `ASIA…` of a session.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token, for temporary credentials.
    pub session_token: Option<String>,
}

/// The credential scope of a SigV4 `Authorization` header.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) region: &'a str,
    /// The signing name of the service.
    pub(crate) service: &'a str,
}

impl<'a> Scope<'a> {
    /// The scope of a request; none where it bears no SigV4 signature.
    pub(crate) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let authorization = headers.get("authorization")?.to_str().ok()?;
        let fields = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let credential = fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix("Credential="))?;
        // An access key id has no slash; the rest is date, region, service and terminator.
        let mut parts = credential.split('/');
        let access_key_id = parts.next()?;
        let _date = parts.next()?;
        Some(Self {
            access_key_id,
            region: parts.next()?,
            service: parts.next()?,
        })
    }
}

/// Who makes a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The place of the account in the organisation.
    pub(crate) account: usize,
    pub(crate) principal: Principal,
}

/// A user or an assumed role.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) arn: String,
    /// The id that IAM gives it, with the name of the session behind it.
    pub(crate) unique_id: String,
}

/// What a session token says.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// The path and name of the role.
    pub(crate) role: String,
    pub(crate) name: String,
    /// When it ends, in seconds since 1970.
    pub(crate) expires: i64,
}

/// The IAM user whose credentials each account has.
const USER: &str = "auditor";

/// What makes credentials and knows them again.
#[derive(Debug)]
pub(crate) struct Authority {
    identifiers: Identifiers,
    /// The access key id of each account's user, and the place of the account.
    users: std::collections::HashMap<String, usize>,
    account_ids: Vec<String>,
}

impl Authority {
    pub(crate) fn new(organization: &Organization) -> Self {
        let identifiers = organization.identifiers.clone();
        let account_ids: Vec<String> = organization
            .accounts
            .iter()
            .map(|account: &Account| account.id.clone())
            .collect();
        let users = account_ids
            .iter()
            .enumerate()
            .map(|(place, id)| (user_credentials(&identifiers, id).access_key_id, place))
            .collect();
        Self {
            identifiers,
            users,
            account_ids,
        }
    }

    /// The credentials of the user of an account; none where there is no such account.
    pub(crate) fn user_credentials(&self, account: &str) -> Option<Credentials> {
        self.account_ids
            .iter()
            .any(|id| id == account)
            .then(|| user_credentials(&self.identifiers, account))
    }

    /// The credentials of a session.
    pub(crate) fn open(&self, session: &Session) -> Credentials {
        let payload = format!(
            "{}|{}|{}|{}",
            session.account, session.role, session.name, session.expires
        );
        let seal = hex::encode(self.identifiers.digest(&["session", &payload]));
        let names = ["session key", payload.as_str()];
        Credentials {
            access_key_id: format!("ASIA{}", self.identifiers.characters(&names, BASE32, 16)),
            secret_access_key: secret(&self.identifiers, &names),
            session_token: Some(STANDARD.encode(format!("{payload}|{seal}"))),
        }
    }

    /// Whom a session makes of who bears its credentials.
    pub(crate) fn principal(&self, session: &Session) -> Principal {
        // An assumed-role ARN leaves the path of the role out.
        let role = session.role.rsplit('/').next().unwrap_or_default();
        let role_id = self.unique_id("AROA", &["role", &session.account, &session.role]);
        Principal {
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{role}/{}",
                session.account, session.name
            ),
            unique_id: format!("{role_id}:{}", session.name),
        }
    }

    /// Who makes a request with an access key and, for a session, its token.
    ///
    /// # Errors
    /// The credentials are not of this simulator, or have expired.
    pub(crate) fn identify(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Caller, Failure> {
        match session_token {
            None => {
                let account = *self
                    .users
                    .get(access_key_id)
                    .ok_or(Failure::UnknownCredentials)?;
                let id = self
                    .account_ids
                    .get(account)
                    .ok_or(Failure::UnknownCredentials)?;
                Ok(Caller {
                    account,
                    principal: Principal {
                        arn: format!("arn:aws:iam::{id}:user/{USER}"),
                        unique_id: self.unique_id("AIDA", &["user", id]),
                    },
                })
            }
            Some(token) => {
                let session = self
                    .read_token(access_key_id, token)
                    .ok_or(Failure::UnknownCredentials)?;
                if session.expires <= Timestamp::now().as_second() {
                    return Err(Failure::ExpiredCredentials);
                }
                let account = self
                    .account_ids
                    .iter()
                    .position(|id| *id == session.account)
                    .ok_or(Failure::UnknownCredentials)?;
                Ok(Caller {
                    account,
                    principal: self.principal(&session),
                })
            }
        }
    }

    fn read_token(&self, access_key_id: &str, token: &str) -> Option<Session> {
        let decoded = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
        let (payload, _seal) = decoded.rsplit_once('|')?;
        let mut fields = payload.split('|');
        let session = Session {
            account: fields.next()?.to_owned(),
            role: fields.next()?.to_owned(),
            name: fields.next()?.to_owned(),
            expires: fields.next()?.parse().ok()?,
        };
        let credentials = self.open(&session);
        let genuine = credentials.access_key_id == access_key_id
            && credentials.session_token.as_deref() == Some(token);
        genuine.then_some(session)
    }

    /// The unique id that IAM gives a user or role.
    fn unique_id(&self, prefix: &str, names: &[&str]) -> String {
        format!("{prefix}{}", self.identifiers.characters(names, BASE32, 17))
    }
}

fn user_credentials(identifiers: &Identifiers, account: &str) -> Credentials {
    let names = ["user key", account];
    Credentials {
        access_key_id: format!("AKIA{}", identifiers.characters(&names, BASE32, 16)),
        secret_access_key: secret(identifiers, &names),
        session_token: None,
    }
}

/// Forty characters, as AWS's secrets have.
fn secret(identifiers: &Identifiers, names: &[&str]) -> String {
    let mut secret = STANDARD.encode(identifiers.digest(names));
    secret.truncate(40);
    secret
}
