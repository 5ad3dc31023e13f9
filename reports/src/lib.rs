//! The report of zonewarden, and the documents made from it.
//!
//! A [`Report`] goes in, one document comes out: no AWS, no Rego, no clock, no network.

mod report;

pub use report::*;
