//! The record sets of a hosted zone.

use super::links::{AnyZone, Link};
use super::names::{integer, plain, read, undetermined};
use super::{Lowering, place};
use crate::iac::declared::{Record as Declared, Stated};
use crate::inventory::{RecordSet, RecordSets, Set, Source, Unknown, Zone};

/// Types of which the values are kept: rules give commands that hold them.
const KEPT: [&str; 3] = ["NS", "DS", "SOA"];

impl Lowering<'_> {
    /// The record sets that are declared for a zone; a gap where others may be.
    pub(super) fn record_sets(
        &self,
        at: usize,
        any: &AnyZone<'_>,
        zone: &Zone,
        source: &mut Source,
    ) -> RecordSets {
        let mut sets = Set::default();
        let mut longest = None;
        for (declared, root) in self.roots.iter().zip(0..) {
            for record in &declared.records {
                match self.zone_of_record(root, record, at, any) {
                    Membership::Not => {}
                    Membership::Open(why) => {
                        let address = self.names.qualified(root, &record.resource.address);
                        let why = why.detail.unwrap_or_default();
                        let why = format!("{address} may be of this zone: {why}");
                        if sets.gaps().next().is_none() {
                            sets.add_gap(undetermined(why));
                        }
                    }
                    Membership::Of => {
                        let doubt =
                            self.doubt(&record.resource, &any.zone.resource, root == any.root);
                        match (doubt, self.record_set(root, record, zone)) {
                            (None, Ok(set)) => {
                                note_place(&set, record, &mut longest, source);
                                sets.insert(set);
                            }
                            (Some(why), _) | (None, Err(why)) => sets.add_gap(why),
                        }
                    }
                }
            }
        }
        if any.zone.looked_up {
            sets.add_gap(undetermined("the zone is declared elsewhere"));
        }
        RecordSets {
            zone: zone.id.clone(),
            account: zone.account.clone(),
            sets,
            collected_at: self.at,
        }
    }

    fn zone_of_record(
        &self,
        root: usize,
        record: &Declared,
        at: usize,
        any: &AnyZone<'_>,
    ) -> Membership {
        let link = match (&record.zone, &record.zone_name) {
            (None, Some(name)) => return by_name(name, any, root),
            (zone, _) => self.links.zone(root, zone.as_ref()),
        };
        match link {
            Link::To(zone) if zone == at => Membership::Of,
            link => match self.links.may_be(&link, any) {
                Some(why) => Membership::Open(why),
                None => Membership::Not,
            },
        }
    }

    fn record_set(
        &self,
        root: usize,
        record: &Declared,
        zone: &Zone,
    ) -> Result<RecordSet, Unknown> {
        let not_stated = || undetermined("the record set has no name or no type");
        let name = match &record.name {
            Some(stated) => self.names.text(root, &stated.value)?,
            None => return Err(not_stated()),
        };
        let record_type = read(record.record_type.as_ref(), plain)?.ok_or_else(not_stated)?;
        let ttl = read(record.ttl.as_ref(), integer)?;
        let values = record
            .values
            .as_ref()
            .and_then(|stated| stated.value.items());
        let values = values.unwrap_or_default().iter();
        Ok(RecordSet {
            name: full_name(&name, &zone.name),
            values: match KEPT.contains(&record_type.as_str()) {
                true => values
                    .map(|value| self.names.text_or_symbol(root, value))
                    .collect(),
                false => Vec::new(),
            },
            record_type,
            ttl,
            set_identifier: (record.set_identifier.as_ref())
                .map(|stated| self.names.text_or_symbol(root, &stated.value)),
        })
    }
}

/// Whether a record set is of a zone.
enum Membership {
    Of,
    Not,
    Open(Unknown),
}

/// A template may name the zone of a record set by its name.
fn by_name(name: &Stated, any: &AnyZone<'_>, root: usize) -> Membership {
    let own = any.zone.name.as_ref().and_then(|name| name.value.as_str());
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    match (name.value.as_str(), own) {
        (Some(name), Some(own)) if plain(name) == plain(own) => match root == any.root {
            true => Membership::Of,
            false => Membership::Open(undetermined("it names the zone by its name")),
        },
        (Some(_), Some(_)) => Membership::Not,
        _ => Membership::Open(undetermined("the name of its zone is not known")),
    }
}

/// The name as Route 53 will have it: both languages take names below the zone without the zone's.
fn full_name(name: &str, zone: &str) -> String {
    let name = name.trim_end_matches('.');
    let apex = zone.trim_end_matches('.');
    let lower = name.to_ascii_lowercase();
    let below = lower.strip_suffix(&apex.to_ascii_lowercase());
    match below {
        Some(below) if below.is_empty() || below.ends_with('.') => format!("{name}."),
        _ if name.is_empty() => format!("{apex}."),
        _ => format!("{name}.{apex}."),
    }
}

/// Keeps the place of the longest time to live, and of each DS record set.
fn note_place(set: &RecordSet, record: &Declared, longest: &mut Option<i64>, source: &mut Source) {
    if set.ttl > *longest
        && let Some(ttl) = &record.ttl
    {
        *longest = set.ttl;
        source
            .places
            .insert("record_sets".to_owned(), place(&ttl.place));
    }
    if set.record_type == "DS" {
        let fact = format!("record_sets.children.{}", set.name);
        source.places.insert(fact, place(&record.resource.header));
    }
}
