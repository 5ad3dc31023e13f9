//! The keys of a zone, and signatures that live as long as Route 53's do.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::base::iana::{Rtype, SecurityAlgorithm};
use domain::crypto::sign::{KeyPair, SecretKeyBytes};
use domain::dnssec::sign::keys::signingkey::SigningKey;
use domain::dnssec::sign::records::Rrset;
use domain::dnssec::sign::signatures::rrsigs::sign_rrset;
use domain::rdata::Dnskey;
use domain::rdata::dnssec::Timestamp;
use p256::SecretKey;

use crate::dnssec::{self, ALGORITHM, FLAGS, PROTOCOL, PublicKey};
use crate::organization::{Kind, Organization, SignatureState, TreeZone, ksk_id};
use crate::record::{Data, Name, RecordSet, StoredRecord};

/// The flags of a zone-signing key: zone key only (RFC 4034 section 2.1.1).
const ZSK_FLAGS: u16 = 256;
/// The TTL of Route 53's DNSKEY record sets in seconds.
const DNSKEY_TTL: u32 = 3_600;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

type Key = SigningKey<Bytes, KeyPair>;

/// The keys of a signed zone.
#[derive(Debug)]
pub(super) struct Keys {
    ksks: Vec<Key>,
    zsk: Key,
    lifetimes: Lifetimes,
}

/// How long signatures live.
#[derive(Debug, Clone, Copy)]
enum Lifetimes {
    /// Two hours more than the TTL, and eleven hours for DNSKEY, on the hour: what captured answers
    /// of Route 53 show.
    Route53,
    /// A week, as the zones of registries have it.
    Registry,
    /// They ended a week ago.
    Over,
}

impl Keys {
    /// The keys of a zone; none where it is not signed.
    pub(super) fn of(organization: &Organization, zone: &TreeZone) -> Option<Self> {
        let mut lifetimes = Lifetimes::Registry;
        let ksks = match zone.kind {
            Kind::NameServers | Kind::Elsewhere => return None,
            Kind::Root | Kind::TopLevel => {
                let id = ksk_id(&zone.apex);
                let secret = dnssec::derive_secret_key(&organization.identifiers, &id);
                let public = organization.tree_ksk(zone);
                vec![signing_key(&zone.apex, FLAGS, &secret, public)?]
            }
            Kind::Hosted(place) => {
                let hosted = organization
                    .zone_at(place)
                    .filter(|zone| zone.is_signed())?;
                lifetimes = match hosted.delegation.signatures {
                    SignatureState::Valid => Lifetimes::Route53,
                    SignatureState::Expired => Lifetimes::Over,
                };
                let key = |arn: &str| {
                    let (_, key) = organization.key(arn)?;
                    let secret = organization.secret_key(key);
                    signing_key(&zone.apex, FLAGS, &secret, organization.public_key(key))
                };
                hosted
                    .published_ksks()
                    .filter_map(|ksk| key(&ksk.kms_arn))
                    .collect()
            }
        };
        // Two hosted zones of one name have each a key of their own, as they do at AWS.
        let id = format!("ZSK of {} {:?}", zone.apex, zone.kind);
        let secret = dnssec::derive_secret_key(&organization.identifiers, &id);
        let zsk = signing_key(&zone.apex, ZSK_FLAGS, &secret, &PublicKey::of(&secret))?;
        Some(Self {
            ksks,
            zsk,
            lifetimes,
        })
    }

    /// The DNSKEY record set.
    pub(super) fn dnskeys(&self) -> RecordSet {
        let keys = self.ksks.iter().chain([&self.zsk]);
        let records: Vec<Data> = keys.map(|key| key.dnskey().convert().into()).collect();
        RecordSet::new(self.zsk.owner().clone(), Rtype::DNSKEY, DNSKEY_TTL, records)
    }

    /// The signatures of a record set at an instant, in seconds since the epoch: of DNSKEY by every
    /// KSK, of all else by the ZSK. None where the library refuses.
    pub(super) fn sign(&self, records: &[StoredRecord], now: i64) -> Option<Vec<StoredRecord>> {
        let set = Rrset::new_from_owned(records).ok()?;
        let is_dnskey = set.rtype() == Rtype::DNSKEY;
        let (inception, expiration) = self.window(is_dnskey, set.ttl().as_secs(), now);
        let keys = if is_dnskey {
            self.ksks.as_slice()
        } else {
            std::slice::from_ref(&self.zsk)
        };
        keys.iter()
            .map(|key| {
                let signature = sign_rrset(key, &set, inception, expiration).ok()?;
                let (owner, class, ttl) = (signature.owner().clone(), set.class(), set.ttl());
                let data = Data::Rrsig(signature.into_data());
                Some(StoredRecord::new(owner, class, ttl, data))
            })
            .collect()
    }

    fn window(&self, is_dnskey: bool, ttl: u32, now: i64) -> (Timestamp, Timestamp) {
        let (inception, expiration) = match self.lifetimes {
            Lifetimes::Route53 if is_dnskey => {
                let inception = now - now.rem_euclid(HOUR) - HOUR;
                (inception, inception + 11 * HOUR)
            }
            Lifetimes::Route53 => (now - HOUR, now + HOUR + i64::from(ttl)),
            Lifetimes::Registry => (now - HOUR, now + 7 * DAY),
            Lifetimes::Over => (now - 14 * DAY, now - 7 * DAY),
        };
        // Serial numbers: seconds since the epoch modulo 2^32 (RFC 4034 section 3.1.5).
        let timestamp = |instant: i64| Timestamp::from((instant & 0xffff_ffff) as u32);
        (timestamp(inception), timestamp(expiration))
    }
}

/// A key in the form that the library signs with; none where it refuses it.
fn signing_key(apex: &Name, flags: u16, secret: &SecretKey, public: &PublicKey) -> Option<Key> {
    let algorithm = SecurityAlgorithm::from_int(ALGORITHM);
    let dnskey = Dnskey::new(flags, PROTOCOL, algorithm, public.coordinates()).ok()?;
    let private = STANDARD.encode(secret.to_bytes());
    let private = SecretKeyBytes::parse_from_bind(&format!(
        "Private-key-format: v1.2\nAlgorithm: {ALGORITHM} (ECDSAP256SHA256)\nPrivateKey: {private}\n"
    ))
    .ok()?;
    let pair = KeyPair::from_bytes(&private, &dnskey).ok()?;
    Some(SigningKey::new(apex.clone(), flags, pair))
}
