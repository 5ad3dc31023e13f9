//! What an AWS client cannot show of the simulator: sameness to the byte, where it listens, how it
//! ends, what it counts, and what it refuses to serve.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};

use zonewarden_simulator::{
    Count, Dns, DnsUnavailable, Error, Fault, FaultKind, Limit, Limits, Options, Organization,
    Seed, Simulator,
};

/// The body of an answer to a request that no SDK has dressed up.
async fn ask(
    simulator: &Simulator,
    account: &str,
    service: &str,
    head: &str,
    body: &str,
) -> String {
    let address = simulator.endpoint().replace("http://", "");
    let key = simulator.credentials(account).unwrap().access_key_id;
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=00\r\n\r\n{body}",
        body.len()
    );
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    })
    .await
    .unwrap()
}

fn seed(number: u64) -> Seed {
    let mut seed = Seed::new(number, 3, 8);
    seed.accounts.push((1, 20));
    seed
}

/// Every zone, status, KSK and query log of an organisation, as Route 53 tells them.
async fn everything(seed: &Seed) -> Vec<String> {
    let options = Options {
        limits: Some(Limits::none()),
        ..Options::default()
    };
    let simulator = Simulator::start(Organization::from_seed(seed).unwrap(), options).unwrap();
    let accounts: Vec<String> = simulator
        .organization()
        .account_ids()
        .map(str::to_owned)
        .collect();
    let mut answers = Vec::new();
    for account in &accounts {
        let get = |path: String| {
            let simulator = &simulator;
            async move { ask(simulator, account, "route53", &format!("GET {path}"), "").await }
        };
        let zones = get("/2013-04-01/hostedzone".to_owned()).await;
        for part in zones.split("<Id>/hostedzone/").skip(1) {
            let id = part.split_once('<').unwrap().0;
            answers.push(get(format!("/2013-04-01/hostedzone/{id}/dnssec")).await);
        }
        answers.push(zones);
        answers.push(get("/2013-04-01/queryloggingconfig".to_owned()).await);
    }
    simulator.stop().await;
    answers
}

#[tokio::test]
async fn the_same_seed_gives_the_same_organisation_to_the_byte() {
    let first = everything(&seed(1)).await;
    assert!(first.iter().any(|answer| answer.contains("<DSRecord>")));
    assert_eq!(first, everything(&seed(1)).await);
    assert_ne!(first, everything(&seed(2)).await);
}

