//! What a value that is known after apply only will be: the attribute that its expression refers
//! to, where the configuration in the plan says that much.
//!
//! Of an expression a plan tells what it refers to, and not what it makes of that. So a value is
//! taken for an attribute only if the expression refers to that one alone and the argument goes by
//! its name (`hosted_zone_id` for `zone_id`); anything else stays unknown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::address::{Key, Step};
use super::marks::Marks;
use super::names;
use super::planned::{ModuleId, Planned, PlannedValues};
use super::values::Origin;
use crate::iac::json::Node;
use crate::iac::memo::Memo;
use crate::iac::place::{Place, Span};
use crate::iac::terraform::instance::{Argument, Body};
use crate::iac::value::{Data, Value};

/// How many references are followed for one plan.
const MAX_STEPS: u64 = 1_000_000;

/// How far a reference is followed through others.
const MAX_DEPTH: u32 = 100;

/// The map of an alarm whose values are identifiers of what is watched. The AWS provider makes it
/// unknown as a whole where one of them is.
const DIMENSIONS: &str = "dimensions";

/// An output of a module instance, or one key of it.
type Output = (ModuleId, Arc<str>, Option<Key>);

/// The links of a plan.
pub(super) struct Links<'p, 'c, 'a> {
    pub(super) planned: &'p PlannedValues<'c, 'a>,
    /// What may contribute to a value, by argument.
    pub(super) contributing: RefCell<HashMap<Arc<str>, Rc<Found>>>,
    /// What attributes come to that the configuration sets, by address and name.
    pub(super) attributes: Memo<(Arc<str>, Arc<str>), Result<Value, String>>,
    /// What the outputs of a module instance come to, by argument and key.
    pub(super) outputs: Memo<Output, Rc<Vec<Value>>>,
    steps: Cell<u64>,
    depth: Cell<u32>,
}

/// What the references of an expression lead to.
#[derive(Default, Clone)]
pub(super) struct Found {
    /// What the value may be; each once.
    values: Vec<Value>,
    /// What it is made from without being it.
    made_from: Option<String>,
    /// The local value that it comes from; a plan does not say what that is.
    local: Option<Arc<str>>,
    /// Why a reference cannot be followed.
    obstacle: Option<String>,
    /// The variables and outputs that were gone through.
    seen: BTreeSet<Hop>,
}

/// A variable or output of a module instance, what is asked of it, and for which key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hop {
    pub(super) module: ModuleId,
    /// Its name, an output's with the call's before it.
    pub(super) path: Vec<Step>,
    pub(super) key: Option<Key>,
}

impl Found {
    /// Whether a variable or output is yet to be gone through.
    pub(super) fn is_new(&mut self, hop: Hop) -> bool {
        self.seen.insert(hop)
    }

    pub(super) fn value(&mut self, value: Value) {
        if !self.values.contains(&value) {
            self.values.push(value);
        }
    }

    pub(super) fn made_from(&mut self, what: impl ToString) {
        self.made_from.get_or_insert_with(|| what.to_string());
    }

    pub(super) fn local(&mut self, name: &Arc<str>) {
        self.local.get_or_insert_with(|| Arc::clone(name));
    }

    pub(super) fn obstacle(&mut self, why: impl Into<String>) {
        self.obstacle.get_or_insert_with(|| why.into());
    }

    /// The values, if nothing else was met.
    pub(super) fn into_values(self) -> Option<Vec<Value>> {
        let met = self.made_from.is_some() || self.local.is_some() || self.obstacle.is_some();
        (!met).then_some(self.values)
    }

    /// The one thing that the value must be, or why there is none.
    pub(super) fn only(self) -> Result<Value, String> {
        if let Some(what) = self.made_from {
            return Err(format!(
                "it is made from {what}, and the plan does not say how"
            ));
        }
        if let Some(name) = self.local {
            return Err(format!(
                "it comes from local.{name}, and a plan does not say what local values are"
            ));
        }
        if let Some(why) = self.obstacle {
            return Err(why);
        }
        let mut values = self.values.into_iter();
        match (values.next(), values.next()) {
            (Some(only), None) => Ok(only),
            (Some(first), Some(second)) => {
                Err(format!("it may be {} or {}", shown(&first), shown(&second)))
            }
            _ => Err("it is known only after apply".to_owned()),
        }
    }

