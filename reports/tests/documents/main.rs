//! What the crate makes of a report, seen from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod comparison;
mod csv;
mod fixture;
mod github;
mod json;
// A part of it is used here.
#[allow(dead_code)]
#[path = "../../../tests/support/peers.rs"]
mod peers;
mod rendering;
mod runner;
mod sarif;
mod table;
mod text;
mod writing;
