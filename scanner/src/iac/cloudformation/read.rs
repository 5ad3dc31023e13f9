//! Which files are templates, and what each comes to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::evaluate::{Evaluation, evaluate};
use super::parameters::{Given, Parameters};
use super::resource::Template;
use super::template;
use crate::iac::apart::apart;
use crate::iac::budget::Limits;
use crate::iac::exception::{Exception, Exceptions};
use crate::iac::files::Files;
use crate::iac::problem::{Problem, ProblemKind};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The values of parameters, in order; the last one for a parameter stands. They are given to
    /// every template.
    pub parameters: Vec<Parameters>,
    /// `AWS::Region`, if it is known.
    pub region: Option<String>,
    /// `AWS::AccountId`, if it is known.
    pub account: Option<String>,
    /// `AWS::Partition`, if it is known.
    pub partition: Option<String>,
    /// Which types of resources are reported; every type if not given.
    pub kinds: Option<BTreeSet<String>>,
    /// How much the evaluation of each template, with its nested stacks, may cost.
    pub limits: Limits,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The templates in the order of their files, without those that another nests.
    pub templates: Vec<Template>,
    /// What the templates and those that they nest ask to accept.
    pub exceptions: Vec<Exception>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What is wrong with other exceptions.
    pub warnings: Vec<Problem>,
}

/// What one file comes to.
#[derive(Default)]
struct Outcome {
    template: Option<Template>,
    nested: BTreeSet<PathBuf>,
    exceptions: Exceptions,
    problems: Vec<Problem>,
}

/// Reads and evaluates every template below the given paths: the files in YAML and JSON that have
/// `AWSTemplateFormatVersion` or resources.
///
/// Nothing is executed, nothing is fetched and nothing outside the paths is read. Work and memory
/// are bounded; what lies beyond the bounds is unknown, with that as the reason.
pub fn read(files: &Files, options: &Options) -> Reading {
    let (given, problems) = Given::read(files, &options.parameters);
    let mut reading = Reading {
        problems,
        ..Reading::default()
    };
    let mut exceptions = Exceptions::default();
    let mut found = Vec::new();
    let mut nested = BTreeSet::new();
    for (directory, names) in files.directories() {
        for name in names.iter().filter(|name| may_be_template(name)) {
            let path = directory.join(name);
            let outcome = read_apart(files, &path, options, &given);
            nested.extend(outcome.nested);
            exceptions.extend(outcome.exceptions);
            reading.problems.extend(outcome.problems);
            found.extend(outcome.template.map(|template| (path, template)));
        }
    }
    (reading.exceptions, reading.warnings) = exceptions.finish();
    let roots = found.into_iter().filter(|(path, _)| !nested.contains(path));
    reading.templates = roots.map(|(_, template)| template).collect();
    reading
        .templates
        .sort_by(|left, right| left.file.cmp(&right.file));
    reading
        .problems
        .sort_by_key(|problem| (problem.file.clone(), problem.region));
    reading.problems.dedup();
    reading
}

/// Reads a file; what stops the reading costs that file only.
fn read_apart(files: &Files, path: &Path, options: &Options, given: &Given) -> Outcome {
    apart(|| read_here(files, path, options, given)).unwrap_or_else(|| {
        let message = "the evaluation of the template stopped; this is a fault of the scanner";
        let kind = ProblemKind::Invalid(message.to_owned());
        Outcome {
            problems: vec![Problem::of_file(files.shown(path), kind)],
            ..Outcome::default()
        }
    })
}

fn read_here(files: &Files, path: &Path, options: &Options, given: &Given) -> Outcome {
    let mut outcome = Outcome::default();
    match template::Template::read(files, path, &mut outcome.problems) {
        Ok(Some(template)) => {
            let evaluation = Evaluation::new(files, options, given);
            evaluation.take_exceptions(&template);
            outcome.template = Some(evaluate(&evaluation, template));
            let found = evaluation.finish();
            outcome.nested = found.nested_files;
            outcome.exceptions = found.exceptions;
            outcome.problems.extend(found.problems);
        }
        Ok(None) => {}
        Err(problem) => outcome.problems.push(problem),
    }
    outcome
}

/// Whether a file of this name could be a template. Terraform's JSON is not.
pub(in crate::iac) fn may_be_template(name: &str) -> bool {
    let end = Path::new(name).extension().and_then(|end| end.to_str());
    let template = end.is_some_and(|end| ["yaml", "yml", "json", "template"].contains(&end));
    template && !name.ends_with(".tf.json") && !name.ends_with(".tfvars.json")
}
