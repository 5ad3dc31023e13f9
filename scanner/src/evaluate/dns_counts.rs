//! How resolvers see the zones that are judged, in numbers.

use zonewarden_reports::DnsCounts;

use crate::derive::dns::leads_to;
use crate::inventory::{DnsObservation, Fact, SecurityState, Zone};

/// Counts a zone by what DNS says of its name; where DNS was not asked, it is not counted.
pub(super) fn count(
    counts: &mut DnsCounts,
    zone: &Zone,
    observation: &Fact<Option<DnsObservation>>,
) {
    let count = match observation {
        Fact::Known(None) => return,
        Fact::Known(Some(observation)) => {
            match (
                leads_to(observation, &zone.delegation_set),
                &observation.chain,
            ) {
                (Fact::Known(false), _) => &mut counts.not_delegated,
                (Fact::Known(true), Fact::Known(chain)) => match chain.verdict.state {
                    SecurityState::Secure => &mut counts.secure,
                    SecurityState::Insecure => &mut counts.insecure,
                    SecurityState::Bogus => &mut counts.bogus,
                    SecurityState::Indeterminate => &mut counts.indeterminate,
                },
                _ => &mut counts.unknown,
            }
        }
        Fact::Unknown(_) => &mut counts.unknown,
    };
    *count += 1;
}

/// Adds what was counted elsewhere.
pub(super) fn add(counts: &mut DnsCounts, more: DnsCounts) {
    counts.secure += more.secure;
    counts.insecure += more.insecure;
    counts.bogus += more.bogus;
    counts.indeterminate += more.indeterminate;
    counts.not_delegated += more.not_delegated;
    counts.unknown += more.unknown;
}
