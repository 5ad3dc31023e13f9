//! Encoding functions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Arguments, Function};
use crate::iac::json;
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::value::Data;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "base64encode" => |a| a.made(STANDARD.encode(a.text(0)?.as_bytes())),
        "base64decode" => base64_decode,
        "jsonencode" => |a| Ok(Data::json(a.value(0)?.clone())),
        "jsondecode" => json_decode,
        "urlencode" => |a| a.made(url_encode(&a.text(0)?)),
        _ => return None,
    })
}

fn base64_decode(a: &Arguments) -> Result<Data, Stop> {
    let text = a.text(0)?;
    let bytes = STANDARD.decode(text.as_bytes());
    let bytes = bytes.map_err(|_| Stop::failure("the text is no base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| Stop::failure("the bytes are no UTF-8"))?;
    a.made(text)
}

fn json_decode(a: &Arguments) -> Result<Data, Stop> {
    let value = a.value(0)?;
    if let Data::String(text) = &value.data {
        a.spend(text.len() / 2)?;
    }
    let open = convert::not_known(value);
    match (json::decode(value), open) {
        (Ok(decoded), None) => Ok(decoded.data),
        // What stands in a text in place of a symbol may change what the text means as JSON.
        (Ok(decoded), Some(_)) if matches!(value.data, Data::Text(_)) => Ok(decoded.data),
        (_, Some(stop)) => Err(stop),
        (Err(why), None) => Err(Stop::Failure(format!("the text is no JSON: {why}"))),
    }
}

/// As a query string has it: letters, digits, `-`, `_`, `.` and `~` stand for themselves, a
/// space becomes `+`.
fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
