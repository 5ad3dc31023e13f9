//! All the infrastructure code below some paths, as an inventory.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::declared::{Declared, TERRAFORM_KINDS};
use super::exception::Exception;
use super::files::Files;
use super::lowering::{self, Lowered, lower};
use super::problem::{Problem, ProblemKind};
use super::{cloudformation, terraform};
use crate::inventory::{
    Collection, Gap, Language, Reason, Record, SourcePlace, SourceRoot, SourceScope,
};

/// How code is read and taken.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The values of Terraform's variables.
    pub variables: Vec<terraform::Variables>,
    /// The values of CloudFormation's parameters.
    pub parameters: Vec<cloudformation::Parameters>,
    /// The region of providers and stacks that state none.
    pub region: Option<String>,
    /// Whether modules that nothing calls are read, too.
    pub libraries: bool,
    /// Whether alarms that the paths do not declare do not exist.
    pub closed_alarms: bool,
}

/// What the code comes to.
#[derive(Debug, Clone)]
pub struct Code {
    /// The inventory.
    pub inventory: Lowered,
    /// What was read.
    pub scope: SourceScope,
    /// The findings that the code asks to accept.
    pub exceptions: Vec<Exception>,
    /// What is wrong with other such wishes.
    pub warnings: Vec<Problem>,
}

/// Reads all Terraform and CloudFormation below the `paths` that `files` are of; `problems` are
/// those that were met before.
pub fn read(files: &Files, paths: &[PathBuf], problems: Vec<Problem>, options: &Options) -> Code {
    let of_terraform = terraform::read(
        files,
        &terraform::Options {
            variables: options.variables.clone(),
            region: options.region.clone(),
            libraries: options.libraries,
            kinds: Some(TERRAFORM_KINDS.map(str::to_owned).into()),
            limits: terraform::Limits::default(),
        },
    );
    let of_cloudformation = cloudformation::read(
        files,
        &cloudformation::Options {
            parameters: options.parameters.clone(),
            region: options.region.clone(),
            ..cloudformation::Options::default()
        },
    );
    let problems: Vec<Problem> = problems
        .into_iter()
        .chain(of_terraform.problems)
        .chain(of_cloudformation.problems)
        .collect();
    let roots = of_terraform.roots.iter().map(Declared::from);
    let templates = of_cloudformation.templates.iter().map(Declared::from);
    let declared: Vec<Declared> = roots.chain(templates).collect();
    let lowering = lowering::Options {
        closed_alarms: options.closed_alarms,
        at: Timestamp::now(),
    };
    let mut inventory = lower(&declared, &lowering);
    let gaps = problems.iter().map(|problem| Record::Gap(gap(problem)));
    inventory.records.extend(gaps);
    let configurations = of_terraform.roots.iter().map(|root| SourceRoot {
        path: root.directory.clone(),
        language: Language::Terraform,
        whole: !(problems.iter()).any(|problem| lies_in(&problem.file, &root.directory)),
    });
    let templates = of_cloudformation
        .templates
        .iter()
        .map(|template| SourceRoot {
            path: template.file.clone(),
            language: Language::CloudFormation,
            whole: !(problems.iter()).any(|problem| problem.file == template.file),
        });
    let mut exceptions = of_terraform.exceptions;
    exceptions.extend(of_cloudformation.exceptions);
    let mut warnings = of_terraform.warnings;
    warnings.extend(of_cloudformation.warnings);
    Code {
        exceptions,
        warnings,
        scope: SourceScope {
            paths: paths
                .iter()
                .map(|path| path.display().to_string())
                .collect(),
            roots: configurations.chain(templates).collect(),
            libraries: match options.libraries {
                true => Vec::new(),
                false => of_terraform.libraries,
            },
            files: files.read_so_far(),
            open: inventory.open.clone(),
        },
        inventory,
    }
}

fn lies_in(file: &str, directory: &str) -> bool {
    directory == "." || Path::new(file).starts_with(directory)
}

/// What could not be read, as the inventory tells it.
fn gap(problem: &Problem) -> Gap {
    let place = match problem.region {
        Some(region) => format!("{}:{}:{}", problem.file, region.line, region.column),
        None => problem.file.clone(),
    };
    Gap {
        account: None,
        collection: Collection::Files,
        subject: Some(place),
        operation: None,
        reason: match problem.kind {
            ProblemKind::Outside | ProblemKind::Module { .. } | ProblemKind::Stack { .. } => {
                Reason::NotFoundInScope
            }
            ProblemKind::NotUtf8 | ProblemKind::Syntax(_) | ProblemKind::Invalid(_) => {
                Reason::Malformed
            }
            _ => Reason::NotDetermined,
        },
        code: None,
        detail: Some(format!("{}; {}", problem.kind, problem.kind.remedy())),
        place: problem.region.map(|region| SourcePlace {
            file: problem.file.clone(),
            line: region.line,
            column: region.column,
            end_line: region.end_line,
            end_column: region.end_column,
        }),
    }
}
