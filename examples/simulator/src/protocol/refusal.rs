//! A request that is not granted, in the words of the service.

use crate::service::Service;

/// What every service can refuse for, each with a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Throttled,
    Denied,
    Internal,
    /// The request bears no credentials.
    MissingCredentials,
    /// The access key or session token is not known.
    UnknownCredentials,
    ExpiredCredentials,
    UnknownOperation,
    /// The request cannot be read.
    Malformed,
    /// A parameter has a value that the service does not take.
    InvalidParameter,
}

/// The refusal of a request.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    query_code: Option<&'static str>,
}

impl Refusal {
    /// A refusal with a code that only one service has.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            query_code: None,
        }
    }

    /// A refusal that every service has, in the code of this one.
    ///
    /// Sources: the "Common Errors" page of each service's API reference, and botocore's models.
    pub(crate) fn failure(service: Service, failure: Failure, message: impl Into<String>) -> Self {
        use Failure as F;
        use Service as S;
        let speaks_json = matches!(
            service,
            S::Organizations | S::Route53Domains | S::Resolver | S::Kms | S::CloudWatch | S::Logs
        );
        let (status, code) = match (failure, service) {
            (F::Throttled, S::Organizations) => (400, "TooManyRequestsException"),
            (F::Throttled, _) if speaks_json => (400, "ThrottlingException"),
            (F::Throttled, S::Ec2) => (503, "RequestLimitExceeded"),
            (F::Throttled, _) => (400, "Throttling"),
            (F::Denied, S::Sns) => (403, "AuthorizationError"),
            (F::Denied, _) if speaks_json => (400, "AccessDeniedException"),
            (F::Denied, S::Ec2) => (403, "UnauthorizedOperation"),
            (F::Denied, _) => (403, "AccessDenied"),
            (F::Internal, S::Organizations) => (500, "ServiceException"),
            (F::Internal, S::Kms) => (500, "KMSInternalException"),
            (F::Internal, S::CloudWatch) => (500, "InternalServiceFault"),
            (F::Internal, S::Logs) => (500, "ServiceUnavailableException"),
            (F::Internal, S::Resolver) => (500, "InternalServiceErrorException"),
            (F::Internal, S::Sns | S::Ec2) => (500, "InternalError"),
            (F::Internal, S::Sts | S::Route53 | S::Route53Domains) => (500, "InternalFailure"),
            (F::MissingCredentials, _) if speaks_json => {
                (400, "MissingAuthenticationTokenException")
            }
            (F::MissingCredentials, _) => (403, "MissingAuthenticationToken"),
            (F::UnknownCredentials, _) if speaks_json => (400, "UnrecognizedClientException"),
            (F::UnknownCredentials, S::Ec2) => (401, "AuthFailure"),
            (F::UnknownCredentials, _) => (403, "InvalidClientTokenId"),
            (F::ExpiredCredentials, _) if speaks_json => (400, "ExpiredTokenException"),
            (F::ExpiredCredentials, S::Ec2) => (400, "RequestExpired"),
            (F::ExpiredCredentials, _) => (403, "ExpiredToken"),
            (F::UnknownOperation, _) if speaks_json => (400, "UnknownOperationException"),
            (F::UnknownOperation, _) => (400, "InvalidAction"),
            (F::Malformed, _) if speaks_json => (400, "SerializationException"),
            (F::Malformed, S::Route53) => (400, "InvalidInput"),
            (F::Malformed, _) => (400, "MalformedQueryString"),
            (F::InvalidParameter, S::Organizations) => (400, "InvalidInputException"),
            (F::InvalidParameter, S::Kms) => (400, "ValidationException"),
            (F::InvalidParameter, S::CloudWatch) => (400, "InvalidParameterValueException"),
            (F::InvalidParameter, S::Route53 | S::Route53Domains) => (400, "InvalidInput"),
            (F::InvalidParameter, S::Logs | S::Resolver) => (400, "InvalidParameterException"),
            (F::InvalidParameter, S::Ec2) => (400, "InvalidParameterValue"),
            (F::InvalidParameter, S::Sts) => (400, "ValidationError"),
            (F::InvalidParameter, S::Sns) => (400, "InvalidParameter"),
        };
        let query_code = match (failure, service) {
            (F::Internal, S::CloudWatch) => Some("InternalServiceError"),
            _ => None,
        };
        Self {
            query_code,
            ..Self::new(status, code, message)
        }
    }

    /// The code that AWS Query had for it: without `Exception`.
    pub(super) fn query_code(&self) -> &str {
        self.query_code
            .unwrap_or_else(|| self.code.strip_suffix("Exception").unwrap_or(self.code))
    }

    /// Whose fault it is, in the words of AWS Query.
    pub(super) fn fault(&self) -> &'static str {
        if self.status >= 500 {
            "Receiver"
        } else {
            "Sender"
        }
    }
}
