//! CloudFormation templates, read from files as a user has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "cloudformation/cdk.rs"]
mod cdk;
#[path = "cloudformation/dnssec.rs"]
mod dnssec;
#[path = "cloudformation/hostile.rs"]
mod hostile;
#[path = "cloudformation/intrinsics.rs"]
mod intrinsics;
#[path = "cloudformation/nested.rs"]
mod nested;
#[path = "cloudformation/parameters.rs"]
mod parameters;
#[path = "cloudformation/templates.rs"]
mod templates;
