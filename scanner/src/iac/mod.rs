//! Infrastructure code, read and evaluated: every value with its place.

mod apart;
mod budget;
pub mod cloudformation;
pub mod code;
pub mod declared;
pub mod exception;
pub mod files;
pub mod json;
pub mod lowering;
mod memo;
pub mod place;
pub mod problem;
pub mod standard_input;
pub mod terraform;
pub mod value;
