//! Bodies: arguments and nested blocks, `dynamic` ones among them (Terraform documentation,
//! "dynamic Blocks").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::Stop;
use super::resource::META_ARGUMENTS;
use super::{Evaluation, Names, ResourceInstance, Scope};
use crate::iac::terraform::instance::{Argument, Block, Body};
use crate::iac::terraform::syntax::{self, Expr, ExprKind};
use crate::iac::value::{Data, Value};
use crate::inventory::{Reason, Unknown};

impl<'a> Evaluation<'a> {
    /// The body of a resource instance, without what speaks to Terraform.
    pub(in crate::iac) fn body_of(&self, instance: &ResourceInstance<'a>) -> Body {
        let declared = instance.declared;
        let mut body = Body::default();
        for (name, (source, attribute)) in declared.arguments() {
            if META_ARGUMENTS.contains(&name.as_ref()) {
                continue;
            }
            let scope = Scope::of(instance.module, source).with_each(&instance.each);
            self.argument(name, attribute, &scope, &mut body);
        }
        for (source, block) in declared.blocks() {
            if META_ARGUMENTS.contains(&block.kind.as_ref()) {
                continue;
            }
            let scope = Scope::of(instance.module, source).with_each(&instance.each);
            self.block(block, &scope, &mut body);
        }
        body
    }

    /// What `lifecycle` says of `prevent_destroy`.
    pub(in crate::iac) fn prevent_destroy(&self, instance: &ResourceInstance<'a>) -> Option<Value> {
        let scope = |source| Scope::of(instance.module, source).with_each(&instance.each);
        let blocks = instance.declared.blocks().into_iter();
        let mut blocks = blocks
            .filter(|(_, block)| block.kind.as_ref() == "lifecycle")
            .filter_map(|(source, block)| {
                let set = block.body.attributes.get("prevent_destroy")?;
                Some(self.value(&set.expr, &scope(source)))
            });
        let in_json = || {
            let (source, attribute) = instance.declared.argument("lifecycle")?;
            let set = member_of(&attribute.expr, "prevent_destroy")?;
            Some(self.value(set, &scope(source)))
        };
        blocks.next().or_else(in_json)
    }

    /// The nested blocks of a kind as a list of objects, as an expression sees them.
    pub(super) fn blocks_as_value(
        &self,
        instance: &ResourceInstance<'a>,
        kind: &str,
    ) -> Option<Value> {
        let declared = instance.declared;
        let mut body = Body::default();
        for (source, block) in declared.blocks() {
            let dynamic = block.kind.as_ref() == "dynamic";
            let label = block.labels.first().map(AsRef::as_ref);
            if block.kind.as_ref() == kind || (dynamic && label == Some(kind)) {
                let scope = Scope::of(instance.module, source).with_each(&instance.each);
                self.block(block, &scope, &mut body);
            }
        }
        let first = body.blocks.first()?.header.clone();
        let unknown = body
            .blocks
            .iter()
            .find_map(|block| block.multiplicity.clone());
        let data = match unknown {
            Some(why) => Data::Unknown(why),
            None => Data::list(body.blocks.iter().map(as_value).collect()),
        };
        Some(Value::new(data, first))
    }

    fn body(&self, body: &syntax::Body, scope: &Scope) -> Body {
        let mut evaluated = Body::default();
        for (name, attribute) in &body.attributes {
            self.argument(name, attribute, scope, &mut evaluated);
        }
        for block in &body.blocks {
            self.block(block, scope, &mut evaluated);
        }
        evaluated
    }

    fn argument(
        &self,
        name: &Arc<str>,
        attribute: &syntax::Attribute,
        scope: &Scope,
        into: &mut Body,
    ) {
        if name.as_ref() == "dynamic"
            && let ExprKind::Object(kinds) = &attribute.expr.kind
        {
            for (kind, dynamic) in kinds {
                self.dynamic_in_json(kind, dynamic, scope, into);
            }
            return;
        }
        let argument = Argument {
            value: self.value(&attribute.expr, scope),
            place: scope.place(attribute.span),
        };
        into.arguments.insert(Arc::clone(name), Box::new(argument));
    }

    fn block(&self, block: &syntax::Block, scope: &Scope, into: &mut Body) {
        if block.kind.as_ref() == "dynamic" {
            self.dynamic(block, scope, into);
            return;
        }
        into.blocks.push(Block {
            kind: Arc::clone(&block.kind),
            labels: block.labels.clone(),
            header: scope.place(block.header),
            multiplicity: None,
            body: self.body(&block.body, scope),
        });
    }

