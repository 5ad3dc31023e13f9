//! Judging a snapshot: scope by scope, in parallel, each subject built, judged and forgotten.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;
use thiserror::Error;
use zonewarden_reports::{
    self as reports, Counts, DnsCounts, Outcome, Report, RuleResult, Severity, Summary, Tool,
};

use super::apart::ApartError;
use super::catalogue::{Catalogue, RuleError, Scope};
use super::cause;
use super::coverage;
use super::dns_counts;
use super::document::DocumentError;
use super::earlier;
use super::index::Index;
use super::machines::{Bench, Machines};
use super::misplaced::{Misplaced, Shapes};
use super::own::OwnRules;
use super::pack::PackError;
use super::result::{Item, Judged, Kept, Texts};
use super::selection::{Selection, selection};
use super::settings::{SettingError, Settings};
use super::source;
use super::subject::{Environment, KeyRecord, Subjects};
use super::verdict::Verdict;
use crate::inventory::snapshot::{SnapshotError, SnapshotFile};
use crate::inventory::{Alarm, Header, Mode, Reason, Registration, Vpcs};

/// Subjects that one thread takes at a time.
const CHUNK: usize = 64;

/// So few results are sorted by one thread sooner than others are woken.
const FEW: usize = 4096;

/// How a snapshot is judged.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The instant that stands for now; where none is given, that at which the snapshot was
    /// finished, or begun where it was not.
    pub now: Option<Timestamp>,
    /// Whether every result is kept, passes too.
    pub with_passes: bool,
    /// The verdicts that are kept even where they pass.
    pub watched: Watched,
    /// What is set of rules.
    pub settings: Settings,
    /// Accounts whose alarms watch over others: a gap in them is a gap in every zone's alarms.
    pub monitoring_accounts: Vec<String>,
    /// The CI run that called.
    pub ci: Option<String>,
    /// An earlier snapshot, for the rules about what has changed since.
    pub previous: Option<Arc<SnapshotFile>>,
    /// This program, so that the user's own rules are judged in a process apart, by its subcommand
    /// [`JUDGE_APART`](super::JUDGE_APART); where it is not given, they are judged in this one.
    pub program: Option<PathBuf>,
}

/// Verdicts by subject and rule: those that failed before, of which someone asks what became.
#[derive(Debug, Clone, Default)]
pub struct Watched(HashMap<String, HashSet<String>>);

impl<'a> FromIterator<(&'a str, &'a str)> for Watched {
    /// The verdicts of rules on subjects, each by its id.
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(verdicts: I) -> Self {
        let mut watched: HashMap<String, HashSet<String>> = HashMap::new();
        for (rule, subject) in verdicts {
            let rules = watched.entry(subject.to_owned()).or_default();
            rules.insert(rule.to_owned());
        }
        Self(watched)
    }
}

