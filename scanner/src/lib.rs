//! zonewarden proves, for every AWS account of an organisation, that its public DNS zones are
//! signed and that someone will be told before that breaks.
//!
//! Facts flow one way: [`inventory`] → [`derive`] → judgement → report.

pub mod collect;
pub mod derive;
pub mod inventory;
