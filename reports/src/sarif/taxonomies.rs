//! The control frameworks that the rules support, as SARIF taxonomies.

use std::collections::{BTreeMap, BTreeSet};

use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};

use super::text::rule_text;
use crate::report::Rule;

/// NIST SP 800-53 revision 5, by the name that the rules have for it.
const NIST_800_53: &str = "nist-800-53-r5";

/// The titles of controls of NIST SP 800-53 revision 5 that rules on DNS can support.
const NIST_800_53_TITLES: [(&str, &str); 13] = [
    ("AC-5", "Separation of Duties"),
    ("AC-6", "Least Privilege"),
    ("AU-2", "Event Logging"),
    ("AU-12", "Audit Record Generation"),
    ("CA-7", "Continuous Monitoring"),
    ("CM-6", "Configuration Settings"),
    ("IR-4", "Incident Handling"),
    ("SC-12", "Cryptographic Key Establishment and Management"),
    ("SC-13", "Cryptographic Protection"),
    (
        "SC-20",
        "Secure Name/Address Resolution Service (Authoritative Source)",
    ),
    (
        "SC-21",
        "Secure Name/Address Resolution Service (Recursive or Caching Resolver)",
    ),
    (
        "SC-22",
        "Architecture and Provisioning for Name/Address Resolution Service",
    ),
    ("SI-4", "System Monitoring"),
];

/// The frameworks and their controls, each in alphabetical order.
pub(super) struct Taxonomies<'a> {
    frameworks: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Taxonomies<'a> {
    /// Those that the rules name.
    pub(super) fn of(rules: &'a [Rule]) -> Self {
        let mut frameworks: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (framework, controls) in rules.iter().flat_map(|rule| &rule.controls) {
            let known = frameworks.entry(framework).or_default();
            known.extend(controls.iter().map(String::as_str));
        }
        Self { frameworks }
    }

    /// What the driver says of the taxonomies that it uses; nothing where there is none.
    pub(super) fn references(&self) -> Option<Vec<ToolComponentReference>> {
        let references: Vec<_> = self
            .frameworks
            .keys()
            .zip(0..)
            .map(|(name, index)| component(name, index))
            .collect();
        (!references.is_empty()).then_some(references)
    }

    /// The controls that a rule supports; nothing where there is none.
    pub(super) fn relationships(
        &self,
        rule: &Rule,
    ) -> Option<Vec<ReportingDescriptorRelationship>> {
        let mut relationships = Vec::new();
        for ((framework, known), index) in self.frameworks.iter().zip(0..) {
            let controls = rule.controls.get(*framework).into_iter().flatten();
            for control in controls.map(String::as_str).collect::<BTreeSet<_>>() {
                let position = known.iter().zip(0_i64..).find(|(id, _)| **id == control);
                let mut target = ReportingDescriptorReference::builder()
                    .id(control)
                    .tool_component(component(framework, index))
                    .build();
                target.index = position.map(|(_, position)| position);
                relationships.push(
                    ReportingDescriptorRelationship::builder()
                        .target(target)
                        .kinds(vec!["relevant".to_owned()])
                        .build(),
                );
            }
        }
        (!relationships.is_empty()).then_some(relationships)
    }

    /// The taxonomies themselves; nothing where there is none.
    pub(super) fn into_components(self) -> Option<Vec<ToolComponent>> {
        let components: Vec<_> = self
            .frameworks
            .into_iter()
            .map(|(framework, controls)| taxonomy(framework, &controls))
            .collect();
        (!components.is_empty()).then_some(components)
    }
}

fn component(name: &str, index: i64) -> ToolComponentReference {
    ToolComponentReference::builder()
        .name(name)
        .index(index)
        .build()
}

fn taxonomy(framework: &str, controls: &BTreeSet<&str>) -> ToolComponent {
    let taxa: Vec<_> = controls
        .iter()
        .map(|control| taxon(framework, control))
        .collect();
    let mut taxonomy = ToolComponent::builder()
        .name(framework)
        .taxa(taxa)
        .is_comprehensive(false)
        .build();
    if framework == NIST_800_53 {
        taxonomy.full_name = Some("NIST Special Publication 800-53 Revision 5".to_owned());
        taxonomy.organization = Some("National Institute of Standards and Technology".to_owned());
        taxonomy.version = Some("5".to_owned());
        taxonomy.information_uri =
            Some("https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final".to_owned());
        taxonomy.short_description = Some(described(
            "Security and Privacy Controls for Information Systems and Organizations",
        ));
    }
    taxonomy
}

fn taxon(framework: &str, control: &str) -> ReportingDescriptor {
    let mut taxon = ReportingDescriptor::builder().id(control).build();
    let title = NIST_800_53_TITLES.iter().find(|(id, _)| *id == control);
    if let Some((_, title)) = title.filter(|_| framework == NIST_800_53) {
        taxon.short_description = Some(described(title));
    }
    taxon
}

fn described(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder()
        .text(rule_text(text))
        .build()
}
