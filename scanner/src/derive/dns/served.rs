//! What the servers of a zone serve, taken together.

use std::collections::BTreeSet;

use crate::inventory::{
    DnsObservation, DnskeyRecord, Fact, Reason, ServerAnswer, ServerOutcome, Unknown,
};

/// The answers of the servers that answer with authority.
///
/// A server that gives no answer, or answers without authority, serves nothing of the zone: it is
/// no gap in what is served.
pub(in crate::derive) struct Served<'o> {
    pub(super) answering: Vec<&'o ServerAnswer>,
    /// Why more may be served than is known: servers of which nothing is known, or no answer.
    gap: Option<Unknown>,
}

impl<'o> Served<'o> {
    pub(in crate::derive) fn of(observation: &'o DnsObservation) -> Self {
        let answering: Vec<&ServerAnswer> = observation
            .servers
            .items()
            .filter(|answer| answer.outcome == ServerOutcome::Authoritative)
            .collect();
        let gap = observation.servers.gaps().next().cloned();
        let gap = gap.or_else(|| {
            answering.is_empty().then(|| {
                Unknown::because(
                    Reason::NotDetermined,
                    "no name server of the zone gave an answer with authority",
                )
            })
        });
        Self { answering, gap }
    }

    /// Why there may be servers of which nothing is known; none where all are known.
    pub(super) fn gap(&self) -> Option<&Unknown> {
        self.gap.as_ref()
    }

    /// Something that each answering server says, once for each server that says it, and why there
    /// may be more.
    pub(super) fn each<T>(
        &self,
        of: impl Fn(&'o ServerAnswer) -> &'o Fact<T>,
    ) -> (Vec<&'o T>, Option<Unknown>) {
        let mut gap = self.gap.clone();
        let mut known = Vec::new();
        for fact in self.answering.iter().map(|answer| of(answer)) {
            match fact {
                Fact::Known(value) => known.push(value),
                Fact::Unknown(mark) => gap = gap.or_else(|| Some(mark.unknown.clone())),
            }
        }
        (known, gap)
    }

    /// Whether none of the answering servers serves DNSKEY records.
    pub(super) fn is_unsigned(&self) -> Fact<bool> {
        let (sets, gap) = self.each(|answer| &answer.dnskey);
        match (sets.into_iter().any(Option::is_some), gap) {
            (true, _) => Fact::Known(false),
            (false, None) => Fact::Known(true),
            (false, Some(why)) => Fact::unknown(why),
        }
    }

    /// The DNSKEY records that are served, each once, and why there may be more.
    pub(super) fn dnskeys(&self) -> (Vec<&'o DnskeyRecord>, Option<Unknown>) {
        let (sets, gap) = self.each(|answer| &answer.dnskey);
        let records: BTreeSet<&DnskeyRecord> = sets
            .into_iter()
            .flatten()
            .flat_map(|set| &set.records)
            .collect();
        (records.into_iter().collect(), gap)
    }
}
