//! `aws_iam_policy_document`, evaluated as the AWS provider documents it ("Data Source:
//! aws_iam_policy_document").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Evaluation, ResourceInstance};
use crate::iac::json;
use crate::iac::place::Place;
use crate::iac::terraform::instance::{Block, Body};
use crate::iac::value::{Data, Part, Value};
use crate::inventory::Unknown;

/// What a policy document has when nothing is said: the version of the policy language.
const VERSION: &str = "2012-10-17";

/// Why there is no document.
type Missing = Arc<Unknown>;

/// A document while it is put together.
#[derive(Default)]
struct Document {
    version: Option<Value>,
    id: Option<Value>,
    statements: Vec<Value>,
}

impl<'a> Evaluation<'a> {
    /// The policy document of a data source, as the JSON text that it is.
    pub(super) fn policy_document(&self, instance: &ResourceInstance<'a>) -> Value {
        let place = instance.declared.place();
        policy_document(&self.body_of(instance), &place)
    }
}

/// The policy document that the arguments of a data source make, as the JSON text that it is.
pub(in crate::iac) fn policy_document(body: &Body, place: &Place) -> Value {
    let data = match document(body, place) {
        Ok(document) => Data::json(document),
        Err(why) => Data::Unknown(why),
    };
    Value::new(data, place.clone())
}

/// Merges the source documents, the statements and the overriding documents, in that order.
fn document(body: &Body, place: &Place) -> Result<Value, Missing> {
    let mut merged = Document::default();
    for name in ["source_json", "source_policy_documents"] {
        for text in texts(body.value(name))? {
            merged.merge(read(&text)?);
        }
    }
    let own = Document {
        version: body.value("version").cloned(),
        id: body.value("policy_id").cloned(),
        statements: body
            .blocks("statement")?
            .iter()
            .map(statement)
            .collect::<Result<_, _>>()?,
    };
    merged.merge(own);
    for name in ["override_json", "override_policy_documents"] {
        for text in texts(body.value(name))? {
            merged.merge(read(&text)?);
        }
    }
    let mut members = BTreeMap::new();
    let version = || Value::new(Data::string(VERSION), place.clone());
    members.insert("Version".into(), merged.version.unwrap_or_else(version));
    if let Some(id) = merged.id {
        members.insert("Id".into(), id);
    }
    if !merged.statements.is_empty() {
        let statements = Value::new(Data::list(merged.statements), place.clone());
        members.insert("Statement".into(), statements);
    }
    Ok(Value::new(Data::object(members), place.clone()))
}

impl Document {
    /// Adds another document: a statement takes the place of the one with its `Sid`.
    fn merge(&mut self, other: Self) {
        let stated = |value: &Value| !value.is_null();
        self.version = other.version.filter(stated).or(self.version.take());
        self.id = other.id.filter(stated).or(self.id.take());
        for statement in other.statements {
            let sid = statement.get("Sid").and_then(Value::as_str);
            let same = sid.filter(|sid| !sid.is_empty()).and_then(|sid| {
                let mut before = self.statements.iter_mut();
                before.find(|before| before.get("Sid").and_then(Value::as_str) == Some(sid))
            });
            match same {
                Some(before) => *before = statement,
                None => self.statements.push(statement),
            }
        }
    }
}

/// The document that a JSON text is; of an empty text an empty one.
fn read(text: &Value) -> Result<Document, Missing> {
    if text.as_str().is_some_and(str::is_empty) {
        return Ok(Document::default());
    }
    let no_policy = |why: &str| unknown(&format!("a policy document at {} {why}", text.place));
    let value = json::decode(text).map_err(|why| no_policy(&format!("is no JSON: {why}")))?;
    if value.members().is_none() {
        return Err(value
            .why_unknown()
            .cloned()
            .unwrap_or_else(|| no_policy("is not known")));
    }
    let statements = match value.get("Statement") {
        None => Vec::new(),
        Some(statements) => match &statements.data {
            Data::Object(_) => vec![statements.clone()],
            Data::List(list) => list.items().to_vec(),
            _ => return Err(no_policy("has statements that are not known")),
        },
    };
    Ok(Document {
        version: value.get("Version").cloned(),
        id: value.get("Id").cloned(),
        statements,
    })
}

