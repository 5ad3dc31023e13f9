//! A rule of the user's own: what METADATA says of its package, and for the rest what its text does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;
use zonewarden_reports::Severity;

use super::conventions::{self, NOT_APPLICABLE};
use super::foundation::Foundation;
use super::library::{self, Library};
use super::places::{self, Stranger};
use super::reads::{self, Doubtful, Kind, Read};
use super::{PackError, Sources, Text};
use crate::evaluate::catalogue::{Head, Judges, Origin, Own, Param, Questions, Rule, Scope};
use crate::evaluate::document::Step;
use crate::evaluate::fact_path::{FactPath, Reach};
use crate::evaluate::metadata::{self, Annotated, Custom, Metadata, Resource};
use crate::evaluate::subject::input_schema;

/// The longest id, in bytes.
const MAX_ID: usize = 100;

/// How much of an expression a message shows, in characters.
const MAX_TEXT: usize = 60;

/// So many lines on which one Rego rule is defined are named.
const MAX_LINES: usize = 8;

/// The schemas of the inputs of scopes, each made once.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<Scope, Json>);

impl Schemas {
    fn of(&mut self, scope: Scope) -> &Json {
        self.0.entry(scope).or_insert_with(|| input_schema(scope))
    }
}

/// The rule of a package; none where it finds nothing, and only helps others.
pub(super) fn rule(
    library: &Library,
    package: &[String],
    sources: &Arc<Sources>,
    schemas: &mut Schemas,
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
    .rule(metadata, schemas)?;
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

    fn rule(self, metadata: Metadata, schemas: &mut Schemas) -> Result<Rule, PackError> {
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
        let found = self.reads(scope, &params, needs.as_deref(), schemas.of(scope))?;
        let severity = severity.unwrap_or(match only_warns {
            true => Severity::Low,
            false => Severity::Medium,
        });
        let applicability = self.library.definitions(self.package, NOT_APPLICABLE);
        let questions = Questions {
            package: library::data_path(self.package),
            not_applicable: (!applicability.is_empty()).then(|| self.head(NOT_APPLICABLE)),
            severity,
            heads: self.heads.iter().map(|name| self.head(name)).collect(),
            has_fix: !fix.is_empty(),
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
            text: self.text.text.clone().into(),
            origin: Origin::Own { overrides: false },
            own: Some(Own {
                asked: questions,
                sources: self.sources.clone(),
            }),
            left_out: None,
            id,
        })
    }

    /// A rule of the package by its name, with the lines of the first file that defines it.
    fn head(&self, name: &str) -> Head {
        let definitions = self.library.definitions(self.package, name);
        let module = definitions.first().map(|first| first.module);
        let lines: Vec<String> = definitions
            .iter()
            .filter(|definition| Some(definition.module) == module)
            .map(|definition| definition.rule.span().line.to_string())
            .take(MAX_LINES)
            .collect();
        let path = module
            .and_then(|module| self.library.modules.get(module))
            .map_or("", |module| &module.path);
        Head {
            name: name.to_owned(),
            place: format!("{path}:{}", lines.join(",")),
        }
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
    fn reads(
        &self,
        scope: Scope,
        params: &BTreeMap<String, Param>,
        needs: Option<&[FactPath]>,
        schema: &Json,
    ) -> Result<Foundation, PackError> {
        let heads = self.heads.iter().map(String::as_str);
        let (of_heads, denied) = reads::reads_of(self.library, self.package, heads);
        let (of_applicability, denied_of_applicability) =
            reads::reads_of(self.library, self.package, [NOT_APPLICABLE]);
        for ((place, _), read) in of_heads.iter().chain(&of_applicability) {
            if let Some(stranger) = places::stranger(schema, place) {
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
        for doubtful in &denied {
            self.certain(doubtful, schema, |place| {
                needs.is_none_or(|needs| needs.iter().any(|need| need.leads_through(place)))
            })?;
        }
        // What `needs` of METADATA names is looked for only when the rule applies.
        for doubtful in &denied_of_applicability {
            self.certain(doubtful, schema, |_| needs.is_none())?;
        }
        Ok(Foundation::of(scope, of_heads, of_applicability))
    }

    /// Refuses what may be absent under `not`, where OPA and regorus part.
    fn certain(
        &self,
        doubtful: &Doubtful,
        schema: &Json,
        is_needed: impl Fn(&[Step]) -> bool,
    ) -> Result<(), PackError> {
        let is_there = |(place, held): &(Vec<Step>, usize)| {
            places::unknowable(schema, place, *held)
                .is_some_and(|unknowable| unknowable.into_iter().all(&is_needed))
        };
        if !doubtful.places.is_empty() && doubtful.places.iter().all(is_there) {
            return Ok(());
        }
        let (module, line) = doubtful.at;
        let module = self.library.modules.get(module);
        let text: String = doubtful.text.chars().take(MAX_TEXT).collect();
        let problem = match doubtful.kind {
            Kind::Denied => format!(
                "{text} may be absent, and then `not` over this holds here and ends the body in OPA; give it a name in the body before, or let `not` stand before a rule of your own"
            ),
            Kind::Head => format!(
                "{text} may be absent, and then every other value is lost here and this one alone in OPA; give it a name in the body"
            ),
        };
        let path = module.map_or("", |module| &module.path);
        Err(PackError::in_file(path, line.into(), &problem))
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
                "`zonewarden rules schema {scope}` prints what is, and custom.scope in METADATA chooses the scope"
            ),
        };
        let problem = format!("input.{place} is not in the input of scope {scope}; {remedy}");
        PackError::in_file(path, line.into(), &problem)
    }
}
