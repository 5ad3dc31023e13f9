//! Name servers that break the protocol cost bounded work, and are never believed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::base::Rtype;
use domain::base::iana::{DigestAlgorithm, Rcode, SecurityAlgorithm};
use domain::dnssec::validator::base::DnskeyExt as _;
use domain::rdata::dnssec::Timestamp;
use domain::rdata::{A, Cname, Dnskey, Ds, Ns, Rrsig};
use support::hostile_dns::{
    Behaviour, Hostile, Query, Reaction, Rr, Zone, ZoneKey, answer, message, name, rr, soa,
};
use zonewarden::dns::{Observer, Settings, Target};
use zonewarden::inventory::{
    DelegationStatus, DnsObservation, Fact, SecurityState, ServerOutcome, Via,
};

/// Far more than any case takes; what hangs fails instead of stopping the tests.
const HANGS: Duration = Duration::from_secs(120);

/// Observes zones one after the other; gives the observations and the queries that all took.
fn observe(hostile: &Hostile, zones: &[&str]) -> (Vec<DnsObservation>, u64) {
    observe_with(&hostile.settings(), zones)
}

fn observe_with(settings: &Settings, zones: &[&str]) -> (Vec<DnsObservation>, u64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let observer = Observer::new(settings).unwrap();
        let mut observed = Vec::new();
        for zone in zones {
            let target = Target {
                name: (*zone).to_owned(),
                expected: Vec::new(),
            };
            let observation = tokio::time::timeout(HANGS, observer.observe(&target)).await;
            observed.push(observation.expect(zone));
        }
        (observed, observer.traffic().values().sum())
    })
}

/// A zone `hostile.` whose one server behaves so; gives what is observed of it, and the queries.
fn observe_one(ds: Option<Ds<Bytes>>, behaviour: Behaviour) -> (DnsObservation, u64) {
    let (mut observed, queries) = observe(&hostile_zone(ds, behaviour), &["hostile."]);
    (observed.remove(0), queries)
}

/// A root and its zone `hostile.`, whose one server behaves so.
fn hostile_zone(ds: Option<Ds<Bytes>>, behaviour: Behaviour) -> Hostile {
    let mut hostile = Hostile::new();
    let host = (name("ns.hostile"), Some(hostile.address(2)));
    let zone = Zone {
        hosts: vec![host],
        ds,
    };
    hostile.serve(2, behaviour);
    hostile.serve_root(BTreeMap::from([("hostile".to_owned(), zone)]));
    hostile
}

fn outcome(observation: &DnsObservation) -> ServerOutcome {
    let mut answers = observation.servers.items();
    answers.next().expect("a server").outcome
}

fn verdict(observation: &DnsObservation) -> SecurityState {
    let chain = observation.chain.known().expect("a chain");
    chain.verdict.state
}

/// A zone that is right: what the hostile ones differ from.
fn honest(query: &Query, key: &ZoneKey) -> Vec<u8> {
    let zone = name("hostile");
    let host = name("ns.hostile");
    if query.name != zone {
        return answer(query, &[], &key.sign(&[soa(&zone)]));
    }
    match query.rtype {
        Rtype::SOA => answer(query, &key.sign(&[soa(&zone)]), &[]),
        Rtype::NS => answer(query, &key.sign(&[rr(&zone, Ns::new(host))]), &[]),
        Rtype::DNSKEY => answer(query, &key.sign(&[rr(&zone, key.dnskey.clone())]), &[]),
        Rtype::A => {
            let address = A::new([192, 0, 2, 1].into());
            answer(query, &key.sign(&[rr(&zone, address)]), &[])
        }
        _ => answer(query, &[], &key.sign(&[soa(&zone)])),
    }
}

#[test]
fn an_honest_zone_of_this_tree_is_secure() {
    let key = ZoneKey::new(&name("hostile"));
    let ds = key.ds();
    let (observed, _) = observe_one(
        Some(ds),
        Arc::new(move |query| Reaction::Send(honest(query, &key))),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Authoritative);
    assert_eq!(verdict(&observed), SecurityState::Secure);
}

