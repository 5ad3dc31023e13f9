//! Name servers on loopback that break the protocol: a signed root that delegates to them, and
//! whatever they answer.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use domain::base::iana::{Class, DigestAlgorithm, Rcode, SecurityAlgorithm};
use domain::base::name::FlattenInto as _;
use domain::base::{Message, MessageBuilder, Name, Record, Rtype, Ttl};
use domain::dnssec::validator::base::{DnskeyExt as _, RrsigExt as _};
use domain::rdata::dnssec::{ProtoRrsig, RtypeBitmap, Timestamp};
use domain::rdata::{A, Dnskey, Ds, Ns, Nsec, Rrsig, Soa, ZoneRecordData};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use zonewarden::dns::Settings;

pub(crate) type WireName = Name<Bytes>;
pub(crate) type Data = ZoneRecordData<Bytes, WireName>;
pub(crate) type Rr = Record<WireName, Data>;

/// What a server does with a query.
pub(crate) enum Reaction {
    /// Answers with these octets, over whatever transport was used.
    Send(Vec<u8>),
    /// Over UDP says that the answer is truncated; over TCP sends these octets, a byte at a time
    /// with this pause.
    OverTcp(Vec<u8>, Duration),
    /// Answers nothing.
    Nothing,
}

/// What the observer says that it takes over UDP.
const MAX_UDP: usize = 1232;

/// A query that came.
pub(crate) struct Query {
    pub(crate) id: u16,
    pub(crate) name: WireName,
    pub(crate) rtype: Rtype,
}

/// How a server behaves.
pub(crate) type Behaviour = Arc<dyn Fn(&Query) -> Reaction + Send + Sync>;

/// A key of a zone, and what it signs.
pub(crate) struct ZoneKey {
    zone: WireName,
    pair: EcdsaKeyPair,
    pub(crate) dnskey: Dnskey<Bytes>,
}

impl ZoneKey {
    pub(crate) fn new(zone: &WireName) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let point = Bytes::copy_from_slice(&pair.public_key().as_ref()[1..]);
        let dnskey = Dnskey::new(257, 3, SecurityAlgorithm::ECDSAP256SHA256, point).unwrap();
        Self {
            zone: zone.clone(),
            pair,
            dnskey,
        }
    }

    pub(crate) fn ds(&self) -> Ds<Bytes> {
        let digest = self.dnskey.digest(&self.zone, DigestAlgorithm::SHA256);
        Ds::new(
            self.dnskey.key_tag(),
            SecurityAlgorithm::ECDSAP256SHA256,
            DigestAlgorithm::SHA256,
            Bytes::copy_from_slice(digest.unwrap().as_ref()),
        )
        .unwrap()
    }

    /// The records with their signature.
    pub(crate) fn sign(&self, records: &[Rr]) -> Vec<Rr> {
        let now = Timestamp::now().into_int();
        let owner = records[0].owner();
        let proto = ProtoRrsig::new(
            records[0].rtype(),
            SecurityAlgorithm::ECDSAP256SHA256,
            u8::try_from(owner.label_count() - 1).unwrap(),
            records[0].ttl(),
            Timestamp::from(now + 3600),
            Timestamp::from(now - 3600),
            self.dnskey.key_tag(),
            self.zone.clone(),
        );
        let mut rrsig: Rrsig<Bytes, WireName> = proto.into_rrsig(Bytes::new()).unwrap();
        let mut signed = Vec::new();
        let mut sorted: Vec<&Rr> = records.iter().collect();
        rrsig.signed_data(&mut signed, &mut sorted).unwrap();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        rrsig.set_signature(Bytes::copy_from_slice(signature.as_ref()));
        let mut all = records.to_vec();
        all.push(rr(owner, rrsig));
        all
    }
}

/// A record of an hour.
pub(crate) fn rr(owner: &WireName, data: impl Into<Data>) -> Rr {
    Record::new(owner.clone(), Class::IN, Ttl::HOUR, data.into())
}

pub(crate) fn name(text: &str) -> WireName {
    Name::bytes_from_str(text).unwrap()
}

/// An answer with authority.
pub(crate) fn answer(query: &Query, answer: &[Rr], authority: &[Rr]) -> Vec<u8> {
    message(query, true, Rcode::NOERROR, answer, authority, &[])
}

