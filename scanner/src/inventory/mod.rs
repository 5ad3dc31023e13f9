//! The model of what was read: items, gaps, and facts that are known or say why they are not.
//!
//! It knows no source and no rule.

mod dns;
mod fact;
mod fact_reading;
mod item;
mod log_group;
mod part;
mod record;
mod record_set;
mod registration;
pub mod snapshot;
mod source;
mod symbol;
mod vpc;

pub use dns::{
    AddressFamily, Ancestor, Chain, DelegationStatus, Denial, DnsObservation, DnsRun, DnskeyRecord,
    DnskeySet, DsRecord, DsSet, Evidence, ExtendedError, NameServerHost, NsSet, ParentAnswer,
    ParentSide, Sample, SecurityState, Server, ServerAnswer, ServerOutcome, Signature, Soa,
    Transport, Validation, Via,
};
pub use fact::{Fact, Reason, Set, Unknown, UnknownMark};
pub use item::{
    Account, Alarm, Collection, CompositeTrigger, Dnssec, Gap, Key, KeyMetadata, Ksk,
    LinkedService, MetricQuery, MetricStat, MetricTrigger, OrganizationalUnit, QueryLog, Reference,
    Tags, Topic, TopicAttributes, Trigger, Zone, delegation_set_unread,
};
pub use log_group::{LogGroup, LogGroupAttributes, LogPolicies, LogPolicy};
pub use part::Part;
pub use record::{
    AccountRead, AccountScope, Footer, Header, Mode, Organization, Record, RecordCounts,
    SCHEMA as SNAPSHOT_SCHEMA,
};
pub use record_set::{RecordSet, RecordSetScope, RecordSets};
pub use registration::{DnssecKey, Registration};
pub use source::{
    KeyDeclaration, Language, Removal, Source, SourcePlace, SourceRoot, SourceScope, Withdrawal,
    Withdrawn, ZoneDeclaration,
};
pub use symbol::{Piece, Symbol, SymbolKind};
pub use vpc::{ProfileValidation, Vpc, Vpcs};
