//! Rules of the user's own: every module below the given folders, taken together, as OPA takes a
//! bundle. Each package that finds something is a rule.

pub(super) mod calls;
mod complexity;
pub(super) mod conventions;
mod data;
mod folder;
pub(super) mod library;
mod places;
mod reads;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regorus::Engine;
use serde_json::Value as Json;
use thiserror::Error;
use zonewarden_reports::Severity;

use self::conventions::NOT_APPLICABLE;
pub(in crate::evaluate) use self::folder::Text;
use self::library::Library;
use self::places::Stranger;
use self::reads::{Read, Reads};
use super::catalogue::{
    Judges, Origin, Own, Param, Questions, Reads as Source, Rule, RuleError, Scope,
};
use super::document::Step;
use super::fact_path::{FactPath, Reach};
use super::metadata::{self, Annotated, Custom, Metadata, Resource};
use super::subject::input_schema;

/// What a thread that reads a pack may put on its stack: regorus follows trees by calling itself,
/// and the deepest that is let through fits into this.
const STACK: usize = 256 << 20;

/// The longest id, in bytes.
const MAX_ID: usize = 100;

/// Rules of the user's own.
#[derive(Debug, Clone)]
pub struct Pack {
    pub(super) rules: Vec<Rule>,
}

/// What the rules of a pack are made of.
#[derive(Debug)]
pub(super) struct Sources {
    /// Every module but tests.
    pub(super) modules: Vec<Text>,
    /// The modules that test others.
    pub(super) tests: Vec<Text>,
    /// Files of cases.
    pub(super) cases: Vec<Text>,
    /// What `data` is beside the packages.
    pub(super) data: Json,
}

/// Why a folder of rules cannot be used.
#[derive(Debug, Clone, Error)]
pub enum PackError {
    /// A file or folder cannot be read.
    #[error("{path} {problem}")]
    File {
        /// The file or folder.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A rule cannot be used.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl PackError {
    fn file(path: &Path, problem: impl Into<String>) -> Self {
        Self::File {
            path: path.display().to_string(),
            problem: problem.into(),
        }
    }

    fn at(path: &Path, line: u64, problem: &str) -> Self {
        Self::in_file(&path.display().to_string(), line, problem)
    }

    fn in_file(path: &str, line: u64, problem: &str) -> Self {
        Self::Rule(RuleError {
            path: path.to_owned(),
            line,
            problem: problem.to_owned(),
        })
    }

    /// An error of regorus, whose place is in its text.
    pub(super) fn from_regorus(path: &str, message: &str) -> Self {
        let RuleError {
            path,
            line,
            problem,
        } = super::program::regorus_error(path, message);
        let problem = match problem.contains("`if` keyword is required") {
            true => "this is Rego v0; write `if` before bodies and `contains` in sets, as in `deny contains msg if { … }`, or let `opa fmt --v0-v1 --write` do it".to_owned(),
            false => problem,
        };
        Self::in_file(&path, line, &problem)
    }
}

impl Pack {
    /// Reads the rules below folders.
    ///
    /// # Errors
    /// Where a file cannot be read, is too large, does not parse, or calls what is refused; where
    /// METADATA is wrong, or a rule reads what its scope does not have.
    pub fn read(folders: &[PathBuf]) -> Result<Self, PackError> {
        let files = folder::read(folders)?;
        let reader = std::thread::Builder::new()
            .name("rules".to_owned())
            .stack_size(STACK);
        std::thread::scope(|scope| {
            let reading = reader.spawn_scoped(scope, || Self::of(files));
            match reading.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(pack)) => pack,
                Ok(Err(_)) => Err(PackError::File {
                    path: "the rules".to_owned(),
                    problem: "cannot be read: the Rego engine failed; please report this with them"
                        .to_owned(),
                }),
                Err(error) => Err(PackError::File {
                    path: "the rules".to_owned(),
                    problem: format!("cannot be read: {error}; free some memory"),
                }),
            }
        })
    }

    fn of(files: folder::Files) -> Result<Self, PackError> {
        let library = Library::parse(&files.modules)?;
        for module in &library.modules {
            calls::check(&library, module)?;
            check_imports(&library, module)?;
        }
        let sources = Arc::new(Sources {
            data: data::merged(&files.data)?,
            modules: files.modules,
            tests: files.tests,
            cases: files.cases,
        });
        prepare(&sources)?;
        let mut rules = Vec::new();
        for package in library.packages.keys() {
            rules.extend(rule(&library, package, &sources)?);
        }
        Ok(Self { rules })
    }

    /// Whether there is no rule in it.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Sources {
    /// All that decides what the rules say.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        let modules = self.modules.iter().map(|module| module.text.clone());
        modules.chain([self.data.to_string()])
    }

    /// The folders between the given folder and the module of a path.
    pub(super) fn folder_of(&self, path: &str) -> Option<&[String]> {
        let module = self.modules.iter().find(|module| module.path == path)?;
        Some(&module.folders)
    }

    /// An engine with every module but tests, and the data.
    pub(super) fn engine(&self) -> Result<Engine, PackError> {
        let mut engine = Engine::new();
        engine
            .add_data(regorus::Value::from(self.data.clone()))
            .map_err(|error| PackError::from_regorus("data", &error.to_string()))?;
        for Text { path, text, .. } in &self.modules {
            engine
                .add_policy(path.clone(), text.clone())
                .map_err(|error| PackError::from_regorus(path, &error.to_string()))?;
        }
        Ok(engine)
    }
}

