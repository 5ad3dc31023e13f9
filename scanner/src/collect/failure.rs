//! What a failed call says: the kind of failure, the service's code, and whether to try again.

use std::error::Error;
use std::fmt::Write as _;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::inventory::{Reason, Unknown};

/// Long enough for any message of AWS, short enough for any report.
const MAX_DETAIL: usize = 400;

/// A call that failed.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    pub(super) code: Option<String>,
    pub(super) detail: Option<String>,
    /// Whether the same call may succeed a moment later.
    pub(super) transient: bool,
}

impl Failure {
    pub(super) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            code: None,
            detail: Some(detail.into()),
            transient: false,
        }
    }

    /// The call got no whole answer in its time.
    pub(super) fn timed_out(seconds: u64) -> Self {
        Self {
            transient: true,
            ..Self::new(
                Reason::Timeout,
                format!("no whole answer within {seconds} s"),
            )
        }
    }

    /// Whether the service answered with this error code.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The unknown that the failure leaves behind.
    pub(super) fn of(self, operation: &str) -> Unknown {
        Unknown {
            reason: self.reason,
            operation: Some(operation.to_owned()),
            code: self.code,
            detail: self.detail,
        }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                from_service(context.err(), status)
            }
            SdkError::TimeoutError(_) => transport(Reason::Timeout, &error),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                transport(Reason::Timeout, &error)
            }
            SdkError::DispatchFailure(failure) if failure.is_io() => {
                transport(Reason::Network, &error)
            }
            SdkError::DispatchFailure(_) => dispatch(&error),
            SdkError::ResponseError(_) => transport(Reason::Malformed, &error),
            _ => Self {
                transient: false,
                ..transport(Reason::ServiceError, &error)
            },
        }
    }
}

fn from_service(error: &(impl ProvideErrorMetadata + Error), status: u16) -> Failure {
    let code = error.code().map(str::to_owned);
    let reason = classify(code.as_deref().unwrap_or_default(), status);
    Failure {
        reason,
        detail: error
            .message()
            .filter(|message| !message.is_empty())
            .map(shorten),
        code: code.or_else(|| Some(format!("HTTP {status}"))),
        transient: match reason {
            Reason::Throttled => true,
            Reason::ServiceError => status >= 500,
            _ => false,
        },
    }
}

/// The kind of failure behind an error code: the codes that the AWS SDKs take for throttling
/// ("Retry behavior" of the AWS SDKs and Tools Reference Guide), and the common errors of the
/// services' API references for a caller who may not.
fn classify(code: &str, status: u16) -> Reason {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "LimitExceededException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException" => Reason::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "NotAuthorized"
        | "UnauthorizedOperation"
        | "OptInRequired"
        | "SubscriptionRequiredException"
        | "RegionDisabledException"
        | "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException" => Reason::AccessDenied,
        _ if status == 429 => Reason::Throttled,
        _ if matches!(status, 401 | 403) => Reason::AccessDenied,
        _ => Reason::ServiceError,
    }
}

fn transport(reason: Reason, error: &(dyn Error + 'static)) -> Failure {
    Failure {
        reason,
        code: None,
        detail: Some(causes(error)),
        transient: true,
    }
}

/// What failed before it reached the wire: the credentials, as a rule.
fn dispatch(error: &(dyn Error + 'static)) -> Failure {
    let mut source = Some(error);
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<super::credentials::RoleRefused>() {
            return refused.failure().clone();
        }
        if cause.is::<aws_credential_types::provider::error::CredentialsError>() {
            return Failure {
                transient: false,
                ..transport(Reason::AccessDenied, error)
            };
        }
        source = cause.source();
    }
    transport(Reason::Network, error)
}

/// The whole chain of causes in one line, each once.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut last = String::new();
    let mut source = Some(error);
    while let Some(cause) = source {
        let whole = cause.to_string();
        let own = headline(&whole);
        if !own.is_empty() && own != last {
            let separator = if text.is_empty() { "" } else { ": " };
            let _ = write!(text, "{separator}{own}");
            last = own.to_owned();
        }
        source = cause.source();
    }
    shorten(&text)
}

/// The first line of an error; without the words that announce the others.
fn headline(error: &str) -> &str {
    let line = error.lines().next().unwrap_or_default().trim_end();
    match line.strip_suffix(':') {
        Some(line) => line.rsplit_once(". ").map_or(line, |(said, _)| said),
        None => line,
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
