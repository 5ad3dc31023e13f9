//! From a verdict to the results of a report, and how a report names what was judged.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use zonewarden_reports::{
    self as reports, Evidence, Outcome, RuleResult, Subject, Text, UnknownFact,
};

use super::catalogue::{Rule, Scope};
use super::cause;
use super::subject::AccountFacts;
use super::verdict::{Finding, LostFact, Verdict};
use crate::inventory::{Alarm, Fact, Key, Ksk, Registration, Tags, Vpcs, Zone};

/// A result, and the zones, by their place in the index, that its subject is linked to.
pub(super) struct Kept {
    /// Boxed, for lists of results grow and are sorted.
    pub(super) result: Box<RuleResult>,
    pub(super) zones: Box<[u32]>,
    /// The path of the fact that is wrong.
    pub(super) at: Option<Box<str>>,
}

/// Texts that many results have in common, each held once: there may be a result for every zone,
/// and most of what it says, tags and commands, the others say too.
#[derive(Default)]
pub(super) struct Texts(HashSet<Text>);

impl Texts {
    fn share(&mut self, text: &str) -> Text {
        if let Some(held) = self.0.get(text) {
            return held.clone();
        }
        let held = Text::from(text);
        self.0.insert(held.clone());
        held
    }

    fn share_tags(&mut self, tags: &Fact<Tags>) -> BTreeMap<Text, Text> {
        let tags = tags.known().into_iter().flatten();
        tags.map(|(name, value)| (self.share(name), self.share(value)))
            .collect()
    }
}

/// A result, and the path of the fact that is wrong.
pub(super) struct Told {
    pub(super) result: RuleResult,
    pub(super) at: Option<Box<str>>,
}

/// What was judged.
pub(super) struct Judged<'a> {
    pub(super) item: Item<'a>,
    pub(super) account: &'a AccountFacts,
}

