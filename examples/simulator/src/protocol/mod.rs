//! The wire: requests of four protocols in, documents and refusals out.
//!
//! Services know nothing of it. They take [`Parameters`] and give a [`Document`] or a [`Refusal`].

mod cbor;
mod document;
mod ec2;
mod json;
mod parameters;
mod query;
mod refusal;
mod rest_xml;
mod xml;

use hyper::body::Bytes;
use hyper::http::request::Parts;

pub(crate) use document::{Document, Structure};
pub(crate) use parameters::Parameters;
pub(crate) use refusal::{Failure, Refusal};

use crate::service::{Operation, Service};

/// A protocol of AWS, as the request speaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// AWS JSON 1.0 or 1.1; the content type says which, and the answer bears the same.
    Json { content_type: &'static str },
    /// AWS Query: a form in, XML out.
    Query,
    /// REST with XML, as Route 53 speaks it.
    RestXml,
    /// Smithy RPC v2 with CBOR.
    Cbor,
}

/// What is sent back, before latency and faults.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Protocol {
    /// The protocol of a request, by the marks that each of them bears.
    pub(crate) fn of(parts: &Parts) -> Self {
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if header("smithy-protocol") == Some("rpc-v2-cbor") {
            Self::Cbor
        } else if header("x-amz-target").is_some() {
            let is_1_0 = header("content-type").is_some_and(|value| value.contains("json-1.0"));
            Self::Json {
                content_type: if is_1_0 {
                    "application/x-amz-json-1.0"
                } else {
                    "application/x-amz-json-1.1"
                },
            }
        } else if parts.uri.path().starts_with(rest_xml::VERSION) {
            Self::RestXml
        } else {
            Self::Query
        }
    }

    /// The service that a request without credentials is for, as far as its protocol tells.
    pub(crate) fn likely_service(&self, parts: &Parts) -> Service {
        let target = parts.headers.get("x-amz-target");
        let is_kms = target.is_some_and(|target| target.as_bytes().starts_with(b"TrentService"));
        match self {
            Self::Json { .. } if is_kms => Service::Kms,
            Self::Json { .. } => Service::Organizations,
            Self::Query => Service::Sts,
            Self::RestXml => Service::Route53,
            Self::Cbor => Service::CloudWatch,
        }
    }

    /// The operation that a request names and what it gives for it.
    ///
    /// # Errors
    /// The operation is not simulated for that service, or the body cannot be read.
    pub(crate) fn read(
        &self,
        service: Service,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<(Operation, Parameters), Refusal> {
        let (name, parameters) = match self {
            Self::Json { .. } => json::read(parts, body),
            Self::Query => query::read(body),
            Self::RestXml => rest_xml::read(parts, body),
            Self::Cbor => cbor::read(parts, body),
        }
        .map_err(|problem| Refusal::failure(service, Failure::Malformed, problem))?;
        let operation = Operation::find(service, &name).ok_or_else(|| {
            Refusal::failure(
                service,
                Failure::UnknownOperation,
                format!("The operation {name} is not simulated."),
            )
        })?;
        Ok((operation, parameters))
    }

    /// The answer to a request that succeeded.
    pub(crate) fn answer(
        &self,
        operation: Operation,
        document: &Structure,
        request_id: &str,
    ) -> Answer {
        let body = match self {
            Self::Json { .. } => json::write(document),
            Self::Query if operation.service() == Service::Ec2 => {
                ec2::write(operation, document, request_id)
            }
            Self::Query => query::write(operation, document, request_id),
            Self::RestXml => rest_xml::write(operation, document),
            Self::Cbor => cbor::write(document),
        };
        self.envelope(200, body, request_id)
    }

    /// The answer to a request that was refused.
    pub(crate) fn refuse(
        &self,
        service: Service,
        refusal: &Refusal,
        parts: &Parts,
        request_id: &str,
    ) -> Answer {
        let body = match self {
            Self::Json { .. } => json::write_refusal(service, refusal),
            Self::Query if service == Service::Ec2 => ec2::write_refusal(refusal, request_id),
            Self::Query => query::write_refusal(service, refusal, request_id),
            Self::RestXml => rest_xml::write_refusal(refusal, request_id),
            Self::Cbor => cbor::write_refusal(service, refusal),
        };
        let mut answer = self.envelope(refusal.status, body, request_id);
        // What was once an AWS Query service still tells its old error code to clients that ask.
        if parts.headers.contains_key("x-amzn-query-mode") {
            let code = format!("{};{}", refusal.query_code(), refusal.fault());
            answer.headers.push(("x-amzn-query-error", code));
        }
        answer
    }

    fn envelope(&self, status: u16, body: Vec<u8>, request_id: &str) -> Answer {
        let content_type = match self {
            Self::Json { content_type } => content_type,
            Self::Query | Self::RestXml => "text/xml",
            Self::Cbor => "application/cbor",
        };
        let mut headers = vec![
            ("content-type", content_type.to_owned()),
            ("x-amzn-requestid", request_id.to_owned()),
        ];
        if *self == Self::Cbor {
            headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        }
        Answer {
            status,
            headers,
            body,
        }
    }
}
