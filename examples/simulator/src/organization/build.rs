//! From the tables of the file to an organisation whose parts refer to each other.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize as _, de::value::Error as ValueError};

use super::alarms::{self, Names};
use super::identifier::{Identifiers, LOWER};
use super::logs;
use super::stated;
use super::table::{
    AccountTable, KeyTable, KskTable, Moment, OrganizationFile, RoleTable, TopicTable, ZoneTable,
};
use super::units::Units;
use super::vpcs;
use super::{
    Account, DEFAULT_ROLE, Domain, Key, Ksk, LinkedService, Organization, PolicyTemplate, QueryLog,
    Role, Topic, Tree, Zone, ZonePlace,
};
use crate::dnssec;
use crate::error::Error;
use crate::faults::Fault;

/// Builds the organisation of a file.
pub(super) fn from_table(file: OrganizationFile) -> Result<Organization, Error> {
    let identifiers = Identifiers::new(file.seed);
    let now = match file.now {
        Some(now) => now,
        // AWS gives most of its moments in whole seconds.
        None => {
            Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH)
        }
    };
    let root_id = format!("r-{}", identifiers.characters(&["root"], LOWER, 4));
    let management = management(&file.accounts, file.organization.management.as_deref())?;
    let management_id = file
        .accounts
        .get(management)
        .map_or_else(String::new, |account| account.id.clone());

    let mut units = Units::new(&identifiers, root_id);
    let builder = Builder {
        identifiers: &identifiers,
        now,
        management: &management_id,
        keys: declared_keys(&file.accounts, &identifiers)?,
    };
    let mut accounts = Vec::with_capacity(file.accounts.len());
    for table in file.accounts {
        let parent = units.place(&table.ou)?;
        accounts.push(builder.account(table, parent)?);
    }

    let Units { root_id, units, .. } = units;
    let accounts_by_id = index(&accounts, |account| vec![account.id.clone()], "account id")?
        .into_iter()
        .map(|(id, (account, _))| (id, account))
        .collect();
    let zone_ids = |account: &Account| account.zones.iter().map(|zone| zone.id.clone()).collect();
    let key_arns = |account: &Account| account.keys.iter().map(|key| key.arn.clone()).collect();
    let zones_by_id = index(&accounts, zone_ids, "hosted zone id")?;
    let keys_by_arn = index(&accounts, key_arns, "key")?;
    let faults = file
        .faults
        .into_iter()
        .map(|fault| resolve_subject(fault, &accounts))
        .collect();
    let latency = Duration::try_from(file.latency).map_err(|_| {
        Error::contradiction("latency is negative", "write a span such as \"40ms\"")
    })?;

    let tree = Tree::new(&accounts)?;
    let mut organization = Organization {
        id: file.organization.id.unwrap_or_else(|| {
            format!("o-{}", identifiers.characters(&["organization"], LOWER, 10))
        }),
        in_use: file.organization.in_use,
        empty_pages: file.organization.empty_pages,
        root_id,
        management,
        units,
        accounts,
        latency,
        limits: file.limits,
        faults,
        tree,
        identifiers,
        accounts_by_id,
        keys_by_arn,
        zones_by_id,
    };
    count_record_sets(&mut organization);
    Ok(organization)
}

/// No zone says that it has fewer record sets than it needs.
fn count_record_sets(organization: &mut Organization) {
    let least: Vec<Vec<usize>> = organization
        .accounts
        .iter()
        .enumerate()
        .map(|(account, held)| {
            let zones = 0..held.zones.len();
            zones
                .map(|zone| organization.least_record_sets(ZonePlace { account, zone }))
                .collect()
        })
        .collect();
    let zones = organization
        .accounts
        .iter_mut()
        .flat_map(|account| &mut account.zones);
    for (zone, least) in zones.zip(least.into_iter().flatten()) {
        let least = i64::try_from(least).unwrap_or(i64::MAX);
        zone.record_sets = zone.record_sets.max(least);
    }
}

