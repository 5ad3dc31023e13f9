//! Findings that the code asks to accept: comments such as
//! `# zonewarden:ignore zone-signed until 2027-01-31 moves to another registrar`.

mod directive;
mod terms;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::iac::place::{Place, Source};
use crate::iac::problem::{Problem, ProblemKind};

pub(in crate::iac) use directive::{Directive, comment_of, is_directive, standing_above};
pub(in crate::iac) use terms::Terms;

/// How many exceptions are read of one file.
const MAX_DIRECTIVES: usize = 1_000;

/// A wish to accept the findings of some rules on a block of Terraform or a resource of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The ids of the rules, as they are written: there may be none of that name.
    pub rules: Vec<String>,
    /// The last day on which it holds; without one it holds for ever.
    pub until: Option<Date>,
    /// Why they are accepted; never empty.
    pub reason: String,
    /// Where it is written.
    pub place: Place,
    /// The whole block or resource that it stands on.
    pub covers: Place,
}

/// The exceptions of several files, and what is wrong with others.
#[derive(Debug, Default)]
pub(in crate::iac) struct Exceptions {
    /// The files that were asked, for one may be part of many roots.
    files: BTreeSet<String>,
    by_place: BTreeMap<(String, u32), Result<Exception, Problem>>,
}

impl Exceptions {
    /// Adds those of a file.
    pub(in crate::iac) fn add(&mut self, source: &Arc<Source>, directives: &[Directive]) {
        if !self.files.insert(source.name().to_owned()) {
            return;
        }
        for (index, directive) in directives.iter().enumerate().take(MAX_DIRECTIVES + 1) {
            let place = directive.span.of(source);
            let read = if index < MAX_DIRECTIVES {
                directive.covered().map_err(str::to_owned)
            } else {
                Err(format!("the file has more than {MAX_DIRECTIVES} of them"))
            };
            let at = (place.file().to_owned(), place.start());
            let exception = match read {
                Ok((terms, covers)) => Ok(Exception {
                    rules: terms.rules.clone(),
                    until: terms.until,
                    reason: terms.reason.clone(),
                    place,
                    covers: covers.of(source),
                }),
                Err(why) => Err(Problem::at(&place, ProblemKind::Exception(why))),
            };
            self.by_place.insert(at, exception);
        }
    }

    /// Adds others.
    pub(in crate::iac) fn extend(&mut self, others: Self) {
        self.files.extend(others.files);
        self.by_place.extend(others.by_place);
    }

    /// All of them in the order of their places, and what is wrong with others.
    pub(in crate::iac) fn finish(self) -> (Vec<Exception>, Vec<Problem>) {
        let (mut found, mut warnings) = (Vec::new(), Vec::new());
        for exception in self.by_place.into_values() {
            match exception {
                Ok(exception) => found.push(exception),
                Err(warning) => warnings.push(warning),
            }
        }
        (found, warnings)
    }
}
