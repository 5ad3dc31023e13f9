//! Which rules a user wants judged: by id, glob, group, severity or control.

use std::collections::BTreeSet;

use thiserror::Error;
use zonewarden_reports::Severity;

use super::catalogue::Rule;
use super::pattern::fits;
use super::selection::nearest;

/// What some rules have in common.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// An id, in which `*` stands for any characters and `?` for any one.
    Id(String),
    /// The group that the rule stands in.
    Group(String),
    /// The severity, or a worse one.
    Severity(Severity),
    /// A control, of this framework or of any.
    Control {
        framework: Option<String>,
        control: String,
    },
}

/// What was typed selects no rule.
#[derive(Debug, Clone, Error)]
pub enum NoSuchRule {
    /// One of the selectors selects none.
    #[error("{option} {text} selects no rule{near}; {remedy}")]
    Selected {
        /// Where it was given.
        option: &'static str,
        /// The selector, in quotation marks.
        text: String,
        /// What comes next to it, as the end of a sentence.
        near: String,
        /// What would select some.
        remedy: &'static str,
    },
    /// All of them together leave no rule to judge by.
    #[error("--rules and --exclude-rules leave no rule to judge by; exclude fewer")]
    Left,
}

impl Selector {
    /// What was typed after an option, held against the rules that there are, each of a severity.
    pub(super) fn read(
        option: &'static str,
        text: &str,
        rules: &[Rule],
        severity: impl Fn(&Rule) -> Severity,
    ) -> Result<Self, NoSuchRule> {
        let selector = Self {
            text: text.to_owned(),
            kind: kind(text).ok_or_else(|| nothing(option, text, rules))?,
        };
        let selects = |rule: &Rule| selector.selects(rule, severity(rule));
        match rules.iter().any(selects) {
            true => Ok(selector),
            false => Err(nothing(option, text, rules)),
        }
    }

    /// Whether a rule, which is of this severity, is one of them.
    pub(super) fn selects(&self, rule: &Rule, severity: Severity) -> bool {
        match &self.kind {
            Kind::Id(id) => fits(id, &rule.id),
            Kind::Group(group) => rule.group.as_ref() == Some(group),
            Kind::Severity(least) => severity >= *least,
            Kind::Control { framework, control } => rule.controls.iter().any(|(of, controls)| {
                framework.as_ref().is_none_or(|framework| framework == of)
                    && controls.contains(control)
            }),
        }
    }

    /// As it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

fn kind(text: &str) -> Option<Kind> {
    Some(match text.split_once(':') {
        Some(("group", group)) => Kind::Group(group.to_owned()),
        Some(("severity", name)) => Kind::Severity(
            (Severity::WORST_FIRST.into_iter()).find(|severity| severity.as_str() == name)?,
        ),
        Some(("control", control)) => match control.rsplit_once(':') {
            Some((framework, control)) => Kind::Control {
                framework: Some(framework.to_owned()),
                control: control.to_owned(),
            },
            None => Kind::Control {
                framework: None,
                control: control.to_owned(),
            },
        },
        Some(_) => return None,
        None => Kind::Id(text.to_owned()),
    })
}

/// That a text selects nothing, and what comes next to it of all that selects something.
fn nothing(option: &'static str, text: &str, rules: &[Rule]) -> NoSuchRule {
    let of_kind = |kind: &str| text.starts_with(kind);
    let remedy = if of_kind("severity:") {
        "give critical, high, medium, low or info, of which `zonewarden rules list` shows that of each rule"
    } else if of_kind("group:") || of_kind("control:") {
        "`zonewarden rules list -o json` shows the group and the controls of each rule"
    } else if text.contains(':') {
        "give an id of `zonewarden rules list`, or one of group:NAME, severity:NAME and control:ID"
    } else {
        "`zonewarden rules list` shows them all"
    };
    let name = text.rsplit(':').next().unwrap_or(text);
    let near =
        |known: &String| strsim::damerau_levenshtein(text, known) <= 1 + name.chars().count() / 3;
    let known = known(rules, text.matches(':').count() > 1);
    NoSuchRule::Selected {
        option,
        text: format!("{text:?}"),
        near: nearest(
            text,
            known.iter().filter(|known| near(known)).map(String::as_str),
        )
        .replace("; did", ": did"),
        remedy,
    }
}

/// Every selector that selects one of these rules, of controls those that name a framework or those that
/// name none.
fn known(rules: &[Rule], with_framework: bool) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = (Severity::WORST_FIRST.iter())
        .map(|severity| format!("severity:{}", severity.as_str()))
        .collect();
    for rule in rules {
        known.insert(rule.id.clone());
        known.extend(rule.group.iter().map(|group| format!("group:{group}")));
        let controls = rule.controls.iter().flat_map(|(framework, controls)| {
            controls.iter().map(move |control| match with_framework {
                true => format!("control:{framework}:{control}"),
                false => format!("control:{control}"),
            })
        });
        known.extend(controls);
    }
    known
}
