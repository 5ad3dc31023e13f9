//! What the text of a module shows to mean one thing here and another in OPA's own engine.

use std::collections::HashSet;

use regorus::Value;
use regorus::unstable::{ArithOp, AssignOp, BoolOp, Expr, Ref, Rule, RuleHead};

use super::PackError;
use super::calls;
use super::library::{self, Index, Library, Module, flatten, head_of, static_path, variable};
use super::walk::{self, Node};
use crate::evaluate::opa::{self, Argument};

/// Functions of a quotient that leave no last digits to differ in.
const ROUNDING: [&str; 3] = ["ceil", "floor", "round"];

/// Refuses what has two meanings.
pub(super) fn refuse(library: &Library, module: &Module) -> Result<(), PackError> {
    let told = |line: u32, problem: &str| PackError::in_file(&module.path, line.into(), problem);
    for rule in &module.ast.policy {
        if let Some(problem) = of_head(module, rule) {
            return Err(told(head_of(rule).span().line, &problem));
        }
    }
    let mut found = None;
    let mut seen = Seen::default();
    walk::module(&module.ast, &mut |node| match node {
        Node::Condition(expr) => {
            seen.conditions.insert(place(expr));
        }
        Node::Expr(expr) if found.is_none() => {
            seen.rounded
                .extend(quotients_rounded_by(library, module, expr).map(place));
            let problem = of_call(library, module, expr)
                .or_else(|| of_numbers(expr, &seen.rounded))
                .or_else(|| of_form(expr, &seen.conditions));
            found = problem.map(|problem| (expr.span().line, problem));
        }
        Node::Pattern(expr) if found.is_none() && has_object_pattern(expr) => {
            found = Some((expr.span().line, OBJECT_PATTERN.to_owned()));
        }
        Node::Expr(_) | Node::Pattern(_) | Node::With(_) => {}
    });
    match found {
        Some((line, problem)) => Err(told(line, &problem)),
        None => Ok(()),
    }
}

/// Where expressions stand that may be what others may not.
#[derive(Default)]
struct Seen {
    conditions: HashSet<(u32, u32)>,
    rounded: HashSet<(u32, u32)>,
}

fn of_head(module: &Module, rule: &Rule) -> Option<String> {
    let (name, _) = library::name_of(rule);
    if module.imports.contains_key(name) {
        return Some(format!(
            "{name} is imported as well; give the rule another name"
        ));
    }
    let Rule::Spec { head, bodies, .. } = rule else {
        return None;
    };
    match head {
        RuleHead::Set { refr, .. } if !flatten(refr).1.is_empty() => Some(
            "where none of its bodies holds, this is nothing here and an empty object in OPA; write a set".to_owned(),
        ),
        RuleHead::Compr { refr, .. }
            if !bodies.is_empty() && matches!(flatten(refr).1.last(), Some(Index::Name(_))) =>
        {
            Some(
                "where its body does not hold, this is nothing here and an empty object in OPA; write one object, or rules of their own".to_owned(),
            )
        }
        RuleHead::Func { args, .. } => {
            let mut names = HashSet::new();
            let mut plain = args.iter().filter_map(|arg| variable(arg));
            if let Some(twice) = plain.find(|name| *name != "_" && !names.insert(*name)) {
                return Some(format!(
                    "two parameters are named {twice}, which are compared in OPA; name each otherwise"
                ));
            }
            let pattern = args.iter().any(|arg| has_object_pattern(arg));
            pattern.then(|| OBJECT_PATTERN.to_owned())
        }
        _ => None,
    }
}

const OBJECT_PATTERN: &str =
    "an object with more members fits here and not in OPA; look at its members one by one";

/// Whether a pattern takes an object apart.
fn has_object_pattern(expr: &Expr) -> bool {
    match expr {
        Expr::Object { fields, .. } => !fields.is_empty(),
        Expr::Array { items, .. } => items.iter().any(|item| has_object_pattern(item)),
        _ => false,
    }
}

