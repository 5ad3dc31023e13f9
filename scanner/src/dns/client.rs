//! Asking servers: each within its budget, again where no answer comes, and not for ever.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::budget::{Health, ServerBudget};
use super::message::{Answer, Question};
use super::transport::{Failure, exchange};
use crate::inventory::{Server, Transport};

/// How servers are asked.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    /// The port of every server.
    pub(super) port: u16,
    /// How long to wait for each attempt over UDP; there are as many attempts.
    pub(super) patience: Vec<Duration>,
    /// The most queries under way.
    pub(super) concurrency: usize,
    /// The most queries a second to one address.
    pub(super) rate: f64,
    /// The most to one address of the root or a top-level domain.
    pub(super) tld_rate: f64,
    /// Whether servers are asked over IPv6.
    pub(super) ipv6: bool,
    /// Whether a resolver is asked, to recurse for us.
    pub(super) recursive: bool,
}

/// Whose servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// The root's or a top-level domain's, which everybody asks.
    Tld,
    /// Another zone's.
    Zone,
}

/// Asks servers, and remembers how they fare.
#[derive(Debug)]
pub(super) struct Client {
    asking: Asking,
    permits: Semaphore,
    servers: Mutex<HashMap<IpAddr, Arc<ServerBudget>>>,
}

impl Client {
    pub(super) fn new(asking: Asking) -> Self {
        Self {
            permits: Semaphore::new(asking.concurrency.max(1)),
            asking,
            servers: Mutex::default(),
        }
    }

    /// Whether the address can be asked: one of IPv6 only where this host has it, or is itself it.
    pub(super) fn reaches(&self, address: IpAddr) -> bool {
        address.is_ipv4() || self.asking.ipv6 || address.is_loopback()
    }

    /// Whether the address was given up.
    pub(super) fn is_dead(&self, address: IpAddr) -> bool {
        matches!(self.budget(address).health(), Health::Dead(_))
    }

    /// The queries sent to each address so far.
    pub(super) fn traffic(&self) -> HashMap<IpAddr, u64> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers
            .iter()
            .map(|(address, budget)| (*address, budget.sent()))
            .collect()
    }

    /// Asks one server, as often as its patience lasts.
    ///
    /// A server that gave no answer to its first query, or to several in a row, is not asked
    /// again: its failure is the answer to all that follows.
    pub(super) async fn ask(
        &self,
        server: &Server,
        question: &Question,
        pace: Pace,
    ) -> Result<Answer, Failure> {
        let budget = self.budget(server.address);
        if let Health::Unproven = budget.health() {
            let _first = budget.first.lock().await;
            if let Health::Unproven = budget.health() {
                return self.attempts(&budget, server, question, pace).await;
            }
        }
        match budget.health() {
            Health::Dead(failure) => Err(failure),
            _ => self.attempts(&budget, server, question, pace).await,
        }
    }

    async fn attempts(
        &self,
        budget: &ServerBudget,
        server: &Server,
        question: &Question,
        pace: Pace,
    ) -> Result<Answer, Failure> {
        let address = SocketAddr::new(server.address, self.asking.port);
        let rate = match pace {
            Pace::Tld => self.asking.tld_rate,
            Pace::Zone => self.asking.rate,
        };
        let mut outcome = Err(Failure::Timeout(Transport::Udp));
        for patience in &self.asking.patience {
            budget.turn(rate).await;
            // A closed semaphore bounds nothing any more; this one is never closed.
            let _permit = self.permits.acquire().await.ok();
            outcome = exchange(address, question, self.asking.recursive, *patience).await;
            if !matches!(outcome, Err(Failure::Timeout(_))) {
                break;
            }
        }
        match outcome {
            Ok((transport, content)) => {
                budget.answered();
                Ok(Answer {
                    question: question.clone(),
                    server: server.clone(),
                    transport,
                    received_at: Timestamp::now(),
                    content,
                })
            }
            Err(failure @ Failure::Malformed(..)) => {
                budget.answered();
                Err(failure)
            }
            Err(failure) => {
                budget.failed(&failure);
                Err(failure)
            }
        }
    }

    fn budget(&self, address: IpAddr) -> Arc<ServerBudget> {
        self.servers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(address)
            .or_default()
            .clone()
    }
}
