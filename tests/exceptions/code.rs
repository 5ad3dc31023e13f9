//! What the comments of a file ask to accept.

use std::path::Path;

use zonewarden::iac::exception::Exception;
use zonewarden::iac::files::{Choice, Files};
use zonewarden::iac::problem::Problem;
use zonewarden::iac::{cloudformation, terraform};

pub(crate) struct Asked {
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) warnings: Vec<Problem>,
}

/// Reads a file of that name and text.
pub(crate) fn asked(name: &str, text: &str) -> Asked {
    let mut files = Files::below(&[], Path::new("."), Choice::All)
        .unwrap()
        .files;
    files.hold(name, text.as_bytes().to_vec()).unwrap();
    let is_terraform = name.ends_with(".tf") || name.ends_with(".tf.json");
    let (exceptions, warnings, problems) = if is_terraform {
        let options = terraform::Options {
            libraries: true,
            ..terraform::Options::default()
        };
        let reading = terraform::read(&files, &options);
        (reading.exceptions, reading.warnings, reading.problems)
    } else {
        let options = cloudformation::Options::default();
        let reading = cloudformation::read(&files, &options);
        (reading.exceptions, reading.warnings, reading.problems)
    };
    assert_eq!(problems, [], "{text}");
    Asked {
        exceptions,
        warnings,
    }
}

impl Asked {
    /// The rules of each exception, and the lines from which to which it covers.
    pub(crate) fn covered(&self) -> Vec<(String, u32, u32)> {
        let each = self.exceptions.iter().map(|exception| {
            let region = exception.covers.region();
            (exception.rules.join(","), region.line, region.end_line)
        });
        each.collect()
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.warnings.iter().map(ToString::to_string).collect()
    }
}
