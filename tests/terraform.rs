//! Terraform configurations, read from files as a user has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "terraform/config.rs"]
mod config;
#[path = "terraform/corpus.rs"]
mod corpus;
#[path = "terraform/data_sources.rs"]
mod data_sources;
#[path = "terraform/expressions.rs"]
mod expressions;
#[path = "terraform/hostile.rs"]
mod hostile;
#[path = "terraform/instances.rs"]
mod instances;
#[path = "terraform/modules.rs"]
mod modules;
#[path = "terraform/places.rs"]
mod places;
#[path = "terraform/syntax.rs"]
mod syntax;
#[path = "terraform/variables.rs"]
mod variables;
