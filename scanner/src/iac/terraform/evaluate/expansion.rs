//! `count` and `for_each`: which instances a resource or module call has.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::convert::{self, Stop};
use super::{Called, Evaluation, ModuleId, ModuleInstance, ResourceInstance, Scope, Subject};
use crate::iac::terraform::calls;
use crate::iac::terraform::module::{Declared, Mode, ResourceName};
use crate::iac::terraform::syntax::{Expr, ExprKind};
use crate::iac::value::{Data, Symbol, Value};
use crate::inventory::{Reason, Unknown};

/// How many instances one resource or module call may have.
const MAX_INSTANCES: usize = 10_000;

/// How long a key of `for_each` may be, in bytes: it is part of many addresses.
const MAX_KEY: usize = 1_024;

/// How many module instances a root may have.
const MAX_MODULES: usize = 10_000;

/// Which of the instances it is, and what `each` and `count` mean in it.
#[derive(Debug, Clone)]
pub(in crate::iac) enum Each {
    /// The only one: there is neither `count` nor `for_each`.
    Only,
    /// One of `count`.
    Index(usize),
    /// One of `for_each`.
    Key(Arc<str>, Value),
    /// The one of `count` that there is or is not: that is not known, and why.
    Perhaps(Arc<Unknown>),
    /// One that stands for however many there are: that is not known, and why.
    Any(Arc<Unknown>),
}

/// The instances there are.
pub(super) struct Expansion<T> {
    pub(super) instances: Vec<T>,
    /// What a reference to all of them comes to.
    pub(super) value: Data,
}

impl Each {
    /// What follows the name in the address of the instance: `["a"]`. Of one that stands for
    /// however many there are it is `[*]`.
    fn suffix(&self) -> String {
        match self {
            Self::Only => String::new(),
            Self::Index(index) => format!("[{index}]"),
            Self::Key(key, _) => format!("[{key:?}]"),
            Self::Perhaps(_) => "[0]".to_owned(),
            Self::Any(_) => "[*]".to_owned(),
        }
    }
}

