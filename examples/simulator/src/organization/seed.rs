//! An organisation made up from a number.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Delegation;
use super::delegation::{DelegatedTo, DsState, ServerState, SignatureState};
use super::identifier::Identifiers;
use super::table::{
    AccountTable, KeyTable, KskTable, Moment, OrganizationFile, TopicTable, WatchTable, ZoneTable,
};
use crate::error::Error;

/// What to make up. The same seed gives the same organisation, byte for byte.
///
/// Most of it is in order; a small part of the zones lacks alarms, has a key that is disabled or a
/// key policy with a weakness, so that a scan of it has findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// What every name, identifier and key is derived from.
    pub seed: u64,
    /// The instant from which the ages of keys count.
    pub now: Timestamp,
    /// How many accounts have how many public zones each. The first is the management account.
    pub accounts: Vec<(usize, usize)>,
    /// How many private zones each account has besides.
    pub private_zones: usize,
    /// The share of public zones that is signed, from 0 to 1; each account has that share.
    pub signed: f64,
    /// The share of public zones that DNS has something wrong with, from 0 to 1: no DS, one that is
    /// wrong, stale or left behind, a lame or silent name server, a delegation that is missing or
    /// leads elsewhere, expired signatures.
    pub dns_faults: f64,
}

impl Seed {
    /// Some accounts with as many public zones each, seven in ten of them signed.
    pub fn new(seed: u64, accounts: usize, zones: usize) -> Self {
        Self {
            seed,
            // 2026-06-01T00:00:00Z: any fixed instant will do.
            now: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_780_272_000),
            accounts: vec![(accounts, zones)],
            private_zones: 1,
            signed: 0.7,
            dns_faults: 0.05,
        }
    }
}

/// More accounts or zones than any organisation of AWS has.
const MOST_ACCOUNTS: usize = 20_000;
const MOST_ZONES: usize = 500_000;

/// The organisational units over which accounts are spread.
const UNITS: [&str; 6] = [
    "/platform",
    "/workloads/production",
    "/workloads/staging",
    "/workloads/development",
    "/sandbox",
    "/acquisitions",
];

/// The tables of the organisation of a seed.
pub(super) fn table(seed: &Seed) -> Result<OrganizationFile, Error> {
    let zones = |&(accounts, zones): &(usize, usize)| {
        accounts.saturating_mul(zones.saturating_add(seed.private_zones))
    };
    let count = seed
        .accounts
        .iter()
        .fold(0_usize, |sum, (accounts, _)| sum.saturating_add(*accounts));
    let zone_count = seed
        .accounts
        .iter()
        .map(zones)
        .fold(0_usize, usize::saturating_add);
    if count > MOST_ACCOUNTS || zone_count > MOST_ZONES {
        return Err(Error::contradiction(
            format!("the seed asks for {count} accounts with {zone_count} zones"),
            format!("ask for at most {MOST_ACCOUNTS} accounts with {MOST_ZONES} zones"),
        ));
    }
    let identifiers = Identifiers::new(seed.seed.to_string());
    let accounts = seed
        .accounts
        .iter()
        .flat_map(|&(accounts, zones)| std::iter::repeat_n(zones, accounts))
        .enumerate()
        .map(|(place, zones)| account(seed, &identifiers, place, zones))
        .collect();
    Ok(OrganizationFile {
        seed: seed.seed.to_string(),
        now: Some(seed.now),
        accounts,
        ..OrganizationFile::default()
    })
}

fn account(seed: &Seed, identifiers: &Identifiers, place: usize, zones: usize) -> AccountTable {
    let nth = place.to_string();
    // Spread over the twelve digits, and each its own: the step is larger than what is added.
    let id = 210_000_000_000_u64
        + 37_000_000 * place as u64
        + identifiers.number(&["account", &nth], 37_000_000);
    let unit = UNITS[place % UNITS.len()];
    let mut table = AccountTable {
        id: id.to_string(),
        name: if place == 0 {
            "management".to_owned()
        } else {
            format!("{}-{place:03}", unit.rsplit('/').next().unwrap_or(unit))
        },
        email: None,
        state: "ACTIVE".to_owned(),
        ou: if place == 0 { "/" } else { unit }.to_owned(),
        joined: Moment::from("-730d".to_owned()),
        tags: BTreeMap::from([("cost-centre".to_owned(), format!("cc-{}", place % 17))]),
        roles: None,
        zones: Vec::with_capacity(zones + seed.private_zones),
        keys: Vec::new(),
        alarms: Vec::new(),
        composites: Vec::new(),
        watches: Vec::new(),
        domains: Vec::new(),
        log_groups: Vec::new(),
        log_policies: Vec::new(),
        regions: None,
        vpcs: Vec::new(),
        profiles: Vec::new(),
        topics: vec![TopicTable {
            name: "dns-oncall".to_owned(),
            region: super::HOME_REGION.to_owned(),
            exists: true,
            confirmed: 1,
            pending: 0,
        }],
    };
    for nth_zone in 0..zones {
        // Evenly over the account, and neither more nor fewer than the share.
        let signed =
            (seed.signed * (nth_zone + 1) as f64).floor() > (seed.signed * nth_zone as f64).floor();
        add_zone(seed, identifiers, &mut table, place, nth_zone, signed);
    }
    for nth_zone in 0..seed.private_zones {
        let mut zone = plain_zone(format!("internal-{nth_zone}.a{place:04}.example"));
        zone.private = true;
        table.zones.push(zone);
    }
    table
}

