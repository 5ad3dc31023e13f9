//! The record sets of every zone of the tree, as they are before signing.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use domain::base::iana::{DigestAlgorithm, Rtype, SecurityAlgorithm};
use domain::base::{Serial, Ttl};
use domain::crypto::common::{DigestBuilder, DigestType};
use domain::rdata::{A, Aaaa, Cname, Ds, Mx, Soa, Txt};

use super::delegation::{DelegatedTo, DsState};
use super::tree::TreeZone;
use super::{Kind, Ksk, Organization, Zone, ZonePlace};
use crate::dnssec::{self, ALGORITHM, DIGEST_TYPE, PublicKey};
use crate::record::{self, Content, Data, Name, RecordSet};

/// The TTLs of a zone's records in seconds.
struct Ttls {
    soa: u32,
    /// Of the NS of the apex and of the addresses of name servers.
    ns: u32,
    /// Of the NS of delegations.
    delegation: u32,
    ds: u32,
}

/// As the root, the large registries and Route 53 have them.
const ROOT_TTLS: Ttls = Ttls {
    soa: 86_400,
    ns: 518_400,
    delegation: 172_800,
    ds: 86_400,
};
const TOP_LEVEL_TTLS: Ttls = Ttls {
    soa: 900,
    ns: 172_800,
    delegation: 172_800,
    ds: 86_400,
};
const ROUTE53_TTLS: Ttls = Ttls {
    soa: 900,
    ns: 172_800,
    delegation: 300,
    ds: 300,
};
/// The TTL of the data of a hosted zone in seconds.
const DATA_TTL: u32 = 300;

impl Organization {
    /// The record sets that a zone of the tree serves, but for those of DNSSEC itself.
    pub(crate) fn tree_records(&self, zone: &TreeZone) -> Vec<RecordSet> {
        match zone.kind {
            Kind::Root => self.infrastructure(zone, &ROOT_TTLS),
            Kind::TopLevel => self.infrastructure(zone, &TOP_LEVEL_TTLS),
            Kind::NameServers => self.infrastructure(zone, &ROUTE53_TTLS),
            Kind::Elsewhere => {
                let mut sets = self.infrastructure(zone, &ROUTE53_TTLS);
                let address = Ipv4Addr::new(203, 0, 113, 80);
                sets.push(RecordSet::a(&zone.apex, DATA_TTL, address));
                sets.extend(
                    record::child(b"www", &zone.apex)
                        .map(|www| RecordSet::a(&www, DATA_TTL, address)),
                );
                sets
            }
            Kind::Hosted(place) => self.hosted_records(place),
        }
    }

    /// The record sets of a hosted zone, as many as it says that it has.
    pub(crate) fn hosted_records(&self, place: ZonePlace) -> Vec<RecordSet> {
        let Some((zone, apex)) = self
            .zone_at(place)
            .and_then(|zone| Some((zone, record::from_route53(&zone.name)?)))
        else {
            return Vec::new();
        };
        let mut sets = self.necessary_records(place, zone, &apex);
        let count = usize::try_from(zone.record_sets).unwrap_or(0);
        let children: Vec<&Name> = self.tree.hosted(place).map_or_else(Vec::new, |hosted| {
            let children = hosted.children.iter();
            children
                .filter_map(|child| Some(&self.tree.zone(*child)?.apex))
                .collect()
        });
        let taken: HashSet<(Name, Option<Rtype>)> = sets
            .iter()
            .map(|set| (set.name.clone(), (set.name == apex).then_some(set.rtype)))
            .collect();
        let fits = |set: &RecordSet| {
            let rtype = (set.name == apex).then_some(set.rtype);
            !taken.contains(&(set.name.clone(), rtype))
                && !children.iter().any(|child| set.name.ends_with(*child))
        };
        let more = count.saturating_sub(sets.len());
        // More than enough: at most one name in a few is taken by what is there already.
        let made_up = (0..count.saturating_mul(4)).map_while(|nth| made_up_record(nth, &apex));
        sets.extend(made_up.filter(fits).take(more));
        sets
    }

    /// How many record sets a hosted zone has at the least.
    pub(super) fn least_record_sets(&self, place: ZonePlace) -> usize {
        let Some(zone) = self.zone_at(place) else {
            return 0;
        };
        let idle = self
            .tree
            .hosted(place)
            .is_none_or(|hosted| hosted.children.is_empty() && hosted.hosts.is_empty());
        if idle && zone.stated_records.is_empty() {
            return 2;
        }
        record::from_route53(&zone.name)
            .map_or(0, |apex| self.necessary_records(place, zone, &apex).len())
    }

