//! The values given to the parameters of templates from outside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::syntax::{self, Node, NodeKind};
use crate::iac::files::Files;
use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::value::{Data, Value};

/// Values given on the command line. They are given to every template that has such parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameters {
    /// A file of values, in JSON or YAML: a list of `ParameterKey` and `ParameterValue`, as the AWS
    /// CLI reads it; a map from names to values; or such a map under `Parameters`, as CodePipeline
    /// reads it.
    File(PathBuf),
    /// A name and a value.
    Value(String, String),
}

/// The values given, by parameter.
#[derive(Debug, Default)]
pub(in crate::iac) struct Given {
    values: BTreeMap<Arc<str>, Value>,
}

impl Given {
    /// Reads what is given, in order; the last value for a name stands.
    pub(in crate::iac) fn read(files: &Files, given: &[Parameters]) -> (Self, Vec<Problem>) {
        let mut read = Self::default();
        let mut problems = Vec::new();
        for parameters in given {
            match parameters {
                Parameters::File(path) => {
                    let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                    problems.extend(read.file(files, &path).err());
                }
                Parameters::Value(name, text) => {
                    let source = Source::new(format!("parameter {name}"), text.as_str());
                    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    let value = Value::new(Data::string(text), source.place(0, end));
                    read.values.insert(name.as_str().into(), value);
                }
            }
        }
        (read, problems)
    }

    pub(in crate::iac) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    fn file(&mut self, files: &Files, path: &Path) -> Result<(), Problem> {
        let source = files.read(path)?;
        let document = syntax::parse(&source).map_err(|fault| {
            let kind = ProblemKind::Syntax(fault.message);
            Problem::at(&fault.span.of(&source), kind)
        })?;
        let root = &document.root;
        let within = root
            .get("Parameters")
            .filter(|node| node.as_map().is_some());
        match &within.unwrap_or(root).kind {
            NodeKind::Map(map) => {
                for entry in map.entries() {
                    self.set(&entry.name, &entry.value, &source);
                }
            }
            NodeKind::List(items) => {
                for item in items {
                    let name = item.get("ParameterKey").and_then(|node| node.as_str());
                    if let (Some(name), Some(value)) = (name, item.get("ParameterValue")) {
                        self.set(name, value, &source);
                    }
                }
            }
            _ => {
                let message = "a parameters file holds a list of ParameterKey and \
                               ParameterValue, or a map from names to values";
                let kind = ProblemKind::Invalid(message.to_owned());
                return Err(Problem::at(&root.span.of(&source), kind));
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &Arc<str>, node: &Node, source: &Arc<Source>) {
        let place = node.span.of(source);
        let data = match &node.kind {
            NodeKind::String(text) => Data::String(Arc::clone(text)),
            NodeKind::Number(_) => Data::string(place.text()),
            NodeKind::Bool(value) => Data::string(value.to_string()),
            NodeKind::List(items) => {
                let items = items.iter().map(|item| {
                    let place = item.span.of(source);
                    let data = match item.as_str() {
                        Some(text) => Data::String(Arc::clone(text)),
                        None => Data::string(place.text()),
                    };
                    Value::new(data, place)
                });
                Data::list(items.collect())
            }
            NodeKind::Null | NodeKind::Map(_) => return,
        };
        let value = Value::new(data, place);
        self.values.insert(Arc::clone(name), value);
    }
}
