//! Facts that need more than Rego: pure, three-valued, without input or output.

pub mod alarm;
pub mod dnskey;
pub mod key_policy;
