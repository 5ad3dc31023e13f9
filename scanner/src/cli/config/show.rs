//! `zonewarden config show`: every setting, what it is, and where that is set.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};
use zonewarden_reports::printable;

use super::settings::{SETTINGS, Setting};
use super::{Config, ConfigFile};
use crate::cli::judging::threshold;
use crate::cli::output::print;
use crate::cli::policies::OwnArguments;
use crate::cli::{End, Fault};
use crate::evaluate::{Covered, Rule, Tagged, Whereabouts};
use crate::inventory::{Fact, OrganizationalUnit, Tags};

/// The arguments of `zonewarden config show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Say where each value is set
    #[arg(long)]
    origin: bool,
    /// Show what holds for a subject of this account
    #[arg(long, value_name = "ID", help_heading = "Subject")]
    account: Option<String>,
    /// Show what holds for a subject in this organisational unit, by path or id
    #[arg(long, value_name = "OU", help_heading = "Subject")]
    ou: Option<String>,
    /// Show what holds for this zone
    #[arg(long, value_name = "NAME", help_heading = "Subject")]
    zone: Option<String>,
    /// Show what holds for a subject with this tag; repeatable
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Subject", value_parser = tag)]
    tag: Vec<(String, String)>,
    /// Show this rule only
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    #[command(flatten)]
    own: OwnArguments,
    /// How it is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
}

/// A value, and where it comes from.
#[derive(Debug, Serialize)]
struct Line {
    key: String,
    value: String,
    origin: String,
}

const DEFAULT: &str = "default";
const HIDDEN: &str = "(hidden)";
const NOT_SET: &str = "(not set)";

pub(in crate::cli) fn run(arguments: &Arguments, config: &Config) -> Result<End, Fault> {
    let catalogue = arguments.own.catalogue(config)?;
    // What is wrong in the file is to be told before anything is shown.
    config.settings(&catalogue)?;
    let mut lines = Vec::new();
    if arguments.rule.is_none() {
        lines.extend(plain(config)?);
    }
    let rules: Vec<&Rule> = match &arguments.rule {
        Some(id) => vec![catalogue.rule_to_set(id)?],
        None => catalogue.rules().iter().collect(),
    };
    let unit = Fact::Known(arguments.ou.as_deref().map(unit));
    let tags: Fact<Tags> = Fact::Known(arguments.tag.iter().cloned().collect());
    let subject = Whereabouts {
        account: arguments.account.as_deref().unwrap_or_default(),
        ou: Some(&unit),
        zones: arguments.zone.as_deref().into_iter().collect(),
        tags: Tagged::Zone(&tags),
    };
    for rule in rules {
        lines.extend(of_rule(config, rule, &subject));
    }
    write(&lines, arguments)?;
    Ok(End::Clean)
}

fn write(lines: &[Line], arguments: &Arguments) -> Result<(), Fault> {
    let mut out = Vec::new();
    match arguments.output {
        Form::Json => {
            serde_json::to_writer_pretty(&mut out, lines)?;
            writeln!(out)?;
        }
        Form::Table => {
            for line in lines {
                let value = format!("{} = {}", printable(&line.key), printable(&line.value));
                match arguments.origin {
                    true => writeln!(out, "{value:<56} # {}", printable(&line.origin))?,
                    false => writeln!(out, "{value}")?,
                }
            }
        }
    }
    Ok(print(&out)?)
}

/// The settings that have one value for the whole run, and then what else the file lists.
fn plain(config: &Config) -> Result<Vec<Line>, Fault> {
    let in_file = match &config.file {
        Some(file) => leaves(file)?,
        None => Vec::new(),
    };
    let mut lines: Vec<Line> = SETTINGS
        .iter()
        .map(|setting| value_of(setting, &in_file))
        .collect();
    check_fail_on(&lines)?;
    let dns_is_off = lines
        .iter()
        .any(|line| line.key == "dns.mode" && line.text() == "off");
    let waivers = config.waivers.found();
    for line in &mut lines {
        match (line.key.as_str(), &waivers) {
            ("records", _) if dns_is_off && line.origin == DEFAULT => {
                line.value = Json::from("off").to_string();
                line.origin = format!("{DEFAULT} with dns.mode off");
            }
            ("waivers.file", Some(found)) if line.origin == DEFAULT => {
                line.value = Json::from(found.to_string_lossy()).to_string();
                line.origin = "found beside the configuration".to_owned();
            }
            _ => {}
        }
    }
    let of_lists = in_file.into_iter().filter(|line| {
        let is_plain = SETTINGS.iter().any(|setting| setting.key == line.key);
        !is_plain && !line.key.starts_with("rules.")
    });
    lines.extend(of_lists);
    Ok(lines)
}

