//! From what roots and templates declare to the inventory that rules judge.
//!
//! What is configured beside a zone (signing, KSKs, query logging, record sets) is a closed world:
//! what no given path declares is not there, unless something declared has a reference to a hosted
//! zone that cannot be resolved and may be this one. Alarms, registered domains and VPCs are an open
//! world: where the paths declare none, other code may.

mod alarm;
mod key;
mod ksk;
mod links;
mod logs;
mod names;
mod policy;
mod records;
mod registration;
mod vpc;
mod zone;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::declared::{Declared, LogGroup, Resource};
use super::place::Place;
use super::value::Data;
use crate::inventory::{
    Collection, Gap, Reason, Record, Source, SourcePlace, Symbol, SymbolKind, Unknown,
};
use links::{AnyZone, Link, Links};
use names::Names;

/// How the code is taken.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether alarms that the paths do not declare do not exist.
    pub closed_alarms: bool,
    /// The instant at which the code was read.
    pub at: Timestamp,
}

/// The inventory that code comes to.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The records, without header and footer.
    pub records: Vec<Record>,
    /// `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: &'static str,
    /// The region in which Route 53 keeps its keys, metrics and logs.
    pub home_region: &'static str,
    /// The collections of which the code tells nothing, and which may well exist.
    pub open: Vec<Collection>,
    /// The private hosted zones that are declared; none is judged.
    pub private_zones: u64,
}

/// The texts that stand for a declared thing.
struct Thing {
    id: String,
    arn: String,
    /// What its attribute `name` is, where that is none of its own kind's ids.
    name: Option<String>,
}

/// What the inventory of some roots is made with.
struct Lowering<'a> {
    roots: &'a [Declared],
    names: Names<'a>,
    links: Links<'a>,
    /// By place in the list of all zones, whether it becomes an item.
    items: Vec<bool>,
    at: Timestamp,
}

/// Makes the inventory of what roots and templates declare.
pub fn lower(roots: &[Declared], options: &Options) -> Lowered {
    let (partition, home_region) = partition(roots);
    let links = Links::new(roots);
    let mut lowering = Lowering {
        roots,
        names: Names {
            roots,
            partition,
            things: HashMap::new(),
        },
        items: Vec::new(),
        links,
        at: options.at,
    };
    lowering.name_things();
    lowering.items = lowering.zones_to_judge();
    let mut records = Vec::new();
    lowering.zones(&mut records);
    lowering.keys(&mut records);
    lowering.logs(&mut records);
    let alarms = lowering.alarms(&mut records);
    let registrations = lowering.registrations(&mut records);
    let vpcs = lowering.vpcs(&mut records);
    let private = |any: &&AnyZone<'_>| lowering.is_private(any) && !any.zone.looked_up;
    Lowered {
        records,
        partition,
        home_region,
        open: open_world(&[
            (Collection::Alarms, alarms == 0 && !options.closed_alarms),
            (Collection::Registrations, registrations == 0),
            (Collection::Vpcs, vpcs == 0),
        ]),
        private_zones: lowering.links.zones.iter().filter(private).count() as u64,
    }
}

/// The collections that are open.
fn open_world(collections: &[(Collection, bool)]) -> Vec<Collection> {
    let open = collections.iter().filter(|(_, open)| *open);
    open.map(|(collection, _)| *collection).collect()
}

/// The partition that the declared regions lie in, and its home region.
fn partition(roots: &[Declared]) -> (&'static str, &'static str) {
    let zones = roots.iter().flat_map(|root| &root.zones);
    let zones = zones.map(|zone| &zone.resource);
    let keys = roots.iter().flat_map(|root| &root.keys);
    let vpcs = roots.iter().flat_map(|root| &root.vpcs);
    let regions = zones
        .chain(keys.map(|key| &key.resource))
        .chain(vpcs.map(|vpc| &vpc.resource));
    let known = |start: &str| {
        let mut regions = regions.clone();
        regions.any(|resource| {
            let region = resource.region.as_str();
            region.is_some_and(|region| region.starts_with(start))
        })
    };
    if known("us-gov-") {
        ("aws-us-gov", "us-gov-west-1")
    } else if known("cn-") {
        ("aws-cn", "cn-northwest-1")
    } else {
        ("aws", "us-east-1")
    }
}

