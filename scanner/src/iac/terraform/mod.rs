//! Terraform: configurations read and evaluated to instances of resources.

mod calls;
mod evaluate;
mod instance;
mod module;
pub mod plan;
mod root;
mod syntax;
mod variables;

pub use evaluate::Limits;
pub use instance::{Argument, Block, Body, Instance, Mode, UnreadCall};
pub use root::{Options, Reading, Root, read};
pub use variables::Variables;

pub(in crate::iac) use module::is_configuration;
pub(in crate::iac) use syntax::is_readable;
