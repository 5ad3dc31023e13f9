//! What stood in the way of an answer, in the words of the inventory.

use super::message::{Content, Question};
use super::name::{self, Name};
use super::transport::Failure;
use crate::inventory::{Reason, Server, Unknown};

/// A server that was asked in vain.
#[derive(Debug)]
pub(super) struct Attempt {
    server: Server,
    reason: Reason,
    what: String,
}

impl Attempt {
    pub(super) fn failed(server: Server, failure: &Failure) -> Self {
        Self {
            server,
            reason: reason(failure),
            what: text(failure),
        }
    }

    pub(super) fn unusable(server: Server, what: String) -> Self {
        Self {
            server,
            reason: Reason::ServiceError,
            what,
        }
    }

    /// What one server did, as an unknown.
    pub(super) fn unknown(&self, question: &Question) -> Unknown {
        Unknown::because(self.reason, format!("{}: {}", question.show(), self.show()))
    }

    fn show(&self) -> String {
        format!(
            "{} ({}) {}",
            self.server.name, self.server.address, self.what
        )
    }
}

/// Why none of the servers of a zone answered a question.
pub(super) fn unknown(question: &Question, zone: &Name, attempts: &[Attempt]) -> Unknown {
    let Some(last) = attempts.last() else {
        return Unknown::because(
            Reason::Network,
            format!(
                "{}: no server of {} has an address that can be asked",
                question.show(),
                name::show(zone)
            ),
        );
    };
    let shown: Vec<String> = attempts.iter().map(Attempt::show).collect();
    Unknown::because(
        last.reason,
        format!("{}: {}", question.show(), shown.join("; ")),
    )
}

/// The kind of a failure.
pub(super) fn reason(failure: &Failure) -> Reason {
    match failure {
        Failure::Timeout(_) => Reason::Timeout,
        Failure::Network(..) => Reason::Network,
        Failure::Malformed(..) => Reason::Malformed,
    }
}

/// What a server did, as the predicate of a sentence.
pub(super) fn text(failure: &Failure) -> String {
    match failure {
        Failure::Timeout(_) => "did not answer in time".to_owned(),
        Failure::Network(_, error) => format!("could not be reached: {error}"),
        Failure::Malformed(_, why) => format!("answered what is no answer: {why}"),
    }
}

/// What is wrong with an answer that has no authority.
pub(super) fn without_authority(content: &Content) -> String {
    match content.is_no_error() {
        true => "without authority".to_owned(),
        false => content.rcode_name(),
    }
}
