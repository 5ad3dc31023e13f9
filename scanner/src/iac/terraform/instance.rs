//! What a root comes to: instances of resources with their evaluated bodies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use super::module::Mode;
use crate::iac::place::Place;
use crate::iac::value::{Data, Value};
use crate::inventory::Unknown;

/// An instance of a resource or data source.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The address within the root: `module.zones["a"].aws_route53_zone.main[0]`. One that stands
    /// for however many there are ends in `[*]`.
    pub address: Arc<str>,
    /// Whether it is made or only looked up.
    pub mode: Mode,
    /// The type: `aws_route53_zone`.
    pub kind: Arc<str>,
    /// The name in the configuration.
    pub name: Arc<str>,
    /// Why it is not known how many such instances there are, if it is not: there may be none.
    pub multiplicity: Option<Arc<Unknown>>,
    /// What decides how many there are, where that is not known: of instances with the same there
    /// are as many.
    pub condition: Option<Arc<str>>,
    /// The header of its block.
    pub header: Place,
    /// The headers of the module calls that lead to it, the root's first.
    pub calls: Vec<Place>,
    /// The region that it lives in: its own, or its provider's.
    pub region: Value,
    /// The account that it lives in: twelve digits, or a symbol that is equal for equal
    /// credentials.
    pub account: Value,
    /// The arguments and nested blocks. Arguments that speak to Terraform are not among them.
    pub body: Body,
    /// Whether `lifecycle` has `prevent_destroy`, if it says so.
    pub prevent_destroy: Option<Value>,
    /// The resources that it refers to or names in `depends_on`, and those that its modules do,
    /// by address without index: `module.zones["a"].aws_route53_zone.main`.
    pub depends_on: BTreeSet<Arc<str>>,
}

/// A call of a module that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadCall {
    /// The address of the call within the root: `module.dnssec`.
    pub address: String,
    /// The resources that its arguments refer to, by address without index: there may be others
    /// beside them in the module.
    pub given: BTreeSet<Arc<str>>,
    /// Why it was not read.
    pub why: String,
}

/// Arguments and nested blocks.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The arguments by name.
    pub arguments: BTreeMap<Arc<str>, Box<Argument>>,
    /// The nested blocks in the order of the file; those of `dynamic` among them.
    pub blocks: Vec<Block>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// What it comes to, with the place of the expression that it came from: perhaps the default
    /// of a variable in another file.
    pub value: Value,
    /// Where it is set in the block: from its name to the end of its expression.
    pub place: Place,
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The kind of block.
    pub kind: Arc<str>,
    /// Its labels.
    pub labels: Box<[Arc<str>]>,
    /// Its header.
    pub header: Place,
    /// Why it is not known how many such blocks there are, if it is not: there may be none.
    pub multiplicity: Option<Arc<Unknown>>,
    /// What is in it.
    pub body: Body,
}

impl Body {
    /// What the argument comes to, if it is set.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.arguments.get(name).map(|argument| &argument.value)
    }

    /// The blocks of a kind. An argument of that name that holds an object or a list of them
    /// stands for blocks too, as the JSON syntax writes them. `Err` where it is not known which
    /// blocks there are.
    ///
    /// # Errors
    /// Why the argument that stands for the blocks is not known.
    pub fn blocks(&self, kind: &str) -> Result<Vec<Block>, Arc<Unknown>> {
        let named = self
            .blocks
            .iter()
            .filter(|block| block.kind.as_ref() == kind);
        let mut blocks: Vec<Block> = named.cloned().collect();
        if let Some(argument) = self.arguments.get(kind) {
            let value = &argument.value;
            match &value.data {
                Data::Object(_) => blocks.push(block_of(kind, value, &argument.place)),
                Data::List(list) | Data::Set(list) => {
                    for item in list.items() {
                        match &item.data {
                            Data::Unknown(why) => return Err(Arc::clone(why)),
                            _ => blocks.push(block_of(kind, item, &argument.place)),
                        }
                    }
                }
                Data::Unknown(why) => return Err(Arc::clone(why)),
                _ => {}
            }
        }
        Ok(blocks)
    }
}

/// The block that an object stands for.
fn block_of(kind: &str, value: &Value, argument: &Place) -> Block {
    let members = value.members().into_iter().flatten();
    let arguments = members.map(|(name, value)| {
        let argument = Argument {
            value: value.clone(),
            place: value.place.clone(),
        };
        (Arc::clone(name), Box::new(argument))
    });
    Block {
        kind: kind.into(),
        labels: Box::default(),
        header: argument.clone(),
        multiplicity: None,
        body: Body {
            arguments: arguments.collect(),
            blocks: Vec::new(),
        },
    }
}
