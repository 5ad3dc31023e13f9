//! The paths by which METADATA names facts: `zone.dnssec`, `zone.ksks[].status`.

use std::fmt;

use serde::Deserialize;
use thiserror::Error;

use super::document::{Step, UnknownAt};

/// A path to a fact, or to one fact of each element of an array.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FactPath {
    text: String,
    steps: Vec<Step>,
}

/// Why a text is not the path of a fact.
#[derive(Debug, Clone, Error)]
#[error("{0:?} is not the path of a fact; write it like zone.dnssec or zone.ksks[].status")]
pub struct BadFactPath(String);

impl TryFrom<String> for FactPath {
    type Error = BadFactPath;

    fn try_from(text: String) -> Result<Self, BadFactPath> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let name = part.trim_end_matches("[]");
            let legal =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-');
            if name.is_empty() || !name.bytes().all(legal) {
                return Err(BadFactPath(text));
            }
            steps.push(Step::Member(name.to_owned()));
            let elements = (part.len() - name.len()) / 2;
            steps.extend(std::iter::repeat_n(Step::Element, elements));
        }
        Ok(Self { text, steps })
    }
}

impl FactPath {
    /// Whether the fact is unknown where `unknown` is: at the fact itself, above it, or, for a
    /// set, as a gap right in it.
    pub fn is_lost_with(&self, unknown: &UnknownAt) -> bool {
        let lost = unknown.path.as_slice();
        if lost.len() <= self.steps.len() {
            return self.steps.starts_with(lost);
        }
        match lost.split_last() {
            Some((Step::Element, set)) => set == self.steps.as_slice(),
            _ => false,
        }
    }

    /// The first step: the kind of subject.
    pub fn root(&self) -> &str {
        match self.steps.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
