//! What an exception says: `zonewarden:ignore RULE[,RULE…] [until DATE] REASON`.

use jiff::civil::Date;

/// What a comment begins with that speaks to zonewarden.
pub(super) const MARK: &str = "zonewarden:";

/// How many rules one exception may name.
const MAX_RULES: usize = 100;

/// How long the id of a rule may be, in bytes.
const MAX_RULE: usize = 100;

/// How long a reason may be, in bytes.
const MAX_REASON: usize = 500;

/// What an exception says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::iac) struct Terms {
    pub(in crate::iac) rules: Vec<String>,
    pub(in crate::iac) until: Option<Date>,
    pub(in crate::iac) reason: String,
}

impl Terms {
    /// Reads what a comment says, from the mark on. The date is optional, the reason is not: an
    /// exception for ever is for the reviewer to judge, and only a reason lets them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix(MARK).unwrap_or(text);
        let rest = match rest.strip_prefix("ignore") {
            Some(rest) if rest.starts_with(char::is_whitespace) || rest.is_empty() => rest,
            _ => {
                let found = shortened(rest.split_whitespace().next().unwrap_or_default());
                return Err(format!("expected `ignore` after `{MARK}`, found `{found}`"));
            }
        };
        // The lines of a comment may each begin with a star.
        let mut words = rest
            .split_whitespace()
            .filter(|word| *word != "*")
            .peekable();
        let mut names = String::new();
        while let Some(word) =
            words.next_if(|word| names.is_empty() || names.ends_with(',') || word.starts_with(','))
        {
            names.push_str(word);
        }
        let dated = words.next_if(|word| *word == "until").is_some();
        let day = if dated {
            words.next().or(Some(""))
        } else {
            None
        };
        let until = day.map(|day| day.trim_end_matches([':', ',']));
        let reason: Vec<&str> = words.collect();
        Self::new(names.split(','), until, &reason.join(" "))
    }

    /// An exception of these parts.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(in crate::iac) fn new<'a>(
        rules: impl Iterator<Item = &'a str>,
        until: Option<&str>,
        reason: &str,
    ) -> Result<Self, String> {
        let rules: Vec<&str> = rules.filter(|rule| !rule.is_empty()).collect();
        if let Some(other) = rules.iter().find(|rule| !could_be_rule(rule)) {
            return Err(format!("`{}` is not the id of a rule", shortened(other)));
        }
        if rules.is_empty() || rules == ["until"] {
            return Err("it names no rule".to_owned());
        }
        if rules.len() > MAX_RULES {
            return Err(format!("it names more than {MAX_RULES} rules"));
        }
        let until = until.map(date).transpose()?;
        let reason = reason.trim_start_matches(['-', '–', '—', ':', ' ']).trim();
        if !reason.contains(char::is_alphanumeric) {
            return Err("it gives no reason".to_owned());
        }
        if reason.len() > MAX_REASON {
            return Err(format!("its reason is longer than {MAX_REASON} bytes"));
        }
        if reason.contains(MARK) {
            return Err("a comment holds one exception".to_owned());
        }
        Ok(Self {
            rules: rules.into_iter().map(str::to_owned).collect(),
            until,
            reason: reason.to_owned(),
        })
    }
}

fn could_be_rule(text: &str) -> bool {
    let character =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    text.len() <= MAX_RULE && text.chars().all(character)
}

/// A date as `2027-01-31`, and in no other of the forms of ISO 8601.
fn date(text: &str) -> Result<Date, String> {
    let plain = text.len() == "2027-01-31".len();
    let date = plain.then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| {
        let found = shortened(text);
        format!("after `until` comes a day such as 2027-01-31, found `{found}`")
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
