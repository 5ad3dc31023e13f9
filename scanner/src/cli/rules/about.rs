//! What is told of a rule.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::evaluate::{
    Catalogue, FactPath, Judges, Origin, PackError, Reads, Rule, Settings, count_cases,
};

/// A rule, as JSON tells of it.
#[derive(Debug, Serialize)]
pub(super) struct About<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// As it is set for every subject.
    pub(super) severity: &'static str,
    pub(super) scope: &'static str,
    pub(super) group: Option<&'a str>,
    pub(super) judges: &'a BTreeSet<Judges>,
    pub(super) partitions: &'a [String],
    pub(super) reads: &'a BTreeSet<Reads>,
    pub(super) needs: BTreeSet<String>,
    pub(super) needs_to_pass: BTreeSet<String>,
    pub(super) params: BTreeMap<&'a str, AboutParam<'a>>,
    pub(super) controls: &'a BTreeMap<String, Vec<String>>,
    pub(super) remediation: &'a str,
    pub(super) fix: &'a [String],
    pub(super) related_resources: &'a [String],
    pub(super) caused_by: &'a [String],
    pub(super) caused_above: &'a [String],
    /// By what they expect.
    pub(super) cases: BTreeMap<&'static str, u64>,
    pub(super) origin: AboutOrigin<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct AboutParam<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) default: &'a Json,
    pub(super) description: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct AboutOrigin<'a> {
    pub(super) shipped: bool,
    /// Whether it stands in place of a rule that ships.
    pub(super) overrides: bool,
    pub(super) path: &'a str,
    pub(super) package: &'a str,
}

impl<'a> About<'a> {
    /// What there is to tell of a rule.
    pub(super) fn of(
        catalogue: &Catalogue,
        rule: &'a Rule,
        settings: &Settings,
    ) -> Result<Self, PackError> {
        let names = |paths: &[&Vec<FactPath>]| -> BTreeSet<String> {
            let paths = paths.iter().flat_map(|paths| paths.iter());
            paths.map(ToString::to_string).collect()
        };
        let params = rule.params.iter().map(|(name, param)| {
            let about = AboutParam {
                kind: param.kind.as_str(),
                default: &param.default,
                description: &param.description,
            };
            (name.as_str(), about)
        });
        Ok(Self {
            id: &rule.id,
            title: &rule.title,
            description: &rule.description,
            severity: settings.severity(rule).as_str(),
            scope: rule.scope.as_str(),
            group: rule.group.as_deref(),
            judges: &rule.judges,
            partitions: &rule.partitions,
            reads: &rule.reads,
            needs: names(&[&rule.needs_to_apply, &rule.needs]),
            needs_to_pass: names(&[&rule.needs_to_pass]),
            params: params.collect(),
            controls: &rule.controls,
            remediation: &rule.remediation,
            fix: &rule.fix,
            related_resources: &rule.related_resources,
            caused_by: &rule.caused_by,
            caused_above: &rule.caused_above,
            cases: count_cases(catalogue, rule)?,
            origin: AboutOrigin {
                shipped: rule.origin == Origin::Shipped,
                overrides: rule.origin == Origin::Own { overrides: true },
                path: &rule.path,
                package: rule.package.strip_prefix("data.").unwrap_or(&rule.package),
            },
        })
    }

    /// Who wrote it, in words.
    pub(super) fn origin_in_words(&self) -> String {
        let AboutOrigin {
            shipped,
            overrides,
            path,
            ..
        } = &self.origin;
        match (shipped, overrides) {
            (true, _) => "ships".to_owned(),
            (false, false) => (*path).to_owned(),
            (false, true) => format!("{path}, in place of the one that ships"),
        }
    }
}
