//! What there will be: the instances of resources and data sources, and the instances of modules
//! that they lie in.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::address::{self, Key, Step};
use super::configuration::{Call, Module, name_of};
use super::document::Document;
use crate::iac::json::Node;
use crate::iac::place::Span;
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::terraform::module::{Mode, ResourceName};

/// Which module instance of a plan.
pub(super) type ModuleId = usize;

/// The root module.
pub(super) const ROOT: ModuleId = 0;

/// An instance of a resource or data source.
pub(super) struct Planned<'a> {
    pub(super) address: Arc<str>,
    pub(super) address_span: Span,
    pub(super) module: ModuleId,
    pub(super) name: ResourceName,
    pub(super) key: Option<Key>,
    /// The attributes that are known.
    pub(super) values: Option<&'a Node>,
    /// Which attributes are known after apply only.
    pub(super) unknown: Option<&'a Node>,
    /// Which attributes are sensitive.
    pub(super) sensitive: Option<&'a Node>,
    /// Its block in the configuration.
    pub(super) block: Option<&'a Node>,
}

/// An instance of a module.
pub(super) struct ModuleInstance<'c, 'a> {
    /// The address, empty for the root.
    pub(super) address: Arc<str>,
    /// Its configuration; `None` if the plan has none.
    pub(super) module: Option<&'c Module<'a>>,
    /// The call that made it.
    pub(super) called: Option<Called<'c, 'a>>,
    /// The module instances that it calls.
    pub(super) calls: Vec<ModuleId>,
}

/// Where a module instance was called from.
pub(super) struct Called<'c, 'a> {
    pub(super) by: ModuleId,
    pub(super) call: Option<&'c Call<'a>>,
    pub(super) key: Option<Key>,
}

/// All that a plan says there will be.
pub(super) struct PlannedValues<'c, 'a> {
    pub(super) document: &'a Document,
    pub(super) instances: Vec<Planned<'a>>,
    modules: Vec<ModuleInstance<'c, 'a>>,
    module_ids: HashMap<Arc<str>, ModuleId>,
    calls: HashMap<(ModuleId, Arc<str>), ByKey>,
    addresses: HashSet<Arc<str>>,
    by_name: HashMap<(ModuleId, ResourceName), ByKey>,
    by_names: OnceCell<HashMap<Vec<Arc<str>>, Vec<usize>>>,
}

/// Instances of a block or a call, by key.
pub(super) type ByKey = BTreeMap<Option<Key>, usize>;

impl<'c, 'a> PlannedValues<'c, 'a> {
    /// Joins `planned_values` with `resource_changes`, and adds the data sources that were read
    /// while the plan was made.
    pub(super) fn read(
        document: &'a Document,
        configuration: Option<&'c Module<'a>>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let root = ModuleInstance {
            address: "".into(),
            module: configuration,
            called: None,
            calls: Vec::new(),
        };
        let mut planned = Self {
            document,
            instances: Vec::new(),
            modules: vec![root],
            module_ids: HashMap::from([("".into(), ROOT)]),
            calls: HashMap::new(),
            addresses: HashSet::new(),
            by_name: HashMap::new(),
            by_names: OnceCell::new(),
        };
        for resource in document.items(&["resource_changes"]) {
            // A deposed object has the address of the current one and is only ever destroyed.
            if resource.get("deposed").is_some() {
                continue;
            }
            let Some((values, marks)) = resource.get("change").and_then(outcome) else {
                continue;
            };
            let module = resource.get("module_address").and_then(Node::as_str);
            if !planned.add(
                resource,
                module.map_or("", AsRef::as_ref),
                Some(values),
                marks,
            ) {
                problems.push(twice(document, resource));
            }
        }
        let listed = |part: &[&str]| {
            let mut listed = Vec::new();
            if let Some(root) = document.get(part) {
                list(root, "", &mut listed);
            }
            listed
        };
        let mut seen = BTreeSet::new();
        for (module, resource) in listed(&["planned_values", "root_module"]) {
            let address = resource.get("address").and_then(Node::as_str);
            if address.is_some_and(|address| !seen.insert(address)) {
                problems.push(twice(document, resource));
                continue;
            }
            planned.add_values(resource, module);
        }
        for (module, resource) in listed(&["prior_state", "values", "root_module"]) {
            let mode = resource.get("mode").and_then(Node::as_str);
            if mode.is_some_and(|mode| mode.as_ref() == "data") {
                planned.add_values(resource, module);
            }
        }
        planned
    }