    /// SOA, NS, the addresses of name servers, delegations, and what the file states, which comes
    /// before all of these.
    fn necessary_records(&self, place: ZonePlace, zone: &Zone, apex: &Name) -> Vec<RecordSet> {
        let servers: Vec<Name> = zone
            .name_servers
            .iter()
            .filter_map(|server| record::from_route53(server))
            .collect();
        let mut sets = zone.stated_records.clone();
        let mut taken: HashSet<(Name, Rtype)> = sets
            .iter()
            .map(|set| (set.name.clone(), set.rtype))
            .collect();
        let mut generated = apex_records(
            apex,
            &servers,
            "awsdns-hostmaster.amazon.com",
            86_400,
            &ROUTE53_TTLS,
        );
        if let Some(hosted) = self.tree.hosted(place) {
            self.addresses_and_delegations(hosted, &ROUTE53_TTLS, &mut generated);
        }
        sets.extend(
            generated
                .into_iter()
                .filter(|set| taken.insert((set.name.clone(), set.rtype))),
        );
        sets
    }

    /// What a zone holds that is no hosted zone.
    fn infrastructure(&self, zone: &TreeZone, ttls: &Ttls) -> Vec<RecordSet> {
        let servers: Vec<Name> = zone.servers.iter().map(|(host, _)| host.clone()).collect();
        let mailbox = "hostmaster.dns-provider.example";
        let mut sets = apex_records(&zone.apex, &servers, mailbox, 900, ttls);
        self.addresses_and_delegations(zone, ttls, &mut sets);
        sets
    }

    fn addresses_and_delegations(&self, zone: &TreeZone, ttls: &Ttls, sets: &mut Vec<RecordSet>) {
        let address = |host: &Name| {
            let address = self.tree.address(host)?;
            Some(RecordSet::a(host, ttls.ns, address))
        };
        sets.extend(zone.hosts.iter().filter_map(address));
        for &place in &zone.children {
            let Some(child) = self.tree.zone(place) else {
                continue;
            };
            let servers = self.tree.delegated_servers(child);
            if !servers.is_empty() {
                sets.push(RecordSet::ns(&child.apex, ttls.delegation, &servers));
            }
            if !self.ds_states(child).is_empty() {
                sets.push(RecordSet {
                    name: child.apex.clone(),
                    rtype: Rtype::DS,
                    ttl: ttls.ds,
                    content: Content::DelegationSigner(place),
                });
            }
            // Glue: without it, nobody could ask these servers for their own addresses.
            let below = servers.iter().filter(|host| host.ends_with(&child.apex));
            sets.extend(below.filter_map(address));
        }
    }

    /// The data of a record set.
    pub(crate) fn data(&self, set: &RecordSet) -> Vec<Data> {
        match &set.content {
            Content::Records(records) => records.clone(),
            Content::Alias { resolved, .. } => resolved.clone(),
            Content::DelegationSigner(place) => self.delegation_signers(*place),
        }
    }

    /// The key-signing key of a zone that is signed and no hosted zone.
    pub(crate) fn tree_ksk<'a>(&self, zone: &'a TreeZone) -> &'a PublicKey {
        zone.ksk.get_or_init(|| {
            let secret = dnssec::derive_secret_key(&self.identifiers, &ksk_id(&zone.apex));
            PublicKey::of(&secret)
        })
    }

    /// The DS of a zone that are to be at its parent.
    fn ds_states(&self, zone: &TreeZone) -> &[DsState] {
        const MATCHING: &[DsState] = &[DsState::Matching];
        match zone.kind {
            Kind::Root | Kind::TopLevel => MATCHING,
            Kind::NameServers | Kind::Elsewhere => &[],
            Kind::Hosted(place) => match self.zone_at(place) {
                Some(hosted) => match &hosted.delegation.ds {
                    Some(stated) => stated,
                    None if zone.delegated == DelegatedTo::Here && hosted.is_signed() => MATCHING,
                    None => &[],
                },
                None => &[],
            },
        }
    }

    /// The DS records of a zone of the tree.
    pub(crate) fn delegation_signers(&self, place: usize) -> Vec<Data> {
        let Some(zone) = self.tree.zone(place) else {
            return Vec::new();
        };
        self.signers_of(zone, self.ds_states(zone))
    }

    /// The DS records of a zone of the tree, by what they have to do with its keys.
    pub(super) fn signers_of(&self, zone: &TreeZone, states: &[DsState]) -> Vec<Data> {
        let keys: Vec<&PublicKey> = match zone.kind {
            Kind::Hosted(place) => match self.zone_at(place) {
                Some(hosted) => self.ds_keys(hosted),
                None => Vec::new(),
            },
            _ => vec![self.tree_ksk(zone)],
        };
        let mut records: Vec<Data> = Vec::new();
        for state in states {
            let of_keys = |digest: fn(&Name, &PublicKey) -> Option<Ds<bytes::Bytes>>| {
                let made = keys.iter().filter_map(move |key| digest(&zone.apex, key));
                made.map(Data::from).collect::<Vec<_>>()
            };
            records.extend(match state {
                DsState::Matching => of_keys(|apex, key| ds(apex, key, DigestType::Sha256)),
                DsState::Sha1 => of_keys(|apex, key| ds(apex, key, DigestType::Sha1)),
                DsState::Sha384 => of_keys(|apex, key| ds(apex, key, DigestType::Sha384)),
                DsState::WrongDigest => of_keys(|apex, key| {
                    // The digest of another name: what a DS copied from another zone's page has.
                    let other = record::child(b"www", apex)?;
                    ds(&other, key, DigestType::Sha256)
                }),
                DsState::Stale => {
                    let id = format!("stale key of {}", zone.apex);
                    let secret = dnssec::derive_secret_key(&self.identifiers, &id);
                    let stale = ds(&zone.apex, &PublicKey::of(&secret), DigestType::Sha256);
                    stale.map(Data::from).into_iter().collect()
                }
            });
        }
        records
    }

    /// The keys of a hosted zone that a DS may be of: those that it serves, or else all it has.
    fn ds_keys(&self, zone: &Zone) -> Vec<&PublicKey> {
        let keys = |ksks: &mut dyn Iterator<Item = &Ksk>| {
            ksks.filter_map(|ksk| Some(self.public_key(self.key(&ksk.kms_arn)?.1)))
                .collect::<Vec<_>>()
        };
        let published = keys(&mut zone.published_ksks());
        if published.is_empty() {
            keys(&mut zone.ksks.iter())
        } else {
            published
        }
    }
}

