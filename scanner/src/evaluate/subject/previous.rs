//! What an earlier snapshot says of a zone, and what has become of that since.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Subjects, broken_off};
use crate::derive::dns::{DsAtParent, DsFacts, ZoneDns, ksk_of_ds};
use crate::inventory::{Collection, Dnssec, Fact, Ksk, Reason, Set, Unknown, Zone};

/// The statuses of a KSK that signs, or should.
const IN_USE: [&str; 3] = ["ACTIVE", "ACTION_NEEDED", "INTERNAL_FAILURE"];

/// A zone in the earlier snapshot, and what has become of it since.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PreviousZone {
    /// When the earlier snapshot was finished, or begun where it was not.
    pub finished_at: Timestamp,
    /// The seconds from that instant to the same of the later snapshot.
    pub interval_seconds: i64,
    /// What `GetDNSSEC` said of signing.
    pub dnssec: Fact<Dnssec>,
    /// The key-signing keys that the zone had.
    pub ksks: Set<PreviousKsk>,
    /// Whether the zone was signed and is so no more, or soon, while resolvers may hold a DS of it.
    pub disabled_under_ds: Fact<bool>,
    /// Whether the servers of the parent had the same DS records.
    pub ds_consistent: Fact<bool>,
}

/// A KSK in the earlier snapshot, and what has become of it since.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PreviousKsk {
    /// The name of the KSK.
    pub name: String,
    /// The status that it had.
    pub status: Option<String>,
    /// Whether it signed and does so no more, while resolvers may hold a DS that stands for it.
    pub deactivated_under_ds: Fact<bool>,
}

/// DS records at the parent, at the time of each snapshot.
struct BothDs<'a> {
    now: Fact<&'a DsAtParent>,
    before: Fact<&'a DsAtParent>,
    /// Whether what was seen in the earlier snapshot may be in a cache to this instant.
    lasts: bool,
}

impl Subjects<'_> {
    /// When the snapshot was finished, or begun where it was not.
    pub(super) fn finished_at(&self) -> Timestamp {
        let footer = self.snapshot.footer();
        footer.map_or(self.snapshot.header().started_at, |footer| {
            footer.finished_at
        })
    }

    /// The seconds from the end of the earlier snapshot to that of this one.
    pub(super) fn seconds_since(&self, earlier: &Self) -> i64 {
        let interval = self.finished_at().duration_since(earlier.finished_at());
        interval.as_secs()
    }

    /// Why items of an account that are not in this earlier snapshot may have been there all the
    /// same; none where all of them were read.
    pub(super) fn unread(&self, account: &str, collection: Collection) -> Option<Unknown> {
        let outside = |why: &str| {
            let detail = format!("account {account} {why} the earlier snapshot");
            Some(Unknown::because(Reason::NotFoundInScope, detail))
        };
        match self.index.accounts.get(account) {
            None => outside("is not in"),
            Some(entry) if entry.account.skipped.is_some() => outside("was not read for"),
            Some(_) => self.index.gap_in(account, collection).cloned(),
        }
    }

    /// What the earlier snapshot says of a zone; null where there is none, or the zone was not
    /// there.
    pub(super) fn previous(
        &self,
        zone: &Zone,
        dns: &Fact<Option<ZoneDns>>,
    ) -> Fact<Option<PreviousZone>> {
        let Some(earlier) = self.earlier else {
            return Fact::Known(None);
        };
        let Some(at) = earlier.index.zone_by_id.get(zone.id.as_str()) else {
            return match earlier.unread(&zone.account, Collection::Zones) {
                Some(why) => Fact::unknown(why),
                None => Fact::Known(None),
            };
        };
        let Ok(Some(records)) = earlier.records(*at) else {
            return Fact::unknown(broken_off());
        };
        let before_dns = earlier.zone_dns(&records);
        let before = &records.zone;
        let ds = BothDs::of(dns, &before_dns, self.now);
        let mut ksks = Set::default();
        for ksk in before.ksks.items() {
            ksks.insert(PreviousKsk {
                name: ksk.name.clone(),
                status: ksk.status.clone(),
                deactivated_under_ds: match deactivated(ksk, zone) {
                    Fact::Known(false) => Fact::Known(false),
                    deactivated => both(deactivated, ds.of_ksk(ksk, before)),
                },
            });
        }
        for gap in before.ksks.gaps() {
            ksks.add_gap(gap.clone());
        }
        Fact::Known(Some(PreviousZone {
            finished_at: earlier.finished_at(),
            interval_seconds: self.seconds_since(earlier),
            dnssec: before.dnssec.clone(),
            ksks,
            disabled_under_ds: both(
                disabled(before, zone),
                ds.may_be_cached(|_| Fact::Known(true)),
            ),
            ds_consistent: match &ds.before {
                Fact::Known(ds) => ds.consistent.clone(),
                Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
            },
        }))
    }
}

/// Whether a zone was signed and is so no more, or soon.
fn disabled(before: &Zone, now: &Zone) -> Fact<bool> {
    match (signing(&before.dnssec), signing(&now.dnssec)) {
        (Fact::Known(Signing::Off), _) | (_, Fact::Known(Signing::On)) => Fact::Known(false),
        (Fact::Unknown(mark), _) | (_, Fact::Unknown(mark)) => Fact::Unknown(mark),
        (Fact::Known(before), Fact::Known(now)) => Fact::Known(before != now),
    }
}

