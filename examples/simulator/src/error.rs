//! What can go wrong before the simulator answers.

use std::net::SocketAddr;

/// Why an organisation could not be made, or not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not TOML of the documented shape.
    #[error("the organisation cannot be read: {0}; correct the file at that place")]
    Syntax(#[from] toml::de::Error),
    /// The values contradict each other.
    #[error("the organisation cannot be built: {what}; {remedy}")]
    Contradiction {
        /// What is wrong, and where.
        what: String,
        /// What to write instead.
        remedy: String,
    },
    /// A fault names no operation that the simulator has.
    #[error(
        "a fault names {operation:?}, which is not simulated; name one such as \"route53:GetDNSSEC\", or all of a service as \"route53:*\""
    )]
    UnknownOperation {
        /// The name that was given.
        operation: String,
    },
    /// The address is reachable from elsewhere.
    #[error(
        "{address} is not a loopback address; listen on 127.0.0.1 or ::1, for the simulator checks no signature"
    )]
    NotLoopback {
        /// The address that was given.
        address: SocketAddr,
    },
    /// The port could not be opened.
    #[error("cannot listen on {address}: {source}; choose port 0 for a free one")]
    Listen {
        /// The address that was given.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no asynchronous runtime to serve on.
    #[error("the simulator was started outside a Tokio runtime; start it from an async function")]
    NoRuntime,
}

impl Error {
    pub(crate) fn contradiction(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Contradiction {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}
