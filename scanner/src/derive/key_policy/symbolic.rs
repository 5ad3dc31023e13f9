//! Key policies of source code, in which symbols stand for what only AWS will tell.
//!
//! What follows from such a policy is what follows whatever its symbols stand for. It is therefore
//! evaluated under several interpretations: one in which every symbol stands for something of its
//! own, and one for each text that a symbol may turn out to be. Where they differ, the answer is
//! unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{
    Access, CreateGrant, GuardedAccess, KeyPolicy, KskAccess, PolicyError, PrincipalAccess,
    Request, Scope, ServiceStatement,
};
use crate::inventory::{Fact, Reason, Symbol, SymbolKind, Unknown};

/// A key policy in which symbols may stand.
#[derive(Debug, Clone)]
pub struct SymbolicPolicy {
    /// The text; several where statements are not wholly known.
    readings: Vec<String>,
    /// The first text under the interpretation by which symbols stand for something of their own.
    plain: KeyPolicy,
    symbols: Vec<Symbol>,
    /// Why statements are not wholly known.
    open: Vec<String>,
}

/// More interpretations than this are not tried: what would need them is unknown.
const MAX_INTERPRETATIONS: usize = 24;

/// What each symbol stands for.
#[derive(Debug, Clone, Default)]
struct Interpretation(BTreeMap<Symbol, String>);

