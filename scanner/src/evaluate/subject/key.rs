//! The KMS key as rules see it: with the zones that use it and what its policy lets whom do.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::records::KeyRecord;
use super::{AccountFacts, Subjects};
use crate::derive::key_policy::{CreateGrant, PrincipalAccess, Request, Scope, ServiceStatement};
use crate::evaluate::cause::zone_arn;
use crate::evaluate::index::{KeyEntry, ZoneEntry};
use crate::inventory::{
    Collection, Fact, Key, KeyDeclaration, KeyMetadata, Mode, Reason, Set, Unknown,
};

/// A KMS key behind one or more KSKs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KeySubject {
    /// The ARN of the key.
    pub arn: String,
    /// The id of the key.
    pub key_id: String,
    /// The account of the ARN.
    pub account: Arc<AccountFacts>,
    /// The region of the ARN.
    pub region: Fact<Option<String>>,
    /// What `DescribeKey` says; null where there is no such key.
    pub metadata: Fact<Option<KeyMetadata>>,
    /// The zones whose KSKs use the key.
    pub zones: Set<ZoneUse>,
    /// The key policy document; null where there is no such key.
    #[schemars(with = "Fact<Option<serde_json::Value>>")]
    pub policy: Fact<Option<Box<RawValue>>>,
    /// Whether Route 53 may create grants; null where there is no such key.
    pub create_grant: Option<CreateGrant>,
    /// The statements that allow Route 53 something it needs.
    pub service_statements: Fact<Vec<ServiceStatement>>,
    /// The principals, other than Route 53, that may sign with the key or govern it.
    pub principals: Set<PrincipalAccess>,
    /// What source code says of the key beyond that; null where it was read from AWS.
    pub declaration: Option<KeyDeclaration>,
}

/// A zone that uses a key.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ZoneUse {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The name of the zone.
    pub name: String,
    /// The account that owns the zone.
    pub account: String,
    /// The name of the KSK.
    pub ksk: String,
}

