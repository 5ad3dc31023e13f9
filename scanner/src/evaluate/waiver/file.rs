//! The file of waivers, as a person writes it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::civil::Date;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use toml::Spanned;

use crate::evaluate::pattern::fits;
use crate::toml_error::{self, TomlError};

/// The most bytes of a file.
pub const MAX_SIZE: u64 = 4 << 20;

/// The most waivers of a file.
const MAX_WAIVERS: usize = 10_000;

/// The most entries of one list of a waiver.
const MAX_ENTRIES: usize = 1_000;

/// The most characters of one text.
const MAX_TEXT: usize = 1_024;

/// A file of waivers: what is accepted, why, by whom, and until when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The waivers.
    #[serde(default)]
    #[schemars(with = "Vec<Entry>")]
    waiver: Vec<Spanned<Entry>>,
}

/// A waiver: it accepts the findings of some rules on what it matches, or one gap.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Its name, of which there is one in the file.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) id: String,
    /// The ids of the rules whose findings it accepts; `*` stands for any characters, `?` for any one.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) rules: Vec<String>,
    /// What the findings are on: every criterion that is given has to hold. Without one, everything.
    #[serde(default, rename = "match")]
    pub(super) covers: Criteria,
    /// The gap that it accepts: the run is complete without what could not be read.
    #[serde(default)]
    pub(super) gap: Option<NamedGap>,
    /// Whether it may accept every rule on everything.
    #[serde(default)]
    pub(super) broad: bool,
    /// Why it is accepted.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) reason: String,
    /// Who is to mend it.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) owner: String,
    /// Who accepted it.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) approved_by: String,
    /// Where the work on it is followed.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    pub(super) ticket: Option<String>,
    /// The day on which it was accepted.
    pub(super) created: Day,
    /// The last day on which it holds.
    pub(super) expires: Day,
}

/// What a finding has to be on. In each list one entry has to hold; `*` stands for any characters,
/// `?` for any one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Criteria {
    /// Ids of the accounts that own the subjects.
    #[schemars(length(max = 1000), inner(regex(pattern = "^[0-9]{12}$")))]
    pub(super) accounts: Vec<String>,
    /// Paths of organisational units; those below count.
    #[schemars(length(max = 1000), inner(regex(pattern = "^/")))]
    pub(super) ous: Vec<String>,
    /// Ids of hosted zones, for findings on zones and KSKs.
    #[schemars(length(max = 1000), inner(regex(pattern = "^[A-Za-z0-9]{1,32}$")))]
    pub(super) zone_ids: Vec<String>,
    /// Names of zones, for findings on zones and KSKs; `*` stands for any characters, `?` for any one.
    #[schemars(length(max = 1000))]
    pub(super) zone_names: Vec<String>,
    /// Tags of the subjects, by name; in a value, `*` stands for any characters and `?` for
    /// any one. All have to be there.
    pub(super) tags: BTreeMap<String, String>,
    /// ARNs of the subjects; `*` stands for any characters, `?` for any one.
    #[schemars(length(max = 1000))]
    pub(super) arns: Vec<String>,
    /// Addresses of resources in code; `*` stands for any characters, `?` for any one.
    #[schemars(length(max = 1000))]
    pub(super) addresses: Vec<String>,
}

/// A gap in what was read, by its account and operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedGap {
    /// The id of the account that was asked.
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    pub(super) account: String,
    /// The operation that failed, as IAM names it: `route53:GetDNSSEC`.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) operation: String,
    /// What could not be read, as the report names it; without one, whatever the operation reads.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    pub(super) subject: Option<String>,
}

/// A day of the calendar: a date of TOML, or the same as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "this is no day; give one as in 2027-01-31")]
        enum Written {
            Date(toml::value::Datetime),
            Text(String),
        }

        let text = match Written::deserialize(deserializer)? {
            Written::Date(date) => date.to_string(),
            Written::Text(text) => text,
        };
        // A time of day would be left out without a word.
        let plain = Some(text.as_str()).filter(|text| text.len() == 10);
        let day = plain.unwrap_or_default().parse().map(Self);
        day.map_err(|_| serde::de::Error::custom("this is no day; give one as in 2027-01-31"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A day, as in 2027-01-31."})
    }
}

