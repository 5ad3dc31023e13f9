//! The delegation of a zone, as the servers of its parent give it.

use domain::base::Rtype;
use domain::rdata::ZoneRecordData;

use super::client::Pace;
use super::delegation::{self, Delegation};
use super::failure::Attempt;
use super::hints::Host;
use super::message::{Answer, Question, Record};
use super::name::{self, Name};
use super::source::Source;
use super::zone_cut::Step;
use crate::inventory::{
    DelegationStatus, DsRecord, DsSet, Fact, ParentAnswer, ParentSide, Server, Set, Unknown,
};

/// How many servers of the parent are asked where their answers agree.
const ENOUGH: usize = 2;

/// How many are asked at most where they do not.
const MAX_SERVERS: usize = 32;

/// How many may fail before no more are asked.
const MAX_FAILURES: usize = 4;

/// The delegation, and the servers that it names.
pub(super) struct Delegated {
    pub(super) side: ParentSide,
    /// The servers that any of the parent's answers names.
    pub(super) hosts: Vec<Host>,
}

/// Asks two servers of the parent for a delegation; all where the two disagree, or where
/// `thorough`.
pub(super) async fn ask(source: &Source, zone: &Name, step: &Step, thorough: bool) -> Delegated {
    let enough = match thorough {
        true => usize::MAX,
        false => ENOUGH,
    };
    let asking = Asking {
        source,
        pace: step.within.pace(),
        question: Question::new(zone.clone(), Rtype::DS),
    };
    let first = asking.reading(step.delegation.clone(), &step.answer).await;
    let mut readings = vec![first];
    let mut failures = Vec::new();
    let question = Question::new(zone.clone(), Rtype::NS);
    let servers = source.servers(&step.within, zone, enough).await;
    let others = servers
        .into_iter()
        .filter(|server| *server != step.answer.server);
    for server in others.take(MAX_SERVERS) {
        let disagree = readings.windows(2).any(|pair| match pair {
            [one, other] => !one.agrees_with(other),
            _ => false,
        });
        if readings.len() >= enough && !disagree || failures.len() >= MAX_FAILURES && !thorough {
            break;
        }
        let asked = source
            .ask_server(&server, &question, step.within.pace())
            .await;
        let attempt = match asked {
            Ok(answer) => match delegation::read(&answer.content, &step.within.name, zone) {
                Ok(delegation) => {
                    readings.push(asking.reading(delegation, &answer).await);
                    continue;
                }
                Err(why) => Attempt::unusable(server, why),
            },
            Err(failure) => Attempt::failed(server, &failure),
        };
        failures.push(attempt.unknown(&question));
    }
    summary(step, readings, failures)
}

/// What one server of the parent says.
struct Reading {
    delegation: Delegation,
    server: Server,
    ds: Fact<Option<DsSet>>,
}

impl Reading {
    fn agrees_with(&self, other: &Self) -> bool {
        let records = |reading: &Self| {
            let ds = reading.ds.known().cloned()?;
            Some(ds.map(|set| set.records).unwrap_or_default())
        };
        let names = |reading: &Self| reading.delegation.ns_set().map(|set| set.names);
        let same_ds = match (records(self), records(other)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        same_ds
            && names(self) == names(other)
            && self.delegation.status() == other.delegation.status()
    }
}

/// How the servers of the parent are asked for the DS set.
struct Asking<'a> {
    source: &'a Source,
    pace: Pace,
    question: Question,
}

impl Asking<'_> {
    async fn reading(&self, delegation: Delegation, answer: &Answer) -> Reading {
        Reading {
            ds: self.ds(&delegation, answer).await,
            server: answer.server.clone(),
            delegation,
        }
    }

    /// The DS set that a server of the parent holds.
    ///
    /// A referral carries it (RFC 4035 section 3.1.4); a server that answers out of the zone
    /// itself has to be asked.
    async fn ds(&self, delegation: &Delegation, answer: &Answer) -> Fact<Option<DsSet>> {
        let question = &self.question;
        match delegation {
            Delegation::To(servers) if servers.by_child => {}
            Delegation::To(_) => {
                let records = answer.content.authorities(&question.name, Rtype::DS);
                return Fact::Known(ds_set(records));
            }
            Delegation::No | Delegation::NameError => return Fact::Known(None),
        }
        let own = |answer: &Answer| {
            Fact::Known(ds_set(answer.content.answers(&question.name, Rtype::DS)))
        };
        match self.source.link(question).await {
            Ok(linked) if linked.server == answer.server => return own(&linked),
            _ => {}
        }
        let server = answer.server.clone();
        let asked = self.source.ask_server(&server, question, self.pace).await;
        let attempt = match asked {
            Ok(answer) if answer.content.is_no_error() || answer.content.is_name_error() => {
                return own(&answer);
            }
            Ok(answer) => {
                let what = format!("answers {}", answer.content.rcode_name());
                Attempt::unusable(server, what)
            }
            Err(failure) => Attempt::failed(server, &failure),
        };
        Fact::unknown(attempt.unknown(question))
    }
}

fn ds_set<'a>(records: impl Iterator<Item = &'a Record>) -> Option<DsSet> {
    let mut ttl = None;
    let mut shown = Vec::new();
    for record in records {
        if let ZoneRecordData::Ds(ds) = record.data() {
            let own = record.ttl().as_secs();
            ttl = Some(ttl.map_or(own, |ttl: u32| ttl.min(own)));
            shown.push(DsRecord {
                key_tag: ds.key_tag(),
                algorithm: ds.algorithm().to_int(),
                digest_type: ds.digest_type().to_int(),
                digest: hex::encode_upper(ds.digest()),
            });
        }
    }
    shown.sort();
    ttl.map(|ttl| DsSet {
        ttl,
        records: shown,
    })
}

fn summary(step: &Step, readings: Vec<Reading>, failures: Vec<Unknown>) -> Delegated {
    let statuses: Vec<DelegationStatus> = readings
        .iter()
        .map(|reading| reading.delegation.status())
        .collect();
    let mut hosts: Vec<Host> = Vec::new();
    for reading in &readings {
        let Delegation::To(servers) = &reading.delegation else {
            continue;
        };
        for host in &servers.hosts {
            match hosts.iter_mut().find(|held| held.name == host.name) {
                Some(held) => {
                    held.glue.extend(&host.glue);
                    held.glue.sort();
                    held.glue.dedup();
                }
                None => hosts.push(host.clone()),
            }
        }
    }
    let mut answers = Set::complete(readings.into_iter().map(|reading| ParentAnswer {
        status: reading.delegation.status(),
        answered_by_child: matches!(&reading.delegation, Delegation::To(servers) if servers.by_child),
        ns: reading.delegation.ns_set(),
        ds: reading.ds,
        server: reading.server,
    }));
    for why in failures {
        answers.add_gap(why);
    }
    Delegated {
        side: ParentSide {
            zone: name::show(&step.within.name),
            // In the order of the statuses: one that delegates decides.
            status: statuses
                .into_iter()
                .min()
                .unwrap_or(DelegationStatus::NotDelegated),
            answers,
        },
        hosts,
    }
}
