//! The files of one directory, taken together as a module.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::syntax::{self, Attribute, Block, Body, Expr};
use crate::iac::exception::{Directive, Exceptions};
use crate::iac::files::Files;
use crate::iac::place::{Place, Source, Span};
use crate::iac::problem::{Fault, Problem, ProblemKind};

/// Whether a resource is made or only looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`.
    Managed,
    /// `data`.
    Data,
}

/// Which resource of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iac) struct ResourceName {
    pub(in crate::iac) mode: Mode,
    pub(in crate::iac) kind: Arc<str>,
    pub(in crate::iac) name: Arc<str>,
}

/// A module as its directory declares it.
#[derive(Debug, Default)]
pub(in crate::iac) struct Module {
    pub(in crate::iac) directory: PathBuf,
    pub(in crate::iac) variables: BTreeMap<Arc<str>, Declared>,
    pub(in crate::iac) locals: BTreeMap<Arc<str>, Argument>,
    pub(in crate::iac) outputs: BTreeMap<Arc<str>, Declared>,
    pub(in crate::iac) resources: BTreeMap<ResourceName, Declared>,
    pub(in crate::iac) calls: BTreeMap<Arc<str>, Declared>,
    pub(in crate::iac) providers: Vec<Declared>,
    /// Whether it says where its state is kept: a `backend` or `cloud` block.
    pub(in crate::iac) keeps_state: bool,
    /// Whether it holds a lock file or variable values.
    pub(in crate::iac) is_applied: bool,
    /// What the comments of its files say to zonewarden.
    pub(in crate::iac) directives: Vec<(Arc<Source>, Vec<Directive>)>,
    /// Whether it declares anything at all.
    pub(in crate::iac) has_files: bool,
}

/// A block of a module.
#[derive(Debug)]
pub(in crate::iac) struct Declared {
    pub(in crate::iac) source: Arc<Source>,
    pub(in crate::iac) header: Span,
    pub(in crate::iac) labels: Box<[Arc<str>]>,
    pub(in crate::iac) body: Body,
    /// Arguments and blocks that an override file sets instead.
    pub(in crate::iac) overrides: Vec<(Arc<Source>, Body)>,
}

/// An argument and the file that it stands in.
#[derive(Debug)]
pub(in crate::iac) struct Argument {
    pub(in crate::iac) source: Arc<Source>,
    pub(in crate::iac) attribute: Attribute,
}

impl Declared {
    /// The place of its header.
    pub(in crate::iac) fn place(&self) -> Place {
        self.header.of(&self.source)
    }

    /// The argument of that name and the file it stands in.
    pub(in crate::iac) fn argument(&self, name: &str) -> Option<(&Arc<Source>, &Attribute)> {
        let bodies = self.overrides.iter().rev();
        let overriding = bodies.filter_map(|(s, body)| Some((s, body.attributes.get(name)?)));
        let own = || Some((&self.source, self.body.attributes.get(name)?));
        overriding.into_iter().next().or_else(own)
    }

    /// All arguments and the files they stand in.
    pub(in crate::iac) fn arguments(&self) -> BTreeMap<&Arc<str>, (&Arc<Source>, &Attribute)> {
        let own = std::iter::once((&self.source, &self.body));
        let overrides = self.overrides.iter().map(|(source, body)| (source, body));
        own.chain(overrides)
            .flat_map(|(source, body)| {
                let attributes = body.attributes.iter();
                attributes.map(move |(name, attribute)| (name, (source, attribute)))
            })
            .collect()
    }

    /// The nested blocks and the files they stand in. Blocks of an override file stand for all of
    /// their kind (Terraform documentation, "Override Files").
    pub(in crate::iac) fn blocks(&self) -> Vec<(&Arc<Source>, &Block)> {
        let mut blocks: Vec<_> = self.body.blocks.iter().map(|b| (&self.source, b)).collect();
        for (source, body) in &self.overrides {
            blocks.retain(|(_, block)| body.blocks.iter().all(|new| new.kind != block.kind));
            blocks.extend(body.blocks.iter().map(|block| (source, block)));
        }
        blocks
    }

    /// The expression of an argument, if it is set.
    pub(in crate::iac) fn expr(&self, name: &str) -> Option<&Expr> {
        self.argument(name).map(|(_, attribute)| &attribute.expr)
    }
}

/// Whether a file of that name is part of a module (Terraform documentation, "Files and
/// Configuration Structure"); what editors leave behind is not.
pub(in crate::iac) fn is_configuration(name: &str) -> bool {
    let left_behind = name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'));
    !left_behind && (name.ends_with(".tf") || name.ends_with(".tf.json"))
}

