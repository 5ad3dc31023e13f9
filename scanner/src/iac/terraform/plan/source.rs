//! What only the source says of what a plan has: places, `prevent_destroy`, and what becomes of a
//! value that is known after apply only.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Plan;
use super::address::{self, Step};
use super::values::SENSITIVE;
use crate::iac::json;
use crate::iac::place::Place;
use crate::iac::terraform::instance::{Argument, Block, Body, Instance};
use crate::iac::terraform::root::{Reading, Root};
use crate::iac::value::{Data, List, Part, Symbol, Value};

/// The names in an address, without keys and indexes.
type NamesOf = Vec<Arc<str>>;

/// The instances of a source, by address.
struct Sources<'s> {
    directory: &'s str,
    exact: HashMap<&'s str, &'s Instance>,
    /// Those that stand for however many there are, by the names in their addresses.
    any: HashMap<NamesOf, Vec<(Vec<Step>, &'s Instance)>>,
}

impl<'s> Sources<'s> {
    fn of(root: &'s Root) -> Self {
        let mut sources = Self {
            directory: &root.directory,
            exact: HashMap::new(),
            any: HashMap::new(),
        };
        for instance in &root.instances {
            if instance.address.contains(ANY) {
                let steps = address::parse(&instance.address.replace(ANY, ""));
                let steps = steps.unwrap_or_default();
                let same = sources.any.entry(address::names(&steps)).or_default();
                same.push((steps, instance));
            } else {
                sources.exact.insert(&instance.address, instance);
            }
        }
        sources
    }

    fn at(&self, address: &str) -> Option<&'s Instance> {
        if let Some(instance) = self.exact.get(address) {
            return Some(instance);
        }
        let steps = address::parse(address)?;
        let mut any = self.any.get(&address::names(&steps))?.iter();
        any.find(|(pattern, _)| address::covers(pattern, &steps))
            .map(|(_, instance)| *instance)
    }
}

/// How the address of an instance of a source is written that stands for however many there are.
const ANY: &str = "[*]";

/// The attributes that a plan knows, by address.
type Known = HashMap<Arc<str>, Body>;

pub(super) fn with_source(mut plan: Plan, reading: &Reading) -> Plan {
    let roots = reading.roots.iter().map(Sources::of);
    let common = |sources: &Sources| {
        let instances = plan.root.instances.iter();
        instances
            .filter(|instance| sources.at(&instance.address).is_some())
            .count()
    };
    let counted = roots.map(|sources| (common(&sources), sources));
    // Of several the first: `max_by_key` would take the last.
    let best = counted.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((_, sources)) = best.filter(|(common, _)| *common > 0) else {
        return plan;
    };
    let known: Known = plan
        .root
        .instances
        .iter()
        .map(|instance| (Arc::clone(&instance.address), instance.body.clone()))
        .collect();
    for instance in &mut plan.root.instances {
        if let Some(source) = sources.at(&instance.address) {
            complete(instance, source, &known);
        }
    }
    for change in &mut plan.changes {
        if let Some(source) = sources.at(&change.address) {
            change.place = source.header.clone();
        }
    }
    plan.root.directory = sources.directory.to_owned();
    plan
}

fn complete(instance: &mut Instance, source: &Instance, known: &Known) {
    instance.header = source.header.clone();
    instance.calls.clone_from(&source.calls);
    instance.prevent_destroy.clone_from(&source.prevent_destroy);
    let whole = source.depends_on.iter().filter(|on| !on.contains(ANY));
    let whole: BTreeSet<Arc<str>> = whole.cloned().collect();
    instance.depends_on.extend(whole);
    for (own, source) in [
        (&mut instance.region, &source.region),
        (&mut instance.account, &source.account),
    ] {
        let said = source.as_str().is_some() && own.as_str().is_none();
        if said || own.why_unknown().is_some() {
            *own = source.clone();
        } else {
            own.place = source.place.clone();
        }
    }
    let arguments = std::mem::take(&mut instance.body.arguments).into_iter();
    let arguments = arguments.map(|(name, argument)| {
        let argument = match source.body.arguments.get(&name) {
            Some(stated) => Argument {
                value: joined(argument.value, &stated.value, known),
                place: stated.place.clone(),
            },
            None => in_blocks(*argument, &name, source, known),
        };
        (name, Box::new(argument))
    });
    instance.body.arguments = arguments.collect();
}

/// An argument that the source writes as blocks, or does not write.
fn in_blocks(argument: Argument, name: &str, source: &Instance, known: &Known) -> Argument {
    let blocks = source.body.blocks.iter();
    let blocks: Vec<&Block> = blocks.filter(|block| block.kind.as_ref() == name).collect();
    let place = blocks.first().map_or(&source.header, |block| &block.header);
    let value = match &argument.value.data {
        Data::List(list) if list.items().len() == blocks.len() => {
            let items = list.items().iter().cloned().zip(&blocks);
            let items = items.map(|(item, block)| in_block(item, block, known));
            Value::new(Data::list(items.collect()), place.clone())
        }
        _ => moved(argument.value, place),
    };
    Argument {
        value,
        place: place.clone(),
    }
}

