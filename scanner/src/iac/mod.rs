//! Infrastructure code, read and evaluated: every value with its place.

mod budget;
pub mod cloudformation;
pub mod files;
pub mod json;
mod memo;
pub mod place;
pub mod problem;
pub mod terraform;
pub mod value;
