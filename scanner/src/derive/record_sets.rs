//! What the record sets of a hosted zone say of the zones below it and of its times to live.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::dns::{DsSide, KeyMatch, Served, is_supported_ds, match_all, server_name};
use crate::inventory::{
    DnsObservation, DsRecord, Fact, Reason, RecordSet, ServerOutcome, Set, Unknown,
};

/// How many of the longest times to live are told.
const LONGEST: usize = 5;

/// What is told of the record sets of a hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordSetFacts {
    /// The names below the apex with an NS or a DS record set.
    pub children: Set<ChildFacts>,
    /// The SOA record; null where there is none.
    pub soa: Fact<Option<SoaFacts>>,
    /// The record sets with the longest times to live, the longest first; five at most.
    pub longest_ttls: Set<TtlFacts>,
}

/// The SOA record of a zone, as Route 53 holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SoaFacts {
    /// The time to live, in seconds.
    pub ttl: Option<i64>,
    /// The last field: with the time to live, how long a negative answer may be cached, in
    /// seconds (RFC 2308 section 4).
    pub minimum: Option<i64>,
    /// The record in presentation form (RFC 1035 section 5).
    pub value: Option<String>,
}

/// A record set with its time to live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TtlFacts {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The time to live, in seconds.
    pub ttl: i64,
    /// The values; empty where they were not kept.
    pub values: Vec<String>,
    /// Whether it is one of several between which a routing policy chooses. Name, type, time to
    /// live and values do not describe it whole then.
    pub routing_policy: bool,
}

/// A name below the apex that the zone delegates, or holds DS records for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChildFacts {
    /// The name.
    pub name: String,
    /// The NS record set; null where there is none.
    pub ns: Fact<Option<HeldSet>>,
    /// The DS record set; null where there is none.
    pub ds: Fact<Option<HeldSet>>,
    /// Those of the servers that the NS record set names that answer REFUSED for the name.
    pub refusing: Fact<Vec<String>>,
    /// Whether one of the DS records stands for a DNSKEY record that the servers of the name
    /// serve; null where there is no DS record that validators implement.
    pub ds_answered: Fact<Option<bool>>,
}

/// A record set as Route 53 holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeldSet {
    /// The time to live, in seconds.
    pub ttl: Option<i64>,
    /// The values.
    pub values: Vec<String>,
}

impl From<&RecordSet> for HeldSet {
    fn from(set: &RecordSet) -> Self {
        Self {
            ttl: set.ttl,
            values: set.values.clone(),
        }
    }
}

/// What the record sets of a zone say; `observation_of` gives what DNS says of a name.
pub fn record_set_facts(
    zone: &str,
    sets: &Set<RecordSet>,
    mut observation_of: impl FnMut(&str) -> Fact<DnsObservation>,
) -> RecordSetFacts {
    let apex = server_name(zone);
    let mut soa = None;
    let mut children: BTreeMap<String, (Option<HeldSet>, Option<HeldSet>)> = BTreeMap::new();
    let mut ttls: Vec<(&RecordSet, i64)> = Vec::new();
    for set in sets.items() {
        ttls.extend(set.ttl.map(|ttl| (set, ttl)));
        let name = server_name(&set.name);
        match (name == apex, set.record_type.as_str()) {
            (true, "SOA") => soa = Some(soa_facts(set)),
            (false, "NS") => children.entry(name).or_default().0 = Some(set.into()),
            (false, "DS") => children.entry(name).or_default().1 = Some(set.into()),
            _ => {}
        }
    }
    ttls.sort_by_key(|(set, ttl)| (Reverse(*ttl), &set.name, &set.record_type));
    let mut longest_ttls = Set::complete(ttls.iter().take(LONGEST).map(|(set, ttl)| TtlFacts {
        name: set.name.clone(),
        record_type: set.record_type.clone(),
        ttl: *ttl,
        values: set.values.clone(),
        routing_policy: set.set_identifier.is_some(),
    }));
    let gap = sets.gaps().next();
    let mut children = Set::complete(children.into_iter().map(|(name, (ns, ds))| {
        let observation = observation_of(&name);
        let whole = |set: Option<HeldSet>| match (set, gap) {
            (None, Some(why)) => Fact::unknown(why.clone()),
            (set, _) => Fact::Known(set),
        };
        child(name, whole(ns), whole(ds), &observation)
    }));
    if let Some(why) = gap {
        children.add_gap(why.clone());
        longest_ttls.add_gap(why.clone());
    }
    RecordSetFacts {
        children,
        soa: match (soa, gap) {
            (None, Some(why)) => Fact::unknown(why.clone()),
            (soa, _) => Fact::Known(soa),
        },
        longest_ttls,
    }
}