impl Watched {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
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
    /// The user's own rules cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The user's own rules cannot be judged in a process apart.
    #[error(transparent)]
    Apart(#[from] ApartError),
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
    /// The earlier snapshot is not earlier, or not of the same organisation.
    #[error(
        "the snapshot to compare with {0}; give one of the same organisation that was collected before"
    )]
    Previous(&'static str),
    /// A rule is set that there is not, or wrongly.
    #[error(transparent)]
    Setting(#[from] SettingError),
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
    options.settings.check(catalogue)?;
    let mut index = Index::of(snapshot)?;
    index.expect_alarms_of(&options.monitoring_accounts);
    let header = snapshot.header();
    let now = now_of(snapshot, options);
    let coverage = coverage::of(snapshot, &index);
    let environment = environment(snapshot, &index, now);
    let previous = options.previous.as_deref();
    if let Some(previous) = previous {
        earlier::check(previous, snapshot)?;
    }
    let previous_index = previous.map(Index::of).transpose()?;
    let before = (previous.zip(previous_index.as_ref()))
        .map(|(snapshot, index)| Subjects::new(snapshot, index, &[], now));
    let subjects = Subjects::new(snapshot, &index, &options.monitoring_accounts, now);
    let own = OwnRules::of(
        catalogue,
        header,
        previous.is_some(),
        &options.settings,
        options.program.clone(),
    )?;
    let judge = Judge {
        snapshot,
        index: &index,
        subjects: subjects.after(before.as_ref()),
        has_previous: previous.is_some(),
        catalogue,
        environment: &environment,
        settings: &options.settings,
        own: own.as_ref(),
        // In code, subjects get the names by which they are watched only after they were judged.
        with_passes: options.with_passes
            || (header.mode != Mode::Live && !options.watched.is_empty()),
        watched: &options.watched,
        shapes: Shapes::default(),
    };
    let Tally {
        mut kept,
        counts,
        dns,
        rule_errors,
        misplaced,
        covering,
        ..
    } = judge.run()?;
    // Which thread found what first must not decide which of two causes is named.
    let worst_first = |one: &Kept, other: &Kept| one.result.worst_first(&other.result);
    match kept.len() <= FEW {
        true => kept.sort_unstable_by(worst_first),
        false => kept.par_sort_unstable_by(worst_first),
    }
    cause::resolve(&mut kept, catalogue, &index, &header.partition);
    if header.mode != Mode::Live {
        source::told_of_code(&mut kept, &index);
    }
    let results: Vec<RuleResult> = kept.into_iter().map(|kept| *kept.result).collect();
    let coverage = match header.mode {
        Mode::Live => coverage::with_gaps_of(coverage, &results, &index),
        Mode::Source | Mode::Plan => coverage,
    };
    // A key or topic of an account that is not selected may be what a judged zone rests on; and a
    // policy that came malformed was not read either.
    let unread = header.mode == Mode::Live
        && results.iter().any(|result| {
            let unknown = result.unknown.as_ref();
            unknown.is_some_and(|unknown| {
                unknown.operation.is_some() || unknown.reason == Reason::Malformed.as_str()
            })
        });
    Ok(Report {
        schema: reports::SCHEMA.to_owned(),
        tool: Tool {
            name: "zonewarden".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_digest: catalogue.digest().to_owned(),
        },
        run: reports::Run {
            caller: Some(header.caller.clone()).filter(|caller| !caller.is_empty()),
            started_at: Some(header.started_at),
            finished_at: snapshot.footer().map(|footer| footer.finished_at),
            evaluated_at: now,
            snapshot_digest: Some(snapshot.digest().to_owned()),
            waivers_digest: None,
            settings_digest: options.settings.digest(),
            previous: previous.map(earlier::told),
            ci: options.ci.clone(),
        },
        scope: coverage::scope(snapshot),
        warnings: (catalogue.warnings().iter().cloned())
            .chain(coverage::warnings(snapshot, &index, &coverage))
            .chain(previous.into_iter().flat_map(earlier::warnings))
            .chain(misplaced.warnings(catalogue.rules()))
            .chain(idle_profiles(
                &options.settings,
                &covering,
                header.mode,
                &coverage,
            ))
            .collect(),
        coverage: reports::Coverage {
            complete: coverage.complete && !rule_errors && !unread,
            ..coverage
        },
        baseline: None,
        rules: listed_rules(catalogue, &counts, header, options),
        summary: Summary {
            dns: header.dns.is_some().then_some(dns),
            ..summary(&counts, &results)
        },
        results,
    })
}

/// What is told of profiles that cover nothing, where nothing was left unread that they might.
fn idle_profiles(
    settings: &Settings,
    covering: &[bool],
    mode: Mode,
    coverage: &reports::Coverage,
) -> Vec<String> {
    let all_read = coverage.whole && coverage.gaps.is_empty() && coverage.not_selected.is_empty();
    if mode != Mode::Live || !all_read {
        return Vec::new();
    }
    let idle = settings.profiles.iter().zip(covering);
    idle.filter(|(_, covers)| !**covers)
        .map(|(profile, _)| {
            format!(
                "The profile {} covers nothing that was judged; correct what it names, or remove it.",
                profile.name
            )
        })
        .collect()
}

/// The instant that stands for now.
pub(super) fn now_of(snapshot: &SnapshotFile, options: &Options) -> Timestamp {
    options
        .now
        .or_else(|| snapshot.footer().map(|footer| footer.finished_at))
        .unwrap_or(snapshot.header().started_at)
}

/// What every rule is given beside its subject.
pub(super) fn environment(snapshot: &SnapshotFile, index: &Index, now: Timestamp) -> Environment {
    let header = snapshot.header();
    Environment {
        now: now.to_string(),
        partition: header.partition.clone(),
        home_region: header.home_region.clone(),
        coverage: coverage::of_accounts(index),
    }
}

/// The work of one judgement.
struct Judge<'a> {
    index: &'a Index,
    snapshot: &'a SnapshotFile,
    subjects: Subjects<'a>,
    catalogue: &'a Catalogue,
    environment: &'a Environment,
    settings: &'a Settings,
    has_previous: bool,
    own: Option<&'a OwnRules<'a>>,
    with_passes: bool,
    watched: &'a Watched,
    shapes: Shapes,
}

/// What one turn of a thread judges.
enum Work<'a> {
    /// The zone at a place in the index, with its KSKs, keys and alarms.
    Zone(u32),
    /// The alarm at a place in the index, which watches no one zone that was read.
    Alarm(u32),
    /// The registered domain at a place in the index.
    Registration(u32),
    /// The VPCs at a place in the index.
    Vpcs(u32),
    /// An account.
    Account(&'a str),
    /// The organisation.
    Organization,
}

