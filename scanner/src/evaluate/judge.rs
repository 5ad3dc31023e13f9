//! Judging a snapshot: scope by scope, in parallel, each subject built, judged and forgotten.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;
use regorus::Value;
use serde::Serialize;
use serde_json::Value as Json;
use thiserror::Error;
use zonewarden_reports::{
    self as reports, Counts, Evidence, Outcome, Report, RuleResult, Severity, Subject, Summary,
    Tool, UnknownFact,
};

use super::catalogue::{Catalogue, Judges, Rule, RuleError, Scope};
use super::cause;
use super::coverage;
use super::document::{Document, DocumentError};
use super::index::Index;
use super::program::{CompiledRule, Machine};
use super::subject::{AccountCoverage, AccountFacts, Environment, KeyRecord, Subjects};
use super::verdict::{Finding, LostFact, Verdict, judge};
use crate::inventory::snapshot::{SnapshotError, SnapshotFile};
use crate::inventory::{Alarm, Fact, Key, Ksk, Tags, Zone};

/// Subjects that one thread takes at a time.
const CHUNK: usize = 64;

/// How a snapshot is judged.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The instant that stands for now; where none is given, that at which the snapshot was
    /// finished, or begun where it was not.
    pub now: Option<Timestamp>,
    /// Whether every result is kept, passes too.
    pub with_passes: bool,
    /// Values of parameters, by rule and name.
    pub params: BTreeMap<String, BTreeMap<String, Json>>,
    /// Accounts whose alarms watch over others: a gap in them is a gap in every zone's alarms.
    pub monitoring_accounts: Vec<String>,
    /// The CI run that called.
    pub ci: Option<String>,
}

/// Whether a rule is judged in a run, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// It is.
    Selected,
    /// It is not, for this reason.
    NotSelected(String),
}

/// Why a snapshot cannot be judged.
#[derive(Debug, Error)]
pub enum EvaluateError {
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A rule cannot be used.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A subject cannot be shown to Rego.
    #[error(
        "cannot make the input of a rule: {0}; this is a fault of zonewarden, please report it"
    )]
    Document(#[from] DocumentError),
    /// A subject cannot be written as JSON.
    #[error(
        "cannot write the input of a rule: {0}; this is a fault of zonewarden, please report it"
    )]
    Json(#[from] serde_json::Error),
    /// The configuration sets a parameter that there is not, or to a value of another type.
    #[error("{0}")]
    Param(String),
}

