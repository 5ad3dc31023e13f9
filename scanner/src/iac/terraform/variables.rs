//! The values given to the variables of a root from outside (Terraform documentation, "Input
//! Variables", "Variable Definition Precedence").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::module::syntax_problem;
use super::syntax::{self, Expr};
use crate::iac::files::Files;
use crate::iac::place::Source;
use crate::iac::problem::Problem;
use crate::iac::value::Value;

/// A value given from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Variables {
    /// `--var-file`: a file of values.
    File(PathBuf),
    /// `--var name=value`.
    Value(String, String),
    /// A value that is known to be the variable's, as a plan has it.
    Known(String, Value),
}

/// What is given for a variable.
pub(in crate::iac) enum Input {
    /// An expression in a file.
    Expression { source: Arc<Source>, expr: Expr },
    /// The text of `--var`.
    Text(Arc<Source>),
    /// A value.
    Value(Value),
}

/// The values given to a root by variable.
#[derive(Default)]
pub(in crate::iac) struct Given {
    values: BTreeMap<Arc<str>, Input>,
}

impl Given {
    /// Reads what is given to the root in a directory: the files that Terraform reads by itself,
    /// then what the command line gives, in order; the last one stands. The environment
    /// (`TF_VAR_…`) is not read: the same files give the same result everywhere.
    pub(in crate::iac) fn read(
        files: &Files,
        directory: &Path,
        given: &[Variables],
    ) -> (Self, Vec<Problem>) {
        let mut read = Self::default();
        let mut problems = Vec::new();
        let names = files.names_in(directory).unwrap_or_default();
        let automatic =
            |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
        let first = ["terraform.tfvars", "terraform.tfvars.json"];
        let first = first
            .iter()
            .filter(|name| names.iter().any(|n| n == **name));
        let paths = first.map(|name| directory.join(name)).chain(
            names
                .iter()
                .filter(automatic)
                .map(|name| directory.join(name)),
        );
        for path in paths {
            problems.extend(read.file(files, &path).err());
        }
        for variables in given {
            match variables {
                Variables::File(path) => {
                    let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                    problems.extend(read.file(files, &path).err());
                }
                Variables::Value(name, text) => {
                    let source = Source::new(format!("--var {name}"), text.as_str());
                    read.values
                        .insert(name.as_str().into(), Input::Text(source));
                }
                Variables::Known(name, value) => {
                    let value = Input::Value(value.clone());
                    read.values.insert(name.as_str().into(), value);
                }
            }
        }
        (read, problems)
    }

    pub(in crate::iac) fn get(&self, name: &str) -> Option<&Input> {
        self.values.get(name)
    }

    fn file(&mut self, files: &Files, path: &Path) -> Result<(), Problem> {
        let source = files.read(path)?;
        let parsed = syntax::parse_values(&source);
        let file = parsed.map_err(|fault| syntax_problem(&source, &fault))?;
        for (name, attribute) in file.body.attributes {
            let source = Arc::clone(&file.source);
            let expr = attribute.expr;
            self.values.insert(name, Input::Expression { source, expr });
        }
        Ok(())
    }
}