/// What only shows when the modules are put together: names that are not bound, definitions that
/// contradict one another.
fn prepare(sources: &Sources) -> Result<(), PackError> {
    let mut engine = sources.engine()?;
    let first = sources.modules.first().map(|module| module.path.as_str());
    engine
        .eval_query("true".to_owned(), false)
        .map(|_| ())
        .map_err(|error| PackError::from_regorus(first.unwrap_or_default(), &error.to_string()))
}

fn check_imports(library: &Library, module: &library::Module) -> Result<(), PackError> {
    for import in &module.ast.imports {
        let Some(path) = library::static_path(&import.refr) else {
            continue;
        };
        let line = import.span.line.into();
        let told = |problem: String| Err(PackError::in_file(&module.path, line, &problem));
        match path.split_first() {
            Some((root, _)) if root == "input" || root == "rego" || root == "future" => {}
            Some((root, rest)) if root == "data" => {
                let leads_to_package = (0..=rest.len()).any(|length| {
                    rest.get(..length)
                        .is_some_and(|path| library.packages.contains_key(path))
                }) || library
                    .packages
                    .keys()
                    .any(|package| package.starts_with(rest));
                if !leads_to_package && rest.first().is_some_and(|first| first == "zonewarden") {
                    return told(format!(
                        "{} is a part of the rules that ship, which others cannot import; copy it",
                        path.join(".")
                    ));
                }
            }
            _ => {
                return told(format!(
                    "{} cannot be imported; import what begins with data or input",
                    path.join(".")
                ));
            }
        }
    }
    Ok(())
}

/// The rule of a package; none where it finds nothing, and only helps others.
fn rule(
    library: &Library,
    package: &[String],
    sources: &Arc<Sources>,
) -> Result<Option<Rule>, PackError> {
    let texts = sources.modules.as_slice();
    let Some(defined) = library.packages.get(package) else {
        return Ok(None);
    };
    let heads: Vec<String> = defined
        .rules
        .keys()
        .filter(|name| conventions::finds(name))
        .cloned()
        .collect();
    let annotated = annotations(library, package, texts)?;
    let at = |module: usize, line: u64, problem: &str| {
        let path = library
            .modules
            .get(module)
            .map_or("", |module| &module.path);
        PackError::in_file(path, line, problem)
    };
    if heads.is_empty() {
        return match annotated {
            Some((module, annotated)) if annotated.metadata.custom.id.is_some() => Err(at(
                module,
                annotated.heading,
                "the package has an id and finds nothing; write `deny contains … if { … }`",
            )),
            _ => Ok(None),
        };
    }
    for name in &heads {
        for definition in library.definitions(package, name) {
            if let Some(problem) = conventions::problem(name, definition) {
                let line = definition.rule.span().line;
                return Err(at(definition.module, line.into(), &problem));
            }
        }
    }
    if let Some([definition, ..]) = defined.rules.get("exception").map(Vec::as_slice) {
        return Err(at(
            definition.module,
            definition.rule.span().line.into(),
            "conftest's `exception` is not supported; say with `not_applicable if { … }` where the package has nothing to say",
        ));
    }
    let first = heads
        .first()
        .and_then(|head| library.definitions(package, head).first())
        .map_or(0, |definition| definition.module);
    let (module, annotated) = match annotated {
        Some((module, annotated)) => (module, Some(annotated)),
        None => (first, None),
    };
    let Some(text) = texts.get(module) else {
        return Ok(None);
    };
    let heading = annotated.as_ref().map_or(1, |annotated| annotated.heading);
    let metadata = annotated.map_or_else(Metadata::default, |annotated| annotated.metadata);
    let rule = Assembly {
        library,
        package,
        heads,
        text,
        heading,
        sources,
    }
    .rule(metadata)?;
    metadata::check_declared(&rule).map_err(|problem| at(module, heading, &problem))?;
    Ok(Some(rule))
}