#[test]
fn a_seed_is_bounded() {
    let too_large = Seed::new(1, usize::MAX, usize::MAX);
    let refused = Organization::from_seed(&too_large).unwrap_err();
    assert!(refused.to_string().contains("at most"), "{refused}");
    let empty = Organization::from_seed(&Seed::new(1, 0, 0)).unwrap_err();
    assert!(empty.to_string().contains("no account"), "{empty}");
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let options = Options {
            address,
            ..Options::default()
        };
        let refused = Simulator::start(Organization::demo().unwrap(), options).unwrap_err();
        assert!(matches!(refused, Error::NotLoopback { address: of } if of == address));
    }
    let simulator = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap();
    assert!(simulator.endpoint().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn it_is_gone_when_it_has_stopped() {
    let simulator = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap();
    let address = simulator.endpoint().replace("http://", "");
    let mut idle = TcpStream::connect(&address).unwrap();
    simulator.stop().await;
    assert!(TcpStream::connect(&address).is_err());
    let read = idle.read(&mut [0]);
    assert!(!matches!(read, Ok(1..)), "{read:?}");
}

#[tokio::test]
async fn it_is_gone_when_it_was_dropped() {
    let simulator = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap();
    let address = simulator.endpoint().replace("http://", "");
    drop(simulator);
    while TcpStream::connect(&address).is_ok() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn it_needs_a_runtime() {
    let refused = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap_err();
    assert!(matches!(refused, Error::NoRuntime));
}

/// A query for the SOA of the root (RFC 1035 section 4.1), without EDNS.
const ROOT_SOA: [u8; 17] = [7, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1];

fn with_dns() -> Options {
    Options {
        dns: Some(0),
        ..Options::default()
    }
}

/// Asks the root's first name server over UDP; none where nobody listens.
fn ask_root(server: SocketAddr) -> Option<Vec<u8>> {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server).unwrap();
    client.send(&ROOT_SOA).ok()?;
    let mut answer = vec![0; 4096];
    let length = client.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

/// The address and port of the first name server that the root hints give.
fn first_root_server(dns: &Dns) -> SocketAddr {
    let mut addresses = dns
        .root_hints()
        .lines()
        .filter(|line| line.contains("\tA\t"));
    let address = addresses.next().unwrap().rsplit('\t').next().unwrap();
    SocketAddr::new(address.parse().unwrap(), dns.port())
}

#[tokio::test]
async fn it_serves_dns_only_if_it_is_asked_to() {
    let simulator = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap();
    assert!(matches!(simulator.dns(), Err(DnsUnavailable::Off)));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_why_it_serves_no_dns_and_serves_all_else() {
    let first = Simulator::start(Organization::demo().unwrap(), with_dns()).unwrap();
    let port = first.dns().unwrap().port();
    let options = Options {
        dns: Some(port),
        ..Options::default()
    };
    let second = Simulator::start(Organization::demo().unwrap(), options).unwrap();
    let unavailable = second.dns().unwrap_err();
    assert!(
        matches!(unavailable, DnsUnavailable::Listen { address, .. } if address.port() == port)
    );
    assert!(TcpStream::connect(second.endpoint().replace("http://", "")).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_name_servers_are_gone_when_it_has_stopped() {
    let simulator = Simulator::start(Organization::demo().unwrap(), with_dns()).unwrap();
    let server = first_root_server(simulator.dns().unwrap());
    assert!(ask_root(server).is_some());
    assert!(TcpStream::connect(server).is_ok());
    simulator.stop().await;
    assert!(ask_root(server).is_none());
    assert!(TcpStream::connect(server).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_counted_by_name_server() {
    let simulator = Simulator::start(Organization::demo().unwrap(), with_dns()).unwrap();
    let dns = simulator.dns().unwrap();
    let server = first_root_server(dns);
    for _ in 0..3 {
        let answer = ask_root(server).unwrap();
        assert_eq!(answer[..2], ROOT_SOA[..2]);
    }
    let asked: Vec<_> = dns
        .queries()
        .filter(|(_, _, queries)| *queries > 0)
        .collect();
    let [(address, names, 3)] = asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(address, server.ip());
    assert_eq!(names, ["a.root-servers.net."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_may_bear_several_queries() {
    let simulator = Simulator::start(Organization::demo().unwrap(), with_dns()).unwrap();
    let server = first_root_server(simulator.dns().unwrap());
    let mut stream = TcpStream::connect(server).unwrap();
    for _ in 0..2 {
        stream.write_all(&[0, 17]).unwrap();
        stream.write_all(&ROOT_SOA).unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer[..2], ROOT_SOA[..2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_of_a_seed_stays_the_same() {
    let anchor = async |number| {
        let organization = Organization::from_seed(&seed(number)).unwrap();
        let simulator = Simulator::start(organization, with_dns()).unwrap();
        simulator.dns().unwrap().trust_anchor().to_owned()
    };
    let first = anchor(1).await;
    assert!(first.starts_with(". IN DS "), "{first}");
    assert_eq!(first, anchor(1).await);
    assert_ne!(first, anchor(2).await);
}

#[tokio::test]
async fn requests_are_counted_by_account_and_operation() {
    let limit = Limit {
        burst: 2.0,
        rate: 0.000_001,
    };
    let options = Options {
        limits: Some(Limits {
            route53: Some(limit),
            ..Limits::none()
        }),
        ..Options::default()
    };
    let simulator = Simulator::start(Organization::demo().unwrap(), options).unwrap();
    let (management, web) = ("111122223333", "333344445555");
    let zones = "GET /2013-04-01/hostedzone";
    for _ in 0..3 {
        ask(&simulator, web, "route53", zones, "").await;
    }
    ask(&simulator, management, "route53", zones, "").await;
    let role = format!("arn:aws:iam::{web}:role/OrganizationAccountAccessRole");
    let form = format!("Action=AssumeRole&RoleSessionName=test&RoleArn={role}");
    let answer = ask(&simulator, management, "sts", "POST /", &form).await;
    assert!(answer.contains("<SessionToken>"), "{answer}");
    ask(&simulator, management, "sts", "POST /", "Action=Nonsense").await;

    let statistics = simulator.statistics();
    let count = |requests, throttled| Count {
        requests,
        throttled,
    };
    assert_eq!(statistics.of(web, "route53:ListHostedZones"), count(3, 1));
    assert_eq!(statistics.of(web, "sts:AssumeRole"), count(1, 0));
    assert_eq!(statistics.account(web), count(4, 1));
    assert_eq!(statistics.operation("route53:ListHostedZones"), count(4, 1));
    assert_eq!(statistics.total(), count(5, 1));
    let listed: Vec<_> = statistics.iter().collect();
    assert_eq!(
        listed,
        [
            (management, "route53:ListHostedZones", count(1, 0)),
            (web, "route53:ListHostedZones", count(3, 1)),
            (web, "sts:AssumeRole", count(1, 0)),
        ]
    );
}

#[tokio::test]
async fn faults_may_be_added_when_it_starts() {
    let options = Options {
        faults: vec![Fault {
            operation: Some("route53:ListHostedZones".to_owned()),
            ..Fault::new(FaultKind::Throttled)
        }],
        ..Options::default()
    };
    let simulator = Simulator::start(Organization::demo().unwrap(), options).unwrap();
    let answer = ask(
        &simulator,
        "333344445555",
        "route53",
        "GET /2013-04-01/hostedzone",
        "",
    )
    .await;
    assert!(answer.contains("<Code>Throttling</Code>"), "{answer}");
    assert_eq!(simulator.statistics().total().throttled, 1);

    let options = Options {
        faults: vec![Fault {
            operation: Some("route53:GetDnssec".to_owned()),
            ..Fault::new(FaultKind::Throttled)
        }],
        ..Options::default()
    };
    let refused = Simulator::start(Organization::demo().unwrap(), options).unwrap_err();
    assert!(
        matches!(refused, Error::UnknownOperation { operation } if operation == "route53:GetDnssec")
    );
}

#[tokio::test]
async fn a_request_that_is_too_large_gets_no_answer() {
    let simulator = Simulator::start(Organization::demo().unwrap(), Options::default()).unwrap();
    let address = simulator.endpoint().replace("http://", "");
    let received = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let body = "x".repeat(1_000_000);
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
        // It may have hung up before all of it is sent.
        let _ = stream.write_all((head + &body).as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    })
    .await
    .unwrap();
    assert!(
        received.is_empty(),
        "{}",
        String::from_utf8_lossy(&received)
    );
}

#[test]
fn an_organisation_that_contradicts_itself_is_refused_with_what_to_do() {
    let account = "[[account]]\nid = \"111122223333\"\nname = \"one\"\n";
    let of = |more: &str| Organization::from_toml(&format!("{account}{more}"));
    assert!(of("").is_ok());
    for (more, said) in [
        ("colour = 1", "unknown field `colour`"),
        (
            "[[account.zone]]\nname = \"a.example\"\nksk = [{ key = \"none\" }]",
            "add an [[account.key]]",
        ),
        (
            "[[account.zone]]\nname = \"a..example\"",
            "labels of 1 to 63 octets",
        ),
        (
            "[[account.key]]\nname = \"k\"\npolicy = \"best\"",
            "name a template",
        ),
        (
            "[[account.key]]\nname = \"k\"\ncreated = \"long ago\"",
            "a span from now",
        ),
        (
            "[[account.watch]]\nzones = [\"a.example\"]\nactions = []",
            "name a zone of the account",
        ),
        (
            "[[account.alarm]]\nname = \"a\"\nactions = [\"nobody\"]",
            "add an [[account.topic]]",
        ),
        ("ou = \"workloads\"", "begin it with the root"),
        (account, "occurs twice"),
        ("[limits]\nkms = \"some\"", "neither"),
        (
            "[[account.zone]]\nname = \"a.example\"\ndns = { ds = [\"good\"] }",
            "unknown variant `good`",
        ),
        (
            "[[account.zone]]\nname = \"a.example\"\ndns = { delegation = \"here\" }\n\
             [[account.zone]]\nname = \"a.example\"\ndns = { delegation = \"elsewhere\" }",
            "leave it to one of them",
        ),
        (
            "[[account.zone]]\nname = \"a.example\"\nname_servers = [\"ns1..example\"]",
            "labels of 1 to 63 octets",
        ),
        (
            "[[account.zone]]\nname = \"a.example\"\n\
             [[account.zone.record]]\ntype = \"A\"\nvalues = [\"300.0.0.1\"]",
            "as in a zone file",
        ),
        (
            "[[account.zone]]\nname = \"a.example\"\n\
             [[account.zone.record]]\nname = \"b.example.\"\ntype = \"A\"\nvalues = [\"192.0.2.1\"]",
            "which is not in it",
        ),
        (
            "[[account.zone]]\nname = \"a.example\"\n\
             [[account.zone.record]]\ntype = \"TXT\"\nvalues = [\"one\\n$INCLUDE /etc/passwd\"]",
            "on one line",
        ),
    ] {
        let error = of(more).expect_err(more).to_string();
        assert!(error.contains(said), "{more}: {error}");
    }
    let error = Organization::from_toml("[organization]\nmanagement = \"1\"\n").unwrap_err();
    assert!(error.to_string().contains("add an [[account]]"), "{error}");
}

#[test]
fn accounts_come_in_groups_of_as_many_zones() {
    let mut seed = Seed::new(1, 190, 20);
    seed.accounts.push((10, 300));
    seed.private_zones = 0;
    let organization = Organization::from_seed(&seed).unwrap();
    assert_eq!(organization.account_ids().count(), 200);
    assert_eq!(organization.zone_count(), 6800);
}
