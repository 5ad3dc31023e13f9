//! The record sets that a hosted zone holds.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Set;

/// Of which hosted zones the record sets were read.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RecordSetScope {
    /// Of none.
    #[default]
    Off,
    /// Of the zones under which another public zone of the scope lies.
    Parents,
    /// Of every public zone.
    All,
}

/// The record sets of a hosted zone (Route 53 `ListResourceRecordSets`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordSets {
    /// The hosted zone id.
    pub zone: String,
    /// The account that owns the zone.
    pub account: String,
    /// The record sets; a gap where the list was not read to its end.
    pub sets: Set<RecordSet>,
    /// When they were read.
    pub collected_at: Timestamp,
}

/// A record set (Route 53 `ResourceRecordSet`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordSet {
    /// The name, with its final dot and Route 53's octal escapes.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The time to live, in seconds; null for an alias, which has none of its own.
    pub ttl: Option<i64>,
    /// What tells record sets of one name and type apart, where a routing policy makes several.
    pub set_identifier: Option<String>,
    /// The values of an NS, DS or SOA record set, and of another with a time to live of more than an
    /// hour that could be written again with these fields alone: without a routing policy or a
    /// health check, and of a moderate length. Those of all others are left out: no command that a
    /// rule gives needs them, and a snapshot need not hold what they say.
    pub values: Vec<String>,
}
