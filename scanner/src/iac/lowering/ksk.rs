//! Key-signing keys.

use super::links::{AnyZone, Link};
use super::names::{plain, read};
use super::{Lowering, place};
use crate::iac::declared;
use crate::inventory::{Ksk, Record, Reference, Set, Source};

impl Lowering<'_> {
    /// The KSKs of a zone. One of which it is not certain that it exists, or in which state, is an
    /// item without a state beside a gap: its key is judged, and nothing is proved by it.
    pub(super) fn ksks_of(
        &self,
        at: usize,
        any: &AnyZone<'_>,
        zone_arn: &str,
        of_zone: &mut Source,
        records: &mut Vec<Record>,
    ) -> Set<Ksk> {
        let mut ksks = Set::default();
        if let Err(why) = self.private(any) {
            ksks.add_gap(why);
        }
        for (declared, root) in self.roots.iter().zip(0..) {
            for ksk in &declared.ksks {
                if self.links.zone(root, ksk.zone.as_ref()) != Link::To(at) {
                    continue;
                }
                let ksks_at = "ksks".to_owned();
                of_zone
                    .places
                    .entry(ksks_at)
                    .or_insert_with(|| place(&ksk.resource.header));
                let doubt = self.doubt(&ksk.resource, &any.zone.resource, root == any.root);
                let status = read(ksk.status.as_ref(), plain);
                let status = match (status, doubt) {
                    (Ok(status), None) => Some(status.unwrap_or_else(|| "ACTIVE".to_owned())),
                    (Err(why), _) | (_, Some(why)) => {
                        ksks.add_gap(why);
                        None
                    }
                };
                let item = self.ksk(root, ksk, status);
                let id = format!("{zone_arn}#{}", item.name);
                records.push(Record::Source(self.source_of_ksk(root, &id, ksk)));
                ksks.insert(item);
            }
        }
        let declared = |root: usize| {
            let declared = self.roots.get(root).map(|declared| declared.ksks.iter());
            let each = declared.into_iter().flatten();
            each.map(|ksk| (ksk.zone.as_ref(), &ksk.resource))
        };
        if let Some(why) = self.perhaps(any, declared) {
            ksks.add_gap(why);
        }
        ksks
    }

    fn ksk(&self, root: usize, declared: &declared::Ksk, status: Option<String>) -> Ksk {
        Ksk {
            name: self
                .names
                .name(root, declared.name.as_ref(), &declared.resource),
            key: Some(Reference::Item(self.key_arn(root, declared))),
            flag: None,
            signing_algorithm_mnemonic: None,
            signing_algorithm_type: None,
            digest_algorithm_mnemonic: None,
            digest_algorithm_type: None,
            key_tag: None,
            digest_value: None,
            public_key: None,
            ds_record: None,
            dnskey_record: None,
            status,
            status_message: None,
            created_date: None,
            last_modified_date: None,
        }
    }

    fn source_of_ksk(&self, root: usize, id: &str, declared: &declared::Ksk) -> Source {
        let mut source = self.source(root, id, &declared.resource);
        let stated = [
            ("status", &declared.status),
            ("key_arn", &declared.key),
            ("name", &declared.name),
        ];
        for (fact, stated) in stated {
            if let Some(stated) = stated {
                source.places.insert(fact.to_owned(), place(&stated.place));
            }
        }
        let Link::To(key) = self.links.key(root, declared.key.as_ref()) else {
            return source;
        };
        if let Some((root, key)) = self.key_at(key) {
            let policy = self.policy_of(root, key);
            source
                .places
                .insert("access".to_owned(), place(policy.place));
            let multi_region = key.multi_region.as_ref().map(|stated| &stated.place);
            let metadata = multi_region.unwrap_or(&key.resource.header);
            source
                .places
                .insert("key.metadata".to_owned(), place(metadata));
        }
        source
    }
}
