//! CloudFormation: templates read and evaluated to resources.

mod evaluate;
mod parameters;
mod read;
mod resource;
mod syntax;
mod template;

pub use crate::iac::budget::Limits;
pub use parameters::Parameters;
pub use read::{Options, Reading, read};
pub use resource::{Condition, Property, Resource, Template};
