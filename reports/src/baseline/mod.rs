//! What an earlier report found, for a later one to be compared with.

mod sarif;

use std::io::Read;

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::json::{self, ReadError};
use crate::report::{Mode, Outcome, Report, RuleResult};

/// What an earlier report found.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The digest of the document that it was read from, `sha256:` and hexadecimal.
    pub digest: Option<String>,
    /// The instant that the rules took for now.
    pub evaluated_at: Option<Timestamp>,
    /// Where the facts came from.
    pub mode: Mode,
    /// The paths given, for source code and plans; none where the document does not say.
    pub paths: Option<Vec<String>>,
    /// The failures, waived or not, and the unknown verdicts.
    pub results: Vec<RuleResult>,
    /// How many failures the document leaves out, as one does that has more than GitHub takes.
    pub left_out: u64,
}

impl From<Report> for Baseline {
    fn from(report: Report) -> Self {
        let mut results = report.results;
        results.retain(|result| {
            matches!(
                result.outcome,
                Outcome::Fail | Outcome::Waived | Outcome::Unknown
            )
        });
        Self {
            digest: None,
            evaluated_at: Some(report.run.evaluated_at),
            mode: report.scope.mode,
            paths: Some(report.scope.paths),
            results,
            left_out: 0,
        }
    }
}

impl Baseline {
    /// What failed, waived or not: the id of the rule and of the subject.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        let failed = |result: &&RuleResult| result.outcome != Outcome::Unknown;
        let results = self.results.iter().filter(failed);
        results.map(|result| (result.rule.as_str(), result.subject.id.as_str()))
    }
}

/// Reads an earlier report, in JSON or in SARIF, as [`write()`](crate::write()) writes them.
///
/// SARIF has less to say: where waived failures were left out of it, they were not there.
///
/// # Errors
///
/// [`ReadError`] if the input is neither, as [`read()`](crate::read()) has it.
pub fn read_baseline(input: impl Read) -> Result<Baseline, ReadError> {
    /// What tells one from the other.
    #[derive(Deserialize)]
    struct Form {
        #[serde(default)]
        schema: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        runs: Option<serde::de::IgnoredAny>,
    }

    let bytes = json::bytes(input)?;
    let form: Form = serde_json::from_slice(&bytes).map_err(ReadError::NotAReport)?;
    let baseline = match form {
        Form {
            schema: None,
            runs: Some(_),
        } => sarif::from_bytes(&bytes)?,
        _ => json::from_bytes(&bytes)?.into(),
    };
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Baseline {
        digest: Some(format!("sha256:{digest}")),
        ..baseline
    })
}
