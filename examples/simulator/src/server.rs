//! The listener, and what befalls a request from its arrival to its answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::http::{HeaderName, HeaderValue, StatusCode};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use self::payload::Payload;
use crate::auth::{Authority, Caller, Credentials, Scope};
use crate::dns::{Dns, DnsUnavailable};
use crate::error::Error;
use crate::faults::{Fault, FaultKind, Faults};
use crate::limits::{Buckets, Limits};
use crate::organization::{HOME_REGION, Organization};
use crate::protocol::{Answer, Failure, Protocol, Refusal, Structure};
use crate::service::{Call, Service};
use crate::statistics::{Counters, Statistics};

mod payload;

/// More than any request of a simulated operation needs.
const LARGEST_REQUEST: usize = 64 * 1024;

/// How to serve an organisation.
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback address and port to listen on; port 0 takes a free one.
    pub address: SocketAddr,
    /// How long every answer is held back; what the organisation says where not given.
    pub latency: Option<Duration>,
    /// The request limits; what the organisation says where not given.
    pub limits: Option<Limits>,
    /// Faults that come before those of the organisation.
    pub faults: Vec<Fault>,
    /// Whether to serve DNS as well, and on which port of every name server's address; port 0 takes
    /// a free one. Nothing else fails where that cannot be done: see [`Simulator::dns`].
    pub dns: Option<u16>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            latency: None,
            limits: None,
            faults: Vec::new(),
            dns: None,
        }
    }
}

/// A running simulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    state: Arc<State>,
    address: SocketAddr,
    credentials: Credentials,
    dns: Result<Dns, DnsUnavailable>,
    stop: watch::Sender<()>,
    serving: JoinHandle<()>,
}

impl Simulator {
    /// Serves an organisation on the current Tokio runtime.
    ///
    /// # Errors
    /// The address is not a loopback address or is taken, a fault names an operation that is not
    /// simulated, or there is no runtime.
    pub fn start(organization: Organization, options: Options) -> Result<Self, Error> {
        let Options {
            address,
            latency,
            limits,
            mut faults,
            dns,
        } = options;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback { address });
        }
        let runtime = Handle::try_current().map_err(|_| Error::NoRuntime)?;
        faults.extend(organization.faults.iter().cloned());
        let faults = Faults::new(faults, organization.identifiers.clone())?;
        let authority = Authority::new(&organization);
        let credentials = authority
            .user_credentials(organization.management_account())
            .ok_or_else(|| {
                Error::contradiction("it has no management account", "add an [[account]]")
            })?;
        let listen = |source| Error::Listen { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let bound = listener.local_addr().map_err(listen)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener).map_err(listen)?
        };
        let state = Arc::new(State {
            latency: latency.unwrap_or(organization.latency),
            buckets: Buckets::new(limits.unwrap_or_else(|| organization.limits.clone())),
            faults,
            authority,
            counters: Counters::default(),
            requests: AtomicU64::new(0),
            organization: Arc::new(organization),
        });
        let (stop, stopped) = watch::channel(());
        let dns = dns.ok_or(DnsUnavailable::Off).and_then(|port| {
            let organization = Arc::clone(&state.organization);
            Dns::start(organization, port, &runtime, stopped.clone())
        });
        let serving = runtime.spawn(accept(listener, Arc::clone(&state), stopped));
        Ok(Self {
            state,
            address: bound,
            credentials,
            dns,
            stop,
            serving,
        })
    }

    /// The URL of every simulated service, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The access key id of the management account.
    pub fn access_key(&self) -> &str {
        &self.credentials.access_key_id
    }

    /// The secret access key of the management account.
    pub fn secret_key(&self) -> &str {
        &self.credentials.secret_access_key
    }

    /// Credentials of a user of any account; none where there is no such account.
    pub fn credentials(&self, account: &str) -> Option<Credentials> {
        self.state.authority.user_credentials(account)
    }

    /// The organisation that is served.
    pub fn organization(&self) -> &Organization {
        &self.state.organization
    }

    /// The requests until now.
    pub fn statistics(&self) -> Statistics {
        self.state.counters.read(&self.state.organization)
    }

    /// Its DNS.
    ///
    /// # Errors
    /// It was not asked for, or the addresses of the name servers cannot be listened on.
    pub fn dns(&self) -> Result<&Dns, &DnsUnavailable> {
        self.dns.as_ref()
    }

    /// Closes the ports and every connection, and returns when that is done.
    pub async fn stop(self) {
        drop(self.stop);
        // It ends as soon as the sender is gone; that it was aborted with the runtime is as good.
        let _ = self.serving.await;
        if let Ok(dns) = self.dns {
            dns.stopped().await;
        }
    }
}