impl<'a> Lowering<'a> {
    /// Gives every declared zone, key and alarm its id and its ARN.
    fn name_things(&mut self) {
        let partition = self.names.partition;
        for any in &self.links.zones {
            let address = any.zone.resource.address.as_ref();
            let id = match any.id() {
                Some(id) => Symbol::literal(id),
                None => {
                    let name = self.names.qualified(any.root, address);
                    Symbol::new(SymbolKind::Zone, name).to_string()
                }
            };
            let arn = zone_arn(partition, &id);
            self.names.things.insert(
                (any.root, address),
                Thing {
                    id,
                    arn,
                    name: None,
                },
            );
        }
        for (declared, root) in self.roots.iter().zip(0..) {
            for key in &declared.keys {
                let address = key.resource.address.as_ref();
                let name = self.names.qualified(root, address);
                let id = Symbol::new(SymbolKind::Key, name).to_string();
                let arn = match key.arn.as_ref().and_then(|arn| arn.value.as_str()) {
                    Some(arn) if arn.starts_with("arn:") => Symbol::literal(arn),
                    _ => format!(
                        "arn:{partition}:kms:{}:{}:key/{id}",
                        self.region_text(&key.resource),
                        self.names.account(root, &key.resource.account)
                    ),
                };
                self.names.things.insert(
                    (root, address),
                    Thing {
                        id,
                        arn,
                        name: None,
                    },
                );
            }
            for group in &declared.log_groups {
                self.name_log_group(root, group);
            }
            let alarms = declared
                .alarms
                .iter()
                .map(|alarm| (&alarm.resource, &alarm.name));
            let composites = declared.composites.iter();
            let composites = composites.map(|alarm| (&alarm.resource, &alarm.name));
            for (resource, name) in alarms.chain(composites) {
                let address = resource.address.as_ref();
                let own = Symbol::new(SymbolKind::Name, self.names.qualified(root, address));
                let known = name.as_ref().and_then(|name| match &name.value.data {
                    Data::Unknown(_) | Data::Symbol(_) => None,
                    _ => self.names.text(root, &name.value).ok(),
                });
                let id = known.unwrap_or_else(|| own.to_string());
                let arn = format!(
                    "arn:{partition}:cloudwatch:{}:{}:alarm:{own}",
                    self.region_text(resource),
                    self.names.account(root, &resource.account)
                );
                self.names.things.insert(
                    (root, address),
                    Thing {
                        id,
                        arn,
                        name: None,
                    },
                );
            }
        }
    }

    /// A log group is known by its name, or where code leaves that to AWS by a symbol.
    fn name_log_group(&mut self, root: usize, group: &'a LogGroup) {
        let address = group.resource.address.as_ref();
        let own = Symbol::new(SymbolKind::Name, self.names.qualified(root, address));
        let stated = group.name.as_ref();
        let stated = stated.and_then(|name| self.names.text(root, &name.value).ok());
        let name = stated.unwrap_or_else(|| own.to_string());
        let arn = format!(
            "arn:{}:logs:{}:{}:log-group:{name}{}",
            self.names.partition,
            self.region_text(&group.resource),
            self.names.account(root, &group.resource.account),
            if group.arn_has_asterisk { ":*" } else { "" },
        );
        let thing = Thing {
            id: name.clone(),
            arn,
            name: Some(name),
        };
        self.names.things.insert((root, address), thing);
    }

    fn region_text(&self, resource: &Resource) -> String {
        let region = self.names.region(&resource.region);
        match region.known() {
            Some(region) => region.clone(),
            None => Symbol::new(SymbolKind::Name, "its region").to_string(),
        }
    }

