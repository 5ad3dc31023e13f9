//! `zonewarden rules`: what the rules are, whether they do what they say, and how one begins.

mod about;
mod explain;
mod list;
mod new;
mod schema;
mod test;

use clap::Subcommand;

use super::config::Config;
use super::{End, Fault};
use crate::evaluate::Scope;

/// The subcommands of `zonewarden rules`.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Every rule: those that ship, and your own
    List(list::Arguments),
    /// All about one rule
    Explain(explain::Arguments),
    /// Run the tests of rules: the cases beside them, with each fact of each knocked out, and `test_` rules of Rego
    Test(test::Arguments),
    /// Begin a rule: its Rego with METADATA, and a case of each outcome
    New(new::Arguments),
    /// Print the JSON Schema of what rules of a scope are given
    Schema(schema::Arguments),
}

pub(super) fn run(
    command: RulesCommand,
    config: impl FnOnce() -> Result<Config, Fault>,
) -> Result<End, Fault> {
    match command {
        RulesCommand::List(arguments) => list::run(arguments, &config()?),
        RulesCommand::Explain(arguments) => explain::run(&arguments, &config()?),
        RulesCommand::Test(arguments) => test::run(&arguments, &config()?),
        RulesCommand::New(arguments) => new::run(&arguments),
        RulesCommand::Schema(arguments) => schema::run(&arguments),
    }
}

/// How rules are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    Table,
    /// For programs
    Json,
}

/// The scope of a name.
fn scope(text: &str) -> Result<Scope, String> {
    let mut scopes = Scope::ALL.into_iter();
    scopes.find(|scope| scope.as_str() == text).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
        format!("there is no such scope; give one of {}", known.join(", "))
    })
}
