//! What a request gives, whatever protocol it came by.

use std::collections::BTreeMap;

/// The named values of a request: each a text, a number written as text, or a list of texts.
#[derive(Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, Vec<String>>);

impl Parameters {
    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(value.into());
    }

    /// The names of all that was given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of a parameter; none where it was not given, or is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.list(name)
            .first()
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The values of a parameter that is a list.
    pub(crate) fn list(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}
