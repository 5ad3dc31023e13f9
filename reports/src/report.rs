//! The report: everything that one judgement found, and what it rests on.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::{BaselineState, Comparison};
use crate::text::Text;
use crate::waiver::Waiver;

/// The name and major version of the report's form.
pub const SCHEMA: &str = "zonewarden.report/1";

/// The one complete form of a judgement; every other document is made from it.
///
/// Readers ignore members that they do not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The name and major version of the form: `zonewarden.report/1`.
    pub schema: String,
    /// What judged.
    pub tool: Tool,
    /// Who ran it, and when.
    pub run: Run,
    /// What was to be judged.
    pub scope: Scope,
    /// What could be read of it.
    pub coverage: Coverage,
    /// How it stands against an earlier report; null where it was compared with none.
    #[serde(default)]
    pub baseline: Option<Comparison>,
    /// Every rule of the catalogue, by id.
    pub rules: Vec<Rule>,
    /// The results: failures, unknowns and waived failures; all where passes were asked for.
    ///
    /// In the order of [`RuleResult::worst_first`].
    pub results: Vec<RuleResult>,
    /// What the user should know of the run itself.
    pub warnings: Vec<String>,
    /// The number of results by outcome.
    pub summary: Summary,
}

/// What judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `zonewarden`.
    pub name: String,
    /// The version of the program.
    pub version: String,
    /// The digest of all rules, `sha256:` and hexadecimal.
    pub rules_digest: String,
}

/// Who ran the scan, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The ARN of the caller (`sts:GetCallerIdentity`).
    pub caller: Option<String>,
    /// When the collection began.
    pub started_at: Option<Timestamp>,
    /// When the collection was finished; null for a snapshot that was broken off.
    pub finished_at: Option<Timestamp>,
    /// The instant that the rules took for now.
    pub evaluated_at: Timestamp,
    /// The digest of the snapshot, `sha256:` and hexadecimal.
    pub snapshot_digest: Option<String>,
    /// The digest of the file of waivers, `sha256:` and hexadecimal; null where there is none.
    #[serde(default)]
    pub waivers_digest: Option<String>,
    /// The digest of what is set of rules, severities, parameters and profiles, `sha256:` and
    /// hexadecimal; null where nothing is.
    #[serde(default)]
    pub settings_digest: Option<String>,
    /// The earlier snapshot that the rules about what has changed since were given; null where there
    /// is none.
    #[serde(default)]
    pub previous: Option<PreviousSnapshot>,
    /// The CI run that called, if one did.
    pub ci: Option<String>,
}

/// An earlier snapshot, beside which the later one was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviousSnapshot {
    /// The digest of the snapshot, `sha256:` and hexadecimal.
    pub digest: String,
    /// When its collection began.
    pub started_at: Timestamp,
    /// When its collection was finished; null for a snapshot that was broken off.
    pub finished_at: Option<Timestamp>,
}

/// What was to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// Where the facts come from.
    pub mode: Mode,
    /// The id of the organisation; null where a single account or a list of accounts is the scope.
    pub organization: Option<String>,
    /// The AWS partition: `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: Option<String>,
    /// The paths given, for source code and plans.
    pub paths: Vec<String>,
}

/// Where the facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The APIs of the running organisation.
    Live,
    /// Infrastructure code.
    Source,
    /// A plan of changes.
    Plan,
}

impl Mode {
    /// The name of the mode in every document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Source => "source",
            Self::Plan => "plan",
        }
    }
}

/// What could be read of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Whether everything in scope was read, and every rule judged without error, but for what
    /// waivers accept.
    pub complete: bool,
    /// Whether the snapshot was finished, and is as it was written.
    #[serde(default = "yes")]
    pub whole: bool,
    /// The accounts in numbers.
    pub accounts: AccountCounts,
    /// The hosted zones in numbers.
    pub zones: ZoneCounts,
    /// What in scope could not be read.
    pub gaps: Vec<Gap>,
    /// The accounts that were not read, for they are not active.
    pub skipped: Vec<Skipped>,
    /// The ids of the active accounts that were to be judged.
    #[serde(default)]
    pub selected: Vec<String>,
    /// The ids of the active accounts that were not to be judged.
    pub not_selected: Vec<String>,
    /// What was read of source code or of plans; null for a live organisation.
    #[serde(default)]
    pub source: Option<SourceCoverage>,
}

