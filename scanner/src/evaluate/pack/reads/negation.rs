//! What stands under `not` and may be absent: there OPA and regorus part.
//!
//! OPA takes what a negated expression calls, compares or puts together out of it, and looks for
//! that first: where it is absent, the body ends
//! ([rewriteDynamicTerms](https://github.com/open-policy-agent/opa/blob/main/v1/ast/compile.go)).
//! regorus negates the whole, which then holds. Of a reference alone, and of one on a side of `==`,
//! both say that it does not hold, and `not` does.

use std::collections::{HashMap, HashSet};

use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, Query, Rule as AstRule, RuleHead};

use super::{Follower, Scope, flatten, variable};
use crate::evaluate::document::Step;
use crate::evaluate::pack::library::{Index, static_path};

/// Something that may be absent where the two part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evaluate::pack) struct Doubtful {
    /// As it is written.
    pub(in crate::evaluate::pack) text: String,
    /// The places of the input that it may be, each with the number of its steps that lead to what a
    /// variable holds, and so are there; none where it is computed, and may be absent for all that is
    /// known.
    pub(in crate::evaluate::pack) places: Vec<(Vec<Step>, usize)>,
    /// The module and the line.
    pub(in crate::evaluate::pack) at: (usize, u32),
}

impl Follower<'_> {
    /// Notes what is doubtful in an expression under `not` in a body.
    pub(super) fn negated(&mut self, expr: &Expr, body: &Query, scope: &Scope) {
        let before = self.doubtful.len();
        self.operands(expr, scope);
        if self.doubtful.len() > before {
            // Where the rest of the body asks for the same, it does not hold without it.
            let asked = asked(body);
            let mut at = 0;
            self.doubtful.retain(|doubtful| {
                at += 1;
                at <= before || !asked.contains(doubtful.text.as_str())
            });
        }
    }

    fn operands(&mut self, expr: &Expr, scope: &Scope) {
        match expr {
            Expr::BoolExpr {
                op: BoolOp::Eq,
                lhs,
                rhs,
                ..
            }
            | Expr::AssignExpr {
                op: AssignOp::Eq,
                lhs,
                rhs,
                ..
            } => {
                self.whole(lhs, scope);
                self.whole(rhs, scope);
            }
            _ => self.whole(expr, scope),
        }
    }

    /// An expression that may be absent itself.
    fn whole(&mut self, expr: &Expr, scope: &Scope) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (root, steps) = flatten(expr);
                if variable(root).is_none() {
                    self.part(root, scope);
                }
                for step in steps {
                    if let Index::Expr(index) = step
                        && !is_wildcard(index)
                    {
                        self.part(index, scope);
                    }
                }
            }
            // That a function has no value of what is there is what `not` asks.
            Expr::Call { params, .. } => {
                for param in params {
                    self.part(param, scope);
                }
            }
            _ => self.part(expr, scope),
        }
    }

    /// An expression that is looked for before `not`.
    fn part(&mut self, expr: &Expr, scope: &Scope) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.whole(expr, scope);
                self.reference_within(expr, scope);
            }
            Expr::Call { fcn, params, .. } => {
                if self.may_have_no_value(fcn, scope) {
                    self.doubt(expr, Vec::new(), scope);
                }
                for param in params {
                    self.part(param, scope);
                }
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.part(item, scope);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, name, value) in fields {
                    self.part(name, scope);
                    self.part(value, scope);
                }
            }
            Expr::UnaryExpr { expr, .. } => self.part(expr, scope),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.part(lhs, scope);
                self.part(rhs, scope);
            }
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => {
                for one in key.iter().chain([value, collection]) {
                    self.part(one, scope);
                }
            }
            // A comprehension is always there.
            Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. }
            | Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
    }

    fn reference_within(&mut self, expr: &Expr, scope: &Scope) {
        let (root, steps) = flatten(expr);
        let Some(name) = variable(root) else {
            // What a call or a literal leads to.
            if !steps.is_empty() {
                self.doubt(expr, Vec::new(), scope);
            }
            return;
        };
        let is_local = scope.names.contains_key(name);
        if steps.is_empty() && (is_local || name == "_") {
            return;
        }
        if steps.iter().any(|step| matches!(step, Index::Expr(_))) {
            self.doubt(expr, Vec::new(), scope);
            return;
        }
        match self.path_below_data(expr, scope) {
            Some(path) if !is_local => self.of_data_within(expr, &path, scope),
            _ => {
                let places = self.expr(expr, scope).0.into_iter().map(|place| {
                    let held = match is_local {
                        true => place.len().saturating_sub(steps.len()),
                        false => 0,
                    };
                    (place, held)
                });
                let places = places.collect();
                self.doubt(expr, places, scope);
            }
        }
    }

    /// A rule, or a document of the data.
    fn of_data_within(&mut self, expr: &Expr, path: &[String], scope: &Scope) {
        let Some((name, package)) = path.split_last() else {
            return self.doubt(expr, Vec::new(), scope);
        };
        let library = self.library;
        let definitions = library.definitions(package, name);
        if definitions.is_empty() {
            if !library.has_data(path) {
                self.doubt(expr, Vec::new(), scope);
            }
            return;
        }
        let given = || definitions.iter().map(|definition| given(&definition.rule));
        if given().any(|given| matches!(given, Given::Always)) {
            return;
        }
        let mut values = given().zip(definitions).filter_map(|(given, definition)| {
            let Given::As(value) = given else {
                return None;
            };
            let scope = Scope {
                module: definition.module,
                names: HashMap::new(),
                ..scope.clone()
            };
            Some((value, scope))
        });
        match values.next() {
            Some((value, scope)) => self.part(value, &scope),
            None => self.doubt(expr, Vec::new(), scope),
        }
    }

    /// The path below `data` of what is no local name; none where it leads into the input.
    fn path_below_data(&self, expr: &Expr, scope: &Scope) -> Option<Vec<String>> {
        let path = static_path(expr)?;
        let module = self.library.modules.get(scope.module)?;
        let (root, rest) = path.split_first()?;
        let full: Vec<String> = match module.imports.get(root) {
            Some(imported) => imported.iter().chain(rest).cloned().collect(),
            None if root == "input" || root == "data" => path,
            None => {
                let package =
                    std::iter::once("data").chain(module.package.iter().map(String::as_str));
                package
                    .map(str::to_owned)
                    .chain(path.iter().cloned())
                    .collect()
            }
        };
        let (root, below) = full.split_first()?;
        (root == "data").then(|| below.to_vec())
    }

    fn may_have_no_value(&self, function: &Expr, scope: &Scope) -> bool {
        let Some((package, name)) = self.function(function, scope) else {
            // Where one of OPA's has no value, that is an error.
            return false;
        };
        let definitions = self.library.definitions(&package, &name);
        !(definitions.iter()).any(|definition| !matches!(given(&definition.rule), Given::Perhaps))
    }

    fn doubt(&mut self, expr: &Expr, places: Vec<(Vec<Step>, usize)>, scope: &Scope) {
        let doubtful = Doubtful {
            text: expr.span().text().to_owned(),
            places,
            at: (scope.module, expr.span().line),
        };
        if !self.doubtful.contains(&doubtful) {
            self.doubtful.push(doubtful);
        }
    }
}

