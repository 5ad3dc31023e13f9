//! What a template comes to: resources with their evaluated properties.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::iac::place::Place;
use crate::iac::value::Value;
use crate::inventory::Unknown;

/// A template that is deployed by itself, with the resources of its nested stacks.
#[derive(Debug, Clone)]
pub struct Template {
    /// The file as it is shown.
    pub file: String,
    /// The resources in the order of their logical ids.
    pub resources: Vec<Resource>,
    /// Why there may be more resources than these, if there may be: a macro, a nested stack that
    /// is not to be had.
    pub more: Vec<Arc<Unknown>>,
    /// The region that the stack lives in: the one given, or the symbol `AWS::Region`.
    pub region: Value,
    /// The account that the stack lives in: the one given, or the symbol `AWS::AccountId`.
    pub account: Value,
}

/// A resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The logical id within the template: `Dns.Zone` for one in the nested stack `Dns`. One that
    /// stands for however many there are has `*` for what varies.
    pub logical_id: Arc<str>,
    /// The type: `AWS::Route53::HostedZone`.
    pub kind: Arc<str>,
    /// Why it is not known whether there is such a resource, or how many, if it is not.
    pub multiplicity: Option<Arc<Unknown>>,
    /// Its name and type: what stands for the resource where something lacks.
    pub header: Place,
    /// The headers of the nested stacks that lead to it, the outermost first.
    pub calls: Vec<Place>,
    /// The properties by name. Those that are `AWS::NoValue` are not among them.
    pub properties: BTreeMap<Arc<str>, Property>,
    /// Why there may be more properties than these, if there may be: a macro.
    pub more: Option<Arc<Unknown>>,
    /// Its condition, which is not false: what is left out is no resource.
    pub condition: Option<Condition>,
    /// The resources that it refers to or names in `DependsOn`, by logical id, and those that the
    /// nested stacks it lies in do.
    pub depends_on: BTreeSet<Arc<str>>,
    /// The construct that made it, if CDK did: `DnsStack/Zone/Resource`.
    pub construct_path: Option<Arc<str>>,
    /// `Metadata`, if it has any.
    pub metadata: Option<Value>,
    /// `DeletionPolicy`, if it is set: `Delete`, `Retain`, `RetainExceptOnCreate` or `Snapshot`.
    pub deletion_policy: Option<Value>,
    /// `UpdateReplacePolicy`, if it is set.
    pub update_replace_policy: Option<Value>,
}

/// A property.
#[derive(Debug, Clone)]
pub struct Property {
    /// What it comes to, with the place of what it came from: perhaps the default of a parameter.
    pub value: Value,
    /// Where it is set in the resource: from its name to the end of its value.
    pub place: Place,
}

/// The condition of a resource.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Its name.
    pub name: Arc<str>,
    /// Where the resource names it.
    pub place: Place,
    /// Whether it is known to be true; if not, it is not known.
    pub holds: bool,
}

impl Resource {
    /// What the property comes to, if it is set.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.properties.get(name).map(|property| &property.value)
    }
}
