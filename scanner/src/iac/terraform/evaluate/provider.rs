//! Which provider configuration a resource uses, and what it says of region and account.

use std::rc::Rc;
use std::sync::Arc;

use super::{Evaluation, ModuleId, ResourceInstance, Scope};
use crate::iac::place::Place;
use crate::iac::terraform::module::Declared;
use crate::iac::terraform::syntax::{self, Expr, ExprKind};
use crate::iac::value::{Data, Part, Symbol, Value};

/// What a provider configuration says.
#[derive(Debug)]
pub(in crate::iac) struct Provider {
    /// The region that it works in.
    pub(in crate::iac) region: Value,
    /// The account that it works in: twelve digits, or a symbol that is equal where the
    /// credentials are the same.
    pub(in crate::iac) account: Value,
    /// The partition that the region lies in.
    pub(in crate::iac) partition: Value,
}

/// The name and the alias of a provider configuration within a module.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LocalName {
    name: Arc<str>,
    alias: Option<Arc<str>>,
}

impl LocalName {
    /// What a reference such as `aws.us_east_1` names; it may be in quotation marks.
    fn of(expr: &Expr) -> Option<Self> {
        if let Some(inner) = syntax::unquoted(expr) {
            return Self::of(&inner);
        }
        let (name, path) = expr.path(1)?;
        Some(Self {
            name: Arc::clone(name),
            alias: path.first().map(|alias| Arc::clone(alias)),
        })
    }
}

/// The arguments that say whose credentials a provider uses (AWS provider documentation,
/// "Provider Configuration").
pub(in crate::iac) const CREDENTIALS: [&str; 5] = [
    "profile",
    "access_key",
    "shared_credentials_files",
    "shared_credentials_file",
    "shared_config_files",
];

impl<'a> Evaluation<'a> {
    /// What the provider of a resource instance says.
    pub(in crate::iac) fn provider_of(&self, instance: &ResourceInstance<'a>) -> Rc<Provider> {
        let stated = instance.declared.expr("provider").and_then(LocalName::of);
        let local = stated.unwrap_or_else(|| {
            let kind = &instance.name.kind;
            let name = kind.split_once('_').map_or(kind.as_ref(), |(name, _)| name);
            LocalName {
                name: name.into(),
                alias: None,
            }
        });
        let place = instance.declared.place();
        match self.configuration(instance.module, local.clone()) {
            Some((module, declared)) => {
                let alias = declared.expr("alias").and_then(|expr| expr.as_literal());
                let alias = alias.map(Arc::clone).unwrap_or_default();
                let name = declared.labels.first().map(Arc::clone).unwrap_or_default();
                let circular = || Rc::new(self.unstated(&place, &local.name));
                let describe = || Rc::new(self.describe(module, declared));
                self.providers
                    .get((module, name, alias), circular, describe)
            }
            None => Rc::new(self.unstated(&place, &local.name)),
        }
    }

    /// The block that configures a provider of a module, and the module it stands in
    /// (Terraform documentation, "Providers Within Modules").
    fn configuration(
        &self,
        module: ModuleId,
        local: LocalName,
    ) -> Option<(ModuleId, &'a Declared)> {
        let (mut module, mut local) = (module, local);
        loop {
            let instance = self.module(module);
            let node = instance.node;
            let own = node.module.providers.iter().find(|declared| {
                let alias = declared.expr("alias").and_then(|expr| expr.as_literal());
                declared.labels.first() == Some(&local.name) && alias == local.alias.as_ref()
            });
            if let Some(declared) = own {
                return Some((module, declared));
            }
            let called = instance.called.as_ref()?;
            let passed = called
                .call
                .expr("providers")
                .and_then(|expr| match &expr.kind {
                    ExprKind::Object(members) => members.iter().find_map(|(key, value)| {
                        let named = LocalName::of(key)?;
                        (named == local).then(|| LocalName::of(value))?
                    }),
                    _ => None,
                });
            match passed {
                Some(passed) => local = passed,
                None if local.alias.is_some() => return None,
                None => {}
            }
            module = called.by;
        }
    }

