//! Which module calls which: the tree below one root, before anything is evaluated.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::module::{Declared, Module};
use crate::iac::files::Files;
use crate::iac::json::{self, NodeKind};
use crate::iac::problem::{Problem, ProblemKind};

/// How deep modules may call each other.
const MAX_DEPTH: usize = 32;

/// How many calls the tree of one root may hold.
const MAX_CALLS: usize = 10_000;

/// The modules that were read, each directory once.
pub(in crate::iac) struct Modules<'f> {
    files: &'f Files,
    read: RefCell<BTreeMap<PathBuf, Rc<Module>>>,
    problems: RefCell<Vec<Problem>>,
}

/// A module where it is called.
pub(in crate::iac) struct Node {
    pub(in crate::iac) module: Rc<Module>,
    pub(in crate::iac) calls: BTreeMap<Arc<str>, Called>,
}

impl Node {
    /// Calls `visit` for this module and every one that is called below it.
    pub(in crate::iac) fn each(&self, visit: &mut dyn FnMut(&Module)) {
        visit(&self.module);
        for called in self.calls.values() {
            if let Called::Node(node) = called {
                node.each(visit);
            }
        }
    }
}

/// What a call leads to.
pub(in crate::iac) enum Called {
    /// A module that was read.
    Node(Box<Node>),
    /// A module that was not, and why.
    Unresolved(String),
}

impl<'f> Modules<'f> {
    pub(in crate::iac) fn new(files: &'f Files) -> Self {
        Self {
            files,
            read: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// The module of a directory.
    pub(in crate::iac) fn module(&self, directory: &Path) -> Rc<Module> {
        if let Some(module) = self.read.borrow().get(directory) {
            return Rc::clone(module);
        }
        let (module, problems) = Module::read(self.files, directory);
        self.problems.borrow_mut().extend(problems);
        let module = Rc::new(module);
        let directory = directory.to_owned();
        self.read.borrow_mut().insert(directory, Rc::clone(&module));
        module
    }

    /// The directory of a local module that a call names, if it names one that can be read.
    pub(in crate::iac) fn local(&self, module: &Module, call: &Declared) -> Option<PathBuf> {
        let source = call.expr("source")?.as_literal()?;
        if !is_local(source) {
            return None;
        }
        self.files.directory(&module.directory, source).ok()
    }

    /// The tree of calls below a root.
    pub(in crate::iac) fn tree(&self, root: Rc<Module>) -> Node {
        let (installed, problem) = Installed::read(self.files, &root.directory);
        self.problems.borrow_mut().extend(problem);
        let mut builder = Builder {
            modules: self,
            installed,
            calls: 0,
            above: Vec::new(),
        };
        builder.node(root, "")
    }

    /// What could not be read.
    pub(in crate::iac) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

struct Builder<'m, 'f> {
    modules: &'m Modules<'f>,
    installed: Installed,
    calls: usize,
    /// The directories of the modules above, to find circles.
    above: Vec<PathBuf>,
}

impl Builder<'_, '_> {
    /// `key` is the path of calls from the root, as `modules.json` writes it: `zones.records`.
    fn node(&mut self, module: Rc<Module>, key: &str) -> Node {
        self.above.push(module.directory.clone());
        let mut calls = BTreeMap::new();
        for (name, call) in &module.calls {
            let key = if key.is_empty() {
                name.to_string()
            } else {
                format!("{key}.{name}")
            };
            let called = match self.directory(&module, call, &key) {
                Ok(directory) => {
                    let inner = self.modules.module(&directory);
                    Called::Node(Box::new(self.node(inner, &key)))
                }
                Err(why) => {
                    let kind = ProblemKind::Module {
                        call: key,
                        source_address: source_of(call),
                        why: why.clone(),
                    };
                    let problem = Problem::at(&call.place(), kind);
                    self.modules.problems.borrow_mut().push(problem);
                    Called::Unresolved(why)
                }
            };
            calls.insert(Arc::clone(name), called);
        }
        self.above.pop();
        Node { module, calls }
    }

    /// The directory that a call leads to, or why it leads to none.
    fn directory(
        &mut self,
        module: &Module,
        call: &Declared,
        key: &str,
    ) -> Result<PathBuf, String> {
        let Some(source) = call.expr("source").and_then(|expr| expr.as_literal()) else {
            return Err("its source is no literal text".to_owned());
        };
        let files = self.modules.files;
        let directory = if is_local(source) {
            files.directory(&module.directory, source)
        } else if let Some(directory) = self.installed.directory(key) {
            files.directory(&self.installed.root, directory)
        } else {
            return Err(
                "it is not a local module and `terraform init` has not installed it".to_owned(),
            );
        };
        let directory = directory.map_err(|problem| problem.to_string())?;
        if self.above.contains(&directory) {
            return Err("it calls itself".to_owned());
        }
        if self.above.len() >= MAX_DEPTH {
            return Err(format!(
                "modules call each other more than {MAX_DEPTH} deep"
            ));
        }
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(format!("the root has more than {MAX_CALLS} module calls"));
        }
        Ok(directory)
    }
}

/// Whether a source is a path (Terraform documentation, "Module Sources", "Local Paths").
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

fn source_of(call: &Declared) -> String {
    match call.expr("source") {
        Some(expr) => match expr.as_literal() {
            Some(text) => text.to_string(),
            None => expr.span.of(&call.source).text().to_owned(),
        },
        None => "no source".to_owned(),
    }
}

/// The modules that `terraform init` has downloaded, by the path of calls that leads to them.
struct Installed {
    root: PathBuf,
    directories: BTreeMap<String, String>,
}

impl Installed {
    /// Reads `.terraform/modules/modules.json`, if there is one.
    fn read(files: &Files, root: &Path) -> (Self, Option<Problem>) {
        let mut installed = Self {
            root: root.to_owned(),
            directories: BTreeMap::new(),
        };
        let path = root.join(".terraform/modules/modules.json");
        if !path.exists() {
            return (installed, None);
        }
        let source = match files.read(&path) {
            Ok(source) => source,
            Err(problem) => return (installed, Some(problem)),
        };
        let problem = match json::parse(source.text()) {
            Ok(node) => {
                installed.directories = entries(&node).unwrap_or_default();
                None
            }
            Err(fault) => Some(super::module::syntax_problem(&source, &fault)),
        };
        (installed, problem)
    }

    fn directory(&self, key: &str) -> Option<&str> {
        self.directories.get(key).map(String::as_str)
    }
}

/// `{"Modules": [{"Key": …, "Dir": …}]}`.
fn entries(node: &json::Node) -> Option<BTreeMap<String, String>> {
    let NodeKind::Array(modules) = &member(node, "Modules")?.kind else {
        return None;
    };
    let each = modules
        .iter()
        .filter_map(|module| Some((text(member(module, "Key")?)?, text(member(module, "Dir")?)?)));
    Some(each.collect())
}

fn member<'n>(node: &'n json::Node, name: &str) -> Option<&'n json::Node> {
    let NodeKind::Object(members) = &node.kind else {
        return None;
    };
    let found = members.iter().find(|member| member.name.as_ref() == name)?;
    Some(&found.value)
}

fn text(node: &json::Node) -> Option<String> {
    match &node.kind {
        NodeKind::String { text, .. } => Some(text.to_string()),
        _ => None,
    }
}