    fn thing(&self, root: usize, address: &str) -> (String, String) {
        match self.names.things.get(&(root, address)) {
            Some(thing) => (thing.id.clone(), thing.arn.clone()),
            None => (address.to_owned(), address.to_owned()),
        }
    }

    /// Whether each zone is judged: those that are declared, and those that are looked up and
    /// signed here.
    fn zones_to_judge(&self) -> Vec<bool> {
        let mut signed: BTreeSet<usize> = BTreeSet::new();
        for declared in self.roots {
            for taken in &declared.withdrawals {
                let zones = self.links.zones.iter();
                signed.extend(zones.zip(0..).filter_map(|(any, at)| {
                    (any.id() == Some(taken.zone_id.as_str())).then_some(at)
                }));
            }
        }
        for (declared, root) in self.roots.iter().zip(0..) {
            let signings = declared.signings.iter().map(|signing| &signing.zone);
            for zone in signings.chain(declared.ksks.iter().map(|ksk| &ksk.zone)) {
                if let Link::To(zone) = self.links.zone(root, zone.as_ref()) {
                    signed.insert(zone);
                }
            }
        }
        let zones = self.links.zones.iter().zip(0..);
        zones
            .map(|(any, at)| {
                let wanted = !any.zone.looked_up || signed.contains(&at);
                wanted && !self.is_private(any)
            })
            .collect()
    }

    /// Whether a zone is private: it has a VPC, or is associated with one.
    fn is_private(&self, any: &AnyZone<'_>) -> bool {
        self.private(any) == Ok(true)
    }

    /// Whether a zone is private, or why that is not known.
    fn private(&self, any: &AnyZone<'_>) -> Result<bool, Unknown> {
        if any.zone.private == Ok(true) {
            return Ok(true);
        }
        let stated = any.zone.private.as_ref();
        let mut open = stated.err().map(|why| why.as_ref().clone());
        let own = &any.zone.resource;
        let associations = self
            .roots
            .get(any.root)
            .map(|root| root.associations.iter());
        for association in associations.into_iter().flatten() {
            let Link::To(at) = self.links.zone(any.root, association.zone.as_ref()) else {
                continue;
            };
            let zone = self.links.zones.get(at);
            if zone.is_none_or(|zone| zone.zone.resource.address != own.address) {
                continue;
            }
            match self.doubt(&association.resource, own, true) {
                None => return Ok(true),
                Some(why) => open = Some(why),
            }
        }
        open.map_or(Ok(false), Err)
    }

    /// Why it is not certain that something exists where something else does.
    fn doubt(&self, resource: &Resource, beside: &Resource, same_root: bool) -> Option<Unknown> {
        let why = resource.multiplicity.as_deref()?;
        let together =
            same_root && resource.condition.is_some() && resource.condition == beside.condition;
        (!together).then(|| why.clone())
    }

    fn source(&self, root: usize, item: &str, resource: &Resource) -> Source {
        let declared = self.roots.get(root);
        Source {
            item: item.to_owned(),
            root: declared
                .map(|declared| declared.root.clone())
                .unwrap_or_default(),
            address: self.names.qualified(root, &resource.address),
            construct_path: resource.construct_path.as_deref().map(str::to_owned),
            declaration: place(&resource.header),
            calls: resource.calls.iter().map(place).collect(),
            places: BTreeMap::new(),
        }
    }
}

fn zone_arn(partition: &str, id: &str) -> String {
    format!("arn:{partition}:route53:::hostedzone/{id}")
}

fn place(place: &Place) -> SourcePlace {
    SourcePlace::from(place)
}

/// A gap in what an account has, which code leaves open.
fn gap(account: &str, collection: Collection, why: Unknown) -> Gap {
    Gap {
        account: Some(account.to_owned()),
        collection,
        subject: None,
        operation: None,
        reason: Reason::NotDetermined,
        code: None,
        detail: why.detail,
        place: None,
    }
}