    fn describe(&self, module: ModuleId, declared: &Declared) -> Provider {
        let place = declared.place();
        let argument = |name: &str| {
            let (source, attribute) = declared.argument(name)?;
            let value = self.value(&attribute.expr, &Scope::of(module, source));
            let place = attribute.expr.span.of(source);
            (!value.is_null()).then_some((value, place))
        };
        let role = self.role(module, declared);
        let credentials = CREDENTIALS
            .iter()
            .filter_map(|name| {
                let (value, place) = argument(name)?;
                Some((*name, value, place))
            })
            .chain(
                role.clone()
                    .map(|role| ("assume_role", role.clone(), role.place)),
            );
        let prefix = &self.module(module).address;
        let credentials: Vec<String> = credentials
            .map(|(name, value, place)| match value.why_unknown() {
                // What is written the same in one module is the same, whatever it is.
                Some(_) if prefix.is_empty() => format!("{name} = {}", place.text()),
                Some(_) => format!("{name} = {} in {prefix}", place.text()),
                None if name == "access_key" => format!("{name} = {}", hidden(&value)),
                None => format!("{name} = {:?}", value.data),
            })
            .collect();
        let mut whose = declared
            .labels
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        if !credentials.is_empty() {
            whose = format!("{whose}({})", credentials.join(", "));
        }
        let mut provider = self.unstated(&place, &whose);
        if let Some((region, _)) = argument("region") {
            provider.partition = partition(&region, &place);
            provider.region = region;
        }
        let allowed = argument("allowed_account_ids");
        let only = allowed.as_ref().and_then(|(ids, _)| match ids.items() {
            Some([only]) if only.as_str().is_some() => Some(only.clone()),
            _ => None,
        });
        let assumed = role.as_ref().and_then(account_of);
        if let Some(account) = assumed.or(only) {
            provider.account = account;
        }
        provider
    }

    /// The role that a provider assumes; of several blocks the last.
    fn role(&self, module: ModuleId, declared: &Declared) -> Option<Value> {
        let blocks = declared.blocks().into_iter().rev();
        let mut roles = blocks
            .filter(|(_, block)| block.kind.as_ref() == "assume_role")
            .filter_map(|(source, block)| {
                let role = block.body.attributes.get("role_arn")?;
                Some(self.value(&role.expr, &Scope::of(module, source)))
            });
        let in_json = || {
            let (source, attribute) = declared.argument("assume_role")?;
            let value = self.value(&attribute.expr, &Scope::of(module, source));
            let value = match value.items() {
                Some(items) => items.last()?.clone(),
                None => value,
            };
            value.get("role_arn").cloned()
        };
        roles.next().or_else(in_json).filter(|role| !role.is_null())
    }

    /// A provider of which nothing is said, with credentials of its own.
    fn unstated(&self, place: &Place, whose: &str) -> Provider {
        let symbol = |name| {
            let symbol = Symbol::of(whose).member(name);
            Value::new(Data::Symbol(symbol), place.clone())
        };
        let region = match &self.region {
            Some(region) => Value::new(Data::String(Arc::clone(region)), place.clone()),
            None => Value::unknown("the provider states no region", place.clone()),
        };
        let partition = match &self.region {
            Some(_) => partition(&region, place),
            None => symbol("partition"),
        };
        Provider {
            region,
            account: symbol("account_id"),
            partition,
        }
    }
}

/// The last letters of a key: enough to tell one from another, and of no use to anyone else.
pub(in crate::iac) fn hidden(key: &Value) -> String {
    let text = key.as_str().unwrap_or_default();
    let skipped = text.chars().count().saturating_sub(4);
    let last: String = text.chars().skip(skipped).collect();
    format!("…{last}")
}

/// The account of a role: the fifth part of its ARN, if that much of it is known.
pub(in crate::iac) fn account_of(role: &Value) -> Option<Value> {
    let known = match &role.data {
        Data::String(text) => text,
        Data::Text(parts) => match parts.first() {
            Some(Part::Literal(text)) => text,
            _ => return None,
        },
        _ => return None,
    };
    let account = known.split(':').nth(4)?;
    let whole = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| Value::new(Data::string(account), role.place.clone()))
}

/// The partition that a region lies in (AWS General Reference, "Amazon Resource Names").
fn partition(region: &Value, place: &Place) -> Value {
    let data = match &region.data {
        Data::String(region) if region.starts_with("us-gov-") => Data::string("aws-us-gov"),
        Data::String(region) if region.starts_with("cn-") => Data::string("aws-cn"),
        Data::String(region) if region.starts_with("us-iso") => {
            return Value::unknown("the partition of the region is not known", place.clone());
        }
        Data::String(_) => Data::string("aws"),
        Data::Unknown(why) => Data::Unknown(Arc::clone(why)),
        other => Data::unknown(format!("the region is {other:?}")),
    };
    Value::new(data, place.clone())
}
