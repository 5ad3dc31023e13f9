//! From a snapshot to a report: every rule on every subject.

mod case;
mod catalogue;
mod cause;
mod coverage;
mod dns_counts;
mod document;
pub mod exception;
mod fact_path;
mod index;
mod inputs;
mod judge;
mod machines;
mod premise;
mod program;
mod result;
mod selection;
mod source;
pub mod subject;
mod verdict;

pub use case::{Case, CaseError, ExpectedFinding, Judged, KnockOut, judge_cases};
pub use catalogue::{Catalogue, Judges, Param, ParamType, Reads, Rule, RuleError, Scope};
pub use fact_path::{BadFactPath, FactPath};
pub use inputs::inputs;
pub use judge::{EvaluateError, Options, evaluate};
pub use selection::Selection;
pub use subject::input_schema;
pub use verdict::{Finding, LostFact, Verdict};