/// Accepts connections until the sender of `stopped` is gone; then they end with this function.
async fn accept(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = connections.join_next(), if !connections.is_empty() => {}
            // A connection that is gone before it was accepted is the peer's affair.
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream, Arc::clone(&state)));
            },
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Answers are small and whole: waiting to fill a segment only costs time.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.respond(request).await }
    });
    // How a connection ends is the client's affair, or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// No answer: the connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
struct Dropped;

#[derive(Debug)]
struct State {
    organization: Arc<Organization>,
    authority: Authority,
    latency: Duration,
    buckets: Buckets,
    faults: Faults,
    counters: Counters,
    requests: AtomicU64,
}

/// An answer and the fault in its way.
struct Outcome<'a> {
    answer: Answer,
    fault: Option<&'a Fault>,
}

impl State {
    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Payload>, Dropped> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, LARGEST_REQUEST)
            .collect()
            .await
            .map_err(|_| Dropped)?
            .to_bytes();
        let outcome = self.decide(&parts, &body);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let fault = outcome.fault.map(|fault| (fault.kind, fault.duration()));
        let body = Bytes::from(outcome.answer.body);
        let payload = match fault {
            Some((FaultKind::Dropped, _)) => return Err(Dropped),
            Some((FaultKind::Truncated, _)) => Payload::truncated(body),
            Some((FaultKind::Slow, duration)) => Payload::slow(body, duration),
            _ => Payload::whole(body),
        };
        let mut response = Response::new(payload);
        *response.status_mut() =
            StatusCode::from_u16(outcome.answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        for (name, value) in outcome.answer.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
        Ok(response)
    }

    fn decide(&self, parts: &Parts, body: &Bytes) -> Outcome<'_> {
        let request_id = self.request_id();
        let protocol = Protocol::of(parts);
        let scope = Scope::of(&parts.headers);
        let service = scope
            .as_ref()
            .and_then(|scope| Service::of_signing_name(scope.service))
            .unwrap_or_else(|| protocol.likely_service(parts));
        let read = self
            .identify(parts, scope.as_ref())
            .map_err(|failure| Refusal::failure(service, failure, credentials_message(failure)))
            .and_then(|caller| Ok((caller, protocol.read(service, parts, body)?)));
        let (answered, fault) = match read {
            Err(refusal) => (Err(refusal), None),
            Ok((caller, (operation, parameters))) => {
                let (answered, fault) = self.answer(&Call {
                    organization: &self.organization,
                    authority: &self.authority,
                    caller: &caller,
                    region: scope.as_ref().map_or(HOME_REGION, |scope| scope.region),
                    operation,
                    parameters: &parameters,
                });
                let written =
                    answered.map(|document| protocol.answer(operation, &document, &request_id));
                (written, fault)
            }
        };
        Outcome {
            answer: answered
                .unwrap_or_else(|refusal| protocol.refuse(service, &refusal, parts, &request_id)),
            fault,
        }
    }

    fn identify(&self, parts: &Parts, scope: Option<&Scope<'_>>) -> Result<Caller, Failure> {
        let access_key_id = scope.ok_or(Failure::MissingCredentials)?.access_key_id;
        let token = parts.headers.get("x-amz-security-token");
        let token = token.and_then(|token| token.to_str().ok());
        self.authority.identify(access_key_id, token)
    }

    /// What the service answers, unless a limit or fault comes first, and the fault that struck.
    fn answer(&self, call: &Call<'_>) -> (Result<Structure, Refusal>, Option<&Fault>) {
        let operation = call.operation;
        let service = operation.service();
        let account = call.account();
        let account_id = self.organization.accounts.get(account);
        let account_id = account_id.map_or("", |account| account.id.as_str());
        let fault = self.faults.strike(account_id, operation, &call.subjects());
        let kind = fault.map(|fault| fault.kind);
        let admitted = self
            .buckets
            .admit(call.caller.account, operation, call.region);
        let throttled = !admitted || kind == Some(FaultKind::Throttled);
        self.counters.record(account, operation, throttled);
        let answered = match kind {
            _ if throttled => Err(Refusal::failure(
                service,
                Failure::Throttled,
                "Rate exceeded",
            )),
            Some(FaultKind::Denied) => Err(call.denied(
                call.resource().as_deref(),
                " with an explicit deny in an identity-based policy",
            )),
            Some(FaultKind::Error500) => Err(Refusal::failure(
                service,
                Failure::Internal,
                "An internal error occurred. Please try again.",
            )),
            _ => call.answer(),
        };
        (answered, fault)
    }

    fn request_id(&self) -> String {
        let nth = self.requests.fetch_add(1, Ordering::Relaxed).to_string();
        self.organization.identifiers.uuid(&["request", &nth])
    }
}

fn credentials_message(failure: Failure) -> &'static str {
    match failure {
        Failure::MissingCredentials => "Request is missing Authentication Token",
        Failure::ExpiredCredentials => "The security token included in the request is expired",
        _ => "The security token included in the request is invalid.",
    }
}