    /// Takes what may contribute to the value for what a local value would have led to.
    fn without_local(&mut self, contributing: &Self) {
        if contributing.values.is_empty() || contributing.obstacle.is_some() {
            return;
        }
        self.local = None;
        for value in &contributing.values {
            self.value(value.clone());
        }
    }
}

impl<'p, 'c, 'a> Links<'p, 'c, 'a> {
    pub(super) fn new(planned: &'p PlannedValues<'c, 'a>) -> Self {
        Self {
            planned,
            contributing: RefCell::default(),
            attributes: Memo::default(),
            outputs: Memo::default(),
            steps: Cell::new(MAX_STEPS),
            depth: Cell::new(MAX_DEPTH),
        }
    }

    /// The attributes of an instance, as arguments. What nothing is said of is left out: null, and
    /// what is known after apply only and the configuration does not set.
    pub(super) fn body(&self, planned: &'p Planned<'a>) -> Body {
        let document = self.planned.document;
        let mut body = Body::default();
        let known = planned.values.map_or(&[][..], Node::members);
        let members = document.members(known, Marks(planned.unknown), Marks(planned.sensitive));
        for (name, described) in members {
            let origin = Origin::argument(planned.block, &name);
            let computed = described.unknown.whole() && origin.expressions.is_empty();
            let kind = &planned.name.kind;
            if computed && planned.block.is_some() && !names::is_dynamic(kind, &name) {
                continue;
            }
            let end = match described.sensitive.any() {
                true => described.name.end,
                false => described.place.end(),
            };
            let span = Span {
                start: described.name.start,
                end,
            };
            let place = document.place(span);
            let value = document.join(described, &origin, &mut |origin, place| {
                self.unknown(planned, origin, place)
            });
            if !value.is_null() {
                body.arguments
                    .insert(name, Box::new(Argument { value, place }));
            }
        }
        body
    }

    /// The value of an attribute, or of a part of one, that is known after apply only.
    fn unknown(&self, planned: &'p Planned<'a>, origin: &Origin<'a>, place: Place) -> Value {
        let dimensions = origin.argument.as_ref() == DIMENSIONS;
        let argument = match dimensions {
            true => "hosted_zone_id",
            false => &origin.argument,
        };
        let found = self.resolve(planned, &origin.expressions, argument);
        let list = !origin.item && names::is_list(argument);
        let data = match found.clone().into_values() {
            Some(values) if list && values.len() > 1 => Data::list(values),
            _ => match found.only() {
                // The metrics of a hosted zone have this one dimension (Route 53 Developer Guide,
                // "Monitoring hosted zones using Amazon CloudWatch").
                Ok(only) if dimensions => {
                    Data::object(BTreeMap::from([("HostedZoneId".into(), only)]))
                }
                Ok(only) if list && !is_several(&only) => Data::list(vec![only]),
                Ok(only) => only.data,
                Err(why) => Data::unknown(why),
            },
        };
        Value::new(data, place)
    }

    /// What the expressions of an argument of an instance lead to.
    pub(super) fn resolve(
        &self,
        planned: &'p Planned<'a>,
        expressions: &[&'a Node],
        argument: &str,
    ) -> Found {
        let mut found = Found::default();
        if planned.block.is_none() {
            found.obstacle("the configuration in the plan does not have it");
        }
        for expression in expressions {
            self.follow(planned, expression, argument, &mut found);
        }
        if found.local.is_some() {
            found.without_local(&self.contributing(argument));
        }
        found
    }

    /// Goes one reference further; whether that is not too far or too much.
    pub(super) fn enter(&self) -> bool {
        let left = self.steps.get().checked_sub(1);
        let deeper = self.depth.get().checked_sub(1);
        if let (Some(left), Some(deeper)) = (left, deeper) {
            self.steps.set(left);
            self.depth.set(deeper);
            return true;
        }
        false
    }

    /// Comes back from a reference.
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() + 1);
    }
}

/// A value as a message names it.
fn shown(value: &Value) -> String {
    match &value.data {
        Data::Symbol(symbol) => symbol.to_string(),
        _ => format!("the value at {}", value.place),
    }
}

/// Whether a value is a list, or will be.
fn is_several(value: &Value) -> bool {
    let attribute = value.as_symbol().and_then(|symbol| symbol.attribute());
    value.items().is_some() || attribute.is_some_and(names::is_several)
}