/// Judges a snapshot by the rules of a catalogue.
///
/// The same snapshot, catalogue and options give the same report.
///
/// # Errors
/// Where the snapshot cannot be read, a rule does not compile, or a parameter is set wrongly. A
/// rule that fails on a subject is a result, and makes the report incomplete.
pub fn evaluate(
    snapshot: &SnapshotFile,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Report, EvaluateError> {
    let params = effective_params(catalogue, options)?;
    let index = Index::of(snapshot)?;
    let header = snapshot.header();
    let now = now_of(snapshot, options);
    let coverage = coverage::of(snapshot, &index);
    let environment = environment(snapshot, &coverage, now);
    let judge = Judge {
        snapshot,
        index: &index,
        subjects: Subjects::new(snapshot, &index, &options.monitoring_accounts, now),
        catalogue,
        environment: &environment,
        params: &params,
        with_passes: options.with_passes,
    };
    let Tally {
        mut kept,
        counts,
        rule_errors,
    } = judge.run()?;
    // Which thread found what first must not decide which of two causes is named.
    kept.par_sort_unstable_by(|one, other| one.result.worst_first(&other.result));
    cause::resolve(&mut kept, catalogue, &index, &header.partition);
    let results: Vec<RuleResult> = kept.into_iter().map(|kept| *kept.result).collect();
    // A key or topic of an account that is not selected may be what a judged zone rests on.
    let unread = results.iter().any(|result| {
        let unknown = result.unknown.as_ref();
        unknown.is_some_and(|unknown| unknown.operation.is_some())
    });
    Ok(Report {
        schema: reports::SCHEMA.to_owned(),
        tool: Tool {
            name: "zonewarden".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_digest: catalogue.digest().to_owned(),
        },
        run: reports::Run {
            caller: Some(header.caller.clone()),
            started_at: Some(header.started_at),
            finished_at: snapshot.footer().map(|footer| footer.finished_at),
            evaluated_at: now,
            snapshot_digest: Some(snapshot.digest().to_owned()),
            ci: options.ci.clone(),
        },
        scope: coverage::scope(snapshot),
        coverage: reports::Coverage {
            complete: coverage.complete && !rule_errors && !unread,
            ..coverage
        },
        rules: listed_rules(catalogue, &counts, &header.partition),
        summary: summary(&counts, &results),
        results,
        warnings: coverage::warnings(snapshot, &index),
    })
}

/// The instant that stands for now.
pub(super) fn now_of(snapshot: &SnapshotFile, options: &Options) -> Timestamp {
    options
        .now
        .or_else(|| snapshot.footer().map(|footer| footer.finished_at))
        .unwrap_or(snapshot.header().started_at)
}

/// What every rule is given beside its subject.
pub(super) fn environment(
    snapshot: &SnapshotFile,
    coverage: &reports::Coverage,
    now: Timestamp,
) -> Environment {
    let header = snapshot.header();
    Environment {
        now: now.to_string(),
        partition: header.partition.clone(),
        home_region: header.home_region.clone(),
        coverage: AccountCoverage {
            accounts_in_scope: coverage.accounts.in_scope,
            accounts_read: coverage.accounts.read + coverage.accounts.partial,
        },
    }
}

/// Whether a rule is judged in the running organisation.
fn selection(rule: &Rule, partition: &str) -> Selection {
    if !rule.judges.contains(&Judges::Live) {
        return Selection::NotSelected("it judges source code and plans only".to_owned());
    }
    if !rule.partitions.is_empty() && !rule.partitions.iter().any(|known| known == partition) {
        return Selection::NotSelected(format!(
            "what it judges is not offered in the partition {partition}"
        ));
    }
    Selection::Selected
}

/// The parameters of every rule that has some: what is set, and the defaults.
fn effective_params(
    catalogue: &Catalogue,
    options: &Options,
) -> Result<HashMap<String, BTreeMap<String, Json>>, EvaluateError> {
    for (id, set) in &options.params {
        let rule = catalogue.rule(id).ok_or_else(|| {
            let known = catalogue.rules().iter().map(|rule| rule.id.as_str());
            EvaluateError::Param(format!(
                "parameters are set for the rule {id:?}, which there is not{}",
                nearest(id, known)
            ))
        })?;
        for (name, value) in set {
            let param = rule.params.get(name).ok_or_else(|| {
                let known = rule.params.keys().map(String::as_str);
                EvaluateError::Param(format!(
                    "the rule {id} has no parameter {name:?}{}",
                    nearest(name, known)
                ))
            })?;
            if !param.kind.admits(value) {
                return Err(EvaluateError::Param(format!(
                    "the parameter {name} of the rule {id} is set to {value}; give it a value of type {}",
                    param.kind.as_str()
                )));
            }
        }
    }
    let with_params = catalogue
        .rules()
        .iter()
        .filter(|rule| !rule.params.is_empty());
    Ok(with_params
        .map(|rule| {
            let set = options.params.get(&rule.id);
            let values = rule.params.iter().map(|(name, param)| {
                let value = set.and_then(|set| set.get(name)).unwrap_or(&param.default);
                (name.clone(), value.clone())
            });
            (rule.id.clone(), values.collect())
        })
        .collect())
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
        .map(|nearest| format!("; did you mean {nearest:?}?"))
        .unwrap_or_default()
}

/// The work of one judgement.
struct Judge<'a> {
    index: &'a Index,
    snapshot: &'a SnapshotFile,
    subjects: Subjects<'a>,
    catalogue: &'a Catalogue,
    environment: &'a Environment,
    params: &'a HashMap<String, BTreeMap<String, Json>>,
    with_passes: bool,
}

