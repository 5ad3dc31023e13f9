//! Evaluation: what the expressions of one root come to.
//!
//! Everything is evaluated when it is asked for, and once. An expression comes to a value, which
//! may be unknown or a symbol, or it fails as it would in Terraform; the difference matters to
//! `try` and `can` alone.

mod body;
mod convert;
mod dependencies;
mod expansion;
mod expression;
mod functions;
mod identity;
mod operators;
mod policy_document;
mod provider;
mod reference;
mod resource;
mod scope;
mod template;
mod types;
mod variable;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::Node;
use super::module::{Declared, ResourceName};
use super::variables::Given;
use crate::iac::budget::Budget;
pub use crate::iac::budget::Limits;
use crate::iac::files::Files;
use crate::iac::memo::Memo;
use crate::iac::place::Place;
use crate::iac::value::{Data, Value};

pub(in crate::iac) use expansion::Each;
pub(in crate::iac) use identity::canonical;
pub(in crate::iac) use policy_document::policy_document;
pub(in crate::iac) use provider::{CREDENTIALS, account_of, hidden};
pub(in crate::iac) use scope::{Names, Scope};

use dependencies::Hop;
use expansion::Expansion;
use provider::Provider;

/// Which module instance of a root.
pub(in crate::iac) type ModuleId = usize;

/// The root itself.
pub(in crate::iac) const ROOT: ModuleId = 0;

/// What an expression comes to.
pub(in crate::iac) type Evaluated = Result<Value, Failure>;

/// Why Terraform would refuse an expression, and which.
#[derive(Debug, Clone)]
pub(in crate::iac) struct Failure {
    pub(in crate::iac) message: String,
    pub(in crate::iac) place: Place,
}

impl Failure {
    pub(in crate::iac) fn new(message: impl Into<String>, place: &Place) -> Self {
        Self {
            message: message.into(),
            place: place.clone(),
        }
    }

    /// The value that stands where the failure was not caught.
    pub(in crate::iac) fn into_unknown(self) -> Value {
        Value::unknown(
            format!("it cannot be evaluated: {}", self.message),
            self.place,
        )
    }
}

/// An instance of a module.
pub(in crate::iac) struct ModuleInstance<'a> {
    pub(in crate::iac) node: &'a Node,
    /// The address, empty for the root: `module.zones["a"]`.
    pub(in crate::iac) address: Arc<str>,
    /// The call that made it, and from where.
    pub(in crate::iac) called: Option<Called<'a>>,
}

/// Where a module instance was called from.
pub(in crate::iac) struct Called<'a> {
    pub(in crate::iac) by: ModuleId,
    pub(in crate::iac) call: &'a Declared,
    pub(in crate::iac) each: Each,
}

/// An instance of a resource.
pub(in crate::iac) struct ResourceInstance<'a> {
    pub(in crate::iac) module: ModuleId,
    pub(in crate::iac) name: ResourceName,
    pub(in crate::iac) declared: &'a Declared,
    pub(in crate::iac) each: Each,
    pub(in crate::iac) address: Arc<str>,
}

/// What an address stands for.
#[derive(Clone)]
enum Subject<'a> {
    Resource(Rc<ResourceInstance<'a>>),
    Module(ModuleId),
}

/// The state of the evaluation of one root.
pub(in crate::iac) struct Evaluation<'a> {
    files: &'a Files,
    given: &'a Given,
    root: Rc<ModuleInstance<'a>>,
    region: Option<Arc<str>>,
    budget: Budget,
    /// Whether a reference to what is not there would be caught, by `try` or `can`.
    guarded: Cell<bool>,
    /// The module instances that are called; the id of the first is 1.
    modules: RefCell<Vec<Rc<ModuleInstance<'a>>>>,
    subjects: RefCell<HashMap<Arc<str>, Subject<'a>>>,
    locals: Memo<(ModuleId, Arc<str>), Evaluated>,
    variables: Memo<(ModuleId, Arc<str>), Evaluated>,
    outputs: Memo<(ModuleId, Arc<str>), Evaluated>,
    attributes: Memo<(Arc<str>, Arc<str>), Evaluated>,
    calls: Memo<(ModuleId, Arc<str>), Rc<Expansion<ModuleId>>>,
    resources: Memo<(ModuleId, ResourceName), Rc<Expansion<Rc<ResourceInstance<'a>>>>>,
    providers: Memo<(ModuleId, Arc<str>, Arc<str>), Rc<Provider>>,
    hops: Memo<Hop, Rc<BTreeSet<Arc<str>>>>,
}

impl<'a> Evaluation<'a> {
    pub(in crate::iac) fn new(
        files: &'a Files,
        given: &'a Given,
        node: &'a Node,
        region: Option<Arc<str>>,
        limits: Limits,
    ) -> Self {
        let root = ModuleInstance {
            node,
            address: "".into(),
            called: None,
        };
        Self {
            files,
            given,
            root: Rc::new(root),
            region,
            budget: Budget::new(limits),
            guarded: Cell::new(false),
            modules: RefCell::default(),
            subjects: RefCell::default(),
            locals: Memo::default(),
            variables: Memo::default(),
            outputs: Memo::default(),
            attributes: Memo::default(),
            calls: Memo::default(),
            resources: Memo::default(),
            providers: Memo::default(),
            hops: Memo::default(),
        }
    }

    /// The module instance of that id.
    pub(in crate::iac) fn module(&self, id: ModuleId) -> Rc<ModuleInstance<'a>> {
        let called = id.checked_sub(1).and_then(|index| {
            let modules = self.modules.borrow();
            modules.get(index).map(Rc::clone)
        });
        called.unwrap_or_else(|| Rc::clone(&self.root))
    }

    fn subject(&self, address: &str) -> Option<Subject<'a>> {
        self.subjects.borrow().get(address).cloned()
    }

    /// The value that stands where work or memory has run out.
    fn out_of_budget(&self, place: &Place) -> Value {
        Value::new(Data::Unknown(self.budget.why()), place.clone())
    }
}
