//! All the infrastructure code below some paths, as an inventory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::declared::{Declared, TERRAFORM_KINDS};
use super::exception::Exception;
use super::files::Files;
use super::lowering::{self, Lowered, lower};
use super::place::Source;
use super::problem::{Problem, ProblemKind};
use super::terraform::plan::{self, is_plan};
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

/// What was read, whatever it was written in.
struct Readings {
    declared: Vec<Declared>,
    roots: Vec<SourceRoot>,
    libraries: Vec<String>,
    problems: Vec<Problem>,
    exceptions: Vec<Exception>,
    warnings: Vec<Problem>,
}

/// The plans of Terraform among the files that were given themselves.
pub fn plans(files: &Files) -> Vec<Arc<Source>> {
    let given = files.given().into_iter();
    let texts = given.filter_map(|path| files.read(&path).ok());
    texts.filter(|source| is_plan(source.text())).collect()
}

/// Reads all Terraform and CloudFormation below the `paths` that `files` are of; `problems` are
/// those that were met before.
pub fn read(files: &Files, paths: &[PathBuf], problems: Vec<Problem>, options: &Options) -> Code {
    let of_terraform = terraform::read(files, &options.of_terraform());
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
    let declared = of_terraform.roots.iter().map(Declared::from);
    let readings = Readings {
        declared: declared
            .chain(of_cloudformation.templates.iter().map(Declared::from))
            .collect(),
        roots: configurations.chain(templates).collect(),
        libraries: match options.libraries {
            true => Vec::new(),
            false => of_terraform.libraries,
        },
        exceptions: [of_terraform.exceptions, of_cloudformation.exceptions].concat(),
        warnings: [of_terraform.warnings, of_cloudformation.warnings].concat(),
        problems,
    };
    readings.into_code(files.read_so_far(), paths, options)
}

/// Reads plans, each with the code that it was made of where `source` has that.
pub fn read_plans(
    plans: &[Arc<Source>],
    source: Option<&Files>,
    paths: &[PathBuf],
    problems: Vec<Problem>,
    options: &Options,
) -> Code {
    let mut readings = Readings {
        declared: Vec::new(),
        roots: Vec::new(),
        libraries: Vec::new(),
        problems,
        exceptions: Vec::new(),
        warnings: Vec::new(),
    };
    for file in plans {
        let of_terraform = options.of_terraform();
        let reading = plan::Options {
            region: options.region.clone(),
            kinds: of_terraform.kinds.clone(),
        };
        let plan = match plan::read(file, &reading) {
            Ok(plan) => plan,
            Err(problem) => {
                readings.problems.push(problem);
                continue;
            }
        };
        let whole = plan.problems.is_empty();
        readings.problems.extend(plan.problems.iter().cloned());
        let plan = match source {
            Some(files) => {
                let code = terraform::read(
                    files,
                    &terraform::Options {
                        variables: plan.variables.clone(),
                        ..of_terraform
                    },
                );
                let plan = plan.with_source(&code);
                readings.exceptions.extend(code.exceptions);
                readings.warnings.extend(code.warnings);
                plan
            }
            None => plan,
        };
        readings.roots.push(SourceRoot {
            path: plan.root.directory.clone(),
            language: Language::TerraformPlan,
            whole,
        });
        readings.declared.push(Declared::from(&plan));
    }
    let files = plans.len() as u64 + source.map_or(0, Files::read_so_far);
    readings.into_code(files, paths, options)
}

impl Options {
    fn of_terraform(&self) -> terraform::Options {
        terraform::Options {
            variables: self.variables.clone(),
            region: self.region.clone(),
            libraries: self.libraries,
            kinds: Some(TERRAFORM_KINDS.map(str::to_owned).into()),
            limits: terraform::Limits::default(),
        }
    }
}

impl Readings {
    fn into_code(self, files: u64, paths: &[PathBuf], options: &Options) -> Code {
        let mut declared = self.declared;
        for declared in &mut declared {
            declared.add_referred_zones();
        }
        let lowering = lowering::Options {
            closed_alarms: options.closed_alarms,
            at: Timestamp::now(),
        };
        let mut inventory = lower(&declared, &lowering);
        let gaps = self
            .problems
            .iter()
            .map(|problem| Record::Gap(gap(problem)));
        inventory.records.extend(gaps);
        Code {
            scope: SourceScope {
                paths: paths
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect(),
                roots: self.roots,
                libraries: self.libraries,
                files,
                open: inventory.open.clone(),
            },
            exceptions: self.exceptions,
            warnings: self.warnings,
            inventory,
        }
    }
}

fn lies_in(file: &str, directory: &str) -> bool {
    // What comes on standard input is a root of its own.
    directory == "." || directory == "-" || Path::new(file).starts_with(directory)
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
