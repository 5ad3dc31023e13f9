//! `zonewarden rules list`: every rule.

use std::io::Write as _;

use clap::Args;
use zonewarden_reports::{Severity, printable};

use super::Form;
use super::about::About;
use crate::cli::config::Config;
use crate::cli::output::print;
use crate::cli::policies::RuleArguments;
use crate::cli::{End, Fault};

/// The arguments of `zonewarden rules list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    rules: RuleArguments,
    /// How they are told
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Form,
}

pub(super) fn run(arguments: Arguments, config: &Config) -> Result<End, Fault> {
    let catalogue = arguments.rules.catalogue(config)?;
    let settings = config.settings(&catalogue)?;
    let chosen = catalogue.rules().iter();
    let about = chosen
        .filter(|rule| rule.left_out.is_none())
        .map(|rule| About::of(&catalogue, rule, &settings))
        .collect::<Result<Vec<_>, _>>()?;
    let mut out = Vec::new();
    match arguments.output {
        Form::Json => {
            serde_json::to_writer_pretty(&mut out, &about)?;
            writeln!(out)?;
        }
        Form::Table => {
            let widest = about.iter().map(|rule| rule.id.len()).max();
            let width = widest.unwrap_or_default();
            for severity in Severity::WORST_FIRST {
                let of = about
                    .iter()
                    .filter(|rule| rule.severity == severity.as_str());
                for rule in of {
                    let origin = match rule.origin.shipped {
                        true => String::new(),
                        false => format!("  ({})", rule.origin_in_words()),
                    };
                    writeln!(
                        out,
                        "{:<8}  {:<12}  {:<width$}  {}{}",
                        rule.severity,
                        rule.scope,
                        rule.id,
                        printable(rule.title),
                        printable(&origin)
                    )?;
                }
            }
        }
    }
    print(&out)?;
    Ok(End::Clean)
}
