//! What accepts a finding or a gap, and until when.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What accepts a finding or a gap until a day, and who answers for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Its name; of one that stands in the code, its place as `file:line`.
    pub id: String,
    /// Where it is written.
    pub source: WaiverSource,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who is to mend it.
    pub owner: Option<String>,
    /// Who accepted it.
    pub approved_by: Option<String>,
    /// Where the work on it is followed.
    pub ticket: Option<String>,
    /// The day on which it was accepted.
    pub created: Option<Date>,
    /// The last day on which it holds; without one it holds for ever.
    pub expires: Option<Date>,
}

/// Where a waiver is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaiverSource {
    /// The file of waivers.
    File,
    /// The code that has the finding.
    Code,
}

impl Waiver {
    /// The waiver in words: its name, the reason, and who answers for it until when.
    pub fn sentence(&self) -> String {
        let expires = self.expires.map(|date| date.to_string());
        let parts = [
            ("owner", self.owner.as_deref()),
            ("approved by", self.approved_by.as_deref()),
            ("ticket", self.ticket.as_deref()),
            ("until", expires.as_deref()),
        ];
        let parts: Vec<String> = (parts.into_iter())
            .filter_map(|(what, value)| Some(format!("{what} {}", value?)))
            .collect();
        match parts.is_empty() {
            true => format!("{}: {}", self.id, self.reason),
            false => format!("{}: {} ({})", self.id, self.reason, parts.join(", ")),
        }
    }
}
