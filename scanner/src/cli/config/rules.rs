//! What the configuration sets of rules, with the place of each value.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use serde_json::Value as Json;
use toml::Spanned;
use zonewarden_reports::Severity;

use super::Config;
use crate::cli::Fault;
use crate::cli::collecting::is_account_id;
use crate::evaluate::{Catalogue, Cover, Profile, RuleSettings, SettingError, Settings};

/// The name under which the severity of a rule stands among its parameters.
const SEVERITY: &str = "severity";

/// Values by name, by rule.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct RuleTables(BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Json>>>);

/// A table `[[profile]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileTable {
    pub(super) name: Spanned<String>,
    #[serde(rename = "match", default)]
    cover: CoverTable,
    #[serde(default)]
    pub(super) rules: RuleTables,
}

/// The subjects of a profile.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CoverTable {
    accounts: Vec<String>,
    ous: Vec<String>,
    zone_names: Vec<String>,
    tags: BTreeMap<String, String>,
}

impl Config {
    /// What is set of the rules of a catalogue.
    ///
    /// # Errors
    /// Where a rule or parameter is set that there is not, or to a value of another type, and
    /// where a profile is for no subject in particular; with the file and line.
    pub(in crate::cli) fn settings(&self, catalogue: &Catalogue) -> Result<Settings, Fault> {
        let mut names = BTreeSet::new();
        let profiles = self.profiles.iter().map(|table| {
            let name = table.name.get_ref();
            if !names.insert(name) {
                return Err(Fault::new(
                    format!(
                        "{}: there is another profile {name:?}",
                        self.place(table.name.span())
                    ),
                    "give each profile a name of its own",
                ));
            }
            Ok(Profile {
                name: name.clone(),
                cover: self.cover(table)?,
                rules: self.rule_settings(&table.rules, catalogue)?,
            })
        });
        Ok(Settings {
            profiles: profiles.collect::<Result<_, _>>()?,
            rules: self.rule_settings(&self.rules, catalogue)?,
        })
    }

    fn cover(&self, table: &ProfileTable) -> Result<Cover, Fault> {
        let place = || self.place(table.name.span());
        let cover = table.cover.cover();
        if cover.is_everything() {
            return Err(Fault::new(
                format!("{}: the profile has no match", place()),
                "say which subjects it is for, as in match = { ous = [\"/prod\"] }, or set the rules \
                 for all under [rules]",
            ));
        }
        if let Some(other) = cover.accounts.iter().find(|id| !is_account_id(id)) {
            return Err(Fault::new(
                format!("{}: {other:?} is not an account id", place()),
                "an account id has twelve digits",
            ));
        }
        let is_unit = |ou: &str| ["/", "ou-", "r-"].iter().any(|start| ou.starts_with(start));
        if let Some(other) = cover.ous.iter().find(|ou| !is_unit(ou)) {
            return Err(Fault::new(
                format!(
                    "{}: {other:?} is no path and no id of an organisational unit",
                    place()
                ),
                "give the path, as in \"/prod/web\", or the id, as in \"ou-a1b2-c3d4e5f6\"",
            ));
        }
        match cover.zone_names.iter().any(|name| name.trim().is_empty()) {
            true => Err(Fault::new(
                format!("{}: the name of a zone is empty", place()),
                "give a name, in which * stands for any characters and ? for any one",
            )),
            false => Ok(cover),
        }
    }

    fn rule_settings(
        &self,
        tables: &RuleTables,
        catalogue: &Catalogue,
    ) -> Result<BTreeMap<String, RuleSettings>, Fault> {
        let wrong = |span, error: SettingError| {
            let fault = Fault::from(error);
            Fault {
                cause: format!("{}: {}", self.place(span), fault.cause),
                ..fault
            }
        };
        let mut settings = BTreeMap::new();
        for (id, values) in &tables.0 {
            let rule = catalogue
                .rule_to_set(id.get_ref())
                .map_err(|error| wrong(id.span(), error))?;
            let mut set = RuleSettings::default();
            for (name, value) in values {
                if name.get_ref() == SEVERITY {
                    set.severity = Some(self.severity(value)?);
                    continue;
                }
                rule.check_param(name.get_ref(), value.get_ref(), self.written(value))
                    .map_err(|error| wrong(name.span(), error))?;
                let name = name.get_ref().clone();
                set.params.insert(name, value.get_ref().clone());
            }
            settings.insert(id.get_ref().clone(), set);
        }
        Ok(settings)
    }

    fn severity(&self, value: &Spanned<Json>) -> Result<Severity, Fault> {
        let named = Severity::WORST_FIRST
            .into_iter()
            .find(|severity| value.get_ref().as_str() == Some(severity.as_str()));
        named.ok_or_else(|| {
            Fault::new(
                format!(
                    "{}: {} is no severity",
                    self.place(value.span()),
                    self.written(value)
                ),
                "give critical, high, medium, low or info",
            )
        })
    }
}

impl CoverTable {
    fn cover(&self) -> Cover {
        Cover {
            accounts: self.accounts.clone(),
            ous: self.ous.clone(),
            zone_names: self.zone_names.clone(),
            tags: self.tags.clone(),
        }
    }
}

impl ProfileTable {
    /// The subjects that the profile is for.
    pub(super) fn subjects(&self) -> Cover {
        self.cover.cover()
    }
}

impl RuleTables {
    /// What is set of a rule under a name, and where that begins in the file.
    pub(super) fn value(&self, rule: &str, name: &str) -> Option<(&Json, Range<usize>)> {
        let values = self.0.get(rule)?;
        let value = values.get(name)?;
        Some((value.get_ref(), value.span()))
    }
}