/// What `ServeSignature` comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signing {
    /// Signing is enabled, if with trouble. In `ACTION_NEEDED` Route 53 has lost the KMS key and
    /// serves the signatures that it has; in `INTERNAL_FAILURE` a request failed, and signing waits
    /// to be enabled again or disabled.
    On,
    /// Signing is being removed.
    Ending,
    /// Signing is not enabled.
    Off,
}

/// What `GetDNSSEC` said of signing
/// (<https://docs.aws.amazon.com/Route53/latest/APIReference/API_DNSSECStatus.html>).
fn signing(dnssec: &Fact<Dnssec>) -> Fact<Signing> {
    let dnssec = match dnssec {
        Fact::Known(dnssec) => dnssec,
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    Fact::Known(match dnssec.serve_signature.as_deref() {
        Some("SIGNING" | "ACTION_NEEDED" | "INTERNAL_FAILURE") => Signing::On,
        Some("DELETING") => Signing::Ending,
        Some("NOT_SIGNING") => Signing::Off,
        other => {
            let state = other.unwrap_or("none");
            return Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                format!("nothing is known of the signing status {state:?}"),
            ));
        }
    })
}

/// Whether a KSK of the earlier snapshot signed and does so no more. It is the key that signs, under
/// whichever name it is there now.
fn deactivated(before: &Ksk, zone: &Zone) -> Fact<bool> {
    let in_use = |ksk: &&Ksk| {
        let status = ksk.status.as_deref();
        status.is_some_and(|status| IN_USE.contains(&status))
    };
    if !in_use(&before) {
        return Fact::Known(false);
    }
    let signing = zone.ksks.items().filter(in_use);
    match any(signing.map(|ksk| same_key(before, ksk))) {
        Fact::Known(true) => Fact::Known(false),
        Fact::Unknown(mark) => Fact::Unknown(mark),
        Fact::Known(false) => match zone.ksks.gaps().next() {
            Some(why) => Fact::unknown(why.clone()),
            None => Fact::Known(true),
        },
    }
}

/// Whether two KSKs have the same DNSKEY: names are free again once a KSK is deleted.
fn same_key(one: &Ksk, other: &Ksk) -> Fact<bool> {
    fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
        Some(one? == other?)
    }
    let agree = [
        same(one.key_tag, other.key_tag),
        same(one.signing_algorithm_type, other.signing_algorithm_type),
        same(one.public_key.as_ref(), other.public_key.as_ref()),
    ];
    if agree.contains(&Some(false)) {
        Fact::Known(false)
    } else if agree.contains(&None) {
        Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            format!("Route 53 does not state the whole key of KSK {}", one.name),
        ))
    } else {
        Fact::Known(true)
    }
}

impl<'a> BothDs<'a> {
    fn of(
        now: &'a Fact<Option<ZoneDns>>,
        before: &'a Fact<Option<ZoneDns>>,
        at: Timestamp,
    ) -> Self {
        let seen = |dns: &'a Fact<Option<ZoneDns>>| match dns {
            Fact::Known(Some(dns)) => dns.ds.as_ref(),
            Fact::Known(None) => Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "DNS was not asked at the time of both snapshots",
            )),
            Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
        };
        let lasts = match before {
            Fact::Known(Some(dns)) => {
                let ttl = dns.ds.known().and_then(|ds| ds.ttl).unwrap_or(0);
                at.duration_since(dns.observed_at).as_secs() < i64::from(ttl)
            }
            _ => false,
        };
        Self {
            now: seen(now),
            before: seen(before),
            lasts,
        }
    }

    /// Whether resolvers may hold a DS that stands for a KSK of the zone as it was then: a KSK that
    /// has its name now may be another.
    fn of_ksk(&self, ksk: &Ksk, before: &Zone) -> Fact<bool> {
        self.may_be_cached(|ds| {
            let of = ksk_of_ds(&ds.record, before);
            of.map(|of| of.is_some_and(|of| of.name == ksk.name))
        })
    }

    /// Whether resolvers may hold one of certain DS records: it is at the parent, or it was seen
    /// there less than its TTL ago. Where it left longer after it was seen, nobody saw when.
    fn may_be_cached(&self, is: impl Fn(&DsFacts) -> Fact<bool>) -> Fact<bool> {
        let among = |ds: &Fact<&DsAtParent>| match ds {
            Fact::Known(ds) => any(ds.records.iter().map(&is)),
            Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
        };
        match (among(&self.now), among(&self.before)) {
            (Fact::Known(false), Fact::Known(true)) if !self.lasts => {
                Fact::unknown(Unknown::because(
                    Reason::NotDetermined,
                    "the DS left the parent between the two snapshots, longer than its TTL after \
                     it was seen",
                ))
            }
            (Fact::Known(false), before) => before,
            (now, _) => now,
        }
    }
}

/// Whether both hold.
fn both(one: Fact<bool>, other: Fact<bool>) -> Fact<bool> {
    match (one, other) {
        (Fact::Known(false), _) | (_, Fact::Known(false)) => Fact::Known(false),
        (Fact::Unknown(mark), _) | (_, Fact::Unknown(mark)) => Fact::Unknown(mark),
        (Fact::Known(true), Fact::Known(true)) => Fact::Known(true),
    }
}

/// Whether any holds.
fn any(facts: impl Iterator<Item = Fact<bool>>) -> Fact<bool> {
    let mut open = Fact::Known(false);
    for fact in facts {
        match fact {
            Fact::Known(true) => return fact,
            Fact::Known(false) => {}
            Fact::Unknown(_) => open = fact,
        }
    }
    open
}