/// What was counted and kept.
struct Tally {
    kept: Vec<Kept>,
    counts: Vec<Counts>,
    dns: DnsCounts,
    rule_errors: bool,
    misplaced: Misplaced,
    /// Whether each profile covers a subject, or may.
    covering: Vec<bool>,
    texts: Texts,
}

impl Tally {
    fn new(rules: usize) -> Self {
        Self {
            kept: Vec::new(),
            counts: vec![Counts::default(); rules],
            dns: DnsCounts::default(),
            rule_errors: false,
            misplaced: Misplaced::default(),
            covering: Vec::new(),
            texts: Texts::default(),
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
        dns_counts::add(&mut self.dns, other.dns);
        self.rule_errors |= other.rule_errors;
        self.misplaced.add(other.misplaced);
        self.covering.resize(other.covering.len(), false);
        for (own, more) in self.covering.iter_mut().zip(other.covering) {
            *own |= more;
        }
    }
}

impl Judge<'_> {
    /// Judges everything, on every core.
    ///
    /// Each thread compiles the rules for itself: values that threads share would cost more in
    /// counted references than compiling does.
    fn run(&self) -> Result<Tally, EvaluateError> {
        let work = self.work();
        if work.is_empty() {
            return Ok(Tally::new(self.catalogue.rules().len()));
        }
        let next = AtomicUsize::new(0);
        let judge = || -> Result<Tally, EvaluateError> {
            let bench = Bench::new(
                self.catalogue,
                self.snapshot.header(),
                self.environment,
                self.settings,
                self.has_previous,
                self.own,
            )?;
            let mut machines = bench.machines()?;
            let mut tally = Tally::new(self.catalogue.rules().len());
            loop {
                let begin = next.fetch_add(CHUNK, Ordering::Relaxed);
                let Some(chunk) = work.get(begin..work.len().min(begin + CHUNK)) else {
                    tally.covering = machines.into_covering();
                    return Ok(tally);
                };
                for item in chunk {
                    self.judge_one(&mut machines, &mut tally, item)?;
                }
            }
        };
        let tallies = match work.len() <= CHUNK {
            true => vec![judge()],
            false => rayon::broadcast(|_| judge()),
        };
        let mut whole = Tally::new(self.catalogue.rules().len());
        for tally in tallies {
            whole.add(tally?);
        }
        Ok(whole)
    }

    /// Every zone, every alarm that is not judged with one, every registered domain, the VPCs of every
    /// region, every account, and the organisation.
    fn work(&self) -> Vec<Work<'_>> {
        let zones = (0..self.index.zones.len() as u32).map(Work::Zone);
        let alarms = self.index.alarms.iter().zip(0..);
        let elsewhere = alarms
            .filter(|(alarm, _)| alarm.first_zone.is_none())
            .map(|(_, at)| Work::Alarm(at));
        let accounts = self.index.accounts.keys().map(|id| Work::Account(id));
        let registrations = (0..self.index.registrations.len() as u32).map(Work::Registration);
        let live = self.snapshot.header().mode == Mode::Live;
        let organization = live.then_some(Work::Organization);
        let vpcs = (0..self.index.vpcs.len() as u32).map(Work::Vpcs);
        let beside = elsewhere.chain(registrations).chain(vpcs).chain(accounts);
        zones.chain(beside).chain(organization).collect()
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
            Work::Registration(at) => match self.subjects.registration_at(*at)? {
                Some(registration) => self.registration(machines, tally, &registration),
                None => Ok(()),
            },
            Work::Vpcs(at) => match self.subjects.vpcs_at(*at)? {
                Some(vpcs) => self.vpcs(machines, tally, &vpcs),
                None => Ok(()),
            },
            Work::Account(id) => self.account(machines, tally, id),
            Work::Organization => self.organization(machines, tally),
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
            let account = &self.subjects.account_facts(&zone.account);
            let subject = self.subjects.zone(&records);
            dns_counts::count(&mut tally.dns, zone, &records.observation);
            let item = Item::Zone(zone);
            let named = vec![zone.name.as_str()];
            let whereabouts = self.subjects.whereabouts(account, named, Some(&zone.tags));
            let verdicts = machines.judge(Scope::Zone, &subject, &whereabouts)?;
            self.take(tally, &Judged { item, account }, &[at], verdicts);
            for ksk in zone.ksks.items() {
                let subject = self.subjects.ksk(&records, ksk);
                let item = Item::Ksk(zone, ksk);
                let verdicts = machines.judge(Scope::Ksk, &subject, &whereabouts)?;
                self.take(tally, &Judged { item, account }, &[at], verdicts);
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
        let account = &subject.account;
        let whereabouts = (self.subjects).whereabouts(account, self.names_of(&zones), None);
        let verdicts = machines.judge(Scope::Key, &subject, &whereabouts)?;
        let judged = Judged {
            item: Item::Key(&record.key),
            account: &subject.account,
        };
        self.take(tally, &judged, &zones, verdicts);
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
        let zones: Vec<u32> = watched.collect();
        let account = &subject.account;
        let whereabouts = (self.subjects).whereabouts(account, self.names_of(&zones), None);
        let verdicts = machines.judge(Scope::Alarm, &subject, &whereabouts)?;
        let judged = Judged {
            item: Item::Alarm(alarm),
            account: &subject.account,
        };
        self.take(tally, &judged, &zones, verdicts);
        Ok(())
    }

