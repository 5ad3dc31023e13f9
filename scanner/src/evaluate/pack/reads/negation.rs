//! What may be absent under `not`, or in a head: there OPA and regorus part.
//!
//! OPA takes what a negated expression calls, compares or puts together out of it, and looks for
//! that first: where it is absent, the body ends
//! ([rewriteDynamicTerms](https://github.com/open-policy-agent/opa/blob/main/v1/ast/compile.go)).
//! regorus negates the whole, which then holds. Of a reference alone, and of one on a side of `==`,
//! both say that it does not hold, and `not` does.

use std::collections::HashSet;

use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query};

use super::{Follower, Scope, flatten, variable};
use crate::evaluate::document::Step;
use crate::evaluate::pack::library::Index;
use crate::evaluate::pack::walk::{self, Node};

/// Something that may be absent where the two part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::evaluate::pack) struct Doubtful {
    /// As it is written.
    pub(in crate::evaluate::pack) text: String,
    /// The places of the input that it may be, each with the number of its steps that lead to what a
    /// variable holds, and so are there; none where it is computed, and may be absent for all that is
    /// known.
    pub(in crate::evaluate::pack) places: Vec<(Vec<Step>, usize)>,
    /// The module and the line.
    pub(in crate::evaluate::pack) at: (usize, u32),
    pub(in crate::evaluate::pack) kind: Kind,
}

/// Where something stands that may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::evaluate::pack) enum Kind {
    /// Under `not`.
    Denied,
    /// In the head of a rule of several turns, or before an `else`.
    Head,
}

impl Follower<'_> {
    /// Notes what is doubtful in an expression under `not` in a body.
    pub(super) fn negated(&mut self, expr: &Expr, statement: &LiteralStmt, scope: &Scope) {
        let before = self.doubtful.len();
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
                for side in [lhs, rhs] {
                    match side.as_ref() {
                        Expr::Call { .. } => self.sought(side, scope),
                        side => self.itself(side, scope),
                    }
                }
            }
            expr => self.itself(expr, scope),
        }
        if statement.with_mods.is_empty() {
            self.drop_asked(before);
        } else if let Some(first) = self.doubtful.get_mut(before) {
            // What the schema requires is there as long as it is the input.
            first.places.clear();
        }
    }

    /// Notes what is doubtful in a value that is looked for once for each turn of a body: OPA leaves
    /// out the turn without it, and regorus all of them.
    pub(super) fn each_turn(&mut self, value: &Expr, scope: &Scope) {
        let before = self.doubtful.len();
        self.kind = Kind::Head;
        self.sought(value, scope);
        self.kind = Kind::Denied;
        self.drop_asked(before);
    }

    /// Where a body asks for the same, it does not hold without it.
    fn drop_asked(&mut self, before: usize) {
        let asked = &self.asked;
        let mut at = 0;
        self.doubtful.retain(|doubtful| {
            at += 1;
            at <= before || !asked.iter().any(|asked| asked.contains(&doubtful.text))
        });
    }

    /// An expression that may be absent itself.
    fn itself(&mut self, expr: &Expr, scope: &Scope) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (root, steps) = flatten(expr);
                if variable(root).is_none() {
                    self.sought(root, scope);
                }
                for step in steps {
                    let Index::Expr(index) = step else {
                        continue;
                    };
                    // OPA does not look for an element under `not`.
                    match is_wildcard(index) {
                        true => self.doubt(expr, Vec::new(), scope),
                        false => self.sought(index, scope),
                    }
                }
            }
            // That a function has no value of what is there is what `not` asks.
            Expr::Call { params, .. } => {
                for param in params {
                    self.sought(param, scope);
                }
            }
            _ => self.sought(expr, scope),
        }
    }

    /// An expression that is looked for before `not`.
    fn sought(&mut self, expr: &Expr, scope: &Scope) {
        if let Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } = expr {
            self.itself(expr, scope);
            return self.reference_within(expr, scope);
        }
        if let Expr::Call { fcn, .. } = expr
            && self.may_have_no_value(fcn, scope)
        {
            self.doubt(expr, Vec::new(), scope);
        }
        for part in walk::parts(expr) {
            self.sought(part, scope);
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
            Some(path) if !is_local => {
                if !self.has_value(&path) {
                    self.doubt(expr, Vec::new(), scope);
                }
            }
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

    fn doubt(&mut self, expr: &Expr, places: Vec<(Vec<Step>, usize)>, scope: &Scope) {
        // What is the same in every turn is there in all or none.
        if self.kind == Kind::Head && !mentions_local(expr, scope) {
            return;
        }
        let doubtful = Doubtful {
            text: expr.span().text().to_owned(),
            places,
            at: (scope.module, expr.span().line),
            kind: self.kind,
        };
        if self.doubts.insert(doubtful.clone()) {
            self.doubtful.push(doubtful);
        }
    }
}

/// The references that must have values for a body to hold, as they are written.
pub(super) fn asked(body: &Query) -> HashSet<String> {
    let mut found = HashSet::new();
    for statement in &body.stmts {
        match &statement.literal {
            _ if !statement.with_mods.is_empty() => {}
            Literal::Expr { expr, .. } => ask(expr, &mut found),
            Literal::SomeIn { collection, .. } => ask(collection, &mut found),
            _ => {}
        }
    }
    found.into_iter().map(str::to_owned).collect()
}

fn ask<'e>(expr: &'e Expr, found: &mut HashSet<&'e str>) {
    match expr {
        // It prints what is not there as well.
        Expr::Call { fcn, .. } if variable(fcn) == Some("print") => return,
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. } => {
            found.insert(expr.span().text());
        }
        _ => {}
    }
    for part in walk::parts(expr) {
        ask(part, found);
    }
}

fn is_wildcard(index: &Expr) -> bool {
    variable(index) == Some("_")
}

fn mentions_local(expr: &Expr, scope: &Scope) -> bool {
    let mut found = false;
    walk::expr(expr, &mut |node| {
        if let Node::Expr(Expr::Var { span, .. }) = node {
            found |= scope.names.contains_key(span.text());
        }
    });
    found
}