/// What one turn of a thread judges.
enum Work<'a> {
    /// The zone at a place in the index, with its KSKs, keys and alarms.
    Zone(u32),
    /// The alarm at a place in the index, which watches no one zone that was read.
    Alarm(u32),
    /// An account.
    Account(&'a str),
}

/// The rules that are selected, compiled, with what each is given beside the subject.
struct Bench<'a> {
    by_scope: BTreeMap<Scope, Vec<Seat<'a>>>,
    environment: BTreeMap<Value, Value>,
}

struct Seat<'a> {
    rule: &'a Rule,
    /// Its place in the catalogue.
    at: usize,
    compiled: CompiledRule,
    params: Value,
}

/// The machines of one thread.
struct Machines<'a> {
    by_scope: BTreeMap<Scope, Vec<(&'a Seat<'a>, Machine)>>,
    environment: &'a BTreeMap<Value, Value>,
}

impl<'a> Bench<'a> {
    /// Compiles the rules that are judged in the running organisation.
    fn new(
        catalogue: &'a Catalogue,
        environment: &Environment,
        params: &HashMap<String, BTreeMap<String, Json>>,
    ) -> Result<Self, EvaluateError> {
        let mut by_scope: BTreeMap<Scope, Vec<Seat<'a>>> = BTreeMap::new();
        for (at, rule) in catalogue.rules().iter().enumerate() {
            if selection(rule, &environment.partition) != Selection::Selected {
                continue;
            }
            by_scope.entry(rule.scope).or_default().push(Seat {
                rule,
                at,
                compiled: CompiledRule::compile(rule)?,
                params: Document::of(&params.get(&rule.id))?.value,
            });
        }
        let environment = match Document::of(environment)?.value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            _ => BTreeMap::new(),
        };
        Ok(Self {
            by_scope,
            environment,
        })
    }

    /// Machines for one thread.
    fn machines(&'a self) -> Machines<'a> {
        let machines = |seats: &'a Vec<Seat<'a>>| {
            let machines = seats.iter().map(|seat| (seat, seat.compiled.machine()));
            machines.collect()
        };
        Machines {
            by_scope: self
                .by_scope
                .iter()
                .map(|(scope, seats)| (*scope, machines(seats)))
                .collect(),
            environment: &self.environment,
        }
    }
}

impl Machines<'_> {
    /// Judges a subject by every rule of the scope; gives the rule's place in the catalogue.
    fn judge(
        &mut self,
        scope: Scope,
        subject: &impl Serialize,
    ) -> Result<Vec<(usize, Verdict)>, DocumentError> {
        let document = Document::of(&Scoped(scope, subject))?;
        let Value::Object(scoped) = &document.value else {
            return Ok(Vec::new());
        };
        let mut members = self.environment.clone();
        members.extend(
            scoped
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let params = Value::from("params");
        members.insert(params.clone(), Value::new_object());
        let plain = Value::from(members.clone());
        let seats = self.by_scope.get_mut(&scope).into_iter().flatten();
        Ok(seats
            .map(|(seat, machine)| {
                let verdict = if seat.rule.params.is_empty() {
                    judge(seat.rule, machine, &plain, &document.unknown)
                } else {
                    members.insert(params.clone(), seat.params.clone());
                    let input = Value::from(members.clone());
                    judge(seat.rule, machine, &input, &document.unknown)
                };
                (seat.at, verdict)
            })
            .collect())
    }
}

/// A subject under the name of its scope.
struct Scoped<'a, T>(Scope, &'a T);

impl<T: Serialize> Serialize for Scoped<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut object = serializer.serialize_struct("Scoped", 1)?;
        object.serialize_field(self.0.as_str(), self.1)?;
        object.end()
    }
}

/// A result, and the zones, by their place in the index, that its subject is linked to.
pub(super) struct Kept {
    /// Boxed, for lists of results grow and are sorted.
    pub(super) result: Box<RuleResult>,
    pub(super) zones: Vec<u32>,
}

/// What was counted and kept.
struct Tally {
    kept: Vec<Kept>,
    counts: Vec<Counts>,
    rule_errors: bool,
}

