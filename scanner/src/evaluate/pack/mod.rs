//! Rules of the user's own: every module below the given folders, taken together, as OPA takes a
//! bundle. Each package that finds something is a rule.

mod assembly;
pub(super) mod calls;
mod complexity;
pub(super) mod conventions;
mod data;
mod folder;
mod foundation;
pub(super) mod library;
mod meaning;
mod places;
mod reads;
mod recursion;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use regorus::Engine;
use serde_json::Value as Json;
use thiserror::Error;

use self::assembly::Schemas;
pub(in crate::evaluate) use self::folder::Text;
use self::library::Library;
use super::catalogue::{Rule, RuleError};

/// What a thread that reads a pack may put on its stack: regorus follows trees by calling itself,
/// and the deepest that is let through fits into this.
const STACK: usize = 256 << 20;

/// Rules of the user's own.
#[derive(Debug, Clone)]
pub struct Pack {
    pub(super) rules: Vec<Rule>,
}

/// What the rules of a pack are made of.
#[derive(Debug)]
pub(super) struct Sources {
    /// Every module but tests.
    pub(super) modules: Vec<Text>,
    /// The modules that test others.
    pub(super) tests: Vec<Text>,
    /// Files of cases.
    pub(super) cases: Vec<Text>,
    /// What `data` is beside the packages.
    pub(super) data: Json,
}

/// Why a folder of rules cannot be used.
#[derive(Debug, Clone, Error)]
pub enum PackError {
    /// A file or folder cannot be read.
    #[error("{path} {problem}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A rule cannot be used.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl PackError {
    fn file(path: &Path, problem: impl Into<String>) -> Self {
        Self::File {
            path: path.display().to_string(),
            problem: problem.into(),
        }
    }

    fn at(path: &Path, line: u64, problem: &str) -> Self {
        Self::in_file(&path.display().to_string(), line, problem)
    }

    fn in_file(path: &str, line: u64, problem: &str) -> Self {
        Self::Rule(RuleError {
            path: path.to_owned(),
            line,
            problem: problem.to_owned(),
        })
    }

    /// An error of regorus, whose place is in its text.
    pub(super) fn from_regorus(path: &str, message: &str) -> Self {
        let RuleError {
            path,
            line,
            problem,
        } = super::program::regorus_error(path, message);
        let problem = match problem.contains("`if` keyword is required") {
            true => "this is Rego v0; write `if` before bodies and `contains` in sets, as in `deny contains msg if { … }`, or let `opa fmt --v0-v1 --write` do it".to_owned(),
            false => problem,
        };
        Self::in_file(&path, line, &problem)
    }
}

impl Pack {
    /// Reads the rules below folders.
    ///
    /// # Errors
    /// Where a file cannot be read, is too large, does not parse, or calls what is refused; where
    /// METADATA is wrong, or a rule reads what its scope does not have.
    pub fn read(folders: &[PathBuf]) -> Result<Self, PackError> {
        let files = folder::read(folders)?;
        let reader = std::thread::Builder::new()
            .name("rules".to_owned())
            .stack_size(STACK);
        std::thread::scope(|scope| {
            let reading = reader.spawn_scoped(scope, || Self::of(files));
            match reading.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(pack)) => pack,
                Ok(Err(_)) => Err(PackError::File {
                    path: "the rules".to_owned(),
                    problem: "cannot be read: the Rego engine failed; please report this with them"
                        .to_owned(),
                }),
                Err(error) => Err(PackError::File {
                    path: "the rules".to_owned(),
                    problem: format!("cannot be read: {error}; free some memory"),
                }),
            }
        })
    }

    fn of(files: folder::Files) -> Result<Self, PackError> {
        for module in files.modules.iter().chain(&files.tests) {
            if let Some((line, problem)) = complexity::excess(&module.text) {
                return Err(PackError::in_file(&module.path, line, problem));
            }
        }
        let sources = Arc::new(Sources {
            data: data::merged(&files.data)?,
            modules: files.modules,
            tests: files.tests,
            cases: files.cases,
        });
        let mut engine = sources.engine()?;
        let library = Library::of(engine.get_modules(), sources.clone())?;
        for module in &library.modules {
            calls::check(&library, module)?;
            meaning::refuse(&library, module)?;
            check_imports(&library, module)?;
        }
        recursion::refuse(&library)?;
        prepare(&mut engine, &sources)?;
        let mut schemas = Schemas::default();
        let mut rules = Vec::new();
        for package in library.packages.keys() {
            rules.extend(assembly::rule(&library, package, &sources, &mut schemas)?);
        }
        Ok(Self { rules })
    }

    /// Whether there is no rule in it.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Sources {
    /// All that decides what the rules say.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        let modules = self.modules.iter().map(|module| module.text.clone());
        modules.chain([self.data.to_string()])
    }

    /// The folders between the given folder and the module of a path.
    pub(super) fn folder_of(&self, path: &str) -> Option<&[String]> {
        let module = self.modules.iter().find(|module| module.path == path)?;
        Some(&module.folders)
    }

    /// An engine with every module but tests, and the data.
    pub(super) fn engine(&self) -> Result<Engine, PackError> {
        let mut engine = Engine::new();
        engine
            .add_data(regorus::Value::from(self.data.clone()))
            .map_err(|error| PackError::from_regorus("data", &error.to_string()))?;
        for Text { path, text, .. } in &self.modules {
            engine
                .add_policy(path.clone(), text.clone())
                .map_err(|error| PackError::from_regorus(path, &error.to_string()))?;
        }
        Ok(engine)
    }
}

/// What only shows when the modules are put together: names that are not bound, definitions that
/// contradict one another.
fn prepare(engine: &mut Engine, sources: &Sources) -> Result<(), PackError> {
    let first = sources.modules.first().map(|module| module.path.as_str());
    engine
        .eval_query("true".to_owned(), false)
        .map(|_| ())
        .map_err(|error| PackError::from_regorus(first.unwrap_or_default(), &error.to_string()))
}

fn check_imports(library: &Library, module: &library::Module) -> Result<(), PackError> {
    for import in &module.ast.imports {
        let Some(path) = library::static_path(&import.refr) else {
            continue;
        };
        let line = import.span.line.into();
        let told = |problem: String| Err(PackError::in_file(&module.path, line, &problem));
        match path.split_first() {
            Some((root, _)) if root == "input" || root == "rego" || root == "future" => {}
            Some((root, rest)) if root == "data" => {
                let leads_to_package = (0..=rest.len()).any(|length| {
                    rest.get(..length)
                        .is_some_and(|path| library.packages.contains_key(path))
                }) || library
                    .packages
                    .keys()
                    .any(|package| package.starts_with(rest));
                if !leads_to_package && rest.first().is_some_and(|first| first == "zonewarden") {
                    return told(format!(
                        "{} is a part of the rules that ship, which others cannot import; copy it",
                        path.join(".")
                    ));
                }
            }
            _ => {
                return told(format!(
                    "{} cannot be imported; import what begins with data or input",
                    path.join(".")
                ));
            }
        }
    }
    Ok(())
}