impl SymbolicPolicy {
    /// Reads a policy document.
    ///
    /// # Errors
    /// As [`KeyPolicy::parse`].
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut symbols = Symbol::within(text);
        if symbols.is_empty() {
            return Ok(Self {
                readings: vec![text.to_owned()],
                plain: KeyPolicy::parse(text)?,
                symbols,
                open: Vec::new(),
            });
        }
        let known = symbols.len();
        let (unknown, named) = (symbols.into_iter())
            .partition::<Vec<_>, _>(|symbol| symbol.kind == SymbolKind::Unknown);
        symbols = named;
        let readings = match symbols.len() == known {
            true => vec![text.to_owned()],
            false => extremes(text),
        };
        let first = readings.first().map_or(text, String::as_str);
        let plain = KeyPolicy::parse(&Interpretation::own(&symbols).apply(first))?;
        Ok(Self {
            readings,
            plain,
            symbols,
            open: unknown.into_iter().map(|symbol| symbol.name).collect(),
        })
    }

    /// What the policy lets Route 53 do for a zone.
    pub fn access(&self, request: &Request) -> KskAccess {
        let answers = self.under_each(&texts_of(request), |policy, meaning| {
            policy.access(&meaning.request(request))
        });
        let each = |part: fn(&KskAccess) -> &Fact<GuardedAccess>| {
            let parts: Vec<Fact<GuardedAccess>> = match &answers {
                Ok(answers) => answers.iter().map(|answer| part(answer).clone()).collect(),
                Err(why) => vec![Fact::unknown(why.clone())],
            };
            self.same(parts)
        };
        KskAccess {
            describe_key: each(|access| &access.describe_key),
            get_public_key: each(|access| &access.get_public_key),
            sign: each(|access| &access.sign),
        }
    }

    /// Whether the policy lets Route 53 create grants.
    pub fn create_grant(&self, requests: &[Request]) -> CreateGrant {
        let texts: Vec<&str> = requests.iter().flat_map(texts_of).collect();
        let answers = self.under_each(&texts, |policy, meaning| {
            let requests: Vec<Request> = (requests.iter())
                .map(|request| meaning.request(request))
                .collect();
            policy.create_grant(&requests)
        });
        let each = |part: fn(&CreateGrant) -> &Fact<Access>| {
            let parts: Vec<Fact<Access>> = match &answers {
                Ok(answers) => answers.iter().map(|answer| part(answer).clone()).collect(),
                Err(why) => vec![Fact::unknown(why.clone())],
            };
            self.same(parts)
        };
        CreateGrant {
            for_aws_resource: each(|grant| &grant.for_aws_resource),
            for_other: each(|grant| &grant.for_other),
        }
    }

    /// The statements that allow Route 53 something it needs.
    pub fn service_statements(&self) -> Fact<Vec<ServiceStatement>> {
        let answers = self.under_each(&[], |policy, _| policy.service_statements());
        match answers {
            Ok(answers) => self.same(answers.into_iter().map(Fact::Known).collect()),
            Err(why) => Fact::unknown(why),
        }
    }

    /// The principals, other than Route 53, that may sign with the key or govern it.
    pub fn principals(&self, scope: &Scope) -> Fact<Vec<PrincipalAccess>> {
        let mut texts: Vec<&str> = scope.accounts.iter().map(String::as_str).collect();
        texts.extend(scope.key_arn.known().map(String::as_str));
        let answers = self.under_each(&texts, |policy, meaning| {
            (meaning.clone(), policy.principals(&meaning.scope(scope)))
        });
        let mut answers = match answers {
            Ok(answers) => answers.into_iter(),
            Err(why) => return Fact::unknown(why),
        };
        let Some((own, mut merged)) = answers.next() else {
            return Fact::Known(Vec::new());
        };
        for principal in merged.iter_mut().filter(|_| !own.0.is_empty()) {
            principal.principal = own.undo(&principal.principal);
            principal.account = (principal.account.as_deref()).map(|text| own.undo(text));
        }
        for (meaning, others) in answers {
            let mut met: BTreeSet<&str> = BTreeSet::new();
            for principal in &mut merged {
                let name = meaning.apply(&principal.principal);
                match others.iter().find(|other| other.principal == name) {
                    Some(other) => {
                        met.insert(&other.principal);
                        self.reconcile(principal, other);
                    }
                    None => return Fact::unknown(self.undecided()),
                }
            }
            if met.len() < others.len() {
                return Fact::unknown(self.undecided());
            }
        }
        Fact::Known(merged)
    }

    /// Leaves known of a principal what another interpretation says as well.
    fn reconcile(&self, principal: &mut PrincipalAccess, other: &PrincipalAccess) {
        self.keep(&mut principal.outside, &other.outside);
        let (own, other) = (&mut principal.actions, &other.actions);
        self.keep(&mut own.sign, &other.sign);
        self.keep(&mut own.put_key_policy, &other.put_key_policy);
        self.keep(&mut own.disable_key, &other.disable_key);
        self.keep(&mut own.schedule_key_deletion, &other.schedule_key_deletion);
    }

    fn keep<T: PartialEq>(&self, own: &mut Fact<T>, other: &Fact<T>) {
        if own != other {
            *own = Fact::unknown(self.undecided());
        }
    }

    /// What a question comes to under every interpretation.
    fn under_each<T>(
        &self,
        asked: &[&str],
        question: impl Fn(&KeyPolicy, &Interpretation) -> T,
    ) -> Result<Vec<T>, Unknown> {
        let mut symbols = self.symbols.clone();
        for symbol in asked.iter().flat_map(|text| Symbol::within(text)) {
            if !symbols.contains(&symbol) {
                symbols.push(symbol);
            }
        }
        let own = Interpretation::own(&symbols);
        let mut answers = vec![question(&self.plain, &own)];
        if symbols.is_empty() {
            return Ok(answers);
        }
        let mut texts: Vec<&str> = self.readings.iter().map(String::as_str).collect();
        texts.extend(asked);
        let meanings = own.others(&texts, &symbols);
        if meanings.len() >= MAX_INTERPRETATIONS {
            return Err(self.undecided());
        }
        let meanings: Vec<Interpretation> = std::iter::once(own).chain(meanings).collect();
        for (reading, place) in self.readings.iter().zip(0..) {
            for meaning in meanings.iter().skip(usize::from(place == 0)) {
                // What a symbol may stand for can make the text one that is no policy.
                if let Ok(policy) = KeyPolicy::parse(&meaning.apply(reading)) {
                    answers.push(question(&policy, meaning));
                }
            }
        }
        Ok(answers)
    }

    /// What all answers agree on.
    fn same<T: PartialEq>(&self, answers: Vec<Fact<T>>) -> Fact<T> {
        let mut answers = answers.into_iter();
        let Some(first) = answers.next() else {
            return Fact::unknown(self.undecided());
        };
        match answers.all(|other| other == first) {
            true => first,
            false => Fact::unknown(self.undecided()),
        }
    }

    fn undecided(&self) -> Unknown {
        if let Some(why) = self.open.first() {
            let detail = format!("a statement of the policy is not known: {why}");
            return Unknown::because(Reason::NotDetermined, detail);
        }
        let names: Vec<&str> = (self.symbols.iter())
            .map(|symbol| symbol.name.as_str())
            .take(3)
            .collect();
        let detail = match names.as_slice() {
            [] => "the policy names an account or a zone that may be that of the configuration"
                .to_owned(),
            names => format!("what the policy says depends on {}", names.join(", ")),
        };
        Unknown::because(Reason::NotDetermined, detail)
    }
}

fn texts_of(request: &Request) -> Vec<&str> {
    [&request.zone_arn, &request.account, &request.key_arn]
        .into_iter()
        .filter_map(|fact| fact.known().map(String::as_str))
        .collect()
}

