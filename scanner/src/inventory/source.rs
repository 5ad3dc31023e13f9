//! Where in source code the items of an inventory are declared.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::item::Collection;

/// What of source code was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceScope {
    /// The paths that were given.
    pub paths: Vec<String>,
    /// What can be applied, deployed or carried out by itself.
    pub roots: Vec<SourceRoot>,
    /// The directories of modules that nothing calls, and that were left out.
    pub libraries: Vec<String>,
    /// How many files were read.
    pub files: u64,
    /// The collections of which the code tells nothing, and which may well exist.
    pub open: Vec<Collection>,
}

/// What can be applied, deployed or carried out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRoot {
    /// The directory of a Terraform configuration; the file of a template or plan.
    pub path: String,
    /// What it is written in.
    pub language: Language,
    /// Whether all of it could be read.
    pub whole: bool,
}

/// What a root is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Terraform.
    Terraform,
    /// A plan of Terraform.
    TerraformPlan,
    /// CloudFormation.
    #[serde(rename = "cloudformation")]
    CloudFormation,
}

/// Where an item of the inventory is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The id of the item: the ARN of a zone, a key or an alarm; a KSK has its zone's, a `#` and
    /// its name.
    pub item: String,
    /// The directory of the root, or the file of the template.
    pub root: String,
    /// The address of the resource within the root, or its logical id.
    pub address: String,
    /// The construct that made it, where CDK did.
    pub construct_path: Option<String>,
    /// The header of the block that declares it.
    pub declaration: SourcePlace,
    /// The headers of the module calls or nested stacks that lead to it, the outermost first.
    pub calls: Vec<SourcePlace>,
    /// Where its facts are stated, by their path in the input of a rule, from its item on:
    /// `dnssec`, `metadata.key_spec`.
    pub places: BTreeMap<String, SourcePlace>,
}

/// A stretch of a file. Lines and columns are from 1, columns in Unicode characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SourcePlace {
    /// The file as it is shown.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last.
    pub end_column: u32,
}

/// What source code says of a hosted zone that AWS does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneDeclaration {
    /// Whether what enables signing waits for an active KSK of the zone; null where nothing enables
    /// it.
    pub signing_depends_on_ksk: Fact<Option<bool>>,
    /// What a plan takes away of that on which the signing of the zone rests, while the zone stays.
    #[serde(default)]
    pub withdrawals: Vec<Withdrawal>,
}

/// Something on which the signing of a zone rests, and that a plan takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withdrawal {
    /// The address of the resource.
    pub address: String,
    /// What it is.
    pub what: Withdrawn,
    /// How it is taken away.
    pub how: Removal,
    /// The addresses of the KSKs that are active before and after, with keys that stay.
    pub remaining: Vec<String>,
}

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawn {
    /// The signing of the zone.
    Signing,
    /// A KSK of the zone.
    Ksk,
    /// The KMS key of a KSK of the zone.
    Key,
}

/// How something is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// It is destroyed.
    Destroyed,
    /// It is destroyed and made anew.
    Replaced,
    /// It stays, and is turned off.
    TurnedOff,
}

/// What source code says of a KMS key that AWS does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyDeclaration {
    /// Whether the resource cannot be destroyed by an apply or by its removal from the template:
    /// `prevent_destroy`, or a `DeletionPolicy` that retains it.
    pub kept: Fact<bool>,
    /// How many days lie between the request to delete the key and its deletion.
    pub deletion_window_in_days: Fact<i64>,
}