/// The JSON Schema (draft 2020-12) of the file of waivers, for editors that know TOML.
pub fn waivers_schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "zonewarden waivers, version 1".into());
    schema.to_value()
}

/// Why a file of waivers cannot be used.
#[derive(Debug, Error)]
#[error("{file}:{line}: {cause}; {remedy}")]
pub struct WaiverError {
    file: String,
    line: usize,
    cause: String,
    remedy: String,
}

/// The waivers of a file, each of which is whole in itself.
#[derive(Debug)]
pub struct Waivers {
    /// The name of the file.
    pub(super) file: String,
    /// The digest of the file, `sha256:` and hexadecimal.
    pub(super) digest: String,
    /// The waivers, each with its line.
    pub(super) entries: Vec<(usize, Entry)>,
}

impl Waivers {
    /// The waivers of a text; `file` is the name by which errors and warnings call it, and no waiver
    /// may hold for more than `max_days`.
    ///
    /// # Errors
    /// [`WaiverError`], with the line, where the text is no TOML, has a key or a value that means
    /// nothing, a waiver that holds for too long, or more than any person wrote.
    pub fn parse(text: &str, file: &str, max_days: u32) -> Result<Self, WaiverError> {
        let error = |line: usize, cause: String, remedy: &str| WaiverError {
            file: file.to_owned(),
            line,
            cause,
            remedy: remedy.to_owned(),
        };
        let parsed: File = toml::from_str(text).map_err(|problem| {
            let problem = TomlError::of(&problem, text);
            let nearest = problem
                .nearest_key
                .map(|key| format!("did you mean {key}?"));
            let remedy = nearest.as_deref();
            let remedy = remedy
                .unwrap_or("`zonewarden config waivers-schema` prints every key and its type");
            // What the error says after a semicolon is taken for the remedy.
            let (cause, remedy) =
                (problem.message.split_once("; ")).unwrap_or((problem.message.as_str(), remedy));
            error(problem.line, cause.to_owned(), remedy)
        })?;
        if parsed.waiver.len() > MAX_WAIVERS {
            let cause = format!("there are more than {MAX_WAIVERS} waivers");
            return Err(error(1, cause, "match more with one, or mend something"));
        }
        let mut lines: HashMap<String, usize> = HashMap::new();
        let mut entries = Vec::with_capacity(parsed.waiver.len());
        for entry in parsed.waiver {
            let line = toml_error::line(text, &entry);
            let entry = entry.into_inner();
            check(&entry, max_days).map_err(|Slip { cause, remedy }| {
                error(line, format!("the waiver {:?} {cause}", entry.id), &remedy)
            })?;
            if let Some(first) = lines.insert(entry.id.clone(), line) {
                let cause = format!("the waiver {:?} is on line {first}, too", entry.id);
                return Err(error(line, cause, "give each a name of its own"));
            }
            entries.push((line, entry));
        }
        let digest = Sha256::digest(text.as_bytes());
        Ok(Self {
            file: file.to_owned(),
            digest: format!("sha256:{}", hex::encode(digest)),
            entries,
        })
    }
}

/// What is wrong with a waiver, and how to mend it.
struct Slip {
    cause: String,
    remedy: String,
}

fn slip(cause: impl Into<String>, remedy: impl Into<String>) -> Result<(), Slip> {
    Err(Slip {
        cause: cause.into(),
        remedy: remedy.into(),
    })
}

