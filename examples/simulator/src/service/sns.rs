//! Amazon Simple Notification Service: `GetTopicAttributes` alone.

use super::Call;
use crate::protocol::{Document, Refusal, Structure};

pub(super) fn get_topic_attributes(call: &Call<'_>) -> Result<Structure, Refusal> {
    let arn = call.required("TopicArn")?;
    let own = call.caller_account()?;
    let mut parts = arn.split(':').skip(3);
    let (region, owner) = (parts.next(), parts.next());
    if region != Some(call.region) {
        return Err(call.invalid("Invalid parameter: TopicArn"));
    }
    if owner != Some(own.id.as_str()) {
        return Err(call.denied(
            Some(arn),
            " because no resource-based policy allows the SNS:GetTopicAttributes action",
        ));
    }
    let topic = own
        .topics
        .iter()
        .find(|topic| topic.arn == arn && topic.exists)
        .ok_or_else(|| Refusal::new(404, "NotFound", "Topic does not exist"))?;
    let attributes = [
        ("TopicArn", topic.arn.clone()),
        ("Owner", own.id.clone()),
        ("DisplayName", String::new()),
        ("SubscriptionsConfirmed", topic.confirmed.to_string()),
        ("SubscriptionsPending", topic.pending.to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
    ];
    let entries = attributes
        .into_iter()
        .map(|(key, value)| Structure::new().with("key", key).with("value", value));
    Ok(Structure::new().with("Attributes", Document::list_of("entry", entries)))
}
