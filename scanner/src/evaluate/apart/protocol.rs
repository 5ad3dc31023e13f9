//! What is said to the process that judges, and what it answers: one line of JSON each.

use std::collections::BTreeMap;

use regorus::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::evaluate::catalogue::Questions;
use crate::evaluate::interpreter::Answer;
use crate::evaluate::program::RunError;
use crate::evaluate::trial::{Reached, Tried, UnitTest};

/// The first line to the process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::evaluate) struct Setup {
    /// Paths and texts.
    pub(super) modules: Vec<(String, String)>,
    pub(super) data: Json,
    /// What each rule is asked.
    pub(super) rules: Vec<Questions>,
    /// Whether the lines that are reached are noted.
    pub(super) coverage: bool,
}

/// Every other line to the process.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question<'a> {
    /// What rules say of an input.
    Judge {
        /// Each by its place in the setup, with its parameters.
        rules: &'a [(usize, &'a Value)],
        input: &'a Value,
    },
    /// Which lines a rule reaches over an input, which has its parameters.
    Reach { rule: usize, input: &'a Value },
    /// What comes of a test.
    Try(&'a UnitTest),
}

/// A question as the process reads it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    Judge {
        rules: Vec<(usize, Value)>,
        input: BTreeMap<String, Value>,
    },
    Reach {
        rule: usize,
        input: Value,
    },
    Try(UnitTest),
}

/// A line from the process: one when it is ready, then one for each rule of a question to judge, and
/// one for each other question.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    Ready,
    Answer(Answer),
    Failed(RunError),
    Reached(Vec<Reached>),
    Tried(Tried),
}
