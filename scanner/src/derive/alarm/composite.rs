//! Which composite alarms follow an alarm into `ALARM`.

use std::collections::{HashMap, HashSet};

use crate::inventory::{Alarm, Trigger, Unknown};

use super::queries::undetermined;
use super::rule::{Rule, State};

/// More composite alarms above one alarm than any sensible design has; CloudWatch itself allows 150
/// directly above it.
const MAX_ABOVE: usize = 300;

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
    /// The places and texts of those whose rule is not understood.
    unreadable: Vec<(usize, &'a str)>,
}

struct Composite<'a> {
    alarm: &'a Alarm,
    /// None where it is not understood.
    rule: Option<Rule>,
    suppressor: Option<&'a str>,
    /// Higher than that of every composite alarm it refers to. None where a cycle lies below it:
    /// CloudWatch stops evaluating where it finds one.
    rank: Option<usize>,
}

/// The composite alarms that go into `ALARM`, or may, because another alarm does.
#[derive(Default)]
pub(super) struct Following<'a> {
    pub(super) followers: Vec<Follower<'a>>,
    /// Why there may be more, if there may.
    pub(super) gap: Option<Unknown>,
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
                let scope = account.entry(region(alarm)).or_default();
                let suppressor = trigger.actions_suppressor.as_deref();
                scope.add(alarm, &trigger.alarm_rule, suppressor);
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

    /// The composite alarms that refer to an alarm, or to one that does, and so on, nearest first.
    /// The list ends at 300.
    pub fn above(&self, alarm: &Alarm) -> Vec<&'a Alarm> {
        let Some(scope) = self.scope(alarm) else {
            return Vec::new();
        };
        let above = scope.above(&alarm.name);
        above.into_iter().map(|composite| composite.alarm).collect()
    }

    /// The composite alarms that go into `ALARM`, or may, when an alarm does, and take their
    /// actions.
    ///
    /// One surely does if its rule becomes true with every other alarm in `OK`. One may if other
    /// alarms decide whether it does, as in `ALARM(a) AND ALARM(b)`. One does not if the rule
    /// names the alarm only where going into `ALARM` speaks against it, or if a cycle of composite
    /// alarms lies below it. One whose actions the alarm itself suppresses takes none.
    pub(super) fn following(&self, alarm: &Alarm) -> Following<'a> {
        let mut following = match self.scope(alarm) {
            Some(scope) => scope.following(alarm),
            None => Following::default(),
        };
        if let Some(why) = self.unread.get(alarm.account.as_str()) {
            following.gap = Some((*why).clone());
        }
        following
    }

    fn scope(&self, alarm: &Alarm) -> Option<&Scope<'a>> {
        let account = self.scopes.get(alarm.account.as_str())?;
        account.get(region(alarm))
    }
}

impl<'a> Scope<'a> {
    fn add(&mut self, alarm: &'a Alarm, text: &'a str, suppressor: Option<&'a str>) {
        let place = self.composites.len();
        let rule = Rule::parse(text).ok();
        let mut children = Vec::new();
        match &rule {
            Some(rule) => rule.alarms(&mut children),
            None => self.unreadable.push((place, text)),
        }
        let children = children.into_iter().map(|child| name(child, alarm));
        for child in children.collect::<HashSet<&str>>() {
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
        let free = all.filter(|(_, count)| **count == 0);
        let mut ready: Vec<usize> = free.map(|(place, _)| place).collect();
        let mut next_rank = 0;
        while let Some(place) = ready.pop() {
            let Some(composite) = self.composites.get_mut(place) else {
                continue;
            };
            composite.rank = Some(next_rank);
            next_rank += 1;
            let name = composite.alarm.name.as_str();
            for place in self.referring(name) {
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
        let places = self.referring.get(name);
        places.map(Vec::as_slice).unwrap_or_default()
    }

    /// The composite alarms above an alarm, nearest first, of which there may be more at
    /// [`MAX_ABOVE`].
    fn above(&self, name: &str) -> Vec<&Composite<'a>> {
        let mut found: Vec<&Composite<'a>> = Vec::new();
        let mut seen = HashSet::new();
        let mut next = 0;
        let mut name = name;
        loop {
            let unreadable = self.unreadable.iter().take(MAX_ABOVE);
            let unreadable = unreadable.filter(|(_, text)| Rule::may_name(text, name));
            let places = self.referring(name).iter();
            for place in places.chain(unreadable.map(|(place, _)| place)) {
                if found.len() < MAX_ABOVE && seen.insert(*place) {
                    found.extend(self.composites.get(*place));
                }
            }
            let Some(composite) = found.get(next) else {
                return found;
            };
            name = &composite.alarm.name;
            next += 1;
        }
    }

    fn following(&self, alarm: &Alarm) -> Following<'a> {
        let mut above = self.above(&alarm.name);
        let too_many = above.len() >= MAX_ABOVE || self.unreadable.len() > MAX_ABOVE;
        above.retain(|composite| composite.rank.is_some());
        above.sort_by_key(|composite| composite.rank);
        let mut turned = Turned::from(alarm.name.as_str());
        let mut followers = Vec::new();
        for composite in above {
            let Some(surely) = turned.turn(composite) else {
                continue;
            };
            let suppressed = composite.suppressor.and_then(|name| turned.get(name));
            let name = &composite.alarm.name;
            let doubt = match (suppressed, &composite.rule) {
                (Some(true), _) => continue,
                (_, None) => Some(format!("the rule of {name} is not understood")),
                (None, _) if surely => None,
                _ => Some(format!("whether {name} notifies depends on other alarms")),
            };
            followers.push(Follower {
                alarm: composite.alarm,
                doubt: doubt.map(undetermined),
            });
        }
        let gap = too_many.then(|| undetermined("too many composite alarms lie above it"));
        Following { followers, gap }
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
        let surely = match &composite.rule {
            Some(rule) => self.turns(rule, composite.alarm)?,
            None => false,
        };
        self.0.insert(&composite.alarm.name, surely);
        Some(surely)
    }

    fn turns(&self, rule: &Rule, alarm: &Alarm) -> Option<bool> {
        let turned = |reference: &str| self.get(name(reference, alarm));
        let state = |turned: bool| if turned { State::Alarm } else { State::Ok };
        let before = rule.truth(&|_| Some(State::Ok));
        let after = rule.truth(&|reference| Some(state(turned(reference) == Some(true))));
        if before == Some(false) && after == Some(true) {
            return Some(true);
        }
        let before = rule.truth(&|reference| turned(reference).map(|_| State::Ok));
        let after = rule.truth(&|reference| turned(reference).map(|_| State::Alarm));
        let favoured = rule.favours(&|reference| turned(reference).is_some());
        (before != Some(true) && after != Some(false) && favoured).then_some(false)
    }
}

/// The region of an alarm; alarms of regions that are not known are taken to lie in the same.
fn region(alarm: &Alarm) -> &str {
    alarm.region.known().map_or("", String::as_str)
}

/// The name of the alarm that a name or ARN refers to, seen from an alarm of the same account and
/// region; an ARN of elsewhere stays as it is, and no alarm has it as a name.
fn name<'r>(reference: &'r str, from: &Alarm) -> &'r str {
    let Some(rest) = reference.strip_prefix("arn:") else {
        return reference;
    };
    let mut parts = rest.splitn(6, ':').skip(1);
    let head = [parts.next(), parts.next(), parts.next(), parts.next()];
    let here = ["cloudwatch", region(from), &from.account, "alarm"].map(Some);
    match parts.next() {
        Some(name) if head == here => name,
        _ => reference,
    }
}
