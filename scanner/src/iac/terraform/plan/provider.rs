//! Which region and account a plan's providers work in.

use std::collections::HashMap;
use std::sync::Arc;

use super::address::{self, Step};
use super::configuration::{Call, Module, references};
use super::document::Document;
use super::marks::Marks;
use super::planned::{Planned, PlannedValues};
use crate::iac::json::Node;
use crate::iac::place::Place;
use crate::iac::terraform::evaluate::{CREDENTIALS, account_of, hidden};
use crate::iac::terraform::module::Mode;
use crate::iac::value::{Data, Symbol, Value};

/// The provider configurations of a plan.
pub(super) struct Providers<'c, 'a> {
    document: &'a Document,
    root: Option<&'c Module<'a>>,
    configured: HashMap<&'a str, &'a Node>,
    /// The region of those that state none.
    region: Option<Arc<str>>,
    /// The accounts that are known from what was made or looked up, by provider configuration.
    accounts: HashMap<&'a str, Arc<str>>,
}

/// What a provider configuration says.
pub(super) struct Provider {
    /// The region that it works in.
    pub(super) region: Value,
    /// The account that it works in: twelve digits, or a symbol that is equal where the
    /// credentials are the same.
    pub(super) account: Value,
}

impl<'c, 'a> Providers<'c, 'a> {
    pub(super) fn new(
        planned: &PlannedValues<'c, 'a>,
        root: Option<&'c Module<'a>>,
        region: Option<&str>,
    ) -> Self {
        let document = planned.document;
        let configured = document.get(&["configuration", "provider_config"]);
        let configured = configured.map_or(&[][..], Node::members).iter();
        let mut providers = Self {
            document,
            root,
            configured: configured
                .map(|member| (member.name.as_ref(), &member.value))
                .collect(),
            region: region.map(Arc::from),
            accounts: HashMap::new(),
        };
        for planned in &planned.instances {
            let identity = planned.name.mode == Mode::Data
                && planned.name.kind.as_ref() == "aws_caller_identity";
            let known = if identity {
                text(planned, "account_id").map(Arc::clone)
            } else if planned.name.mode == Mode::Managed {
                arn(planned).and_then(|arn| arn.account)
            } else {
                None
            };
            if let Some((key, account)) = providers.key_of(planned).zip(known) {
                providers.accounts.entry(key).or_insert(account);
            }
        }
        providers
    }

    /// What the provider of an instance says; what its own ARN says comes before that.
    pub(super) fn of(&self, planned: &Planned<'a>) -> Provider {
        let place = self.document.place(planned.address_span);
        let mut provider = match self.key_of(planned) {
            Some(key) => self.describe(key, &place),
            None => {
                let detail = "the plan does not say which provider configuration it uses";
                let unknown = Value::unknown(detail, place.clone());
                Provider {
                    region: unknown.clone(),
                    account: unknown,
                }
            }
        };
        let arn = arn(planned).unwrap_or_default();
        if let Some(region) = arn.region {
            provider.region = Value::new(Data::String(region), place.clone());
        }
        if let Some(account) = arn.account {
            provider.account = Value::new(Data::String(account), place);
        }
        provider
    }

