//! From a snapshot to a report: every rule on every subject.

mod acceptance;
mod case;
mod catalogue;
mod cause;
mod cover;
mod coverage;
mod dns_counts;
mod document;
pub mod exception;
mod fact_path;
mod in_force;
mod index;
mod inputs;
mod judge;
mod machines;
mod pattern;
mod premise;
mod program;
mod result;
mod selection;
mod settings;
mod source;
pub mod subject;
mod verdict;
pub mod waiver;

pub use case::{Case, CaseError, ExpectedFinding, Judged, KnockOut, judge_cases};
pub use catalogue::{Catalogue, Judges, Param, ParamType, Reads, Rule, RuleError, Scope};
pub use cover::{Cover, Covered, Tagged, Whereabouts};
pub use fact_path::{BadFactPath, FactPath};
pub use inputs::inputs;
pub use judge::{EvaluateError, Options, Watched, evaluate};
pub use selection::Selection;
pub use settings::{Profile, RuleSettings, SettingError, Settings};
pub use subject::input_schema;
pub use verdict::{Finding, LostFact, Verdict};