impl Tally {
    fn new(rules: usize) -> Self {
        Self {
            kept: Vec::new(),
            counts: vec![Counts::default(); rules],
            rule_errors: false,
        }
    }

    fn add(&mut self, other: Self) {
        self.kept.extend(other.kept);
        for (own, more) in self.counts.iter_mut().zip(other.counts) {
            own.pass += more.pass;
            own.fail += more.fail;
            own.unknown += more.unknown;
            own.not_applicable += more.not_applicable;
            own.waived += more.waived;
        }
        self.rule_errors |= other.rule_errors;
    }
}

/// What of a subject every result about it says.
struct Named {
    subject: Subject,
    zones: Vec<u32>,
}

impl Judge<'_> {
    /// Judges everything, on every core.
    ///
    /// Each thread compiles the rules for itself: values that threads share would cost more in
    /// counted references than compiling does.
    fn run(&self) -> Result<Tally, EvaluateError> {
        let work = self.work();
        let next = AtomicUsize::new(0);
        let tallies = rayon::broadcast(|_| -> Result<Tally, EvaluateError> {
            let bench = Bench::new(self.catalogue, self.environment, self.params)?;
            let mut machines = bench.machines();
            let mut tally = Tally::new(self.catalogue.rules().len());
            loop {
                let begin = next.fetch_add(CHUNK, Ordering::Relaxed);
                let Some(chunk) = work.get(begin..work.len().min(begin + CHUNK)) else {
                    return Ok(tally);
                };
                for item in chunk {
                    self.judge_one(&mut machines, &mut tally, item)?;
                }
            }
        });
        let mut whole = Tally::new(self.catalogue.rules().len());
        for tally in tallies {
            whole.add(tally?);
        }
        Ok(whole)
    }

    /// Every zone, every alarm that is not judged with one, every account.
    fn work(&self) -> Vec<Work<'_>> {
        let zones = (0..self.index.zones.len() as u32).map(Work::Zone);
        let alarms = self.index.alarms.iter().zip(0..);
        let elsewhere = alarms
            .filter(|(alarm, _)| alarm.first_zone.is_none())
            .map(|(_, at)| Work::Alarm(at));
        let accounts = self.index.accounts.keys().map(|id| Work::Account(id));
        zones.chain(elsewhere).chain(accounts).collect()
    }

    fn judge_one(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        work: &Work<'_>,
    ) -> Result<(), EvaluateError> {
        match work {
            Work::Zone(at) => self.zone(machines, tally, *at),
            Work::Alarm(at) => match self.subjects.alarm_at(*at)? {
                Some(alarm) => self.alarm(machines, tally, &alarm),
                None => Ok(()),
            },
            Work::Account(id) => self.account(machines, tally, id),
        }
    }

    /// Judges a zone, its KSKs, and the keys and alarms that have it as the first of their zones.
    fn zone(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        at: u32,
    ) -> Result<(), EvaluateError> {
        let Some(records) = self.subjects.records(at)? else {
            return Ok(());
        };
        let zone = &records.zone;
        if self.subjects.is_judged(&zone.account) {
            let account = self.subjects.account_facts(&zone.account);
            let named = Named {
                subject: zone_subject(zone, &account),
                zones: vec![at],
            };
            let subject = self.subjects.zone(&records);
            self.take(tally, &named, machines.judge(Scope::Zone, &subject)?);
            for ksk in zone.ksks.items() {
                let named = Named {
                    subject: ksk_subject(zone, ksk, &account),
                    zones: vec![at],
                };
                let subject = self.subjects.ksk(&records, ksk);
                self.take(tally, &named, machines.judge(Scope::Ksk, &subject)?);
            }
        }
        for record in &records.keys {
            self.key(machines, tally, record, at)?;
        }
        for (place, alarm) in &records.alarms {
            let own = self.index.alarms.get(*place as usize);
            if own.is_some_and(|own| own.first_zone == Some(at)) {
                self.alarm(machines, tally, alarm)?;
            }
        }
        Ok(())
    }

    fn key(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        record: &KeyRecord,
        zone: u32,
    ) -> Result<(), EvaluateError> {
        let Some(entry) = self.index.keys.get(record.key.arn.as_str()) else {
            return Ok(());
        };
        let zones: Vec<u32> = entry.users.iter().map(|(at, _)| *at).collect();
        // A key is judged for the sake of the zones that use it, with the first of them.
        let wanted = zones
            .iter()
            .filter_map(|at| self.index.zone(*at))
            .any(|zone| self.subjects.is_judged(&zone.account));
        if zones.first() != Some(&zone) || !wanted {
            return Ok(());
        }
        let subject = self.subjects.key(record, entry);
        let named = Named {
            subject: key_subject(&record.key, &subject.account),
            zones,
        };
        self.take(tally, &named, machines.judge(Scope::Key, &subject)?);
        Ok(())
    }

    fn alarm(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        alarm: &Alarm,
    ) -> Result<(), EvaluateError> {
        if !self.subjects.is_judged(&alarm.account) {
            return Ok(());
        }
        let subject = self.subjects.alarm(alarm);
        let watched = subject.watches.items().filter_map(|watch| {
            let zone = watch.zone.known()?.as_deref()?;
            self.index.zone_by_id.get(zone).copied()
        });
        let account = &subject.account;
        let named = Named {
            zones: watched.collect(),
            subject: Subject {
                kind: Scope::Alarm.as_str().to_owned(),
                id: alarm.arn.clone(),
                name: alarm.name.clone(),
                region: Some(alarm.region.clone()),
                ..in_account(account)
            },
        };
        self.take(tally, &named, machines.judge(Scope::Alarm, &subject)?);
        Ok(())
    }

    fn account(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        id: &str,
    ) -> Result<(), EvaluateError> {
        let Some(entry) = self.index.accounts.get(id) else {
            return Ok(());
        };
        if !self.subjects.is_judged(id) {
            return Ok(());
        }
        let subject = self.subjects.account(entry);
        let facts = self.subjects.account_facts(id);
        let named = Named {
            zones: Vec::new(),
            subject: Subject {
                kind: Scope::Account.as_str().to_owned(),
                id: format!("arn:{}:iam::{id}:root", self.snapshot.header().partition),
                name: facts.name.clone().unwrap_or_else(|| id.to_owned()),
                tags: known_tags(&facts.tags),
                ..in_account(&facts)
            },
        };
        self.take(tally, &named, machines.judge(Scope::Account, &subject)?);
        Ok(())
    }

    /// Counts the verdicts on a subject, and keeps those that the report shows.
    fn take(&self, tally: &mut Tally, named: &Named, verdicts: Vec<(usize, Verdict)>) {
        for (at, verdict) in verdicts {
            let Some(rule) = self.catalogue.rules().get(at) else {
                continue;
            };
            if let Some(counts) = tally.counts.get_mut(at) {
                count(counts, &verdict);
            }
            let failed = verdict
                .unknown
                .as_ref()
                .is_some_and(|lost| lost.fact.is_none());
            tally.rule_errors |= failed;
            let shown = matches!(verdict.outcome, Outcome::Fail | Outcome::Unknown);
            if shown || self.with_passes {
                let results = results_of(rule, &named.subject, verdict);
                tally.kept.extend(results.into_iter().map(|result| Kept {
                    result: Box::new(result),
                    zones: named.zones.clone(),
                }));
            }
        }
    }
}

