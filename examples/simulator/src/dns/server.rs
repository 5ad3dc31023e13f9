//! The sockets: one for datagrams and one for streams at each name server's address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::Transport;

/// More than any query of a resolver needs; a longer one is cut off, and refused as malformed.
const LARGEST_QUERY: usize = 4_096;
/// How long a stream may be silent before it is closed (RFC 7766 section 6.2.3).
const IDLE: Duration = Duration::from_secs(10);
/// How long no stream is accepted after one could not be.
const PAUSE: Duration = Duration::from_millis(50);
/// How many streams all addresses serve at once.
const MOST_STREAMS: usize = 256;
/// How often another port is tried where one of the addresses has it taken.
const ATTEMPTS: usize = 16;

/// The sockets of one address.
#[derive(Debug)]
pub(super) struct Sockets {
    datagrams: UdpSocket,
    streams: TcpListener,
}

/// Opens a datagram and a stream socket at every address, all on one port: the one given, or a free
/// one where it is 0. Gives the port, and the sockets in the order of the addresses.
pub(super) fn bind(addresses: &[Ipv4Addr], port: u16) -> Result<(u16, Vec<Sockets>), Unbound> {
    let mut attempt = 1;
    loop {
        match bind_once(addresses, port) {
            Err(unbound)
                if port == 0
                    && attempt < ATTEMPTS
                    && unbound.source.kind() == io::ErrorKind::AddrInUse =>
            {
                attempt += 1;
            }
            bound => return bound,
        }
    }
}

/// An address that could not be listened on.
#[derive(Debug)]
pub(super) struct Unbound {
    pub(super) address: SocketAddr,
    pub(super) source: io::Error,
}

fn bind_once(addresses: &[Ipv4Addr], mut port: u16) -> Result<(u16, Vec<Sockets>), Unbound> {
    let mut sockets = Vec::with_capacity(addresses.len());
    for &address in addresses {
        let at = SocketAddr::V4(SocketAddrV4::new(address, port));
        let unbound = |source| Unbound {
            address: at,
            source,
        };
        let datagrams = UdpSocket::bind(at).map_err(unbound)?;
        port = datagrams.local_addr().map_err(unbound)?.port();
        let streams = TcpListener::bind(SocketAddrV4::new(address, port)).map_err(unbound)?;
        datagrams.set_nonblocking(true).map_err(unbound)?;
        streams.set_nonblocking(true).map_err(unbound)?;
        sockets.push(Sockets { datagrams, streams });
    }
    Ok((port, sockets))
}

/// What answers the queries that come to an address, told apart by its number.
pub(super) trait Responder: Send + Sync + 'static {
    /// The answer to a query; none where there is to be none.
    fn respond(&self, server: usize, query: &[u8], transport: Transport) -> Option<Vec<u8>>;
}

/// Serves until the sender of `stopped` is gone and every socket is closed.
pub(super) async fn serve(
    sockets: Vec<Sockets>,
    responder: Arc<impl Responder>,
    stopped: watch::Receiver<()>,
) {
    let mut serving = JoinSet::new();
    let free = Arc::new(Semaphore::new(MOST_STREAMS));
    for (server, sockets) in sockets.into_iter().enumerate() {
        if let Ok(socket) = tokio::net::UdpSocket::from_std(sockets.datagrams) {
            let (responder, stopped) = (Arc::clone(&responder), stopped.clone());
            serving.spawn(datagrams(socket, server, responder, stopped));
        }
        if let Ok(listener) = tokio::net::TcpListener::from_std(sockets.streams) {
            let (responder, stopped) = (Arc::clone(&responder), stopped.clone());
            serving.spawn(streams(
                listener,
                server,
                responder,
                Arc::clone(&free),
                stopped,
            ));
        }
    }
    while serving.join_next().await.is_some() {}
}

async fn datagrams(
    socket: tokio::net::UdpSocket,
    server: usize,
    responder: Arc<impl Responder>,
    mut stopped: watch::Receiver<()>,
) {
    let mut query = vec![0; LARGEST_QUERY];
    loop {
        let received = tokio::select! {
            _ = stopped.changed() => return,
            received = socket.recv_from(&mut query) => received,
        };
        // An error tells of an earlier answer that nobody was there to receive.
        let Ok((length, client)) = received else {
            continue;
        };
        let received = query.get(..length).unwrap_or_default();
        if let Some(answer) = responder.respond(server, received, Transport::Udp) {
            // Whether it arrives is the client's affair.
            let _ = socket.send_to(&answer, client).await;
        }
    }
}

async fn streams(
    listener: tokio::net::TcpListener,
    server: usize,
    responder: Arc<impl Responder>,
    free: Arc<Semaphore>,
    mut stopped: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Often there are no file descriptors left, and soon there will be.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                // One stream too many is closed at once.
                if let Ok(permit) = Arc::clone(&free).try_acquire_owned() {
                    let responder = Arc::clone(&responder);
                    connections.spawn(async move {
                        // How a connection ends is the client's affair.
                        let _ = converse(stream, server, &*responder).await;
                        drop(permit);
                    });
                }
            }
        }
    }
    connections.shutdown().await;
}

/// Answers the queries of a stream, each preceded by its length (RFC 1035 section 4.2.2).
async fn converse(
    mut stream: TcpStream,
    server: usize,
    responder: &impl Responder,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let mut query = Vec::new();
        timeout(IDLE, async {
            let length = stream.read_u16().await?;
            query.resize(length.into(), 0);
            stream.read_exact(&mut query).await
        })
        .await??;
        if let Some(answer) = responder.respond(server, &query, Transport::Tcp) {
            let Ok(length) = u16::try_from(answer.len()) else {
                return Ok(());
            };
            let mut framed = length.to_be_bytes().to_vec();
            framed.extend(answer);
            timeout(IDLE, stream.write_all(&framed)).await??;
        }
    }
}
