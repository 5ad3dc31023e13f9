//! What the text of a module shows to mean one thing here and another in OPA's own engine.

use std::collections::HashSet;

use regorus::Value;
use regorus::unstable::{ArithOp, BoolOp, Expr, Ref};

use super::PackError;
use super::calls;
use super::library::{Library, Module, static_path};
use super::walk::{self, Node};
use crate::evaluate::opa::{self, Argument};

/// Functions of a quotient that leave no last digits to differ in.
const ROUNDING: [&str; 3] = ["ceil", "floor", "round"];

/// Refuses what has two meanings.
pub(super) fn refuse(library: &Library, module: &Module) -> Result<(), PackError> {
    let mut found = None;
    let mut rounded = HashSet::new();
    walk::module(&module.ast, &mut |node| {
        if let Node::Expr(expr) = node
            && found.is_none()
        {
            rounded.extend(quotients_rounded_by(expr).map(place));
            let problem = of_call(library, module, expr).or_else(|| of_numbers(expr, &rounded));
            found = problem.map(|problem| (expr.span().line, problem));
        }
    });
    match found {
        Some((line, problem)) => Err(PackError::in_file(&module.path, line.into(), &problem)),
        None => Ok(()),
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
fn quotients_rounded_by(expr: &Expr) -> impl Iterator<Item = &Expr> {
    let looked_at: Vec<&Ref<Expr>> = match expr {
        Expr::Call { fcn, params, .. } => {
            let name = static_path(fcn).unwrap_or_default().join(".");
            match ROUNDING.contains(&name.as_str()) {
                true => params.iter().collect(),
                false => Vec::new(),
            }
        }
        Expr::BoolExpr {
            op: BoolOp::Lt | BoolOp::Le | BoolOp::Gt | BoolOp::Ge,
            lhs,
            rhs,
            ..
        } => vec![lhs, rhs],
        _ => Vec::new(),
    };
    looked_at.into_iter().map(AsRef::as_ref)
}
