//! A report held against what an earlier one found.

use std::collections::{HashMap, HashSet};

use crate::baseline::Baseline;
use crate::comparison::{
    BaselineState, Comparison, ComparisonCounts, EarlierFailure, EarlierState,
};
use crate::report::{Mode, Outcome, Report, Rule, RuleResult, Subject};

/// Marks what a report has in common with an earlier one, and tells what became of the rest.
///
/// Fingerprints decide what is the same finding. A failure is mended only where its rule was judged
/// now and what it judges was read: a verdict that passes, where the report has those that pass; else
/// that nothing in the account, or in the source code, could not be read. Otherwise it is not judged.
pub fn compare(report: &mut Report, baseline: &Baseline) {
    let before: HashMap<&str, &RuleResult> = (baseline.results.iter())
        .map(|result| (result.fingerprint.as_str(), result))
        .collect();
    let mut counts = ComparisonCounts::default();
    for result in &mut report.results {
        let earlier = before.get(result.fingerprint.as_str()).copied();
        result.baseline = state(result, earlier);
        count(&mut counts, result, earlier);
    }
    let now = Now::of(report);
    let mut earlier: Vec<EarlierFailure> = (baseline.results.iter())
        .filter(|result| result.outcome != Outcome::Unknown)
        .filter(|result| !now.failures.contains(result.fingerprint.as_str()))
        .map(|result| {
            let (state, why) = match now.became(result, baseline) {
                Became::Mended(why) => (EarlierState::Mended, why),
                Became::NotJudged(why) => (EarlierState::NotJudged, why),
            };
            EarlierFailure {
                state,
                why,
                result: result.clone(),
            }
        })
        .collect();
    earlier.sort_by(|one, other| one.result.worst_first(&other.result));
    for failure in &earlier {
        match failure.state {
            EarlierState::Mended => counts.mended += 1,
            EarlierState::NotJudged => counts.not_judged += 1,
        }
    }
    if baseline.left_out > 0 {
        report.warnings.push(format!(
            "The baseline leaves {} failures out, which are new here; compare with the JSON report.",
            baseline.left_out
        ));
    }
    report.baseline = Some(Comparison {
        digest: baseline.digest.clone(),
        evaluated_at: baseline.evaluated_at,
        counts,
        earlier,
    });
}

fn state(result: &RuleResult, earlier: Option<&RuleResult>) -> Option<BaselineState> {
    let failed = |result: &&RuleResult| result.outcome != Outcome::Unknown;
    let earlier = match result.outcome {
        Outcome::Fail | Outcome::Waived => earlier.filter(failed),
        Outcome::Unknown => earlier.filter(|result| !failed(result)),
        Outcome::Pass | Outcome::NotApplicable => return None,
    };
    let is_worse = |earlier: &RuleResult| {
        result.outcome == Outcome::Fail
            && (earlier.outcome == Outcome::Waived || result.severity > earlier.severity)
    };
    Some(match earlier {
        None => BaselineState::New,
        Some(earlier) if is_worse(earlier) => BaselineState::Updated,
        Some(_) => BaselineState::Unchanged,
    })
}

fn count(counts: &mut ComparisonCounts, result: &RuleResult, earlier: Option<&RuleResult>) {
    let was_failure = earlier.is_some_and(|earlier| earlier.outcome == Outcome::Fail);
    let counter = match (result.outcome, result.baseline) {
        (Outcome::Fail, Some(BaselineState::New)) => &mut counts.new,
        (Outcome::Fail, Some(BaselineState::Updated)) => &mut counts.updated,
        (Outcome::Fail, Some(BaselineState::Unchanged)) => &mut counts.unchanged,
        (Outcome::Waived, _) if was_failure => &mut counts.waived,
        (Outcome::Unknown, Some(BaselineState::New)) => &mut counts.unknown,
        _ => return,
    };
    *counter += 1;
}

/// What became of a failure that is none now, and how that is known.
enum Became {
    Mended(String),
    NotJudged(String),
}

/// What the later report says, in the order in which it is asked.
struct Now<'a> {
    report: &'a Report,
    failures: HashSet<&'a str>,
    rules: HashMap<&'a str, &'a Rule>,
    /// The results of a rule on a subject: any of them.
    verdicts: HashMap<(&'a str, &'a str), &'a RuleResult>,
    /// The accounts that were to be judged.
    selected: HashSet<&'a str>,
    /// The accounts of which something could not be read.
    with_gaps: HashSet<&'a str>,
    /// Whether something could not be read of which the account is not known.
    is_anywhere: bool,
}

