//! Which declared thing a reference leads to.

use super::names::{undetermined, why_unknown};
use crate::iac::declared::{Declared, Resource, Stated, Vpc, Zone};
use crate::iac::value::{Data, Part, Symbol, Value};
use crate::inventory::Unknown;

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Link {
    /// To the thing at this place in the list of things.
    To(usize),
    /// To what has this id or ARN, and is not declared.
    Elsewhere(String),
    /// It is not known where.
    Unresolved(Unknown),
}

/// A hosted zone of any root.
pub(super) struct AnyZone<'a> {
    pub(super) root: usize,
    pub(super) zone: &'a Zone,
}

/// A VPC of any root.
pub(super) struct AnyVpc<'a> {
    pub(super) root: usize,
    pub(super) vpc: &'a Vpc,
}

/// The hosted zones, KMS keys and VPCs of all roots.
pub(super) struct Links<'a> {
    pub(super) roots: &'a [Declared],
    pub(super) zones: Vec<AnyZone<'a>>,
    /// By root and place in the list of keys of the root.
    pub(super) keys: Vec<(usize, usize)>,
    pub(super) vpcs: Vec<AnyVpc<'a>>,
}

/// How many aliases may lead to one another.
const MAX_HOPS: usize = 4;

impl<'a> Links<'a> {
    pub(super) fn new(roots: &'a [Declared]) -> Self {
        let each = || roots.iter().zip(0..);
        Self {
            roots,
            zones: each()
                .flat_map(|(declared, root)| {
                    let zones = declared.zones.iter();
                    zones.map(move |zone| AnyZone { root, zone })
                })
                .collect(),
            keys: each()
                .flat_map(|(declared, root)| (0..declared.keys.len()).map(move |key| (root, key)))
                .collect(),
            vpcs: each()
                .flat_map(|(declared, root)| {
                    let vpcs = declared.vpcs.iter();
                    vpcs.map(move |vpc| AnyVpc { root, vpc })
                })
                .collect(),
        }
    }

    /// The hosted zone that a reference of a root leads to.
    pub(super) fn zone(&self, root: usize, stated: Option<&Stated>) -> Link {
        let Some(stated) = stated else {
            return Link::Unresolved(undetermined("no hosted zone is named"));
        };
        let referred = self.zones.iter().position(|any| {
            let known = any.zone.reference.is_some();
            any.root == root && known && any.zone.is_referred_to_by(stated)
        });
        if let Some(zone) = referred {
            return Link::To(self.same_id(zone));
        }
        match target(&stated.value) {
            Target::Symbol(symbol) => {
                let identity = ["zone_id", "id", "Id", "arn", "Arn"];
                let own = symbol
                    .attribute()
                    .is_none_or(|name| identity.contains(&name));
                let found = self.zones.iter().position(|any| {
                    any.root == root && any.zone.resource.address == *symbol.subject()
                });
                match found.filter(|_| own) {
                    Some(zone) => Link::To(self.same_id(zone)),
                    None => Link::Unresolved(why_unknown(&stated.value)),
                }
            }
            Target::Text(text) => {
                let id = text.rsplit('/').next().unwrap_or(&text);
                let known = |any: &AnyZone<'_>| any.id() == Some(id);
                match self.zones.iter().position(known) {
                    Some(zone) => Link::To(zone),
                    None => Link::Elsewhere(id.to_owned()),
                }
            }
            Target::Unknown(why) => Link::Unresolved(why),
        }
    }

    /// The first zone of the same id, where that is known.
    fn same_id(&self, zone: usize) -> usize {
        let id = self.zones.get(zone).and_then(AnyZone::id);
        let same = id.and_then(|id| self.zones.iter().position(|any| any.id() == Some(id)));
        same.unwrap_or(zone)
    }

    /// Whether a zone that is only referred to may be one that is declared.
    pub(super) fn may_be(&self, link: &Link, declared: &AnyZone<'_>) -> Option<Unknown> {
        match link {
            Link::Unresolved(why) => Some(why.clone()),
            Link::Elsewhere(id) => match declared.id() {
                Some(_) => None,
                None => Some(undetermined(format!(
                    "the id of {} is not known, and may be {id}",
                    declared.zone.resource.address
                ))),
            },
            Link::To(zone) => {
                let other = self.zones.get(*zone)?;
                let different_ids = other.id().is_some() && declared.id().is_some();
                let names = other.name().zip(declared.name());
                let different_names = names.is_some_and(|(one, other)| one != other);
                if !other.zone.looked_up || different_ids || different_names {
                    return None;
                }
                Some(undetermined(format!(
                    "{} is looked up, and may be {}",
                    other.zone.resource.address, declared.zone.resource.address
                )))
            }
        }
    }

