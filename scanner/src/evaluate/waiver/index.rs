//! Which findings a waiver covers.

use std::collections::{BTreeSet, HashMap};

use zonewarden_reports::{Rule, RuleResult, Subject};

use super::file::{Criteria, Entry};
use crate::evaluate::pattern::{fits, fits_anything, is_exact, lies_below, plain_name};

/// What a finding has to be on, as it is compared.
pub(super) struct Matcher<'a> {
    criteria: &'a Criteria,
    /// The patterns for names of zones, as names are compared.
    zone_names: Vec<String>,
}

impl<'a> Matcher<'a> {
    pub(super) fn of(criteria: &'a Criteria) -> Self {
        let names = criteria.zone_names.iter();
        Self {
            criteria,
            zone_names: names.map(|name| plain_name(name)).collect(),
        }
    }

    /// Whether it leaves nothing out.
    pub(super) fn is_everything(&self) -> bool {
        let criteria = self.criteria;
        let leaves_nothing_out = |patterns: &[String]| {
            patterns.is_empty() || patterns.iter().any(|pattern| fits_anything(pattern))
        };
        criteria.accounts.is_empty()
            && criteria.zone_ids.is_empty()
            && criteria.tags.is_empty()
            && (criteria.ous.is_empty()
                || criteria
                    .ous
                    .iter()
                    .any(|ou| ou.trim_matches('/').is_empty()))
            && leaves_nothing_out(&self.zone_names)
            && (criteria.arns.is_empty() || criteria.arns.iter().any(|arn| fits_any_arn(arn)))
            && leaves_nothing_out(&criteria.addresses)
    }

    /// Whether every criterion holds of a subject.
    fn holds(&self, asked: &Asked<'_>) -> bool {
        let subject = asked.subject;
        let criteria = self.criteria;
        let named = |names: &[String], own: Option<&str>| {
            names.is_empty() || own.is_some_and(|own| names.iter().any(|name| name == own))
        };
        let fitted = |patterns: &[String], own: &[&str]| {
            patterns.is_empty()
                || own
                    .iter()
                    .any(|own| patterns.iter().any(|pattern| fits(pattern, own)))
        };
        let lies_in = |ou: &str| criteria.ous.iter().any(|unit| lies_below(ou, unit));
        let has_tag = |(name, pattern): (&String, &String)| {
            let value = subject.tags.get(name.as_str());
            value.is_some_and(|value| fits(pattern, value))
        };
        named(&criteria.accounts, subject.account.as_deref())
            && named(&criteria.zone_ids, asked.zone_id)
            && (criteria.ous.is_empty() || subject.ou.as_deref().is_some_and(lies_in))
            && criteria.tags.iter().all(has_tag)
            && fitted(&criteria.arns, &[&subject.id])
            && fitted(&self.zone_names, asked.zone_name.as_deref().as_slice())
            && fitted(&criteria.addresses, &asked.addresses)
    }

    /// What a subject has to have exactly, one of these, where there is such a thing: by it the waivers
    /// that may cover a subject are found without asking all.
    fn anchors(&self) -> Option<BTreeSet<Anchor>> {
        let criteria = self.criteria;
        let anchored = |names: &[String], anchor: fn(String) -> Anchor, is_exact: bool| {
            (is_exact && !names.is_empty())
                .then(|| names.iter().cloned().map(anchor).collect::<BTreeSet<_>>())
        };
        let exact = |patterns: &[String]| patterns.iter().all(|pattern| is_exact(pattern));
        anchored(&criteria.zone_ids, Anchor::ZoneId, true)
            .or_else(|| anchored(&criteria.arns, Anchor::Id, exact(&criteria.arns)))
            .or_else(|| {
                let addresses = &criteria.addresses;
                anchored(addresses, Anchor::Address, exact(addresses))
            })
            .or_else(|| anchored(&self.zone_names, Anchor::ZoneName, exact(&self.zone_names)))
            .or_else(|| anchored(&criteria.accounts, Anchor::Account, true))
    }
}

/// Whether a pattern fits the ARNs of things that have nothing else in common.
fn fits_any_arn(pattern: &str) -> bool {
    const APART: [&str; 2] = [
        "arn:aws:route53:::hostedzone/Z0000000000000000001",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-1",
    ];
    APART.iter().all(|arn| fits(pattern, arn))
}

