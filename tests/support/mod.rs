//! What the end-to-end tests have in common: the program under test, and the peers it is held
//! against.

// Each test target uses a part of it.
#![allow(dead_code)]

pub(crate) mod dns_tree;
pub(crate) mod documents;
pub(crate) mod findings;
pub(crate) mod held;
pub(crate) mod hostile_dns;
pub(crate) mod judged;
pub(crate) mod moto;
pub(crate) mod peers;
pub(crate) mod program;
pub(crate) mod simulated;
