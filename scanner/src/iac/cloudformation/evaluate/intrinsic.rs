//! Intrinsic functions (AWS CloudFormation Template Reference, "Intrinsic function reference").

use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::syntax::Node;
use super::declaration::known_text;
use super::text::parts_of;
use super::{Evaluation, Scope};
use crate::iac::place::Place;
use crate::iac::value::{Data, Part, Value};

impl Evaluation<'_> {
    /// What a call of a function comes to; `None` is `AWS::NoValue`.
    pub(super) fn intrinsic(
        &self,
        name: &str,
        argument: &Rc<Node>,
        scope: &Scope,
        place: Place,
    ) -> Option<Value> {
        let value = match name {
            "Ref" => {
                let Some(name) = self.name_in(argument, scope) else {
                    return Some(Value::unknown("Ref takes a name", place));
                };
                return self.reference(&name, scope, &place);
            }
            "Fn::If" => match self.chosen(argument, scope, &place) {
                Ok(chosen) => return chosen,
                Err(why) => Err(why),
            },
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                return Some(self.truth_of_call(name, argument, scope, place));
            }
            "Fn::GetAtt" => self.attribute_called(argument, scope, &place),
            "Fn::Sub" => self.substitute_called(argument, scope, &place),
            "Fn::Join" => self.join(argument, scope, &place),
            "Fn::Split" => self.split_called(argument, scope, &place),
            "Fn::Select" => self.select(argument, scope, &place),
            "Fn::FindInMap" => self.find_in_map(argument, scope, &place),
            "Fn::Base64" => self.base64(argument, scope, &place),
            "Fn::Length" => self.length(argument, scope, &place),
            "Fn::ToJsonString" => {
                let value = self.operand(argument, scope);
                Ok(Value::new(Data::json(value), place.clone()))
            }
            "Fn::ImportValue" => {
                let export = self.operand(argument, scope);
                let export = known_text(&export).unwrap_or_else(|| "of another stack".into());
                Err(format!(
                    "export {export} is known only when the stack is made"
                ))
            }
            "Fn::GetAZs" | "Fn::Cidr" => Err("it is known only when the stack is made".to_owned()),
            "Fn::Transform" => Err("a macro makes it".to_owned()),
            _ => Err("there is no such function".to_owned()),
        };
        Some(value.unwrap_or_else(|why| Value::unknown(format!("{name}: {why}"), place)))
    }

    fn truth_of_call(&self, name: &str, argument: &Rc<Node>, scope: &Scope, place: Place) -> Value {
        let data = match self.truth_called(name, argument, scope) {
            Ok(truth) => Data::Bool(truth),
            Err(why) => Data::Unknown(why),
        };
        Value::new(data, place)
    }

    /// `Fn::If`: the value that the condition chooses. Where that is not known, and both are the
    /// same, it is that.
    fn chosen(
        &self,
        argument: &Rc<Node>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Option<Value>, String> {
        let [condition, then, otherwise] = arguments(argument)?;
        let name = self.name_in(condition, scope);
        let name = name.ok_or("its first argument is the name of a condition")?;
        Ok(match self.condition(&scope.stack, &name) {
            Ok(true) => self.evaluate(then, scope),
            Ok(false) => self.evaluate(otherwise, scope),
            Err(why) => {
                let then = self.evaluate(then, scope);
                let otherwise = self.evaluate(otherwise, scope);
                let same = then == otherwise
                    && then
                        .as_ref()
                        .is_none_or(|value| value.why_unknown().is_none());
                if same {
                    then
                } else {
                    Some(Value::new(Data::Unknown(why), place.clone()))
                }
            }
        })
    }

    fn attribute_called(
        &self,
        argument: &Rc<Node>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Value, String> {
        let text = "it takes a resource and an attribute";
        if argument.as_str().is_some() {
            let both = self.name_in(argument, scope).ok_or(text)?;
            let (resource, attribute) = both.split_once('.').ok_or(text)?;
            return Ok(self.attribute(resource, attribute, scope, place));
        }
        let [resource, attribute] = arguments(argument)?;
        let resource = self
            .name_in(resource, scope)
            .ok_or_else(|| "its first argument is the name of a resource".to_owned())?;
        let attribute = self.operand(attribute, scope);
        let attribute = known_text(&attribute).ok_or("its attribute is not known")?;
        Ok(self.attribute(&resource, &attribute, scope, place))
    }

    fn substitute_called(
        &self,
        argument: &Rc<Node>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Value, String> {
        if let Some(text) = argument.as_str() {
            return self.substitute(text, None, scope, place);
        }
        let [text, names] = arguments(argument)?;
        let text = text.as_str().ok_or("its first argument is a text")?;
        self.substitute(text, Some(names), scope, place)
    }

    fn join(&self, argument: &Rc<Node>, scope: &Scope, place: &Place) -> Result<Value, String> {
        let [delimiter, list] = arguments(argument)?;
        let delimiter = delimiter.as_str().ok_or("its delimiter is a text")?;
        let list = self.operand(list, scope);
        if let Some(why) = list.why_unknown() {
            return Ok(Value::new(Data::Unknown(Arc::clone(why)), place.clone()));
        }
        let items = list.items().ok_or_else(|| not_a_list(&list))?;
        let mut parts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                parts.push(Part::Literal(Arc::clone(delimiter)));
            }
            parts.extend(parts_of(item)?);
        }
        Ok(self.joined(parts, place))
    }

    fn split_called(
        &self,
        argument: &Rc<Node>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Value, String> {
        let [delimiter, text] = arguments(argument)?;
        let delimiter = delimiter.as_str().ok_or("its delimiter is a text")?;
        split(delimiter, &self.operand(text, scope), place)
    }

    fn select(&self, argument: &Rc<Node>, scope: &Scope, place: &Place) -> Result<Value, String> {
        let [index, list] = arguments(argument)?;
        let index = known_text(&self.operand(index, scope));
        let index: usize = index
            .and_then(|index| index.parse().ok())
            .ok_or("its index is not a known number")?;
        let list = self.operand(list, scope);
        match &list.data {
            Data::Symbol(symbol) => {
                let element = symbol.element(&index.to_string(), false);
                Ok(Value::new(Data::Symbol(element), place.clone()))
            }
            Data::Unknown(why) => Ok(Value::new(Data::Unknown(Arc::clone(why)), place.clone())),
            _ => {
                let items = list.items().ok_or_else(|| not_a_list(&list))?;
                let count = items.len();
                let item = items.get(index).cloned();
                item.ok_or_else(|| format!("there is no item {index} among {count}"))
            }
        }
    }

    fn find_in_map(
        &self,
        argument: &Rc<Node>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Value, String> {
        let list = argument.as_list().unwrap_or_default();
        let (Some([map, first, second]), rest) = (list.get(..3), list.get(3..)) else {
            return Err("it takes the name of a map and two keys".to_owned());
        };
        let mut keys = Vec::new();
        for key in [map, first, second] {
            let value = self.operand(key, scope);
            match (known_text(&value), value.why_unknown()) {
                (Some(text), _) => keys.push(text),
                (None, Some(why)) => {
                    return Ok(Value::new(Data::Unknown(Arc::clone(why)), place.clone()));
                }
                (None, None) => return Err(format!("the key {:?} is not known", value.data)),
            }
        }
        let mut found = scope.stack.template.top("Mappings");
        for key in &keys {
            found = found.and_then(|node| node.get(key));
        }
        if let Some(node) = found {
            return Ok(self.operand(node, scope));
        }
        let default = rest.and_then(<[_]>::first);
        match default.and_then(|options| options.get("DefaultValue")) {
            Some(default) => Ok(self.operand(default, scope)),
            None => Err(format!("there is no {}", keys.join("."))),
        }
    }

    fn base64(&self, argument: &Rc<Node>, scope: &Scope, place: &Place) -> Result<Value, String> {
        let value = self.operand(argument, scope);
        let text = known_text(&value).ok_or("its text is not known")?;
        let encoded = STANDARD.encode(text.as_bytes());
        Ok(self.joined(vec![Part::Literal(encoded.into())], place))
    }

    fn length(&self, argument: &Rc<Node>, scope: &Scope, place: &Place) -> Result<Value, String> {
        let list = self.operand(argument, scope);
        if let Some(why) = list.why_unknown() {
            return Ok(Value::new(Data::Unknown(Arc::clone(why)), place.clone()));
        }
        let count = list.items().ok_or_else(|| not_a_list(&list))?.len();
        let data = Data::integer(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(Value::new(data, place.clone()))
    }
}

/// The pieces of a text between delimiters. What AWS will tell holds no comma, being an id or an
/// ARN; it may hold any other delimiter.
pub(super) fn split(delimiter: &str, text: &Value, place: &Place) -> Result<Value, String> {
    if let Some(why) = text.why_unknown() {
        return Ok(Value::new(Data::Unknown(Arc::clone(why)), place.clone()));
    }
    if delimiter.is_empty() {
        return Err("its delimiter is empty".to_owned());
    }
    let mut pieces: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts_of(text)? {
        let Part::Literal(literal) = &part else {
            if delimiter != "," {
                return Err(format!("{:?} is not known", text.data));
            }
            pieces
                .last_mut()
                .into_iter()
                .for_each(|piece| piece.push(part.clone()));
            continue;
        };
        for (index, piece) in literal.split(delimiter).enumerate() {
            if index > 0 {
                pieces.push(Vec::new());
            }
            let piece = Part::Literal(piece.into());
            pieces
                .last_mut()
                .into_iter()
                .for_each(|last| last.push(piece.clone()));
        }
    }
    let items = pieces
        .into_iter()
        .map(|parts| Value::new(Data::text(parts), place.clone()));
    Ok(Value::new(Data::list(items.collect()), place.clone()))
}

/// The arguments of a function that takes so many.
fn arguments<const N: usize>(argument: &Node) -> Result<&[Rc<Node>; N], String> {
    let list = argument.as_list().and_then(|list| list.try_into().ok());
    list.ok_or_else(|| format!("it takes a list of {N} arguments"))
}

fn not_a_list(value: &Value) -> String {
    match value.as_symbol() {
        Some(symbol) => format!("the items of {symbol} are known only when the stack is made"),
        None => "it takes a list".to_owned(),
    }
}