    /// The module instance of that id.
    pub(super) fn module(&self, id: ModuleId) -> Option<&ModuleInstance<'c, 'a>> {
        self.modules.get(id)
    }

    /// The instance of that index.
    pub(super) fn instance(&self, index: usize) -> Option<&Planned<'a>> {
        self.instances.get(index)
    }

    /// The indices of the instances of a block, by key; `None` if there will be no instances.
    pub(super) fn of(&self, module: ModuleId, name: &ResourceName) -> Option<&ByKey> {
        self.by_name.get(&(module, name.clone()))
    }

    /// The module instances of a call, by key; `None` if there is nothing in them.
    pub(super) fn called(&self, module: ModuleId, name: &Arc<str>) -> Option<&ByKey> {
        self.calls.get(&(module, Arc::clone(name)))
    }

    /// The instances that an address is of, whatever the keys that it leaves out.
    pub(super) fn matching(&self, address: &[Step]) -> Vec<&Planned<'a>> {
        let by_names = self.by_names.get_or_init(|| {
            let mut by_names: HashMap<Vec<Arc<str>>, Vec<usize>> = HashMap::new();
            for (index, planned) in self.instances.iter().enumerate() {
                let steps = address::parse(&planned.address).unwrap_or_default();
                by_names
                    .entry(address::names(&steps))
                    .or_default()
                    .push(index);
            }
            by_names
        });
        let indices = by_names.get(&address::names(address)).into_iter().flatten();
        let instances = indices.filter_map(|&index| self.instances.get(index));
        let is_of = |planned: &&Planned| {
            let steps = address::parse(&planned.address);
            steps.is_some_and(|steps| address::covers(address, &steps))
        };
        instances.filter(is_of).collect()
    }

    fn add_values(&mut self, resource: &'a Node, module: &str) {
        let sensitive = resource.get("sensitive_values");
        self.add(resource, module, resource.get("values"), [None, sensitive]);
    }

    /// Adds an instance, unless there is one at its address already.
    fn add(
        &mut self,
        resource: &'a Node,
        module: &str,
        values: Option<&'a Node>,
        [unknown, sensitive]: [Option<&'a Node>; 2],
    ) -> bool {
        let address = resource.member("address");
        let address = address.and_then(|member| Some((member, member.value.as_str()?)));
        let (Some((member, address)), Some(name)) = (address, name_of(resource)) else {
            return true;
        };
        if !self.addresses.insert(Arc::clone(address)) {
            return false;
        }
        let module = self.module_at(module);
        let key = resource.get("index").and_then(key);
        let configured = self.modules.get(module).and_then(|module| module.module);
        let index = self.instances.len();
        let same = self.by_name.entry((module, name.clone())).or_default();
        same.insert(key.clone(), index);
        self.instances.push(Planned {
            address: Arc::clone(address),
            address_span: Span {
                start: member.name_span.start,
                end: member.value.span.end,
            },
            module,
            key,
            values,
            unknown,
            sensitive,
            block: configured.and_then(|module| module.resource(&name)),
            name,
        });
        true
    }

    /// The module instance at an address, made if it is the first time that it is asked for. One
    /// whose address is none is a module of which nothing is known.
    fn module_at(&mut self, address: &str) -> ModuleId {
        if let Some(&id) = self.module_ids.get(address) {
            return id;
        }
        let steps = address::parse(address).unwrap_or_default();
        let mut by = ROOT;
        let mut steps = steps.into_iter().peekable();
        let mut here = String::new();
        while let Some(step) = steps.next() {
            let (Some("module"), Some(Step::Name(name))) =
                (step.name().map(AsRef::as_ref), steps.next())
            else {
                break;
            };
            let key = match steps.next_if(|step| step.name().is_none()) {
                Some(Step::Key(key)) => Some(key),
                _ => None,
            };
            by = self.called_instance(by, name, key, &mut here);
        }
        self.module_ids.insert(address.into(), by);
        by
    }

    fn called_instance(
        &mut self,
        by: ModuleId,
        name: Arc<str>,
        key: Option<Key>,
        here: &mut String,
    ) -> ModuleId {
        let dot = if here.is_empty() { "" } else { "." };
        here.push_str(&format!("{dot}module.{name}"));
        match &key {
            Some(Key::Index(index)) => here.push_str(&format!("[{index}]")),
            Some(Key::Name(key)) => here.push_str(&format!("[{key:?}]")),
            None => {}
        }
        let siblings = self.calls.entry((by, Arc::clone(&name))).or_default();
        if let Some(&id) = siblings.get(&key) {
            return id;
        }
        let id = self.modules.len();
        siblings.insert(key.clone(), id);
        let caller = self.modules.get_mut(by);
        let call = caller.and_then(|caller| {
            caller.calls.push(id);
            caller.module?.call(&name)
        });
        self.modules.push(ModuleInstance {
            address: here.as_str().into(),
            module: call.map(|call| &call.module),
            called: Some(Called { by, call, key }),
            calls: Vec::new(),
        });
        id
    }
}

