//! A zone that is served: what it says to a question.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use domain::base::iana::{Rcode, Rtype};
use domain::rdata::dnssec::{RtypeBitmap, RtypeBitmapBuilder};
use domain::rdata::{Nsec, ZoneRecordData};

use super::sign::Keys;
use crate::organization::{Kind, Organization, TreeZone};
use crate::record::{self, Data, Name, RecordSet, StoredRecord};

/// How many CNAMEs of a zone one answer follows.
const LONGEST_CHAIN: usize = 8;
/// The longest TTL of a signed zone in seconds: Route 53 serves a longer one as a week (Developer
/// Guide, `dns-configuring-dnssec`).
const LONGEST_SIGNED_TTL: u32 = 604_800;
/// The age in seconds at which a signature is made anew. The shortest lives an hour longer than the
/// TTL from when it is made.
const SIGNATURE_AGE: i64 = 900;

/// A zone, loaded.
#[derive(Debug)]
pub(super) struct Zone {
    apex: Name,
    nodes: BTreeMap<Name, Vec<RecordSet>>,
    keys: Option<Keys>,
    denial: Denial,
    signatures: Mutex<HashMap<(Name, Rtype), Signed>>,
}

/// How a signed zone denies that something exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Denial {
    /// By a chain of NSEC records from name to name (RFC 4035 section 3.1.3).
    Chain,
    /// By an NSEC made for the question, as Route 53 does: every name seems to exist.
    Compact,
}

#[derive(Debug)]
struct Signed {
    /// Seconds since the epoch.
    at: i64,
    signatures: Vec<StoredRecord>,
}

/// The sections of an answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) rcode: Rcode,
    pub(super) authoritative: bool,
    pub(super) answer: Vec<StoredRecord>,
    pub(super) authority: Vec<StoredRecord>,
    pub(super) additional: Vec<StoredRecord>,
}

impl Reply {
    /// Nothing yet.
    pub(super) fn new(authoritative: bool) -> Self {
        Self {
            rcode: Rcode::NOERROR,
            authoritative,
            answer: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
        }
    }
}

/// What is asked, and what the answer is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) organization: &'a Organization,
    pub(super) name: &'a Name,
    pub(super) rtype: Rtype,
    /// Whether DNSSEC records are wanted (RFC 3225).
    pub(super) dnssec: bool,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// What a zone has at a name.
enum Node<'a> {
    /// These record sets; for a name that a wildcard stands for, those of the wildcard.
    Held(&'a [RecordSet]),
    /// Nothing, but there are names below it.
    Empty,
    Absent,
}

impl Zone {
    /// Loads a zone of the tree. Its keys are derived, and nothing is signed yet.
    pub(super) fn load(organization: &Organization, zone: &TreeZone) -> Self {
        let keys = Keys::of(organization, zone);
        let mut nodes: BTreeMap<Name, Vec<RecordSet>> = BTreeMap::new();
        let dnskeys = keys.as_ref().map(Keys::dnskeys);
        let caps_ttl = keys.is_some() && matches!(zone.kind, Kind::Hosted(_));
        for mut set in organization.tree_records(zone).into_iter().chain(dnskeys) {
            if caps_ttl {
                set.ttl = set.ttl.min(LONGEST_SIGNED_TTL);
            }
            nodes.entry(set.name.clone()).or_default().push(set);
        }
        Self {
            apex: zone.apex.clone(),
            nodes,
            keys,
            denial: match zone.kind {
                Kind::Hosted(_) => Denial::Compact,
                _ => Denial::Chain,
            },
            signatures: Mutex::new(HashMap::new()),
        }
    }

    /// Answers a question for a name in this zone or below it.
    pub(super) fn answer(&self, question: &Question<'_>) -> Reply {
        let mut reply = Reply::new(true);
        let mut name = question.name.clone();
        for _ in 0..LONGEST_CHAIN {
            if !name.ends_with(&self.apex) {
                return reply;
            }
            if let Some(cut) = self.cut(&name, question.rtype) {
                if reply.answer.is_empty() {
                    reply.authoritative = false;
                }
                self.refer(question, &cut, &mut reply);
                return reply;
            }
            let sets = match self.node(&name) {
                Node::Held(sets) => sets,
                Node::Empty => {
                    self.deny(question, &name, Some(&[]), &mut reply);
                    return reply;
                }
                Node::Absent => {
                    self.deny(question, &name, None, &mut reply);
                    return reply;
                }
            };
            let asked = question.rtype;
            let found = |set: &&RecordSet| asked == Rtype::ANY || asked == set.rtype;
            let mut found = sets.iter().filter(found).peekable();
            if found.peek().is_some() {
                for set in found {
                    self.push(question, &name, set, &mut reply.answer);
                }
                return reply;
            }
            let Some(alias) = sets.iter().find(|set| set.rtype == Rtype::CNAME) else {
                self.deny(question, &name, Some(sets), &mut reply);
                return reply;
            };
            self.push(question, &name, alias, &mut reply.answer);
            let target = question.organization.data(alias).into_iter().next();
            let Some(ZoneRecordData::Cname(target)) = target else {
                return reply;
            };
            name = target.cname().clone();
        }
        reply
    }