/// The references that must have values for a body to hold, as they are written.
fn asked(body: &Query) -> HashSet<&str> {
    let mut found = HashSet::new();
    for statement in &body.stmts {
        match &statement.literal {
            _ if !statement.with_mods.is_empty() => {}
            Literal::Expr { expr, .. } => ask(expr, &mut found),
            Literal::SomeIn { collection, .. } => ask(collection, &mut found),
            _ => {}
        }
    }
    found
}

fn ask<'e>(expr: &'e Expr, found: &mut HashSet<&'e str>) {
    match expr {
        Expr::RefDot { refr, span, .. } => {
            found.insert(span.text());
            ask(refr, found);
        }
        Expr::RefBrack {
            refr, index, span, ..
        } => {
            found.insert(span.text());
            ask(refr, found);
            ask(index, found);
        }
        Expr::Var { span, .. } => {
            found.insert(span.text());
        }
        Expr::Call { params, span, .. } => {
            found.insert(span.text());
            for param in params {
                ask(param, found);
            }
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            for item in items {
                ask(item, found);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, name, value) in fields {
                ask(name, found);
                ask(value, found);
            }
        }
        Expr::UnaryExpr { expr, .. } => ask(expr, found),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            ask(lhs, found);
            ask(rhs, found);
        }
        Expr::Membership {
            key,
            value,
            collection,
            ..
        } => {
            for one in key.iter().chain([value, collection]) {
                ask(one, found);
            }
        }
        _ => {}
    }
}

fn is_wildcard(index: &Expr) -> bool {
    variable(index) == Some("_")
}

/// What a definition gives its rule, whatever the input.
enum Given<'a> {
    /// Some value: a default, a set or an object.
    Always,
    /// The value of this expression.
    As(&'a Expr),
    /// A value if its body holds.
    Perhaps,
}

fn given(rule: &AstRule) -> Given<'_> {
    match rule {
        AstRule::Default { .. } => Given::Always,
        AstRule::Spec { head, bodies, .. } => match head {
            RuleHead::Set { .. } => Given::Always,
            RuleHead::Compr { refr, .. } if !flatten(refr).1.is_empty() => Given::Always,
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } if bodies.is_empty() => {
                assign
                    .as_ref()
                    .map_or(Given::Always, |assign| Given::As(&assign.value))
            }
            RuleHead::Compr { .. } | RuleHead::Func { .. } => Given::Perhaps,
        },
    }
}
