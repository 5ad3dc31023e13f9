//! Which failure explains which: a symptom stays a failure, and names its cause.

use std::collections::{HashMap, HashSet};

use zonewarden_reports::Outcome;

use super::catalogue::Catalogue;
use super::index::{Index, ZoneEntry};
use super::result::Kept;

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
/// zone's KSKs and keys.
pub(super) fn resolve(kept: &mut [Kept], catalogue: &Catalogue, index: &Index, partition: &str) {
    let causes: HashSet<&str> = catalogue
        .rules()
        .iter()
        .flat_map(|rule| &rule.caused_by)
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
        if kept.result.outcome != Outcome::Fail || rule.caused_by.is_empty() {
            continue;
        }
        let mut linked = vec![kept.result.subject.id.clone()];
        for zone in kept.zones.iter().filter_map(|at| index.zone(*at)) {
            linked.extend(subjects_of(zone, partition));
        }
        kept.result.cause = rule.caused_by.iter().find_map(|cause| {
            linked
                .iter()
                .find_map(|subject| failed.get(&(cause.clone(), subject.clone())))
                .cloned()
        });
    }
}

/// The ids of a zone, its KSKs and their keys as subjects.
fn subjects_of(zone: &ZoneEntry, partition: &str) -> Vec<String> {
    let arn = zone_arn(partition, &zone.id);
    let mut ids = Vec::with_capacity(1 + 2 * zone.ksks.len());
    for ksk in &zone.ksks {
        ids.push(ksk_id(&arn, &ksk.name));
        ids.extend(ksk.key.as_ref().map(|key| key.to_string()));
    }
    ids.push(arn);
    ids
}