/// The values that a change leaves, if anything is left, and which of them are unknown and
/// sensitive. What Terraform only forgets is left as it was.
fn outcome(change: &Node) -> Option<(&Node, [Option<&Node>; 2])> {
    let left = |name: &str| change.get(name).filter(|values| !values.is_null());
    if let Some(after) = left("after") {
        let marks = [change.get("after_unknown"), change.get("after_sensitive")];
        return Some((after, marks));
    }
    let mut actions = change.get("actions").map_or(&[][..], Node::items).iter();
    let forgets = actions.all(|action| action.as_str().is_some_and(|a| a.as_ref() == "forget"));
    let before = left("before").filter(|_| forgets)?;
    Some((before, [None, change.get("before_sensitive")]))
}

/// Every resource of a module and of those below it, with the address of its module.
fn list<'a>(module: &'a Node, address: &'a str, into: &mut Vec<(&'a str, &'a Node)>) {
    let resources = module.get("resources").map_or(&[][..], Node::items);
    into.extend(resources.iter().map(|resource| (address, resource)));
    for child in module.get("child_modules").map_or(&[][..], Node::items) {
        let address = child.get("address").and_then(Node::as_str);
        list(child, address.map_or("", AsRef::as_ref), into);
    }
}

fn key(index: &Node) -> Option<Key> {
    use crate::iac::json::NodeKind::{Number, String};
    match &index.kind {
        Number(number) => Some(Key::Index(u64::try_from(number.as_integer()?).ok()?)),
        String { text, .. } => Some(Key::Name(Arc::clone(text))),
        _ => None,
    }
}

fn twice(document: &Document, resource: &Node) -> Problem {
    let span = resource
        .get("address")
        .map_or(resource.span, |node| node.span);
    let message = "the resource is listed a second time; the first stands";
    Problem::at(
        &document.place(span),
        ProblemKind::Invalid(message.to_owned()),
    )
}

/// The address of a block in a module instance, without index.
pub(super) fn block_address(module: &str, name: &ResourceName) -> Arc<str> {
    let dot = if module.is_empty() { "" } else { "." };
    let data = if name.mode == Mode::Data { "data." } else { "" };
    format!("{module}{dot}{data}{}.{}", name.kind, name.name).into()
}

/// What each instance that was there before depends on, as the state has it, by address.
pub(super) fn stated_dependencies(document: &Document) -> HashMap<&str, &Node> {
    let mut listed = Vec::new();
    if let Some(root) = document.get(&["prior_state", "values", "root_module"]) {
        list(root, "", &mut listed);
    }
    let stated = listed.into_iter().filter_map(|(_, resource)| {
        let address = resource.get("address")?.as_str()?;
        Some((address.as_ref(), resource.get("depends_on")?))
    });
    stated.collect()
}
