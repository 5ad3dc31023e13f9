//! Which directories are roots, and what each comes to.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::calls::Modules;
use super::evaluate::{Evaluation, Limits, ModuleId, ROOT, ResourceInstance};
use super::instance::{Instance, UnreadCall};
use super::module::{Mode, is_configuration};
use super::variables::{Given, Variables};
use crate::iac::apart::apart;
use crate::iac::exception::{Exception, Exceptions};
use crate::iac::files::Files;
use crate::iac::place::Place;
use crate::iac::problem::{Problem, ProblemKind};

/// How many instances are reported of one root.
const MAX_INSTANCES: usize = 100_000;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The values of variables, in order; the last one for a variable stands. They are given to
    /// every root.
    pub variables: Vec<Variables>,
    /// The region of providers that state none.
    pub region: Option<String>,
    /// Whether directories that are only there to be called are reported too.
    pub libraries: bool,
    /// Which types of resources are reported; every type if not given.
    pub kinds: Option<BTreeSet<String>>,
    /// How much the evaluation of each root may cost.
    pub limits: Limits,
}

/// A directory that Terraform could be run in, or a library.
#[derive(Debug, Clone)]
pub struct Root {
    /// The directory as it is shown, `.` for the base.
    pub directory: String,
    /// Whether it is there only to be called.
    pub library: bool,
    /// The instances of its resources and data sources, those of its modules among them.
    pub instances: Vec<Instance>,
    /// The calls of modules that could not be read.
    pub unread: Vec<UnreadCall>,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The roots in the order of their directories.
    pub roots: Vec<Root>,
    /// The directories that are there only to be called, and that nothing calls.
    pub libraries: Vec<String>,
    /// What the roots and the modules that they call ask to accept; what `terraform init` has
    /// downloaded has no say.
    pub exceptions: Vec<Exception>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What is wrong with other exceptions.
    pub warnings: Vec<Problem>,
}

/// Reads and evaluates every root below the given paths.
///
/// Nothing is executed, nothing is fetched and nothing outside the paths is read. Work and memory
/// are bounded; what lies beyond the bounds is unknown, with that as the reason.
pub fn read(files: &Files, options: &Options) -> Reading {
    apart(|| read_here(files, options)).unwrap_or_else(|| {
        let message = "the evaluation of Terraform stopped; this is a fault of the scanner";
        let kind = ProblemKind::Invalid(message.to_owned());
        Reading {
            problems: vec![Problem::of_file(".", kind)],
            ..Reading::default()
        }
    })
}

fn read_here(files: &Files, options: &Options) -> Reading {
    let modules = Modules::new(files);
    let mut reading = Reading::default();
    let directories: Vec<PathBuf> = files
        .directories()
        .filter(|(_, names)| names.iter().any(|name| is_configuration(name)))
        .map(|(directory, _)| directory.to_owned())
        .collect();
    let mut called: BTreeSet<PathBuf> = BTreeSet::new();
    for directory in &directories {
        let module = modules.module(directory);
        called.extend(
            module
                .calls
                .values()
                .filter_map(|call| modules.local(&module, call)),
        );
    }
    let mut exceptions = Exceptions::default();
    for directory in &directories {
        let module = modules.module(directory);
        if called.contains(directory) || !module.has_files {
            continue;
        }
        let library = !module.is_root();
        let shown = files.shown(directory);
        if library {
            reading.libraries.push(shown.clone());
            if !options.libraries {
                continue;
            }
        }
        let (given, problems) = Given::read(files, directory, &options.variables);
        reading.problems.extend(problems);
        let tree = modules.tree(module);
        tree.each(&mut |module| module.add_exceptions_to(&mut exceptions));
        let region = options.region.as_deref().map(Arc::from);
        let evaluation = Evaluation::new(files, &given, &tree, region, options.limits);
        let (instances, unread) = instances(&evaluation, options);
        if instances.len() >= MAX_INSTANCES {
            let message = format!("only {MAX_INSTANCES} instances of the root are read");
            let kind = ProblemKind::Invalid(message);
            reading.problems.push(Problem::of_file(shown.clone(), kind));
        }
        reading.roots.push(Root {
            directory: shown,
            library,
            instances,
            unread,
        });
    }
    (reading.exceptions, reading.warnings) = exceptions.finish();
    reading.problems.extend(modules.into_problems());
    reading
        .problems
        .sort_by_key(|problem| (problem.file.clone(), problem.region));
    reading.problems.dedup();
    reading
}

/// Every instance of every module of a root, and every call that leads to none.
fn instances(evaluation: &Evaluation, options: &Options) -> (Vec<Instance>, Vec<UnreadCall>) {
    let mut found = Vec::new();
    let mut unread = Vec::new();
    let mut waiting = vec![ROOT];
    while let Some(id) = waiting.pop() {
        let node = evaluation.module(id).node;
        for name in node.module.resources.keys() {
            let reported = options
                .kinds
                .as_ref()
                .is_none_or(|kinds| kinds.contains(name.kind.as_ref()));
            if !reported {
                continue;
            }
            let left = MAX_INSTANCES.saturating_sub(found.len());
            let resources = evaluation.instances_of(id, name).into_iter().take(left);
            found.extend(resources.map(|resource| instance(evaluation, &resource)));
        }
        unread.extend(evaluation.unread_calls(id));
        waiting.extend(evaluation.called_by(id));
    }
    found.sort_unstable_by(|left, right| left.address.cmp(&right.address));
    (found, unread)
}

fn instance<'a>(evaluation: &Evaluation<'a>, resource: &Rc<ResourceInstance<'a>>) -> Instance {
    let provider = evaluation.provider_of(resource);
    let body = evaluation.body_of(resource);
    let own = body.value("region").filter(|_| is_of_aws(resource));
    let own = own.filter(|region| !region.is_null());
    let region = own.unwrap_or(&provider.region).clone();
    let multiplicity = evaluation.multiplicity(resource);
    Instance {
        address: Arc::clone(&resource.address),
        mode: resource.name.mode,
        kind: Arc::clone(&resource.name.kind),
        name: Arc::clone(&resource.name.name),
        multiplicity,
        condition: evaluation.condition(resource),
        header: resource.declared.place(),
        calls: calls(evaluation, resource.module),
        region,
        account: provider.account.clone(),
        body,
        prevent_destroy: evaluation.prevent_destroy(resource),
        depends_on: evaluation.dependencies(resource),
    }
}

/// Resources of the AWS provider take a region of their own since its version 6; `aws_region`
/// means another region by that argument.
fn is_of_aws(resource: &ResourceInstance) -> bool {
    let kind = resource.name.kind.as_ref();
    kind.starts_with("aws_") && !(resource.name.mode == Mode::Data && kind == "aws_region")
}

/// The headers of the calls that lead to a module, the root's first.
fn calls(evaluation: &Evaluation, module: ModuleId) -> Vec<Place> {
    let mut places = Vec::new();
    let mut module = evaluation.module(module);
    while let Some(called) = &module.called {
        places.push(called.call.place());
        let by = called.by;
        module = evaluation.module(by);
    }
    places.reverse();
    places
}
