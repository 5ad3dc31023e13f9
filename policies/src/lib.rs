//! The rules of zonewarden, as data: Rego, the cases that prove it, and a healthy sample of what each
//! scope's rules are given.
//!
//! A rule is a folder, `<group>/<id>/`; `README.md` says what stands in it. Nothing here reads Rego.

/// A rule as it ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The group of the catalogue, such as `signing`.
    pub group: &'static str,
    /// The rule's name for ever, such as `zone-signed`.
    pub id: &'static str,
    /// Where the Rego stands in the folder of the rules, such as `signing/zone-signed/rule.rego`.
    pub path: &'static str,
    /// The Rego, with its METADATA.
    pub text: &'static str,
    /// The METADATA once more, as JSON, which every run reads sooner than YAML.
    pub metadata: &'static str,
    /// The case files, each as path and YAML text.
    pub cases: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Every rule that ships, by group and id.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// The healthy sample document of each scope, as the scope's name and YAML text.
pub fn samples() -> &'static [(&'static str, &'static str)] {
    SAMPLES
}