    fn registration(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        registration: &Registration,
    ) -> Result<(), EvaluateError> {
        if !self.subjects.is_judged(&registration.account) {
            return Ok(());
        }
        let subject = self.subjects.registration(registration)?;
        let names = vec![registration.name.as_str()];
        let whereabouts = (self.subjects).whereabouts(&subject.account, names, None);
        let verdicts = machines.judge(Scope::Registration, &subject, &whereabouts)?;
        let judged = Judged {
            item: Item::Registration(registration),
            account: &subject.account,
        };
        let zones = self.index.zones_named(&registration.name);
        self.take(tally, &judged, zones, verdicts);
        Ok(())
    }

    fn vpcs(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
        vpcs: &Vpcs,
    ) -> Result<(), EvaluateError> {
        if !self.subjects.is_judged(&vpcs.account) {
            return Ok(());
        }
        let subject = self.subjects.vpcs(vpcs);
        let account = &subject.account;
        let whereabouts = self.subjects.whereabouts(account, Vec::new(), None);
        let verdicts = machines.judge(Scope::Vpcs, &subject, &whereabouts)?;
        let judged = Judged {
            item: Item::Vpcs(vpcs),
            account,
        };
        self.take(tally, &judged, &[], verdicts);
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
        let account = &self.subjects.account_facts(id);
        let whereabouts = self.subjects.whereabouts(account, Vec::new(), None);
        let verdicts = machines.judge(Scope::Account, &subject, &whereabouts)?;
        let judged = Judged {
            item: Item::Account(&self.snapshot.header().partition),
            account,
        };
        self.take(tally, &judged, &[], verdicts);
        Ok(())
    }

    /// The organisation is nowhere in itself: settings that are for its parts are not for it.
    fn organization(
        &self,
        machines: &mut Machines<'_>,
        tally: &mut Tally,
    ) -> Result<(), EvaluateError> {
        if !machines.judges(Scope::Organization) {
            return Ok(());
        }
        let subject = self.subjects.organization();
        let account = &self.subjects.account_facts("");
        let whereabouts = self.subjects.whereabouts(account, Vec::new(), None);
        let verdicts = machines.judge(Scope::Organization, &subject, &whereabouts)?;
        let header = self.snapshot.header();
        let judged = Judged {
            item: Item::Organization(subject.id.as_deref().unwrap_or(&header.account)),
            account,
        };
        self.take(tally, &judged, &[], verdicts);
        Ok(())
    }

    /// The names of zones by their places in the index.
    fn names_of(&self, zones: &[u32]) -> Vec<&str> {
        let entries = zones.iter().filter_map(|at| self.index.zone(*at));
        entries.map(|zone| zone.name.as_ref()).collect()
    }

    /// Counts the verdicts on a subject, and keeps those that the report shows.
    fn take(
        &self,
        tally: &mut Tally,
        judged: &Judged<'_>,
        zones: &[u32],
        verdicts: Vec<(usize, Verdict)>,
    ) {
        let watched = (!self.watched.is_empty())
            .then(|| self.watched.0.get(judged.id().as_ref()))
            .flatten();
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
            tally.misplaced.note(at, rule, &verdict, &self.shapes);
            let shown = matches!(verdict.outcome, Outcome::Fail | Outcome::Unknown);
            let is_watched = watched.is_some_and(|rules| rules.contains(&rule.id));
            if shown || is_watched || self.with_passes {
                let results = judged.results(rule, verdict, &mut tally.texts);
                tally.kept.extend(results.into_iter().map(|told| Kept {
                    result: Box::new(told.result),
                    zones: zones.into(),
                    at: told.at,
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

fn listed_rules(
    catalogue: &Catalogue,
    counts: &[Counts],
    header: &Header,
    options: &Options,
) -> Vec<reports::Rule> {
    catalogue
        .rules()
        .iter()
        .zip(counts)
        .map(|(rule, counts)| {
            let why = match selection(rule, header, options.previous.is_some()) {
                Selection::Selected => None,
                Selection::NotSelected(why) => Some(why),
            };
            reports::Rule {
                id: rule.id.clone(),
                title: rule.title.clone(),
                description: rule.description.clone(),
                severity: options.settings.severity(rule),
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