impl Subjects<'_> {
    /// The subject of a key.
    pub(in crate::evaluate) fn key(&self, record: &KeyRecord, entry: &KeyEntry) -> KeySubject {
        let KeyRecord { key, policy } = record;
        let users: Vec<(&ZoneEntry, &str)> = entry
            .users
            .iter()
            .filter_map(|(at, ksk)| Some((self.index.zone(*at)?, &**ksk)))
            .collect();
        let judgement = match policy {
            Fact::Known(Some(policy)) => Judgement {
                create_grant: Some(policy.create_grant(&self.requests(&users, key))),
                service_statements: policy.service_statements(),
                principals: policy.principals(&self.scope_of(&users, key)),
            },
            Fact::Known(None) => Judgement::default(),
            Fact::Unknown(mark) => Judgement {
                create_grant: Some(CreateGrant {
                    for_aws_resource: Fact::Unknown(mark.clone()),
                    for_other: Fact::Unknown(mark.clone()),
                }),
                service_statements: Fact::Unknown(mark.clone()),
                principals: Set::unread(mark.unknown.clone()),
            },
        };
        KeySubject {
            arn: key.arn.clone(),
            key_id: key.arn.rsplit('/').next().unwrap_or(&key.arn).to_owned(),
            account: self.account_facts(key.account.as_deref().unwrap_or_default()),
            region: key.region.clone(),
            metadata: key.metadata.clone(),
            declaration: key.declaration.clone(),
            zones: self.zones_of(&users, key),
            policy: match &key.policy {
                Fact::Known(Some(text)) => as_json(text).map(Some),
                Fact::Known(None) => Fact::Known(None),
                Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
            },
            create_grant: judgement.create_grant,
            service_statements: judgement.service_statements,
            principals: judgement.principals,
        }
    }

    /// What Route 53 asks of another service for a zone.
    pub(super) fn request(&self, zone_arn: &str, account: &str, resource_arn: &str) -> Request {
        Request {
            zone_arn: Fact::Known(zone_arn.to_owned()),
            account: Fact::Known(account.to_owned()),
            organization: self.organization.clone(),
            organization_path: self.organization_path(account),
            resource_arn: Fact::Known(resource_arn.to_owned()),
            at: Some(self.now),
        }
    }

    /// Where in the organisation an account lies, as `aws:SourceOrgPaths` has it.
    fn organization_path(&self, account: &str) -> Fact<Option<String>> {
        let organization = match &self.organization {
            Fact::Known(Some(organization)) => organization,
            other => return other.clone(),
        };
        match self
            .index
            .accounts
            .get(account)
            .map(|entry| &entry.account.ou)
        {
            Some(Fact::Known(Some(unit))) => {
                Fact::Known(Some(format!("{organization}/{}/", unit.ids)))
            }
            Some(Fact::Unknown(mark)) => Fact::Unknown(mark.clone()),
            Some(Fact::Known(None)) | None => Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                format!("where in the organisation account {account} lies was not read"),
            )),
        }
    }

    fn requests(&self, users: &[(&ZoneEntry, &str)], key: &Key) -> Vec<Request> {
        users
            .iter()
            .map(|(zone, _)| {
                let arn = zone_arn(self.partition, &zone.id);
                self.request(&arn, &zone.account, &key.arn)
            })
            .collect()
    }

    /// Whose the key is: the organisation's, or without one that of the accounts that use it. Source
    /// code tells of no organisation, and there may be one.
    fn scope_of(&self, users: &[(&ZoneEntry, &str)], key: &Key) -> Scope {
        let is_live = self.snapshot.header().mode == Mode::Live;
        let (accounts, complete) = match &self.organization {
            organization if !is_live || *organization == Fact::Known(None) => {
                let users = users.iter().map(|(zone, _)| zone.account.to_string());
                let accounts: BTreeSet<String> = users.chain(key.account.clone()).collect();
                (Arc::new(accounts), is_live)
            }
            _ => (self.house.clone(), self.house_is_complete),
        };
        Scope {
            key_arn: Fact::Known(key.arn.clone()),
            organization: self.organization.clone(),
            accounts,
            complete,
            at: Some(self.now),
        }
    }

    /// The zones that use a key, as far as the accounts were read. Gaps of the key's own account and
    /// of those whose zones are known to use it make the set incomplete; for the rest of the
    /// accounts a rule says how many were read.
    fn zones_of(&self, users: &[(&ZoneEntry, &str)], key: &Key) -> Set<ZoneUse> {
        let mut zones = Set::default();
        for (zone, ksk) in users {
            let mut ksks = zone.ksks.iter();
            if ksks.any(|one| &*one.name == *ksk && !one.certain) {
                zones.add_gap(Unknown::because(
                    Reason::NotDetermined,
                    format!("whether {} has the KSK {ksk} is not known", zone.name),
                ));
                continue;
            }
            zones.insert(ZoneUse {
                id: zone.id.to_string(),
                arn: zone_arn(self.partition, &zone.id),
                name: zone.name.to_string(),
                account: zone.account.to_string(),
                ksk: (*ksk).to_owned(),
            });
        }
        let users = users.iter().map(|(zone, _)| &*zone.account);
        let accounts: BTreeSet<&str> = users.chain(key.account.as_deref()).collect();
        for account in accounts {
            for collection in [Collection::Zones, Collection::Dnssec] {
                if let Some(why) = self.index.gap_in(account, collection) {
                    zones.add_gap(why.clone());
                }
            }
        }
        zones
    }
}

/// What a policy says, taken together; nothing where there is no key.
#[derive(Default)]
struct Judgement {
    create_grant: Option<CreateGrant>,
    service_statements: Fact<Vec<ServiceStatement>>,
    principals: Set<PrincipalAccess>,
}

fn as_json(text: &str) -> Fact<Box<RawValue>> {
    match serde_json::from_str(text) {
        Ok(document) => Fact::Known(document),
        Err(error) => Fact::unknown(Unknown::because(
            Reason::Malformed,
            format!("the policy is no JSON: {error}"),
        )),
    }
}
