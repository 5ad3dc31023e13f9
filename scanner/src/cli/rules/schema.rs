//! `zonewarden rules schema`: what rules are given.

use clap::Args;

use super::scope;
use crate::cli::output::print_json;
use crate::cli::{End, Fault};
use crate::evaluate::{Scope, input_schema};

/// The arguments of `zonewarden rules schema`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The scope: zone, ksk, key, alarm, registration, vpcs, account, organization
    #[arg(value_name = "SCOPE", value_parser = scope)]
    scope: Scope,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Fault> {
    print_json(&input_schema(arguments.scope))?;
    Ok(End::Clean)
}
