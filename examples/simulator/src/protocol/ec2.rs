//! AWS Query as EC2 alone speaks it: its answers and its errors have a form of their own.

use std::fmt::Write as _;

use super::{Document, Refusal, Structure, xml};
use crate::service::{Operation, Service};

pub(super) fn write(operation: Operation, document: &Structure, request_id: &str) -> Vec<u8> {
    let name = operation.name();
    let mut written = String::from(xml::DECLARATION);
    let namespace = Service::Ec2.xml_namespace();
    let _ = write!(written, "<{name}Response xmlns=\"{namespace}\">");
    let id = Document::Text(request_id.to_owned());
    xml::element(&mut written, "requestId", &id);
    xml::members(&mut written, document);
    let _ = write!(written, "</{name}Response>");
    written.into_bytes()
}

pub(super) fn write_refusal(refusal: &Refusal, request_id: &str) -> Vec<u8> {
    let mut written = String::from(xml::DECLARATION);
    let error = Structure::new()
        .with("Code", refusal.code)
        .with("Message", refusal.message.as_str());
    let response = Structure::new()
        .with("Errors", Structure::new().with("Error", error))
        .with("RequestID", request_id);
    xml::element(&mut written, "Response", &response.into());
    written.into_bytes()
}