/// A nested block, with the places of its arguments.
fn in_block(value: Value, block: &Block, known: &Known) -> Value {
    let Some(members) = value.members() else {
        return moved(value, &block.header);
    };
    let members = members.iter().map(|(name, value)| {
        let value = value.clone();
        let value = match block.body.arguments.get(name) {
            Some(stated) => joined(value, &stated.value, known),
            None => {
                let inner = block.body.blocks.iter().filter(|inner| inner.kind == *name);
                let inner: Vec<&Block> = inner.collect();
                match &value.data {
                    Data::List(list) if list.items().len() == inner.len() => {
                        let items = list.items().iter().cloned().zip(inner);
                        let items = items.map(|(item, inner)| in_block(item, inner, known));
                        Value::new(Data::list(items.collect()), block.header.clone())
                    }
                    _ => moved(value, &block.header),
                }
            }
        };
        (Arc::clone(name), value)
    });
    Value::new(Data::object(members.collect()), block.header.clone())
}

/// A value of the plan with the places of the source's, and what the source says of the parts that
/// the plan does not know.
fn joined(plan: Value, source: &Value, known: &Known) -> Value {
    let place = &source.place;
    let data = match (plan.data, &source.data) {
        (Data::Unknown(why), said) => {
            let sensitive = why.detail.as_deref() == Some(SENSITIVE);
            let said = if sensitive {
                None
            } else {
                settled(said, known)
            };
            let said = said.filter(|data| !matches!(data, Data::Null | Data::Unknown(_)));
            said.unwrap_or(Data::Unknown(why))
        }
        (Data::List(own), Data::List(list) | Data::Set(list))
            if own.items().len() == list.items().len() =>
        {
            let pairs = own.items().iter().cloned().zip(list.items());
            Data::list(pairs.map(|(own, said)| joined(own, said, known)).collect())
        }
        (Data::Object(own), Data::Object(object)) => {
            let members = own.members().iter().map(|(name, value)| {
                let value = match object.members().get(name) {
                    Some(said) => joined(value.clone(), said, known),
                    None => moved(value.clone(), place),
                };
                (Arc::clone(name), value)
            });
            Data::object(members.collect())
        }
        (own @ Data::String(_), Data::Json(said)) => {
            let text = Value::new(own, place.clone());
            match json::decode(&text) {
                Ok(value) => Data::json(joined(value, said, known)),
                Err(_) => text.data,
            }
        }
        (Data::Json(own), Data::Json(said)) => Data::json(joined(Value::clone(&own), said, known)),
        (own, _) => moved(Value::new(own, place.clone()), place).data,
    };
    Value::new(data, place.clone())
}

/// A value and everything in it at one place.
fn moved(value: Value, place: &Place) -> Value {
    let items = |list: &List| {
        let items = list.items().iter().cloned();
        items.map(|item| moved(item, place)).collect()
    };
    let data = match &value.data {
        Data::List(list) => Data::list(items(list)),
        Data::Set(list) => Data::set(items(list)),
        Data::Object(object) => {
            let members = object.members().iter();
            let members = members.map(|(name, value)| {
                let value = moved(value.clone(), place);
                (Arc::clone(name), value)
            });
            Data::object(members.collect())
        }
        Data::Json(inner) => Data::json(moved(Value::clone(inner), place)),
        _ => value.data,
    };
    Value::new(data, place.clone())
}

/// What a source says, with what the plan knows in place of symbols; `None` if it speaks of one of
/// however many there are.
fn settled(said: &Data, known: &Known) -> Option<Data> {
    let value = |value: &Value| {
        let data = settled(&value.data, known)?;
        Some(Value::new(data, value.place.clone()))
    };
    let items = |list: &List| list.items().iter().map(value).collect::<Option<Vec<_>>>();
    Some(match said {
        Data::Symbol(symbol) => of_symbol(symbol, known)?,
        Data::Text(parts) => {
            let parts = parts.iter().map(|part| match part {
                Part::Symbol(symbol) => Some(match of_symbol(symbol, known)? {
                    Data::String(text) => Part::Literal(text),
                    Data::Symbol(symbol) => Part::Symbol(symbol),
                    Data::Unknown(why) => Part::Unknown(why),
                    _ => part.clone(),
                }),
                _ => Some(part.clone()),
            });
            Data::text(parts.collect::<Option<Vec<_>>>()?)
        }
        Data::Json(inner) => Data::json(value(inner)?),
        Data::List(list) => Data::list(items(list)?),
        Data::Set(list) => Data::set(items(list)?),
        Data::Object(object) => {
            let members = object.members().iter();
            let members = members.map(|(name, member)| Some((Arc::clone(name), value(member)?)));
            Data::object(members.collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// The attribute that a symbol is, as far as the plan knows it.
fn of_symbol(symbol: &Symbol, known: &Known) -> Option<Data> {
    if symbol.subject().contains(ANY) {
        return None;
    }
    let attribute = symbol.path().strip_prefix('.');
    let value = attribute.and_then(|attribute| known.get(symbol.subject())?.value(attribute));
    Some(match value.map(|value| &value.data) {
        None | Some(Data::Unknown(_)) => Data::Symbol(symbol.clone()),
        Some(data) => data.clone(),
    })
}
