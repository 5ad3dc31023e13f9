//! Where answers come from: the authoritative servers, or a resolver.

use std::net::IpAddr;
use std::sync::Arc;

use domain::base::Rtype;

use super::cells::Cells;
use super::client::{Client, Pace};
use super::failure;
use super::hints::Host;
use super::message::{Answer, Question};
use super::name::{self, Name};
use super::resolver::Resolver;
use super::walk::Walker;
use super::zone_cut::{Step, ZoneCut};
use crate::inventory::{Server, Unknown, Via};

/// Answers, from wherever they are had; what several zones need is asked for once.
#[derive(Debug)]
pub(super) struct Source {
    kind: Kind,
    client: Arc<Client>,
    kept: Cells<Question, Result<Arc<Answer>, Unknown>>,
}

#[derive(Debug)]
enum Kind {
    Walk(Walker),
    Resolver(Resolver),
}

impl Source {
    pub(super) fn walk(client: Arc<Client>, root_hosts: Vec<Host>) -> Self {
        Self {
            kind: Kind::Walk(Walker::new(client.clone(), root_hosts)),
            client,
            kept: Cells::default(),
        }
    }

    pub(super) fn resolver(client: Arc<Client>, address: std::net::SocketAddr) -> Self {
        Self {
            kind: Kind::Resolver(Resolver::new(client.clone(), address)),
            client,
            kept: Cells::default(),
        }
    }

    pub(super) fn via(&self) -> Via {
        match &self.kind {
            Kind::Walk(_) => Via::Authoritative,
            Kind::Resolver(resolver) => Via::Resolver(resolver.address()),
        }
    }

    /// The closest zone at or above a name.
    pub(super) async fn cut_of(&self, name: &Name) -> Result<Arc<ZoneCut>, Unknown> {
        match &self.kind {
            Kind::Walk(walker) => walker.cut_of(name).await,
            Kind::Resolver(resolver) => resolver.cut_of(name).await,
        }
    }

    /// What the closest zone above a name says of it; the name must not be the root.
    pub(super) async fn step(&self, name: &Name) -> Result<Arc<Step>, Unknown> {
        match &self.kind {
            Kind::Walk(walker) => walker.step(name).await,
            Kind::Resolver(resolver) => resolver.step(name).await,
        }
    }

    /// The addresses of a name server.
    pub(super) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, Unknown> {
        match &self.kind {
            Kind::Walk(walker) => walker.addresses(host).await,
            Kind::Resolver(resolver) => resolver.addresses(host).await,
        }
    }

    /// The servers of a zone in the order in which to ask them for a name; the resolver alone
    /// where there is one.
    pub(super) async fn servers(&self, cut: &ZoneCut, name: &Name, enough: usize) -> Vec<Server> {
        match &self.kind {
            Kind::Walk(walker) => walker.servers(cut, name, enough).await,
            Kind::Resolver(resolver) => vec![resolver.server()],
        }
    }

    /// Asks the servers of a zone for data of it, until one answers with authority.
    pub(super) async fn ask(&self, cut: &ZoneCut, question: &Question) -> Result<Answer, Unknown> {
        match &self.kind {
            Kind::Walk(walker) => {
                let with_authority = |answer: &Answer| {
                    let content = &answer.content;
                    match content.authoritative
                        && (content.is_no_error() || content.is_name_error())
                    {
                        true => Ok(()),
                        false => Err(format!("answers {}", failure::without_authority(content))),
                    }
                };
                let asked = walker.ask(cut, question, with_authority).await;
                asked.map(|(answer, ())| answer)
            }
            Kind::Resolver(resolver) => resolver.ask(question).await,
        }
    }

    /// Asks one server.
    pub(super) async fn ask_server(
        &self,
        server: &Server,
        question: &Question,
        pace: Pace,
    ) -> Result<Answer, super::transport::Failure> {
        self.client.ask(server, question, pace).await
    }

    /// Whether an address can be asked from this host.
    pub(super) fn reaches(&self, address: IpAddr) -> bool {
        self.client.reaches(address)
    }

    /// The answer to a question on which chains of trust rest, asked once: DS of the zone above
    /// the name, anything else of the zone of the name.
    pub(super) async fn link(&self, question: &Question) -> Result<Arc<Answer>, Unknown> {
        let ask = async {
            let above = match question.rtype {
                Rtype::DS => name::parent(&question.name),
                _ => None,
            };
            let cut = self
                .cut_of(above.as_ref().unwrap_or(&question.name))
                .await?;
            self.ask(&cut, question).await.map(Arc::new)
        };
        self.kept.get_or_make(question, ask).await
    }

    /// Drops what was kept of a zone that is done with. A zone below it that needs it again asks
    /// again, and keeps it.
    pub(super) fn forget(&self, zone: &Name) {
        for rtype in [Rtype::DS, Rtype::DNSKEY, Rtype::SOA, Rtype::NS] {
            self.kept.forget(&Question::new(zone.clone(), rtype));
        }
        match &self.kind {
            Kind::Walk(walker) => walker.forget(zone),
            Kind::Resolver(resolver) => resolver.forget(zone),
        }
    }

    /// Keeps an answer that a server of the right zone gave with authority.
    pub(super) fn keep_link(&self, answer: &Answer) {
        self.kept
            .keep(&answer.question, Ok(Arc::new(answer.clone())));
    }
}
