//! A report rendered, and compared with a file that a person has read.

use std::path::Path;
use std::{env, fs};

use zonewarden_reports::{Format, Options, Report, write};

pub(crate) fn bytes(report: &Report, format: Format, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    write(report, format, options, &mut out).unwrap();
    out
}

pub(crate) fn text(report: &Report, format: Format, options: &Options) -> String {
    String::from_utf8(bytes(report, format, options)).unwrap()
}

/// Compares a document with the file of that name, relative to the crate. `UPDATE_EXPECTED=1`
/// writes the file instead.
pub(crate) fn assert_is_file(document: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, document).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let first = (expected.lines().zip(document.lines()).zip(1..)).find(|((a, b), _)| a != b);
    assert!(
        expected == document,
        "{name} differs, first at {first:?}; UPDATE_EXPECTED=1 rewrites it"
    );
}