    fn dynamic(&self, block: &syntax::Block, scope: &Scope, into: &mut Body) {
        let Some(kind) = block.labels.first() else {
            return;
        };
        let mut contents = block.body.blocks.iter();
        let Some(content) = contents.rfind(|block| block.kind.as_ref() == "content") else {
            return;
        };
        let attributes = &block.body.attributes;
        let iterator = attributes.get("iterator").and_then(|a| a.expr.as_name());
        let for_each = attributes.get("for_each").map(|attribute| &attribute.expr);
        self.each_item(
            for_each,
            iterator.unwrap_or(kind),
            scope,
            &mut |scope, unknown| {
                into.blocks.push(Block {
                    kind: Arc::clone(kind),
                    labels: Box::default(),
                    header: scope.place(block.header),
                    multiplicity: unknown,
                    body: self.body(&content.body, scope),
                });
            },
        );
    }

    /// `"dynamic": {"kind": {"for_each": …, "content": {…}}}`, or a list of such objects.
    fn dynamic_in_json(&self, kind: &Expr, dynamic: &Expr, scope: &Scope, into: &mut Body) {
        let Some(kind) = kind.as_literal() else {
            return;
        };
        let each = match &dynamic.kind {
            ExprKind::Tuple(items) => items,
            _ => std::slice::from_ref(dynamic),
        };
        for dynamic in each {
            let Some(content) = member_of(dynamic, "content") else {
                continue;
            };
            let named = member_of(dynamic, "iterator").and_then(|expr| expr.as_literal());
            let for_each = member_of(dynamic, "for_each");
            self.each_item(
                for_each,
                named.unwrap_or(kind),
                scope,
                &mut |scope, unknown| {
                    let content = self.value(content, scope);
                    let header = scope.place(dynamic.span);
                    let members = content.members().into_iter().flatten();
                    let arguments = members.map(|(name, value)| {
                        let argument = Argument {
                            value: value.clone(),
                            place: value.place.clone(),
                        };
                        (Arc::clone(name), Box::new(argument))
                    });
                    into.blocks.push(Block {
                        kind: Arc::clone(kind),
                        labels: Box::default(),
                        header,
                        multiplicity: unknown,
                        body: Body {
                            arguments: arguments.collect(),
                            blocks: Vec::new(),
                        },
                    });
                },
            );
        }
    }

    /// Calls `make` for each item of `for_each`, which goes by the name of the iterator; or once,
    /// with the reason, where the items are not known.
    fn each_item(
        &self,
        for_each: Option<&Expr>,
        iterator: &Arc<str>,
        scope: &Scope,
        make: &mut dyn FnMut(&Scope, Option<Arc<Unknown>>),
    ) {
        let collection = match for_each {
            Some(expr) => self.value(expr, scope),
            None => return,
        };
        let place = collection.place.clone();
        let mut one = |key: Value, value: Value, unknown| {
            let pair = BTreeMap::from([("key".into(), key), ("value".into(), value)]);
            let names = Names {
                name: iterator,
                value: Value::new(Data::object(pair), place.clone()),
                outer: scope.names,
            };
            make(&scope.with_names(&names), unknown);
        };
        let why = match self.pairs(&collection) {
            Ok(pairs) => {
                for (key, value) in pairs {
                    if self.budget.is_spent() {
                        break;
                    }
                    one(key, value, None);
                }
                return;
            }
            Err(Stop::Unknown(why)) => why,
            Err(Stop::Failure(message)) => {
                Arc::new(Unknown::because(Reason::NotDetermined, message))
            }
        };
        let unknown = Value::new(Data::Unknown(Arc::clone(&why)), place.clone());
        one(unknown.clone(), unknown, Some(why));
    }
}

/// The member of an object expression that has a literal name.
fn member_of<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let ExprKind::Object(members) = &expr.kind else {
        return None;
    };
    let named = |key: &Expr| key.as_literal().is_some_and(|key| key.as_ref() == name);
    let found = members.iter().rev().find(|(key, _)| named(key));
    found.map(|(_, value)| value)
}

/// A block as an object: its arguments, and its nested blocks as lists of objects.
fn as_value(block: &Block) -> Value {
    let arguments = block.body.arguments.iter();
    let mut members: BTreeMap<Arc<str>, Value> = arguments
        .map(|(name, argument)| (Arc::clone(name), argument.value.clone()))
        .collect();
    let mut nested: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for inner in &block.body.blocks {
        let same = nested.entry(Arc::clone(&inner.kind)).or_default();
        same.push(as_value(inner));
    }
    for (kind, blocks) in nested {
        let list = Value::new(Data::list(blocks), block.header.clone());
        members.insert(kind, list);
    }
    Value::new(Data::object(members), block.header.clone())
}
