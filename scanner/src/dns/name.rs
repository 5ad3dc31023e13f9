//! Domain names: from Route 53's form, and into the form of the inventory.

use bytes::Bytes;
use domain::base::name::{Label, OwnedLabel};
use domain::base::{Name as WireName, ToName};

/// A domain name. Two that differ in case alone are equal.
pub(super) type Name = WireName<Bytes>;

/// More characters than a name of 255 octets has with every octet escaped.
const MAX_TEXT: usize = 1020;

/// The name in presentation form (RFC 1035 section 5.1): lower case, with its final dot.
pub(super) fn show(name: &impl ToName) -> String {
    name.fmt_with_dot().to_string().to_ascii_lowercase()
}

/// The name with its letters in lower case.
pub(super) fn lower(name: &impl ToName) -> Name {
    name.to_canonical_name()
}

/// The name without its first label; none for the root.
pub(super) fn parent(name: &Name) -> Option<Name> {
    name.parent().map(|parent| parent.to_name())
}

/// The name with one more label before it; none where it becomes too long.
pub(super) fn child(label: &str, name: &Name) -> Option<Name> {
    let label = OwnedLabel::from_label(Label::from_slice(label.as_bytes()).ok()?);
    let mut octets = Vec::with_capacity(name.len() + label.as_wire_slice().len());
    octets.extend_from_slice(label.as_wire_slice());
    octets.extend_from_slice(name.as_slice());
    Name::from_octets(octets.into()).ok()
}

/// The name that Route 53 writes with octal escapes
/// (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>), in lower
/// case; none where it is no domain name.
pub(super) fn from_route53(text: &str) -> Option<Name> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return None;
    }
    let mut wire = Vec::with_capacity(text.len() + 2);
    if text != "." {
        for label in text.strip_suffix('.').unwrap_or(text).split('.') {
            let octets = octets(label)?;
            wire.push(u8::try_from(octets.len()).ok()?);
            wire.extend(octets);
        }
    }
    wire.push(0);
    Name::from_octets(wire.into()).ok()
}

fn octets(label: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(label.len());
    let mut rest = label.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'\\' => {
                let digits = [rest.next()?, rest.next()?, rest.next()?];
                let value = digits.iter().try_fold(0_u16, |value, digit| {
                    matches!(digit, b'0'..=b'7').then(|| value * 8 + u16::from(digit - b'0'))
                });
                u8::try_from(value?).ok()?.to_ascii_lowercase()
            }
            octet => octet.to_ascii_lowercase(),
        });
    }
    (1..=63).contains(&octets.len()).then_some(octets)
}
