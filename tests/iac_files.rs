//! Which files of a user's directories are read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "iac_files/hostile.rs"]
mod hostile;
#[path = "iac_files/ignored.rs"]
mod ignored;
#[path = "iac_files/names.rs"]
mod names;
#[path = "iac_files/repository.rs"]
mod repository;
#[path = "iac_files/standard_input.rs"]
mod standard_input;
#[path = "iac_files/tracked.rs"]
mod tracked;