impl<'a> Evaluation<'a> {
    /// The instances of a resource of a module; `None` if the module declares none of that name.
    pub(super) fn resource(
        &self,
        module: ModuleId,
        name: &ResourceName,
    ) -> Option<Rc<Expansion<Rc<ResourceInstance<'a>>>>> {
        let node = self.module(module).node;
        let declared = node.module.resources.get(name)?;
        let expand = || {
            let prefix = self.module(module).address.to_string();
            let prefix = if prefix.is_empty() {
                prefix
            } else {
                prefix + "."
            };
            let data = if name.mode == Mode::Data { "data." } else { "" };
            let address = format!("{prefix}{data}{}.{}", name.kind, name.name);
            let make = |each, address: Arc<str>| {
                let instance = Rc::new(ResourceInstance {
                    module,
                    name: name.clone(),
                    declared,
                    each,
                    address: Arc::clone(&address),
                });
                let subject = Subject::Resource(Rc::clone(&instance));
                self.subjects.borrow_mut().insert(address, subject);
                instance
            };
            Rc::new(self.expand(module, declared, &address, make))
        };
        let circular = || {
            Rc::new(Expansion {
                instances: Vec::new(),
                value: Data::unknown(format!("{} depends on itself", name.name)),
            })
        };
        let key = (module, name.clone());
        Some(self.resources.get(key, circular, expand))
    }

    /// The instances of a module that a module calls; `None` if it makes no call of that name.
    pub(super) fn call(
        &self,
        module: ModuleId,
        name: &Arc<str>,
    ) -> Option<Rc<Expansion<ModuleId>>> {
        let caller = self.module(module);
        let node = caller.node;
        let call = node.module.calls.get(name)?;
        let not_there = |why: String| {
            Rc::new(Expansion {
                instances: Vec::new(),
                value: Data::unknown(format!("module {name} is not read: {why}")),
            })
        };
        let inner = match node.calls.get(name)? {
            calls::Called::Node(inner) => inner,
            calls::Called::Unresolved(why) => return Some(not_there(why.clone())),
        };
        let expand = || {
            let prefix = caller.address.to_string();
            let prefix = if prefix.is_empty() {
                prefix
            } else {
                prefix + "."
            };
            let address = format!("{prefix}module.{name}");
            let make = |each, address: Arc<str>| {
                let mut modules = self.modules.borrow_mut();
                modules.push(Rc::new(ModuleInstance {
                    node: inner,
                    address: Arc::clone(&address),
                    called: Some(Called {
                        by: module,
                        call,
                        each,
                    }),
                }));
                let id = modules.len();
                let subject = Subject::Module(id);
                self.subjects.borrow_mut().insert(address, subject);
                id
            };
            if self.modules.borrow().len() >= MAX_MODULES {
                return not_there(format!("the root has more than {MAX_MODULES} modules"));
            }
            Rc::new(self.expand(module, call, &address, make))
        };
        let circular = || not_there("it depends on itself".to_owned());
        Some(self.calls.get((module, Arc::clone(name)), circular, expand))
    }

    /// The instances of a resource of a module.
    pub(in crate::iac) fn instances_of(
        &self,
        module: ModuleId,
        name: &ResourceName,
    ) -> Vec<Rc<ResourceInstance<'a>>> {
        let expansion = self.resource(module, name);
        expansion.map_or_else(Vec::new, |expansion| expansion.instances.clone())
    }

    /// The instances of every module that a module calls.
    pub(in crate::iac) fn called_by(&self, module: ModuleId) -> Vec<ModuleId> {
        let node = self.module(module).node;
        let names = node.module.calls.keys();
        let calls = names.filter_map(|name| self.call(module, name));
        calls
            .flat_map(|expansion| expansion.instances.clone())
            .collect()
    }

    /// Why it is not known how many of an instance there are: it, or a module that it lies in,
    /// stands for however many there are.
    pub(in crate::iac) fn multiplicity(
        &self,
        resource: &ResourceInstance<'a>,
    ) -> Option<Arc<Unknown>> {
        let mut each = resource.each.clone();
        let mut module = self.module(resource.module);
        loop {
            if let Each::Any(why) | Each::Perhaps(why) = each {
                return Some(why);
            }
            let called = module.called.as_ref()?;
            each = called.each.clone();
            let by = called.by;
            module = self.module(by);
        }
    }

    /// What decides how many of an instance there are, where that is not known: the expressions of
    /// its own `count` or `for_each` and of those of its modules, each with the module that it is
    /// evaluated in. Of instances with the same there are as many.
    pub(in crate::iac) fn condition(&self, resource: &ResourceInstance<'a>) -> Option<Arc<str>> {
        let mut conditions = Vec::new();
        let mut each = resource.each.clone();
        let mut declared = resource.declared;
        let mut module = self.module(resource.module);
        loop {
            if let Each::Any(_) | Each::Perhaps(_) = each {
                let argument = declared.argument("count");
                let (source, attribute) = argument.or_else(|| declared.argument("for_each"))?;
                let place = attribute.expr.span.of(source);
                conditions.push(format!("{} {}", module.address, place.text()));
            }
            let Some(called) = &module.called else {
                break;
            };
            each = called.each.clone();
            declared = called.call;
            let by = called.by;
            module = self.module(by);
        }
        (!conditions.is_empty()).then(|| conditions.join("\n").into())
    }

    /// Makes the instances of a block, and the value of a reference to all of them.
    fn expand<T>(
        &self,
        module: ModuleId,
        declared: &Declared,
        address: &str,
        mut make: impl FnMut(Each, Arc<str>) -> T,
    ) -> Expansion<T> {
        let each = self.each(module, declared);
        let mut instances = Vec::new();
        let place = declared.place();
        let mut one = |each: Each| {
            let address: Arc<str> = format!("{address}{}", each.suffix()).into();
            instances.push(make(each, Arc::clone(&address)));
            Value::new(Data::Symbol(Symbol::of(address)), place.clone())
        };
        let value = match each {
            Ok(Instances::Only) => one(Each::Only).data,
            Ok(Instances::Count(count)) => {
                Data::list((0..count).map(|index| one(Each::Index(index))).collect())
            }
            Ok(Instances::Keys(keys)) => {
                let members = keys.into_iter().map(|(key, value)| {
                    let instance = one(Each::Key(Arc::clone(&key), value));
                    (key, instance)
                });
                Data::object(members.collect())
            }
            Ok(Instances::Perhaps(why)) => {
                one(Each::Perhaps(Arc::clone(&why)));
                Data::Unknown(why)
            }
            Err(why) => {
                one(Each::Any(Arc::clone(&why)));
                Data::Unknown(why)
            }
        };
        Expansion { instances, value }
    }

    /// What `count` or `for_each` of a block comes to.
    fn each(&self, module: ModuleId, declared: &Declared) -> Result<Instances, Arc<Unknown>> {
        let evaluate = |name| {
            let (source, attribute) = declared.argument(name)?;
            let value = self.evaluate(&attribute.expr, &Scope::of(module, source));
            Some(value.map_err(|failure| Stop::Failure(failure.message)))
        };
        let instances = if let Some(count) = evaluate("count") {
            match count.and_then(|value| self.count(&value)) {
                Err(Stop::Unknown(why)) if self.at_most_one(module, declared) => {
                    Ok(Instances::Perhaps(why))
                }
                counted => counted,
            }
        } else if let Some(keys) = evaluate("for_each") {
            keys.and_then(|value| for_each(&value))
        } else {
            Ok(Instances::Only)
        };
        instances.map_err(|stop| match stop {
            Stop::Unknown(why) => why,
            Stop::Failure(message) => {
                let message = format!("its instances cannot be counted: {message}");
                Arc::new(Unknown::because(Reason::NotDetermined, message))
            }
        })
    }

    /// Whether `count` is a choice between nothing and one.
    fn at_most_one(&self, module: ModuleId, declared: &Declared) -> bool {
        let Some((source, attribute)) = declared.argument("count") else {
            return false;
        };
        let mut expr = &attribute.expr;
        while let ExprKind::Parenthesis(inner) | ExprKind::Wrapped(inner) = &expr.kind {
            expr = inner;
        }
        let ExprKind::Conditional(parts) = &expr.kind else {
            return false;
        };
        let [_, then, otherwise] = &**parts;
        [then, otherwise].into_iter().all(|branch| {
            let value = self.value(branch, &Scope::of(module, source));
            matches!(convert::integer(&value), Ok(0 | 1))
        })
    }

    /// The instance that `base[0]` refers to, where it is not known whether there is one:
    /// where the reference is evaluated at all, there is.
    pub(super) fn perhaps(&self, base: &Expr, scope: &Scope) -> Option<Value> {
        let ExprKind::GetAttr(root, name) = &base.kind else {
            return None;
        };
        let module = scope.module;
        let (mode, kind) = match &root.kind {
            ExprKind::Variable(root) if root.as_ref() == "module" => {
                let expansion = self.call(module, name)?;
                let &[only] = expansion.instances.as_slice() else {
                    return None;
                };
                let instance = self.module(only);
                let Each::Perhaps(_) = instance.called.as_ref()?.each else {
                    return None;
                };
                let symbol = Symbol::of(Arc::clone(&instance.address));
                return Some(Value::new(Data::Symbol(symbol), scope.place(base.span)));
            }
            ExprKind::Variable(kind) => (Mode::Managed, kind),
            ExprKind::GetAttr(data, kind) if data.as_name()?.as_ref() == "data" => {
                (Mode::Data, kind)
            }
            _ => return None,
        };
        let name = ResourceName {
            mode,
            kind: Arc::clone(kind),
            name: Arc::clone(name),
        };
        match self.resource(module, &name)?.instances.as_slice() {
            [only] if matches!(only.each, Each::Perhaps(_)) => {
                let symbol = Symbol::of(Arc::clone(&only.address));
                Some(Value::new(Data::Symbol(symbol), scope.place(base.span)))
            }
            _ => None,
        }
    }

    fn count(&self, value: &Value) -> Result<Instances, Stop> {
        let count = convert::integer(value)?;
        match usize::try_from(count) {
            Ok(count) if count <= MAX_INSTANCES && self.budget.steps(count as u64) => {
                Ok(Instances::Count(count))
            }
            Ok(count) => Err(too_many(count)),
            Err(_) => Err(Stop::failure("`count` is negative or too large")),
        }
    }
}