fn count(counts: &mut Counts, verdict: &Verdict) {
    match verdict.outcome {
        Outcome::Pass => counts.pass += 1,
        Outcome::Fail => counts.fail += verdict.findings.len() as u64,
        Outcome::Unknown => counts.unknown += 1,
        Outcome::NotApplicable => counts.not_applicable += 1,
        Outcome::Waived => counts.waived += 1,
    }
}

fn results_of(rule: &Rule, subject: &Subject, verdict: Verdict) -> Vec<RuleResult> {
    let outcome = verdict.outcome;
    let result = |key: String| RuleResult {
        rule: rule.id.clone(),
        outcome,
        severity: rule.severity,
        subject: subject.clone(),
        message: String::new(),
        remediation: rule.remediation.clone(),
        fix: Vec::new(),
        unknown: None,
        cause: None,
        evidence: Vec::new(),
        locations: Vec::new(),
        fingerprint: reports::fingerprint(&rule.id, &subject.id, &key),
        key,
        baseline: None,
        waiver: None,
    };
    if outcome == Outcome::Fail {
        return verdict
            .findings
            .into_iter()
            .map(|(key, finding)| failed(result(key), finding))
            .collect();
    }
    vec![match verdict.unknown {
        Some(lost) => lost_result(result(String::new()), lost),
        None => result(String::new()),
    }]
}

