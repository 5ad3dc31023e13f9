//! Which rules judge: those that ship, the user's own, and which of them.

use std::path::PathBuf;

use clap::Args;

use super::Fault;
use super::config::Config;
use crate::evaluate::{Catalogue, Pack};

/// The rules of a run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArguments {
    #[command(flatten)]
    own: OwnArguments,
    /// Judge by these rules only: ids, in which * stands for any characters and ? for any one,
    /// group:NAME, severity:NAME (that or worse, as the configuration sets it for all) or
    /// control:[FRAMEWORK:]ID; repeatable, or with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rules: Vec<String>,
    /// Leave these rules out; as --rules, and over it
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    exclude_rules: Vec<String>,
}

/// The user's own rules.
#[derive(Debug, Default, Args)]
pub(super) struct OwnArguments {
    /// Judge by the rules below this folder, too; one with the id of a rule that ships stands in its
    /// place; repeatable
    #[arg(long, value_name = "DIR")]
    policies: Vec<PathBuf>,
}

impl RuleArguments {
    /// The rules of the run.
    pub(super) fn catalogue(self, config: &Config) -> Result<Catalogue, Fault> {
        let mut catalogue = self.own.catalogue(config)?;
        let settings = config.settings(&catalogue)?;
        catalogue.choose(&self.rules, &self.exclude_rules, &settings)?;
        Ok(catalogue)
    }
}

impl OwnArguments {
    /// The rules that ship and the user's own.
    pub(super) fn catalogue(&self, config: &Config) -> Result<Catalogue, Fault> {
        let shipped = Catalogue::shipped()?;
        let folders = match self.policies.is_empty() {
            true => &config.policies,
            false => &self.policies,
        };
        if folders.is_empty() {
            return Ok(shipped);
        }
        let pack = read_pack(folders)?;
        if pack.is_empty() {
            let named: Vec<String> = (folders.iter())
                .map(|folder| folder.display().to_string())
                .collect();
            return Err(Fault::new(
                format!("there is no rule below {}", named.join(", ")),
                "a rule is a Rego package with `deny contains … if { … }` in a file whose name ends in .rego",
            ));
        }
        Ok(shipped.with_own(pack)?)
    }
}

/// Reads the rules below folders; what is wrong with them comes with a remedy.
pub(super) fn read_pack(folders: &[PathBuf]) -> Result<Pack, Fault> {
    Pack::read(folders).map_err(|error| {
        let fault = Fault::from(error);
        let remedy = "`zonewarden rules new ID` writes a rule to begin with, `zonewarden rules schema SCOPE` prints what its input holds";
        Fault {
            remedy: fault.remedy.or_else(|| Some(remedy.to_owned())),
            ..fault
        }
    })
}
