//! The JSON Schemas of the rules' inputs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value as Json;

use super::{
    AccountSubject, AlarmSubject, Environment, KeySubject, KskSubject, OrganizationSubject,
    RegistrationSubject, VpcsSubject, ZoneSubject,
};
use crate::evaluate::Scope;

/// The input of a rule of scope `zone`.
#[derive(Serialize, JsonSchema)]
struct ZoneInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    zone: ZoneSubject,
}

/// The input of a rule of scope `ksk`.
#[derive(Serialize, JsonSchema)]
struct KskInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    ksk: KskSubject,
}

/// The input of a rule of scope `key`.
#[derive(Serialize, JsonSchema)]
struct KeyInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    key: KeySubject,
}

/// The input of a rule of scope `alarm`.
#[derive(Serialize, JsonSchema)]
struct AlarmInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    alarm: AlarmSubject,
}

/// The input of a rule of scope `registration`.
#[derive(Serialize, JsonSchema)]
struct RegistrationInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    registration: RegistrationSubject,
}

/// The input of a rule of scope `vpcs`.
#[derive(Serialize, JsonSchema)]
struct VpcsInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    vpcs: VpcsSubject,
}

/// The input of a rule of scope `account`.
#[derive(Serialize, JsonSchema)]
struct AccountInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    account: AccountSubject,
}

/// The input of a rule of scope `organization`.
#[derive(Serialize, JsonSchema)]
struct OrganizationInput {
    #[serde(flatten)]
    environment: Environment,
    /// The parameters of the rule, always all of them.
    params: BTreeMap<String, Json>,
    organization: OrganizationSubject,
}

/// The JSON Schema (draft 2020-12) of the `input` of the rules of a scope.
///
/// An unknown fact stands in it as `{"$unknown": …}`; Rego sees it as absent.
pub fn input_schema(scope: Scope) -> Json {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let schema = match scope {
        Scope::Zone => generator.into_root_schema_for::<ZoneInput>(),
        Scope::Ksk => generator.into_root_schema_for::<KskInput>(),
        Scope::Key => generator.into_root_schema_for::<KeyInput>(),
        Scope::Alarm => generator.into_root_schema_for::<AlarmInput>(),
        Scope::Registration => generator.into_root_schema_for::<RegistrationInput>(),
        Scope::Vpcs => generator.into_root_schema_for::<VpcsInput>(),
        Scope::Account => generator.into_root_schema_for::<AccountInput>(),
        Scope::Organization => generator.into_root_schema_for::<OrganizationInput>(),
    };
    schema.to_value()
}
