//! The rule expression of a composite alarm
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html>).

use crate::inventory::Symbol;

/// The longest rule that CloudWatch takes, and the most parts (`PutCompositeAlarm`, `AlarmRule`).
const MAX_LENGTH: usize = 10_240;
const MAX_ELEMENTS: u32 = 500;
/// Deeper than any sensible rule; it bounds every walk over the tree.
const MAX_DEPTH: u32 = 64;

/// A rule expression; alarms are referred to by name or ARN.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    Constant(bool),
    /// Whether the alarm is in the state.
    In(State, String),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// Whether at least as many of the alarms are in the state, or with `negated` are not.
    AtLeast {
        needed: usize,
        state: State,
        negated: bool,
        alarms: Vec<String>,
    },
}

/// The state of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Alarm,
    InsufficientData,
}

/// The text is no rule expression, or passes a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SyntaxError;

impl Rule {
    /// Reads a rule expression.
    pub(super) fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > MAX_LENGTH {
            return Err(SyntaxError);
        }
        let mut parser = Parser {
            rest: text,
            depth: 0,
            elements: 0,
        };
        let rule = parser.any()?;
        parser.skip_space();
        if parser.rest.is_empty() {
            Ok(rule)
        } else {
            Err(SyntaxError)
        }
    }

    /// Whether a text that was not understood may yet refer to an alarm.
    pub(super) fn may_name(text: &str, alarm: &str) -> bool {
        text.len() > MAX_LENGTH || text.contains(alarm)
    }

    /// The alarms that the rule refers to.
    pub(super) fn alarms<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Constant(_) => {}
            Self::In(_, alarm) => found.push(alarm),
            Self::Not(rule) => rule.alarms(found),
            Self::All(rules) | Self::Any(rules) => {
                rules.iter().for_each(|rule| rule.alarms(found));
            }
            Self::AtLeast { alarms, .. } => found.extend(alarms.iter().map(String::as_str)),
        }
    }

    /// Whether the rule is true, given the state of each alarm, none where it may be any.
    /// The answer is none where it depends on an alarm that may be in any state.
    pub(super) fn truth(&self, state_of: &impl Fn(&str) -> Option<State>) -> Option<bool> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::In(state, alarm) => state_of(alarm).map(|actual| actual == *state),
            Self::Not(rule) => rule.truth(state_of).map(|value| !value),
            Self::All(rules) => all(rules.iter().map(|rule| rule.truth(state_of))),
            Self::Any(rules) => {
                let none = all(rules
                    .iter()
                    .map(|rule| rule.truth(state_of).map(|value| !value)));
                none.map(|value| !value)
            }
            Self::AtLeast {
                needed,
                state,
                negated,
                alarms,
            } => {
                let (mut sure, mut open) = (0, 0);
                for alarm in alarms {
                    match state_of(alarm) {
                        Some(actual) => sure += usize::from((actual == *state) != *negated),
                        None => open += 1,
                    }
                }
                if sure >= *needed {
                    Some(true)
                } else if sure + open < *needed {
                    Some(false)
                } else {
                    None
                }
            }
        }
    }

    /// Whether going from `OK` to `ALARM` speaks for the rule at any place where it names one of
    /// the alarms.
    pub(super) fn favours(&self, is_one: &impl Fn(&str) -> bool) -> bool {
        self.leans(true, is_one)
    }

    fn leans(&self, positive: bool, is_one: &impl Fn(&str) -> bool) -> bool {
        let speaks = |state: State, positive: bool| match state {
            State::Alarm => positive,
            State::Ok => !positive,
            State::InsufficientData => false,
        };
        match self {
            Self::Constant(_) => false,
            Self::In(state, alarm) => speaks(*state, positive) && is_one(alarm),
            Self::Not(rule) => rule.leans(!positive, is_one),
            Self::All(rules) | Self::Any(rules) => {
                rules.iter().any(|rule| rule.leans(positive, is_one))
            }
            Self::AtLeast {
                state,
                negated,
                alarms,
                ..
            } => speaks(*state, positive != *negated) && alarms.iter().any(|alarm| is_one(alarm)),
        }
    }
}

