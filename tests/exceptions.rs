//! Findings that the code itself asks to accept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "exceptions/applied.rs"]
mod applied;
#[path = "exceptions/cloudformation.rs"]
mod cloudformation;
#[path = "exceptions/code.rs"]
mod code;
#[path = "exceptions/terraform.rs"]
mod terraform;
#[path = "exceptions/words.rs"]
mod words;
