//! KMS key policies, and the resource policies of CloudWatch Logs, evaluated as IAM evaluates them,
//! with what is not known kept apart.
//!
//! A policy is judged by itself: grants, IAM policies, service and resource control policies and
//! VPC endpoint policies are not read.
//!
//! In the policies of source code symbols stand for what only AWS will tell. What holds whatever
//! they stand for is known, and the rest is not.
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
mod log_delivery;
mod narrowing;
mod operator;
mod pattern;
mod principal;
mod service;
mod service_context;
mod statement;
mod symbolic;
mod template;
mod truth;

pub use callers::{PrincipalAccess, PrincipalActions, Scope};
pub use context::Action;
pub use decision::{Access, Decision};
pub use guard::Guard;
pub use log_delivery::{LogDelivery, LogPolicyStatements};
pub use principal::PrincipalKind;
pub use service::{CreateGrant, GuardedAccess, KskAccess, Request, ServiceStatement};

use document::{Document, RawStatement, Version};
use statement::Statement;
use template::Language;

use crate::inventory::Symbol;

/// A key policy that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPolicy {
    statements: Vec<Statement>,
    /// Whether any statement has a condition on a [`Guard`].
    has_guards: bool,
}

/// Why a key policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It is far longer than KMS allows.
    #[error(
        "the key policy has {length} bytes, and at most {limit} are read; shorten it, for KMS allows 32 kB"
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

/// Four times the 32 kB that KMS allows a key policy (KMS API, `PutKeyPolicy`), and far more than
/// the 5,120 bytes that CloudWatch Logs allows (CloudWatch Logs API, `PutResourcePolicy`).
const MAX_LENGTH: usize = 4 * 32_768;

impl KeyPolicy {
    /// Reads a policy document as `GetKeyPolicy` returns it.
    ///
    /// # Errors
    /// If the text is too long, or AWS would refuse it: what is not JSON, an element that the
    /// policy language does not have, lacks or has twice, a value of the wrong type. A condition
    /// operator that does not exist is no error: what depends on it is unknown.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let statements = statements_of(text, "the key policy")?;
        let has_guards = statements
            .iter()
            .flat_map(|statement| &statement.conditions)
            .any(guard::is_guard);
        Ok(Self {
            statements,
            has_guards,
        })
    }
}

/// The statements of a policy document, of what `of` calls it in messages.
fn statements_of(text: &str, of: &'static str) -> Result<Vec<Statement>, PolicyError> {
    if text.len() > MAX_LENGTH {
        return Err(PolicyError::TooLong {
            length: text.len(),
            limit: MAX_LENGTH,
        });
    }
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    let language = Language {
        has_variables: document.version == Version::V2012,
        has_symbols: Symbol::may_stand_in(text),
    };
    let names = names(&document.statements.0);
    let statements = document.statements.0.into_iter().zip(names);
    statements
        .map(|(raw, name)| Statement::new(raw, name, language, of))
        .collect()
}

/// The names of statements: each its Sid, or its place where it has none or shares it.
fn names(statements: &[RawStatement<'_>]) -> Vec<String> {
    let mut sorted: Vec<&str> = statements
        .iter()
        .filter_map(|statement| statement.sid.as_ref())
        .map(|sid| sid.0.as_ref())
        .collect();
    sorted.sort_unstable();
    let own = |statement: &RawStatement<'_>| {
        let sid = statement.sid.as_ref()?.0.as_ref();
        let first = sorted.partition_point(|other| *other < sid);
        let is_shared = sorted.get(first + 1) == Some(&sid);
        (!sid.is_empty() && !is_shared).then(|| sid.to_owned())
    };
    statements
        .iter()
        .enumerate()
        .map(|(index, statement)| own(statement).unwrap_or_else(|| format!("#{}", index + 1)))
        .collect()
}

/// What is wrong with a document, at a length that a message can have.
fn syntax(error: &serde_json::Error) -> PolicyError {
    const LONGEST: usize = 200;
    PolicyError::Syntax(error.to_string().chars().take(LONGEST).collect())
}