fn all(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for value in values {
        match value {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

struct Parser<'a> {
    rest: &'a str,
    depth: u32,
    elements: u32,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, symbol: char) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: char) -> Result<(), SyntaxError> {
        self.take(symbol).then_some(()).ok_or(SyntaxError)
    }

    fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some((head, tail)) = self.rest.split_at_checked(word.len()) else {
            return false;
        };
        let taken = head.eq_ignore_ascii_case(word)
            && !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if taken {
            self.rest = tail;
        }
        taken
    }

    fn any(&mut self) -> Result<Rule, SyntaxError> {
        let mut rules = vec![self.all()?];
        while self.take_word("OR") {
            rules.push(self.all()?);
        }
        Ok(one_or(rules, Rule::Any))
    }

    fn all(&mut self) -> Result<Rule, SyntaxError> {
        let mut rules = vec![self.unary()?];
        while self.take_word("AND") {
            rules.push(self.unary()?);
        }
        Ok(one_or(rules, Rule::All))
    }

    fn unary(&mut self) -> Result<Rule, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError);
        }
        let rule = if self.take_word("NOT") {
            Rule::Not(Box::new(self.unary()?))
        } else if self.take('(') {
            let rule = self.any()?;
            self.expect(')')?;
            rule
        } else if self.take_word("TRUE") {
            Rule::Constant(true)
        } else if self.take_word("FALSE") {
            Rule::Constant(false)
        } else if self.take_word("AT_LEAST") {
            self.at_least()?
        } else {
            let state = self.state()?;
            self.expect('(')?;
            let alarm = self.alarm()?;
            self.expect(')')?;
            Rule::In(state, alarm)
        };
        self.depth -= 1;
        Ok(rule)
    }

    fn state(&mut self) -> Result<State, SyntaxError> {
        if self.take_word("ALARM") {
            Ok(State::Alarm)
        } else if self.take_word("OK") {
            Ok(State::Ok)
        } else if self.take_word("INSUFFICIENT_DATA") {
            Ok(State::InsufficientData)
        } else {
            Err(SyntaxError)
        }
    }

    fn at_least(&mut self) -> Result<Rule, SyntaxError> {
        self.expect('(')?;
        let threshold = self.alarm()?;
        self.expect(',')?;
        let negated = self.take_word("NOT");
        let state = self.state()?;
        self.expect(',')?;
        self.expect('(')?;
        let mut alarms = vec![self.alarm()?];
        while self.take(',') {
            alarms.push(self.alarm()?);
        }
        self.expect(')')?;
        self.expect(')')?;
        Ok(Rule::AtLeast {
            needed: needed(&threshold, alarms.len())?,
            state,
            negated,
            alarms,
        })
    }

    /// A name or ARN, in quotation marks or without.
    fn alarm(&mut self) -> Result<String, SyntaxError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(SyntaxError);
        }
        if !self.take('"') {
            self.skip_space();
            let end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',');
            let at = match Symbol::at_start_of(self.rest) {
                Some(length) => length,
                None => self.rest.find(end).unwrap_or(self.rest.len()),
            };
            let (alarm, rest) = self.rest.split_at(at);
            self.rest = rest;
            return (!alarm.is_empty())
                .then(|| alarm.to_owned())
                .ok_or(SyntaxError);
        }
        let mut alarm = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next().ok_or(SyntaxError)? {
                '"' => break,
                '\\' => alarm.push(chars.next().ok_or(SyntaxError)?),
                c => alarm.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(alarm)
    }
}

/// How many alarms a threshold asks for: a number, or a percentage of all.
fn needed(threshold: &str, alarms: usize) -> Result<usize, SyntaxError> {
    let Some(percentage) = threshold.strip_suffix('%') else {
        return threshold.parse().map_err(|_| SyntaxError);
    };
    let percentage: usize = percentage.trim().parse().map_err(|_| SyntaxError)?;
    if percentage > 100 {
        return Err(SyntaxError);
    }
    Ok((percentage * alarms).div_ceil(100))
}

fn one_or(mut rules: Vec<Rule>, many: impl FnOnce(Vec<Rule>) -> Rule) -> Rule {
    match rules.pop() {
        Some(only) if rules.is_empty() => only,
        Some(last) => {
            rules.push(last);
            many(rules)
        }
        None => many(rules),
    }
}
