//! Collection functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sets::within;
use super::{Arguments, Function};
use crate::iac::terraform::evaluate::convert::{self, Stop, key};
use crate::iac::terraform::evaluate::operators::equal;
use crate::iac::value::{Data, Value};

/// How deep `flatten` goes; a value is no deeper.
const MAX_DEPTH: u32 = crate::iac::value::MAX_DEPTH;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "alltrue" => |a| quantified(a, false),
        "anytrue" => |a| quantified(a, true),
        "chunklist" => chunks,
        "coalesce" => coalesce,
        "coalescelist" => coalesce_list,
        "compact" => compact,
        "concat" => concat,
        "contains" => |a| Ok(Data::Bool(within(a.items(0)?, a.value(1)?)?)),
        "distinct" => distinct,
        "element" => element,
        "flatten" => flatten,
        "index" => index,
        "keys" => keys,
        "length" => length,
        "lookup" => lookup,
        "matchkeys" => match_keys,
        "merge" => merge,
        "one" => one,
        "range" => range,
        "reverse" => |a| Ok(Data::list(a.items(0)?.iter().rev().cloned().collect())),
        "slice" => slice,
        "sort" => sort,
        "transpose" => transpose,
        "values" => |a| Ok(Data::list(a.members(0)?.values().cloned().collect())),
        "zipmap" => zip_map,
        // Of Terraform before 0.12, and still found.
        "list" => |a| Ok(Data::list(a.values.to_vec())),
        "map" => map,
        _ => return None,
    })
}

/// Whether one item, or every item, is true; an item that decides makes up for those not known.
fn quantified(a: &Arguments, decisive: bool) -> Result<Data, Stop> {
    let mut open = None;
    for item in a.items(0)? {
        match convert::truth(item) {
            Ok(truth) if truth == decisive => return Ok(Data::Bool(decisive)),
            Ok(_) => {}
            Err(stop) if item.is_null() => {
                if !decisive {
                    return Err(stop);
                }
            }
            Err(stop) => open = open.or(Some(stop)),
        }
    }
    open.map_or(Ok(Data::Bool(!decisive)), Err)
}

fn chunks(a: &Arguments) -> Result<Data, Stop> {
    let (items, size) = (a.items(0)?, a.size(1)?);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size);
    let chunks = chunks.map(|chunk| a.make(Data::list(chunk.to_vec())));
    Ok(Data::list(chunks.collect()))
}

/// The first argument that is neither null nor an empty text.
fn coalesce(a: &Arguments) -> Result<Data, Stop> {
    for value in a.values {
        match &value.data {
            Data::Null => {}
            Data::String(text) if text.is_empty() => {}
            Data::Unknown(_) => return Err(convert::not_known(value).unwrap_or_else(nothing)),
            data => return Ok(data.clone()),
        }
    }
    Err(nothing())
}

fn nothing() -> Stop {
    Stop::failure("there is no argument that is neither null nor empty")
}

fn coalesce_list(a: &Arguments) -> Result<Data, Stop> {
    for value in a.values {
        if !value.is_null() && !convert::items(value)?.is_empty() {
            return Ok(value.data.clone());
        }
    }
    Err(Stop::failure("every list is empty"))
}

fn compact(a: &Arguments) -> Result<Data, Stop> {
    let items = a.items(0)?.iter();
    let kept = items.filter(|item| !item.is_null() && item.as_str() != Some(""));
    Ok(Data::list(kept.cloned().collect()))
}

fn concat(a: &Arguments) -> Result<Data, Stop> {
    let lists = a.values.iter().map(convert::items);
    let lists = lists.collect::<Result<Vec<_>, _>>()?;
    a.spend(lists.iter().map(|list| list.len()).sum())?;
    Ok(Data::list(lists.into_iter().flatten().cloned().collect()))
}

fn distinct(a: &Arguments) -> Result<Data, Stop> {
    let mut kept: Vec<Value> = Vec::new();
    for item in a.items(0)? {
        a.spend_comparing(item, kept.len())?;
        if !within(&kept, item)? {
            kept.push(item.clone());
        }
    }
    Ok(Data::list(kept))
}

/// The item at an index that starts again after the last.
fn element(a: &Arguments) -> Result<Data, Stop> {
    let (items, index) = (a.items(0)?, a.integer(1)?);
    if items.is_empty() {
        return Err(Stop::failure("the list is empty"));
    }
    let index = index.rem_euclid(items.len() as i64);
    let item = usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index));
    let item = item.ok_or_else(|| Stop::failure("the list has no such item"))?;
    Ok(item.data.clone())
}

fn flatten(a: &Arguments) -> Result<Data, Stop> {
    let mut flat = Vec::new();
    flatten_into(a, a.items(0)?, MAX_DEPTH, &mut flat)?;
    Ok(Data::list(flat))
}

fn flatten_into(
    a: &Arguments,
    items: &[Value],
    depth: u32,
    into: &mut Vec<Value>,
) -> Result<(), Stop> {
    for item in items {
        a.spend(1)?;
        match &item.data {
            Data::List(list) | Data::Set(list) if depth > 0 => {
                flatten_into(a, list.items(), depth - 1, into)?;
            }
            // It may be a list of any length.
            Data::Unknown(why) => return Err(Stop::Unknown(Arc::clone(why))),
            _ => into.push(item.clone()),
        }
    }
    Ok(())
}

fn index(a: &Arguments) -> Result<Data, Stop> {
    let wanted = a.value(1)?;
    for (index, item) in a.items(0)?.iter().enumerate() {
        match equal(item, wanted) {
            Some(true) => return Ok(Data::integer(index as i64)),
            Some(false) => {}
            None => {
                let why = convert::not_known(item).or_else(|| convert::not_known(wanted));
                return Err(why.unwrap_or_else(|| Stop::unknown("an item is not known")));
            }
        }
    }
    Err(Stop::failure("the list does not hold the item"))
}