fn soa_facts(set: &RecordSet) -> SoaFacts {
    let value = set.values.first();
    SoaFacts {
        ttl: set.ttl,
        minimum: value
            .and_then(|value| value.split_ascii_whitespace().nth(6))
            .and_then(|minimum| minimum.parse().ok()),
        value: value.cloned(),
    }
}

fn child(
    name: String,
    ns: Fact<Option<HeldSet>>,
    ds: Fact<Option<HeldSet>>,
    observation: &Fact<DnsObservation>,
) -> ChildFacts {
    let refusing = match (&ns, observation) {
        (Fact::Known(None), _) => Fact::Known(Vec::new()),
        (Fact::Known(Some(ns)), Fact::Known(observation)) => refusing(observation, ns),
        (Fact::Unknown(mark), _) | (_, Fact::Unknown(mark)) => Fact::Unknown(mark.clone()),
    };
    let ds_answered = match (ds.as_ref().map(|ds| supported(ds.as_ref())), observation) {
        (Fact::Known(records), _) if records.is_empty() => Fact::Known(None),
        (Fact::Known(records), Fact::Known(observation)) => {
            ds_answered(observation, &name, &records).map(Some)
        }
        (Fact::Unknown(mark), _) => Fact::Unknown(mark),
        (_, Fact::Unknown(mark)) => Fact::Unknown(mark.clone()),
    };
    ChildFacts {
        name,
        ns,
        ds,
        refusing,
        ds_answered,
    }
}

/// The servers of an NS record set that refuse; those of which no address was asked are open.
fn refusing(observation: &DnsObservation, ns: &HeldSet) -> Fact<Vec<String>> {
    let mut refusing: Vec<String> = Vec::new();
    let mut open = None;
    for server in ns.values.iter().map(|name| server_name(name)) {
        let mut answers = observation
            .servers
            .items()
            .filter(|answer| answer.server.name == server)
            .filter(|answer| answer.outcome != ServerOutcome::NotAsked)
            .peekable();
        if answers.peek().is_none() {
            open = Some(format!("{server} was not asked for {}", observation.name));
        } else if answers.any(|answer| answer.outcome == ServerOutcome::Refused) {
            refusing.push(server);
        }
    }
    let open = open.map(|detail| Unknown::because(Reason::NotDetermined, detail));
    match (refusing.is_empty(), open) {
        (true, Some(why)) => {
            Fact::unknown(observation.servers.gaps().next().cloned().unwrap_or(why))
        }
        _ => Fact::Known(refusing),
    }
}

/// The records of a DS set that validators follow.
fn supported(ds: Option<&HeldSet>) -> Vec<DsRecord> {
    (ds.iter().flat_map(|ds| &ds.values))
        .filter_map(|value| ds_record(value))
        .filter(is_supported_ds)
        .collect()
}

/// Whether one of several DS records stands for a DNSKEY record that is served.
fn ds_answered(observation: &DnsObservation, name: &str, records: &[DsRecord]) -> Fact<bool> {
    let side = DsSide {
        records: records.iter().collect(),
        zone: name,
    };
    let mut open = None;
    for (_, found) in match_all(&side, &Served::of(observation)) {
        match found {
            Fact::Known(KeyMatch { matches: true, .. }) => return Fact::Known(true),
            Fact::Known(_) => {}
            Fact::Unknown(mark) => open = Some(mark),
        }
    }
    match open {
        Some(mark) => Fact::Unknown(mark),
        None => Fact::Known(false),
    }
}

/// A DS record from its presentation form (RFC 4034 section 5.3).
fn ds_record(value: &str) -> Option<DsRecord> {
    let mut fields = value.split_ascii_whitespace();
    Some(DsRecord {
        key_tag: fields.next()?.parse().ok()?,
        algorithm: fields.next()?.parse().ok()?,
        digest_type: fields.next()?.parse().ok()?,
        digest: fields.collect::<String>().to_ascii_uppercase(),
    })
}
