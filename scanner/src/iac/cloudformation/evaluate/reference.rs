//! References: `Ref`, `Fn::GetAtt` and `Fn::Sub` (AWS CloudFormation Template Reference, the pages
//! of these functions, and "Pseudo parameters reference").

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::syntax::Node;
use super::declaration::Section;
use super::text::parts_of;
use super::{Evaluation, Scope};
use crate::iac::place::Place;
use crate::iac::value::{Data, Symbol, Value};

impl Evaluation<'_> {
    /// `Ref`. `None` is `AWS::NoValue`.
    pub(super) fn reference(&self, name: &str, scope: &Scope, place: &Place) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(value) = scope.looped(name) {
            return Some(value.clone());
        }
        if name.starts_with("AWS::") {
            return Some(self.pseudo_parameter(name, scope, place));
        }
        if let Some(value) = self.parameter(&scope.stack, name) {
            return Some(value);
        }
        Some(match self.made(name, scope) {
            Ok(symbol) => Value::new(Data::Symbol(symbol), place.clone()),
            Err(why) => Value::unknown(why, place.clone()),
        })
    }

    /// `Fn::GetAtt`.
    pub(super) fn attribute(
        &self,
        resource: &str,
        attribute: &str,
        scope: &Scope,
        place: &Place,
    ) -> Value {
        let symbol = match self.made(resource, scope) {
            Ok(symbol) => symbol,
            Err(why) => return Value::unknown(why, place.clone()),
        };
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && let Some(stack) = self.nested_stack(resource, scope)
        {
            let output = self.output(&stack, output);
            return output.unwrap_or_else(|| {
                Value::unknown(format!("{resource} has no {attribute}"), place.clone())
            });
        }
        Value::new(Data::Symbol(symbol.member(attribute)), place.clone())
    }

    /// The value of an output of a stack.
    fn output(&self, stack: &Rc<super::Stack>, name: &str) -> Option<Value> {
        let (declared, scope) = self.declared(stack, Section::Outputs, name)?;
        let place = stack.template.place(declared.name_span);
        let circular = || {
            let why = format!("output {name} depends on itself");
            Some(Value::unknown(why, place.clone()))
        };
        let work_out = || {
            let condition = declared
                .node
                .get("Condition")
                .and_then(|node| self.name_in(node, &scope));
            match condition.map(|name| self.condition(stack, &name)) {
                Some(Ok(false)) => return None,
                Some(Err(why)) => return Some(Value::new(Data::Unknown(why), place.clone())),
                Some(Ok(true)) | None => {}
            }
            self.evaluate(declared.node.get("Value")?, &scope)
        };
        self.outputs
            .get((stack.id, name.into()), circular, work_out)
    }

    /// The symbol of a resource of the stack, unless there is none.
    fn made(&self, name: &str, scope: &Scope) -> Result<Symbol, String> {
        let declared = self.declared(&scope.stack, Section::Resources, name);
        let Some((declared, within)) = declared else {
            return Err(format!("{name} is neither a parameter nor a resource"));
        };
        let condition = declared
            .node
            .get("Condition")
            .and_then(|node| self.name_in(node, &within));
        match condition.map(|name| (self.condition(&scope.stack, &name), name)) {
            Some((Ok(false), condition)) => Err(format!(
                "{name} is not made: condition {condition} is false"
            )),
            _ => Ok(Symbol::of(scope.address(name))),
        }
    }

    fn pseudo_parameter(&self, name: &str, scope: &Scope, place: &Place) -> Value {
        let known = match name {
            "AWS::Region" => self.options.region.clone(),
            "AWS::AccountId" => self.options.account.clone(),
            "AWS::Partition" => self.options.partition.clone(),
            "AWS::URLSuffix" => self.options.partition.as_deref().and_then(|partition| {
                let suffix = match partition {
                    "aws" | "aws-us-gov" => "amazonaws.com",
                    "aws-cn" => "amazonaws.com.cn",
                    _ => return None,
                };
                Some(suffix.to_owned())
            }),
            _ => None,
        };
        let data = match (known, name) {
            (Some(text), _) => Data::string(text),
            // Nested stacks live where the outermost does, and are themselves others.
            (None, "AWS::Region" | "AWS::AccountId" | "AWS::Partition" | "AWS::URLSuffix") => {
                Data::Symbol(Symbol::of(name))
            }
            (None, "AWS::StackId" | "AWS::StackName" | "AWS::NotificationARNs") => {
                Data::Symbol(Symbol::of(scope.address(name)))
            }
            (None, _) => Data::unknown(format!("there is no pseudo parameter {name}")),
        };
        Value::new(data, place.clone())
    }

    /// `AWS::Region` and `AWS::AccountId` of a stack.
    pub(super) fn whereabouts(&self, scope: &Scope, place: &Place) -> (Value, Value) {
        let value = |name| self.pseudo_parameter(name, scope, place);
        (value("AWS::Region"), value("AWS::AccountId"))
    }

    /// `Fn::Sub`, with the values that its second argument names.
    pub(super) fn substitute(
        &self,
        text: &Arc<str>,
        names: Option<&Rc<Node>>,
        scope: &Scope,
        place: &Place,
    ) -> Result<Value, String> {
        let mut values: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        if let Some(names) = names {
            let map = names.as_map();
            let map = map.ok_or("its second argument is a map from names to values")?;
            for entry in map.entries() {
                let value = self.evaluate_or_null(&entry.value, scope);
                values.insert(Arc::clone(&entry.name), value);
            }
        }
        let mut parts = Vec::new();
        for piece in pieces(text) {
            if !self.budget.steps(1) {
                return Ok(self.out_of_budget(place));
            }
            match piece {
                Piece::Literal(text) => {
                    parts.extend(self.replace_loops(&text.into(), scope));
                }
                Piece::Name(name) => {
                    let value = match values.get(name) {
                        Some(value) => value.clone(),
                        None => self.named(name, scope, place),
                    };
                    let named = parts_of(&value).map_err(|why| format!("${{{name}}}: {why}"))?;
                    parts.extend(named);
                }
            }
        }
        Ok(self.joined(parts, place))
    }

    fn named(&self, name: &str, scope: &Scope, place: &Place) -> Value {
        match name.split_once('.') {
            Some((resource, attribute)) => self.attribute(resource, attribute, scope, place),
            None => self
                .reference(name, scope, place)
                .unwrap_or_else(|| Value::unknown("AWS::NoValue is no text", place.clone())),
        }
    }
}

/// A piece of the text of `Fn::Sub`.
pub(super) enum Piece<'t> {
    /// Text as it is.
    Literal(&'t str),
    /// `${Name}` or `${Name.Attribute}`.
    Name(&'t str),
}

/// The pieces of the text of `Fn::Sub`; `${!Literal}` is the text `${Literal}`.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("${") {
        let Some((name, after)) = from.split_once('}') else {
            break;
        };
        pieces.push(Piece::Literal(before));
        match name.strip_prefix('!') {
            Some(literal) => {
                pieces.push(Piece::Literal("${"));
                pieces.push(Piece::Literal(literal));
                pieces.push(Piece::Literal("}"));
            }
            None => pieces.push(Piece::Name(name.trim())),
        }
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}
