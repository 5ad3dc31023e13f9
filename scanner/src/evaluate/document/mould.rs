//! Objects with the same members as one that was built before.

use std::collections::{BTreeMap, HashMap};

use regorus::Value;
use regorus::value::Object;

/// The forms that objects have taken, by the type that they were built from and how many of its
/// fields were known.
///
/// A document is built for every subject, and its objects differ in what they hold, not in what
/// their members are called: copying the first of a kind saves sorting the names each time.
#[derive(Default)]
pub(super) struct Moulds(HashMap<(&'static str, usize), Mould>);

struct Mould {
    /// The names of the fields as the type has them.
    names: Vec<&'static str>,
    /// The same as an object has them.
    members: Vec<Value>,
    object: Object,
}

impl Moulds {
    /// The object of a type's fields.
    pub(super) fn object(
        &mut self,
        kind: &'static str,
        fields: Vec<(&'static str, Value)>,
    ) -> Value {
        let mould = self
            .0
            .entry((kind, fields.len()))
            .or_insert_with(|| Mould::of(&fields));
        if !mould.fits(&fields) {
            let members = fields.into_iter();
            let members: BTreeMap<Value, Value> = members
                .map(|(name, value)| (Value::from(name), value))
                .collect();
            return Value::from(members);
        }
        let mut object = mould.object.clone();
        for (name, (_, value)) in mould.members.iter().zip(fields) {
            if let Some(member) = object.get_mut(name) {
                *member = value;
            }
        }
        object.into_value()
    }
}

impl Mould {
    fn of(fields: &[(&'static str, Value)]) -> Self {
        let names: Vec<&'static str> = fields.iter().map(|(name, _)| *name).collect();
        let members: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
        let empty = members.iter().map(|name| (name.clone(), Value::Null));
        let object = match Value::from(empty.collect::<BTreeMap<_, _>>()) {
            Value::Object(object) => (*object).clone(),
            _ => Object::new(),
        };
        Self {
            names,
            members,
            object,
        }
    }

    fn fits(&self, fields: &[(&'static str, Value)]) -> bool {
        let names = fields.iter().map(|(name, _)| *name);
        names.eq(self.names.iter().copied())
    }
}