fn management(accounts: &[AccountTable], id: Option<&str>) -> Result<usize, Error> {
    if accounts.is_empty() {
        return Err(Error::contradiction(
            "it has no account",
            "add an [[account]] with an id and a name",
        ));
    }
    let Some(id) = id else { return Ok(0) };
    accounts
        .iter()
        .position(|account| account.id == id)
        .ok_or_else(|| {
            Error::contradiction(
                format!("the management account {id} is not among the accounts"),
                "add an [[account]] with that id",
            )
        })
}

/// Where each item of the accounts is, by a name that no two of them may share.
fn index(
    accounts: &[Account],
    names: impl Fn(&Account) -> Vec<String>,
    kind: &str,
) -> Result<HashMap<String, (usize, usize)>, Error> {
    let mut places = HashMap::new();
    for (account, item) in accounts.iter().enumerate() {
        for (place, name) in names(item).into_iter().enumerate() {
            if let Some(_earlier) = places.insert(name.clone(), (account, place)) {
                return Err(Error::contradiction(
                    format!("the {kind} {name} occurs twice"),
                    "give each its own",
                ));
            }
        }
    }
    Ok(places)
}

/// The ARN of every declared key, by `ACCOUNT/NAME`.
fn declared_keys(
    accounts: &[AccountTable],
    identifiers: &Identifiers,
) -> Result<HashMap<String, String>, Error> {
    let mut arns = HashMap::new();
    for account in accounts {
        for key in &account.keys {
            let arn = key_arn(&key.region, &account.id, &key_id(account, key, identifiers));
            if arns
                .insert(format!("{}/{}", account.id, key.name), arn)
                .is_some()
            {
                return Err(Error::contradiction(
                    format!("account {} has two keys named {}", account.id, key.name),
                    "give each its own name",
                ));
            }
        }
    }
    Ok(arns)
}

/// The ARN of a KMS key of the partition `aws`.
fn key_arn(region: &str, account: &str, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}

fn key_id(account: &AccountTable, key: &KeyTable, identifiers: &Identifiers) -> String {
    key.id
        .clone()
        .unwrap_or_else(|| identifiers.key(&account.id, &key.name, key.multi_region))
}

/// The names that a person writes in a fault become the ids that a client sends.
fn resolve_subject(mut fault: Fault, accounts: &[Account]) -> Fault {
    let account = accounts
        .iter()
        .find(|account| Some(&account.id) == fault.account.as_ref());
    if let (Some(account), Some(subject)) = (account, &fault.subject) {
        let name = dnssec::route53_name(subject);
        if let Some(zone) = account.zones.iter().find(|zone| zone.name == name) {
            fault.subject = Some(zone.id.clone());
        } else if let Some(key) = account.keys.iter().find(|key| key.description == *subject) {
            fault.subject = Some(key.arn.clone());
        }
    }
    fault
}

struct Builder<'a> {
    identifiers: &'a Identifiers,
    now: Timestamp,
    management: &'a str,
    keys: HashMap<String, String>,
}