fn keys(a: &Arguments) -> Result<Data, Stop> {
    let keys = a.members(0)?.keys();
    Ok(Data::list(
        keys.map(|key| a.make(Data::String(Arc::clone(key))))
            .collect(),
    ))
}

fn length(a: &Arguments) -> Result<Data, Stop> {
    let value = a.value(0)?;
    let length = match &value.data {
        Data::List(list) | Data::Set(list) => list.items().len(),
        Data::Object(object) => object.members().len(),
        _ => convert::text(value)?.chars().count(),
    };
    Ok(Data::integer(length as i64))
}

fn lookup(a: &Arguments) -> Result<Data, Stop> {
    let members = a.members(0)?;
    let name = a.text(1)?;
    match (members.get(name.as_ref()), a.values.get(2)) {
        (Some(value), _) | (None, Some(value)) => Ok(value.data.clone()),
        (None, None) => {
            let name = convert::shortened(&name);
            Err(Stop::Failure(format!("there is no {name} in the object")))
        }
    }
}

fn match_keys(a: &Arguments) -> Result<Data, Stop> {
    let (values, keys, wanted) = (a.items(0)?, a.items(1)?, a.items(2)?);
    if values.len() != keys.len() {
        return Err(Stop::failure("there are not as many keys as values"));
    }
    let mut kept = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        a.spend_comparing(key, wanted.len())?;
        if within(wanted, key)? {
            kept.push(value.clone());
        }
    }
    Ok(Data::list(kept))
}

fn merge(a: &Arguments) -> Result<Data, Stop> {
    let mut merged = BTreeMap::new();
    for value in a.values.iter().filter(|value| !value.is_null()) {
        let members = convert::members(value)?;
        a.spend(members.len())?;
        merged.extend(members.iter().map(|(k, v)| (Arc::clone(k), v.clone())));
    }
    Ok(Data::object(merged))
}

fn one(a: &Arguments) -> Result<Data, Stop> {
    match a.items(0)? {
        [] => Ok(Data::Null),
        [only] => Ok(only.data.clone()),
        _ => Err(Stop::failure("the list has more than one item")),
    }
}

fn range(a: &Arguments) -> Result<Data, Stop> {
    let (start, end, step) = match a.values.len() {
        1 => (0.0, a.number(0)?.as_f64(), None),
        2 => (a.number(0)?.as_f64(), a.number(1)?.as_f64(), None),
        _ => {
            let step = a.number(2)?.as_f64();
            (a.number(0)?.as_f64(), a.number(1)?.as_f64(), Some(step))
        }
    };
    let step = step.unwrap_or(if end < start { -1.0 } else { 1.0 });
    if step == 0.0 || (step > 0.0) != (end > start) && end != start {
        return Err(Stop::failure("the step does not lead from start to end"));
    }
    let count = ((end - start) / step).ceil().max(0.0);
    // Terraform makes no more (Terraform documentation, "range").
    if count > 1024.0 {
        return Err(Stop::failure("more than 1024 numbers"));
    }
    let mut numbers = Vec::new();
    for index in 0..count as u32 {
        let number = crate::iac::value::Number::from_f64(start + f64::from(index) * step);
        numbers.extend(number.map(|number| a.make(Data::Number(number))));
    }
    Ok(Data::list(numbers))
}

fn slice(a: &Arguments) -> Result<Data, Stop> {
    let (items, start, end) = (a.items(0)?, a.size(1)?, a.size(2)?);
    let slice = items.get(start..end);
    let slice = slice.ok_or_else(|| Stop::failure("the list has no such items"))?;
    Ok(Data::list(slice.to_vec()))
}

fn sort(a: &Arguments) -> Result<Data, Stop> {
    let items = a.items(0)?;
    let texts = items.iter().map(|item| Ok((convert::text(item)?, item)));
    let mut texts = texts.collect::<Result<Vec<_>, Stop>>()?;
    texts.sort_by(|(left, _), (right, _)| left.cmp(right));
    let sorted = texts.into_iter().map(|(text, item)| {
        let data = Data::string(text);
        Value::new(data, item.place.clone())
    });
    Ok(Data::list(sorted.collect()))
}

/// From lists of values by key to lists of keys by value.
fn transpose(a: &Arguments) -> Result<Data, Stop> {
    let mut transposed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, values) in a.members(0)? {
        for value in convert::items(values)? {
            a.spend(1)?;
            let names = transposed.entry(key(value)?).or_default();
            names.push(a.make(Data::String(Arc::clone(name))));
        }
    }
    let members = transposed.into_iter();
    let members = members.map(|(name, names)| (name, a.make(Data::list(names))));
    Ok(Data::object(members.collect()))
}

fn zip_map(a: &Arguments) -> Result<Data, Stop> {
    let (keys, values) = (a.items(0)?, a.items(1)?);
    if keys.len() != values.len() {
        return Err(Stop::failure("there are not as many keys as values"));
    }
    let members = keys.iter().zip(values);
    let members = members.map(|(name, value)| Ok((key(name)?, value.clone())));
    Ok(Data::object(members.collect::<Result<_, Stop>>()?))
}

fn map(a: &Arguments) -> Result<Data, Stop> {
    let pairs = a.values.chunks(2).map(|pair| match pair {
        [name, value] => Ok((key(name)?, value.clone())),
        _ => Err(Stop::failure("a key has no value")),
    });
    Ok(Data::object(pairs.collect::<Result<_, Stop>>()?))
}