pub(crate) fn message(
    query: &Query,
    authoritative: bool,
    rcode: Rcode,
    answer: &[Rr],
    authority: &[Rr],
    additional: &[Rr],
) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(query.id);
    builder.header_mut().set_qr(true);
    builder.header_mut().set_aa(authoritative);
    builder.header_mut().set_rcode(rcode);
    let mut builder = builder.question();
    builder.push((&query.name, query.rtype)).unwrap();
    let mut builder = builder.answer();
    for record in answer {
        builder.push(record).unwrap();
    }
    let mut builder = builder.authority();
    for record in authority {
        builder.push(record).unwrap();
    }
    let mut builder = builder.additional();
    for record in additional {
        builder.push(record).unwrap();
    }
    builder.finish()
}

/// The SOA record of a zone.
pub(crate) fn soa(zone: &WireName) -> Rr {
    let host = name("ns.invalid");
    let ttl = Ttl::HOUR;
    rr(
        zone,
        Soa::new(host.clone(), host, 1.into(), ttl, ttl, ttl, ttl),
    )
}

/// A zone below the root.
pub(crate) struct Zone {
    /// The names of its servers, each with an address where there is glue.
    pub(crate) hosts: Vec<(WireName, Option<Ipv4Addr>)>,
    /// The DS at the root.
    pub(crate) ds: Option<Ds<Bytes>>,
}

/// The servers. Their threads end with the test.
pub(crate) struct Hostile {
    network: [u8; 3],
    port: u16,
    anchor: String,
}

impl Hostile {
    /// Finds a network and a port.
    pub(crate) fn new() -> Self {
        // What else runs here takes networks from 127.128 up.
        let [.., high, low] = std::process::id().to_be_bytes();
        let network = [127, 1 + high % 100, low];
        let any = UdpSocket::bind((Ipv4Addr::new(127, network[1], low, 254), 0)).unwrap();
        Self {
            network,
            port: any.local_addr().unwrap().port(),
            anchor: String::new(),
        }
    }

    /// The address of a number, over 1: the root's is 1.
    pub(crate) fn address(&self, number: u8) -> Ipv4Addr {
        let [a, b, c] = self.network;
        Ipv4Addr::new(a, b, c, number)
    }

    /// Serves a behaviour at an address, over UDP and TCP.
    pub(crate) fn serve(&self, number: u8, behaviour: Behaviour) {
        let address = self.socket_address(number);
        let udp = UdpSocket::bind(address).unwrap();
        let tcp = TcpListener::bind(address).unwrap();
        let over_udp = behaviour.clone();
        thread::spawn(move || serve_udp(&udp, &over_udp));
        thread::spawn(move || serve_tcp(&tcp, &behaviour));
    }

    /// Serves a signed root that delegates these zones and denies all other names; gives how it
    /// behaves.
    pub(crate) fn serve_root(&mut self, zones: BTreeMap<String, Zone>) -> Behaviour {
        let root = name(".");
        let key = ZoneKey::new(&root);
        self.anchor = format!(". IN DS {}", key.ds());
        let host = name("root");
        let root_address = self.address(1);
        let behaviour: Behaviour = Arc::new(move |query| {
            let ns = rr(&root, Ns::new(host.clone()));
            let dnskey = rr(&root, key.dnskey.clone());
            if query.name == root {
                return Reaction::Send(match query.rtype {
                    Rtype::NS => answer(query, &key.sign(&[ns]), &[]),
                    Rtype::DNSKEY => answer(query, &key.sign(&[dnskey]), &[]),
                    _ => answer(query, &[], &key.sign(&[soa(&root)])),
                });
            }
            if query.name == host && query.rtype == Rtype::A {
                let a = rr(&host, A::new(root_address));
                return Reaction::Send(answer(query, &key.sign(&[a]), &[]));
            }
            let below = zones
                .iter()
                .find(|(zone, _)| query.name.ends_with(&name(zone)));
            Reaction::Send(match below {
                Some((zone, delegation)) => refer(&key, query, &name(zone), delegation),
                None => deny(&key, query),
            })
        });
        self.serve(1, behaviour.clone());
        behaviour
    }

    /// The socket address of a number.
    pub(crate) fn socket_address(&self, number: u8) -> SocketAddr {
        SocketAddr::from((self.address(number), self.port))
    }

