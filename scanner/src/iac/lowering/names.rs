//! Texts of the inventory, with symbols for what only AWS will tell.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use super::Thing;
use crate::iac::declared::{Declared, Resource, Stated};
use crate::iac::json;
use crate::iac::value::{self, Data, Part, Value};
use crate::inventory::{Fact, Reason, Symbol, SymbolKind, Unknown};

/// By what names the things of each root are known in the inventory.
pub(super) struct Names<'a> {
    pub(super) roots: &'a [Declared],
    pub(super) partition: &'static str,
    /// The texts that stand for the ids and ARNs of declared things, by root and address.
    pub(super) things: HashMap<(usize, &'a str), Thing>,
}

/// A text of the inventory, or why there is none.
pub(super) type Text = Result<String, Unknown>;

pub(super) fn undetermined(detail: impl Into<String>) -> Unknown {
    Unknown::because(Reason::NotDetermined, detail)
}

/// Why a value is not known, if it is not.
pub(super) fn why_unknown(value: &Value) -> Unknown {
    match &value.data {
        Data::Unknown(why) => Unknown::clone(why),
        Data::Symbol(symbol) => undetermined(format!("{symbol} is known to AWS alone")),
        Data::Text(parts) => match unknown_part(parts) {
            Some(why) => why,
            None => undetermined("it is known to AWS alone"),
        },
        _ => undetermined("it is not of the type that it should be"),
    }
}

fn unknown_part(parts: &[Part]) -> Option<Unknown> {
    parts.iter().find_map(|part| match part {
        Part::Unknown(why) => Some(Unknown::clone(why)),
        Part::Symbol(symbol) => Some(undetermined(format!("{symbol} is known to AWS alone"))),
        Part::Literal(_) => None,
    })
}

/// What is stated, read; null where nothing is.
pub(super) fn read<T>(
    stated: Option<&Stated>,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, Unknown> {
    match stated {
        None => Ok(None),
        Some(stated) => match read(&stated.value) {
            Some(value) => Ok(Some(value)),
            None => Err(why_unknown(&stated.value)),
        },
    }
}

/// A text that is wholly known.
pub(super) fn plain(value: &Value) -> Option<String> {
    match &value.data {
        Data::String(text) => Some(Symbol::literal(text)),
        Data::Number(number) => Some(number.to_string()),
        Data::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A truth value; both languages take its text for it.
pub(super) fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match value.as_str() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    })
}

/// A number; both languages take its text for it.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value.as_number() {
        Some(number) => Some(number.as_f64()),
        None => value
            .as_str()?
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
    }
}

/// A whole number.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value.as_number() {
        Some(number) => number.as_integer(),
        None => value.as_str()?.parse().ok(),
    }
}

