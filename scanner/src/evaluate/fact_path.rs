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
    reach: Reach,
}

/// What of a fact a rule needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// As METADATA declares it: the fact itself, and of a set that it has no gap.
    Declared,
    /// That it is there.
    Fact,
    /// That none of its members or elements is missing.
    Members,
    /// That nothing below it is missing.
    Below,
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
        Ok(Self {
            text,
            steps,
            reach: Reach::Declared,
        })
    }
}

impl FactPath {
    /// A path that the text of a rule reads.
    pub(super) fn read(steps: Vec<Step>, reach: Reach) -> Self {
        let mut text = String::new();
        for step in &steps {
            match step {
                Step::Member(name) if text.is_empty() => text.push_str(name),
                Step::Member(name) => text.extend([".", name]),
                Step::Element => text.push_str("[]"),
            }
        }
        if text.is_empty() {
            text.push_str("input");
        }
        Self { text, steps, reach }
    }

    /// Whether METADATA declares it.
    pub(super) fn is_declared(&self) -> bool {
        self.reach == Reach::Declared
    }

    /// Whether the fact is unknown where `unknown` is: at the fact itself, above it, or, for a
    /// set, as a gap right in it.
    pub fn is_lost_with(&self, unknown: &UnknownAt) -> bool {
        let lost = unknown.path.as_slice();
        let leads_alike = |lost: &[Step]| {
            lost.iter()
                .zip(&self.steps)
                .all(|(lost, step)| lost == step || *step == Step::Element)
        };
        let below = lost.len().saturating_sub(self.steps.len());
        match (self.reach, below) {
            (Reach::Declared | Reach::Fact, 0) => leads_alike(lost),
            (Reach::Declared, 1) => lost.last() == Some(&Step::Element) && leads_alike(lost),
            (Reach::Members, 1) | (Reach::Below, 1..) => leads_alike(lost),
            _ => false,
        }
    }

    /// Whether this fact is unknown where the one at a place is.
    pub(super) fn leads_through(&self, place: &[Step]) -> bool {
        self.steps.starts_with(place)
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