fn yes() -> bool {
    true
}

/// Accounts in numbers: `in_scope` = `read` + `partial` + `failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountCounts {
    /// The active accounts that were to be judged.
    pub in_scope: u64,
    /// Read whole.
    pub read: u64,
    /// Read with gaps.
    pub partial: u64,
    /// Not read at all.
    pub failed: u64,
    /// Not active, and so not read.
    pub skipped: u64,
    /// Active, but not to be judged.
    pub not_selected: u64,
}

/// Public hosted zones in numbers: `in_scope` = `read` + `partial` + `failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneCounts {
    /// The public zones that were listed; how many more a listing that failed would have given, no
    /// one knows.
    pub in_scope: u64,
    /// Read whole, with the KMS keys behind their KSKs.
    pub read: u64,
    /// Read with gaps, or with a KMS key of which something could not be read.
    pub partial: u64,
    /// Listed, and not read at all.
    pub failed: u64,
    /// Private zones, which are not judged.
    pub skipped: u64,
}

/// What was read of source code or of plans.
///
/// What could not be read of it is a [`Gap`]; its hosted zones are in [`Coverage::zones`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceCoverage {
    /// What was judged: each [`Subject::root`] is the path of one of these. By path.
    pub roots: Vec<SourceRoot>,
    /// The directories of modules that no root calls and that cannot stand alone, which were not
    /// judged. By name.
    pub libraries: Vec<String>,
    /// The number of files that were read, those of libraries among them.
    pub files: u64,
}

/// What can be applied, deployed or carried out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRoot {
    /// The directory of a Terraform configuration, `.` for the base; the file of a template or plan.
    pub path: String,
    /// What it is.
    pub kind: RootKind,
    /// Whether all of it could be read: every file, module and nested stack.
    pub whole: bool,
}

/// What a root is written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RootKind {
    /// A directory of Terraform's `.tf` and `.tf.json` files.
    Terraform,
    /// A CloudFormation template, perhaps one that CDK made.
    #[serde(rename = "cloudformation")]
    CloudFormation,
    /// A Terraform plan, as `terraform show -json` writes it.
    TerraformPlan,
}

/// Something in scope that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The account that was asked.
    pub account: Option<String>,
    /// The ARN or id of what could not be read, the account's own where that is the whole account; a
    /// collection's name where nothing of it could. In source code `file:line:column`, or the file.
    pub subject: String,
    /// The API operation that failed, as IAM names it.
    pub operation: Option<String>,
    /// The kind of failure: `access_denied`, `throttled`, `malformed`, …
    pub reason: String,
    /// The error code of the service.
    pub code: Option<String>,
    /// What a person needs to know beyond the reason.
    pub detail: Option<String>,
    /// Where it is, in source code; the start of the file where it is the whole file.
    #[serde(default)]
    pub location: Option<Location>,
    /// The waiver by which the run is complete without it.
    #[serde(default)]
    pub waiver: Option<Arc<Waiver>>,
}

/// An account that was not read, for it is not active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The account id.
    pub account: String,
    /// Its state.
    pub reason: String,
}

/// A rule of the catalogue, and how often it gave which outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// The rule's name for ever.
    pub id: String,
    /// What is wrong where the rule fails.
    pub title: String,
    /// Why it matters.
    pub description: String,
    /// The highest severity of a finding of the rule.
    pub severity: Severity,
    /// The kind of subject that it judges.
    pub scope: String,
    /// Whether it could be judged in this run.
    pub selected: bool,
    /// Why it was not selected.
    pub why: Option<String>,
    /// The controls that it supports, by framework.
    pub controls: BTreeMap<String, Vec<String>>,
    /// How to mend a failure, in words.
    pub remediation: String,
    /// Pages that say more.
    pub related_resources: Vec<String>,
    /// The number of results by outcome.
    pub counts: Counts,
}