impl Names<'_> {
    /// How an address is told where there are several roots.
    pub(super) fn qualified(&self, root: usize, address: &str) -> String {
        match (self.roots, self.roots.get(root)) {
            ([_], _) | (_, None) => address.to_owned(),
            (_, Some(declared)) => format!("{}:{address}", declared.root),
        }
    }

    /// The account that something lives in: twelve digits, or a symbol.
    pub(super) fn account(&self, root: usize, account: &Value) -> String {
        match &account.data {
            Data::String(id) => Symbol::literal(id),
            Data::Symbol(symbol) => self.account_of(root, symbol),
            _ => Symbol::new(SymbolKind::Account, self.qualified(root, "?")).to_string(),
        }
    }

    fn account_of(&self, root: usize, symbol: &value::Symbol) -> String {
        let whose = match symbol.subject().as_ref() {
            "AWS::AccountId" => "the account of the stack".to_owned(),
            provider => format!("the account of provider {provider}"),
        };
        let name = match (self.roots, self.roots.get(root)) {
            ([_], _) | (_, None) => whose,
            (_, Some(declared)) => format!("{whose} in {}", declared.root),
        };
        Symbol::new(SymbolKind::Account, name).to_string()
    }

    /// The region that something lives in.
    pub(super) fn region(&self, region: &Value) -> Fact<String> {
        match &region.data {
            Data::String(region) => Fact::Known(Symbol::literal(region)),
            Data::Symbol(_) => Fact::unknown(undetermined(
                "the region of the stack is chosen when it is made; --region supplies it",
            )),
            _ => Fact::unknown(why_unknown(region)),
        }
    }

    /// The text of a value, with symbols for what is not known of it.
    pub(super) fn text(&self, root: usize, value: &Value) -> Text {
        match &value.data {
            Data::String(_) | Data::Number(_) | Data::Bool(_) => {
                plain(value).ok_or_else(|| why_unknown(value))
            }
            Data::Symbol(symbol) => Ok(self.symbol(root, symbol)),
            Data::Text(parts) => Ok(self.parts(root, parts)),
            Data::Json(inner) => Ok(self.parts(root, &json::encode(inner))),
            Data::Unknown(why) => Err(Unknown::clone(why)),
            _ => Err(undetermined("it is no text")),
        }
    }

    /// The text of a value, a symbol for it where nothing of it is known.
    pub(super) fn text_or_symbol(&self, root: usize, value: &Value) -> String {
        self.text(root, value).unwrap_or_else(|why| unknown(&why))
    }

    fn parts(&self, root: usize, parts: &[Part]) -> String {
        let texts = parts.iter().map(|part| match part {
            Part::Literal(text) => Symbol::literal(text),
            Part::Symbol(symbol) => self.symbol(root, symbol),
            Part::Unknown(why) => unknown(why),
        });
        texts.collect()
    }

    /// The text that stands for an attribute of something.
    fn symbol(&self, root: usize, symbol: &value::Symbol) -> String {
        let address = symbol.subject().as_ref();
        let attribute = symbol.attribute().unwrap_or_default();
        if let Some(thing) = self.things.get(&(root, address)) {
            match attribute {
                "arn" | "Arn" => return thing.arn.clone(),
                "name" => {
                    if let Some(name) = &thing.name {
                        return name.clone();
                    }
                }
                "zone_id" | "key_id" | "id" | "Id" | "KeyId" | "alarm_name" | "" => {
                    return thing.id.clone();
                }
                _ => {}
            }
        }
        match (address, attribute) {
            ("AWS::AccountId", _) | (_, "account_id") => return self.account_of(root, symbol),
            ("AWS::Partition", _) | (_, "partition") => return self.partition.to_owned(),
            ("AWS::URLSuffix", _) | (_, "dns_suffix") => return self.url_suffix().to_owned(),
            _ => {}
        }
        let declared = self.roots.get(root);
        let principal = declared.and_then(|declared| declared.principals.get(address));
        let name = self.qualified(root, &symbol.to_string());
        match principal {
            Some(account) if matches!(attribute, "arn" | "Arn") => {
                let kind = match address.contains("aws_iam_user") {
                    true => "user",
                    false => "role",
                };
                format!(
                    "arn:{}:iam::{}:{kind}/{}",
                    self.partition,
                    self.account(root, account),
                    Symbol::new(SymbolKind::Name, self.qualified(root, address))
                )
            }
            _ => Symbol::new(SymbolKind::Name, name).to_string(),
        }
    }

    fn url_suffix(&self) -> &'static str {
        match self.partition {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// What a value is as JSON, with symbols in its texts; a value that is not known is the text of
    /// a symbol.
    pub(super) fn json(&self, root: usize, value: &Value) -> Json {
        match &value.data {
            Data::Null => Json::Null,
            Data::Bool(value) => Json::Bool(*value),
            Data::Number(number) => match number.as_integer() {
                Some(integer) => Json::from(integer),
                None => Json::from(number.as_f64()),
            },
            Data::List(list) | Data::Set(list) => {
                let items = list.items().iter();
                Json::Array(items.map(|item| self.json(root, item)).collect())
            }
            Data::Object(object) => {
                let members: &BTreeMap<_, Value> = object.members();
                let members = members
                    .iter()
                    .map(|(name, value)| (Symbol::literal(name), self.json(root, value)));
                Json::Object(members.collect::<Map<_, _>>())
            }
            _ => Json::String(self.text_or_symbol(root, value)),
        }
    }

    /// The name of something as people know it: what is stated, as far as it is known, else its
    /// address.
    pub(super) fn name(&self, root: usize, stated: Option<&Stated>, resource: &Resource) -> String {
        let stated = self.stated_name(root, stated);
        stated.unwrap_or_else(|| self.qualified(root, &resource.address))
    }

    /// The name that is stated, if anything of it is known.
    pub(super) fn stated_name(&self, root: usize, stated: Option<&Stated>) -> Option<String> {
        let value = &stated?.value;
        match &value.data {
            Data::Unknown(_) | Data::Symbol(_) => None,
            _ => self.text(root, value).ok(),
        }
    }
}

/// The symbol for a text of which nothing is known.
pub(super) fn unknown(why: &Unknown) -> String {
    let detail = why.detail.clone().unwrap_or_default();
    Symbol::new(SymbolKind::Unknown, detail).to_string()
}
