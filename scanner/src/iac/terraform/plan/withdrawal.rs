//! What a plan takes away from the signing of a zone that stays: an outage in the making where the
//! parent still has a DS record (Route 53 Developer Guide, "Disabling DNSSEC signing").

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Plan;
use super::change::Change;
use crate::iac::terraform::instance::Instance;
use crate::iac::value::Value;

/// Something that the signing of a zone rests on, and that a plan takes away while the zone stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The address of the resource instance that changes.
    pub address: Arc<str>,
    /// What is taken away.
    pub what: Withdrawn,
    /// How.
    pub how: How,
    /// The id of the hosted zone, as AWS knows it.
    pub zone_id: Arc<str>,
    /// The addresses of the KSKs of the zone that are active before and after, with keys that the
    /// plan leaves alone.
    pub remaining: Vec<Arc<str>>,
}

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withdrawn {
    /// The signing of the zone.
    Signing,
    /// A KSK of the zone.
    Ksk,
    /// The KMS key of a KSK of the zone.
    Key,
}

/// How it is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is destroyed.
    Destroyed,
    /// It is destroyed and made anew: another KSK has another DS record.
    Replaced,
    /// It stays, and is turned off.
    TurnedOff,
}

const ZONE: &str = "aws_route53_zone";
const SIGNING: &str = "aws_route53_hosted_zone_dnssec";
const KSK: &str = "aws_route53_key_signing_key";
const KEYS: [&str; 3] = ["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"];

/// What a plan takes away, in the order of its changes. A zone that the plan does not manage stays.
pub(super) fn withdrawals(plan: &Plan) -> Vec<Withdrawal> {
    let instance = |change: &Change| {
        let mut instances = plan.root.instances.iter();
        instances.find(|instance| instance.address == change.address)
    };
    let current = || {
        plan.changes
            .iter()
            .filter(|change| change.deposed.is_none())
    };
    let of = |kind: &'static str| current().filter(move |change| change.kind.as_ref() == kind);
    let goes = |zone_id: &str| {
        of(ZONE).any(|zone| zone.destroys() && zone.was("zone_id") == Some(zone_id))
    };
    let keys = current().filter(|change| KEYS.contains(&change.kind.as_ref()));
    let lost: BTreeSet<&str> = keys
        .filter(|key| how(key, instance(key)).is_some())
        .filter_map(|key| key.was("arn"))
        .collect();
    let mut found = Vec::new();
    for change in current() {
        let kind = change.kind.as_ref();
        let (what, zones): (_, Vec<&str>) = match kind {
            SIGNING if change.was("signing_status") == Some("SIGNING") => (
                Withdrawn::Signing,
                change.was("hosted_zone_id").into_iter().collect(),
            ),
            KSK if change.was("status") == Some("ACTIVE") => (
                Withdrawn::Ksk,
                change.was("hosted_zone_id").into_iter().collect(),
            ),
            _ if KEYS.contains(&kind) => {
                let arn = change.was("arn");
                let users = of(KSK)
                    .filter(|ksk| arn.is_some() && ksk.was("key_management_service_arn") == arn);
                (
                    Withdrawn::Key,
                    users.filter_map(|ksk| ksk.was("hosted_zone_id")).collect(),
                )
            }
            _ => continue,
        };
        let Some(how) = how(change, instance(change)) else {
            continue;
        };
        for zone_id in zones {
            let withdrawal = Withdrawal {
                address: Arc::clone(&change.address),
                what,
                how,
                zone_id: zone_id.into(),
                remaining: of(KSK)
                    .filter(|ksk| ksk.address != change.address)
                    .filter(|ksk| ksk.was("hosted_zone_id") == Some(zone_id))
                    .filter(|ksk| stays_active(ksk, instance(ksk)))
                    .filter(|ksk| {
                        let key = ksk.was("key_management_service_arn");
                        key.is_none_or(|key| !lost.contains(key))
                    })
                    .map(|ksk| Arc::clone(&ksk.address))
                    .collect(),
            };
            if !goes(zone_id) && !found.contains(&withdrawal) {
                found.push(withdrawal);
            }
        }
    }
    found
}

/// How a change takes away what it changes, if it does.
fn how(change: &Change, after: Option<&Instance>) -> Option<How> {
    if change.replaces() {
        return Some(How::Replaced);
    }
    if change.destroys() {
        return Some(How::Destroyed);
    }
    let is = |name: &str| after.and_then(|after| after.body.value(name));
    let off = match change.kind.as_ref() {
        SIGNING => is("signing_status").and_then(Value::as_str) == Some("NOT_SIGNING"),
        KSK => is("status").and_then(Value::as_str) == Some("INACTIVE"),
        _ => {
            let was = change.before.get("is_enabled").and_then(Value::as_bool);
            was == Some(true) && is("is_enabled").and_then(Value::as_bool) == Some(false)
        }
    };
    off.then_some(How::TurnedOff)
}

fn stays_active(ksk: &Change, after: Option<&Instance>) -> bool {
    let status = after.and_then(|after| after.body.value("status")?.as_str());
    ksk.was("status") == Some("ACTIVE") && status == Some("ACTIVE") && !ksk.destroys()
}
