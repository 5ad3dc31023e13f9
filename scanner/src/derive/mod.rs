//! Facts that need more than Rego: pure, three-valued, without input or output.

pub mod alarm;
pub mod dns;
pub mod dnskey;
pub mod key_policy;
pub mod record_sets;
pub mod vpc;
