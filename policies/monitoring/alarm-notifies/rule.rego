# METADATA
# title: Alarm cannot notify
# description: An alarm that reaches nobody is no alarm. An outage is then found by the users of the zone, after
#   the signatures have expired.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
#   - https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
# custom:
#   id: alarm-notifies
#   severity: high
#   scope: alarm
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [alarm.notifies, alarm.topics, "alarm.topics[].attributes"]
#   params:
#     notified_by:
#       type: list
#       default: [action]
#       description: The ways by which people are told. action, the actions of the alarm; eventbridge, rules of
#         EventBridge on the state of alarms, which are not read.
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Enable the actions of the alarm and give it an SNS topic with a confirmed subscription.
#   fix: [aws, cloudwatch, enable-alarm-actions, "--alarm-names={alarm_name}", --region, "{region}"]
package zonewarden.alarm_notifies

import rego.v1

not_applicable if not "action" in input.params.notified_by

deny contains {
	"msg": sprintf("Alarm %s cannot notify: %v.", [input.alarm.name, input.alarm.notifies.why]),
	"at": "alarm.notifies",
	"fix": fix,
} if {
	input.alarm.notifies.value == false
	not "eventbridge" in input.params.notified_by
}

deny contains {
	"msg": sprintf("Alarm %s notifies the topic %s, which does not exist.", [input.alarm.name, topic.arn]),
	"at": "alarm.topics",
	"key": topic.arn,
	"fix": ["aws", "cloudwatch", "describe-alarms", sprintf("--alarm-names=%s", [input.alarm.name]), "--region", region],
} if {
	some topic in input.alarm.topics
	topic.attributes == null
}

deny contains {
	"msg": sprintf("Alarm %s notifies the topic %s, which has no confirmed subscription.", [input.alarm.name, topic.arn]),
	"at": "alarm.topics",
	"key": topic.arn,
	"fix": [
		"aws", "sns", "subscribe",
		"--topic-arn", topic.arn,
		"--protocol", "email",
		"--notification-endpoint", "EMAIL_ADDRESS",
		"--region", region,
	],
} if {
	some topic in input.alarm.topics
	topic.attributes.subscriptions_confirmed == 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.alarm.region

default disabled := false

disabled if input.alarm.actions_enabled == false

fix := {"alarm_name": input.alarm.name, "region": region} if disabled

# To add an action is to put the whole alarm again.
fix := ["aws", "cloudwatch", "describe-alarms", sprintf("--alarm-names=%s", [input.alarm.name]), "--region", region] if {
	not disabled
}