impl Interpretation {
    /// The interpretation by which every symbol stands for something of its own, which is of the
    /// right form and occurs nowhere else.
    fn own(symbols: &[Symbol]) -> Self {
        let named = symbols.iter().zip(1..).map(|(symbol, number)| {
            let own = match symbol.kind {
                SymbolKind::Account => format!("9{number:011}"),
                SymbolKind::Zone => format!("Z0ZZZZZZZ{number:05}"),
                SymbolKind::Key => format!("ffffffff-ffff-4fff-bfff-{number:012x}"),
                SymbolKind::Name | SymbolKind::Unknown => format!("symbol-{number}"),
            };
            (symbol.clone(), own)
        });
        Self(named.collect())
    }

    /// The interpretations by which one symbol stands for what another does, or for a text of its form
    /// in the policy or in what is asked of it.
    fn others(&self, texts: &[&str], symbols: &[Symbol]) -> Vec<Self> {
        let mut others = Vec::new();
        let text = texts.join(" ");
        for symbol in symbols {
            let alike = symbols.iter().filter(|other| {
                *other != symbol && other.kind == symbol.kind && symbol.kind == SymbolKind::Account
            });
            let alike = alike.filter_map(|other| self.0.get(other).cloned());
            for candidate in alike.chain(candidates(symbol.kind, &text)) {
                let mut other = self.clone();
                other.0.insert(symbol.clone(), candidate);
                others.push(other);
                if others.len() >= MAX_INTERPRETATIONS {
                    return others;
                }
            }
        }
        others
    }

    fn apply(&self, text: &str) -> String {
        Symbol::replace(text, |applied, symbol| {
            applied.push_str(self.0.get(symbol).map_or("", String::as_str));
        })
    }

    /// The text with every symbol back in its place.
    fn undo(&self, text: &str) -> String {
        let meanings = self.0.iter().filter(|(_, meaning)| !meaning.is_empty());
        meanings.fold(text.to_owned(), |text, (symbol, meaning)| {
            text.replace(meaning, &symbol.to_string())
        })
    }

    fn request(&self, request: &Request) -> Request {
        let applied = |fact: &Fact<String>| fact.as_ref().map(|text| self.apply(text));
        Request {
            zone_arn: applied(&request.zone_arn),
            account: applied(&request.account),
            key_arn: applied(&request.key_arn),
            ..request.clone()
        }
    }

    fn scope(&self, scope: &Scope) -> Scope {
        Scope {
            key_arn: scope.key_arn.as_ref().map(|text| self.apply(text)),
            accounts: Arc::new(scope.accounts.iter().map(|one| self.apply(one)).collect()),
            ..scope.clone()
        }
    }
}

/// The policies between which one lies of which some statements are not wholly known: without those,
/// and with them for everyone and everything, those that allow and those that deny each by
/// themselves. Access grows with the one and shrinks with the other, so that what holds at the
/// extremes holds between them.
fn extremes(text: &str) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Json>(text) else {
        return vec![text.to_owned()];
    };
    let statements = match document.get("Statement") {
        Some(Json::Array(statements)) => statements.clone(),
        Some(statement) => vec![statement.clone()],
        None => return vec![text.to_owned()],
    };
    let choices = [(false, false), (true, false), (false, true), (true, true)];
    let readings = choices.map(|(allows, denies)| {
        let statements = statements.iter().filter_map(|statement| {
            if !is_partly_unknown(&statement.to_string()) {
                return Some(statement.clone());
            }
            let effect = match statement.get("Effect").and_then(Json::as_str) {
                Some("Deny") => denies.then_some("Deny"),
                Some("Allow") => allows.then_some("Allow"),
                _ if denies => Some("Deny"),
                _ => allows.then_some("Allow"),
            };
            let widest = |effect| json!({"Effect": effect, "Principal": "*", "Action": "kms:*", "Resource": "*"});
            effect.map(widest)
        });
        let mut reading = document.clone();
        if let Some(member) = reading.get_mut("Statement") {
            *member = Json::Array(statements.collect());
        }
        reading.to_string()
    });
    readings.into()
}

fn is_partly_unknown(text: &str) -> bool {
    let symbols = Symbol::within(text);
    (symbols.iter()).any(|symbol| symbol.kind == SymbolKind::Unknown)
}

/// The texts of a policy that a symbol may turn out to stand for.
fn candidates(kind: SymbolKind, text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-*?".contains(c)));
    let fits = |word: &&str| match kind {
        SymbolKind::Account => word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()),
        SymbolKind::Zone => {
            let plain = word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            word.len() > 10 && word.starts_with('Z') && plain
        }
        SymbolKind::Key | SymbolKind::Name | SymbolKind::Unknown => false,
    };
    words.filter(fits).map(str::to_owned).collect()
}
