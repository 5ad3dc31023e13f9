//! The SNS topics that alarms notify.

use std::collections::HashMap;

use jiff::Timestamp;

use super::arn::Arn;
use super::session::Session;
use crate::inventory::{Fact, Topic, TopicAttributes, Unknown};

/// Reads a topic through `session`, in the topic's own region.
pub(super) async fn read(session: &Session, arn: &str, home_region: &str) -> Topic {
    let region = Arn::parse(arn).map_or(home_region, |parts| parts.region);
    let sns = session.sns(region);
    let attributes = match sns
        .pace
        .call("sns:GetTopicAttributes", || {
            sns.client.get_topic_attributes().topic_arn(arn).send()
        })
        .await
    {
        Ok(answer) => Ok(Some(attributes(&answer.attributes.unwrap_or_default()))),
        Err(failure) if failure.is("NotFound") || failure.is("NotFoundException") => Ok(None),
        Err(failure) => Err(failure.of("sns:GetTopicAttributes")),
    };
    topic(arn, attributes.into())
}

/// A topic that could not be read.
pub(super) fn unreadable(arn: &str, why: &Unknown) -> Topic {
    topic(arn, Fact::unknown(why.clone()))
}

fn topic(arn: &str, attributes: Fact<Option<TopicAttributes>>) -> Topic {
    let parts = Arn::parse(arn);
    Topic {
        arn: arn.to_owned(),
        account: parts.map(|parts| parts.account.to_owned()),
        region: parts.map(|parts| parts.region.to_owned()),
        attributes,
        collected_at: Timestamp::now(),
    }
}

fn attributes(given: &HashMap<String, String>) -> TopicAttributes {
    let number = |name: &str| given.get(name).and_then(|text| text.parse().ok());
    TopicAttributes {
        subscriptions_confirmed: number("SubscriptionsConfirmed"),
        subscriptions_pending: number("SubscriptionsPending"),
    }
}
