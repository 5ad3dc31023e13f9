//! Functions on sets, and conversions to and between collection types.

use super::{Arguments, Function};
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::terraform::evaluate::operators::equal;
use crate::iac::terraform::evaluate::types::Type;
use crate::iac::value::{Data, Value};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "setintersection" => |a| combine(a, within_all),
        "setsubtract" => subtract,
        "setunion" => union,
        "setproduct" => product,
        "tobool" => |a| to(a, &Type::Bool),
        "tolist" => |a| to(a, &Type::List(Box::new(Type::Any))),
        "tomap" => |a| to(a, &Type::Map(Box::new(Type::Any))),
        "tonumber" => |a| to(a, &Type::Number),
        "toset" => |a| to(a, &Type::Set(Box::new(Type::Any))),
        "tostring" => |a| to(a, &Type::String),
        "sensitive" | "nonsensitive" | "ephemeralasnull" => |a| Ok(a.value(0)?.data.clone()),
        "issensitive" => |_| Err(Stop::unknown("what is sensitive is not evaluated")),
        _ => return None,
    })
}

fn to(a: &Arguments, kind: &Type) -> Result<Data, Stop> {
    let value = a.value(0)?;
    a.spend(value.items().map_or(0, <[Value]>::len))?;
    kind.convert(value.clone()).map(|value| value.data)
}

/// The items of the first set that pass a test against the others.
fn combine(
    a: &Arguments,
    keep: fn(&[&[Value]], &Value) -> Result<bool, Stop>,
) -> Result<Data, Stop> {
    let sets = a.values.iter().map(convert::items);
    let sets = sets.collect::<Result<Vec<_>, _>>()?;
    let Some((first, others)) = sets.split_first() else {
        return Err(Stop::failure("argument 1 is missing"));
    };
    let mut kept = Vec::new();
    for item in first.iter() {
        a.spend_comparing(item, others.iter().map(|set| set.len()).sum())?;
        if keep(others, item)? {
            kept.push(item.clone());
        }
    }
    Ok(convert::set(kept))
}

fn within_all(sets: &[&[Value]], item: &Value) -> Result<bool, Stop> {
    for set in sets {
        if !within(set, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a list holds the item, if that is known.
pub(super) fn within(list: &[Value], item: &Value) -> Result<bool, Stop> {
    let mut open = None;
    for other in list {
        match equal(other, item) {
            Some(true) => return Ok(true),
            Some(false) => {}
            None => open = open.or(Some(other)),
        }
    }
    match open {
        None => Ok(false),
        Some(other) => {
            let why = convert::not_known(other).or_else(|| convert::not_known(item));
            Err(why.unwrap_or_else(|| Stop::unknown("an item is known only in part")))
        }
    }
}

fn subtract(a: &Arguments) -> Result<Data, Stop> {
    combine(a, |others, item| Ok(!within_all(others, item)?))
}

fn union(a: &Arguments) -> Result<Data, Stop> {
    let sets = a.values.iter().map(convert::items);
    let sets = sets.collect::<Result<Vec<_>, _>>()?;
    a.spend(sets.iter().map(|set| set.len()).sum())?;
    Ok(convert::set(sets.into_iter().flatten().cloned()))
}

/// Every combination of one item of each.
fn product(a: &Arguments) -> Result<Data, Stop> {
    let sets = a.values.iter().map(convert::items);
    let sets = sets.collect::<Result<Vec<_>, _>>()?;
    let count = sets.iter().map(|set| set.len());
    let count = count.fold(1usize, usize::saturating_mul);
    a.spend(count.saturating_mul(sets.len()))?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for set in sets {
        let longer = rows.iter().flat_map(|row| {
            set.iter().map(|item| {
                let mut row = row.clone();
                row.push(item.clone());
                row
            })
        });
        rows = longer.collect();
    }
    let all_sets = a
        .values
        .iter()
        .all(|value| matches!(value.data, Data::Set(_)));
    let rows = rows.into_iter().map(|row| a.make(Data::list(row)));
    Ok(if all_sets {
        convert::set(rows)
    } else {
        Data::list(rows.collect())
    })
}