impl Builder<'_> {
    fn account(&self, table: AccountTable, parent: String) -> Result<Account, Error> {
        if table.id.len() != 12 || !table.id.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(Error::contradiction(
                format!("{:?} is no account id", table.id),
                "write twelve digits",
            ));
        }
        let keys = table
            .keys
            .iter()
            .map(|key| self.key(&table, key))
            .collect::<Result<_, _>>()?;
        let topics: Vec<Topic> = table
            .topics
            .iter()
            .map(|topic| sns_topic(&table.id, topic))
            .collect();
        let log_groups = logs::groups(&table.id, table.log_groups, &table.zones);
        let log_policies = logs::policies(&table.id, table.log_policies);
        let vpcs = vpcs::vpcs(&table.id, table.vpcs, self.identifiers);
        let mut zones = Vec::with_capacity(table.zones.len());
        let mut times_named: HashMap<String, usize> = HashMap::new();
        for zone in table.zones {
            let nth = times_named.entry(zone.name.clone()).or_insert(0);
            zones.push(self.zone(&table.id, zone, *nth)?);
            *nth += 1;
        }
        let names = Names {
            account: &table.id,
            zones: zones
                .iter()
                .map(|zone: &Zone| (zone.name.as_str(), zone.id.as_str()))
                .collect(),
            topics: table
                .topics
                .iter()
                .zip(&topics)
                .map(|(table, topic)| (table.name.as_str(), topic.arn.as_str()))
                .collect(),
        };
        let alarms = alarms::build(
            &names,
            table.watches,
            table.alarms,
            table.composites,
            self.now,
        )?;
        Ok(Account {
            email: table
                .email
                .unwrap_or_else(|| format!("aws+{}@example.com", table.id)),
            joined: table.joined.instant(self.now)?,
            roles: self.roles(&table.id, table.roles),
            id: table.id,
            name: table.name,
            state: table.state,
            parent,
            tags: table.tags,
            zones,
            keys,
            alarms,
            topics,
            log_groups,
            log_policies,
            regions: vpcs::regions(table.regions, &vpcs),
            vpcs,
            profiles: vpcs::profiles(table.profiles),
            domains: (table.domains.into_iter())
                .map(|domain| Domain::build(domain, self.now))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The roles of an account. The management account has none unless it says so: AWS makes
    /// `OrganizationAccountAccessRole` in member accounts only.
    fn roles(&self, account: &str, tables: Option<Vec<RoleTable>>) -> Vec<Role> {
        let trusts_management = || vec![self.management.to_owned()];
        match tables {
            None if account == self.management => Vec::new(),
            None => vec![Role {
                name: DEFAULT_ROLE.to_owned(),
                external_id: None,
                trusts: trusts_management(),
            }],
            Some(tables) => tables
                .into_iter()
                .map(|table| match table {
                    RoleTable::Named(name) => Role {
                        name,
                        external_id: None,
                        trusts: trusts_management(),
                    },
                    RoleTable::Detailed(role) => Role {
                        name: role.name,
                        external_id: role.external_id,
                        trusts: role.trusts.unwrap_or_else(trusts_management),
                    },
                })
                .collect(),
        }
    }

    fn key(&self, account: &AccountTable, table: &KeyTable) -> Result<Key, Error> {
        let id = key_id(account, table, self.identifiers);
        Ok(Key {
            arn: key_arn(&table.region, &account.id, &id),
            id,
            region: table.region.clone(),
            exists: table.exists,
            description: table.name.clone(),
            state: table.state.clone(),
            spec: table.spec.clone(),
            usage: table.usage.clone(),
            manager: table.manager.clone(),
            origin: table.origin.clone(),
            multi_region: table.multi_region,
            created: table.created.instant(self.now)?,
            deletion: Moment::at(table.deletion.as_ref(), self.now)?,
            valid_to: Moment::at(table.valid_to.as_ref(), self.now)?,
            policy: policy_document(&table.policy, &account.id)?,
            material: std::sync::OnceLock::new(),
        })
    }

    fn zone(&self, account: &str, table: ZoneTable, nth: usize) -> Result<Zone, Error> {
        let name = dnssec::route53_name(&table.name);
        check_name(&name)?;
        let id = table
            .id
            .unwrap_or_else(|| self.identifiers.zone(account, &name, nth));
        let ksks = table
            .ksks
            .into_iter()
            .map(|ksk| self.ksk(account, &name, ksk))
            .collect::<Result<Vec<_>, _>>()?;
        if ksks.len() > 2 {
            return Err(Error::contradiction(
                format!("the zone {name} has {} KSKs", ksks.len()),
                "leave at most two, which is what Route 53 allows",
            ));
        }
        let signing = if ksks.is_empty() {
            "NOT_SIGNING"
        } else {
            "SIGNING"
        };
        Ok(Zone {
            private: table.private,
            comment: table.comment,
            configured: table.config,
            linked_service: table.linked_service.map(|service| LinkedService {
                service_principal: service.service_principal,
                description: service.description,
            }),
            record_sets: table.record_sets,
            tags: table.tags,
            serve_signature: table.signing.unwrap_or_else(|| signing.to_owned()),
            status_message: table.status_message,
            query_log: table.query_log.map(|group| QueryLog {
                id: self.identifiers.uuid(&["query log", &id]),
                log_group_arn: format!(
                    "arn:aws:logs:{}:{account}:log-group:{group}",
                    super::HOME_REGION
                ),
            }),
            name_servers: table
                .name_servers
                .unwrap_or_else(|| self.identifiers.name_servers(&id)),
            delegation: table.dns,
            stated_records: table
                .records
                .iter()
                .map(|record| stated::record_set(&name, record))
                .collect::<Result<_, _>>()?,
            id,
            name,
            ksks,
        })
    }

    fn ksk(&self, account: &str, zone: &str, table: KskTable) -> Result<Ksk, Error> {
        let kms_arn = self.key_arn(account, zone, &table.key)?;
        let recorded_key = match &table.recorded_key {
            Some(key) => self.key_arn(account, zone, key)?,
            None => kms_arn.clone(),
        };
        let created = table.created.instant(self.now)?;
        Ok(Ksk {
            name: table.name,
            kms_arn,
            recorded_key,
            status: table.status,
            status_message: table.status_message,
            created,
            modified: Moment::at(table.modified.as_ref(), self.now)?.unwrap_or(created),
        })
    }

    fn key_arn(&self, account: &str, zone: &str, key: &str) -> Result<String, Error> {
        let name = if key.contains('/') {
            key.to_owned()
        } else {
            format!("{account}/{key}")
        };
        self.keys.get(&name).cloned().ok_or_else(|| {
            Error::contradiction(
                format!("a KSK of the zone {zone} names the key {key:?}, which is not declared"),
                "add an [[account.key]] of that name, with exists = false if KMS is not to know it",
            )
        })
    }
}

fn sns_topic(account: &str, table: &TopicTable) -> Topic {
    Topic {
        arn: format!("arn:aws:sns:{}:{account}:{}", table.region, table.name),
        exists: table.exists,
        confirmed: table.confirmed,
        pending: table.pending,
    }
}

/// The document of a key policy: a template by name, or JSON as it stands.
fn policy_document(policy: &str, account: &str) -> Result<String, Error> {
    if policy.trim_start().starts_with('{') {
        return Ok(policy.to_owned());
    }
    PolicyTemplate::deserialize(policy.into_deserializer())
        .map(|template| template.document(account))
        .map_err(|error: ValueError| {
            Error::contradiction(
                format!("{policy:?} is no key policy ({error})"),
                "name a template, or write the document as JSON",
            )
        })
}

/// A name of labels of 1 to 63 octets, 255 in all (RFC 1035 section 3.1).
fn check_name(name: &str) -> Result<(), Error> {
    let labels: Vec<Vec<u8>> = name
        .strip_suffix('.')
        .unwrap_or(name)
        .split('.')
        .map(dnssec::unescape)
        .collect();
    let octets: usize = labels.iter().map(|label| label.len() + 1).sum();
    let fits = labels.iter().all(|label| (1..=63).contains(&label.len())) && octets < 255;
    let stray = labels.iter().flatten().any(|&octet| octet == b'\\');
    if fits && !stray {
        Ok(())
    } else {
        Err(Error::contradiction(
            format!("{name:?} is no domain name"),
            "write labels of 1 to 63 octets, odd octets as octal escapes such as \\052",
        ))
    }
}