#[test]
fn an_answer_with_another_id_is_not_heard() {
    let key = ZoneKey::new(&name("hostile"));
    let ds = key.ds();
    let (observed, _) = observe_one(
        Some(ds),
        Arc::new(move |query| {
            let mut octets = honest(query, &key);
            octets[1] ^= 1;
            Reaction::Send(octets)
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Timeout);
    assert_eq!(verdict(&observed), SecurityState::Indeterminate);
}

#[test]
fn an_answer_for_another_name_is_not_heard() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            let other = Query {
                id: query.id,
                name: name("example"),
                rtype: query.rtype,
            };
            Reaction::Send(answer(&other, &[soa(&name("example"))], &[]))
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Timeout);
}

#[test]
fn a_compression_loop_is_malformed() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            let mut octets = answer(query, &[], &[]);
            octets[7] = 1;
            let [high, low] = u16::try_from(octets.len()).unwrap().to_be_bytes();
            // A name that is a pointer to itself, then A, IN, a TTL and an address.
            octets.extend([
                0xc0 | high,
                low,
                0,
                1,
                0,
                1,
                0,
                0,
                0,
                60,
                0,
                4,
                192,
                0,
                2,
                1,
            ]);
            Reaction::Send(octets)
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Malformed);
}

#[test]
fn nonsense_of_the_largest_size_is_malformed() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            let mut octets = answer(query, &[], &[]);
            octets[4..12].fill(0xff);
            octets.resize(65_535, 0x2a);
            Reaction::OverTcp(octets, Duration::ZERO)
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Malformed);
}

#[test]
fn more_records_than_are_there_are_malformed() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            let mut octets = answer(query, &[soa(&query.name)], &[]);
            octets[6..8].copy_from_slice(&[0x01, 0x00]);
            Reaction::Send(octets)
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Malformed);
}

#[test]
fn a_tcp_server_that_sends_a_byte_a_second_is_given_up() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            Reaction::OverTcp(
                answer(query, &[soa(&query.name)], &[]),
                Duration::from_secs(1),
            )
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::Timeout);
}

#[test]
fn a_silent_server_is_asked_once() {
    let (observed, queries) = observe_one(None, Arc::new(|_| Reaction::Nothing));
    assert_eq!(outcome(&observed), ServerOutcome::Timeout);
    // The root is asked for its keys, the delegation twice and the DS.
    assert!(queries <= 6, "{queries} queries");
}

