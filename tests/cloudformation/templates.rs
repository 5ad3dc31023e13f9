//! Templates in a directory of their own.

use std::path::Path;

use tempfile::TempDir;
use zonewarden::iac::cloudformation::{Options, Reading, Resource, read};
use zonewarden::iac::files::{Choice, Files, Listing};
use zonewarden::iac::problem::Problem;

pub(crate) struct Templates {
    directory: TempDir,
}

impl Templates {
    /// The files by name and text; names may have directories.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let templates = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            templates.write(name, text.as_bytes());
        }
        templates
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
        let paths = [self.path().to_owned()];
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

/// What the templates came to.
pub(crate) struct Read {
    pub(crate) reading: Reading,
    pub(crate) problems: Vec<Problem>,
}

impl Read {
    pub(crate) fn files(&self) -> Vec<&str> {
        let templates = self.reading.templates.iter();
        templates.map(|template| template.file.as_str()).collect()
    }

    /// The logical ids of the resources of all templates.
    pub(crate) fn logical_ids(&self) -> Vec<&str> {
        let templates = self.reading.templates.iter();
        templates
            .flat_map(|template| &template.resources)
            .map(|resource| resource.logical_id.as_ref())
            .collect()
    }

    pub(crate) fn resource(&self, logical_id: &str) -> &Resource {
        let mut templates = self.reading.templates.iter();
        let found = templates.find_map(|template| {
            let mut resources = template.resources.iter();
            resources.find(|resource| resource.logical_id.as_ref() == logical_id)
        });
        found.unwrap_or_else(|| panic!("{logical_id} is not among {:?}", self.logical_ids()))
    }

    /// The value of a property, as a person would write it.
    pub(crate) fn shown(&self, logical_id: &str, property: &str) -> String {
        match self.resource(logical_id).value(property) {
            Some(value) => format!("{:?}", value.data),
            None => "not set".to_owned(),
        }
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.problems.iter().map(ToString::to_string).collect()
    }
}

/// What a value, written in the flow style of YAML, comes to beside some sections.
pub(crate) fn evaluate(beside: &str, value: &str, options: &Options) -> String {
    let text = format!(
        "AWSTemplateFormatVersion: 2010-09-09\n{beside}\nResources:\n  \
         Zone: {{Type: 'AWS::Route53::HostedZone'}}\n  \
         Key: {{Type: 'AWS::KMS::Key'}}\n  \
         Never: {{Type: 'AWS::KMS::Key', Condition: False}}\n  \
         R:\n    Type: AWS::T::T\n    Properties:\n      Value: {value}\n"
    );
    let read = Templates::of(&[("t.yaml", &text)]).read_with(options);
    assert_eq!(read.messages(), Vec::<String>::new(), "{value}");
    read.shown("R", "Value")
}
