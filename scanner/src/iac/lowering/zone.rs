//! Hosted zones, with their signing and their query logging.

use super::links::{AnyZone, Link};
use super::names::{plain, read, undetermined};
use super::{Lowering, place};
use crate::iac::declared::{Resource, Signing, Stated};
use crate::iac::value::Value;
use crate::inventory::{
    Dnssec, Fact, QueryLog, Record, Set, Source, Tags, Unknown, Withdrawal, Zone, ZoneDeclaration,
};

/// A declared thing beside a zone: where it stands, and what it says of the zone.
struct Beside<'a, T> {
    root: usize,
    declared: &'a T,
}

impl Lowering<'_> {
    /// Every zone that is judged, with what is configured beside it.
    pub(super) fn zones(&self, records: &mut Vec<Record>) {
        for (any, at) in self.links.zones.iter().zip(0..) {
            if self.items.get(at) == Some(&true) {
                self.zone(at, any, records);
            }
        }
    }

    fn zone(&self, at: usize, any: &AnyZone<'_>, records: &mut Vec<Record>) {
        let declared = any.zone;
        let (id, arn) = self.thing(any.root, &declared.resource.address);
        let account = self.names.account(any.root, &declared.resource.account);
        let name = match self.names.stated_name(any.root, declared.name.as_ref()) {
            Some(name) => format!("{}.", name.trim_end_matches('.')),
            None => self.names.qualified(any.root, &declared.resource.address),
        };
        let mut source = self.source(any.root, &arn, &declared.resource);
        let ksks = self.ksks_of(at, any, &arn, &mut source, records);
        let zone = Zone {
            name,
            account: account.clone(),
            comment: read(declared.comment.as_ref(), plain).ok().flatten(),
            resource_record_set_count: None,
            linked_service: None,
            tags: tags(declared.tags.as_ref()),
            delegation_set: Fact::unknown(undetermined("Route 53 chooses the delegation set")),
            dnssec: self.dnssec(at, any, &mut source),
            query_logs: self.query_logs(at, any, &mut source),
            declaration: Some(ZoneDeclaration {
                signing_depends_on_ksk: self.signing_depends_on_ksk(at, any, &mut source),
                withdrawals: self.withdrawals(any, &mut source),
            }),
            ksks,
            collected_at: self.at,
            id: id.clone(),
            arn,
        };
        records.push(Record::RecordSets(self.record_sets(
            at,
            any,
            &zone,
            &mut source,
        )));
        records.push(Record::Zone(zone));
        records.push(Record::Source(source));
    }

    /// Whether the zone is signed: what enables signing is declared, or nothing is that might.
    fn dnssec(&self, at: usize, any: &AnyZone<'_>, source: &mut Source) -> Fact<Dnssec> {
        let status = |serve_signature: String| {
            Fact::Known(Dnssec {
                serve_signature: Some(serve_signature),
                status_message: None,
            })
        };
        if let Err(why) = self.private(any) {
            return Fact::unknown(why);
        }
        if let Some(signing) = self.signing_of(at) {
            let stated = signing.declared.status.as_ref();
            let at = stated.map_or(&signing.declared.resource.header, |stated| &stated.place);
            source.places.insert("dnssec".to_owned(), place(at));
            let own = &any.zone.resource;
            if let Some(why) = self.doubt(&signing.declared.resource, own, signing.root == any.root)
            {
                return Fact::unknown(why);
            }
            return match read(stated, plain) {
                Ok(stated) => status(stated.unwrap_or_else(|| "SIGNING".to_owned())),
                Err(why) => Fact::unknown(why),
            };
        }
        let signings = |root: usize| {
            let declared = self
                .roots
                .get(root)
                .map(|declared| declared.signings.iter());
            let each = declared.into_iter().flatten();
            each.map(|signing| (signing.zone.as_ref(), &signing.resource))
        };
        match self.perhaps(any, signings) {
            Some(why) => Fact::unknown(why),
            None => status("NOT_SIGNING".to_owned()),
        }
    }

    fn signing_of(&self, at: usize) -> Option<Beside<'_, Signing>> {
        self.roots.iter().zip(0..).find_map(|(declared, root)| {
            let mut signings = declared.signings.iter();
            let signing = signings
                .find(|signing| self.links.zone(root, signing.zone.as_ref()) == Link::To(at))?;
            Some(Beside {
                root,
                declared: signing,
            })
        })
    }

    /// Why something of a kind may belong to a zone though it does not say so; none where nothing
    /// may.
    pub(super) fn perhaps<'d, I>(
        &self,
        any: &AnyZone<'_>,
        declared: impl Fn(usize) -> I,
    ) -> Option<Unknown>
    where
        I: Iterator<Item = (Option<&'d Stated>, &'d Resource)>,
    {
        if any.zone.looked_up {
            return Some(undetermined(format!(
                "{} is declared elsewhere",
                any.zone.resource.address
            )));
        }
        for (root, place) in self.roots.iter().zip(0..) {
            for (zone, resource) in declared(place) {
                let link = self.links.zone(place, zone);
                if let Some(why) = self.links.may_be(&link, any) {
                    let address = self.names.qualified(place, &resource.address);
                    let why = why.detail.unwrap_or_default();
                    return Some(undetermined(format!(
                        "{address} may be of this zone: {why}"
                    )));
                }
            }
            if place != any.root {
                continue;
            }
            let unread = root.unread.iter();
            let mut given =
                unread.filter(|call| call.given.contains(&any.zone.resource.dependency));
            if let Some(call) = given.next() {
                let address = self.names.qualified(place, &call.address);
                return Some(undetermined(format!(
                    "{address} is given the zone, and was not read"
                )));
            }
            if let Some(why) = &root.more {
                return Some(why.as_ref().clone());
            }
        }
        None
    }

    /// Whether what enables signing waits for a KSK of the zone that is active.
    fn signing_depends_on_ksk(
        &self,
        at: usize,
        any: &AnyZone<'_>,
        source: &mut Source,
    ) -> Fact<Option<bool>> {
        let Some(signing) = self.signing_of(at) else {
            return match self.dnssec(at, any, source) {
                Fact::Known(_) => Fact::Known(None),
                Fact::Unknown(mark) => Fact::Unknown(mark),
            };
        };
        let resource = &signing.declared.resource;
        source
            .places
            .insert("declaration".to_owned(), place(&resource.header));
        let own = &any.zone.resource;
        if let Some(why) = self.doubt(resource, own, signing.root == any.root) {
            return Fact::unknown(why);
        }
        match read(signing.declared.status.as_ref(), plain) {
            Ok(status) if status.as_deref() == Some("NOT_SIGNING") => return Fact::Known(None),
            Ok(_) => {}
            Err(why) => return Fact::unknown(why),
        }
        let ksks = self.roots.get(signing.root).map(|root| root.ksks.iter());
        let mut open = None;
        for ksk in ksks.into_iter().flatten() {
            if !resource.depends_on.contains(&ksk.resource.dependency) {
                continue;
            }
            let link = self.links.zone(signing.root, ksk.zone.as_ref());
            let status = read(ksk.status.as_ref(), plain);
            let doubt = self.doubt(&ksk.resource, own, signing.root == any.root);
            match (link == Link::To(at), status, doubt) {
                (true, Ok(status), None) if status.as_deref().is_none_or(|one| one == "ACTIVE") => {
                    return Fact::Known(Some(true));
                }
                (true, Err(why), _) | (true, _, Some(why)) => open = Some(why),
                (true, Ok(_), None) => {}
                // The zone of the KSK may be this one by another reference.
                (false, ..) => open = self.links.may_be(&link, any).or(open),
            }
        }
        match open {
            Some(why) => Fact::unknown(why),
            None => Fact::Known(Some(false)),
        }
    }

    fn withdrawals(&self, any: &AnyZone<'_>, source: &mut Source) -> Vec<Withdrawal> {
        let of_root = self.roots.get(any.root);
        let of_root = of_root.map(|root| root.withdrawals.iter());
        let of_zone = of_root.into_iter().flatten();
        let of_zone = of_zone.filter(|taken| any.id() == Some(taken.zone_id.as_str()));
        let told = of_zone.map(|taken| {
            let fact = format!("declaration.withdrawals.{}", taken.withdrawal.address);
            source.places.insert(fact, place(&taken.place));
            taken.withdrawal.clone()
        });
        told.collect()
    }

    fn query_logs(&self, at: usize, any: &AnyZone<'_>, source: &mut Source) -> Set<QueryLog> {
        let mut logs = Set::default();
        if let Err(why) = self.private(any) {
            logs.add_gap(why);
        }
        for (declared, root) in self.roots.iter().zip(0..) {
            for log in &declared.query_logs {
                if self.links.zone(root, log.zone.as_ref()) != Link::To(at) {
                    continue;
                }
                source
                    .places
                    .insert("query_logs".to_owned(), place(&log.resource.header));
                let own = &any.zone.resource;
                match self.doubt(&log.resource, own, root == any.root) {
                    Some(why) => logs.add_gap(why),
                    None => logs.insert(QueryLog {
                        id: self.names.qualified(root, &log.resource.address),
                        cloud_watch_logs_log_group_arn: (log.log_group.as_ref())
                            .map(|group| self.names.text_or_symbol(root, &group.value))
                            .unwrap_or_default(),
                    }),
                }
            }
        }
        let declared = |root: usize| {
            let declared = self
                .roots
                .get(root)
                .map(|declared| declared.query_logs.iter());
            let each = declared.into_iter().flatten();
            each.map(|log| (log.zone.as_ref(), &log.resource))
        };
        if logs.items().next().is_none()
            && let Some(why) = self.perhaps(any, declared)
        {
            logs.add_gap(why);
        }
        logs
    }
}

/// The tags, as far as their values are known.
fn tags(stated: Option<&Stated>) -> Fact<Tags> {
    let members = stated.and_then(|stated| stated.value.members());
    let members = members.into_iter().flatten();
    let known = members.filter_map(|(name, value)| {
        let value: Option<String> = Value::as_str(value).map(str::to_owned);
        Some((name.to_string(), value?))
    });
    Fact::Known(known.collect())
}
