//! `zonewarden rules explain`: all about one rule.

use std::fmt::Write as _;

use clap::Args;
use zonewarden_reports::printable;

use super::Form;
use super::about::About;
use crate::cli::config::Config;
use crate::cli::output::print;
use crate::cli::policies::OwnArguments;
use crate::cli::{End, Fault};

/// The arguments of `zonewarden rules explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The rule
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    own: OwnArguments,
    /// How it is told
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Form,
}

pub(super) fn run(arguments: &Arguments, config: &Config) -> Result<End, Fault> {
    let catalogue = arguments.own.catalogue(config)?;
    let rule = catalogue.rule_to_set(&arguments.id)?;
    let about = About::of(&catalogue, rule, &config.settings(&catalogue)?)?;
    let text = match arguments.output {
        Form::Json => format!("{}\n", serde_json::to_string_pretty(&about)?),
        Form::Table => text(&about)?,
    };
    print(text.as_bytes())?;
    Ok(End::Clean)
}

/// The rule in words, a field a line; what a rule does not say is left out.
fn text(about: &About<'_>) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}: {}", about.id, printable(about.title))?;
    for paragraph in [about.description, about.remediation] {
        if !paragraph.is_empty() {
            writeln!(text, "\n{}", printable(paragraph.trim()))?;
        }
    }
    writeln!(text)?;
    let mut field = |name: &str, values: Vec<String>| -> std::fmt::Result {
        let mut name = Some(name);
        for value in values.iter().filter(|value| !value.is_empty()) {
            writeln!(
                text,
                "{:<14}{}",
                name.take().unwrap_or_default(),
                printable(value)
            )?;
        }
        Ok(())
    };
    field("severity", vec![about.severity.to_owned()])?;
    field("scope", vec![about.scope.to_owned()])?;
    field(
        "group",
        about.group.map(str::to_owned).into_iter().collect(),
    )?;
    field("judges", vec![words(about.judges)])?;
    field("partitions", vec![about.partitions.join(", ")])?;
    field("reads", vec![words(about.reads)])?;
    field("needs", about.needs.iter().cloned().collect())?;
    field("to pass", about.needs_to_pass.iter().cloned().collect())?;
    let params = about.params.iter().map(|(name, param)| {
        format!(
            "{name}: {} = {}  {}",
            param.kind, param.default, param.description
        )
    });
    field("parameters", params.collect())?;
    let controls = about.controls.iter();
    let controls =
        controls.map(|(framework, controls)| format!("{framework}: {}", controls.join(", ")));
    field("controls", controls.collect())?;
    field("fix", vec![about.fix.join(" ")])?;
    field("caused by", vec![about.caused_by.join(", ")])?;
    field("caused above", vec![about.caused_above.join(", ")])?;
    let cases = about
        .cases
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"));
    field("cases", vec![cases.collect::<Vec<_>>().join(", ")])?;
    field("see", about.related_resources.to_vec())?;
    field("origin", vec![about.origin_in_words()])?;
    Ok(text)
}

/// The names of things, as METADATA has them.
fn words<'a, T: serde::Serialize + 'a>(things: impl IntoIterator<Item = &'a T>) -> String {
    let names = things.into_iter().filter_map(|thing| {
        let name = serde_json::to_value(thing).ok()?;
        name.as_str().map(str::to_owned)
    });
    names.collect::<Vec<_>>().join(", ")
}