/// What the key-signing key of a zone that is no hosted zone is derived from.
pub(crate) fn ksk_id(apex: &Name) -> String {
    format!("KSK of {apex}")
}

fn ds(apex: &Name, key: &PublicKey, digest: DigestType) -> Option<Ds<bytes::Bytes>> {
    let number = match digest {
        DigestType::Sha1 => 1,
        DigestType::Sha384 => 4,
        _ => DIGEST_TYPE,
    };
    let mut hash = DigestBuilder::new(digest);
    hash.update(&dnssec::wire_name(&record::to_route53(apex)));
    hash.update(&key.dnskey_rdata());
    Ds::new(
        key.key_tag(),
        SecurityAlgorithm::from_int(ALGORITHM),
        DigestAlgorithm::from_int(number),
        bytes::Bytes::copy_from_slice(hash.finish().as_ref()),
    )
    .ok()
}

fn apex_records(
    apex: &Name,
    servers: &[Name],
    mailbox: &str,
    minimum: u32,
    ttls: &Ttls,
) -> Vec<RecordSet> {
    let primary = servers.first().cloned().unwrap_or_else(Name::root_bytes);
    let soa = Soa::new(
        primary,
        record::name(mailbox).unwrap_or_else(Name::root_bytes),
        Serial(1),
        Ttl::from_secs(7_200),
        Ttl::from_secs(900),
        Ttl::from_secs(1_209_600),
        Ttl::from_secs(minimum),
    );
    vec![
        RecordSet::soa(apex, ttls.soa, soa),
        RecordSet::ns(apex, ttls.ns, servers),
    ]
}

/// The nth of the record sets that fill a zone up; none where the name of the zone is too long.
fn made_up_record(nth: usize, apex: &Name) -> Option<RecordSet> {
    let octet = u8::try_from(nth % 250).unwrap_or(0) + 1;
    let address = Ipv4Addr::new(192, 0, 2, octet);
    let www = record::child(b"www", apex)?;
    let (owner, data): (Name, Data) = match nth {
        0 => (www, A::new(address).into()),
        1 => (apex.clone(), A::new(address).into()),
        2 => (
            apex.clone(),
            Mx::new(10, record::child(b"mail", apex)?).into(),
        ),
        3 => {
            let policy = Txt::build_from_slice(b"v=spf1 mx -all").ok()?;
            (apex.clone(), policy.into())
        }
        4 => (record::child(b"mail", apex)?, A::new(address).into()),
        _ => {
            let owner = record::child(format!("host-{nth:03}").as_bytes(), apex)?;
            let data = match nth % 5 {
                0 => Cname::new(www).into(),
                1 => {
                    let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, octet.into());
                    Aaaa::new(address).into()
                }
                _ => A::new(address).into(),
            };
            (owner, data)
        }
    };
    let rtype = rtype_of(&data);
    Some(RecordSet::new(owner, rtype, DATA_TTL, vec![data]))
}

fn rtype_of(data: &Data) -> Rtype {
    use domain::base::rdata::RecordData as _;
    data.rtype()
}