impl Line {
    /// The value of a text, without its quotation marks.
    fn text(&self) -> &str {
        self.value.trim_matches(['"', '\''])
    }
}

/// Refuses a threshold that is none: a run would.
fn check_fail_on(lines: &[Line]) -> Result<(), Fault> {
    let Some(line) = lines.iter().find(|line| line.key == "fail_on") else {
        return Ok(());
    };
    let checked = threshold(line.text()).map_err(|fault| Fault {
        cause: format!("{}: {}", line.origin, fault.cause),
        ..fault
    });
    checked.map(|_| ())
}

fn value_of(setting: &Setting, in_file: &[Line]) -> Line {
    let line = |value: String, origin: String| Line {
        key: setting.key.to_owned(),
        value,
        origin,
    };
    let seen = |value: String| match setting.hidden {
        true => HIDDEN.to_owned(),
        false => value,
    };
    if let Some(variable) = setting.variable
        && let Ok(value) = std::env::var(variable)
    {
        return line(seen(Json::from(value).to_string()), variable.to_owned());
    }
    let own = in_file.iter().find(|line| line.key == setting.key);
    match own {
        Some(own) => line(seen(own.value.clone()), own.origin.clone()),
        None => line(
            setting.default.unwrap_or(NOT_SET).to_owned(),
            DEFAULT.to_owned(),
        ),
    }
}

/// Every value of a file, by its dotted key; the tables of an array are numbered from 0.
fn leaves(file: &ConfigFile) -> Result<Vec<Line>, Fault> {
    let table = DeTable::parse(&file.text)?;
    let mut open = vec![(String::new(), table.get_ref())];
    let mut lines = Vec::new();
    while let Some((path, table)) = open.pop() {
        for (name, value) in table {
            let key = match path.as_str() {
                "" => name.get_ref().to_string(),
                path => format!("{path}.{}", name.get_ref()),
            };
            match value.get_ref() {
                DeValue::Table(inner) => open.push((key, inner)),
                DeValue::Array(elements)
                    if elements
                        .iter()
                        .any(|element| matches!(element.get_ref(), DeValue::Table(_))) =>
                {
                    for (at, element) in elements.iter().enumerate() {
                        if let DeValue::Table(inner) = element.get_ref() {
                            open.push((format!("{key}.{at}"), inner));
                        }
                    }
                }
                _ => lines.push(Line {
                    value: match key.ends_with("external_id") {
                        true => HIDDEN.to_owned(),
                        false => file.written(value.span()).to_owned(),
                    },
                    key,
                    origin: file.place(value.span()),
                }),
            }
        }
    }
    lines.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(lines)
}

/// The severity and the parameters of a rule, as they hold for a subject.
fn of_rule(config: &Config, rule: &Rule, subject: &Whereabouts<'_>) -> Vec<Line> {
    let severity = Json::from(rule.severity.as_str());
    let params = rule.params.iter();
    let params = params.map(|(name, param)| (name.as_str(), &param.default));
    std::iter::once(("severity", &severity))
        .chain(params)
        .map(|(name, default)| {
            let mut line = Line {
                key: format!("rules.{}.{name}", rule.id),
                value: default.to_string(),
                origin: DEFAULT.to_owned(),
            };
            if let Some((value, span)) = config.rules.value(&rule.id, name) {
                line.value = value.to_string();
                line.origin = config.place(span);
            }
            for profile in &config.profiles {
                let covers = profile.subjects().covers(subject) == Covered::Yes;
                if let Some((value, span)) = profile.rules.value(&rule.id, name).filter(|_| covers)
                {
                    line.value = value.to_string();
                    line.origin =
                        format!("{}, profile {}", config.place(span), profile.name.get_ref());
                }
            }
            line
        })
        .collect()
}

/// A unit by its path, or by its id.
fn unit(text: &str) -> OrganizationalUnit {
    let (path, ids) = match text.starts_with('/') {
        true => (text, ""),
        false => ("/", text),
    };
    OrganizationalUnit {
        path: path.to_owned(),
        ids: ids.to_owned(),
    }
}

fn tag(text: &str) -> Result<(String, String), &'static str> {
    let parts = text.split_once('=');
    parts
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or("it is no tag; give it as NAME=VALUE")
}
