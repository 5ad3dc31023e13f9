//! From a snapshot to a report: every rule on every subject.

mod case;
mod catalogue;
mod cause;
mod coverage;
mod document;
mod fact_path;
mod index;
mod judge;
mod program;
mod subject;
mod verdict;

pub use case::{Case, CaseError, Judged, KnockOut, judge_cases};
pub use catalogue::{Catalogue, Judges, Param, ParamType, Rule, RuleError, Scope};
pub use fact_path::{BadFactPath, FactPath};
pub use judge::{EvaluateError, Options, Selection, evaluate};
pub use subject::input_schema;
pub use verdict::{Finding, LostFact, Verdict};