#[test]
fn an_alias_at_the_apex_is_no_zone() {
    let (observed, _) = observe_one(
        None,
        Arc::new(|query| {
            let alias = rr(&query.name, Cname::new(name("example")));
            Reaction::Send(answer(query, &[alias], &[]))
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::NotAuthoritative);
    assert_ne!(verdict(&observed), SecurityState::Secure);
}

#[test]
fn a_server_that_refers_to_itself_is_lame() {
    let (observed, queries) = observe_one(
        None,
        Arc::new(|query| {
            let ns = rr(&name("hostile"), Ns::new(name("ns.hostile")));
            Reaction::Send(message(query, false, Rcode::NOERROR, &[], &[ns], &[]))
        }),
    );
    assert_eq!(outcome(&observed), ServerOutcome::NotAuthoritative);
    assert!(queries <= 24, "{queries} queries");
}

#[test]
fn two_hundred_names_without_addresses_cost_few_queries() {
    let mut hostile = Hostile::new();
    let hosts = (0..200).map(|number| (name(&format!("ns-{number}.absent")), None));
    let zone = Zone {
        hosts: hosts.collect(),
        ds: None,
    };
    hostile.serve_root(BTreeMap::from([("hostile".to_owned(), zone)]));
    let (observed, queries) = observe(&hostile, &["hostile."]);
    let parent = observed[0].parent.known().unwrap();
    assert_eq!(parent.status, DelegationStatus::Delegated);
    assert_eq!(observed[0].hosts.len(), 200);
    assert_eq!(verdict(&observed[0]), SecurityState::Indeterminate);
    assert!(queries <= 200, "{queries} queries");
}

#[test]
fn zones_whose_servers_lie_in_each_other_end() {
    let mut hostile = Hostile::new();
    let zone = |host: &str| Zone {
        hosts: vec![(name(host), None)],
        ds: None,
    };
    hostile.serve_root(BTreeMap::from([
        ("one".to_owned(), zone("ns.two")),
        ("two".to_owned(), zone("ns.one")),
        ("self".to_owned(), zone("ns.self")),
    ]));
    let (observed, queries) = observe(&hostile, &["one.", "two.", "self."]);
    for observation in &observed {
        assert!(observation.hosts[0].addresses.known().is_none());
        assert_eq!(verdict(observation), SecurityState::Indeterminate);
    }
    assert!(queries <= 60, "{queries} queries");
}

/// An RSA key of 2 048 bits whose key tag does not depend on `number`: what one word gains,
/// another loses (RFC 4034 appendix B sums the words).
fn colliding_key(number: u16) -> Dnskey<Bytes> {
    let mut key = vec![3, 1, 0, 1];
    key.extend((0..256_u16).map(|place| u8::try_from(place % 251).unwrap() | 0x81));
    key[10..12].copy_from_slice(&(0x4000 + number).to_be_bytes());
    key[20..22].copy_from_slice(&(0x4000 - number).to_be_bytes());
    Dnskey::new(257, 3, SecurityAlgorithm::RSASHA256, key.into()).unwrap()
}

#[test]
fn hundreds_of_keys_of_one_tag_are_not_all_tried() {
    let zone = name("hostile");
    // As many as fit into a message.
    let keys: Vec<Dnskey<Bytes>> = (0..100).map(colliding_key).collect();
    let tag = keys[0].key_tag();
    assert!(keys.iter().all(|key| key.key_tag() == tag));
    let digest = keys[99].digest(&zone, DigestAlgorithm::SHA256).unwrap();
    let ds = Ds::new(
        tag,
        SecurityAlgorithm::RSASHA256,
        DigestAlgorithm::SHA256,
        Bytes::copy_from_slice(digest.as_ref()),
    )
    .unwrap();
    let mut records: Vec<Rr> = keys.into_iter().map(|key| rr(&zone, key)).collect();
    let now = Timestamp::now().into_int();
    records.extend((0..100_u8).map(|number| {
        let rrsig: Rrsig<Bytes, _> = Rrsig::new(
            Rtype::DNSKEY,
            SecurityAlgorithm::RSASHA256,
            1,
            domain::base::Ttl::HOUR,
            Timestamp::from(now + 3600),
            Timestamp::from(now - 3600),
            tag,
            zone.clone(),
            vec![number; 256].into(),
        )
        .unwrap();
        rr(&zone, rrsig)
    }));
    let (observed, _) = observe_one(
        Some(ds),
        Arc::new(move |query| match query.rtype {
            Rtype::DNSKEY => Reaction::Send(answer(query, &records, &[])),
            _ => Reaction::Send(answer(query, &[soa(&query.name)], &[])),
        }),
    );
    assert_eq!(verdict(&observed), SecurityState::Bogus);
    let shown = observed.servers.items().next().unwrap();
    assert!(shown.signatures.len() <= 16);
}

/// A resolver that answers for the root and the zone, and the observation through it.
fn observe_through_resolver(tamper: bool) -> DnsObservation {
    let zone = name("hostile");
    let key = ZoneKey::new(&zone);
    let mut hostile = Hostile::new();
    let delegation = Zone {
        hosts: vec![(name("ns.hostile"), Some(hostile.address(2)))],
        ds: Some(key.ds()),
    };
    let root = hostile.serve_root(BTreeMap::from([("hostile".to_owned(), delegation)]));
    hostile.serve(
        3,
        Arc::new(move |query| {
            if !query.name.ends_with(&zone) || query.rtype == Rtype::DS {
                return root(query);
            }
            let mut octets = honest(query, &key);
            if tamper && query.rtype == Rtype::SOA {
                // Signed by a key that nobody vouches for.
                octets = answer(query, &ZoneKey::new(&zone).sign(&[soa(&zone)]), &[]);
            }
            // The AD bit of a resolver is worth nothing.
            octets[3] |= 0x20;
            Reaction::Send(octets)
        }),
    );
    let settings = Settings {
        resolver: Some(hostile.socket_address(3)),
        ..hostile.settings()
    };
    observe_with(&settings, &["hostile."]).0.remove(0)
}

#[test]
fn what_a_resolver_returns_is_validated_here() {
    let observed = observe_through_resolver(false);
    assert_eq!(verdict(&observed), SecurityState::Secure);
    assert!(matches!(observed.via, Via::Resolver(_)));
    assert_eq!(observed.servers.items().count(), 0);
    assert_eq!(observed.servers.gaps().count(), 1);
    let parent = observed.parent.known().unwrap();
    assert_eq!(parent.status, DelegationStatus::Delegated);
    let answer = parent.answers.items().next().unwrap();
    assert!(answer.ds.known().unwrap().is_some());
    let tampered = observe_through_resolver(true);
    assert_eq!(verdict(&tampered), SecurityState::Bogus);
}

/// The next number of a sequence that looks random and is the same in every run (SplitMix64).
fn next(state: &AtomicU64) -> u64 {
    let mut mixed = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// An answer with some octets behind its header changed, and now and then cut short.
fn mutate(mut octets: Vec<u8>, random: &AtomicU64) -> Vec<u8> {
    for _ in 0..1 + next(random) % 8 {
        let length = octets.len() as u64;
        // The id, the question and the bit that asks for TCP stay, or nothing would be read.
        let place = 3 + next(random) % (length - 3);
        let place = usize::try_from(place).unwrap();
        let is_question = (4..6).contains(&place) || (12..25).contains(&place);
        if !is_question {
            octets[place] = next(random).to_le_bytes()[0];
        }
    }
    if next(random).is_multiple_of(8) {
        let length = 25 + next(random) % (octets.len() as u64 - 24);
        octets.truncate(usize::try_from(length).unwrap());
    }
    octets
}

/// `ZONEWARDEN_FUZZ_SEEDS=100000 cargo test -p zonewarden --test dns_hostile whatever` fuzzes for long.
#[test]
fn whatever_comes_from_the_wire_ends_in_an_observation() {
    let seeds = std::env::var("ZONEWARDEN_FUZZ_SEEDS").map_or(40, |seeds| seeds.parse().unwrap());
    let key = ZoneKey::new(&name("hostile"));
    let ds = key.ds();
    let random = Arc::new(AtomicU64::new(0));
    let of_server = random.clone();
    let behaviour: Behaviour =
        Arc::new(move |query| Reaction::Send(mutate(honest(query, &key), &of_server)));
    let hostile = hostile_zone(Some(ds), behaviour);
    for seed in 0..seeds {
        random.store(seed, Ordering::Relaxed);
        let (observed, _) = observe(&hostile, &["hostile."]);
        let observed = &observed[0];
        for unknown in [observed.parent.why_unknown(), observed.chain.why_unknown()] {
            assert_eq!(unknown, None, "seed {seed}");
        }
        let chain = observed.chain.known().unwrap();
        let parts = [&chain.ds, &chain.dnskey, &chain.soa, &chain.ns];
        for part in parts {
            let failed = |fact: &Fact<_>| {
                let why = fact.why_unknown().and_then(|why| why.detail.clone());
                why.is_some_and(|why| why.contains("failed on"))
            };
            assert!(!failed(part), "seed {seed}: {part:?}");
        }
    }
}
