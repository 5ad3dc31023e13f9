//! Which composite alarms follow an alarm into `ALARM`.

use std::collections::{HashMap, HashSet};

use crate::inventory::{Alarm, Trigger, Unknown};

use super::queries::undetermined;
use super::rule::{Rule, State};

/// More composite alarms above one alarm than any sensible design has.
const MAX_ABOVE: usize = 1000;

/// The composite alarms of any number of accounts and regions, by the alarms that they refer to.
///
/// A composite alarm can refer only to alarms of its own account and region
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html>).
#[derive(Default)]
pub struct CompositeIndex<'a> {
    /// By account, then by region.
    scopes: HashMap<&'a str, HashMap<&'a str, Scope<'a>>>,
    unread: HashMap<&'a str, &'a Unknown>,
}

/// The composite alarms of one account and region.
#[derive(Default)]
struct Scope<'a> {
    composites: Vec<Composite<'a>>,
    /// The places of the composite alarms that refer to an alarm of a name.
    referring: HashMap<String, Vec<usize>>,
    /// Those whose rule is not understood, with its text.
    unreadable: Vec<(&'a Alarm, &'a str)>,
}

struct Composite<'a> {
    alarm: &'a Alarm,
    rule: Rule,
    suppressor: Option<&'a str>,
    /// Higher than that of every composite alarm it refers to. None where a cycle lies below it:
    /// CloudWatch stops evaluating where it finds one.
    rank: Option<usize>,
}

/// A composite alarm that goes into `ALARM`, or may, because another alarm does.
pub(super) struct Follower<'a> {
    pub(super) alarm: &'a Alarm,
    /// Why it may only; none where it surely does and takes its actions.
    pub(super) doubt: Option<Unknown>,
}

impl<'a> CompositeIndex<'a> {
    /// An index of composite alarms; metric alarms among them are passed over.
    pub fn new(composites: impl IntoIterator<Item = &'a Alarm>) -> Self {
        let mut index = Self::default();
        for alarm in composites {
            if let Trigger::Composite(trigger) = &alarm.trigger {
                let account = index.scopes.entry(&alarm.account).or_default();
                let scope = account.entry(&alarm.region).or_default();
                scope.add(
                    alarm,
                    &trigger.alarm_rule,
                    trigger.actions_suppressor.as_deref(),
                );
            }
        }
        let scopes = index.scopes.values_mut().flat_map(HashMap::values_mut);
        scopes.for_each(Scope::rank);
        index
    }

    /// The same index, knowing that an account may have composite alarms that were not read.
    pub fn with_gap(mut self, account: &'a str, why: &'a Unknown) -> Self {
        self.unread.insert(account, why);
        self
    }

    /// The composite alarms that refer to an alarm, or to one that does, and so on.
    pub fn above(&self, alarm: &Alarm) -> Vec<&'a Alarm> {
        let Some(scope) = self.scope(alarm) else {
            return Vec::new();
        };
        let places = scope.above(&alarm.name);
        places
            .into_iter()
            .filter_map(|place| scope.composites.get(place))
            .map(|c| c.alarm)
            .collect()
    }

    /// The composite alarms that go into `ALARM`, or may, when an alarm does, and take their
    /// actions.
    ///
    /// One surely does if its rule becomes true with every other alarm in `OK`. One may if other
    /// alarms decide whether it does, as in `ALARM(a) AND ALARM(b)`. One does not if the rule
    /// names the alarm only where going into `ALARM` speaks against it, or if a cycle of composite
    /// alarms lies below it. One whose actions the alarm itself suppresses takes none.
    pub(super) fn followers(&self, alarm: &Alarm) -> Vec<Follower<'a>> {
        self.scope(alarm)
            .map(|scope| scope.followers(alarm))
            .unwrap_or_default()
    }

    /// Why composite alarms of an account may be missing here, if they may.
    pub(super) fn gap(&self, account: &str) -> Option<&'a Unknown> {
        self.unread.get(account).copied()
    }

    fn scope(&self, alarm: &Alarm) -> Option<&Scope<'a>> {
        let account = self.scopes.get(alarm.account.as_str())?;
        account.get(alarm.region.as_str())
    }
}

impl<'a> Scope<'a> {
    fn add(&mut self, alarm: &'a Alarm, text: &'a str, suppressor: Option<&'a str>) {
        let Ok(rule) = Rule::parse(text) else {
            self.unreadable.push((alarm, text));
            return;
        };
        let place = self.composites.len();
        let mut children = Vec::new();
        rule.alarms(&mut children);
        let children: HashSet<&str> = children
            .into_iter()
            .map(|child| name(child, alarm))
            .collect();
        for child in children {
            match self.referring.get_mut(child) {
                Some(places) => places.push(place),
                None => {
                    self.referring.insert(child.to_owned(), vec![place]);
                }
            }
        }
        self.composites.push(Composite {
            alarm,
            rule,
            suppressor: suppressor.map(|suppressor| name(suppressor, alarm)),
            rank: None,
        });
    }