/// How bad a finding is; the order is from harmless to worst.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending when at hand.
    Low,
    /// To be mended.
    Medium,
    /// To be mended soon.
    High,
    /// An outage, or one in the making.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const WORST_FIRST: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// The name of the severity in every document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The verdict of a rule on a subject.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What must hold does not.
    Fail,
    /// A fact that the verdict rests on is not known.
    Unknown,
    /// It does not hold, and a waiver in force accepts that.
    Waived,
    /// What must hold does.
    Pass,
    /// The rule has nothing to say of the subject.
    NotApplicable,
}

impl Outcome {
    /// The name of the outcome in every document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// The number of results of a rule by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Passes.
    pub pass: u64,
    /// Failures.
    pub fail: u64,
    /// Unknowns.
    pub unknown: u64,
    /// Subjects that the rule does not apply to.
    pub not_applicable: u64,
    /// Failures that a waiver accepts.
    pub waived: u64,
}

/// The verdict of one rule on one subject, for one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    /// The id of the rule.
    pub rule: Text,
    /// The verdict.
    pub outcome: Outcome,
    /// How bad it is, if it fails.
    pub severity: Severity,
    /// What was judged.
    pub subject: Subject,
    /// What of the subject, where a rule has several findings on it; otherwise empty.
    pub key: String,
    /// What was found.
    pub message: String,
    /// How to mend it, in words.
    pub remediation: Text,
    /// The command that mends it, as a list of arguments; empty where there is none.
    pub fix: Vec<Text>,
    /// Why the verdict is not known.
    pub unknown: Option<UnknownFact>,
    /// The fingerprint of the failure that explains this one.
    pub cause: Option<String>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// Where it is, in source code: the primary place first, then calls from the outermost inwards.
    pub locations: Vec<Location>,
    /// The same finding has the same fingerprint in every run: sha256 of rule, subject and key.
    pub fingerprint: String,
    /// How it stands against an earlier report; of a failure, waived or not, and of an unknown
    /// verdict.
    pub baseline: Option<BaselineState>,
    /// The waiver that accepts it.
    pub waiver: Option<Arc<Waiver>>,
}

impl RuleResult {
    /// The place at which it is shown; none for what no file declares.
    pub fn primary(&self) -> Option<&Location> {
        let is_primary = |location: &&Location| location.role == Role::Primary;
        let mut locations = self.locations.iter();
        locations.clone().find(is_primary).or(locations.next())
    }

    /// Every place but the one at which it is shown, in order.
    pub fn related(&self) -> impl Iterator<Item = &Location> {
        let primary = self.primary();
        self.locations
            .iter()
            .filter(move |location| primary.is_none_or(|primary| !std::ptr::eq(primary, *location)))
    }

    /// The order of results in every document: failures first, worst first, then by rule,
    /// subject and key.
    pub fn worst_first(&self, other: &Self) -> Ordering {
        (self.outcome.cmp(&other.outcome))
            .then_with(|| other.severity.cmp(&self.severity))
            .then_with(|| self.rule.cmp(&other.rule))
            .then_with(|| self.subject.id.cmp(&other.subject.id))
            .then_with(|| self.key.cmp(&other.key))
    }
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// `zone`, `ksk`, `key`, `alarm`, `account`, …
    pub kind: Text,
    /// The ARN of the subject; a KSK has its zone's, a `#` and its name. In source code its address:
    /// the resource address or logical id, after the root and a colon where there are several roots.
    pub id: String,
    /// The name by which people know it.
    pub name: String,
    /// The account that owns it.
    pub account: Option<Text>,
    /// The name of the account.
    pub account_name: Option<Text>,
    /// The path of organisational units of the account.
    pub ou: Option<Text>,
    /// The region it lies in; null for what is global.
    pub region: Option<Text>,
    /// The tags of the subject; of a KSK, which can have none, those of its zone.
    pub tags: BTreeMap<Text, Text>,
    /// The path of the [`SourceRoot`] that declares it, in source code.
    pub root: Option<String>,
    /// The path of the construct that made it, for what CDK made: `DnsStack/Zone/Resource`.
    #[serde(default)]
    pub construct_path: Option<Text>,
}

