//! Hosted zones that nothing declares or looks up, and that what is configured beside them names.

use super::{Declared, Resource, Stated, Zone};
use crate::iac::value::{Data, Part, Value};

impl Declared {
    /// Adds the hosted zones that signing and KSKs refer to by an id, and one for each KSK of which
    /// the zone cannot be resolved: two such references are not known to lead to one zone.
    pub fn add_referred_zones(&mut self) {
        let mut referred: Vec<Zone> = Vec::new();
        let signings = (self.signings.iter()).map(|signing| (&signing.zone, &signing.resource));
        let by_id = signings.filter(|(zone, _)| {
            let value = zone.as_ref().map(|zone| &zone.value);
            value.is_some_and(|value| value.as_str().is_some())
        });
        let ksks = self.ksks.iter().map(|ksk| (&ksk.zone, &ksk.resource));
        for (zone, resource) in by_id.chain(ksks) {
            let Some(stated) = zone else {
                continue;
            };
            let same = |zone: &Zone| zone.is_referred_to_by(stated);
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
    /// Whether a reference is that to this zone: of its id, or the very one by which it is known.
    pub fn is_referred_to_by(&self, reference: &Stated) -> bool {
        let id = self.id.as_ref().and_then(|id| id.value.as_str());
        match (id, reference.value.as_str()) {
            (Some(id), Some(text)) => id_of(text) == id,
            _ => self.reference.as_ref().is_some_and(|known| {
                known.place == reference.place && known.value == reference.value
            }),
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
                // Whether there is such a zone does not depend on what refers to it.
                multiplicity: None,
                condition: None,
                ..beside.clone()
            },
            looked_up: true,
            name: None,
            id: id.map(|id| Stated {
                value: Value::new(Data::string(id), stated.value.place.clone()),
                place: stated.place.clone(),
            }),
            reference: Some(stated.clone()),
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
