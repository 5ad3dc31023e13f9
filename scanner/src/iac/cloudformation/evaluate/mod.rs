//! Evaluation: what the values of one template and its nested stacks come to.
//!
//! Everything is evaluated when it is asked for; parameters, conditions and outputs once. Where
//! CloudFormation would refuse a template, or a value is known only to AWS, the value is unknown
//! or a symbol, and the rest is evaluated all the same.

mod condition;
mod declaration;
mod dependencies;
mod expression;
mod intrinsic;
mod nested;
mod parameter;
mod reference;
mod resource;
mod text;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::exception;
use super::parameters::Given;
use super::read::Options;
use super::syntax::Node;
use super::template::Template;
use crate::iac::budget::Budget;
use crate::iac::exception::Exceptions;
use crate::iac::files::Files;
use crate::iac::memo::Memo;
use crate::iac::place::Place;
use crate::iac::problem::Problem;
use crate::iac::value::{Data, Value};
use crate::inventory::{Reason, Unknown};

use condition::Truth;
use declaration::{Entries, Section};

pub(super) use resource::evaluate;

/// Which stack of an evaluation.
type StackId = usize;

/// A template as it is deployed: by itself, or nested in another.
struct Stack {
    id: StackId,
    template: Rc<Template>,
    /// What stands before the logical ids of its resources: `Dns.`; nothing for the outermost.
    prefix: Arc<str>,
    /// What nests it.
    nested_by: Option<Nesting>,
}

/// How a stack is nested in another.
struct Nesting {
    /// Where the values of its parameters are evaluated.
    scope: Scope,
    /// The values of its parameters.
    parameters: Option<Rc<Node>>,
    /// Headers of the stack resources that lead to it, the outermost first.
    calls: Vec<Place>,
    /// Why it is not known whether it is made, if it is not.
    multiplicity: Option<Arc<Unknown>>,
    /// What is made before it.
    depends_on: BTreeSet<Arc<str>>,
}

/// Where a value is evaluated: in a stack, within loops.
#[derive(Clone)]
struct Scope {
    stack: Rc<Stack>,
    loops: Option<Rc<Loop>>,
}

/// One turn of an `Fn::ForEach`.
struct Loop {
    identifier: Arc<str>,
    value: Value,
    outer: Option<Rc<Self>>,
}

/// The state of the evaluation of one template.
pub(super) struct Evaluation<'a> {
    files: &'a Files,
    options: &'a Options,
    given: &'a Given,
    budget: Budget,
    stacks: RefCell<usize>,
    sections: Memo<(StackId, Section), Entries>,
    parameters: Memo<(StackId, Arc<str>), Option<Value>>,
    conditions: Memo<(StackId, Arc<str>), Truth>,
    outputs: Memo<(StackId, Arc<str>), Option<Value>>,
    nested: Memo<Arc<str>, Option<Rc<Stack>>>,
    templates: RefCell<HashMap<PathBuf, Option<Rc<Template>>>>,
    /// Why there may be more resources than are found.
    more: RefCell<Vec<Arc<Unknown>>>,
    problems: RefCell<Vec<Problem>>,
    /// The files of nested stacks.
    nested_files: RefCell<BTreeSet<PathBuf>>,
    exceptions: RefCell<Exceptions>,
}

/// What was found on the way.
pub(super) struct Found {
    /// The files of the stacks that were found nested.
    pub(super) nested_files: BTreeSet<PathBuf>,
    /// What the template and those nested in it ask to accept.
    pub(super) exceptions: Exceptions,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(files: &'a Files, options: &'a Options, given: &'a Given) -> Self {
        Self {
            files,
            options,
            given,
            budget: Budget::new(options.limits),
            stacks: RefCell::new(0),
            sections: Memo::default(),
            parameters: Memo::default(),
            conditions: Memo::default(),
            outputs: Memo::default(),
            nested: Memo::default(),
            templates: RefCell::default(),
            more: RefCell::default(),
            problems: RefCell::default(),
            nested_files: RefCell::default(),
            exceptions: RefCell::default(),
        }
    }

    /// Adds what a template asks to accept.
    pub(super) fn take_exceptions(&self, template: &Template) {
        let mut exceptions = self.exceptions.borrow_mut();
        exceptions.add(&template.source, &exception::directives(template));
    }

    pub(super) fn finish(self) -> Found {
        Found {
            nested_files: self.nested_files.into_inner(),
            exceptions: self.exceptions.into_inner(),
            problems: self.problems.into_inner(),
        }
    }

    fn stack(&self, template: Rc<Template>, prefix: Arc<str>, by: Option<Nesting>) -> Rc<Stack> {
        let mut stacks = self.stacks.borrow_mut();
        *stacks += 1;
        Rc::new(Stack {
            id: *stacks,
            template,
            prefix,
            nested_by: by,
        })
    }

    /// The value that stands where work or memory has run out.
    fn out_of_budget(&self, place: &Place) -> Value {
        Value::new(Data::Unknown(self.budget.why()), place.clone())
    }
}

impl Scope {
    fn of(stack: &Rc<Stack>) -> Self {
        Self {
            stack: Rc::clone(stack),
            loops: None,
        }
    }

    fn place(&self, node: &Node) -> Place {
        self.stack.template.place(node.span)
    }

    /// The value of a loop's identifier, the innermost loop first.
    fn looped(&self, identifier: &str) -> Option<&Value> {
        let mut turn = self.loops.as_ref();
        while let Some(inner) = turn {
            if inner.identifier.as_ref() == identifier {
                return Some(&inner.value);
            }
            turn = inner.outer.as_ref();
        }
        None
    }

    /// The address of a resource of the stack.
    fn address(&self, logical_id: &str) -> Arc<str> {
        format!("{}{logical_id}", self.stack.prefix).into()
    }
}

fn not_determined(detail: impl Into<String>) -> Arc<Unknown> {
    Arc::new(Unknown::because(Reason::NotDetermined, detail))
}
