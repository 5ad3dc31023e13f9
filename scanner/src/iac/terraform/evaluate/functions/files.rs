//! Functions that read files, within the given paths (Terraform documentation, "Filesystem
//! Functions").

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::iac::place::{Place, Source};
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::terraform::evaluate::expression::settle;
use crate::iac::terraform::evaluate::{Evaluated, Evaluation, ROOT, Scope};
use crate::iac::terraform::syntax;
use crate::iac::value::{Data, Value};

impl<'a> Evaluation<'a> {
    /// What a function that concerns files comes to; `None` if it concerns none.
    pub(super) fn file_function(
        &self,
        name: &str,
        values: &[Value],
        place: &Place,
    ) -> Option<Evaluated> {
        if name == "templatestring" {
            return Some(self.template_string(values, place));
        }
        let function = match name {
            "file" | "filebase64" | "fileexists" | "templatefile" | "basename" | "dirname" => name,
            _ => return None,
        };
        let Some(path) = values.first() else {
            return Some(settle(Stop::failure("argument 1 is missing"), place));
        };
        let path = match convert::text(path) {
            Ok(path) => path,
            Err(stop) => return Some(settle(stop, place)),
        };
        Some(match function {
            "basename" => known(Data::string(base_name(&path)), place),
            "dirname" => known(Data::string(directory_name(&path)), place),
            "fileexists" => match self.files.read(&self.resolved(&path)) {
                Ok(_) => known(Data::Bool(true), place),
                Err(problem) => Ok(Value::unknown(problem.to_string(), place.clone())),
            },
            "templatefile" => self.template_file(&path, values.get(1), place),
            _ => self.file(&path, function == "filebase64", place),
        })
    }

    /// Paths are relative to the directory of the root, where Terraform runs.
    fn resolved(&self, path: &str) -> PathBuf {
        self.module(ROOT).node.module.directory.join(path)
    }

    fn file(&self, path: &str, base64: bool, place: &Place) -> Evaluated {
        let source = match self.files.read(&self.resolved(path)) {
            Ok(source) => source,
            Err(problem) => return Ok(Value::unknown(problem.to_string(), place.clone())),
        };
        if !self.budget.bytes(source.text().len()) {
            return Ok(self.out_of_budget(place));
        }
        let text = source.text();
        let data = if base64 {
            Data::string(STANDARD.encode(text))
        } else {
            Data::string(text)
        };
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Ok(Value::new(data, source.place(0, end)))
    }

    fn template_file(&self, path: &str, names: Option<&Value>, place: &Place) -> Evaluated {
        match self.files.read(&self.resolved(path)) {
            Ok(source) => self.rendered(&source, names, place),
            Err(problem) => Ok(Value::unknown(problem.to_string(), place.clone())),
        }
    }

    fn template_string(&self, values: &[Value], place: &Place) -> Evaluated {
        let text = match values.first().map(convert::text) {
            Some(Ok(text)) => text,
            Some(Err(stop)) => return settle(stop, place),
            None => return settle(Stop::failure("argument 1 is missing"), place),
        };
        let source = Source::new(place.file(), text);
        self.rendered(&source, values.get(1), place)
    }

    /// A template in which only the given names mean anything.
    fn rendered(&self, source: &Arc<Source>, names: Option<&Value>, place: &Place) -> Evaluated {
        if !self.budget.bytes(source.text().len()) {
            return Ok(self.out_of_budget(place));
        }
        let template = match syntax::parse_template(source) {
            Ok(template) => template,
            Err(fault) => {
                let at = fault.span.of(source);
                let message = format!("{at} is no template: {}", fault.message);
                return settle(Stop::Failure(message), place);
            }
        };
        let members = match names.map(convert::members) {
            Some(Ok(members)) => members,
            Some(Err(stop)) => return settle(stop, place),
            None => return settle(Stop::failure("argument 2 is missing"), place),
        };
        let mut scope = Scope::of(ROOT, source);
        scope.given = Some(members);
        let value = self.evaluate(&template, &scope)?;
        // What a template comes to is a text, even where it is one sequence alone.
        match convert::parts(&value) {
            Ok(parts) => known(Data::text(parts), place),
            Err(stop) => settle(stop, place),
        }
    }
}

fn known(data: Data, place: &Place) -> Evaluated {
    Ok(Value::new(data, place.clone()))
}

fn base_name(path: &str) -> String {
    let name = Path::new(path).file_name();
    name.map_or_else(
        || ".".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn directory_name(path: &str) -> String {
    match Path::new(path).parent() {
        Some(parent) if parent.as_os_str().is_empty() => ".".to_owned(),
        Some(parent) => parent.to_string_lossy().into_owned(),
        None => path.to_owned(),
    }
}