fn of_form(expr: &Expr, conditions: &HashSet<(u32, u32)>) -> Option<String> {
    match expr {
        Expr::Membership { .. } if !conditions.contains(&place(expr)) => Some(
            "`in` as a value is false here and nothing in OPA where something is absent; make it a condition, or a rule of its own".to_owned(),
        ),
        Expr::AssignExpr {
            op: AssignOp::ColEq,
            lhs,
            ..
        } if has_object_pattern(lhs) => Some(OBJECT_PATTERN.to_owned()),
        Expr::AssignExpr {
            op: AssignOp::Eq,
            lhs,
            rhs,
            ..
        } if has_object_pattern(lhs) || has_object_pattern(rhs) => Some(OBJECT_PATTERN.to_owned()),
        _ => None,
    }
}

fn place(expr: &Expr) -> (u32, u32) {
    (expr.span().start, expr.span().end)
}

fn of_call(library: &Library, module: &Module, expr: &Expr) -> Option<String> {
    let Expr::Call { fcn, params, .. } = expr else {
        return None;
    };
    let path = static_path(fcn)?;
    if calls::is_own(library, module, &path) {
        return None;
    }
    let arguments: Vec<Argument<'_>> = params.iter().map(|param| argument(param)).collect();
    opa::otherwise(&path.join("."), &arguments)
}

fn argument(expr: &Expr) -> Argument<'_> {
    match expr {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. }
        | Expr::Null { value, .. } => Argument::Value(value),
        Expr::Array { items, .. } => {
            Argument::Elements(items.iter().map(|item| argument(item)).collect())
        }
        _ => Argument::Unknown,
    }
}

fn of_numbers(expr: &Expr, rounded: &HashSet<(u32, u32)>) -> Option<String> {
    match expr {
        Expr::Number { span, value, .. } => {
            let whole = matches!(value, Value::Number(number) if number.is_integer());
            let written = span.text();
            (whole && written.contains(['.', 'e', 'E']))
                .then(|| format!("OPA writes {written} otherwise; write {value}"))
        }
        Expr::UnaryExpr { expr: of, .. } => (!matches!(of.as_ref(), Expr::Number { .. }))
            .then(|| "- stands before numbers alone here; write 0 - …".to_owned()),
        Expr::ArithExpr {
            op: ArithOp::Div, ..
        } if !rounded.contains(&place(expr)) => Some(
            "the last digits of a quotient are others in OPA; round it, or compare it by <, <=, > or >="
                .to_owned(),
        ),
        Expr::ArithExpr { lhs, rhs, .. } => [lhs, rhs].into_iter().find_map(|side| {
            is_fraction(side).then(|| {
                format!(
                    "the last digits of fractions are others in OPA; reckon with whole numbers instead of {}",
                    side.span().text()
                )
            })
        }),
        _ => None,
    }
}

fn is_fraction(expr: &Expr) -> bool {
    matches!(expr, Expr::Number { value: Value::Number(number), .. } if !number.is_integer())
}

/// The quotients of which an expression looks at no last digits.
fn quotients_rounded_by<'e>(
    library: &Library,
    module: &Module,
    expr: &'e Expr,
) -> impl Iterator<Item = &'e Expr> {
    let looked_at: Vec<&Ref<Expr>> = match expr {
        Expr::Call { fcn, params, .. } => {
            let path = static_path(fcn).unwrap_or_default();
            let rounds = ROUNDING.contains(&path.join(".").as_str());
            match rounds && !calls::is_own(library, module, &path) {
                true => params.iter().collect(),
                false => Vec::new(),
            }
        }
        Expr::BoolExpr {
            op: BoolOp::Lt | BoolOp::Le | BoolOp::Gt | BoolOp::Ge,
            lhs,
            rhs,
            ..
        } if !is_fraction(lhs) && !is_fraction(rhs) => vec![lhs, rhs],
        _ => Vec::new(),
    };
    // What is divided may be a quotient itself.
    looked_at.into_iter().flat_map(|expr| {
        std::iter::successors(Some(expr.as_ref()), |quotient| match quotient {
            Expr::ArithExpr {
                op: ArithOp::Div,
                lhs,
                ..
            } => Some(lhs.as_ref()),
            _ => None,
        })
    })
}
