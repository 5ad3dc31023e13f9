//! KMS key policies, evaluated as IAM evaluates them, with what is not known kept apart.
//!
//! A policy is judged by itself: grants, IAM policies, service and resource control policies and
//! VPC endpoint policies are not read.
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

mod caller;
mod caller_context;
mod callers;
mod condition;
mod confinement;
mod context;
mod decision;
mod document;
mod guard;
mod narrowing;
mod pattern;
mod service;
mod service_context;
mod statement;
mod template;
mod truth;

use std::collections::HashMap;

pub use callers::{PrincipalAccess, PrincipalActions, PrincipalKind, Scope};
pub use context::Action;
pub use decision::{Access, Decision};
pub use guard::Guard;
pub use service::{CreateGrant, GuardedAccess, KskAccess, Request, ServiceStatement};

use document::Document;
use statement::Statement;

/// A key policy that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPolicy {
    statements: Vec<Statement>,
}

/// Why a key policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It is far longer than KMS allows.
    #[error(
        "the key policy has {length} bytes, and at most {limit} are read; KMS itself allows 32 kB"
    )]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The most that is read.
        limit: usize,
    },
    /// It is not JSON, or not of the grammar of IAM policies.
    #[error(
        "the key policy cannot be read: {0}; write it as AWS prescribes, for KMS would refuse it"
    )]
    Syntax(String),
    /// A statement lacks an element, or has two that exclude each other.
    #[error(
        "statement {statement} of the key policy {what}; write it as AWS prescribes, for KMS would refuse it"
    )]
    Statement {
        /// The Sid of the statement, or its place.
        statement: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl KeyPolicy {
    /// Four times the 32 kB that KMS allows a key policy (KMS API, `PutKeyPolicy`).
    const MAX_LENGTH: usize = 4 * 32_768;

    /// Reads a policy document as `GetKeyPolicy` returns it.
    ///
    /// # Errors
    /// If the text is too long, or AWS would refuse it: what is not JSON, an element that the
    /// policy language does not have, lacks or has twice, a value of the wrong type. A condition
    /// operator that does not exist is no error: what depends on it is unknown.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(PolicyError::TooLong {
                length: text.len(),
                limit: Self::MAX_LENGTH,
            });
        }
        let document: Document = serde_json::from_str(text).map_err(|error| syntax(&error))?;
        let sids: Vec<_> = document
            .statements
            .0
            .iter()
            .map(|raw| raw.sid.clone())
            .collect();
        let mut uses = HashMap::new();
        for sid in sids.iter().flatten() {
            *uses.entry(sid.as_str()).or_insert(0) += 1;
        }
        let version = document.version;
        document
            .statements
            .0
            .into_iter()
            .enumerate()
            .map(|(index, raw)| {
                let own = raw
                    .sid
                    .clone()
                    .filter(|sid| !sid.is_empty() && uses.get(sid.as_str()) == Some(&1));
                let name = own.unwrap_or_else(|| format!("#{}", index + 1));
                Statement::new(raw, name.clone(), version).map_err(|what| PolicyError::Statement {
                    statement: name,
                    what,
                })
            })
            .collect::<Result<_, _>>()
            .map(|statements| Self { statements })
    }
}

/// What is wrong with a document, at a length that a message can have.
fn syntax(error: &serde_json::Error) -> PolicyError {
    const LONGEST: usize = 200;
    PolicyError::Syntax(error.to_string().chars().take(LONGEST).collect())
}
