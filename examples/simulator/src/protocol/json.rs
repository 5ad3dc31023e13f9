//! AWS JSON 1.0 and 1.1.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::http::request::Parts;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::{Document, Parameters, Refusal, Structure};
use crate::service::Service;

/// The operation of `X-Amz-Target` and the members of the body.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<(String, Parameters), String> {
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let members: Map<String, Value> = if body.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(body).map_err(|error| error.to_string())?
    };
    let mut parameters = Parameters::default();
    for (name, value) in members {
        match value {
            Value::Array(items) => {
                for item in items {
                    add(&mut parameters, &name, item);
                }
            }
            one => add(&mut parameters, &name, one),
        }
    }
    Ok((operation, parameters))
}

fn add(parameters: &mut Parameters, name: &str, value: Value) {
    match value {
        Value::String(text) => parameters.add(name, text),
        Value::Number(number) => parameters.add(name, number.to_string()),
        Value::Bool(flag) => parameters.add(name, flag.to_string()),
        // No operation of the simulator takes a nested value.
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
}

pub(super) fn write(document: &Structure) -> Vec<u8> {
    // Documents have text keys and no value that JSON cannot hold.
    serde_json::to_vec(document).unwrap_or_default()
}

pub(super) fn write_refusal(service: Service, refusal: &Refusal) -> Vec<u8> {
    let member = if service == Service::Organizations {
        "Message"
    } else {
        "message"
    };
    write(
        &Structure::new()
            .with("__type", service.error_shape(refusal.code))
            .with(member, refusal.message.as_str()),
    )
}

impl Serialize for Structure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members().len()))?;
        for (name, value) in self.members() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Blob(value) => serializer.serialize_str(&STANDARD.encode(value)),
            // Seconds since 1970, with a fraction.
            Self::Instant(value) => serializer.serialize_f64(value.as_duration().as_secs_f64()),
            Self::List { items, .. } => serializer.collect_seq(items),
            Self::Structure(value) => value.serialize(serializer),
        }
    }
}
