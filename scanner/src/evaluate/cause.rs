//! Which failure explains which: a symptom stays a failure, and names its cause.

use std::collections::{HashMap, HashSet};

use zonewarden_reports::Outcome;

use super::catalogue::Catalogue;
use super::index::{Index, ZoneEntry};
use super::result::Kept;
use crate::derive::dns::ancestors;

/// The id of a KSK as a subject: it has no ARN of its own.
pub(super) fn ksk_id(zone_arn: &str, name: &str) -> String {
    format!("{zone_arn}#{name}")
}

/// The ARN of a hosted zone.
pub(super) fn zone_arn(partition: &str, id: &str) -> String {
    format!("arn:{partition}:route53:::hostedzone/{id}")
}

/// Gives each failure the fingerprint of the failure that explains it: of the first rule of its
/// `caused_by` that fails on the same subject, on a zone that the subject is linked to, or on that
/// zone's KSKs and keys and the registration of its name (one KSK does not explain another); else of the first of its `caused_above` that fails on a zone above, the
/// highest first.
pub(super) fn resolve(kept: &mut [Kept], catalogue: &Catalogue, index: &Index, partition: &str) {
    let causes: HashSet<&str> = catalogue
        .rules()
        .iter()
        .flat_map(|rule| rule.caused_by.iter().chain(&rule.caused_above))
        .map(String::as_str)
        .collect();
    let mut failed: HashMap<(String, String), String> = HashMap::new();
    for Kept { result, .. } in kept.iter() {
        if result.outcome == Outcome::Fail && causes.contains(result.rule.as_str()) {
            failed
                .entry((result.rule.to_string(), result.subject.id.clone()))
                .or_insert_with(|| result.fingerprint.clone());
        }
    }
    if failed.is_empty() {
        return;
    }
    for kept in kept.iter_mut() {
        let Some(rule) = catalogue.rule(&kept.result.rule) else {
            continue;
        };
        let has_causes = !(rule.caused_by.is_empty() && rule.caused_above.is_empty());
        if kept.result.outcome != Outcome::Fail || !has_causes {
            continue;
        }
        let mut linked = vec![kept.result.subject.id.clone()];
        for zone in kept.zones.iter().filter_map(|at| index.zone(*at)) {
            linked.extend(linked_to(&kept.result.subject.id, zone, index, partition));
        }
        let first = |causes: &[String], subjects: &[String]| {
            causes.iter().find_map(|cause| {
                subjects
                    .iter()
                    .find_map(|subject| failed.get(&(cause.clone(), subject.clone())))
                    .cloned()
            })
        };
        kept.result.cause = first(&rule.caused_by, &linked);
        if kept.result.cause.is_none() && !rule.caused_above.is_empty() {
            let zones = kept.zones.iter().filter_map(|at| index.zone(*at));
            kept.result.cause = zones
                .flat_map(|zone| above(zone, index, partition))
                .find_map(|subjects| first(&rule.caused_above, &subjects));
        }
    }
}

/// The subjects of each zone above a zone, the highest first.
fn above(zone: &ZoneEntry, index: &Index, partition: &str) -> Vec<Vec<String>> {
    let names: Vec<&str> = ancestors(&zone.name).collect();
    let zones = names.iter().rev().flat_map(|name| index.zones_named(name));
    zones
        .filter_map(|at| index.zone(*at))
        .map(|zone| subjects_of(zone, index, partition))
        .collect()
}

/// The ids of a zone, its KSKs and their keys as subjects; for a KSK, of its zone and its own key.
fn linked_to(subject: &str, zone: &ZoneEntry, index: &Index, partition: &str) -> Vec<String> {
    let arn = zone_arn(partition, &zone.id);
    match (zone.ksks.iter()).find(|ksk| ksk_id(&arn, &ksk.name) == subject) {
        Some(ksk) => [ksk.key.as_ref().map(|key| key.to_string()), Some(arn)]
            .into_iter()
            .flatten()
            .collect(),
        None => subjects_of(zone, index, partition),
    }
}

/// The ids as subjects of a zone, its KSKs and their keys, and the registration of its name.
fn subjects_of(zone: &ZoneEntry, index: &Index, partition: &str) -> Vec<String> {
    let arn = zone_arn(partition, &zone.id);
    let mut ids = Vec::with_capacity(1 + 2 * zone.ksks.len());
    for ksk in &zone.ksks {
        ids.push(ksk_id(&arn, &ksk.name));
        ids.extend(ksk.key.as_ref().map(|key| key.to_string()));
    }
    ids.push(arn);
    let registrations = index.registrations_named(&zone.name).iter();
    ids.extend(registrations.map(|registration| registration.id.to_string()));
    ids
}
