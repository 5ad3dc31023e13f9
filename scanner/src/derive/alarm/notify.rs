//! Whether anyone is told when an alarm fires.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::inventory::{Alarm, Fact, Reason, Reference, Topic, Unknown};

use super::composite::CompositeIndex;
use super::verdict::{self, Verdict};

/// The services of actions that change resources and tell no one: EC2 and Auto Scaling
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>).
const SILENT_SERVICES: [&str; 4] = ["automate", "swf", "ec2", "autoscaling"];

/// How people are told of an alarm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotifiedBy {
    /// By the actions of alarms.
    #[default]
    Action,
    /// By rules on the event that CloudWatch sends to EventBridge for every change of state of
    /// every alarm, with or without actions.
    EventBridge,
}

/// The SNS topics that were read, by ARN.
#[derive(Default)]
pub struct TopicIndex<'a>(HashMap<&'a str, &'a Topic>);

impl<'a> TopicIndex<'a> {
    /// An index of topics.
    pub fn new(topics: impl IntoIterator<Item = &'a Topic>) -> Self {
        Self(
            topics
                .into_iter()
                .map(|topic| (topic.arn.as_str(), topic))
                .collect(),
        )
    }
}

/// Whether anyone is told when an alarm goes into `ALARM`: by its own actions, or by those of a
/// composite alarm that follows it.
///
/// An SNS topic tells someone if it exists and has a confirmed subscription; one outside what was
/// read is taken to. Every other action tells someone but those that only change EC2 instances or
/// Auto Scaling groups. Where other alarms decide whether a composite alarm follows, as in
/// `ALARM(a) AND ALARM(b)`, it is unknown.
pub fn notifies(
    alarm: &Alarm,
    composites: &CompositeIndex<'_>,
    topics: &TopicIndex<'_>,
    notified_by: NotifiedBy,
) -> Fact<Verdict> {
    if notified_by == NotifiedBy::EventBridge {
        return Fact::Known(Verdict::yes());
    }
    let own = by_actions(alarm, topics);
    if matches!(&own, Fact::Known(verdict) if verdict.value) {
        return own;
    }
    let following = composites.following(alarm);
    let alone = following.followers.is_empty();
    let theirs = following.followers.into_iter().map(|follower| {
        let theirs = by_actions(follower.alarm, topics);
        match (theirs, follower.doubt) {
            (Fact::Known(verdict), Some(why)) if verdict.value => Fact::unknown(why),
            (theirs, _) => theirs,
        }
    });
    let gap = following.gap.map(Fact::unknown);
    let all = [own].into_iter().chain(theirs).chain(gap);
    let none = Verdict::no("it has no alarm action");
    verdict::any(all, none).map(|verdict| match verdict.why {
        Some(why) if !alone => {
            Verdict::no(format!("{why}, and no composite alarm above it notifies"))
        }
        why => Verdict { why, ..verdict },
    })
}

/// Whether an alarm's own actions tell anyone.
fn by_actions(alarm: &Alarm, topics: &TopicIndex<'_>) -> Fact<Verdict> {
    if alarm.actions_enabled == Fact::Known(false) {
        return Fact::Known(Verdict::no("its actions are disabled"));
    }
    let known = alarm.alarm_actions.items();
    let actions = known.map(|action| by_action(action, topics));
    let gaps = alarm.alarm_actions.gaps();
    let gaps = gaps.map(|why| Fact::unknown(why.clone()));
    let by_any = verdict::any(actions.chain(gaps), Verdict::no("it has no alarm action"));
    match (&alarm.actions_enabled, by_any) {
        (Fact::Unknown(mark), Fact::Known(verdict)) if verdict.value => Fact::Unknown(mark.clone()),
        (_, by_any) => by_any,
    }
}

fn by_action(action: &Reference, topics: &TopicIndex<'_>) -> Fact<Verdict> {
    let target = action.target();
    if let Some(topic) = topics.0.get(target) {
        return by_topic(topic);
    }
    let mut parts = target.split(':');
    let service = parts
        .next()
        .filter(|part| *part == "arn")
        .and_then(|_| parts.nth(1));
    Fact::Known(match service {
        Some(service) if SILENT_SERVICES.contains(&service) => {
            Verdict::no(format!("the action {target} tells no one"))
        }
        _ => Verdict::yes(),
    })
}

fn by_topic(topic: &Topic) -> Fact<Verdict> {
    let attributes = match &topic.attributes {
        Fact::Known(attributes) => attributes,
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    let confirmed = attributes
        .as_ref()
        .map(|attributes| attributes.subscriptions_confirmed);
    match confirmed {
        None => Fact::Known(Verdict::no(format!("there is no SNS topic {}", topic.arn))),
        Some(Some(1..)) => Fact::Known(Verdict::yes()),
        Some(Some(_)) => Fact::Known(Verdict::no(format!(
            "the SNS topic {} has no confirmed subscription",
            topic.arn
        ))),
        Some(None) => Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            format!(
                "how many confirmed subscriptions {} has is not known",
                topic.arn
            ),
        )),
    }
}
