//! Registered domains. They are an open world: other code, or nobody's, may register more.

use super::names::{integer, read, truth, undetermined};
use super::{Lowering, place};
use crate::iac::declared::{DelegationSigner, Registration as Declared, Stated};
use crate::inventory::{DnssecKey, Fact, Record, Registration, Set, Symbol, SymbolKind, Unknown};

/// The EPP status of a domain that is locked (RFC 5731 section 2.3).
const LOCKED: &str = "clientTransferProhibited";

impl Lowering<'_> {
    /// Every registered domain; gives how many there are.
    pub(super) fn registrations(&self, records: &mut Vec<Record>) -> usize {
        let mut count = 0;
        for (declared, root) in self.roots.iter().zip(0..) {
            for registration in &declared.registrations {
                count += 1;
                self.registration(root, registration, records);
            }
        }
        count
    }

    fn registration(&self, root: usize, declared: &Declared, records: &mut Vec<Record>) {
        let resource = &declared.resource;
        let own = self.names.qualified(root, &resource.address);
        let own = Symbol::new(SymbolKind::Name, own).to_string();
        let name = self.names.stated_name(root, declared.name.as_ref());
        let name = name.unwrap_or_else(|| own.clone());
        // Both are on unless the code turns them off, as the provider's documentation says.
        let auto_renew = on(declared.auto_renew.as_ref());
        let locked = on(declared.transfer_lock.as_ref());
        let mut source = self.source(root, &own, resource);
        let at = |stated: Option<&Stated>| {
            place(stated.map_or(&resource.header, |stated| &stated.place))
        };
        for (fact, stated) in [
            ("auto_renew", &declared.auto_renew),
            ("status_list", &declared.transfer_lock),
        ] {
            source.places.insert(fact.to_owned(), at(stated.as_ref()));
        }
        let registry = "the registrar and the registry decide it";
        records.push(Record::Registration(Registration {
            account: self.names.account(root, &resource.account),
            name: format!("{}.", name.trim_end_matches('.')),
            auto_renew: auto_renew.into(),
            expiration_date: Fact::unknown(undetermined(registry)),
            status_list: match locked {
                Ok(true) => Set::complete([LOCKED.to_owned()]),
                Ok(false) => Set::default(),
                Err(why) => Set::unread(why),
            },
            nameservers: Set::unread(undetermined(registry)),
            dnssec_keys: self.signers_of(root, declared),
            collected_at: self.at,
            id: own,
        }));
        records.push(Record::Source(source));
    }

    /// What the code gives to the registrar for a domain; other code may give more.
    fn signers_of(&self, root: usize, domain: &Declared) -> Set<DnssecKey> {
        let mut keys = Set::default();
        let name = self.names.stated_name(root, domain.name.as_ref());
        for (declared, place) in self.roots.iter().zip(0..) {
            for signer in &declared.delegation_signers {
                let of = self.names.stated_name(place, signer.domain.as_ref());
                if of.is_some() && of == name {
                    keys.insert(dnssec_key(signer));
                }
            }
        }
        keys.add_gap(undetermined(
            "other code may give DS records to the registrar",
        ));
        keys
    }
}

/// What the registrar makes of a public key only it will tell: its key tag and its digest.
fn dnssec_key(signer: &DelegationSigner) -> DnssecKey {
    DnssecKey {
        id: None,
        key_tag: None,
        algorithm: read(signer.algorithm.as_ref(), integer).ok().flatten(),
        digest_type: None,
        digest: None,
    }
}

fn on(stated: Option<&Stated>) -> Result<bool, Unknown> {
    Ok(read(stated, truth)?.unwrap_or(true))
}