fn add_zone(
    seed: &Seed,
    identifiers: &Identifiers,
    account: &mut AccountTable,
    place: usize,
    nth: usize,
    signed: bool,
) {
    let name = format!("z{nth:03}.a{place:04}.example");
    // The chance of a weakness, in hundredths, drawn anew for each kind.
    let drawn = |kind: &str| identifiers.number(&[kind, &name], 100);
    let mut zone = plain_zone(name.clone());
    if identifiers.number(&["dns fault", &name], 1_000_000) < (seed.dns_faults * 1e6) as u64 {
        zone.dns = dns_fault(drawn("kind of dns fault"), signed);
    }
    zone.query_log = (drawn("query log") < 50).then(|| format!("/aws/route53/{name}"));
    if signed {
        let disabled = drawn("disabled") < 2;
        let action = if disabled { "ACTION_NEEDED" } else { "ACTIVE" };
        let age = if drawn("old") < 4 {
            1_100
        } else {
            30 + drawn("age")
        };
        account.keys.push(KeyTable {
            name: format!("dnssec-{name}"),
            id: None,
            region: super::HOME_REGION.to_owned(),
            exists: true,
            state: if disabled { "Disabled" } else { "Enabled" }.to_owned(),
            spec: "ECC_NIST_P256".to_owned(),
            usage: "SIGN_VERIFY".to_owned(),
            manager: "CUSTOMER".to_owned(),
            origin: "AWS_KMS".to_owned(),
            multi_region: false,
            created: Moment::from(format!("-{}d", age + 1)),
            deletion: None,
            valid_to: None,
            policy: match drawn("policy") {
                0..5 => "no-grant",
                5..10 => "unguarded",
                _ => "good",
            }
            .to_owned(),
        });
        zone.signing = disabled.then(|| action.to_owned());
        zone.ksks.push(KskTable {
            name: "ksk1".to_owned(),
            key: format!("dnssec-{name}"),
            recorded_key: None,
            status: action.to_owned(),
            status_message: None,
            created: Moment::from(format!("-{age}d")),
            modified: None,
        });
        if drawn("alarms") >= 10 {
            account.watches.push(WatchTable {
                zones: vec![name],
                actions: vec!["dns-oncall".to_owned()],
                metrics: ["DNSSECInternalFailure", "DNSSECKeySigningKeysNeedingAction"]
                    .map(str::to_owned)
                    .to_vec(),
            });
        }
    }
    account.zones.push(zone);
}

/// Something wrong in DNS, chosen by a number below 100.
fn dns_fault(drawn: u64, signed: bool) -> Delegation {
    let ds = |states: &[DsState]| Delegation {
        ds: Some(states.to_vec()),
        ..Delegation::default()
    };
    let servers = |states: &[ServerState]| Delegation {
        servers: states.to_vec(),
        ..Delegation::default()
    };
    let to = |to| Delegation {
        to: Some(to),
        ..Delegation::default()
    };
    match (drawn, signed) {
        (0..30, true) => ds(&[]),
        (30..38, true) => ds(&[DsState::WrongDigest]),
        (38..46, true) => ds(&[DsState::Matching, DsState::Stale]),
        (46..54, true) => ds(&[DsState::Sha1]),
        (54..60, true) => Delegation {
            signatures: SignatureState::Expired,
            ..Delegation::default()
        },
        (0..60, false) => ds(&[DsState::Stale]),
        (60..75, _) => servers(&[ServerState::Lame]),
        (75..80, _) => servers(&[ServerState::Answers, ServerState::Silent]),
        (80..90, _) => to(DelegatedTo::Elsewhere),
        _ => to(DelegatedTo::Nowhere),
    }
}

fn plain_zone(name: String) -> ZoneTable {
    ZoneTable {
        tags: BTreeMap::from([("service".to_owned(), name.clone())]),
        name,
        id: None,
        private: false,
        comment: None,
        config: true,
        linked_service: None,
        record_sets: 12,
        signing: None,
        status_message: None,
        ksks: Vec::new(),
        query_log: None,
        name_servers: None,
        dns: Delegation::default(),
        records: Vec::new(),
    }
}
