//! What names mean where an expression stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Each, ModuleId};
use crate::iac::place::{Place, Source, Span};
use crate::iac::value::Value;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(in crate::iac) struct Scope<'s> {
    pub(in crate::iac) module: ModuleId,
    pub(in crate::iac) source: &'s Arc<Source>,
    /// What `each` and `count` mean.
    pub(in crate::iac) each: Option<&'s Each>,
    /// The names that loops give.
    pub(in crate::iac) names: Option<&'s Names<'s>>,
    /// The names that a template file is given.
    pub(in crate::iac) given: Option<&'s BTreeMap<Arc<str>, Value>>,
    /// The item of the splat that the expression stands in.
    pub(in crate::iac) item: Option<&'s Value>,
}

/// A name that a loop gives, and those of the loops around it.
pub(in crate::iac) struct Names<'s> {
    pub(in crate::iac) name: &'s str,
    pub(in crate::iac) value: Value,
    pub(in crate::iac) outer: Option<&'s Self>,
}

impl<'s> Scope<'s> {
    /// The scope of a file of a module.
    pub(in crate::iac) fn of(module: ModuleId, source: &'s Arc<Source>) -> Self {
        Self {
            module,
            source,
            each: None,
            names: None,
            given: None,
            item: None,
        }
    }

    pub(in crate::iac) fn with_each(self, each: &'s Each) -> Self {
        Self {
            each: Some(each),
            ..self
        }
    }

    pub(in crate::iac) fn with_names(self, names: &'s Names<'s>) -> Self {
        Self {
            names: Some(names),
            ..self
        }
    }

    pub(in crate::iac) fn with_item(self, item: &'s Value) -> Self {
        Self {
            item: Some(item),
            ..self
        }
    }

    pub(in crate::iac) fn place(&self, span: Span) -> Place {
        span.of(self.source)
    }

    /// What a loop or the caller of the template gives for the name.
    pub(in crate::iac) fn named(&self, name: &str) -> Option<&'s Value> {
        let mut names = self.names;
        while let Some(given) = names {
            if given.name == name {
                return Some(&given.value);
            }
            names = given.outer;
        }
        self.given?.get(name)
    }
}
