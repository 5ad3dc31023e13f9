//! Attributes of resources: what the configuration says, and symbols for what only AWS will.

use std::sync::Arc;

use super::{Evaluated, Evaluation, ResourceInstance, Scope, Subject, identity};
use crate::iac::place::Place;
use crate::iac::terraform::module::Mode;
use crate::iac::value::{Data, Symbol, Value};

/// Arguments that speak to Terraform rather than to AWS.
pub(super) const META_ARGUMENTS: [&str; 8] = [
    "count",
    "for_each",
    "provider",
    "providers",
    "depends_on",
    "lifecycle",
    "provisioner",
    "connection",
];

impl<'a> Evaluation<'a> {
    /// An attribute of what a symbol stands for.
    pub(super) fn attribute_of_symbol(
        &self,
        symbol: &Symbol,
        name: &str,
        place: Place,
    ) -> Evaluated {
        let subject = if symbol.path().is_empty() {
            self.subject(symbol.subject())
        } else {
            None
        };
        match subject {
            Some(Subject::Module(module)) => self.output(module, &name.into(), place),
            Some(Subject::Resource(instance)) => self.attribute(&instance, name, place),
            None if !self.budget.bytes(symbol.path().len() + name.len()) => {
                Ok(self.out_of_budget(&place))
            }
            None => Ok(Value::new(Data::Symbol(symbol.member(name)), place)),
        }
    }

    /// An attribute of a resource instance.
    fn attribute(&self, instance: &ResourceInstance<'a>, name: &str, place: Place) -> Evaluated {
        let name = identity::canonical(&instance.name.kind, name);
        let symbol = || {
            let symbol = Symbol::of(Arc::clone(&instance.address)).member(name);
            Value::new(Data::Symbol(symbol), place.clone())
        };
        let key = (Arc::clone(&instance.address), Arc::from(name));
        let circular = || {
            let message = format!("{} refers to itself", instance.address);
            Ok(Value::unknown(message, place.clone()))
        };
        let stated = self
            .attributes
            .get(key, circular, || self.stated(instance, name))?;
        // What is set to null is left to AWS, like what is not set.
        Ok(if stated.is_null() { symbol() } else { stated })
    }

    /// What the configuration says of an attribute; null if nothing.
    fn stated(&self, instance: &ResourceInstance<'a>, name: &str) -> Evaluated {
        let declared = instance.declared;
        if instance.name.mode == Mode::Data
            && let Some(value) = self.looked_up(instance, name)
        {
            return Ok(value);
        }
        if META_ARGUMENTS.contains(&name) {
            return Ok(Value::new(Data::Null, declared.place()));
        }
        if let Some((source, attribute)) = declared.argument(name) {
            let scope = Scope::of(instance.module, source).with_each(&instance.each);
            return self.evaluate(&attribute.expr, &scope);
        }
        let blocks = self.blocks_as_value(instance, name);
        Ok(blocks.unwrap_or_else(|| Value::new(Data::Null, declared.place())))
    }

    /// What a data source says without asking AWS.
    fn looked_up(&self, instance: &ResourceInstance<'a>, name: &str) -> Option<Value> {
        let provider = || self.provider_of(instance);
        let value = match (instance.name.kind.as_ref(), name) {
            ("aws_iam_policy_document", "json" | "minified_json") => self.policy_document(instance),
            ("aws_caller_identity", "account_id" | "id") => provider().account.clone(),
            ("aws_region", "name" | "region" | "id") => {
                let declared = instance.declared;
                let stated = declared.argument("region");
                match stated.or_else(|| declared.argument("name")) {
                    Some((source, attribute)) => {
                        let scope = Scope::of(instance.module, source).with_each(&instance.each);
                        self.value(&attribute.expr, &scope)
                    }
                    None => provider().region.clone(),
                }
            }
            ("aws_partition", "partition" | "id") => provider().partition.clone(),
            _ => return None,
        };
        Some(value)
    }
}
