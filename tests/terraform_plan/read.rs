//! Plans and what they were made from.

use std::path::PathBuf;
use std::sync::Arc;

use zonewarden::iac::files::{Choice, Files, Listing};
use zonewarden::iac::place::Source;
use zonewarden::iac::problem::Problem;
use zonewarden::iac::terraform::plan::{Options, Plan, read};
use zonewarden::iac::terraform::{Instance, Options as SourceOptions, read as read_source};

/// A plan in a folder beside this file, and the configuration that it is of.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(name: &str) -> Self {
        let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/terraform_plan");
        Self(tests.join(name).canonicalize().unwrap())
    }

    pub(crate) fn plan(&self) -> Plan {
        let listing = Files::below(std::slice::from_ref(&self.0), &self.0, Choice::All);
        let Listing {
            files, problems, ..
        } = listing.unwrap();
        assert_eq!(problems, []);
        let source = files.read(&self.0.join("plan.json")).unwrap();
        read(&source, &Options::default()).unwrap()
    }

    /// The plan with what its configuration says.
    pub(crate) fn plan_with_source(&self) -> Plan {
        let listing = Files::below(std::slice::from_ref(&self.0), &self.0, Choice::All);
        let files = listing.unwrap().files;
        let plan = self.plan();
        let options = SourceOptions {
            variables: plan.variables.clone(),
            ..SourceOptions::default()
        };
        let reading = read_source(&files, &options);
        assert_eq!(reading.problems, []);
        plan.with_source(&reading)
    }
}

/// A plan of this text.
pub(crate) fn plan(text: &str) -> Result<Plan, Problem> {
    plan_with(text, &Options::default())
}

pub(crate) fn plan_with(text: &str, options: &Options) -> Result<Plan, Problem> {
    let source: Arc<Source> = Source::new("plan.json", text);
    read(&source, options)
}

pub(crate) fn instance<'p>(plan: &'p Plan, address: &str) -> &'p Instance {
    let mut instances = plan.root.instances.iter();
    let found = instances.find(|instance| instance.address.as_ref() == address);
    found.unwrap_or_else(|| panic!("{address} is not among {:?}", addresses(plan)))
}

pub(crate) fn addresses(plan: &Plan) -> Vec<&str> {
    let instances = plan.root.instances.iter();
    instances
        .map(|instance| instance.address.as_ref())
        .collect()
}

/// An attribute as a person would write it.
pub(crate) fn shown(plan: &Plan, address: &str, attribute: &str) -> String {
    match instance(plan, address).body.value(attribute) {
        Some(value) => format!("{:?}", value.data),
        None => "not set".to_owned(),
    }
}

pub(crate) fn messages(plan: &Plan) -> Vec<String> {
    plan.problems.iter().map(ToString::to_string).collect()
}
