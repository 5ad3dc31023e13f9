//! What is set of rules: severities and parameters, for all subjects or for those of a profile.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zonewarden_reports::Severity;

use super::catalogue::{Catalogue, Rule};
use super::cover::{Cover, Covered};
use super::selection::nearest;
use super::verdict::LostFact;

/// What is set of one rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RuleSettings {
    /// The highest severity of its findings, in place of METADATA's.
    pub severity: Option<Severity>,
    /// Values of its parameters, by name.
    pub params: BTreeMap<String, Json>,
}

/// Settings for some subjects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    /// What the profile is called.
    pub name: String,
    /// The subjects that it is for.
    pub cover: Cover,
    /// What it sets, by rule.
    pub rules: BTreeMap<String, RuleSettings>,
}

/// What is set of rules. METADATA's values come first, `rules` over them, and over these each
/// profile that covers the subject, in order: the last that sets a value decides.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Settings {
    /// What is set for every subject, by rule.
    pub rules: BTreeMap<String, RuleSettings>,
    /// What is set for some.
    pub profiles: Vec<Profile>,
}

/// Why a rule cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SettingError(String);

/// What holds of a rule for a subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effective {
    pub(super) severity: Severity,
    /// None where it is not known which profile's values hold.
    pub(super) params: Option<BTreeMap<String, Json>>,
}

impl Settings {
    /// Whether every rule and parameter that is set exists, and every value is of its type.
    ///
    /// # Errors
    /// The first that is wrong, with the nearest name that is right.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), SettingError> {
        let of_profiles = self.profiles.iter().flat_map(|profile| &profile.rules);
        for (id, set) in self.rules.iter().chain(of_profiles) {
            let rule = catalogue.rule_to_set(id)?;
            for (name, value) in &set.params {
                rule.check_param(name, value, value)?;
            }
        }
        Ok(())
    }

    /// The digest of all that is set, `sha256:` and hexadecimal; none where nothing is.
    pub fn digest(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let text = serde_json::to_vec(self).ok()?;
        Some(format!("sha256:{}", hex::encode(Sha256::digest(text))))
    }

    /// The highest severity of a rule's findings, profiles aside.
    pub fn severity(&self, rule: &Rule) -> Severity {
        self.effective(rule, &[]).severity
    }

    /// What holds of a rule for a subject that the profiles cover so, in their order.
    pub(super) fn effective(&self, rule: &Rule, covered: &[Covered]) -> Effective {
        let mut severities = vec![rule.severity];
        let mut params: BTreeMap<&str, Vec<&Json>> = rule
            .params
            .iter()
            .map(|(name, param)| (name.as_str(), vec![&param.default]))
            .collect();
        let for_all = self.rules.get(&rule.id).map(|set| (set, true));
        let by_profile = self.profiles.iter().zip(covered);
        let for_some = by_profile.filter_map(|(profile, covered)| match covered {
            Covered::No => None,
            covered => Some((profile.rules.get(&rule.id)?, *covered == Covered::Yes)),
        });
        for (set, certain) in for_all.into_iter().chain(for_some) {
            if let Some(severity) = set.severity {
                overlay(&mut severities, severity, certain);
            }
            for (name, value) in &set.params {
                overlay(params.entry(name).or_default(), value, certain);
            }
        }
        let params = params
            .into_iter()
            .map(|(name, possible)| match possible[..] {
                [value] => Some((name.to_owned(), value.clone())),
                _ => None,
            });
        Effective {
            // A failure is not told milder than it may be.
            severity: severities.into_iter().max().unwrap_or(rule.severity),
            params: params.collect(),
        }
    }
}

/// A value over those that are possible so far.
fn overlay<T: PartialEq>(possible: &mut Vec<T>, value: T, certain: bool) {
    if certain {
        possible.clear();
    }
    if !possible.contains(&value) {
        possible.push(value);
    }
}

/// The fact that leaves open which profiles cover a subject.
pub(super) fn open(covered: &[Covered]) -> Option<&LostFact> {
    covered.iter().find_map(|covered| match covered {
        Covered::Unknown(lost) => Some(lost),
        Covered::Yes | Covered::No => None,
    })
}

impl Catalogue {
    /// The rule of an id that is to be set.
    ///
    /// # Errors
    /// Where there is none of that id.
    pub fn rule_to_set(&self, id: &str) -> Result<&Rule, SettingError> {
        self.rule(id).ok_or_else(|| {
            let known = self.rules().iter().map(|rule| rule.id.as_str());
            SettingError(format!("there is no rule {id:?}{}", nearest(id, known)))
        })
    }
}

impl Rule {
    /// Whether a parameter of this name may have this value, which was written as `shown`.
    ///
    /// # Errors
    /// Where there is none of that name, or the value is of another type.
    pub fn check_param(
        &self,
        name: &str,
        value: &Json,
        shown: impl fmt::Display,
    ) -> Result<(), SettingError> {
        let id = &self.id;
        let Some(param) = self.params.get(name) else {
            let known = self.params.keys().map(String::as_str).chain(["severity"]);
            return Err(SettingError(format!(
                "the rule {id} has no parameter {name:?}{}",
                nearest(name, known)
            )));
        };
        if !param.kind.admits(value) {
            return Err(SettingError(format!(
                "the parameter {name} of the rule {id} is set to {shown}; give it a value of type {}",
                param.kind.as_str()
            )));
        }
        Ok(())
    }
}
