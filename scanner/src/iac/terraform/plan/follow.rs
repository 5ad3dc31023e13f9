//! References followed, through any number of arguments, variables and outputs, to what they lead
//! to.

use std::rc::Rc;
use std::sync::Arc;

use super::address::{self, Key, Step};
use super::configuration::{Module, references};
use super::links::{Found, Hop, Links};
use super::marks::Marks;
use super::names;
use super::planned::{ByKey, ModuleId, Planned, block_address};
use super::reference::{is_given, is_own_key, is_whole, split_key};
use crate::iac::json::Node;
use crate::iac::terraform::evaluate::{canonical, policy_document};
use crate::iac::terraform::module::{Mode, ResourceName};
use crate::iac::value::{Data, Symbol, Value};

const TOO_LONG: &str = "its references lead too far";

/// Where an expression stands, and what is asked of it.
#[derive(Clone, Copy)]
struct Asked<'p, 'a, 'q> {
    module: ModuleId,
    /// The block that the expression is of, with its `for_each`.
    block: Option<&'a Node>,
    /// Which instance of that block it is evaluated for.
    own: Option<&'p Key>,
    /// The key of the instance that is meant, where the reference does not say.
    key: Option<&'p Key>,
    /// What is asked of the value that the expression comes to.
    rest: &'q [Step],
    /// The argument that the value is for.
    argument: &'q str,
}

impl<'p, 'c, 'a> Links<'p, 'c, 'a> {
    /// Follows the references of an expression in the block of an instance.
    pub(super) fn follow(
        &self,
        planned: &'p Planned<'a>,
        expression: &'a Node,
        argument: &str,
        found: &mut Found,
    ) {
        let asked = Asked {
            module: planned.module,
            block: planned.block,
            own: planned.key.as_ref(),
            key: None,
            rest: &[],
            argument,
        };
        self.expression(expression, asked, found);
    }

    fn expression(&self, expression: &'a Node, asked: Asked<'p, 'a, '_>, found: &mut Found) {
        let references = references(expression);
        let by_own_key = references.iter().any(|steps| is_own_key(steps));
        let key = if by_own_key { asked.own } else { asked.key };
        let alone = references.iter().filter(|steps| !is_given(steps)).count() == 1;
        for mut steps in references {
            if !self.enter() {
                return found.obstacle(TOO_LONG);
            }
            // Of several things, or of an attribute, it is not known which part is asked for.
            if alone && is_whole(&steps) {
                steps.extend_from_slice(asked.rest);
            }
            self.reference(&steps, Asked { key, ..asked }, found);
            self.leave();
        }
    }

    fn reference(&self, steps: &[Step], asked: Asked<'p, 'a, '_>, found: &mut Found) {
        let [Step::Name(first), rest @ ..] = steps else {
            return;
        };
        let name = |mode, kind: &Arc<str>, name: &Arc<str>| ResourceName {
            mode,
            kind: Arc::clone(kind),
            name: Arc::clone(name),
        };
        match (first.as_ref(), rest) {
            _ if is_given(steps) => {}
            ("var" | "module", [Step::Name(name), rest @ ..]) => {
                let hop = Hop {
                    module: asked.module,
                    path: steps.to_vec(),
                    key: asked.key.cloned(),
                };
                let asked = Asked { rest, ..asked };
                match first.as_ref() {
                    _ if !found.is_new(hop) => {}
                    "var" => self.variable(name, asked, found),
                    _ => self.call(name, asked, found),
                }
            }
            ("each", [_, rest @ ..]) => {
                let block = asked.block;
                if let Some(for_each) = block.and_then(|block| block.get("for_each_expression")) {
                    let key = asked.own;
                    self.expression(for_each, Asked { key, rest, ..asked }, found);
                }
            }
            ("local", [Step::Name(name), ..]) => found.local(name),
            ("data", [Step::Name(kind), Step::Name(label), rest @ ..]) => {
                let name = name(Mode::Data, kind, label);
                self.resource(&name, Asked { rest, ..asked }, found);
            }
            (_, [Step::Name(label), rest @ ..]) => {
                let name = name(Mode::Managed, first, label);
                self.resource(&name, Asked { rest, ..asked }, found);
            }
            _ => found.obstacle(format!("the reference {first} is not understood")),
        }
    }

    /// A variable: of a module what its call gives. The values of the root's are given already.
    fn variable(&self, name: &str, asked: Asked<'p, 'a, '_>, found: &mut Found) {
        let module = self.planned.module(asked.module);
        let Some(called) = module.and_then(|module| module.called.as_ref()) else {
            return;
        };
        let call = called.call.map(|call| call.node);
        let given = call.and_then(|call| call.get("expressions")?.get(name));
        if let Some(given) = given {
            let asked = Asked {
                module: called.by,
                block: call,
                own: called.key.as_ref(),
                ..asked
            };
            self.expression(given, asked, found);
        }
    }

