//! Every expression of a parsed module, each after the one that it stands in.

use regorus::unstable::{
    Expr, Literal, Module, Query, Ref, Rule, RuleBody, RuleHead, WithModifier,
};

/// What is met on the way.
pub(super) enum Node<'a> {
    /// What a body asks, or denies; it is shown again as an expression.
    Condition(&'a Expr),
    /// What elements are taken apart by; it is shown again as an expression.
    Pattern(&'a Expr),
    Expr(&'a Expr),
    With(&'a WithModifier),
}

/// Shows everything in a module.
pub(super) fn module<'a>(module: &'a Module, visit: &mut impl FnMut(Node<'a>)) {
    for one in &module.policy {
        rule(one, visit);
    }
}

/// Shows everything in a rule.
pub(super) fn rule<'a>(rule: &'a Rule, visit: &mut impl FnMut(Node<'a>)) {
    match rule {
        Rule::Default { args, value, .. } => {
            all(args, visit);
            expr(value, visit);
        }
        Rule::Spec { head, bodies, .. } => {
            match head {
                RuleHead::Compr { refr, assign, .. } => {
                    expr(refr, visit);
                    all(assign.iter().map(|assign| &assign.value), visit);
                }
                RuleHead::Set { refr, key, .. } => {
                    expr(refr, visit);
                    all(key, visit);
                }
                RuleHead::Func {
                    refr, args, assign, ..
                } => {
                    expr(refr, visit);
                    all(args, visit);
                    all(assign.iter().map(|assign| &assign.value), visit);
                }
            }
            for RuleBody {
                assign, query: one, ..
            } in bodies
            {
                all(assign.iter().map(|assign| &assign.value), visit);
                query(one, visit);
            }
        }
    }
}

fn all<'a>(exprs: impl IntoIterator<Item = &'a Ref<Expr>>, visit: &mut impl FnMut(Node<'a>)) {
    for one in exprs {
        expr(one, visit);
    }
}

/// Shows everything in a body.
pub(super) fn query<'a>(one: &'a Query, visit: &mut impl FnMut(Node<'a>)) {
    for statement in &one.stmts {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn {
                key,
                value,
                collection,
                ..
            } => {
                all(key, visit);
                visit(Node::Pattern(value));
                expr(value, visit);
                expr(collection, visit);
            }
            Literal::Expr { expr: one, .. } | Literal::NotExpr { expr: one, .. } => {
                visit(Node::Condition(one));
                expr(one, visit);
            }
            Literal::Every {
                domain,
                query: inner,
                ..
            } => {
                expr(domain, visit);
                query(inner, visit);
            }
        }
        for modifier in &statement.with_mods {
            visit(Node::With(modifier));
            expr(&modifier.r#as, visit);
        }
    }
}

/// Shows an expression and everything in it.
pub(super) fn expr<'a>(one: &'a Expr, visit: &mut impl FnMut(Node<'a>)) {
    visit(Node::Expr(one));
    if let Expr::Call { fcn, .. } = one {
        expr(fcn, visit);
    }
    for part in parts(one) {
        expr(part, visit);
    }
    match one {
        Expr::ArrayCompr {
            term, query: inner, ..
        }
        | Expr::SetCompr {
            term, query: inner, ..
        } => {
            expr(term, visit);
            query(inner, visit);
        }
        Expr::ObjectCompr {
            key,
            value,
            query: inner,
            ..
        } => {
            expr(key, visit);
            expr(value, visit);
            query(inner, visit);
        }
        _ => {}
    }
}

/// What an expression is put together from, looks into, compares or gives a function; none of a
/// comprehension, whose parts are there once for each element.
pub(super) fn parts(one: &Expr) -> Vec<&Expr> {
    match one {
        Expr::Call { params: all, .. }
        | Expr::Array { items: all, .. }
        | Expr::Set { items: all, .. } => all.iter().map(AsRef::as_ref).collect(),
        Expr::Object { fields, .. } => {
            let pairs = fields.iter().map(|(_, name, value)| [name, value]);
            pairs.flatten().map(AsRef::as_ref).collect()
        }
        Expr::UnaryExpr { expr, .. } | Expr::RefDot { refr: expr, .. } => vec![expr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership {
            key,
            value,
            collection,
            ..
        } => {
            let all = key.iter().chain([value, collection]);
            all.map(AsRef::as_ref).collect()
        }
        Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. }
        | Expr::Var { .. }
        | Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. } => Vec::new(),
    }
}