impl Module {
    /// Reads the module that a directory holds. What cannot be read is left out, with a problem.
    pub(in crate::iac) fn read(files: &Files, directory: &Path) -> (Self, Vec<Problem>) {
        let mut module = Self {
            directory: directory.to_owned(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let names = match files.names_in(directory) {
            Ok(names) => names,
            Err(problem) => return (module, vec![problem]),
        };
        module.is_applied = names.iter().any(|name| {
            name == ".terraform.lock.hcl"
                || name.ends_with(".tfvars")
                || name.ends_with(".tfvars.json")
        }) || directory.join(".terraform.lock.hcl").is_file();
        let (overrides, plain): (Vec<_>, Vec<_>) = names
            .iter()
            .filter(|name| is_configuration(name))
            .partition(|name| is_override(name));
        module.has_files = !plain.is_empty();
        for (name, overriding) in plain
            .into_iter()
            .map(|name| (name, false))
            .chain(overrides.into_iter().map(|name| (name, true)))
        {
            let read = files.read(&directory.join(name)).and_then(|source| {
                let parsed = syntax::parse(&source);
                parsed.map_err(|fault| syntax_problem(&source, &fault))
            });
            match read {
                Ok(file) => {
                    module.add(&file.source, file.body, overriding, &mut problems);
                    module.directives.push((file.source, file.directives));
                }
                Err(problem) => problems.push(problem),
            }
        }
        (module, problems)
    }

    /// Whether a configuration that no other calls is one to apply, rather than one to be called.
    pub(in crate::iac) fn is_root(&self) -> bool {
        !self.providers.is_empty()
            || self.keeps_state
            || self.is_applied
            || self
                .variables
                .values()
                .all(|v| v.argument("default").is_some())
    }

    /// What its files ask to accept. What `terraform init` has downloaded is not asked: nobody who
    /// answers for the roots has written it.
    pub(in crate::iac) fn add_exceptions_to(&self, exceptions: &mut Exceptions) {
        let mut within = self.directory.components();
        if within.any(|part| part.as_os_str() == ".terraform") {
            return;
        }
        for (source, directives) in &self.directives {
            exceptions.add(source, directives);
        }
    }

    fn add(
        &mut self,
        source: &Arc<Source>,
        body: Body,
        overriding: bool,
        problems: &mut Vec<Problem>,
    ) {
        for block in body.blocks {
            let (kind, place) = (Arc::clone(&block.kind), block.header.of(source));
            let added = self.add_block(source, block, overriding);
            if let Err(message) = added {
                let message = format!("{kind}: {message}");
                problems.push(Problem::at(&place, ProblemKind::Invalid(message)));
            }
        }
        for (name, attribute) in body.attributes {
            let message = format!("`{name}` stands outside any block");
            let place = attribute.span.of(source);
            problems.push(Problem::at(&place, ProblemKind::Invalid(message)));
        }
    }

    fn add_block(
        &mut self,
        source: &Arc<Source>,
        block: Block,
        overriding: bool,
    ) -> Result<(), String> {
        let kind = Arc::clone(&block.kind);
        let mode = match kind.as_ref() {
            "data" => Mode::Data,
            _ => Mode::Managed,
        };
        let declared = Declared {
            source: Arc::clone(source),
            header: block.header,
            labels: block.labels,
            body: block.body,
            overrides: Vec::new(),
        };
        match kind.as_ref() {
            "resource" | "data" => {
                let [kind, name] = &*declared.labels else {
                    return Err("expected a type and a name".to_owned());
                };
                let name = ResourceName {
                    mode,
                    kind: Arc::clone(kind),
                    name: Arc::clone(name),
                };
                place_in(&mut self.resources, name, declared, overriding)
            }
            "variable" => place_in(
                &mut self.variables,
                one_label(&declared)?,
                declared,
                overriding,
            ),
            "output" => place_in(
                &mut self.outputs,
                one_label(&declared)?,
                declared,
                overriding,
            ),
            "module" => place_in(&mut self.calls, one_label(&declared)?, declared, overriding),
            "provider" => {
                one_label(&declared)?;
                self.providers.push(declared);
                Ok(())
            }
            "locals" => {
                for (name, attribute) in declared.body.attributes {
                    let source = Arc::clone(source);
                    let twice = format!("the local value `{name}` is declared twice");
                    let before = self.locals.insert(name, Argument { source, attribute });
                    if before.is_some() && !overriding {
                        return Err(twice);
                    }
                }
                Ok(())
            }
            "terraform" => {
                let keeps = |name: &str| matches!(name, "backend" | "cloud");
                let body = &declared.body;
                self.keeps_state |= body.blocks.iter().any(|block| keeps(&block.kind))
                    || body.attributes.keys().any(|name| keeps(name));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn one_label(declared: &Declared) -> Result<Arc<str>, String> {
    match &*declared.labels {
        [name] => Ok(Arc::clone(name)),
        _ => Err("expected a name".to_owned()),
    }
}

/// Adds a block, or gives the one that is there what an override file says.
fn place_in<K: Ord>(
    blocks: &mut BTreeMap<K, Declared>,
    name: K,
    declared: Declared,
    overriding: bool,
) -> Result<(), String> {
    match (blocks.get_mut(&name), overriding) {
        (Some(before), true) => {
            before.overrides.push((declared.source, declared.body));
            Ok(())
        }
        (Some(before), false) => {
            let place = before.place();
            Err(format!("declared a second time, after {place}"))
        }
        (None, _) => {
            blocks.insert(name, declared);
            Ok(())
        }
    }
}

fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.strip_suffix(".tf").unwrap_or(stem);
    stem == "override" || stem.ends_with("_override")
}

/// The problem that a fault of syntax is.
pub(in crate::iac) fn syntax_problem(source: &Arc<Source>, fault: &Fault) -> Problem {
    let place = fault.span.of(source);
    Problem::at(&place, ProblemKind::Syntax(fault.message.clone()))
}