    /// An output of a called module. Where the reference does not say which, it is the one that
    /// the argument can hold.
    fn call(&self, name: &Arc<str>, asked: Asked<'p, 'a, '_>, found: &mut Found) {
        let (written, rest) = split_key(asked.rest);
        let instances = self.planned.called(asked.module, name);
        let id = match chosen(instances, written, asked.key) {
            Ok(Some(id)) => id,
            Ok(None) => return,
            Err(count) => {
                return found.obstacle(format!(
                    "it comes from one of the {count} instances of module.{name}, and the plan \
                     does not say which"
                ));
            }
        };
        let Some(module) = self.planned.module(id).and_then(|module| module.module) else {
            return found.obstacle(format!("the plan does not have module.{name}"));
        };
        let within = Asked {
            module: id,
            block: None,
            own: None,
            ..asked
        };
        if let [Step::Name(output), rest @ ..] = rest {
            return match module.output(output) {
                Some(expression) => self.expression(expression, Asked { rest, ..within }, found),
                None => found.obstacle(format!("module.{name} has no output {output}")),
            };
        }
        let held = self.held(module, within);
        if held.is_empty() {
            found.made_from(format!("module.{name}"));
        }
        for value in held.iter() {
            found.value(value.clone());
        }
    }

    /// What the outputs of a module come to that the argument can hold.
    fn held(&self, module: &'p Module<'a>, asked: Asked<'p, 'a, '_>) -> Rc<Vec<Value>> {
        let key = (asked.module, Arc::from(asked.argument), asked.key.cloned());
        let go_through = || {
            let outputs = module.outputs().filter_map(|name| module.output(name));
            let values = outputs.filter_map(|expression| {
                let mut found = Found::default();
                let asked = Asked { rest: &[], ..asked };
                self.expression(expression, asked, &mut found);
                found.only().ok()
            });
            Rc::new(values.collect())
        };
        self.outputs.get(key, Rc::default, go_through)
    }

    fn resource(&self, name: &ResourceName, asked: Asked<'p, 'a, '_>, found: &mut Found) {
        let (written, rest) = split_key(asked.rest);
        let instances = self.planned.of(asked.module, name);
        match chosen(instances, written, asked.key) {
            // Nothing comes of what there is none of.
            Ok(index) => {
                if let Some(planned) = index.and_then(|index| self.planned.instance(index)) {
                    self.attribute(planned, rest, asked.argument, found);
                }
            }
            Err(count) => {
                let address = block_address("", name);
                found.obstacle(format!(
                    "it comes from one of the {count} instances of {address}, and the plan does \
                     not say which"
                ));
            }
        }
    }

    /// An attribute of an instance, for an argument. Where the reference does not say which, it is
    /// the one that the argument can hold.
    fn attribute(
        &self,
        planned: &'p Planned<'a>,
        path: &[Step],
        argument: &str,
        found: &mut Found,
    ) {
        let kind = &planned.name.kind;
        let (name, rest) = match path {
            [Step::Name(name), rest @ ..] => (Arc::from(canonical(kind, name)), rest),
            _ => match attribute_for(planned, argument) {
                Some(name) => (name, &[][..]),
                None => return found.made_from(&planned.address),
            },
        };
        if is_policy(planned, &name) {
            let place = self.planned.document.place(planned.address_span);
            return match names::holds(argument, &name) {
                true => found.value(policy_document(&self.body(planned), &place)),
                false => found.made_from(format!("{}.{name}", planned.address)),
            };
        }
        let unknown = planned.unknown.and_then(|unknown| unknown.get(&name));
        if !is_unknown(Marks(unknown), rest) {
            return;
        }
        let block = planned.block.and_then(|block| block.get("expressions"));
        let only = match block.and_then(|expressions| expressions.get(&name)) {
            Some(set) if rest.is_empty() => self.set(planned, set, &name),
            _ => {
                let attribute = Symbol::of(Arc::clone(&planned.address)).member(&name);
                let symbol = rest.iter().fold(attribute, |symbol, step| match step {
                    Step::Name(name) => symbol.member(name),
                    Step::Key(Key::Index(index)) => symbol.element(&index.to_string(), false),
                    Step::Key(Key::Name(key)) => symbol.element(key, true),
                });
                let place = self.planned.document.place(planned.address_span);
                Ok(Value::new(Data::Symbol(symbol), place))
            }
        };
        match only {
            Ok(value) => {
                let symbol = value.as_symbol();
                let held = |symbol: &&Symbol| {
                    let attribute = symbol.attribute();
                    attribute.is_none_or(|attribute| names::holds(argument, attribute))
                };
                match symbol.filter(|symbol| !held(symbol)) {
                    Some(other) => found.made_from(other),
                    None => found.value(value),
                }
            }
            Err(why) => found.obstacle(why),
        }
    }

