//! Trust anchors: the keys of the root with which every chain of trust begins.

use domain::base::iana::Class;
use domain::base::name::ToLabelIter as _;
use domain::rdata::ZoneRecordData;
use domain::zonefile::inplace::{Entry, Zonefile};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::DnsError;
use super::name::Name;

/// The trust anchors of the root as IANA publishes them
/// (<https://data.iana.org/root-anchors/root-anchors.xml>): the key of 2017, and that of 2024
/// which follows it.
const BUILT_IN: [&str; 2] = [
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
];

/// The anchors that are built in, in presentation form.
pub(super) fn built_in() -> Vec<String> {
    BUILT_IN.map(str::to_owned).to_vec()
}

/// Reads anchors: DS or DNSKEY records of the root in presentation form, or IANA's XML form, of
/// which those are taken that are valid now.
///
/// They are given back in presentation form.
pub(super) fn parse(text: &str, now: Timestamp) -> Result<Vec<String>, DnsError> {
    let anchors = match text.trim_start().starts_with('<') {
        true => from_xml(text, now)?,
        false => from_records(text)?,
    };
    match anchors.is_empty() {
        true => Err(DnsError::TrustAnchor(
            "there is no DS or DNSKEY record of the root that is valid now".to_owned(),
        )),
        false => Ok(anchors),
    }
}

fn from_records(text: &str) -> Result<Vec<String>, DnsError> {
    let mut file = Zonefile::new();
    file.set_default_class(Class::IN);
    file.set_origin(Name::root());
    file.extend_from_slice(text.as_bytes());
    file.extend_from_slice(b"\n");
    let mut anchors = Vec::new();
    for entry in file {
        let entry = entry.map_err(|error| DnsError::TrustAnchor(error.to_string()))?;
        let Entry::Record(record) = entry else {
            continue;
        };
        if record.owner().iter_labels().count() != 1 {
            return Err(DnsError::TrustAnchor(format!(
                "it has a record of {}, and only those of the root are anchors",
                record.owner()
            )));
        }
        match record.data() {
            ZoneRecordData::Ds(ds) => anchors.push(format!(". IN DS {ds}")),
            ZoneRecordData::Dnskey(key) => anchors.push(format!(". IN DNSKEY {key}")),
            other => {
                return Err(DnsError::TrustAnchor(format!(
                    "it has a record of type {}",
                    domain::base::RecordData::rtype(other)
                )));
            }
        }
    }
    Ok(anchors)
}

/// One `KeyDigest` of IANA's form (RFC 9718 section 2.1).
#[derive(Default)]
struct KeyDigest {
    is_valid: bool,
    key_tag: String,
    algorithm: String,
    digest_type: String,
    digest: String,
}

fn from_xml(text: &str, now: Timestamp) -> Result<Vec<String>, DnsError> {
    let broken = |detail: String| DnsError::TrustAnchor(detail);
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(true);
    let mut lines = String::new();
    let mut zone = String::new();
    let mut key = KeyDigest::default();
    let mut element = String::new();
    loop {
        match reader
            .read_event()
            .map_err(|error| broken(error.to_string()))?
        {
            Event::Start(start) => {
                element = start.local_name().as_ref().to_owned();
                if element == "KeyDigest" {
                    key = KeyDigest {
                        is_valid: is_valid(&start, now)?,
                        ..KeyDigest::default()
                    };
                }
            }
            Event::Text(text) => match element.as_str() {
                "Zone" => zone.push_str(&text),
                "KeyTag" => key.key_tag.push_str(&text),
                "Algorithm" => key.algorithm.push_str(&text),
                "DigestType" => key.digest_type.push_str(&text),
                "Digest" => key.digest.push_str(&text),
                _ => {}
            },
            Event::End(end) => {
                if end.local_name().as_ref() == "KeyDigest" && key.is_valid {
                    let fields = [&key.key_tag, &key.algorithm, &key.digest_type, &key.digest];
                    if fields.iter().any(|field| !is_word(field)) {
                        return Err(broken("a KeyDigest lacks one of its fields".to_owned()));
                    }
                    lines += &format!(". IN DS {}\n", fields.map(String::as_str).join(" "));
                }
                element.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if zone != "." {
        return Err(broken(format!("it is for the zone {zone:?}, not the root")));
    }
    from_records(&lines)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_valid(start: &quick_xml::events::BytesStart<'_>, now: Timestamp) -> Result<bool, DnsError> {
    let bound = |name: &str| -> Result<Option<Timestamp>, DnsError> {
        let attribute = start
            .try_get_attribute(name)
            .map_err(|error| DnsError::TrustAnchor(error.to_string()))?;
        let Some(attribute) = attribute else {
            return Ok(None);
        };
        let text = attribute.value;
        text.parse()
            .map(Some)
            .map_err(|_| DnsError::TrustAnchor(format!("{name} is {text:?}, which is no time")))
    };
    Ok(bound("validFrom")?.is_none_or(|from| from <= now)
        && bound("validUntil")?.is_none_or(|until| now < until))
}
