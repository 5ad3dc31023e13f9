//! What DNS says of the zones, joined with them: by name, from the snapshot again when needed.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::records::ZoneRecords;
use super::{Subjects, broken_off};
use crate::derive::dns::{KskDns, ZoneDns, ksk_dns, leads_to, zone_dns};
use crate::derive::record_sets::{HeldSet, RecordSetFacts, record_set_facts};
use crate::evaluate::cause::zone_arn;
use crate::inventory::snapshot::SnapshotError;
use crate::inventory::{
    Collection, DnsObservation, Fact, Ksk, Mode, Reason, Record, RecordSetScope, RecordSets,
    Unknown, Zone,
};

/// The hosted zone of the organisation to which the parent of a zone belongs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct HostedParent {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// The DS record set that it holds for the zone below; null where it holds none.
    pub ds: Fact<Option<HeldSet>>,
}

/// Whether each zone is live, found out once.
pub(super) struct Liveness(Vec<OnceLock<Box<Fact<bool>>>>);

impl Liveness {
    pub(super) fn of(zones: usize) -> Self {
        Self((0..zones).map(|_| OnceLock::new()).collect())
    }
}

impl Subjects<'_> {
    /// What DNS says of a name; null where DNS was not asked at all.
    pub(super) fn observation(
        &self,
        name: &str,
    ) -> Result<Fact<Option<DnsObservation>>, SnapshotError> {
        let header = self.snapshot.header();
        if header.dns.is_none() {
            return Ok(Fact::Known(None));
        }
        if let Some(place) = self.index.observation(name)
            && let Record::DnsObservation(observation) = place.record(self.snapshot)?
        {
            return Ok(Fact::Known(Some(*observation)));
        }
        let why = self.index.why_missing(Collection::Dns, name).cloned();
        Ok(Fact::unknown(why.unwrap_or_else(|| {
            self.unless_broken_off(format!("DNS was not asked for {name}"))
        })))
    }

    /// What the record sets of a zone say; null where they were left unread by choice.
    pub(super) fn record_sets(
        &self,
        zone: &Zone,
    ) -> Result<Fact<Option<RecordSetFacts>>, SnapshotError> {
        let scope = self.snapshot.header().record_sets;
        if scope == RecordSetScope::Off {
            return Ok(Fact::Known(None));
        }
        let Some(held) = self.index.record_sets.get(zone.id.as_str()) else {
            let why = self.index.why_missing(Collection::RecordSets, &zone.arn);
            return Ok(match (why, scope) {
                (Some(why), _) => Fact::unknown(why.clone()),
                (None, RecordSetScope::Parents) if self.snapshot.footer().is_some() => {
                    Fact::Known(None)
                }
                (None, _) => Fact::unknown(
                    self.unless_broken_off("the record sets of the zone were not read".to_owned()),
                ),
            });
        };
        let Record::RecordSets(RecordSets { sets, .. }) = held.place.record(self.snapshot)? else {
            return Ok(Fact::unknown(broken_off()));
        };
        let mut broken = None;
        let mut facts = record_set_facts(&zone.name, &sets, |name| match self.observation(name) {
            Ok(Fact::Known(Some(observation))) => Fact::Known(observation),
            Ok(Fact::Known(None)) => {
                Fact::unknown(Unknown::because(Reason::NotDetermined, "DNS was not asked"))
            }
            Ok(Fact::Unknown(mark)) => Fact::Unknown(mark),
            Err(error) => {
                broken = Some(error);
                Fact::unknown(broken_off())
            }
        });
        // No code states the SOA record: Route 53 makes it.
        if self.snapshot.header().mode != Mode::Live && facts.soa == Fact::Known(None) {
            facts.soa = Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "the code does not state the SOA record, which Route 53 makes",
            ));
        }
        match broken {
            Some(error) => Err(error),
            None => Ok(Fact::Known(Some(facts))),
        }
    }

    fn unless_broken_off(&self, detail: String) -> Unknown {
        match self.snapshot.footer() {
            Some(_) => Unknown::because(Reason::NotDetermined, detail),
            None => broken_off(),
        }
    }

    pub(super) fn zone_dns(&self, records: &ZoneRecords) -> Fact<Option<ZoneDns>> {
        records.observation.as_ref().map(|observation| {
            observation
                .as_ref()
                .map(|observation| zone_dns(observation, &records.zone, &self.index.reached))
        })
    }

    pub(super) fn ksk_dns(&self, records: &ZoneRecords, ksk: &Ksk) -> Fact<Option<KskDns>> {
        records.observation.as_ref().map(|observation| {
            observation
                .as_ref()
                .map(|observation| ksk_dns(observation, &records.zone, ksk))
        })
    }

    /// Whether the zone at a place in the index is live; null where DNS was not asked.
    pub(super) fn liveness(&self, at: u32) -> Fact<Option<bool>> {
        if self.snapshot.header().dns.is_none() {
            return Fact::Known(None);
        }
        let known = self.liveness.0.get(at as usize);
        let fact = known.map(|known| known.get_or_init(|| Box::new(self.find_liveness(at))));
        match fact.map(|fact| fact.as_ref()) {
            Some(Fact::Known(live)) => Fact::Known(Some(*live)),
            Some(Fact::Unknown(mark)) => Fact::Unknown(mark.clone()),
            None => Fact::unknown(broken_off()),
        }
    }

    fn find_liveness(&self, at: u32) -> Fact<bool> {
        let zone = self.index.zone(at);
        let Some(Ok(Record::Zone(zone))) = zone.map(|zone| zone.place.record(self.snapshot)) else {
            return Fact::unknown(broken_off());
        };
        match self.observation(&zone.name) {
            Ok(Fact::Known(Some(observation))) => leads_to(&observation, &zone.delegation_set),
            Ok(Fact::Unknown(mark)) => Fact::Unknown(mark),
            Ok(Fact::Known(None)) | Err(_) => Fact::unknown(broken_off()),
        }
    }

    /// The live zone of the organisation that is the parent of a zone; null where it has none.
    pub(super) fn hosted_parent(
        &self,
        zone: &Zone,
        dns: &Fact<Option<ZoneDns>>,
    ) -> Fact<Option<HostedParent>> {
        let delegation = match dns {
            Fact::Known(None) => return Fact::Known(None),
            Fact::Known(Some(dns)) => &dns.delegation,
            Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
        };
        let parent = match delegation {
            Fact::Known(delegation) => &delegation.parent,
            Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
        };
        let mut open = None;
        for at in self.index.zones_named(parent) {
            match (self.index.zone(*at), self.liveness(*at)) {
                (Some(hosted), Fact::Known(Some(true))) => {
                    return Fact::Known(Some(HostedParent {
                        id: hosted.id.to_string(),
                        arn: zone_arn(self.partition, &hosted.id),
                        account: hosted.account.to_string(),
                        ds: self.held_ds(&hosted.id, &zone.name),
                    }));
                }
                (_, Fact::Unknown(mark)) => open = Some(mark),
                _ => {}
            }
        }
        match open {
            Some(mark) => Fact::Unknown(mark),
            None => Fact::Known(None),
        }
    }

    /// The DS record set that a hosted zone holds for a name.
    fn held_ds(&self, parent: &str, name: &str) -> Fact<Option<HeldSet>> {
        let unread = || {
            self.unless_broken_off("the record sets of the parent zone were not read".to_owned())
        };
        let Some(held) = self.index.record_sets.get(parent) else {
            return Fact::unknown(unread());
        };
        match (held.ds.get(name.to_ascii_lowercase().as_str()), &held.gap) {
            (Some(ds), _) => Fact::Known(Some(ds.clone())),
            (None, None) => Fact::Known(None),
            (None, Some(why)) => Fact::unknown(why.clone()),
        }
    }
}

/// Whether a zone is live: taken as true until DNS proves otherwise.
pub(super) fn is_live(zone: &Zone, observation: &Fact<Option<DnsObservation>>) -> bool {
    match observation {
        Fact::Known(Some(observation)) => {
            leads_to(observation, &zone.delegation_set).known() != Some(&false)
        }
        _ => true,
    }
}
