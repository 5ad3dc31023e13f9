//! `zonewarden judge-apart`: this program as the process in which it judges the user's own rules. No
//! subcommand for people.

use super::{End, Fault};
use crate::evaluate::judge_apart;

pub(super) fn run() -> Result<End, Fault> {
    match judge_apart()? {}
}