    /// The VPC that a reference of a root leads to.
    pub(super) fn vpc(&self, root: usize, stated: Option<&Stated>) -> Link {
        let Some(stated) = stated else {
            return Link::Unresolved(undetermined("no VPC is named"));
        };
        match target(&stated.value) {
            Target::Symbol(symbol) => {
                let own = symbol
                    .attribute()
                    .is_none_or(|name| ["id", "VpcId"].contains(&name));
                let found = self.vpcs.iter().position(|any| {
                    any.root == root && any.vpc.resource.address == *symbol.subject()
                });
                match found.filter(|_| own) {
                    Some(vpc) => Link::To(vpc),
                    None => Link::Unresolved(why_unknown(&stated.value)),
                }
            }
            Target::Text(id) => match self.vpcs.iter().position(|any| any.id() == Some(&id)) {
                Some(vpc) => Link::To(vpc),
                None => Link::Elsewhere(id),
            },
            Target::Unknown(why) => Link::Unresolved(why),
        }
    }

    /// Why what a reference leads to may be a VPC that is declared, if it may.
    pub(super) fn may_be_vpc(&self, link: &Link, declared: &AnyVpc<'_>) -> Option<Unknown> {
        match link {
            Link::Unresolved(why) => Some(why.clone()),
            Link::Elsewhere(id) if declared.id().is_none() => Some(undetermined(format!(
                "the id of {} is not known, and may be {id}",
                declared.vpc.resource.address
            ))),
            Link::Elsewhere(_) | Link::To(_) => None,
        }
    }

    /// The KMS key that a reference of a root leads to: a place in the list of all keys.
    pub(super) fn key(&self, root: usize, stated: Option<&Stated>) -> Link {
        let mut stated = stated;
        for _ in 0..MAX_HOPS {
            let Some(reference) = stated else {
                return Link::Unresolved(undetermined("no KMS key is named"));
            };
            let symbol = match target(&reference.value) {
                Target::Symbol(symbol) => symbol,
                Target::Text(text) => {
                    let known = self.keys.iter().position(|(root, key)| {
                        let key = self.roots.get(*root).and_then(|root| root.keys.get(*key));
                        let arn = key.and_then(|key| key.arn.as_ref());
                        arn.is_some_and(|arn| arn.value.as_str() == Some(&text))
                    });
                    return match known {
                        Some(key) => Link::To(key),
                        None => Link::Elsewhere(text),
                    };
                }
                Target::Unknown(why) => return Link::Unresolved(why),
            };
            let Some(declared) = self.roots.get(root) else {
                break;
            };
            let is_it = |resource: &Resource| resource.address == *symbol.subject();
            if let Some(key) = declared.keys.iter().position(|key| is_it(&key.resource)) {
                let place = self.keys.iter().position(|any| *any == (root, key));
                return place.map_or(Link::Unresolved(why_unknown(&reference.value)), Link::To);
            }
            match declared.aliases.iter().find(|alias| is_it(&alias.resource)) {
                Some(alias) => stated = alias.target.as_ref(),
                None => return Link::Unresolved(why_unknown(&reference.value)),
            }
        }
        Link::Unresolved(undetermined("the alias leads to no KMS key"))
    }
}

impl AnyVpc<'_> {
    /// The id of the VPC, where it is known beforehand.
    pub(super) fn id(&self) -> Option<&str> {
        self.vpc.id.as_ref()?.value.as_str()
    }
}

impl AnyZone<'_> {
    /// The hosted zone id, where it is known beforehand.
    pub(super) fn id(&self) -> Option<&str> {
        self.zone.id.as_ref()?.value.as_str()
    }

    /// The name in lower case and without its final dot, where it is known.
    fn name(&self) -> Option<String> {
        let name = self.zone.name.as_ref()?.value.as_str()?;
        Some(name.trim_end_matches('.').to_ascii_lowercase())
    }
}

enum Target {
    Symbol(Symbol),
    Text(String),
    Unknown(Unknown),
}

/// What a reference names: of an ARN or a path the last part, where that is a symbol.
fn target(value: &Value) -> Target {
    match &value.data {
        Data::Symbol(symbol) => Target::Symbol(symbol.clone()),
        Data::String(text) => Target::Text(text.to_string()),
        Data::Text(parts) => match parts.split_last() {
            Some((Part::Symbol(symbol), before)) if ends_with_slash(before) => {
                Target::Symbol(symbol.clone())
            }
            _ => Target::Unknown(why_unknown(value)),
        },
        _ => Target::Unknown(why_unknown(value)),
    }
}

fn ends_with_slash(parts: &[Part]) -> bool {
    matches!(parts.last(), Some(Part::Literal(text)) if text.ends_with('/'))
}
