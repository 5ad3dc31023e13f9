//! What may be absent under `not`, or in a head: there OPA and regorus part.
//!
//! OPA takes what a negated expression calls, compares or puts together out of it, and looks for
//! that first: where it is absent, the body ends
//! ([rewriteDynamicTerms](https://github.com/open-policy-agent/opa/blob/main/v1/ast/compile.go)).
//! regorus negates the whole, which then holds. Of a reference alone, and of one on a side of `==`,
//! both say that it does not hold, and `not` does.

use std::collections::{HashMap, HashSet};

use regorus::unstable::{
    AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Rule as AstRule, RuleBody, RuleHead,
};

use super::{Follower, Scope, flatten, variable};
use crate::evaluate::document::Step;
use crate::evaluate::pack::library::{Index, static_path, text_of};
use crate::evaluate::pack::walk::{self, Node};

/// How many rules are looked at for one reference.
const MAX_SEEN: usize = 1000;

/// Whether rules have a value in any case, by their paths.
type Seen = HashMap<Vec<String>, bool>;

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
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.itself(expr, scope);
                self.reference_within(expr, scope);
            }
            Expr::Call { fcn, params, .. } => {
                if self.may_have_no_value(fcn, scope) {
                    self.doubt(expr, Vec::new(), scope);
                }
                for param in params {
                    self.sought(param, scope);
                }
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.sought(item, scope);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, name, value) in fields {
                    self.sought(name, scope);
                    self.sought(value, scope);
                }
            }
            Expr::UnaryExpr { expr, .. } => self.sought(expr, scope),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.sought(lhs, scope);
                self.sought(rhs, scope);
            }
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => {
                for one in key.iter().chain([value, collection]) {
                    self.sought(one, scope);
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
            Some(path) if !is_local => {
                if !self.has_value(&path, &mut Seen::new()) {
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

    /// Whether a rule, or a document of the data, is there whatever the input; `seen` is what is known
    /// of rules, and that of one that is being looked at it is not.
    fn has_value(&self, path: &[String], seen: &mut Seen) -> bool {
        let Some((name, package)) = path.split_last() else {
            return false;
        };
        let definitions = self.library.definitions(package, name);
        if definitions.is_empty() {
            return self.library.has_data(path) || self.is_member_of_object(package, name);
        }
        if let Some(known) = seen.get(path) {
            return *known;
        }
        if seen.len() > MAX_SEEN {
            return false;
        }
        seen.insert(path.to_vec(), false);
        let has_value = definitions
            .iter()
            .any(|definition| match outcome(&definition.rule) {
                Outcome::Always => true,
                Outcome::As(value) => self.is_made_of_values(value, definition.module, seen),
                Outcome::Perhaps => false,
            });
        seen.insert(path.to_vec(), has_value);
        has_value
    }

    /// Whether a rule is an object in the text, with a member of this name.
    fn is_member_of_object(&self, path: &[String], name: &str) -> bool {
        let Some((rule, package)) = path.split_last() else {
            return false;
        };
        let [definition] = self.library.definitions(package, rule) else {
            return false;
        };
        let Outcome::As(Expr::Object { fields, .. }) = outcome(&definition.rule) else {
            return false;
        };
        let mut names = fields.iter().map(|(_, name, _)| text_of(name));
        names.any(|member| member == Some(name))
            && fields.iter().all(|(_, _, value)| is_literal(value))
    }

    /// Whether an expression of a rule without a body is there whatever the input.
    fn is_made_of_values(&self, expr: &Expr, module: usize, seen: &mut Seen) -> bool {
        match expr {
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                let mut items = items.iter();
                items.all(|item| self.is_made_of_values(item, module, seen))
            }
            Expr::Object { fields, .. } => fields.iter().all(|(_, name, value)| {
                self.is_made_of_values(name, module, seen)
                    && self.is_made_of_values(value, module, seen)
            }),
            Expr::Var { .. } | Expr::RefDot { .. } => {
                let scope = Scope {
                    module,
                    names: HashMap::new(),
                    decisive: false,
                    line: 1,
                };
                if is_parameter(expr) {
                    return true;
                }
                let path = self.path_below_data(expr, &scope);
                path.is_some_and(|path| self.has_value(&path, seen))
            }
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => true,
            Expr::ArithExpr { lhs, rhs, .. } => {
                self.is_made_of_values(lhs, module, seen)
                    && self.is_made_of_values(rhs, module, seen)
            }
            other => is_literal(other),
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
            // Where another of OPA's has no value, that is an error.
            let path = static_path(function).unwrap_or_default();
            return matches!(path.join(".").as_str(), "max" | "min");
        };
        let definitions = self.library.definitions(&package, &name);
        if self.kind == Kind::Head {
            // Several definitions are commonly one for each case that there is.
            return matches!(definitions, [only] if matches!(outcome(&only.rule), Outcome::Perhaps));
        }
        !(definitions.iter()).any(|definition| match outcome(&definition.rule) {
            Outcome::Always => true,
            Outcome::As(value) => takes_anything(&definition.rule) && is_literal(value),
            Outcome::Perhaps => false,
        })
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
        Expr::Call {
            fcn, params, span, ..
        } if variable(fcn) != Some("print") => {
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
enum Outcome<'a> {
    /// Some value: a default, a set or an object.
    Always,
    /// The value of this expression.
    As(&'a Expr),
    /// A value if its body holds.
    Perhaps,
}

fn outcome(rule: &AstRule) -> Outcome<'_> {
    match rule {
        AstRule::Default { .. } => Outcome::Always,
        AstRule::Spec { head, bodies, .. } => match head {
            RuleHead::Set { .. } => Outcome::Always,
            RuleHead::Compr { refr, .. } if !flatten(refr).1.is_empty() => Outcome::Always,
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
                match last_resort(bodies) {
                    Some(last) => {
                        let own = last
                            .and_then(|last| last.assign.as_ref())
                            .or(assign.as_ref());
                        own.map_or(Outcome::Always, |assign| Outcome::As(&assign.value))
                    }
                    None => Outcome::Perhaps,
                }
            }
        },
    }
}

/// The body that holds in any case: the head alone, or an `else` without conditions.
fn last_resort(bodies: &[RuleBody]) -> Option<Option<&RuleBody>> {
    match bodies.last() {
        None => Some(None),
        Some(last) if last.is_else && last.query.stmts.is_empty() => Some(Some(last)),
        Some(_) => None,
    }
}

/// Whether a function takes whatever it is given.
fn takes_anything(rule: &AstRule) -> bool {
    match rule {
        AstRule::Spec {
            head: RuleHead::Func { args, .. },
            ..
        } => {
            let names: HashSet<&str> = args.iter().filter_map(|arg| variable(arg)).collect();
            names.len() == args.len()
        }
        _ => true,
    }
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

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
    )
}

/// Whether an expression is a parameter of METADATA, which has a default.
fn is_parameter(expr: &Expr) -> bool {
    static_path(expr).is_some_and(|path| {
        matches!(path.as_slice(), [input, params, _] if input == "input" && params == "params")
    })
}