/// Something exact that a subject has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Anchor {
    ZoneId(String),
    Id(String),
    Address(String),
    ZoneName(String),
    Account(String),
}

/// A subject, with what waivers ask of it.
struct Asked<'a> {
    subject: &'a Subject,
    /// The id of the hosted zone, of a zone or a KSK of the running organisation.
    zone_id: Option<&'a str>,
    /// The plain name of the zone, of a zone or a KSK.
    zone_name: Option<String>,
    /// The address of what code declares, with its root and without.
    addresses: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(subject: &'a Subject) -> Self {
        let zone_name = match subject.kind.as_str() {
            "zone" => Some(plain_name(&subject.name)),
            "ksk" => subject.name.split(' ').next().map(plain_name),
            _ => None,
        };
        let zone = subject.id.split_once(":hostedzone/").map(|(_, zone)| zone);
        Self {
            zone_id: zone.map(|zone| zone.split('#').next().unwrap_or(zone)),
            zone_name,
            addresses: match subject.root.as_deref() {
                Some(root) => {
                    let after = subject.id.strip_prefix(root);
                    let within = after.and_then(|after| after.strip_prefix(':'));
                    [Some(subject.id.as_str()), within]
                        .into_iter()
                        .flatten()
                        .collect()
                }
                None => Vec::new(),
            },
            subject,
        }
    }

    fn anchors(&self) -> Vec<Anchor> {
        let own = |text: &str| text.to_owned();
        let mut anchors = vec![Anchor::Id(self.subject.id.clone())];
        anchors.extend(self.zone_id.map(own).map(Anchor::ZoneId));
        anchors.extend(self.zone_name.clone().map(Anchor::ZoneName));
        anchors.extend(
            self.subject
                .account
                .as_deref()
                .map(own)
                .map(Anchor::Account),
        );
        anchors.extend(self.addresses.iter().copied().map(own).map(Anchor::Address));
        anchors
    }
}

/// The waivers that accept findings, by rule and by what their subjects have to have.
pub(super) struct Index<'a> {
    matchers: Vec<Matcher<'a>>,
    by_rule: HashMap<String, Candidates>,
}

/// The waivers of one rule, by their place in the file.
#[derive(Default)]
struct Candidates {
    anchored: HashMap<Anchor, Vec<usize>>,
    others: Vec<usize>,
}

impl<'a> Index<'a> {
    /// The index of waivers for these rules.
    pub(super) fn of(entries: &'a [(usize, Entry)], rules: &[Rule]) -> Self {
        let matchers: Vec<Matcher<'a>> = (entries.iter())
            .map(|(_, entry)| Matcher::of(&entry.covers))
            .collect();
        let mut by_rule: HashMap<String, Candidates> = HashMap::new();
        for (at, (_, entry)) in entries.iter().enumerate() {
            let anchors = matchers.get(at).and_then(Matcher::anchors);
            let named = |rule: &&Rule| entry.names(&rule.id);
            for rule in rules.iter().filter(named) {
                let candidates = by_rule.entry(rule.id.clone()).or_default();
                let Some(anchors) = &anchors else {
                    candidates.others.push(at);
                    continue;
                };
                for anchor in anchors {
                    let anchored = candidates.anchored.entry(anchor.clone());
                    anchored.or_default().push(at);
                }
            }
        }
        Self { matchers, by_rule }
    }

    pub(super) fn matcher(&self, at: usize) -> Option<&Matcher<'a>> {
        self.matchers.get(at)
    }

    /// The places in the file of the waivers that cover a result.
    pub(super) fn covering(&self, result: &RuleResult) -> Vec<usize> {
        let Some(candidates) = self.by_rule.get(result.rule.as_str()) else {
            return Vec::new();
        };
        let asked = Asked::of(&result.subject);
        let mut covering: Vec<usize> = match candidates.anchored.is_empty() {
            true => Vec::new(),
            false => (asked.anchors().iter())
                .filter_map(|anchor| candidates.anchored.get(anchor))
                .flatten()
                .copied()
                .collect(),
        };
        covering.extend(&candidates.others);
        covering.retain(|at| {
            self.matcher(*at)
                .is_some_and(|matcher| matcher.holds(&asked))
        });
        covering
    }
}
