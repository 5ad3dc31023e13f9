//! One exchange with one server: UDP, and TCP where the answer does not fit.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::message::{self, Content, Question, Received};
use crate::inventory::Transport;

/// More messages for somebody else than a network loses on the way in one exchange; who sends so
/// many is guessing.
const MAX_STRAYS: usize = 32;

/// Room for servers that send more over UDP than they were told to.
const MAX_UDP: usize = 4096;

/// How much longer TCP may take than UDP: a handshake, and an answer of several segments.
const TCP_PATIENCE: u32 = 3;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It did not come in time.
    Timeout(Transport),
    /// The network or the host refused.
    Network(Transport, String),
    /// What came is no answer to the question.
    Malformed(Transport, String),
}

impl Failure {
    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Timeout(transport)
            | Self::Network(transport, _)
            | Self::Malformed(transport, _) => *transport,
        }
    }
}

/// Sends one query and waits for its answer for at most `patience`, over TCP three times as long.
pub(super) async fn exchange(
    server: SocketAddr,
    question: &Question,
    recursive: bool,
    patience: Duration,
) -> Result<(Transport, Content), Failure> {
    let over_udp = timeout(patience, udp(server, question, recursive))
        .await
        .map_err(|_| Failure::Timeout(Transport::Udp))??;
    if let Some(content) = over_udp {
        return Ok((Transport::Udp, content));
    }
    timeout(patience * TCP_PATIENCE, tcp(server, question, recursive))
        .await
        .map_err(|_| Failure::Timeout(Transport::Tcp))?
        .map(|content| (Transport::Tcp, content))
}

/// The answer over UDP; none where it is truncated.
///
/// A socket of its own, connected, gives each query a random port and hears its server alone.
async fn udp(
    server: SocketAddr,
    question: &Question,
    recursive: bool,
) -> Result<Option<Content>, Failure> {
    let failed = |error: io::Error| Failure::Network(Transport::Udp, error.to_string());
    let malformed = |why: String| Failure::Malformed(Transport::Udp, why);
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await.map_err(failed)?;
    socket.connect(server).await.map_err(failed)?;
    let (id, query) = query(question, recursive).map_err(malformed)?;
    socket.send(&query).await.map_err(failed)?;
    let mut buffer = vec![0; MAX_UDP];
    for _ in 0..MAX_STRAYS {
        let length = socket.recv(&mut buffer).await.map_err(failed)?;
        let octets = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
        match message::read(octets, id, question) {
            Received::Answer(content) => return Ok(Some(content)),
            Received::Truncated => return Ok(None),
            Received::Stray => {}
            Received::Malformed(why) => return Err(malformed(why)),
        }
    }
    Err(malformed("answers to other questions only".to_owned()))
}

async fn tcp(server: SocketAddr, question: &Question, recursive: bool) -> Result<Content, Failure> {
    let failed = |error: io::Error| Failure::Network(Transport::Tcp, error.to_string());
    let malformed = |why: String| Failure::Malformed(Transport::Tcp, why);
    let mut stream = TcpStream::connect(server).await.map_err(failed)?;
    let (id, query) = query(question, recursive).map_err(malformed)?;
    let length = u16::try_from(query.len()).map_err(|error| malformed(error.to_string()))?;
    let framed = [&length.to_be_bytes(), query.as_slice()].concat();
    stream.write_all(&framed).await.map_err(failed)?;
    let length = stream.read_u16().await.map_err(failed)?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await.map_err(failed)?;
    match message::read(buffer.into(), id, question) {
        Received::Answer(content) => Ok(content),
        Received::Truncated => Err(malformed("an answer over TCP is truncated".to_owned())),
        Received::Stray => Err(malformed("an answer to another question".to_owned())),
        Received::Malformed(why) => Err(malformed(why)),
    }
}

fn query(question: &Question, recursive: bool) -> Result<(u16, Vec<u8>), String> {
    let id = rand::random();
    let query = message::query(id, question, recursive).ok_or("the question is too long")?;
    Ok((id, query))
}
