//! What a plan of Terraform declares: what there will be, and what is taken away for it.

use std::sync::Arc;

use super::{Declared, Kept, Key, Resource, Stated, Withdrawal, Zone};
use crate::iac::place::Place;
use crate::iac::terraform::plan::{self, How, Plan, Withdrawn};
use crate::iac::value::{Data, Value};
use crate::inventory::{self, Reason, Removal, Unknown};

impl From<&Plan> for Declared {
    fn from(plan: &Plan) -> Self {
        let mut declared = Self::from(&plan.root);
        if !plan.complete {
            let why = "the plan is of a part of the configuration alone";
            declared.more = Some(Arc::new(Unknown::because(Reason::NotDetermined, why)));
        }
        // Until a source is known, the places are those of the plan's own file.
        let file = declared.root.clone();
        let own = |key: &&mut Key| key.resource.header.file() == file;
        for key in declared.keys.iter_mut().filter(own) {
            let why = "a plan does not say what prevents its destruction; --source DIR does";
            let unknown = Value::unknown(why, key.resource.header.clone());
            key.kept = Some(Kept::PreventDestroy(unknown));
        }
        for taken in plan.withdrawals() {
            let mut changes = plan.changes.iter();
            let change = changes.find(|change| change.address == taken.address);
            let Some(place) = change.map(|change| change.place.clone()) else {
                continue;
            };
            declared.add_zone_of(&taken, &place);
            declared.withdrawals.push(Withdrawal {
                zone_id: taken.zone_id.to_string(),
                withdrawal: withdrawal(&taken),
                place,
            });
        }
        declared
    }
}

impl Declared {
    /// A zone that the plan does not manage stays as well, and is to be told of.
    fn add_zone_of(&mut self, taken: &plan::Withdrawal, place: &Place) {
        let stated = Stated {
            value: Value::new(Data::String(Arc::clone(&taken.zone_id)), place.clone()),
            place: place.clone(),
        };
        if self
            .zones
            .iter()
            .any(|zone| zone.is_referred_to_by(&stated))
        {
            return;
        }
        let resources = self.zones.iter().map(|zone| &zone.resource);
        let whereabouts = resources
            .chain(self.keys.iter().map(|key| &key.resource))
            .next();
        let nowhere = || Value::unknown("the plan does not say", place.clone());
        let name: Arc<str> = format!("hosted zone {}", taken.zone_id).into();
        self.zones.push(Zone {
            resource: Resource {
                address: Arc::clone(&name),
                dependency: name,
                header: place.clone(),
                calls: Vec::new(),
                region: nowhere(),
                account: whereabouts.map_or_else(nowhere, |resource| resource.account.clone()),
                multiplicity: None,
                condition: None,
                depends_on: Default::default(),
                construct_path: None,
            },
            looked_up: true,
            name: None,
            id: Some(stated.clone()),
            reference: Some(stated),
            comment: None,
            private: Ok(false),
            tags: None,
        });
    }
}

fn withdrawal(taken: &plan::Withdrawal) -> inventory::Withdrawal {
    inventory::Withdrawal {
        address: taken.address.to_string(),
        what: match taken.what {
            Withdrawn::Signing => inventory::Withdrawn::Signing,
            Withdrawn::Ksk => inventory::Withdrawn::Ksk,
            Withdrawn::Key => inventory::Withdrawn::Key,
        },
        how: match taken.how {
            How::Destroyed => Removal::Destroyed,
            How::Replaced => Removal::Replaced,
            How::TurnedOff => Removal::TurnedOff,
        },
        remaining: taken.remaining.iter().map(ToString::to_string).collect(),
    }
}
