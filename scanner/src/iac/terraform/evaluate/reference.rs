//! References to named values (Terraform documentation, "References to Named Values").

use std::path::{Component, Path};
use std::sync::Arc;

use super::convert::Stop;
use super::expression::settle;
use super::{Each, Evaluated, Evaluation, Failure, ModuleId, Scope};
use crate::iac::place::Place;
use crate::iac::terraform::module::{Mode, ResourceName};
use crate::iac::terraform::syntax::{Expr, ExprKind};
use crate::iac::value::{Data, Value};

impl<'a> Evaluation<'a> {
    /// What a bare name comes to: only loops give such names a meaning.
    pub(super) fn name(&self, name: &str, scope: &Scope, place: Place) -> Evaluated {
        match scope.named(name) {
            Some(value) => Ok(value.clone()),
            None => Err(Failure::new(format!("`{name}` means nothing here"), &place)),
        }
    }

    /// What `base.name` comes to if it refers to a named value; `None` if it asks a value for its
    /// attribute.
    pub(super) fn reference(
        &self,
        base: &Expr,
        name: &Arc<str>,
        expr: &Expr,
        scope: &Scope,
    ) -> Option<Evaluated> {
        let place = || scope.place(expr.span);
        if let ExprKind::GetAttr(root, kind) = &base.kind {
            let mode = match root.as_name()?.as_ref() {
                "data" => Mode::Data,
                "resource" => Mode::Managed,
                _ => return None,
            };
            return match scope.named(root.as_name()?) {
                Some(_) => None,
                None => Some(self.resource_value(scope.module, mode, kind, name, place())),
            };
        }
        let root = base.as_name()?;
        if scope.named(root).is_some() {
            return None;
        }
        let value = match root.as_ref() {
            "var" => self.variable(scope.module, name, place()),
            "local" => self.local(scope.module, name, place()),
            "module" => self.module_value(scope.module, name, place()),
            "each" | "count" => each(root, name, scope, place()),
            "path" => self.path(scope.module, name, place()),
            "terraform" | "tofu" if name.as_ref() == "workspace" => Ok(Value::unknown(
                "terraform.workspace is chosen when Terraform runs",
                place(),
            )),
            "self" => Ok(Value::unknown("`self` is known only after apply", place())),
            "data" | "resource" | "ephemeral" => return None,
            kind => {
                let kind: Arc<str> = kind.into();
                self.resource_value(scope.module, Mode::Managed, &kind, name, place())
            }
        };
        Some(value)
    }

    fn local(&self, module: ModuleId, name: &Arc<str>, place: Place) -> Evaluated {
        let node = self.module(module).node;
        let Some(local) = node.module.locals.get(name) else {
            return Err(Failure::new(format!("there is no local.{name}"), &place));
        };
        let circular = || {
            let message = format!("local.{name} refers to itself");
            Ok(Value::unknown(message, place.clone()))
        };
        self.locals.get((module, Arc::clone(name)), circular, || {
            self.evaluate(&local.attribute.expr, &Scope::of(module, &local.source))
        })
    }

    /// All instances of a module call: one, a list or an object of them.
    fn module_value(&self, module: ModuleId, name: &Arc<str>, place: Place) -> Evaluated {
        match self.call(module, name) {
            Some(expansion) => Ok(Value::new(expansion.value.clone(), place)),
            None => Err(Failure::new(format!("there is no module.{name}"), &place)),
        }
    }

    /// All instances of a resource: one, a list or an object of them.
    fn resource_value(
        &self,
        module: ModuleId,
        mode: Mode,
        kind: &Arc<str>,
        name: &Arc<str>,
        place: Place,
    ) -> Evaluated {
        let resource = ResourceName {
            mode,
            kind: Arc::clone(kind),
            name: Arc::clone(name),
        };
        match self.resource(module, &resource) {
            Some(expansion) => Ok(Value::new(expansion.value.clone(), place)),
            None => {
                // A file that could not be read may declare it, so it is not known not to exist.
                let message = format!("{kind}.{name} is not declared in the files that were read");
                Ok(Value::unknown(message, place))
            }
        }
    }

    /// What an output of a module instance comes to.
    pub(super) fn output(&self, module: ModuleId, name: &Arc<str>, place: Place) -> Evaluated {
        let node = self.module(module).node;
        let value = node.module.outputs.get(name);
        let Some((source, attribute)) = value.and_then(|output| output.argument("value")) else {
            let message = format!("the module has no output {name}");
            return Err(Failure::new(message, &place));
        };
        let circular = || {
            let message = format!("output {name} refers to itself");
            Ok(Value::unknown(message, place.clone()))
        };
        self.outputs.get((module, Arc::clone(name)), circular, || {
            self.evaluate(&attribute.expr, &Scope::of(module, source))
        })
    }

    /// `path.module` and the like. Terraform runs in the directory of the root, and paths are
    /// relative to it.
    fn path(&self, module: ModuleId, name: &str, place: Place) -> Evaluated {
        let path = match name {
            "module" => {
                let node = self.module(module).node;
                relative(&self.root.node.module.directory, &node.module.directory)
            }
            "root" => ".".to_owned(),
            "cwd" => {
                let message = "path.cwd is where Terraform runs";
                return Ok(Value::unknown(message, place));
            }
            _ => return Err(Failure::new(format!("there is no path.{name}"), &place)),
        };
        Ok(Value::new(Data::string(path), place))
    }
}

fn each(root: &str, name: &str, scope: &Scope, place: Place) -> Evaluated {
    let data = match (root, name, scope.each) {
        ("count", "index", Some(Each::Index(index))) => {
            Data::integer(i64::try_from(*index).unwrap_or(i64::MAX))
        }
        ("count", "index", Some(Each::Perhaps(_))) => Data::integer(0),
        ("each", "key", Some(Each::Key(key, _))) => Data::String(Arc::clone(key)),
        ("each", "value", Some(Each::Key(_, value))) => return Ok(value.clone()),
        (_, _, Some(Each::Any(why))) => Data::Unknown(Arc::clone(why)),
        _ => {
            return settle(
                Stop::failure(format!("{root}.{name} means nothing here")),
                &place,
            );
        }
    };
    Ok(Value::new(data, place))
}

/// The way from one directory to another.
fn relative(from: &Path, to: &Path) -> String {
    let mut from: Vec<Component> = from.components().collect();
    let mut to: Vec<Component> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    from.drain(..common);
    to.drain(..common);
    let up = from.iter().map(|_| "..".to_owned());
    let down = to
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let steps: Vec<String> = up.chain(down).collect();
    if steps.is_empty() {
        ".".to_owned()
    } else {
        steps.join("/")
    }
}
