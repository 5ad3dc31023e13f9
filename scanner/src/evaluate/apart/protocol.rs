//! What is said to the process that judges, and what it answers: one line of JSON each.

use std::collections::BTreeMap;

use regorus::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::evaluate::catalogue::Questions;
use crate::evaluate::interpreter::Answer;
use crate::evaluate::program::RunError;

/// The first line to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::evaluate) struct Setup {
    /// Paths and texts.
    pub(super) modules: Vec<(String, String)>,
    pub(super) data: Json,
    /// What each rule is asked.
    pub(super) rules: Vec<Questions>,
}

/// Every other line to the process.
#[derive(Serialize)]
pub(super) struct Question<'a> {
    /// The rules to run, each by its place in the setup, with its parameters.
    pub(super) rules: &'a [(usize, &'a Value)],
    pub(super) input: &'a Value,
}

/// A question as the process reads it.
#[derive(Deserialize)]
pub(super) struct Asked {
    pub(super) rules: Vec<(usize, Value)>,
    pub(super) input: BTreeMap<String, Value>,
}

/// A line from the process: one when it is ready, then one for each rule of each question.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    Ready,
    Answer(Answer),
    Failed(RunError),
}