    /// How the tree is observed, with little patience.
    pub(crate) fn settings(&self) -> Settings {
        let root = self.address(1);
        Settings {
            root_hints: Some(format!(". 3600 IN NS root.\nroot. 3600 IN A {root}\n")),
            trust_anchor: Some(self.anchor.clone()),
            port: self.port,
            rate: 1e6,
            tld_rate: 1e6,
            patience: vec![Duration::from_millis(400)],
            ..Settings::default()
        }
    }
}

/// A referral, or what the root itself holds of a delegated name.
fn refer(key: &ZoneKey, query: &Query, zone: &WireName, delegation: &Zone) -> Vec<u8> {
    let ds: Vec<Rr> = delegation
        .ds
        .iter()
        .map(|ds| rr(zone, ds.clone()))
        .collect();
    let proof = match ds.is_empty() {
        true => key.sign(&[nsec(zone, &[Rtype::NS, Rtype::RRSIG, Rtype::NSEC])]),
        false => key.sign(&ds),
    };
    if query.name == *zone && query.rtype == Rtype::DS {
        return match ds.is_empty() {
            true => answer(query, &[], &[proof, key.sign(&[soa(&name("."))])].concat()),
            false => answer(query, &proof, &[]),
        };
    }
    let ns = |(host, _): &(WireName, _)| rr(zone, Ns::new(host.clone()));
    let glue = |(host, address): &(WireName, Option<Ipv4Addr>)| {
        address.map(|address| rr(host, A::new(address)))
    };
    let mut authority: Vec<Rr> = delegation.hosts.iter().map(ns).collect();
    authority.extend(proof);
    let additional: Vec<Rr> = delegation.hosts.iter().filter_map(glue).collect();
    message(query, false, Rcode::NOERROR, &[], &authority, &additional)
}

/// NXDOMAIN with its proof: there is nothing between the root and the root.
fn deny(key: &ZoneKey, query: &Query) -> Vec<u8> {
    let root = name(".");
    let proof = key.sign(&[nsec(&root, &[Rtype::SOA, Rtype::NS, Rtype::DNSKEY])]);
    let authority = [proof, key.sign(&[soa(&root)])].concat();
    message(query, true, Rcode::NXDOMAIN, &[], &authority, &[])
}

fn nsec(owner: &WireName, types: &[Rtype]) -> Rr {
    let mut bitmap = RtypeBitmap::<Bytes>::builder();
    for &rtype in types {
        bitmap.add(rtype).unwrap();
    }
    rr(owner, Nsec::new(name("."), bitmap.finalize()))
}

fn parse(octets: &[u8]) -> Option<Query> {
    let message = Message::from_octets(Bytes::copy_from_slice(octets)).ok()?;
    let question = message.sole_question().ok()?;
    Some(Query {
        id: message.header().id(),
        name: question.qname().clone().flatten_into(),
        rtype: question.qtype(),
    })
}

fn serve_udp(socket: &UdpSocket, behaviour: &Behaviour) {
    let mut buffer = [0; 1500];
    while let Ok((length, client)) = socket.recv_from(&mut buffer) {
        let Some(query) = parse(&buffer[..length]) else {
            continue;
        };
        let octets = match behaviour(&query) {
            Reaction::Send(octets) if octets.len() <= MAX_UDP => octets,
            Reaction::Send(_) | Reaction::OverTcp(..) => {
                let mut octets = answer(&query, &[], &[]);
                octets[2] |= 0x02;
                octets
            }
            Reaction::Nothing => continue,
        };
        let _ = socket.send_to(&octets, client);
    }
}

fn serve_tcp(listener: &TcpListener, behaviour: &Behaviour) {
    for stream in listener.incoming() {
        let (Ok(stream), behaviour) = (stream, behaviour.clone()) else {
            continue;
        };
        thread::spawn(move || serve_stream(stream, &behaviour));
    }
}

fn serve_stream(mut stream: TcpStream, behaviour: &Behaviour) -> Option<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut query).ok()?;
    let (octets, pause) = match behaviour(&parse(&query)?) {
        Reaction::Send(octets) => (octets, Duration::ZERO),
        Reaction::OverTcp(octets, pause) => (octets, pause),
        Reaction::Nothing => return None,
    };
    let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
    stream.write_all(&length.to_be_bytes()).ok()?;
    if pause.is_zero() {
        return stream.write_all(&octets).ok();
    }
    for octet in octets {
        stream.write_all(&[octet]).ok()?;
        thread::sleep(pause);
    }
    Some(())
}
