//! `# METADATA`: what a rule says of itself, as OPA's annotations define it, with what zonewarden
//! adds under `custom`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{DefaultMessageFormatter, MessageFormatter as _};
use zonewarden_reports::Severity;

use super::catalogue::{Judges, Origin, Param, Reads, Rule, RuleError, Scope};
use super::fact_path::FactPath;

/// [Annotations](https://www.openpolicyagent.org/docs/policy-language#metadata) of a package.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) related_resources: Vec<Resource>,
    pub(super) custom: Custom,
    #[serde(rename = "scope")]
    _scope: IgnoredAny,
    #[serde(rename = "entrypoint")]
    _entrypoint: IgnoredAny,
    #[serde(rename = "organizations")]
    _organizations: IgnoredAny,
    #[serde(rename = "authors")]
    _authors: IgnoredAny,
    #[serde(rename = "schemas")]
    _schemas: IgnoredAny,
}

/// A page that says more: its address, or that and what it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Resource {
    Address(String),
    Described {
        #[serde(rename = "ref")]
        address: String,
    },
}

impl Resource {
    pub(super) fn address(self) -> String {
        match self {
            Self::Address(address) | Self::Described { address } => address,
        }
    }
}

/// What zonewarden adds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Custom {
    pub(super) id: Option<String>,
    pub(super) severity: Option<Severity>,
    pub(super) scope: Option<Scope>,
    pub(super) judges: Option<BTreeSet<Judges>>,
    pub(super) partitions: Vec<String>,
    pub(super) reads: Option<BTreeSet<Reads>>,
    pub(super) needs: Option<Vec<FactPath>>,
    pub(super) needs_to_pass: Option<Vec<FactPath>>,
    pub(super) params: BTreeMap<String, Param>,
    pub(super) controls: BTreeMap<String, Vec<String>>,
    pub(super) remediation: Option<String>,
    pub(super) fix: Vec<String>,
    pub(super) caused_by: Vec<String>,
    pub(super) caused_above: Vec<String>,
}

/// A METADATA block, read, and where it stands.
#[derive(Debug)]
pub(super) struct Annotated {
    pub(super) metadata: Metadata,
    /// The line of its heading, from 1.
    pub(super) heading: u64,
    /// The last line of it.
    pub(super) end: u64,
}

/// Why a METADATA block cannot be read: the line, and what is wrong.
pub(super) type Problem = (u64, String);

/// The METADATA of the package of a module; none where there is none.
pub(super) fn of_package(text: &str) -> Result<Option<Annotated>, Problem> {
    let Some((heading, yaml)) = block(text) else {
        return Ok(None);
    };
    let end = heading + yaml.lines().count() as u64;
    match serde_saphyr::from_str(&yaml) {
        Ok(metadata) => Ok(Some(Annotated {
            metadata,
            heading,
            end,
        })),
        Err(broken) => {
            let line = broken.location().map_or(0, |place| place.line());
            let problem = format!("METADATA: {}", problem_of(&broken));
            Err((heading + line, problem))
        }
    }
}

/// What is wrong, without the place: the parser counts the lines of the block, not those of the file.
fn problem_of(broken: &serde_saphyr::Error) -> String {
    let message = DefaultMessageFormatter.format_message(broken.without_snippet());
    message.lines().next().unwrap_or_default().to_owned()
}

/// The YAML of the METADATA block of the package, and the line of its heading: the last one before
/// the package, for what follows it is about single rules.
fn block(text: &str) -> Option<(u64, String)> {
    let (package, _) = package_of(text)?;
    let before = || text.lines().zip(1..).take_while(|(_, at)| *at < package);
    let (_, heading) = before()
        .filter(|(line, _)| line.trim_end() == "# METADATA")
        .last()?;
    let yaml = before()
        .skip_while(|(_, at)| *at <= heading)
        .map_while(|(line, _)| line.strip_prefix('#'))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    Some((heading, yaml))
}

/// The package of a module, and its line.
pub(super) fn package_of(text: &str) -> Option<(u64, &str)> {
    text.lines().zip(1..).find_map(|(line, number)| {
        let name = line.strip_prefix("package ")?;
        let name = name.split_once('#').map_or(name, |(name, _)| name);
        Some((number, name.trim()))
    })
}

