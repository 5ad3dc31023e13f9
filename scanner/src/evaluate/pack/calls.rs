//! The functions that a module calls: those that would reach outside the input are refused by name
//! and line, and so are those that there are not.

use regorus::unstable::{
    BUILTINS, Expr, Literal, Module as Ast, Query, Ref, Rule as AstRule, RuleBody, RuleHead, Span,
};

use super::PackError;
use super::library::{Library, Module, static_path};
use crate::evaluate::catalogue::RuleError;
use crate::evaluate::refused;

/// Refuses what a module must not call.
pub(in crate::evaluate) fn refuse(path: &str, module: &Ast) -> Result<(), RuleError> {
    for (span, called) in Calls::of(module) {
        if let Some(refused) = refused::by_name(&called.join(".")) {
            return Err(RuleError {
                path: path.to_owned(),
                line: span.line.into(),
                problem: refused::told(refused),
            });
        }
    }
    Ok(())
}

/// Refuses what a module of a pack must not call, or cannot.
pub(super) fn check(library: &Library, module: &Module) -> Result<(), PackError> {
    for (span, path) in Calls::of(&module.ast) {
        let name = path.join(".");
        let told = |problem: String| PackError::in_file(&module.path, span.line.into(), &problem);
        if is_own(library, module, &path) {
            continue;
        }
        if let Some(refused) = refused::by_name(&name) {
            return Err(told(refused::told(refused)));
        }
        if !BUILTINS.contains_key(name.as_str()) && name != "print" {
            return Err(told(format!(
                "there is no function {name}; OPA's are there but for those that the README of the policies names"
            )));
        }
    }
    Ok(())
}

/// Whether a path leads to a rule of the pack.
fn is_own(library: &Library, module: &Module, path: &[String]) -> bool {
    full_path(module, path)
        .split_last()
        .is_some_and(|(name, package)| !library.definitions(package, name).is_empty())
}

/// A path in a module, as one below `data`.
fn full_path(module: &Module, path: &[String]) -> Vec<String> {
    let Some((root, rest)) = path.split_first() else {
        return Vec::new();
    };
    match (module.imports.get(root), root.as_str()) {
        (Some(imported), _) => imported.iter().chain(rest).skip(1).cloned().collect(),
        (None, "data") => rest.to_vec(),
        (None, _) => module.package.iter().chain(path).cloned().collect(),
    }
}

/// What a rule of a module calls, as paths below `data`, those of OPA's functions among them.
pub(super) fn of_rule(module: &Module, rule: &AstRule) -> impl Iterator<Item = Vec<String>> {
    let mut calls = Calls::default();
    calls.rule(rule);
    let found = calls.found.into_iter();
    found.map(|(_, path)| full_path(module, &path))
}

/// Every function that is called, or put in the place of another by `with`.
#[derive(Default)]
struct Calls {
    found: Vec<(Span, Vec<String>)>,
}

impl Calls {
    fn of(module: &Ast) -> Vec<(Span, Vec<String>)> {
        let mut calls = Self::default();
        for rule in &module.policy {
            calls.rule(rule);
        }
        calls.found
    }

    fn rule(&mut self, rule: &AstRule) {
        match rule {
            AstRule::Default { args, value, .. } => {
                self.all(args);
                self.expr(value);
            }
            AstRule::Spec { head, bodies, .. } => {
                match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        self.expr(refr);
                        self.all(assign.iter().map(|assign| &assign.value));
                    }
                    RuleHead::Set { refr, key, .. } => {
                        self.expr(refr);
                        self.all(key);
                    }
                    RuleHead::Func {
                        refr, args, assign, ..
                    } => {
                        self.expr(refr);
                        self.all(args);
                        self.all(assign.iter().map(|assign| &assign.value));
                    }
                }
                for RuleBody { assign, query, .. } in bodies {
                    self.all(assign.iter().map(|assign| &assign.value));
                    self.query(query);
                }
            }
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Ref<Expr>>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn {
                    key,
                    value,
                    collection,
                    ..
                } => {
                    self.all(key);
                    self.expr(value);
                    self.expr(collection);
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
                Literal::Every { domain, query, .. } => {
                    self.expr(domain);
                    self.query(query);
                }
            }
            for modifier in &statement.with_mods {
                // `with f as g` calls g where f is called, and any path may be one of a function.
                if let Some(path) = static_path(&modifier.r#as)
                    && refused::by_name(&path.join(".")).is_some()
                {
                    self.found.push((modifier.span.clone(), path));
                }
                self.expr(&modifier.r#as);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Call {
                fcn, params, span, ..
            } => {
                // What is no path is no function, which regorus says itself.
                if let Some(path) = static_path(fcn) {
                    self.found.push((span.clone(), path));
                }
                self.expr(fcn);
                self.all(params);
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => self.all(items),
            Expr::Object { fields, .. } => {
                for (_, name, value) in fields {
                    self.expr(name);
                    self.expr(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term);
                self.query(query);
            }
            Expr::ObjectCompr {
                key, value, query, ..
            } => {
                self.expr(key);
                self.expr(value);
                self.query(query);
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::RefDot { refr, .. } => self.expr(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.expr(refr);
                self.expr(index);
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => {
                self.all(key);
                self.expr(value);
                self.expr(collection);
            }
            Expr::Var { .. }
            | Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
    }
}
