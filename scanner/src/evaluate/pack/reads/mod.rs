//! Which facts the text of a rule reads, and which of them could make it find something by being
//! absent.
//!
//! The text is followed as it would be evaluated, with places of the input in place of values. What
//! cannot be followed is taken to read everything.

mod negation;
mod presence;
mod scope;

use std::collections::{HashMap, HashSet};

use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Query, Rule as AstRule, RuleBody, RuleHead,
};

use self::negation::asked;
pub(super) use self::negation::{Doubtful, Kind};
use self::scope::{Call, Scope, Term, declare};
pub(super) use self::scope::{Read, Reads};
use super::library::{Definition, Index, Library, flatten, text_of, variable};
use super::walk::{self, Node};
use crate::evaluate::document::Step;
use crate::evaluate::fact_path::Reach;

/// How many expressions of one rule are followed, those of functions at each call.
const MAX_WORK: usize = 200_000;

/// How many calls within one another are followed.
const MAX_DEPTH: usize = 128;

struct Follower<'a> {
    library: &'a Library,
    reads: Reads,
    doubtful: Vec<Doubtful>,
    /// Where what is looked at now stands.
    kind: Kind,
    /// All that was ever doubted, so that nothing is twice.
    doubts: HashSet<Doubtful>,
    /// What the bodies ask for in which an expression stands, as it is written.
    asked: Vec<HashSet<String>>,
    called: HashMap<Call, Term>,
    work: usize,
    depth: usize,
}

/// What these rules of a package read, and what they deny of that which may be absent.
pub(super) fn reads_of<'n>(
    library: &Library,
    package: &[String],
    names: impl IntoIterator<Item = &'n str>,
) -> (Reads, Vec<Doubtful>) {
    let mut follower = Follower {
        library,
        reads: Reads::new(),
        doubtful: Vec::new(),
        kind: Kind::Denied,
        doubts: HashSet::new(),
        asked: Vec::new(),
        called: HashMap::new(),
        work: 0,
        depth: 0,
    };
    for name in names {
        let scope = Scope {
            module: 0,
            names: HashMap::new(),
            decisive: false,
            line: 1,
        };
        let value = follower.rule(package, name, None, true, &scope);
        follower.consume(&value, &scope);
    }
    (follower.reads, follower.doubtful)
}

