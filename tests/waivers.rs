//! What people have accepted: findings and gaps, until a day, and no longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "waivers/covered.rs"]
mod covered;
#[path = "waivers/end_to_end.rs"]
mod end_to_end;
#[path = "waivers/text.rs"]
mod text;
