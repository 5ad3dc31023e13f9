//! zonewarden proves, for every AWS account of an organisation, that its public DNS zones are
//! signed and that someone will be told before that breaks.
//!
//! Facts flow one way: [`collect`] → [`inventory`] → [`derive`] → [`evaluate`] → report.

pub mod cli;
pub mod collect;
pub mod derive;
pub mod dns;
pub mod evaluate;
pub mod iac;
pub mod inventory;
mod toml_error;
