//! The policy of a KMS key: its own, one that is attached to it, or the one that AWS gives it.

use serde_json::{Value as Json, json};

use super::Lowering;
use super::links::Link;
use super::names::{Text, undetermined, why_unknown};
use crate::iac::declared::{Key, Stated};
use crate::iac::json;
use crate::iac::place::Place;
use crate::iac::value::Data;

/// The policy of a key, and where it is stated.
pub(super) struct Policy<'a> {
    pub(super) text: Text,
    pub(super) place: &'a Place,
}

impl Lowering<'_> {
    /// The policy of a declared key, as JSON text with symbols. An attached policy takes the place
    /// of the key's own.
    pub(super) fn policy_of<'k>(&'k self, root: usize, key: &'k Key) -> Policy<'k> {
        let header = &key.resource.header;
        if key.origin == crate::iac::declared::KeyOrigin::LookedUp {
            let text = Err(undetermined("the KMS key is declared elsewhere"));
            return Policy {
                text,
                place: header,
            };
        }
        let own = match &key.policy {
            Some(stated) => Policy {
                text: self.policy_text(root, stated),
                place: &stated.place,
            },
            None => Policy {
                text: Ok(self.default_policy(root, key).to_string()),
                place: header,
            },
        };
        for (declared, place) in self.roots.iter().zip(0..) {
            for attached in &declared.key_policies {
                let link = self.links.key(place, attached.key.as_ref());
                let leads_here = match link {
                    Link::To(at) => self.key_at(at).is_some_and(|(other, found)| {
                        other == root && found.resource.address == key.resource.address
                    }),
                    Link::Elsewhere(_) | Link::Unresolved(_) => {
                        if place == root && key.policy.is_none() {
                            let address = &attached.resource.address;
                            let why = format!("{address} may be of this key");
                            return Policy {
                                text: Err(undetermined(why)),
                                ..own
                            };
                        }
                        false
                    }
                };
                if !leads_here {
                    continue;
                }
                let stated = attached.policy.as_ref();
                let at = stated.map_or(&attached.resource.header, |stated| &stated.place);
                let doubt = self.doubt(&attached.resource, &key.resource, place == root);
                return Policy {
                    text: match (doubt, stated) {
                        (Some(why), _) => Err(why),
                        (None, Some(stated)) => self.policy_text(place, stated),
                        (None, None) => Err(undetermined("the policy is not stated")),
                    },
                    place: at,
                };
            }
        }
        own
    }

    pub(super) fn policy_text(&self, root: usize, stated: &Stated) -> Text {
        let document = match &stated.value.data {
            Data::Object(_) => stated.value.clone(),
            Data::Symbol(_) | Data::Unknown(_) => return Err(why_unknown(&stated.value)),
            _ => json::decode(&stated.value)
                .map_err(|why| undetermined(format!("the policy is no JSON: {why}")))?,
        };
        if let Some(why) = document.why_unknown() {
            return Err(why.as_ref().clone());
        }
        let statements = document.get("Statement");
        let open = statements.and_then(|statements| match &statements.data {
            Data::List(list) | Data::Set(list) => {
                let mut items = list.items().iter();
                items.find(|item| item.members().is_none())
            }
            Data::Object(_) => None,
            _ => Some(statements),
        });
        match open {
            Some(statement) => Err(why_unknown(statement)),
            None => Ok(self.names.json(root, &document).to_string()),
        }
    }

    /// What AWS makes the policy of a key that is created without one through its APIs (KMS
    /// Developer Guide, "Default key policy").
    fn default_policy(&self, root: usize, key: &Key) -> Json {
        let account = self.names.account(root, &key.resource.account);
        let owner = format!("arn:{}:iam::{account}:root", self.names.partition);
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": owner},
                "Action": "kms:*",
                "Resource": "*"
            }]
        })
    }
}