/// Whether a waiver is whole in itself, and no larger than a person writes.
fn check(entry: &Entry, max_days: u32) -> Result<(), Slip> {
    let texts = [
        ("id", Some(&entry.id)),
        ("reason", Some(&entry.reason)),
        ("owner", Some(&entry.owner)),
        ("approved_by", Some(&entry.approved_by)),
        ("ticket", entry.ticket.as_ref()),
    ];
    for (key, text) in texts {
        check_text(key, text)?;
    }
    match (&entry.gap, entry.rules.is_empty()) {
        (None, true) => slip("has neither rules nor a gap", "say what it accepts")?,
        (Some(_), false) => slip(
            "has both rules and a gap",
            "make two of it, each with an end of its own",
        )?,
        (None, false) => {}
        (Some(gap), true) => {
            check_account(&gap.account)?;
            check_text("operation", Some(&gap.operation))?;
            check_text("subject", gap.subject.as_ref())?;
        }
    }
    check_criteria(&entry.covers)?;
    check_list("rules", &entry.rules)?;
    if entry.gap.is_some() && !entry.covers.is_empty() {
        slip(
            "has a gap and a match",
            "name account, operation and subject in the gap",
        )?;
    }
    check_days(entry, max_days)
}

fn check_days(entry: &Entry, max_days: u32) -> Result<(), Slip> {
    let days = (entry.expires.0 - entry.created.0).get_days();
    if days < 0 {
        slip(
            format!("expires on {}, before it was created", entry.expires),
            "give it a later end",
        )?;
    }
    if i64::from(days) > i64::from(max_days) {
        let last = (entry.created.0).checked_add(jiff::Span::new().days(max_days));
        let last = last.map_or(String::new(), |last| format!(" of {last} or before"));
        slip(
            format!("expires {days} days after it was created; the most is {max_days}"),
            format!("give it an end{last}, or set max_days under [waivers] in zonewarden.toml"),
        )?;
    }
    Ok(())
}

fn check_text(key: &str, text: Option<&String>) -> Result<(), Slip> {
    let Some(text) = text else { return Ok(()) };
    if text.trim().is_empty() {
        slip(format!("has an empty {key}"), "say it in a few words")?;
    }
    match text.chars().nth(MAX_TEXT) {
        Some(_) => slip(
            format!("has a {key} of more than {MAX_TEXT} characters"),
            "say it in fewer words",
        ),
        None => Ok(()),
    }
}

fn check_account(account: &str) -> Result<(), Slip> {
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => slip(
            format!("names the account {account:?}, which is none"),
            "give the twelve digits of its id",
        ),
    }
}

fn check_list(key: &str, entries: &[String]) -> Result<(), Slip> {
    if entries.len() > MAX_ENTRIES {
        slip(
            format!("has more than {MAX_ENTRIES} entries in {key}"),
            "make two of it, or match more with one entry",
        )?;
    }
    entries
        .iter()
        .try_for_each(|entry| check_text(key, Some(entry)))
}

fn check_criteria(criteria: &Criteria) -> Result<(), Slip> {
    let lists = [
        ("accounts", &criteria.accounts),
        ("ous", &criteria.ous),
        ("zone_ids", &criteria.zone_ids),
        ("zone_names", &criteria.zone_names),
        ("arns", &criteria.arns),
        ("addresses", &criteria.addresses),
    ];
    for (key, list) in lists {
        check_list(key, list)?;
    }
    if criteria.tags.len() > MAX_ENTRIES {
        slip(format!("has more than {MAX_ENTRIES} tags"), "ask for fewer")?;
    }
    for (name, value) in &criteria.tags {
        check_text("tag", Some(name))?;
        // A tag may have an empty value.
        check_text("tag", Some(value).filter(|value| !value.is_empty()))?;
    }
    criteria
        .accounts
        .iter()
        .try_for_each(|id| check_account(id))?;
    if let Some(ou) = criteria.ous.iter().find(|ou| !ou.starts_with('/')) {
        slip(
            format!("names the organisational unit {ou:?}, which is no path"),
            "give it as in \"/prod/web\"",
        )?;
    }
    let is_id = |id: &str| id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match criteria.zone_ids.iter().find(|id| !is_id(id)) {
        Some(id) => slip(
            format!("names the zone {id:?}, which is no id of one"),
            "give the letters and digits after /hostedzone/, or a name under zone_names",
        ),
        None => Ok(()),
    }
}

impl Entry {
    /// Whether it is for the rule of this id.
    pub(super) fn names(&self, rule: &str) -> bool {
        self.rules.iter().any(|pattern| fits(pattern, rule))
    }
}

impl Criteria {
    /// Whether none is given.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
