//! The modules of a pack, parsed: which package defines what, and what a reference leads to.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::unstable::{Expr, Module as Ast, Ref, Rule as AstRule, RuleHead, Span};

use serde_json::Value as Json;

use super::{PackError, Sources};

/// Modules by package.
pub(super) struct Library {
    pub(super) modules: Vec<Module>,
    /// What each package defines, by its path.
    pub(super) packages: BTreeMap<Vec<String>, Package>,
    sources: Arc<Sources>,
}

/// A parsed file.
pub(super) struct Module {
    pub(super) path: String,
    pub(super) package: Vec<String>,
    /// The paths of what is imported, from `data` or `input`, by the name it has here.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    pub(super) ast: Ref<Ast>,
}

/// The rules of a package, by name.
#[derive(Default)]
pub(super) struct Package {
    pub(super) rules: BTreeMap<String, Vec<Definition>>,
}

/// A rule, and the module that it stands in.
#[derive(Clone)]
pub(super) struct Definition {
    pub(super) module: usize,
    pub(super) rule: Ref<AstRule>,
}

/// A step of a reference.
#[derive(Clone, Copy)]
pub(super) enum Index<'a> {
    /// To a member of this name.
    Name(&'a str),
    /// To what this expression says.
    Expr(&'a Expr),
}

impl Library {
    /// What these parsed modules of a pack define.
    pub(super) fn of(asts: &[Ref<Ast>], sources: Arc<Sources>) -> Result<Self, PackError> {
        let mut library = Self {
            modules: Vec::with_capacity(asts.len()),
            packages: BTreeMap::new(),
            sources,
        };
        for ast in asts {
            let module = Module::of(ast.clone())?;
            let at = library.modules.len();
            let package = library.packages.entry(module.package.clone()).or_default();
            for rule in &module.ast.policy {
                let (name, _) = name_of(rule);
                let definition = Definition {
                    module: at,
                    rule: rule.clone(),
                };
                let defined = package.rules.entry(name.to_owned()).or_default();
                defined.push(definition);
            }
            library.modules.push(module);
        }
        Ok(library)
    }

    pub(super) fn definitions(&self, package: &[String], name: &str) -> &[Definition] {
        self.packages
            .get(package)
            .and_then(|package| package.rules.get(name))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether the data beside the packages has something at a path.
    pub(super) fn has_data(&self, path: &[String]) -> bool {
        let found = path
            .iter()
            .try_fold(&self.sources.data, |node, name| node.get(name));
        found.is_some()
    }
}

impl Module {
    fn of(ast: Ref<Ast>) -> Result<Self, PackError> {
        let path = ast.package.span.source.get_path().clone();
        let package = static_path(&ast.package.refr).ok_or_else(|| {
            let line = ast.package.span.line;
            PackError::in_file(&path, line.into(), "the package is no name")
        })?;
        let mut imports = BTreeMap::new();
        for import in &ast.imports {
            let Some(path) = static_path(&import.refr) else {
                continue;
            };
            let alias = import.r#as.as_ref().map(Span::text);
            if let Some(name) = alias.or(path.last().map(String::as_str)) {
                imports.insert(name.to_owned(), path);
            }
        }
        Ok(Self {
            path,
            package,
            imports,
            ast,
        })
    }
}

/// The root of a reference and the steps from it; of anything else, itself.
pub(super) fn flatten(expr: &Expr) -> (&Expr, Vec<Index<'_>>) {
    let mut steps = Vec::new();
    let mut node = expr;
    loop {
        match node {
            Expr::RefDot { refr, field, .. } => {
                steps.push(Index::Name(field.0.text()));
                node = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(match text_of(index) {
                    Some(text) => Index::Name(text),
                    None => Index::Expr(index),
                });
                node = refr;
            }
            _ => break,
        }
    }
    steps.reverse();
    (node, steps)
}

/// The text of a literal string.
pub(super) fn text_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.as_ref())
        }
        _ => None,
    }
}

/// The name of a variable.
pub(super) fn variable(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { span, .. } => Some(span.text()),
        _ => None,
    }
}

/// The names of a reference that holds nothing else.
pub(in crate::evaluate) fn static_path(expr: &Expr) -> Option<Vec<String>> {
    let (root, steps) = flatten(expr);
    let root = variable(root)?;
    let names = steps.iter().map(|step| match step {
        Index::Name(name) => Some(*name),
        Index::Expr(_) => None,
    });
    std::iter::once(Some(root))
        .chain(names)
        .map(|name| name.map(str::to_owned))
        .collect()
}

/// The name under which a package defines a rule, and whether the head goes on after it.
pub(in crate::evaluate) fn name_of(rule: &AstRule) -> (&str, bool) {
    let (root, steps) = flatten(head_of(rule));
    (variable(root).unwrap_or_default(), !steps.is_empty())
}

pub(super) fn head_of(rule: &AstRule) -> &Expr {
    match rule {
        AstRule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        AstRule::Default { refr, .. } => refr,
    }
}

/// A package as a path from `data`.
pub(in crate::evaluate) fn data_path(package: &[String]) -> String {
    let mut path = String::from("data");
    for name in package {
        let is_name = !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match is_name {
            true => path.extend([".", name]),
            false => path.push_str(&format!("[{}]", Json::from(name.as_str()))),
        }
    }
    path
}