/// A rule that says all of itself, as those that ship do.
pub(super) fn whole_rule(path: &str, text: &str) -> Result<Rule, RuleError> {
    let error = |line: u64, problem: &str| RuleError {
        path: path.to_owned(),
        line,
        problem: problem.to_owned(),
    };
    let annotated = of_package(text).map_err(|(line, problem)| error(line, &problem))?;
    let missing =
        "there is no METADATA block; begin one with a line `# METADATA` above the package";
    annotated_rule(
        path,
        text.to_owned().into(),
        annotated.ok_or_else(|| error(1, missing))?,
    )
}

/// A rule that ships, with its METADATA as JSON.
pub(super) fn shipped_rule(rule: &zonewarden_policies::Rule) -> Result<Rule, RuleError> {
    let metadata = serde_json::from_str(rule.metadata).map_err(|error| RuleError {
        path: rule.path.to_owned(),
        line: 1,
        problem: format!("METADATA: {error}"),
    })?;
    let annotated = Annotated {
        metadata,
        heading: 1,
        end: 1,
    };
    annotated_rule(rule.path, rule.text.into(), annotated)
}

fn annotated_rule(
    path: &str,
    text: Cow<'static, str>,
    annotated: Annotated,
) -> Result<Rule, RuleError> {
    let Annotated {
        metadata,
        heading,
        end,
    } = annotated;
    let error = |line: u64, problem: String| RuleError {
        path: path.to_owned(),
        line,
        problem,
    };
    let (package_line, package) =
        package_of(&text).ok_or_else(|| error(1, "there is no package".to_owned()))?;
    let missing = |field: &str| error(end, format!("METADATA: missing field `{field}`"));
    let custom = metadata.custom;
    let id = custom.id.ok_or_else(|| missing("id"))?;
    let expected = format!("zonewarden.{}", id.replace('-', "_"));
    if package != expected {
        let problem = format!("the package is {package}, and for the id {id} must be {expected}");
        return Err(error(package_line, problem));
    }
    let rule = Rule {
        id,
        title: metadata.title.ok_or_else(|| missing("title"))?,
        description: (metadata.description).ok_or_else(|| missing("description"))?,
        related_resources: (metadata.related_resources.into_iter())
            .map(Resource::address)
            .collect(),
        severity: custom.severity.ok_or_else(|| missing("severity"))?,
        scope: custom.scope.ok_or_else(|| missing("scope"))?,
        judges: custom.judges.ok_or_else(|| missing("judges"))?,
        partitions: custom.partitions,
        reads: custom.reads.unwrap_or_default(),
        needs_to_apply: Vec::new(),
        needs: custom.needs.ok_or_else(|| missing("needs"))?,
        needs_to_pass: custom.needs_to_pass.unwrap_or_default(),
        params: custom.params,
        controls: custom.controls,
        remediation: custom.remediation.ok_or_else(|| missing("remediation"))?,
        fix: custom.fix,
        caused_by: custom.caused_by,
        caused_above: custom.caused_above,
        package: format!("data.{package}"),
        group: group_of(path),
        path: path.to_owned(),
        text,
        origin: Origin::Shipped,
        own: None,
        left_out: None,
    };
    check(&rule).map_err(|problem| error(heading, problem))?;
    Ok(rule)
}

/// The folder in which the folder of a rule stands.
pub(super) fn group_of(path: &str) -> Option<String> {
    let mut names = path.split('/').rev().skip(2);
    names.next().map(str::to_owned)
}

/// What the types of METADATA cannot say of a rule that ships.
fn check(rule: &Rule) -> Result<(), String> {
    for (field, value) in [
        ("id", &rule.id),
        ("title", &rule.title),
        ("description", &rule.description),
        ("remediation", &rule.remediation),
    ] {
        if value.trim().is_empty() {
            return Err(format!("METADATA: {field} is empty"));
        }
    }
    check_declared(rule)
}

/// What the types of METADATA cannot say of any rule.
pub(super) fn check_declared(rule: &Rule) -> Result<(), String> {
    if rule.judges.is_empty() {
        return Err("METADATA: judges is empty; say live, source or plan".to_owned());
    }
    let scope = rule.scope.as_str();
    let declared = rule.needs.iter().chain(&rule.needs_to_pass);
    for path in declared.filter(|path| path.is_declared()) {
        if path.root() != scope {
            return Err(format!(
                "METADATA: the fact {path} is not one of scope {scope}"
            ));
        }
    }
    for (name, param) in &rule.params {
        if !param.kind.admits(&param.default) {
            return Err(format!(
                "METADATA: the default of the parameter {name} is not of type {}",
                param.kind.as_str()
            ));
        }
    }
    Ok(())
}
