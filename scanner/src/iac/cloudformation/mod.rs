//! CloudFormation: templates read and evaluated to resources.

mod evaluate;
mod exception;
mod parameters;
mod read;
mod resource;
mod syntax;
mod template;

pub use crate::iac::budget::Limits;
pub use parameters::Parameters;
pub use read::{Options, Reading, read};
pub use resource::{Condition, Property, Resource, Template};

pub(in crate::iac) use read::may_be_template;
pub(in crate::iac) use template::{is_meant_as_template, is_template_text};