fn failed(result: RuleResult, finding: Finding) -> RuleResult {
    RuleResult {
        message: finding.message,
        severity: finding.severity,
        fix: finding.fix,
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
        None => "The rule failed.".to_owned(),
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

fn in_account(account: &AccountFacts) -> Subject {
    Subject {
        kind: String::new(),
        id: String::new(),
        name: String::new(),
        account: Some(account.id.clone()),
        account_name: account.name.clone(),
        ou: account.ou.known().cloned().flatten(),
        region: None,
        tags: BTreeMap::new(),
        root: None,
    }
}

fn zone_subject(zone: &Zone, account: &AccountFacts) -> Subject {
    Subject {
        kind: Scope::Zone.as_str().to_owned(),
        id: zone.arn.clone(),
        name: zone.name.clone(),
        tags: known_tags(&zone.tags),
        ..in_account(account)
    }
}

fn ksk_subject(zone: &Zone, ksk: &Ksk, account: &AccountFacts) -> Subject {
    Subject {
        kind: Scope::Ksk.as_str().to_owned(),
        id: cause::ksk_id(&zone.arn, &ksk.name),
        name: format!("{} {}", zone.name, ksk.name),
        tags: BTreeMap::new(),
        ..zone_subject(zone, account)
    }
}

fn key_subject(key: &Key, account: &AccountFacts) -> Subject {
    Subject {
        kind: Scope::Key.as_str().to_owned(),
        id: key.arn.clone(),
        name: key.arn.rsplit('/').next().unwrap_or(&key.arn).to_owned(),
        region: key.region.clone(),
        ..in_account(account)
    }
}

fn known_tags(tags: &Fact<Tags>) -> Tags {
    tags.known().cloned().unwrap_or_default()
}

fn listed_rules(catalogue: &Catalogue, counts: &[Counts], partition: &str) -> Vec<reports::Rule> {
    catalogue
        .rules()
        .iter()
        .zip(counts)
        .map(|(rule, counts)| {
            let why = match selection(rule, partition) {
                Selection::Selected => None,
                Selection::NotSelected(why) => Some(why),
            };
            reports::Rule {
                id: rule.id.clone(),
                title: rule.title.clone(),
                description: rule.description.clone(),
                severity: rule.severity,
                scope: rule.scope.as_str().to_owned(),
                selected: why.is_none(),
                why,
                controls: rule.controls.clone(),
                remediation: rule.remediation.clone(),
                related_resources: rule.related_resources.clone(),
                counts: *counts,
            }
        })
        .collect()
}

fn summary(counts: &[Counts], results: &[RuleResult]) -> Summary {
    let mut summary = Summary::default();
    for counts in counts {
        summary.pass += counts.pass;
        summary.unknown += counts.unknown;
        summary.not_applicable += counts.not_applicable;
        summary.waived += counts.waived;
    }
    for result in results
        .iter()
        .filter(|result| result.outcome == Outcome::Fail)
    {
        let by_severity = match result.severity {
            Severity::Critical => &mut summary.fail.critical,
            Severity::High => &mut summary.fail.high,
            Severity::Medium => &mut summary.fail.medium,
            Severity::Low => &mut summary.fail.low,
            Severity::Info => &mut summary.fail.info,
        };
        *by_severity += 1;
    }
    summary
}