    /// The provider configuration that an instance uses. Versions of Terraform before 1.1 name one
    /// that a module inherits as if it were the module's own; it is known if there is only one of
    /// its kind.
    fn key_of(&self, planned: &Planned<'a>) -> Option<&'a str> {
        let key: &'a Arc<str> = planned.block?.get("provider_config_key")?.as_str()?;
        if let Some((key, _)) = self.configured.get_key_value(key.as_ref()) {
            return Some(key);
        }
        let local = key.rsplit(':').next()?;
        let name = local.split('.').next()?;
        let is_named = |node: &Node| {
            let own = node.get("name").and_then(Node::as_str);
            own.is_some_and(|own| own.as_ref() == name)
        };
        let mut same = self.configured.iter().filter(|(_, node)| is_named(node));
        match (same.next(), same.next()) {
            (Some((key, _)), None) => Some(key),
            (None, _) => Some(name),
            _ => None,
        }
    }

    fn describe(&self, key: &str, place: &Place) -> Provider {
        let node = self.configured.get(key).copied();
        let name = node.and_then(|node| node.get("name")?.as_str());
        let name = name.map_or(key, AsRef::as_ref);
        let expressions = node.and_then(|node| node.get("expressions"));
        let argument = |name: &str| expressions.and_then(|within| within.get(name));
        let calls = node
            .and_then(|node| node.get("module_address")?.as_str())
            .and_then(|address| address::parse(address));
        let calls = calls.unwrap_or_default();
        let value = |node: &'a Node| self.given(node, &calls);

        let region = match (argument("region"), &self.region) {
            (Some(region), _) => value(region).unwrap_or_else(|| {
                let detail = "the region of the provider is not in the plan";
                Value::unknown(detail, place.clone())
            }),
            (None, Some(region)) => Value::new(Data::String(Arc::clone(region)), place.clone()),
            (None, None) => Value::unknown("the provider states no region", place.clone()),
        };
        let roles = argument("assume_role").map_or(&[][..], Node::items);
        let role = roles.last().and_then(|role| role.get("role_arn"));
        let only = argument("allowed_account_ids").and_then(|ids| {
            let ids = value(ids)?;
            match ids.items() {
                Some([only]) if only.as_str().is_some() => Some(only.clone()),
                _ => None,
            }
        });
        let known = self.accounts.get(key).map(Arc::clone);
        let known = known.map(|account| Value::new(Data::String(account), place.clone()));
        let assumed = role.and_then(|role| account_of(&value(role)?));
        let account = assumed.or(only).or(known).unwrap_or_else(|| {
            let credentials: Vec<String> = CREDENTIALS
                .iter()
                .filter_map(|name| Some((*name, argument(name)?)))
                .chain(role.map(|role| ("assume_role", role)))
                .map(|(name, node)| format!("{name} = {}", self.shown(name, node)))
                .collect();
            let whose = match credentials.is_empty() {
                true => name.to_owned(),
                false => format!("{name}({})", credentials.join(", ")),
            };
            let symbol = Symbol::of(whose).member("account_id");
            Value::new(Data::Symbol(symbol), place.clone())
        });
        Provider { region, account }
    }

    /// What an expression in a module comes to, if it is a constant or a variable that is given.
    fn given(&self, expression: &'a Node, calls: &[Step]) -> Option<Value> {
        if let Some(constant) = expression.get("constant_value") {
            return Some(self.document.value(constant, Marks(None)));
        }
        let references = references(expression);
        let [reference] = references.as_slice() else {
            return None;
        };
        let [Step::Name(var), Step::Name(name)] = reference.as_slice() else {
            return None;
        };
        if var.as_ref() != "var" {
            return None;
        }
        let value = |node| self.document.value(node, Marks(None));
        let (by, call) = calls.split_at_checked(calls.len().saturating_sub(2))?;
        match (by, call) {
            ([], []) if self.root.is_some_and(|root| root.is_sensitive(name)) => None,
            ([], []) => {
                let given = self.document.get(&["variables", name, "value"]);
                given.or_else(|| self.root?.default(name)).map(value)
            }
            (by, [_, Step::Name(call)]) => {
                let call = self.module(by)?.call(call)?;
                let given = call
                    .node
                    .get("expressions")
                    .and_then(|within| within.get(name));
                match given {
                    Some(given) => self.given(given, by),
                    None => call.module.default(name).map(value),
                }
            }
            _ => None,
        }
    }

    /// The module that calls lead to.
    fn module(&self, calls: &[Step]) -> Option<&'c Module<'a>> {
        let names = calls.iter().skip(1).step_by(2);
        names.map(Step::name).try_fold(self.root?, |module, name| {
            let call: &'c Call<'a> = module.call(name?)?;
            Some(&call.module)
        })
    }

    /// An expression as it tells credentials from others: a constant, or what it refers to.
    fn shown(&self, name: &str, expression: &Node) -> String {
        match expression.get("constant_value") {
            Some(constant) => {
                let value = self.document.value(constant, Marks(None));
                match name {
                    "access_key" => hidden(&value),
                    _ => format!("{:?}", value.data),
                }
            }
            None => {
                let references = expression.get("references").map_or(&[][..], Node::items);
                let texts: Vec<&str> = references
                    .iter()
                    .filter_map(|text| text.as_str().map(AsRef::as_ref))
                    .collect();
                texts.join(" ")
            }
        }
    }
}

/// The parts of an ARN that say where something is.
#[derive(Default)]
struct Arn {
    region: Option<Arc<str>>,
    account: Option<Arc<str>>,
}

/// The ARN of an instance, if it is known.
fn arn(planned: &Planned) -> Option<Arn> {
    let mut parts = text(planned, "arn")?.split(':').skip(3);
    let (region, account) = (parts.next()?, parts.next()?);
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    Some(Arn {
        region: (!region.is_empty()).then(|| region.into()),
        account: digits.then(|| account.into()),
    })
}

/// An attribute that is a known text and not sensitive.
fn text<'a>(planned: &Planned<'a>, name: &str) -> Option<&'a Arc<str>> {
    let marked = |marks: Option<&Node>| Marks(marks.and_then(|marks| marks.get(name))).any();
    if marked(planned.unknown) || marked(planned.sensitive) {
        return None;
    }
    planned.values?.get(name)?.as_str()
}
