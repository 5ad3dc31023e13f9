//! The text that the bytes of a file are.

use std::sync::Arc;

use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};

/// How a ZIP archive begins (APPNOTE.TXT, section 4.3.7).
const ARCHIVE: &[u8] = b"PK\x03\x04";

/// The text in UTF-8. A byte order mark is left out.
pub(super) fn source(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Problem> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = match text.strip_prefix('\u{feff}') {
                Some(rest) => rest.to_owned(),
                None => text,
            };
            Ok(Source::new(name, text))
        }
        Err(error) if error.as_bytes().starts_with(ARCHIVE) => {
            let what = "a ZIP archive, as the plan files of Terraform are";
            Err(Problem::of_file(name, ProblemKind::NotAPlan(what)))
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let source = Source::new(name, text.as_ref());
            let at = u32::try_from(valid).unwrap_or(u32::MAX);
            Err(Problem::at(&source.place(at, at), ProblemKind::NotUtf8))
        }
    }
}