impl Follower<'_> {
    fn read(&mut self, place: &[Step], reach: Reach, decisive: bool, scope: &Scope) {
        let read = self
            .reads
            .entry((place.to_vec(), reach))
            .or_insert_with(|| Read {
                decisive,
                at: (scope.module, scope.line),
            });
        read.decisive |= decisive;
    }

    /// What cannot be followed may read everything.
    fn everything(&mut self, scope: &Scope) {
        self.read(&[], Reach::Below, true, scope);
    }

    /// It matters that it is there.
    fn touch(&mut self, term: &Term, scope: &Scope) {
        for place in &term.0 {
            self.read(place, Reach::Fact, scope.decisive, scope);
        }
    }

    /// It is looked at as a whole: were a part of it missing, it would be another.
    fn consume(&mut self, term: &Term, scope: &Scope) {
        self.touch(term, scope);
        for place in &term.0 {
            self.read(place, Reach::Below, true, scope);
        }
    }

    /// Something among its elements is looked for.
    fn search(&mut self, term: &Term, scope: &Scope) {
        self.touch(term, scope);
        for place in &term.0 {
            self.read(place, Reach::Members, scope.decisive, scope);
        }
    }

    fn consumed(&mut self, expr: &Expr, scope: &Scope) {
        let term = self.expr(expr, scope);
        self.consume(&term, scope);
    }

    fn query(&mut self, query: &Query, scope: &Scope) -> Scope {
        let mut inner = scope.clone();
        for statement in &query.stmts {
            if let Literal::SomeVars { vars, .. } = &statement.literal {
                let names = vars.iter().map(|span| span.text().to_owned());
                inner
                    .names
                    .extend(names.map(|name| (name, Term::default())));
            }
        }
        // A name may be used before the statement that says what it is.
        for _ in 0..2 {
            for statement in &query.stmts {
                self.bind(statement, scope, &mut inner);
            }
        }
        self.asked.push(asked(query));
        for statement in &query.stmts {
            inner.line = statement.span.line;
            if let Literal::NotExpr { expr, .. } = &statement.literal {
                self.negated(expr, statement, &inner.decisive());
            }
            self.statement(statement, &inner);
        }
        inner
    }

    fn bind(&mut self, statement: &LiteralStmt, outer: &Scope, inner: &mut Scope) {
        inner.line = statement.span.line;
        match &statement.literal {
            Literal::Expr { expr, .. } => {
                let Expr::AssignExpr { op, lhs, rhs, .. } = expr.as_ref() else {
                    return;
                };
                match self.new_name(op, lhs, outer) {
                    Some(name) => {
                        let term = self.expr(rhs, inner);
                        inner.names.insert(name.to_owned(), term);
                    }
                    None => {
                        if *op == AssignOp::Eq
                            && let Some(name) = self.new_name(op, rhs, outer)
                        {
                            let term = self.expr(lhs, inner);
                            inner.names.insert(name.to_owned(), term);
                        } else {
                            declare(lhs, outer, inner);
                            declare(rhs, outer, inner);
                        }
                    }
                }
            }
            Literal::SomeIn {
                key,
                value,
                collection,
                ..
            } => {
                let elements = self.collection(collection, inner).elements();
                if let Some(key) = key {
                    declare(key, outer, inner);
                }
                match variable(value) {
                    Some(name) => {
                        inner.names.insert(name.to_owned(), elements);
                    }
                    None => declare(value, outer, inner),
                }
            }
            _ => {}
        }
    }

    /// The name that an assignment gives, where it does not compare with what has the name already.
    fn new_name<'e>(&self, op: &AssignOp, expr: &'e Expr, outer: &Scope) -> Option<&'e str> {
        let name = variable(expr)?;
        let taken = outer.names.contains_key(name) || self.is_known(name, outer.module);
        (*op == AssignOp::ColEq || !taken).then_some(name)
    }

    /// Whether a module knows a name beside its variables.
    fn is_known(&self, name: &str, module: usize) -> bool {
        let Some(module) = self.library.modules.get(module) else {
            return false;
        };
        matches!(name, "input" | "data")
            || module.imports.contains_key(name)
            || !self.library.definitions(&module.package, name).is_empty()
    }

    fn statement(&mut self, statement: &LiteralStmt, scope: &Scope) {
        for modifier in &statement.with_mods {
            self.consumed(&modifier.r#as, scope);
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn {
                value, collection, ..
            } => {
                let collection = self.collection(collection, scope);
                self.search(&collection, scope);
                if variable(value).is_none() {
                    self.consume(&collection.elements(), scope);
                    self.consumed(value, scope);
                }
            }
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { lhs, rhs, .. } => {
                    let sides = [lhs, rhs].map(|side| self.expr(side, scope));
                    let plain = [lhs, rhs].iter().any(|side| variable(side).is_some());
                    for side in &sides {
                        match plain {
                            true => self.touch(side, scope),
                            false => self.consume(side, scope),
                        }
                    }
                }
                other => {
                    let term = self.expr(other, scope);
                    self.touch(&term, scope);
                }
            },
            Literal::NotExpr { expr, .. } => {
                let scope = scope.decisive();
                let term = self.expr(expr, &scope);
                self.touch(&term, &scope);
            }
            Literal::Every {
                key,
                value,
                domain,
                query,
                ..
            } => {
                // Of what is missing, every element is like this.
                let decisive = scope.decisive();
                let domain = self.expr(domain, &decisive);
                self.search(&domain, &decisive);
                let mut inner = scope.clone();
                if let Some(key) = key {
                    inner.names.insert(key.text().to_owned(), Term::default());
                }
                inner
                    .names
                    .insert(value.text().to_owned(), domain.elements());
                self.query(query, &inner);
                self.asked.pop();
            }
        }
    }

    /// An expression of which elements are looked for.
    fn collection(&mut self, expr: &Expr, scope: &Scope) -> Term {
        self.reference(expr, scope, true)
    }

    fn expr(&mut self, expr: &Expr, scope: &Scope) -> Term {
        self.work += 1;
        if self.work > MAX_WORK {
            self.everything(scope);
            return Term::default();
        }
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                return self.reference(expr, scope, false);
            }
            Expr::Call { fcn, params, .. } => return self.call(fcn, params, scope),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.consumed(item, scope);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, name, value) in fields {
                    self.consumed(name, scope);
                    self.consumed(value, scope);
                }
            }
            // Of what a comprehension did not find, only the number may tell.
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                let inner = self.query(query, &scope.decisive());
                self.consumed(term, &inner);
                self.asked.pop();
            }
            Expr::ObjectCompr {
                key, value, query, ..
            } => {
                let inner = self.query(query, &scope.decisive());
                self.consumed(key, &inner);
                self.consumed(value, &inner);
                self.asked.pop();
            }
            Expr::UnaryExpr { expr, .. } => self.consumed(expr, scope),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.consumed(lhs, scope);
                self.consumed(rhs, scope);
            }
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => {
                if let Some(key) = key {
                    self.consumed(key, scope);
                }
                self.consumed(value, scope);
                let collection = self.collection(collection, scope);
                self.touch(&collection, scope);
                for place in &collection.0 {
                    self.read(place, Reach::Below, scope.decisive, scope);
                }
            }
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
        Term::default()
    }

    /// What a reference leads to. Where `searched`, only what is found in it matters.
    fn reference(&mut self, expr: &Expr, scope: &Scope, searched: bool) -> Term {
        let (root, steps) = flatten(expr);
        let Some(name) = variable(root) else {
            let term = match steps.is_empty() {
                true => return self.expr_unless_reference(root, scope),
                false => self.expr(root, scope),
            };
            return self.follow(term, &steps, scope);
        };
        if let Some(term) = scope.names.get(name) {
            return self.follow(term.clone(), &steps, scope);
        }
        let Some(module) = self.library.modules.get(scope.module) else {
            return Term::default();
        };
        let imported = module.imports.get(name).cloned();
        let package = module.package.clone();
        let path: Vec<Index<'_>> = match (&imported, name) {
            (Some(path), _) => {
                let names = path.iter().map(|name| Index::Name(name));
                names.chain(steps).collect()
            }
            (None, "input" | "data") => std::iter::once(Index::Name(name)).chain(steps).collect(),
            (None, _) if self.library.definitions(&package, name).is_empty() => {
                // A variable that other expressions bind.
                return self.follow(Term::default(), &steps, scope);
            }
            (None, _) => {
                let searched = searched || matches!(steps.first(), Some(Index::Expr(_)));
                let term = self.rule(&package, name, None, searched, scope);
                return self.follow(term, &steps, scope);
            }
        };
        match path.split_first() {
            Some((Index::Name("input"), rest)) => self.follow(Term(vec![Vec::new()]), rest, scope),
            Some((_, rest)) => self.of_data(rest, scope, searched),
            None => Term::default(),
        }
    }

    fn expr_unless_reference(&mut self, expr: &Expr, scope: &Scope) -> Term {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => Term::default(),
            other => self.expr(other, scope),
        }
    }

    /// What a path from `data` leads to: a rule, or a document.
    fn of_data(&mut self, path: &[Index<'_>], scope: &Scope, searched: bool) -> Term {
        let names: Vec<String> = path
            .iter()
            .map_while(|step| match step {
                Index::Name(name) => Some((*name).to_owned()),
                Index::Expr(_) => None,
            })
            .collect();
        for length in (0..names.len()).rev() {
            let Some((package, [name, ..])) = names.split_at_checked(length) else {
                continue;
            };
            if !self.library.definitions(package, name).is_empty() {
                let rest = path.get(length + 1..).unwrap_or_default();
                let searched = searched || matches!(rest.first(), Some(Index::Expr(_)));
                let term = self.rule(package, name, None, searched, scope);
                return self.follow(term, rest, scope);
            }
        }
        // Whole packages, or one that is chosen only then.
        let mut packages = self.library.packages.keys();
        if packages.any(|package| package.starts_with(&names)) {
            self.everything(scope);
        }
        self.follow(Term::default(), path, scope)
    }

    fn follow(&mut self, mut term: Term, steps: &[Index<'_>], scope: &Scope) -> Term {
        for step in steps {
            match step {
                Index::Name(name) => {
                    for place in &mut term.0 {
                        place.push(Step::Member((*name).to_owned()));
                    }
                }
                Index::Expr(index) => {
                    let index = self.expr(index, scope);
                    self.consume(&index, scope);
                    self.search(&term, scope);
                    term = term.elements();
                }
            }
        }
        term
    }

    fn call(
        &mut self,
        function: &Expr,
        params: &[regorus::unstable::Ref<Expr>],
        scope: &Scope,
    ) -> Term {
        if let Some((package, name)) = self.function(function, scope) {
            let arguments: Vec<Term> = (params.iter())
                .map(|param| self.expr(param, scope))
                .collect();
            return self.rule(&package, &name, Some(&arguments), false, scope);
        }
        let path = super::library::static_path(function).unwrap_or_default();
        match (path.join(".").as_str(), params) {
            ("object.get", [object, member, default]) => {
                self.consumed(default, scope);
                let object = self.expr(object, scope);
                let scope = scope.decisive();
                let found = match member.as_ref() {
                    Expr::Array { items, .. } => {
                        let steps: Vec<Index<'_>> = items.iter().map(|item| step(item)).collect();
                        self.follow(object, &steps, &scope)
                    }
                    other => self.follow(object, &[step(other)], &scope),
                };
                self.consume(&found, &scope);
            }
            _ => {
                for param in params {
                    self.consumed(param, scope);
                }
            }
        }
        Term::default()
    }

    /// The function of the pack that a call names.
    fn function(&self, expr: &Expr, scope: &Scope) -> Option<(Vec<String>, String)> {
        let module = self.library.modules.get(scope.module)?;
        let mut path = super::library::static_path(expr)?;
        let root = path.first()?;
        if let Some(imported) = module.imports.get(root) {
            path.splice(..1, imported.iter().cloned());
        } else if root != "data" {
            path.splice(..0, module.package.iter().cloned());
            path.insert(0, "data".to_owned());
        }
        let name = path.pop()?;
        path.remove(0);
        (!self.library.definitions(&path, &name).is_empty()).then_some((path, name))
    }

    /// What a rule, or a call of a function, may be. Where `searched`, only what is found in it
    /// matters, and not what is not.
    fn rule(
        &mut self,
        package: &[String],
        name: &str,
        arguments: Option<&[Term]>,
        searched: bool,
        from: &Scope,
    ) -> Term {
        let definitions = self.library.definitions(package, name);
        let decisive = from.decisive
            || definitions
                .iter()
                .any(|definition| may_hold_by_absence(definition, searched));
        let call = Call {
            package: package.to_vec(),
            name: name.to_owned(),
            arguments: arguments.unwrap_or_default().to_vec(),
            decisive,
        };
        if let Some(known) = self.called.get(&call) {
            return known.clone();
        }
        if self.depth > MAX_DEPTH {
            self.everything(from);
            return Term::default();
        }
        self.depth += 1;
        let of_caller = std::mem::take(&mut self.asked);
        let mut value = Term::default();
        for Definition { module, rule } in definitions {
            let (head, bodies, span) = match rule.as_ref() {
                AstRule::Spec { head, bodies, span } => (head, bodies, span),
                AstRule::Default { value, span, .. } => {
                    let scope = Scope {
                        module: *module,
                        names: HashMap::new(),
                        decisive,
                        line: span.line,
                    };
                    self.consumed(value, &scope);
                    continue;
                }
            };
            let mut scope = Scope {
                module: *module,
                names: HashMap::new(),
                decisive,
                line: span.line,
            };
            if let RuleHead::Func { args, .. } = head {
                for (at, parameter) in args.iter().enumerate() {
                    let given = arguments.and_then(|given| given.get(at)).cloned();
                    let given = given.unwrap_or_default();
                    match variable(parameter) {
                        Some(name) => {
                            scope.names.insert(name.to_owned(), given);
                        }
                        None => {
                            self.consume(&given, &scope);
                            let outer = scope.clone();
                            declare(parameter, &outer, &mut scope);
                        }
                    }
                }
            }
            let values = self.bodies(head, bodies, &scope);
            // Where it is absent, another definition may hold.
            self.touch(&values, &scope);
            value.0.extend(values.0);
        }
        value.0.sort();
        value.0.dedup();
        self.asked = of_caller;
        self.depth -= 1;
        self.called.insert(call, value.clone());
        value
    }

    /// What the bodies of a rule make it.
    fn bodies(&mut self, head: &RuleHead, bodies: &[RuleBody], scope: &Scope) -> Term {
        let mut value = Term::default();
        if bodies.is_empty() {
            value.0.extend(self.value_of(head, None, scope).0);
        }
        for body in bodies {
            let inner = self.query(&body.query, scope);
            let may_be_left_out = iterates(&body.query)
                || (matches!(head, RuleHead::Func { .. }) && followed_by_else(bodies, body));
            if may_be_left_out {
                for one in values_of(head, body) {
                    self.each_turn(one, &inner);
                }
            }
            value.0.extend(self.value_of(head, Some(body), &inner).0);
            self.asked.pop();
        }
        value
    }

    fn value_of(&mut self, head: &RuleHead, body: Option<&RuleBody>, scope: &Scope) -> Term {
        let own = body.and_then(|body| body.assign.as_ref());
        match head {
            RuleHead::Set { refr, key, .. } => {
                let (_, steps) = flatten(refr);
                self.follow(Term::default(), &steps, scope);
                if let Some(key) = key {
                    self.consumed(key, scope);
                }
                Term::default()
            }
            RuleHead::Compr { refr, assign, .. } => {
                let (_, steps) = flatten(refr);
                self.follow(Term::default(), &steps, scope);
                match own.or(assign.as_ref()) {
                    // A member of an object: what the whole of it is cannot be told by places.
                    Some(assign) if !steps.is_empty() => {
                        self.consumed(&assign.value, scope);
                        Term::default()
                    }
                    Some(assign) => self.expr(&assign.value, scope),
                    None => Term::default(),
                }
            }
            RuleHead::Func { assign, .. } => match own.or(assign.as_ref()) {
                Some(assign) => self.expr(&assign.value, scope),
                None => Term::default(),
            },
        }
    }
}

/// Whether a body may hold several times, for one element after another.
fn iterates(body: &Query) -> bool {
    let mut statements = body.stmts.iter();
    let by_some = |statement: &LiteralStmt| {
        matches!(
            statement.literal,
            Literal::SomeIn { .. } | Literal::SomeVars { .. }
        )
    };
    let mut by_index = false;
    walk::query(body, &mut |node| {
        if let Node::Expr(Expr::RefBrack { index, .. }) = node {
            by_index |= variable(index).is_some();
        }
    });
    by_index || statements.any(by_some)
}

/// Whether another body stands after this one for where it gives no value.
fn followed_by_else(bodies: &[RuleBody], body: &RuleBody) -> bool {
    let mut after = bodies
        .iter()
        .skip_while(|other| !std::ptr::eq(*other, body));
    after.nth(1).is_some_and(|next| next.is_else)
}

/// What a head makes of a body that holds.
fn values_of<'a>(head: &'a RuleHead, body: &'a RuleBody) -> Vec<&'a Expr> {
    let own = body.assign.as_ref().map(|assign| assign.value.as_ref());
    match head {
        RuleHead::Set { key, .. } => key.iter().map(AsRef::as_ref).collect(),
        RuleHead::Compr { refr, assign, .. } => {
            let indices = flatten(refr).1.into_iter().filter_map(|step| match step {
                Index::Expr(index) => Some(index),
                Index::Name(_) => None,
            });
            let assigned = assign.as_ref().map(|assign| assign.value.as_ref());
            indices.chain(own.or(assigned)).collect()
        }
        RuleHead::Func { assign, .. } => {
            let assigned = assign.as_ref().map(|assign| assign.value.as_ref());
            own.or(assigned).into_iter().collect()
        }
    }
}

fn step(expr: &Expr) -> Index<'_> {
    match text_of(expr) {
        Some(text) => Index::Name(text),
        None => Index::Expr(expr),
    }
}

/// Whether a rule may hold, or be another, where what it reads is absent.
fn may_hold_by_absence(definition: &Definition, searched: bool) -> bool {
    match definition.rule.as_ref() {
        AstRule::Default { .. } => true,
        AstRule::Spec { head, bodies, .. } => {
            let partial = match head {
                RuleHead::Set { .. } => true,
                RuleHead::Compr { refr, .. } => !flatten(refr).1.is_empty(),
                RuleHead::Func { .. } => false,
            };
            (partial && !searched) || bodies.iter().any(|body| body.is_else)
        }
    }
}
