//! Hosted zones that nothing declares or looks up, and that what is configured beside them names.

use super::{Declared, Resource, Stated, Zone};
use crate::iac::value::{Data, Part, Value};

impl Declared {
    /// Adds the hosted zones that signing, KSKs and what a plan takes away refer to by an id, or by
    /// what cannot be resolved. References of one value lead to one zone.
    pub fn add_referred_zones(&mut self) {
        let signings = (self.signings.iter()).map(|signing| (&signing.zone, &signing.resource));
        let ksks = self.ksks.iter().map(|ksk| (&ksk.zone, &ksk.resource));
        let mut referred: Vec<Zone> = Vec::new();
        for (zone, resource) in signings.chain(ksks) {
            let Some(stated) = zone else {
                continue;
            };
            let same = |zone: &Zone| zone.is_referred_to_by(&stated.value);
            if self.zones.iter().chain(&referred).any(same) || self.declares(&stated.value) {
                continue;
            }
            referred.push(Zone::referred_to(stated, resource));
        }
        self.zones.extend(referred);
    }

    /// Whether a reference leads to something that is declared.
    fn declares(&self, reference: &Value) -> bool {
        let symbols = match &reference.data {
            Data::Symbol(symbol) => vec![symbol.clone()],
            Data::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Symbol(symbol) => Some(symbol.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let mut zones = self.zones.iter();
        zones.any(|zone| {
            let address = &zone.resource.address;
            symbols.iter().any(|symbol| symbol.subject() == address)
        })
    }
}

impl Zone {
    /// Whether a reference is that to this zone: of its id, or the same as that by which it is known.
    pub fn is_referred_to_by(&self, reference: &Value) -> bool {
        let id = self.id.as_ref().and_then(|id| id.value.as_str());
        match (id, reference.as_str()) {
            (Some(id), Some(text)) => id_of(text) == id,
            _ => self.reference.as_ref() == Some(reference),
        }
    }

    fn referred_to(stated: &Stated, beside: &Resource) -> Self {
        let id = stated.value.as_str().map(id_of);
        let name = match id {
            Some(id) => format!("hosted zone {id}"),
            None => format!("the hosted zone of {}", beside.address),
        };
        Self {
            resource: Resource {
                address: name.as_str().into(),
                dependency: name.into(),
                header: stated.place.clone(),
                ..beside.clone()
            },
            looked_up: true,
            name: None,
            id: id.map(|id| Stated {
                value: Value::new(Data::string(id), stated.value.place.clone()),
                place: stated.place.clone(),
            }),
            reference: Some(stated.value.clone()),
            comment: None,
            private: Ok(false),
            tags: None,
        }
    }
}

/// The hosted zone id of a text that may be a path or an ARN.
fn id_of(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}
