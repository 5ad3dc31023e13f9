//! The JSON Schema of the report.

use schemars::generate::SchemaSettings;

use crate::report::Report;

/// The JSON Schema (draft 2020-12) of the report in JSON.
///
/// It asks for what every report of this major version has, and allows members that a later one
/// adds.
pub fn json_schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "zonewarden report, version 1".into());
    schema.to_value()
}