fn statement(block: &Block) -> Result<Value, Missing> {
    if let Some(why) = &block.multiplicity {
        return Err(Arc::clone(why));
    }
    let body = &block.body;
    let place = &block.header;
    let mut members: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let stated = |name: &str| body.value(name).filter(|value| !value.is_null());
    if let Some(sid) = stated("sid").filter(|sid| sid.as_str() != Some("")) {
        members.insert("Sid".into(), sid.clone());
    }
    let effect = stated("effect").cloned();
    let allow = || Value::new(Data::string("Allow"), place.clone());
    members.insert("Effect".into(), effect.unwrap_or_else(allow));
    for (argument, name) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let items = texts(stated(argument))?;
        if let Some(first) = items.first() {
            let place = first.place.clone();
            members.insert(name.into(), one_or_many(items, &place));
        }
    }
    for (kind, name) in [
        ("principals", "Principal"),
        ("not_principals", "NotPrincipal"),
    ] {
        let blocks = body.blocks(kind)?;
        if let Some(first) = blocks.first() {
            let place = first.header.clone();
            members.insert(name.into(), principals(&blocks, &place)?);
        }
    }
    let conditions = body.blocks("condition")?;
    if let Some(first) = conditions.first() {
        let place = first.header.clone();
        members.insert("Condition".into(), self::conditions(&conditions, &place)?);
    }
    Ok(Value::new(Data::object(members), place.clone()))
}

/// Principals by type; everyone is `"*"`.
fn principals(blocks: &[Block], place: &Place) -> Result<Value, Missing> {
    let mut by_type: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for block in blocks {
        let kind = known_text(block, "type")?;
        let identifiers = texts(block.body.value("identifiers"))?;
        let everyone = |one: &Value| one.as_str() == Some("*");
        if kind.as_ref() == "*" && identifiers.iter().all(everyone) {
            return Ok(Value::new(Data::string("*"), place.clone()));
        }
        by_type.entry(kind).or_default().extend(identifiers);
    }
    let members = by_type.into_iter();
    let members = members.map(|(kind, items)| (kind, one_or_many(items, place)));
    Ok(Value::new(Data::object(members.collect()), place.clone()))
}

/// Values by operator and key.
fn conditions(blocks: &[Block], place: &Place) -> Result<Value, Missing> {
    let mut by_test: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<Value>>> = BTreeMap::new();
    for block in blocks {
        let test = known_text(block, "test")?;
        let variable = known_text(block, "variable")?;
        let values = texts(block.body.value("values"))?;
        let keys = by_test.entry(test).or_default();
        keys.entry(variable).or_default().extend(values);
    }
    let tests = by_test.into_iter().map(|(test, keys)| {
        let keys = keys.into_iter();
        let keys = keys.map(|(key, values)| (key, one_or_many(values, place)));
        (
            test,
            Value::new(Data::object(keys.collect()), place.clone()),
        )
    });
    Ok(Value::new(Data::object(tests.collect()), place.clone()))
}

/// A text that decides what the statement means, and so must be known.
fn known_text(block: &Block, name: &str) -> Result<Arc<str>, Missing> {
    if let Some(why) = &block.multiplicity {
        return Err(Arc::clone(why));
    }
    let value = block.body.value(name);
    match value.map(|value| &value.data) {
        Some(Data::String(text)) => Ok(Arc::clone(text)),
        Some(Data::Unknown(why)) => Err(Arc::clone(why)),
        _ => Err(unknown(&format!(
            "`{name}` of the policy document is not known"
        ))),
    }
}

/// One item by itself, several as a list.
fn one_or_many(mut items: Vec<Value>, place: &Place) -> Value {
    match (items.len(), items.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            items.extend(last);
            Value::new(Data::list(items), place.clone())
        }
    }
}

/// The texts of an argument that takes a list, with `&{…}` as IAM's `${…}`.
fn texts(value: Option<&Value>) -> Result<Vec<Value>, Missing> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    match &value.data {
        Data::List(list) | Data::Set(list) => Ok(list.items().iter().map(variables).collect()),
        Data::Unknown(why) => Err(Arc::clone(why)),
        Data::String(_) | Data::Json(_) | Data::Text(_) => Ok(vec![variables(value)]),
        other => Err(unknown(&format!("the policy document holds {other:?}"))),
    }
}

/// Policy variables, which the document writes `&{…}` so that Terraform leaves them alone.
fn variables(value: &Value) -> Value {
    let plain = |text: &str| text.replace("&{", "${");
    let data = match &value.data {
        Data::String(text) if text.contains("&{") => Data::string(plain(text)),
        Data::Text(parts) => Data::text(parts.iter().map(|part| match part {
            Part::Literal(text) => Part::Literal(plain(text).into()),
            other => other.clone(),
        })),
        other => other.clone(),
    };
    Value::new(data, value.place.clone())
}

fn unknown(detail: &str) -> Missing {
    let reason = crate::inventory::Reason::NotDetermined;
    Arc::new(Unknown::because(reason, detail))
}