/// The METADATA of a package that zonewarden is to heed, and the module that it stands in.
fn annotations(
    library: &Library,
    package: &[String],
    texts: &[Text],
) -> Result<Option<(usize, Annotated)>, PackError> {
    let mut found: Option<(usize, Annotated)> = None;
    let modules = library.modules.iter().zip(texts).enumerate();
    for (at, (_, text)) in modules.filter(|(_, (module, _))| module.package == package) {
        let annotated = metadata::of_package(&text.text)
            .map_err(|(line, problem)| PackError::in_file(&text.path, line, &problem))?;
        let Some(annotated) = annotated else {
            continue;
        };
        if let Some((other, _)) = &found {
            let other = texts.get(*other).map_or("", |text| &text.path);
            let problem = format!("{other} has METADATA of this package, too; keep one of them");
            return Err(PackError::in_file(&text.path, annotated.heading, &problem));
        }
        found = Some((at, annotated));
    }
    Ok(found)
}

/// What a rule is put together from.
struct Assembly<'a> {
    library: &'a Library,
    package: &'a [String],
    heads: Vec<String>,
    /// The module that stands for it.
    text: &'a Text,
    /// The line of its METADATA, from 1.
    heading: u64,
    sources: &'a Arc<Sources>,
}

impl Assembly<'_> {
    fn error(&self, problem: &str) -> PackError {
        PackError::in_file(&self.text.path, self.heading, problem)
    }

    fn rule(self, metadata: Metadata) -> Result<Rule, PackError> {
        let Metadata {
            title,
            description,
            related_resources,
            custom,
            ..
        } = metadata;
        let Custom {
            id,
            severity,
            scope,
            judges,
            partitions,
            reads,
            needs,
            needs_to_pass,
            params,
            controls,
            remediation,
            fix,
            caused_by,
            caused_above,
        } = custom;
        let id = self.id(id)?;
        let only_warns = self.heads.iter().all(|head| conventions::warns(head));
        let scope = scope.unwrap_or(Scope::Zone);
        let found = self.reads(scope, &params)?;
        let severity = severity.unwrap_or(match only_warns {
            true => Severity::Low,
            false => Severity::Medium,
        });
        let applicability = self.library.definitions(self.package, NOT_APPLICABLE);
        let questions = Questions {
            package: library::data_path(self.package),
            judges_applicability: !applicability.is_empty(),
            severity,
            heads: self.heads.clone(),
        };
        Ok(Rule {
            title: title.unwrap_or_else(|| id.clone()),
            description: description.unwrap_or_default(),
            related_resources: related_resources
                .into_iter()
                .map(Resource::address)
                .collect(),
            severity,
            scope,
            judges: judges
                .unwrap_or_else(|| BTreeSet::from([Judges::Live, Judges::Source, Judges::Plan])),
            partitions,
            reads: reads.unwrap_or(found.sources),
            needs_to_apply: match needs {
                Some(_) => Vec::new(),
                None => found.needs_to_apply,
            },
            // What METADATA does not say, the text does.
            needs_to_pass: needs_to_pass.unwrap_or_else(|| match needs {
                Some(_) => found
                    .needs
                    .iter()
                    .cloned()
                    .chain(found.needs_to_pass)
                    .collect(),
                None => found.needs_to_pass,
            }),
            needs: needs.unwrap_or(found.needs),
            params,
            controls,
            remediation: remediation.unwrap_or_default(),
            fix,
            caused_by,
            caused_above,
            package: library::data_path(self.package),
            group: self.group(),
            path: self.text.path.clone(),
            text: self.text.text.clone(),
            origin: Origin::Own { overrides: false },
            own: Some(Own {
                asked: questions,
                sources: self.sources.clone(),
            }),
            left_out: None,
            id,
        })
    }

    /// The id: METADATA's, or that of the package, with a hyphen for all but letters and digits,
    /// and without `zonewarden` before it.
    fn id(&self, declared: Option<String>) -> Result<String, PackError> {
        let id = declared.unwrap_or_else(|| {
            let names = match self.package {
                [first, rest @ ..] if first == "zonewarden" && !rest.is_empty() => rest,
                all => all,
            };
            let plain = |character: char| match character.is_ascii_alphanumeric() {
                true => character,
                false => '-',
            };
            names.join("-").chars().map(plain).collect()
        });
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        match !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(legal) {
            true => Ok(id),
            false => Err(self.error(&format!(
                "{id:?} is no id; give up to {MAX_ID} letters, digits and hyphens as custom.id"
            ))),
        }
    }

    /// The group: the folder in which the folder of the rule stands.
    fn group(&self) -> Option<String> {
        match self.text.folders.as_slice() {
            [.., group, _] => Some(group.clone()),
            _ => None,
        }
    }

    /// What the rule reads, held against what its scope has.
    fn reads(&self, scope: Scope, params: &BTreeMap<String, Param>) -> Result<Found, PackError> {
        let heads = self.heads.iter().map(String::as_str);
        let of_heads = reads::reads_of(self.library, self.package, heads);
        let of_applicability = reads::reads_of(self.library, self.package, [NOT_APPLICABLE]);
        let schema = input_schema(scope);
        for ((place, _), read) in of_heads.iter().chain(&of_applicability) {
            if let Some(stranger) = places::stranger(&schema, place) {
                return Err(self.strange(scope, stranger, read));
            }
            if let [Step::Member(root), Step::Member(name), ..] = place.as_slice()
                && root == "params"
                && !params.contains_key(name)
            {
                let stranger = Stranger {
                    place: place.get(..2).unwrap_or_default(),
                    near: places::near(name, params.keys().cloned()),
                };
                return Err(self.strange(scope, stranger, read));
            }
        }
        Ok(Found::of(scope, of_heads, of_applicability))
    }

    fn strange(&self, scope: Scope, stranger: Stranger<'_>, read: &Read) -> PackError {
        let (module, line) = read.at;
        let module = self.library.modules.get(module);
        let path = module.map_or("", |module| &module.path);
        let place = FactPath::read(stranger.place.to_vec(), Reach::Fact);
        let scope = scope.as_str();
        let remedy = match stranger.near {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!(
                "policies/schemas/{scope}-1.schema.json says what is, and custom.scope in METADATA chooses the scope"
            ),
        };
        let problem = format!("input.{place} is not in the input of scope {scope}; {remedy}");
        PackError::in_file(path, line.into(), &problem)
    }
}