enum Instances {
    Only,
    Count(usize),
    Perhaps(Arc<Unknown>),
    Keys(BTreeMap<Arc<str>, Value>),
}

/// The instances of `for_each` (Terraform documentation, "The for_each Meta-Argument": a map, or a
/// set of strings).
fn for_each(value: &Value) -> Result<Instances, Stop> {
    if let Some(why) = convert::not_known(value) {
        return Err(why);
    }
    let keys: BTreeMap<Arc<str>, Value> = match &value.data {
        Data::Object(object) => object.members().clone(),
        Data::Set(set) => {
            let keys = set
                .items()
                .iter()
                .map(|item| Ok((convert::key(item)?, item.clone())));
            keys.collect::<Result<_, Stop>>()?
        }
        _ => {
            let found = convert::kind(value);
            let message = format!("`for_each` takes a map or a set of texts, found {found}");
            return Err(Stop::Failure(message));
        }
    };
    if keys.len() > MAX_INSTANCES {
        return Err(too_many(keys.len()));
    }
    if keys.keys().any(|key| key.len() > MAX_KEY) {
        let message = format!("a key of `for_each` is longer than {MAX_KEY} bytes");
        return Err(Stop::unknown(message));
    }
    Ok(Instances::Keys(keys))
}

fn too_many(count: usize) -> Stop {
    Stop::unknown(format!("{count} instances are more than {MAX_INSTANCES}"))
}
