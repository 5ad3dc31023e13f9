//! The model of what was read: items, gaps, and facts that are known or say why they are not.
//!
//! It knows no source and no rule.

mod fact;
mod item;

pub use fact::{Fact, Reason, Set, Unknown, UnknownMark};
pub use item::{
    Account, Alarm, Collection, CompositeTrigger, Dnssec, Gap, Key, KeyMetadata, Ksk,
    LinkedService, MetricQuery, MetricStat, MetricTrigger, QueryLog, Reference, Tags, Topic,
    TopicAttributes, Trigger, Zone,
};