/// What the text of a rule rests on.
struct Found {
    needs_to_apply: Vec<FactPath>,
    needs: Vec<FactPath>,
    needs_to_pass: Vec<FactPath>,
    sources: BTreeSet<Source>,
}

impl Found {
    fn of(scope: Scope, of_heads: Reads, of_applicability: Reads) -> Self {
        let is_fact = |place: &[Step]| match place.first() {
            Some(Step::Member(root)) => root == scope.as_str(),
            _ => true,
        };
        let mut found = Self {
            needs_to_apply: Vec::new(),
            needs: Vec::new(),
            needs_to_pass: Vec::new(),
            sources: BTreeSet::new(),
        };
        let mut sort = |reads: Reads, decisive: &mut Vec<FactPath>, other: &mut Vec<FactPath>| {
            for ((place, reach), read) in reads.into_iter().filter(|((place, _), _)| is_fact(place))
            {
                found.sources.extend(Source::of_place(&place));
                let path = FactPath::read(place, reach);
                match read.decisive {
                    true => decisive.push(path),
                    false => other.push(path),
                }
            }
        };
        sort(
            of_applicability,
            &mut found.needs_to_apply,
            &mut found.needs,
        );
        sort(of_heads, &mut found.needs, &mut found.needs_to_pass);
        found
    }
}