    /// Ranks the composite alarms from below: those that refer to no composite alarm first.
    fn rank(&mut self) {
        let mut waits_for = vec![0_usize; self.composites.len()];
        for composite in &self.composites {
            for place in self.referring(&composite.alarm.name) {
                if let Some(count) = waits_for.get_mut(*place) {
                    *count += 1;
                }
            }
        }
        let all = waits_for.iter().enumerate();
        let mut ready: Vec<usize> = all
            .filter(|(_, count)| **count == 0)
            .map(|(at, _)| at)
            .collect();
        let mut next_rank = 0;
        while let Some(place) = ready.pop() {
            let Some(composite) = self.composites.get_mut(place) else {
                continue;
            };
            composite.rank = Some(next_rank);
            next_rank += 1;
            let name = composite.alarm.name.as_str();
            for place in self.referring.get(name).into_iter().flatten() {
                if let Some(count) = waits_for.get_mut(*place) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(*place);
                    }
                }
            }
        }
    }

    fn referring(&self, name: &str) -> &[usize] {
        self.referring
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The places of the composite alarms above an alarm, nearest first.
    fn above(&self, name: &str) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut seen = HashSet::new();
        let mut add = |places: &[usize], found: &mut Vec<usize>| {
            for place in places {
                if found.len() < MAX_ABOVE && seen.insert(*place) {
                    found.push(*place);
                }
            }
        };
        add(self.referring(name), &mut found);
        let mut next = 0;
        while let Some(place) = found.get(next).copied() {
            if let Some(composite) = self.composites.get(place) {
                add(self.referring(&composite.alarm.name), &mut found);
            }
            next += 1;
        }
        found
    }

    fn followers(&self, alarm: &Alarm) -> Vec<Follower<'a>> {
        let mut above: Vec<&Composite<'a>> = self
            .above(&alarm.name)
            .into_iter()
            .filter_map(|place| self.composites.get(place))
            .filter(|composite| composite.rank.is_some())
            .collect();
        above.sort_by_key(|composite| composite.rank);
        let mut followers = Vec::new();
        let mut turned = Turned::from(alarm.name.as_str());
        for composite in above {
            let Some(surely) = turned.turn(composite) else {
                continue;
            };
            let suppressed = composite.suppressor.and_then(|name| turned.get(name));
            let doubt = match suppressed {
                Some(true) => continue,
                None if surely => None,
                _ => Some(undetermined(format!(
                    "whether {} goes into ALARM with it depends on other alarms",
                    composite.alarm.name
                ))),
            };
            followers.push(Follower {
                alarm: composite.alarm,
                doubt,
            });
        }
        let unreadable = self.unreadable.iter().take(MAX_ABOVE);
        followers.extend(
            unreadable
                .filter(|(_, text)| turned.any_in(text))
                .map(|(alarm, _)| Follower {
                    alarm,
                    doubt: Some(undetermined(format!(
                        "the rule of {} is not understood",
                        alarm.name
                    ))),
                }),
        );
        followers
    }
}

/// The alarms that went into `ALARM`, by name: surely, or perhaps.
struct Turned<'a>(HashMap<&'a str, bool>);

impl<'a> Turned<'a> {
    fn from(name: &'a str) -> Self {
        Self(HashMap::from([(name, true)]))
    }

    fn get(&self, name: &str) -> Option<bool> {
        self.0.get(name).copied()
    }

    /// Whether a composite alarm turns surely or perhaps; none where it does not.
    fn turn(&mut self, composite: &Composite<'a>) -> Option<bool> {
        let Composite { alarm, rule, .. } = composite;
        let turned = |reference: &str| self.get(name(reference, alarm));
        let state = |alarm: bool| Some(if alarm { State::Alarm } else { State::Ok });
        let before = rule.truth(&|_| Some(State::Ok));
        let after = rule.truth(&|reference| state(turned(reference) == Some(true)));
        let surely = before == Some(false) && after == Some(true);
        let may_be_false =
            || rule.truth(&|reference| turned(reference).map(|_| State::Ok)) != Some(true);
        let may_be_true =
            || rule.truth(&|reference| turned(reference).map(|_| State::Alarm)) != Some(false);
        let favoured = || rule.favours(&|reference| turned(reference).is_some());
        if surely || (may_be_false() && may_be_true() && favoured()) {
            self.0.insert(&composite.alarm.name, surely);
            Some(surely)
        } else {
            None
        }
    }

    fn any_in(&self, text: &str) -> bool {
        self.0.keys().any(|name| text.contains(name))
    }
}

/// The name of the alarm that a name or ARN refers to, seen from an alarm of the same account and
/// region; an ARN of elsewhere stays as it is, and no alarm has it as a name.
fn name<'r>(reference: &'r str, from: &Alarm) -> &'r str {
    let mut parts = reference.splitn(7, ':');
    let head = [
        parts.next(),
        parts.nth(1),
        parts.next(),
        parts.next(),
        parts.next(),
    ];
    let here = [
        Some("arn"),
        Some("cloudwatch"),
        Some(from.region.as_str()),
        Some(from.account.as_str()),
        Some("alarm"),
    ];
    match parts.next() {
        Some(name) if head == here => name,
        _ => reference,
    }
}
