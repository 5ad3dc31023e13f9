//! REST with XML, as Route 53 speaks it.

use std::fmt::Write as _;

use hyper::Method;
use hyper::http::request::Parts;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Parameters, Refusal, Structure, query, xml};
use crate::service::{Operation, Service};

/// The version of the API, with which every path begins.
pub(super) const VERSION: &str = "/2013-04-01";

/// The operation of a method and path; identifiers of the path, the query string and the leaves of
/// the body are its parameters.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<(String, Parameters), String> {
    let mut parameters = Parameters::default();
    let path = parts.uri.path();
    let path = path.strip_prefix(VERSION).unwrap_or(path);
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let operation = match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["hostedzone"]) => "ListHostedZones",
        (&Method::GET, ["hostedzonecount"]) => "GetHostedZoneCount",
        (&Method::GET, ["hostedzone", id]) => {
            parameters.add("Id", *id);
            "GetHostedZone"
        }
        (&Method::GET, ["hostedzone", id, "dnssec"]) => {
            parameters.add("Id", *id);
            "GetDNSSEC"
        }
        (&Method::GET, ["hostedzone", id, "rrset"]) => {
            parameters.add("Id", *id);
            "ListResourceRecordSets"
        }
        (&Method::GET, ["queryloggingconfig"]) => "ListQueryLoggingConfigs",
        (&Method::POST, ["tags", kind]) => {
            parameters.add("ResourceType", *kind);
            "ListTagsForResources"
        }
        (method, _) => return Ok((format!("{method} {path}"), parameters)),
    };
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        parameters.add(name, value);
    }
    let body = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    leaves(body, &mut parameters).map_err(|error| error.to_string())?;
    Ok((operation.to_owned(), parameters))
}

/// Each element that holds text is a parameter of its name.
fn leaves(body: &str, parameters: &mut Parameters) -> Result<(), quick_xml::Error> {
    let mut reader = Reader::from_str(body);
    let mut element = String::new();
    let mut text = String::new();
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                element = start.local_name().as_ref().to_owned();
                text.clear();
            }
            // Identifiers hold nothing that XML escapes, so references need no decoding.
            Event::Text(part) => text.push_str(&part),
            Event::End(_) => {
                if !text.trim().is_empty() {
                    parameters.add(element.as_str(), text.trim());
                }
                text.clear();
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

pub(super) fn write(operation: Operation, document: &Structure) -> Vec<u8> {
    let name = operation.name();
    let namespace = Service::Route53.xml_namespace();
    let mut written = String::from(xml::DECLARATION);
    let _ = write!(written, "<{name}Response xmlns=\"{namespace}\">");
    xml::members(&mut written, document);
    let _ = write!(written, "</{name}Response>");
    written.into_bytes()
}

pub(super) fn write_refusal(refusal: &Refusal, request_id: &str) -> Vec<u8> {
    query::write_error(
        Service::Route53.xml_namespace(),
        refusal,
        refusal.code,
        request_id,
    )
}
