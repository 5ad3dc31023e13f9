//! All the infrastructure code below some paths, as an inventory.

use jiff::Timestamp;

use super::declared::{Declared, TERRAFORM_KINDS};
use super::files::Files;
use super::lowering::{self, Lowered, lower};
use super::problem::{Problem, ProblemKind};
use super::{cloudformation, terraform};
use crate::inventory::{Collection, Gap, Reason, Record};

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
    /// The directories of the roots and the files of the templates.
    pub roots: Vec<String>,
    /// The directories of modules that nothing calls, and that were not read.
    pub libraries: Vec<String>,
}

/// Reads all Terraform and CloudFormation below the paths of `files`; `problems` are those that
/// were met before.
pub fn read(files: &Files, problems: Vec<Problem>, options: &Options) -> Code {
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
    let roots = of_terraform.roots.iter().map(Declared::from);
    let templates = of_cloudformation.templates.iter().map(Declared::from);
    let declared: Vec<Declared> = roots.chain(templates).collect();
    let lowering = lowering::Options {
        closed_alarms: options.closed_alarms,
        at: Timestamp::now(),
    };
    let mut inventory = lower(&declared, &lowering);
    let problems = problems.into_iter().chain(of_terraform.problems);
    for problem in problems.chain(of_cloudformation.problems) {
        inventory.records.push(Record::Gap(gap(&problem)));
    }
    Code {
        inventory,
        roots: declared.into_iter().map(|declared| declared.root).collect(),
        libraries: match options.libraries {
            true => Vec::new(),
            false => of_terraform.libraries,
        },
    }
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
    }
}
