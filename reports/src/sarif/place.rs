//! Where a finding is: in a file, or in the cloud.

use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region,
};

use super::text::{message, present};
use crate::format::Options;
use crate::neutralise::printable;
use crate::report::{self, RuleResult, Subject};

/// The most characters of one part of a path that is made up: few enough for every file system.
const LONGEST: usize = 120;

/// The primary location of a result, which GitHub insists on being in a file.
///
/// A finding without one is put on the anchor file, or on a path made from its account and name:
/// an ARN or another URI with a scheme is refused, and so is a location without a file.
pub(super) fn primary(result: &RuleResult, options: &Options) -> Location {
    let (uri, region) = match result.primary() {
        Some(location) => (uri(&location.file), region(location)),
        None => {
            let anchor = options
                .sarif_anchor
                .as_deref()
                .filter(|anchor| !anchor.is_empty());
            let uri = anchor.map_or_else(|| made_up(&result.subject), relative);
            let first = Region::builder()
                .start_line(1)
                .start_column(1)
                .end_line(1)
                .end_column(2);
            (uri, first.build())
        }
    };
    let mut location = Location::builder()
        .physical_location(physical(uri, region))
        .build();
    location.logical_locations = logical(&result.subject);
    location
}

/// Another place in a file that has to do with a result.
pub(super) fn related(location: &report::Location, id: i64) -> Location {
    let text = location.text.as_deref();
    let text = text.unwrap_or(location.role.describe());
    Location::builder()
        .id(id)
        .physical_location(in_file(location))
        .message(
            Message::builder()
                .text(message(present(text, "related")))
                .build(),
        )
        .build()
}

/// A place in a file as SARIF has it.
pub(super) fn in_file(location: &report::Location) -> PhysicalLocation {
    physical(uri(&location.file), region(location))
}

/// The subject by its ARN, or by its address in source code, and by the construct that made it;
/// nothing where it has neither ARN nor address.
pub(super) fn logical(subject: &Subject) -> Option<Vec<LogicalLocation>> {
    if subject.id.is_empty() {
        return None;
    }
    let location = LogicalLocation::builder()
        .fully_qualified_name(printable(&subject.id))
        .name(printable(present(&subject.name, &subject.id)))
        .kind("resource");
    let mut names = vec![location.build()];
    let construct = subject.construct_path.as_deref();
    names.extend(construct.filter(|path| !path.is_empty()).map(|path| {
        LogicalLocation::builder()
            .fully_qualified_name(printable(path))
            .kind("construct")
            .build()
    }));
    Some(names)
}

fn physical(uri: String, region: Region) -> PhysicalLocation {
    PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri).build())
        .region(region)
        .build()
}

/// The region of a place, without an end that is before its start.
fn region(location: &report::Location) -> Region {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX).max(1);
    let start = (number(location.line), number(location.column));
    let end = (number(location.end_line), number(location.end_column));
    let mut region = Region::builder()
        .start_line(start.0)
        .start_column(start.1)
        .build();
    if end > start {
        region.end_line = Some(end.0);
        region.end_column = Some(end.1);
    }
    region
}

/// The file of a place: relative to the root of the repository, or absolute with the scheme `file`.
fn uri(file: &str) -> String {
    let path = relative(file);
    if file.starts_with('/') {
        format!("file:///{path}")
    } else {
        path
    }
}

/// A path as a relative reference (RFC 3986, section 4.2) that no part of which is taken for a
/// scheme, a host or an escape.
fn relative(path: &str) -> String {
    let parts: Vec<_> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .map(percent_encoded)
        .collect();
    if parts.is_empty() {
        "unknown".to_owned()
    } else {
        parts.join("/")
    }
}

/// The path of something that no file declares:
/// `aws/<account>/<service>[/<region>]/<name>-<id>`, as stable as the identity of the finding.
fn made_up(subject: &Subject) -> String {
    let arn: Vec<&str> = subject.id.splitn(6, ':').collect();
    let (service, arn_region, arn_account, resource) = match arn.as_slice() {
        ["arn", _, service, region, account, resource] => (*service, *region, *account, *resource),
        _ => (subject.kind.as_str(), "", "", subject.id.as_str()),
    };
    let account = subject.account.as_deref().unwrap_or(arn_account);
    let region = subject.region.as_deref().unwrap_or(arn_region);
    let id = resource.rsplit(['/', ':']).next().unwrap_or(resource);
    let name = subject.name.trim_end_matches('.');
    let last = match (name, id) {
        ("", id) => id.to_owned(),
        (name, id) if name == id => id.to_owned(),
        (name, id) => format!("{}-{id}", name.chars().take(LONGEST).collect::<String>()),
    };
    let parts = ["aws", account, service, region, &last];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(segment)
        .collect::<Vec<_>>()
        .join("/")
}

/// One part of a path that is made up: never one that leads elsewhere.
fn segment(part: &str) -> String {
    let part: String = part.chars().take(2 * LONGEST).collect();
    if part.chars().all(|c| c == '.') {
        "_".to_owned()
    } else {
        percent_encoded(&part)
    }
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A name as part of an id that is split at its slashes: letters, digits, dot, hyphen and low line.
pub(super) fn identifier(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().take(LONGEST).map(plain).collect();
    present(name.trim_matches('-'), "none").to_owned()
}
