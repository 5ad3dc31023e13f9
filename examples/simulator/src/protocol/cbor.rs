//! Smithy RPC v2 with CBOR (RFC 8949).

use std::convert::Infallible;

use hyper::http::request::Parts;
use minicbor::data::{IanaTag, Type};
use minicbor::decode::Error as DecodeError;
use minicbor::encode::Error as EncodeError;
use minicbor::{Decoder, Encoder};

use super::{Document, Parameters, Refusal, Structure};
use crate::service::Service;

/// The operation of the path and the members of the body.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<(String, Parameters), String> {
    let operation = parts
        .uri
        .path()
        .rsplit_once("/operation/")
        .map(|(_, operation)| operation.to_owned())
        .ok_or("The path is not /service/SERVICE/operation/OPERATION.")?;
    let mut parameters = Parameters::default();
    if !body.is_empty() {
        members(&mut Decoder::new(body), &mut parameters).map_err(|error| error.to_string())?;
    }
    Ok((operation, parameters))
}

fn members(decoder: &mut Decoder<'_>, parameters: &mut Parameters) -> Result<(), DecodeError> {
    let count = decoder.map()?;
    let mut read = 0;
    while more(decoder, count, read)? {
        let name = decoder.str()?.to_owned();
        match decoder.datatype()? {
            Type::Array | Type::ArrayIndef => {
                let count = decoder.array()?;
                let mut item = 0;
                while more(decoder, count, item)? {
                    scalar(decoder, &name, parameters)?;
                    item += 1;
                }
            }
            _ => scalar(decoder, &name, parameters)?,
        }
        read += 1;
    }
    Ok(())
}

/// Whether a map or array of a given or open length goes on.
fn more(decoder: &mut Decoder<'_>, count: Option<u64>, read: u64) -> Result<bool, DecodeError> {
    match count {
        Some(count) => Ok(read < count),
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

fn scalar(
    decoder: &mut Decoder<'_>,
    name: &str,
    parameters: &mut Parameters,
) -> Result<(), DecodeError> {
    match decoder.datatype()? {
        Type::String => parameters.add(name, decoder.str()?),
        Type::StringIndef => {
            let text: String = decoder.str_iter()?.collect::<Result<_, _>>()?;
            parameters.add(name, text);
        }
        Type::Bool => parameters.add(name, decoder.bool()?.to_string()),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => parameters.add(name, decoder.int()?.to_string()),
        // No operation of the simulator takes anything else.
        _ => decoder.skip()?,
    }
    Ok(())
}

pub(super) fn write(document: &Structure) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    match structure(&mut encoder, document) {
        Ok(()) => encoder.into_writer(),
        // Nothing but the writer can fail, and a Vec<u8> does not.
        Err(_) => Vec::new(),
    }
}

pub(super) fn write_refusal(service: Service, refusal: &Refusal) -> Vec<u8> {
    write(
        &Structure::new()
            .with("__type", service.error_shape(refusal.code))
            .with("message", refusal.message.as_str()),
    )
}

type Written = Result<(), EncodeError<Infallible>>;

fn structure(encoder: &mut Encoder<Vec<u8>>, document: &Structure) -> Written {
    encoder.map(document.members().len() as u64)?;
    for (name, member) in document.members() {
        encoder.str(name)?;
        value(encoder, member)?;
    }
    Ok(())
}

fn value(encoder: &mut Encoder<Vec<u8>>, document: &Document) -> Written {
    match document {
        Document::Boolean(value) => encoder.bool(*value)?,
        Document::Integer(value) => encoder.i64(*value)?,
        Document::Number(value) => encoder.f64(*value)?,
        Document::Text(value) => encoder.str(value)?,
        Document::Blob(value) => encoder.bytes(value)?,
        Document::Instant(value) => encoder
            .tag(IanaTag::Timestamp)?
            .f64(value.as_duration().as_secs_f64())?,
        Document::List { items, .. } => {
            encoder.array(items.len() as u64)?;
            for item in items {
                value(encoder, item)?;
            }
            encoder
        }
        Document::Structure(members) => return structure(encoder, members),
    };
    Ok(())
}
