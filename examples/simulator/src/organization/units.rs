//! The organisational units of an organisation.

use std::collections::HashMap;

use super::OrganizationalUnit;
use super::identifier::{Identifiers, LOWER};
use crate::error::Error;

/// The organisational units, made as accounts name them.
#[derive(Debug)]
pub(super) struct Units<'a> {
    identifiers: &'a Identifiers,
    pub(super) root_id: String,
    pub(super) units: Vec<OrganizationalUnit>,
    by_path: HashMap<String, String>,
}

impl<'a> Units<'a> {
    pub(super) fn new(identifiers: &'a Identifiers, root_id: String) -> Self {
        Self {
            identifiers,
            root_id,
            units: Vec::new(),
            by_path: HashMap::new(),
        }
    }

    /// The id of the root or unit at a path, made where it is not there yet.
    pub(super) fn place(&mut self, path: &str) -> Result<String, Error> {
        if !path.starts_with('/') {
            return Err(Error::contradiction(
                format!("the organisational unit {path:?} is no path"),
                "begin it with the root, as in \"/workloads/production\"",
            ));
        }
        let mut parent = self.root_id.clone();
        let mut walked = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            walked.push('/');
            walked.push_str(name);
            parent = match self.by_path.get(&walked) {
                Some(id) => id.clone(),
                None => self.add(name, &parent, &walked),
            };
        }
        Ok(parent)
    }

    fn add(&mut self, name: &str, parent: &str, path: &str) -> String {
        let suffix = self.identifiers.characters(&["unit", path], LOWER, 8);
        let id = format!("ou-{}-{suffix}", self.root_id.trim_start_matches("r-"));
        self.by_path.insert(path.to_owned(), id.clone());
        self.units.push(OrganizationalUnit {
            id: id.clone(),
            name: name.to_owned(),
            parent: parent.to_owned(),
        });
        id
    }
}