    /// The highest delegation at or above a name. The DS of a delegation is the parent's own.
    fn cut(&self, name: &Name, rtype: Rtype) -> Option<Name> {
        let above = record::ancestry(name).take_while(|above| *above != self.apex);
        above
            .filter(|above| *above != *name || rtype != Rtype::DS)
            .filter(|above| self.holds(above, Rtype::NS))
            .last()
    }

    fn holds(&self, name: &Name, rtype: Rtype) -> bool {
        let sets = self.nodes.get(name);
        sets.is_some_and(|sets| sets.iter().any(|set| set.rtype == rtype))
    }

    fn node(&self, name: &Name) -> Node<'_> {
        if let Some(sets) = self.nodes.get(name) {
            return Node::Held(sets);
        }
        if self.is_above_others(name) {
            return Node::Empty;
        }
        let encloser = self.closest_encloser(name);
        record::child(b"*", &encloser)
            .and_then(|wildcard| self.nodes.get(&wildcard))
            .map_or(Node::Absent, |sets| Node::Held(sets))
    }

    /// Whether there are names below this one. In canonical order they come right after it.
    fn is_above_others(&self, name: &Name) -> bool {
        let after = (Bound::Excluded(name), Bound::Unbounded);
        let next = self.nodes.range::<Name, _>(after).next();
        next.is_some_and(|(next, _)| next.ends_with(name))
    }

    /// The longest existing name above a name that does not exist.
    fn closest_encloser(&self, name: &Name) -> Name {
        record::ancestry(name)
            .skip(1)
            .find(|above| self.nodes.contains_key(above) || self.is_above_others(above))
            .unwrap_or_else(|| self.apex.clone())
    }

    /// A referral to a delegation, with the proof of its DS or of the lack of one.
    fn refer(&self, question: &Question<'_>, cut: &Name, reply: &mut Reply) {
        let sets = self.nodes.get(cut).map_or(&[][..], Vec::as_slice);
        let mut proven = false;
        for set in sets {
            if set.rtype == Rtype::NS {
                let servers = question.organization.data(set);
                for server in &servers {
                    if let ZoneRecordData::Ns(server) = server {
                        let glue = self.nodes.get(server.nsdname()).into_iter().flatten();
                        let addresses =
                            glue.filter(|set| matches!(set.rtype, Rtype::A | Rtype::AAAA));
                        for address in addresses {
                            let data = question.organization.data(address);
                            reply
                                .additional
                                .extend(records(&address.name, address.ttl, data));
                        }
                    }
                }
                reply.authority.extend(records(cut, set.ttl, servers));
            } else if set.rtype == Rtype::DS && question.dnssec && self.keys.is_some() {
                proven = true;
                self.push(question, cut, set, &mut reply.authority);
            }
        }
        if !proven && question.dnssec {
            self.prove(question, cut, Some(sets), &mut reply.authority);
        }
    }

    /// Adds that a name has no records of the type asked for: where `sets` is given, it has those,
    /// and else none at all.
    fn deny(
        &self,
        question: &Question<'_>,
        name: &Name,
        sets: Option<&[RecordSet]>,
        reply: &mut Reply,
    ) {
        let soa = self.nodes.get(&self.apex).into_iter().flatten();
        for soa in soa.filter(|set| set.rtype == Rtype::SOA) {
            let from = reply.authority.len();
            self.push(question, &self.apex, soa, &mut reply.authority);
            // How long the denial may be remembered (RFC 2308 section 3).
            let added = reply.authority.get_mut(from..).unwrap_or_default();
            let minimum = added.iter().find_map(|record| match record.data() {
                ZoneRecordData::Soa(soa) => Some(soa.minimum()),
                _ => None,
            });
            for record in added {
                let ttl = record.ttl();
                record.set_ttl(minimum.map_or(ttl, |minimum| minimum.min(ttl)));
            }
        }
        let proves = question.dnssec && self.keys.is_some();
        if sets.is_none() && !(proves && self.denial == Denial::Compact) {
            reply.rcode = Rcode::NXDOMAIN;
        }
        if proves {
            self.prove(question, name, sets, &mut reply.authority);
        }
    }

    /// Adds the NSEC records that prove what a name has, or that it has nothing.
    fn prove(
        &self,
        question: &Question<'_>,
        name: &Name,
        sets: Option<&[RecordSet]>,
        section: &mut Vec<StoredRecord>,
    ) {
        if self.keys.is_none() {
            return;
        }
        if self.denial == Denial::Compact {
            let next = record::child(&[0], name);
            // After a name of full length comes none that begins with it. Its denial is not proven.
            if let Some(next) = next {
                section.extend(self.nsec(question, name, next, sets.unwrap_or_default()));
            }
            return;
        }
        let mut owners = vec![self.chain_owner(name)];
        if sets.is_none() {
            let wildcard = record::child(b"*", &self.closest_encloser(name));
            let denied = wildcard.map(|wildcard| self.chain_owner(&wildcard));
            owners.extend(denied.filter(|owner| !owners.contains(owner)));
        }
        for owner in owners {
            let after = (Bound::Excluded(owner), Bound::Unbounded);
            let mut later = self.nodes.range::<Name, _>(after);
            let next = later.find(|(next, _)| !self.is_occluded(next));
            let next = next.map_or(&self.apex, |(next, _)| next).clone();
            let sets = self.nodes.get(owner).map_or(&[][..], Vec::as_slice);
            section.extend(self.nsec(question, owner, next, sets));
        }
    }

    /// The name of the chain at or before a name.
    fn chain_owner<'a>(&'a self, name: &Name) -> &'a Name {
        self.nodes
            .range::<Name, _>(..=name)
            .rev()
            .map(|(owner, _)| owner)
            .find(|owner| !self.is_occluded(owner))
            .unwrap_or(&self.apex)
    }

    /// Whether a name lies below a delegation, and so is not this zone's own.
    fn is_occluded(&self, name: &Name) -> bool {
        record::ancestry(name)
            .take_while(|above| *above != self.apex)
            .skip(1)
            .any(|above| self.holds(&above, Rtype::NS))
    }

    /// An NSEC with its signature (RFC 4034 section 4; its TTL, RFC 9077).
    fn nsec(
        &self,
        question: &Question<'_>,
        owner: &Name,
        next: Name,
        sets: &[RecordSet],
    ) -> Vec<StoredRecord> {
        let is_cut = *owner != self.apex && sets.iter().any(|set| set.rtype == Rtype::NS);
        let own = sets.iter().map(|set| set.rtype);
        let own = own.filter(|rtype| !is_cut || matches!(*rtype, Rtype::NS | Rtype::DS));
        let Some(types) = bitmap(own.chain([Rtype::RRSIG, Rtype::NSEC])) else {
            return Vec::new();
        };
        let data = Data::Nsec(Nsec::new(next, types));
        let mut nsec = vec![record::record(
            owner.clone(),
            self.denial_ttl(question),
            data,
        )];
        let signatures = self
            .keys
            .as_ref()
            .and_then(|keys| keys.sign(&nsec, question.now));
        nsec.extend(signatures.unwrap_or_default());
        nsec
    }

    /// The smaller of the SOA's TTL and its minimum field, in seconds.
    fn denial_ttl(&self, question: &Question<'_>) -> u32 {
        let sets = self.nodes.get(&self.apex).into_iter().flatten();
        let ttls = sets.filter(|set| set.rtype == Rtype::SOA).flat_map(|set| {
            let data = question.organization.data(set);
            data.into_iter().filter_map(|data| match data {
                ZoneRecordData::Soa(soa) => Some(set.ttl.min(soa.minimum().as_secs())),
                _ => None,
            })
        });
        ttls.min().unwrap_or(0)
    }

    /// Adds a record set, with its signatures where they are wanted, under a name.
    fn push(
        &self,
        question: &Question<'_>,
        owner: &Name,
        set: &RecordSet,
        section: &mut Vec<StoredRecord>,
    ) {
        let made = records(owner, set.ttl, question.organization.data(set));
        let signatures = match &self.keys {
            Some(keys) if question.dnssec => self.signatures(keys, question, owner, set, &made),
            _ => Vec::new(),
        };
        section.extend(made);
        section.extend(signatures);
    }

    fn signatures(
        &self,
        keys: &Keys,
        question: &Question<'_>,
        owner: &Name,
        set: &RecordSet,
        records: &[StoredRecord],
    ) -> Vec<StoredRecord> {
        let sign = || keys.sign(records, question.now).unwrap_or_default();
        if *owner != set.name {
            // Names that a wildcard stands for are without number; none of them is remembered.
            return sign();
        }
        let key = (owner.clone(), set.rtype);
        let lock = || {
            self.signatures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(signed) = lock().get(&key)
            && question.now - signed.at < SIGNATURE_AGE
        {
            return signed.signatures.clone();
        }
        let signatures = sign();
        let signed = Signed {
            at: question.now,
            signatures: signatures.clone(),
        };
        lock().insert(key, signed);
        signatures
    }
}

fn records(owner: &Name, ttl: u32, data: Vec<Data>) -> Vec<StoredRecord> {
    let made = data.into_iter();
    made.map(|data| record::record(owner.clone(), ttl, data))
        .collect()
}

fn bitmap(types: impl Iterator<Item = Rtype>) -> Option<RtypeBitmap<Bytes>> {
    let mut bitmap = RtypeBitmapBuilder::<BytesMut>::new();
    for rtype in types {
        bitmap.add(rtype).ok()?;
    }
    Some(bitmap.finalize())
}