    /// What an attribute comes to that the configuration sets.
    fn set(
        &self,
        planned: &'p Planned<'a>,
        expression: &'a Node,
        name: &Arc<str>,
    ) -> Result<Value, String> {
        let key = (Arc::clone(&planned.address), Arc::clone(name));
        let circular = || Err("its references lead back to itself".to_owned());
        let resolve = || self.resolve(planned, &[expression], name).only();
        self.attributes.get(key, circular, resolve)
    }

    /// What may contribute to a value for an argument, of all that contributes to any change
    /// (Terraform documentation, "JSON Output Format", `relevant_attributes`).
    pub(super) fn contributing(&self, argument: &str) -> Rc<Found> {
        if let Some(known) = self.contributing.borrow().get(argument) {
            return Rc::clone(known);
        }
        // What is asked for while this is worked out goes without it.
        let none = Rc::new(Found::default());
        let mut memo = self.contributing.borrow_mut();
        memo.insert(argument.into(), none);
        drop(memo);
        let mut found = Found::default();
        for relevant in self.planned.document.items(&["relevant_attributes"]) {
            let resource = relevant.get("resource").and_then(Node::as_str);
            let Some(steps) = resource.and_then(|text| address::parse(text)) else {
                continue;
            };
            let path = relevant.get("attribute").map_or(&[][..], Node::items);
            let path: Vec<Step> = path
                .iter()
                .filter_map(|step| Some(Step::Name(Arc::clone(step.as_str()?))))
                .collect();
            for planned in self.planned.matching(&steps) {
                if !self.enter() {
                    found.obstacle(TOO_LONG);
                    break;
                }
                let mut one = Found::default();
                self.attribute(planned, &path, argument, &mut one);
                self.leave();
                if let Ok(only) = one.only() {
                    found.value(only);
                }
            }
        }
        let found = Rc::new(found);
        let mut memo = self.contributing.borrow_mut();
        memo.insert(argument.into(), Rc::clone(&found));
        found
    }
}

/// The instance that is meant, if there is any: the one with the key that is written, the only
/// one, or the one with the key that is implied. `Err` with how many there are otherwise.
fn chosen(
    instances: Option<&ByKey>,
    written: Option<&Key>,
    implied: Option<&Key>,
) -> Result<Option<usize>, usize> {
    let Some(instances) = instances else {
        return Ok(None);
    };
    let with = |key: &Key| instances.get(&Some(key.clone())).copied();
    if let Some(key) = written {
        return Ok(with(key));
    }
    let mut each = instances.values();
    match (each.next(), each.next()) {
        (Some(only), None) => Ok(Some(*only)),
        _ => match implied.and_then(with) {
            Some(instance) => Ok(Some(instance)),
            None => Err(instances.len()),
        },
    }
}

/// The attribute of an instance that an argument can hold, if it is one that is not known.
fn attribute_for(planned: &Planned, argument: &str) -> Option<Arc<str>> {
    let kind = &planned.name.kind;
    if planned.name.mode == Mode::Data && kind.as_ref() == POLICY_DOCUMENT {
        return Some("json".into());
    }
    let unknown = planned.unknown.map_or(&[][..], Node::members).iter();
    let unknown = unknown.filter(|member| member.value.is_true());
    let mut names: Vec<&str> = unknown
        .map(|member| canonical(kind, &member.name))
        .filter(|name| names::holds(argument, name))
        .collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [only] => Some((*only).into()),
        // `key_id` is held by its own name, and by another.
        _ => names.contains(&"key_id").then(|| "key_id".into()),
    }
}

/// Whether a part of what has marks is marked.
fn is_unknown(marks: Marks, path: &[Step]) -> bool {
    if marks.whole() {
        return true;
    }
    match path {
        [Step::Name(name), rest @ ..] | [Step::Key(Key::Name(name)), rest @ ..] => {
            is_unknown(Marks(marks.0.and_then(|node| node.get(name))), rest)
        }
        [Step::Key(Key::Index(index)), rest @ ..] => {
            let index = usize::try_from(*index).unwrap_or(usize::MAX);
            is_unknown(marks.item(index), rest)
        }
        [] => false,
    }
}

const POLICY_DOCUMENT: &str = "aws_iam_policy_document";

/// Whether an attribute is the policy document that a data source makes after apply.
fn is_policy(planned: &Planned, attribute: &str) -> bool {
    let json = matches!(attribute, "json" | "minified_json");
    let source = planned.name.mode == Mode::Data && planned.name.kind.as_ref() == POLICY_DOCUMENT;
    let unknown = planned.unknown.and_then(|unknown| unknown.get(attribute));
    json && source && Marks(unknown).whole()
}