impl Subject {
    /// The name by which people know it; where it has none, its id.
    pub fn name(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// A fact that is not known, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnknownFact {
    /// The path of the fact in the rule's input.
    pub fact: Option<String>,
    /// The kind of failure: `access_denied`, `throttled`, …
    pub reason: String,
    /// The API operation that failed, as IAM names it.
    pub operation: Option<String>,
    /// The error code of the service.
    pub code: Option<String>,
    /// What a person needs to know beyond the reason.
    pub detail: Option<String>,
}

/// A fact that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What it is: the path of the fact, or the question that was asked.
    pub name: String,
    /// The value, as JSON text or as the protocol writes it.
    pub value: String,
}

/// What a place is to what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What is wrong, or the header of the block that lacks it.
    Primary,
    /// The header of the block that declares the subject, where that is elsewhere.
    Declaration,
    /// A call of the module, or the nested stack, that leads to the subject.
    Call,
    /// Anything else that bears on it; [`Location::text`] says what. A role of a later version is
    /// read as this one.
    #[serde(other)]
    Related,
}

impl Role {
    /// What a place of the role is to a reader, where nothing else is said of it.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Primary => "found here",
            Self::Declaration => "declared here",
            Self::Call => "called here",
            Self::Related => "related",
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// What the place is to what was found.
    pub role: Role,
    /// The path, relative to the root of the repository or else to the current directory; absolute
    /// for a file outside of it.
    pub file: String,
    /// The first line, from 1.
    pub line: u64,
    /// The first column, from 1, counted in Unicode code points.
    pub column: u64,
    /// The last line.
    pub end_line: u64,
    /// The column after the last.
    pub end_column: u64,
    /// What stands there to be said.
    pub text: Option<String>,
}

impl Location {
    /// The place as compilers write it: `file:line:column`.
    pub(crate) fn shown(&self) -> String {
        let file = self.file.trim_start_matches("./");
        format!("{file}:{}:{}", self.line, self.column)
    }
}

/// The number of results by outcome, failures by severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Failures by severity.
    pub fail: SeverityCounts,
    /// Passes.
    pub pass: u64,
    /// Unknowns.
    pub unknown: u64,
    /// Subjects to which a rule does not apply.
    pub not_applicable: u64,
    /// Failures that a waiver accepts.
    pub waived: u64,
    /// How resolvers see the zones; null where DNS was not asked.
    pub dns: Option<DnsCounts>,
}

/// The public hosted zones that were judged, in numbers, by what a validating resolver makes of them
/// (RFC 4033 section 5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsCounts {
    /// The chain of trust reaches the zone.
    pub secure: u64,
    /// The chain of trust ends above the zone, or at a delegation without a DS to follow.
    pub insecure: u64,
    /// The chain of trust should reach the zone, and does not: resolvers refuse to answer.
    pub bogus: u64,
    /// The servers did not answer enough to tell.
    pub indeterminate: u64,
    /// The name is delegated to nobody, or to other servers than the zone's.
    pub not_delegated: u64,
    /// The zone was not observed, or not whether it is delegated.
    pub unknown: u64,
}

/// Failures by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityCounts {
    /// Critical failures.
    pub critical: u64,
    /// High failures.
    pub high: u64,
    /// Medium failures.
    pub medium: u64,
    /// Low failures.
    pub low: u64,
    /// Informational failures.
    pub info: u64,
}
