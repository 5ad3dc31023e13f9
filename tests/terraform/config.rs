//! A configuration in a directory of its own.

use std::path::Path;

use tempfile::TempDir;
use zonewarden::iac::files::{Choice, Files, Listing};
use zonewarden::iac::problem::Problem;
use zonewarden::iac::terraform::{Instance, Options, Reading, read};

pub(crate) struct Config {
    directory: TempDir,
}

impl Config {
    /// The files by name and text; names may have directories.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let config = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            config.write(name, text.as_bytes());
        }
        config
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self) -> Read {
        self.read_with(&Options::default())
    }

    pub(crate) fn read_with(&self, options: &Options) -> Read {
        self.read_below(&["."], options)
    }

    /// Reads what lies below some of its directories.
    pub(crate) fn read_below(&self, paths: &[&str], options: &Options) -> Read {
        let paths: Vec<_> = paths.iter().map(|path| self.path().join(path)).collect();
        let listing = Files::below(&paths, self.path(), Choice::All).unwrap();
        let Listing {
            files,
            mut problems,
            ..
        } = listing;
        let reading = read(&files, options);
        problems.extend(reading.problems.iter().cloned());
        Read { reading, problems }
    }
}

/// What a configuration came to.
pub(crate) struct Read {
    pub(crate) reading: Reading,
    pub(crate) problems: Vec<Problem>,
}

impl Read {
    /// The addresses of the instances of all roots.
    pub(crate) fn addresses(&self) -> Vec<&str> {
        let roots = self.reading.roots.iter();
        roots
            .flat_map(|root| &root.instances)
            .map(|instance| instance.address.as_ref())
            .collect()
    }

    pub(crate) fn instance(&self, address: &str) -> &Instance {
        let mut roots = self.reading.roots.iter();
        let found = roots.find_map(|root| {
            let mut instances = root.instances.iter();
            instances.find(|instance| instance.address.as_ref() == address)
        });
        found.unwrap_or_else(|| panic!("{address} is not among {:?}", self.addresses()))
    }

    /// The value of an argument, as a person would write it.
    pub(crate) fn shown(&self, address: &str, argument: &str) -> String {
        match self.instance(address).body.value(argument) {
            Some(value) => format!("{:?}", value.data),
            None => "not set".to_owned(),
        }
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.problems.iter().map(ToString::to_string).collect()
    }
}

/// What expressions come to in a configuration of this text beside them.
pub(crate) fn evaluate(beside: &str, expressions: &[&str]) -> Vec<String> {
    let mut text = format!("{beside}\nterraform {{\n  backend \"local\" {{}}\n}}\n");
    for (index, expression) in expressions.iter().enumerate() {
        text += &format!("resource \"t\" \"r{index}\" {{\n  value = {expression}\n}}\n");
    }
    let read = Config::of(&[("main.tf", &text)]).read();
    assert_eq!(read.messages(), Vec::<String>::new());
    let shown = (0..expressions.len()).map(|index| read.shown(&format!("t.r{index}"), "value"));
    shown.collect()
}
