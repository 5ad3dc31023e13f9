//! What is there whatever the input: rules that have a value in any case, and data.

use std::collections::{HashMap, HashSet};

use regorus::unstable::{Expr, Rule as AstRule, RuleBody, RuleHead};

use super::{Follower, Kind, Scope, flatten, variable};
use crate::evaluate::pack::library::{static_path, text_of};

/// How many rules are looked at for one reference.
const MAX_SEEN: usize = 1000;

/// Whether rules have a value in any case, by their paths.
type Seen = HashMap<Vec<String>, bool>;

impl Follower<'_> {
    /// Whether a rule, or a document of the data, is there whatever the input.
    pub(super) fn has_value(&self, path: &[String]) -> bool {
        self.has_value_beside(path, &mut Seen::new())
    }

    /// As [`Self::has_value`]; `seen` is what is known of rules, and of one that is being looked at,
    /// that it has none.
    fn has_value_beside(&self, path: &[String], seen: &mut Seen) -> bool {
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
                path.is_some_and(|path| self.has_value_beside(&path, seen))
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
    pub(super) fn path_below_data(&self, expr: &Expr, scope: &Scope) -> Option<Vec<String>> {
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

    /// Whether a function may have no value of what is there.
    pub(super) fn may_have_no_value(&self, function: &Expr, scope: &Scope) -> bool {
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
