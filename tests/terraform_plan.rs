//! Terraform plans, read from what `terraform show -json` printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "terraform_plan/changes.rs"]
mod changes;
#[path = "terraform_plan/document.rs"]
mod document;
#[path = "terraform_plan/hostile.rs"]
mod hostile;
#[path = "terraform_plan/links.rs"]
mod links;
#[path = "terraform_plan/read.rs"]
mod read;
#[path = "terraform_plan/source.rs"]
mod source;
#[path = "terraform_plan/values.rs"]
mod values;
