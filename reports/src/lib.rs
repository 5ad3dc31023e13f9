//! The report of zonewarden, and the documents made from it.
//!
//! A [`Report`] goes in, one document comes out: no AWS, no Rego, no clock, no network. The same
//! report and [`Options`] give the same bytes.

mod baseline;
mod command;
mod comparison;
mod csv;
mod difference;
mod fingerprint;
mod fold;
mod format;
mod github;
mod json;
mod neutralise;
mod report;
mod sarif;
mod schema;
mod table;
mod text;
mod verdict;
mod waiver;
mod wording;

pub use baseline::{Baseline, read_baseline};
pub use command::shell_command;
pub use comparison::*;
pub use csv::original_cell;
pub use difference::compare;
pub use fingerprint::fingerprint;
pub use format::{Format, Options, UnknownFormat, WriteError, write};
pub use json::{ReadError, read};
pub use neutralise::printable;
pub use report::*;
pub use schema::json_schema;
pub use text::Text;
pub use waiver::{Waiver, WaiverSource};
