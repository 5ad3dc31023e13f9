//! Plans of Terraform and OpenTofu, as `terraform show -json` prints them (Terraform documentation,
//! "JSON Output Format"): what there will be, as the instances that sources come to, and what will
//! be done for it.

mod address;
mod change;
mod configuration;
mod dependencies;
mod document;
mod follow;
mod links;
mod marks;
mod names;
mod planned;
mod provider;
mod reference;
mod source;
mod values;
mod withdrawal;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::instance::Instance;
use super::module::Mode;
use super::root::{Reading, Root};
use super::variables::Variables;
use crate::iac::apart::apart;
use crate::iac::json::Node;
use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::value::Value;

pub use change::{Action, Change};
pub use document::is_plan;
pub use withdrawal::{How, Withdrawal, Withdrawn};

use configuration::Module;
use document::Document;
use links::Links;
use marks::Marks;
use planned::{Planned, PlannedValues};
use provider::Providers;
use values::SENSITIVE;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The region of providers that state none.
    pub region: Option<String>,
    /// Which types of resources are reported; every type if not given.
    pub kinds: Option<BTreeSet<String>>,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What there will be. The directory is the name of the plan's file, until a source is known.
    pub root: Root,
    /// What will be done, in the order of the plan.
    pub changes: Vec<Change>,
    /// The values of the root's variables: a source is to be evaluated with them.
    pub variables: Vec<Variables>,
    /// Whether the plan is of the whole configuration: not of targets only, and with nothing left
    /// to a later plan. Plans of versions that do not say are taken to be.
    pub complete: bool,
    /// Whether planning ended in an error, so that the plan cannot be applied.
    pub errored: bool,
    /// What could not be read, and why the plan does not say all that will be.
    pub problems: Vec<Problem>,
}

impl Plan {
    /// What the plan takes away from the signing of zones that stay.
    pub fn withdrawals(&self) -> Vec<Withdrawal> {
        withdrawal::withdrawals(self)
    }

    /// The plan with what only the source says: places in the source's files instead of the plan's
    /// own, `prevent_destroy`, and what values are known after apply will be where the plan does not
    /// say. What the plan knows stands. The reading is to be made with [`Plan::variables`]. The
    /// source is the root that has the most instances of the plan; without any the plan stays as it
    /// is.
    pub fn with_source(self, reading: &Reading) -> Self {
        source::with_source(self, reading)
    }
}

/// Reads a plan.
///
/// # Errors
/// A problem if the text is no plan in JSON, with what it is instead: the messages of
/// `terraform plan -json`, a state, or a version of the format that is not known.
pub fn read(source: &Arc<Source>, options: &Options) -> Result<Plan, Problem> {
    // What stops the reading costs this file only.
    apart(|| read_here(source, options)).unwrap_or_else(|| {
        let message = "the reading of the plan stopped; this is a fault of the scanner";
        let kind = ProblemKind::Invalid(message.to_owned());
        Err(Problem::of_file(source.name(), kind))
    })
}

fn read_here(source: &Arc<Source>, options: &Options) -> Result<Plan, Problem> {
    let document = Document::read(source)?;
    let mut problems = Vec::new();
    let root = document.get(&["configuration", "root_module"]);
    let configuration = root.map(Module::new);
    let is = |name| document.root().get(name).map(Node::is_true);
    let complete = is("complete").unwrap_or(true);
    let errored = is("errored").unwrap_or(false);
    let mut missing = |message: &str| {
        let kind = ProblemKind::Invalid(message.to_owned());
        problems.push(Problem::of_file(source.name(), kind));
    };
    if errored {
        missing("planning ended in an error, so that the plan does not say all that will be");
    } else if !complete {
        missing("the plan is of a part of the configuration and does not say all that will be");
    }
    if configuration.is_none() {
        missing("the plan has no configuration, so that what refers to what is not known");
    }
    let planned = PlannedValues::read(&document, configuration.as_ref(), &mut problems);
    let changes = change::changes(&document, options.kinds.as_ref(), &mut problems);
    let root = Root {
        directory: source.name().to_owned(),
        library: false,
        instances: instances(&planned, configuration.as_ref(), options),
        unread: Vec::new(),
    };
    Ok(Plan {
        root,
        changes,
        variables: variables(&document, configuration.as_ref()),
        complete,
        errored,
        problems,
    })
}

/// The values of the root's variables. One that is sensitive is not known.
fn variables(document: &Document, root: Option<&Module>) -> Vec<Variables> {
    let given = document.get(&["variables"]).map_or(&[][..], Node::members);
    let given = given.iter().filter_map(|member| {
        let value = member.value.get("value")?;
        let sensitive = root.is_some_and(|root| root.is_sensitive(&member.name));
        let value = match sensitive {
            true => Value::unknown(SENSITIVE, document.place(member.name_span)),
            false => document.value(value, Marks(None)),
        };
        Some(Variables::Known(member.name.to_string(), value))
    });
    given.collect()
}

/// The instances of the types that are reported, in the order of their addresses.
fn instances<'a>(
    planned: &PlannedValues<'_, 'a>,
    configuration: Option<&Module<'a>>,
    options: &Options,
) -> Vec<Instance> {
    let links = Links::new(planned);
    let providers = Providers::new(planned, configuration, options.region.as_deref());
    let stated = planned::stated_dependencies(planned.document);
    let steps = Cell::new(dependencies::MAX_STEPS);
    let reported = |planned: &&Planned| {
        let kinds = options.kinds.as_ref();
        kinds.is_none_or(|kinds| kinds.contains(planned.name.kind.as_ref()))
    };
    let mut instances: Vec<Instance> = planned
        .instances
        .iter()
        .filter(reported)
        .map(|instance| {
            let provider = providers.of(instance);
            let body = links.body(instance);
            let own = body.value("region").filter(|_| has_region(instance));
            let region = own.cloned().unwrap_or(provider.region);
            let stated = stated.get(instance.address.as_ref()).copied();
            Instance {
                address: Arc::clone(&instance.address),
                mode: instance.name.mode,
                kind: Arc::clone(&instance.name.kind),
                name: Arc::clone(&instance.name.name),
                multiplicity: None,
                condition: None,
                header: planned.document.place(instance.address_span),
                calls: Vec::new(),
                region,
                account: provider.account,
                body,
                prevent_destroy: None,
                depends_on: dependencies::dependencies(planned, instance, stated, &steps),
            }
        })
        .collect();
    instances.sort_by(|left, right| left.address.cmp(&right.address));
    instances
}

/// Whether the argument `region` of an instance says where it lies: of resources of the AWS
/// provider since its version 6, and not of `aws_region`, which means another region by it.
fn has_region(planned: &Planned) -> bool {
    let kind = planned.name.kind.as_ref();
    kind.starts_with("aws_") && !(planned.name.mode == Mode::Data && kind == "aws_region")
}
