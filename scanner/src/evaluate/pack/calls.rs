//! The functions that a module calls: those that would reach outside the input are refused by name
//! and line, and so are those that there are not.

use regorus::unstable::{BUILTINS, Expr, Module as Ast, Rule as AstRule, Span};

use super::PackError;
use super::library::{Library, Module, static_path};
use super::walk::{self, Node};
use crate::evaluate::catalogue::RuleError;
use crate::evaluate::refused;

/// Refuses what a module must not call.
pub(in crate::evaluate) fn refuse(path: &str, module: &Ast) -> Result<(), RuleError> {
    for (span, called) in of_module(module) {
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
    for (span, path) in of_module(&module.ast) {
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
                "there is no function {name} here; of OPA's, some are not, and the README of the policies names most"
            )));
        }
    }
    Ok(())
}

/// Whether a path leads to a rule of the pack.
pub(super) fn is_own(library: &Library, module: &Module, path: &[String]) -> bool {
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
    let mut found = Vec::new();
    walk::rule(rule, &mut |node| found.extend(called(&node)));
    found.into_iter().map(|(_, path)| full_path(module, &path))
}

fn of_module(module: &Ast) -> Vec<(Span, Vec<String>)> {
    let mut found = Vec::new();
    walk::module(module, &mut |node| found.extend(called(&node)));
    found
}

/// The function that is called, or put in the place of another by `with`.
fn called(node: &Node<'_>) -> Option<(Span, Vec<String>)> {
    match node {
        // What is no path is no function, which regorus says itself.
        Node::Expr(Expr::Call { fcn, span, .. }) => Some((span.clone(), static_path(fcn)?)),
        Node::Expr(_) | Node::Condition(_) | Node::Pattern(_) => None,
        // `with f as g` calls g where f is called, and any path may be one of a function.
        Node::With(modifier) => {
            let path = static_path(&modifier.r#as)?;
            refused::by_name(&path.join("."))?;
            Some((modifier.span.clone(), path))
        }
    }
}
