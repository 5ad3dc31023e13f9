//! AWS Query: a form in, XML out.

use std::fmt::Write as _;

use super::{Document, Parameters, Refusal, Structure, xml};
use crate::service::{Operation, Service};

/// The operation of `Action` and the other fields; `Names.member.1` and its like make a list.
pub(super) fn read(body: &[u8]) -> Result<(String, Parameters), String> {
    let mut action = None;
    let mut parameters = Parameters::default();
    for (name, value) in form_urlencoded::parse(body) {
        match name.split_once(".member.") {
            _ if name == "Action" => action = Some(value.into_owned()),
            Some((list, _)) => parameters.add(list, value),
            None => parameters.add(name, value),
        }
    }
    action
        .map(|action| (action, parameters))
        .ok_or_else(|| "The form names no Action.".to_owned())
}

pub(super) fn write(operation: Operation, document: &Structure, request_id: &str) -> Vec<u8> {
    let name = operation.name();
    let mut written = String::from(xml::DECLARATION);
    let namespace = operation.service().xml_namespace();
    let _ = write!(
        written,
        "<{name}Response xmlns=\"{namespace}\"><{name}Result>"
    );
    xml::members(&mut written, document);
    let _ = write!(written, "</{name}Result>");
    let metadata = Structure::new().with("RequestId", request_id);
    xml::element(&mut written, "ResponseMetadata", &metadata.into());
    let _ = write!(written, "</{name}Response>");
    written.into_bytes()
}

pub(super) fn write_refusal(service: Service, refusal: &Refusal, request_id: &str) -> Vec<u8> {
    write_error(
        service.xml_namespace(),
        refusal,
        refusal.query_code(),
        request_id,
    )
}

/// The error document that AWS Query and Route 53 have in common.
pub(super) fn write_error(
    namespace: &str,
    refusal: &Refusal,
    code: &str,
    request_id: &str,
) -> Vec<u8> {
    let mut written = String::from(xml::DECLARATION);
    let _ = write!(written, "<ErrorResponse xmlns=\"{namespace}\">");
    let error = Structure::new()
        .with("Type", refusal.fault())
        .with("Code", code)
        .with("Message", refusal.message.as_str());
    xml::element(&mut written, "Error", &error.into());
    xml::element(
        &mut written,
        "RequestId",
        &Document::Text(request_id.to_owned()),
    );
    written.push_str("</ErrorResponse>");
    written.into_bytes()
}