/// The item that was judged.
pub(super) enum Item<'a> {
    Zone(&'a Zone),
    Ksk(&'a Zone, &'a Ksk),
    Key(&'a Key),
    Alarm(&'a Alarm),
    Registration(&'a Registration),
    Vpcs(&'a Vpcs),
    /// An account of the partition of this name.
    Account(&'a str),
    /// The organisation of this id.
    Organization(&'a str),
}

impl Judged<'_> {
    /// The results of a rule about it: one for each finding, otherwise one.
    pub(super) fn results(&self, rule: &Rule, verdict: Verdict, texts: &mut Texts) -> Vec<Told> {
        let subject = self.subject(texts);
        let result = |key: String, texts: &mut Texts| RuleResult {
            rule: texts.share(&rule.id),
            outcome: verdict.outcome,
            severity: verdict.severity,
            message: String::new(),
            remediation: texts.share(&rule.remediation),
            fix: Vec::new(),
            unknown: None,
            cause: None,
            evidence: Vec::new(),
            locations: Vec::new(),
            fingerprint: reports::fingerprint(&rule.id, &subject.id, &key),
            subject: subject.clone(),
            key,
            baseline: None,
            waiver: None,
        };
        if verdict.outcome == Outcome::Fail {
            return verdict
                .findings
                .into_iter()
                .map(|(key, finding)| {
                    let at = finding.at.as_deref().map(Box::from);
                    let result = failed(result(key, texts), finding, texts);
                    Told { result, at }
                })
                .collect();
        }
        let result = match verdict.unknown {
            Some(lost) => lost_result(result(String::new(), texts), lost),
            None => result(String::new(), texts),
        };
        vec![Told { result, at: None }]
    }

    /// The id of it as a subject.
    pub(super) fn id(&self) -> Cow<'_, str> {
        match &self.item {
            Item::Zone(zone) => Cow::Borrowed(&zone.arn),
            Item::Ksk(zone, ksk) => Cow::Owned(cause::ksk_id(&zone.arn, &ksk.name)),
            Item::Key(key) => Cow::Borrowed(&key.arn),
            Item::Alarm(alarm) => Cow::Borrowed(&alarm.arn),
            Item::Registration(registration) => Cow::Borrowed(&registration.id),
            Item::Vpcs(vpcs) => Cow::Borrowed(&vpcs.id),
            Item::Organization(id) => Cow::Borrowed(id),
            Item::Account(partition) => {
                Cow::Owned(format!("arn:{partition}:iam::{}:root", self.account.id))
            }
        }
    }

    fn subject(&self, texts: &mut Texts) -> Subject {
        let account = self.account;
        let plain = Subject {
            kind: texts.share(self.item.scope().as_str()),
            id: self.id().into_owned(),
            name: String::new(),
            account: Some(texts.share(&account.id)),
            account_name: account.name.as_deref().map(|name| texts.share(name)),
            ou: account
                .ou
                .known()
                .and_then(|path| path.as_deref())
                .map(|path| texts.share(path)),
            region: None,
            tags: BTreeMap::new(),
            root: None,
            construct_path: None,
        };
        match &self.item {
            Item::Zone(zone) => Subject {
                name: zone.name.clone(),
                tags: texts.share_tags(&zone.tags),
                ..plain
            },
            Item::Ksk(zone, ksk) => Subject {
                name: format!("{} {}", zone.name, ksk.name),
                tags: texts.share_tags(&zone.tags),
                ..plain
            },
            Item::Key(key) => Subject {
                name: key.arn.rsplit('/').next().unwrap_or(&key.arn).to_owned(),
                region: (key.region.known().cloned().flatten()).map(|region| texts.share(&region)),
                ..plain
            },
            Item::Alarm(alarm) => Subject {
                name: alarm.name.clone(),
                region: alarm.region.known().map(|region| texts.share(region)),
                ..plain
            },
            Item::Registration(registration) => Subject {
                name: registration.name.clone(),
                ..plain
            },
            Item::Vpcs(vpcs) => Subject {
                name: match vpcs.id.rsplit_once('/') {
                    Some((_, "*")) => "VPCs".to_owned(),
                    Some((_, one)) => one.to_owned(),
                    None => vpcs.id.clone(),
                },
                region: vpcs.region.known().map(|region| texts.share(region)),
                ..plain
            },
            Item::Account(_) => Subject {
                name: account.name.clone().unwrap_or_else(|| account.id.clone()),
                tags: texts.share_tags(&account.tags),
                ..plain
            },
            Item::Organization(id) => Subject {
                name: (*id).to_owned(),
                account: None,
                account_name: None,
                ou: None,
                ..plain
            },
        }
    }
}

impl Item<'_> {
    fn scope(&self) -> Scope {
        match self {
            Self::Zone(_) => Scope::Zone,
            Self::Ksk(..) => Scope::Ksk,
            Self::Key(_) => Scope::Key,
            Self::Alarm(_) => Scope::Alarm,
            Self::Registration(_) => Scope::Registration,
            Self::Vpcs(_) => Scope::Vpcs,
            Self::Account(_) => Scope::Account,
            Self::Organization(_) => Scope::Organization,
        }
    }
}

fn failed(result: RuleResult, finding: Finding, texts: &mut Texts) -> RuleResult {
    RuleResult {
        message: finding.message,
        severity: finding.severity,
        fix: (finding.fix.iter())
            .map(|argument| texts.share(argument))
            .collect(),
        evidence: finding
            .at
            .zip(finding.value)
            .map(|(name, value)| Evidence { name, value })
            .into_iter()
            .collect(),
        ..result
    }
}

fn lost_result(result: RuleResult, lost: LostFact) -> RuleResult {
    let why = lost.why;
    let message = match &lost.fact {
        Some(fact) => format!("Not known: {fact}."),
        None => "The rule could not be run to its end.".to_owned(),
    };
    RuleResult {
        message,
        unknown: Some(UnknownFact {
            fact: lost.fact,
            reason: why.reason.as_str().to_owned(),
            operation: why.operation,
            code: why.code,
            detail: why.detail,
        }),
        ..result
    }
}