impl<'a> Now<'a> {
    fn of(report: &'a Report) -> Self {
        let results = report.results.iter();
        let failed =
            |result: &&RuleResult| matches!(result.outcome, Outcome::Fail | Outcome::Waived);
        let coverage = &report.coverage;
        let gaps = coverage.gaps.iter();
        Self {
            report,
            failures: (results.clone().filter(failed))
                .map(|result| result.fingerprint.as_str())
                .collect(),
            rules: (report.rules.iter())
                .map(|rule| (rule.id.as_str(), rule))
                .collect(),
            verdicts: results
                .map(|result| ((result.rule.as_str(), result.subject.id.as_str()), result))
                .collect(),
            selected: coverage.selected.iter().map(String::as_str).collect(),
            with_gaps: (gaps.clone())
                .filter_map(|gap| gap.account.as_deref())
                .collect(),
            is_anywhere: !coverage.whole || gaps.clone().any(|gap| gap.account.is_none()),
        }
    }

    fn became(&self, earlier: &RuleResult, baseline: &Baseline) -> Became {
        let not_judged = |why: &str| Became::NotJudged(why.to_owned());
        let Some(rule) = self.rules.get(earlier.rule.as_str()) else {
            return not_judged("there is no such rule now");
        };
        if !rule.selected {
            return not_judged(rule.why.as_deref().unwrap_or("the rule was not selected"));
        }
        let mended = |why: &str| Became::Mended(why.to_owned());
        let key = (earlier.rule.as_str(), earlier.subject.id.as_str());
        match self.verdicts.get(&key).map(|verdict| verdict.outcome) {
            Some(Outcome::Unknown) => return not_judged("the verdict is not known"),
            Some(Outcome::Pass) => return mended("the rule passes"),
            Some(Outcome::NotApplicable) => return mended("the rule does not apply any more"),
            Some(Outcome::Fail | Outcome::Waived) => {
                return mended("other things fail there, and not this");
            }
            None => {}
        }
        if self.report.scope.mode != baseline.mode {
            return Became::NotJudged(format!(
                "the one report is {}, the other {}",
                baseline.mode.as_str(),
                self.report.scope.mode.as_str()
            ));
        }
        let unread = match self.report.scope.mode {
            Mode::Live => self.unread_live(&earlier.subject),
            Mode::Source | Mode::Plan => self.unread_source(&earlier.subject, baseline),
        };
        match unread {
            Some(why) => Became::NotJudged(why),
            None => mended("it passes, or is not there any more"),
        }
    }

    /// Why nothing is known of a subject without a result; nothing where it passes or is gone.
    fn unread_live(&self, subject: &Subject) -> Option<String> {
        let coverage = &self.report.coverage;
        let Some(account) = subject.account.as_deref() else {
            return Some("its account is not known".to_owned());
        };
        let of_account = |skipped: &&crate::report::Skipped| skipped.account == account;
        if let Some(skipped) = coverage.skipped.iter().find(of_account) {
            return Some(format!("account {account} is {}", skipped.reason));
        }
        if !self.selected.contains(account) {
            return Some(format!("account {account} was not judged"));
        }
        // A key or alarm is judged for the sake of zones, which may be those of other accounts.
        let elsewhere = matches!(subject.kind.as_str(), "key" | "alarm")
            && !(self.with_gaps.is_empty() && coverage.not_selected.is_empty());
        if self.with_gaps.contains(account) || elsewhere {
            return Some(format!(
                "not everything that bears on account {account} was read"
            ));
        }
        let why = "not everything was read, and it is not known what was not";
        self.is_anywhere.then(|| why.to_owned())
    }

    fn unread_source(&self, subject: &Subject, baseline: &Baseline) -> Option<String> {
        let Some(coverage) = &self.report.coverage.source else {
            return Some("what was read is not known".to_owned());
        };
        let Some(name) = subject.root.as_deref() else {
            return Some("the root that declares it is not known".to_owned());
        };
        if coverage.libraries.iter().any(|library| library == name) {
            return Some(format!(
                "{name} is a library, and libraries were not judged"
            ));
        }
        match coverage.roots.iter().find(|root| root.path == name) {
            Some(root) if root.whole => None,
            Some(_) => Some(format!("{name} could not be read whole")),
            // Where the same paths were read, it is gone.
            None if baseline.paths.as_ref() == Some(&self.report.scope.paths)
                && self.report.coverage.complete =>
            {
                None
            }
            None => Some(format!("{name} was not read")),
        }
    }
}
