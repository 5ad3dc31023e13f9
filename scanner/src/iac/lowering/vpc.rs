//! VPCs. They are an open world: other code makes others. What is configured beside one that is
//! declared is a closed world, as it is beside a hosted zone.

use super::links::{AnyVpc, Link};
use super::names::{plain, read, undetermined};
use super::{Lowering, place};
use crate::iac::declared::Decides;
use crate::inventory::{Fact, Record, Set, Symbol, SymbolKind, Unknown, Vpc, Vpcs};

impl Lowering<'_> {
    /// Every declared VPC, each by itself: code rarely says which share an account and a region, and
    /// each is to be told of where it stands. Gives how many there are.
    pub(super) fn vpcs(&self, records: &mut Vec<Record>) -> usize {
        for (any, at) in self.links.vpcs.iter().zip(0..) {
            self.vpc(at, any, records);
        }
        self.links.vpcs.len()
    }

    fn vpc(&self, at: usize, any: &AnyVpc<'_>, records: &mut Vec<Record>) {
        let resource = &any.vpc.resource;
        let own = self.names.qualified(any.root, &resource.address);
        let id = match any.id() {
            Some(id) => Symbol::literal(id),
            None => Symbol::new(SymbolKind::Name, own).to_string(),
        };
        let account = self.names.account(any.root, &resource.account);
        let item = format!(
            "arn:{}:ec2:{}:{account}:vpc/{id}",
            self.names.partition,
            self.region_text(resource),
        );
        let mut source = self.source(any.root, &item, resource);
        source
            .places
            .insert("vpcs".to_owned(), place(&resource.header));
        records.push(Record::Vpcs(Vpcs {
            id: item,
            account,
            region: self.names.region(&resource.region),
            vpcs: Set::complete([Vpc {
                id,
                name: read(any.vpc.name.as_ref(), plain).into(),
                is_default: Fact::Known(any.vpc.is_default),
                validation_status: self.validation_status(at, any).into(),
            }]),
            profiles: Vec::new(),
            collected_at: self.at,
        }));
        records.push(Record::Source(source));
    }

    /// The status of the DNSSEC validation configuration that the code makes for a VPC; null where it
    /// makes none.
    fn validation_status(&self, at: usize, any: &AnyVpc<'_>) -> Result<Option<String>, Unknown> {
        let own = &any.vpc.resource;
        let mut doubt = None;
        for (declared, root) in self.roots.iter().zip(0..) {
            for validation in &declared.validations {
                let address = self.names.qualified(root, &validation.resource.address);
                let link = self.links.vpc(root, validation.vpc.as_ref());
                let why = match (&link, validation.decides) {
                    (Link::To(to), Decides::ThatItValidates) if *to == at => {
                        match self.doubt(&validation.resource, own, root == any.root) {
                            None => return Ok(Some("ENABLED".to_owned())),
                            Some(why) => Some(why),
                        }
                    }
                    (Link::To(to), Decides::ByProfile) if *to == at => Some(undetermined(format!(
                        "{address} gives it a Profile, which may decide it"
                    ))),
                    _ => self.links.may_be_vpc(&link, any).map(|why| {
                        let why = why.detail.unwrap_or_default();
                        undetermined(format!("{address} may be of this VPC: {why}"))
                    }),
                };
                doubt = doubt.or(why);
            }
        }
        let declared = self.roots.get(any.root);
        let mut unread = declared.iter().flat_map(|declared| &declared.unread);
        let given = unread.find(|call| call.given.contains(&own.dependency));
        let given = given.map(|call| {
            let address = self.names.qualified(any.root, &call.address);
            undetermined(format!("{address} is given the VPC, and was not read"))
        });
        let more = declared.and_then(|declared| declared.more.as_deref());
        match doubt.or(given).or(more.cloned()) {
            Some(why) => Err(why),
            None => Ok(None),
        }
    }
}
