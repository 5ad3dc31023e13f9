//! A zone on the way down from the root.

use std::sync::Arc;

use super::client::Pace;
use super::delegation::Delegation;
use super::hints::Host;
use super::message::Answer;
use super::name::Name;

/// A zone, the zones above it, and its servers.
#[derive(Debug)]
pub(super) struct ZoneCut {
    pub(super) name: Name,
    /// The zone that delegates it; none for the root.
    pub(super) parent: Option<Arc<Self>>,
    /// Its servers, as the parent names them.
    pub(super) hosts: Vec<Host>,
}

impl ZoneCut {
    /// How its servers may be asked.
    pub(super) fn pace(&self) -> Pace {
        // The root label counts.
        match self.name.label_count() {
            0..=2 => Pace::Tld,
            _ => Pace::Zone,
        }
    }
}

/// One step down the tree: what the zone above a name says of it.
#[derive(Debug)]
pub(super) struct Step {
    /// The zone that was asked: the closest above the name.
    pub(super) within: Arc<ZoneCut>,
    pub(super) delegation: Delegation,
    pub(super) answer: Answer,
    /// The closest zone at or above the name.
    pub(super) closest: Arc<ZoneCut>,
}
