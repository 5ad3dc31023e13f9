//! How a report stands against an earlier one.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::RuleResult;

/// How a failure, or an unknown verdict, stands against an earlier report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaselineState {
    /// It was not there.
    New,
    /// It was there, and is worse now: what waived it has ended, or its severity is higher.
    Updated,
    /// It was there, and is no worse.
    Unchanged,
}

impl BaselineState {
    /// The name of the state in every document, which is SARIF's (3.27.24).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What became of what an earlier report holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The digest of the earlier document, `sha256:` and hexadecimal; null where it was made for
    /// the comparison.
    pub digest: Option<String>,
    /// The instant that the rules took for now in it.
    pub evaluated_at: Option<Timestamp>,
    /// The comparison in numbers.
    pub counts: ComparisonCounts,
    /// The failures of the earlier report that are none now, waived ones among them; in the order
    /// of [`RuleResult::worst_first`].
    pub earlier: Vec<EarlierFailure>,
}

/// A comparison in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonCounts {
    /// Failures that were not there.
    pub new: u64,
    /// Failures that were there, and are worse now.
    pub updated: u64,
    /// Failures that were there, and are no worse.
    pub unchanged: u64,
    /// Failures that a waiver accepts now, and that none did.
    pub waived: u64,
    /// Failures that are none any more.
    pub mended: u64,
    /// Failures of which it is not known whether they still are.
    pub not_judged: u64,
    /// Verdicts that are unknown now, and were not.
    pub unknown: u64,
}

/// A failure of an earlier report that is none now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EarlierFailure {
    /// What became of it.
    pub state: EarlierState,
    /// Why that is known, or why nothing is.
    pub why: String,
    /// The result as it was.
    pub result: RuleResult,
}

/// What became of a failure of an earlier report.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EarlierState {
    /// The rule was judged, what it judges was read, and it does not fail any more.
    Mended,
    /// The rule was not judged, or what it judges was not read.
    NotJudged,
}

impl EarlierState {
    /// The name of the state in every document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mended => "mended",
            Self::NotJudged => "not_judged",
        }
    }
}
