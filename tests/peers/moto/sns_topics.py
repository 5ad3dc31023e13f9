"""The subscription counts of an SNS topic, which moto leaves at nought.

An endpoint reached over email or HTTP is pending until its owner confirms.
Source: the SNS API reference, Subscribe and GetTopicAttributes.
"""

from __future__ import annotations

from moto.sns.models import Topic, sns_backends

TO_CONFIRM = {"email", "email-json", "http", "https"}


def protocols(topic: Topic) -> list[str]:
    """The protocol of each subscription to a topic."""
    backend = sns_backends[topic.account_id][topic.arn.split(":")[3]]
    return [
        subscription.protocol
        for subscription in backend.subscriptions.values()
        if subscription.topic is topic
    ]


def counter(pending: bool) -> property:
    """A count that moto may initialise and nobody may set."""
    return property(
        lambda topic: sum((protocol in TO_CONFIRM) == pending for protocol in protocols(topic)),
        lambda topic, value: None,
    )


def install() -> None:
    """Counts the subscriptions whenever GetTopicAttributes asks (the name is moto's)."""
    Topic.subscriptions_confimed = counter(pending=False)
    Topic.subscriptions_pending = counter(pending=True)
