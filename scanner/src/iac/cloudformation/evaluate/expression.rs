//! What a value of a template comes to.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::syntax::{Map, Node, NodeKind};
use super::{Evaluation, Scope};
use crate::iac::place::Place;
use crate::iac::value::{Data, Value};

impl Evaluation<'_> {
    /// What a value comes to. `None` is `AWS::NoValue`: whatever holds it is as if it did not.
    pub(super) fn evaluate(&self, node: &Rc<Node>, scope: &Scope) -> Option<Value> {
        let place = scope.place(node);
        if !self.budget.steps(1) {
            return Some(self.out_of_budget(&place));
        }
        if let Err(why) = self.budget.enter() {
            return Some(Value::unknown(why, place));
        }
        let value = self.evaluate_here(node, scope, place);
        self.budget.leave();
        value
    }

    /// What a value comes to, where `AWS::NoValue` is as good as nothing.
    pub(super) fn evaluate_or_null(&self, node: &Rc<Node>, scope: &Scope) -> Value {
        self.evaluate(node, scope)
            .unwrap_or_else(|| Value::new(Data::Null, scope.place(node)))
    }

    /// What an operand of a function comes to. Going through it is paid for: a reference costs one
    /// step to evaluate, however much it stands for.
    pub(super) fn operand(&self, node: &Rc<Node>, scope: &Scope) -> Value {
        let value = self.evaluate_or_null(node, scope);
        if self.budget.steps(value.weight()) {
            value
        } else {
            self.out_of_budget(&value.place)
        }
    }

    fn evaluate_here(&self, node: &Rc<Node>, scope: &Scope, place: Place) -> Option<Value> {
        if let Some((name, argument)) = node.intrinsic() {
            return self.intrinsic(name, argument, scope, place);
        }
        let data = match &node.kind {
            NodeKind::Null => Data::Null,
            NodeKind::Bool(value) => Data::Bool(*value),
            NodeKind::Number(number) => Data::Number(*number),
            NodeKind::String(text) => return Some(self.text(text, scope, &place)),
            NodeKind::List(items) => {
                let items = items.iter().filter_map(|item| self.evaluate(item, scope));
                Data::list(items.collect())
            }
            NodeKind::Map(map) => self.map(map, scope),
        };
        Some(Value::new(data, place))
    }

    fn map(&self, map: &Map, scope: &Scope) -> Data {
        if map.get("Fn::Transform").is_some() {
            return Data::unknown("a macro makes it");
        }
        let mut members = BTreeMap::new();
        for (name, declared) in self.expand(map, scope) {
            if let Some(why) = declared.unknown {
                return Data::Unknown(why);
            }
            let scope = Scope {
                stack: Rc::clone(&scope.stack),
                loops: declared.loops,
            };
            if let Some(value) = self.evaluate(&declared.node, &scope) {
                members.insert(name, value);
            }
        }
        Data::object(members)
    }
}
