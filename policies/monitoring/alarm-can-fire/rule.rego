# METADATA
# title: Alarm cannot fire
# description: DNSSECInternalFailure and DNSSECKeySigningKeysNeedingAction count from one, every four hours.
#   An alarm that a value of one does not set off, that watches no zone, or that lies in another region than
#   the one to which Route 53 reports, stays silent in the outage.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
# custom:
#   id: alarm-can-fire
#   severity: high
#   scope: alarm
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [alarm.watches, "alarm.watches[].zone", "alarm.watches[].zone_exists", alarm.can_fire]
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Put the alarm again in the home region, with the statistic Sum, a period of 14400 seconds, one
#     evaluation period, the threshold 1 and GreaterThanOrEqualToThreshold.
#   fix: [aws, cloudwatch, describe-alarms, "--alarm-names={alarm_name}", --region, "{region}"]
package zonewarden.alarm_can_fire

import rego.v1

not_applicable if input.alarm.kind == "composite"

deny contains {
	"msg": sprintf("Alarm %s cannot fire on %s: %v.", [input.alarm.name, concat(", ", sort({watch.metric_name | some watch in failures})), input.alarm.can_fire.why]),
	"at": at,
	"fix": fix,
} if {
	input.alarm.can_fire.value == false
	count(failures) > 0
}

deny contains {
	"msg": sprintf("Alarm %s watches %s of hosted zone %s, which no account has as a public zone (%d of %d accounts read).", [
		input.alarm.name, watch.metric_name, watch.zone,
		input.coverage.accounts_read, input.coverage.accounts_in_scope,
	]),
	"at": "alarm.watches",
	"key": sprintf("%s %s", [watch.metric_name, watch.zone]),
	"fix": ["aws", "cloudwatch", "delete-alarms", sprintf("--alarm-names=%s", [input.alarm.name]), "--region", region],
} if {
	some watch in input.alarm.watches
	watch.zone_exists == false
	watch.zone != ""
	watch.metric_name in {"DNSSECInternalFailure", "DNSSECKeySigningKeysNeedingAction"}
}

default at := "alarm.can_fire"

at := "alarm.region" if input.alarm.region != input.home_region

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.alarm.region

failures := [watch |
	some watch in input.alarm.watches
	watch.metric_name in {"DNSSECInternalFailure", "DNSSECKeySigningKeysNeedingAction"}
]

zones := {watch.zone | some watch in failures}

metrics := {watch.metric_name | some watch in failures}

# An alarm on one metric of one zone, in the region where that is: one call replaces it.
plain if {
	input.alarm.region == input.home_region
	input.alarm.statistic != null
	count(zones) == 1
	count(metrics) == 1
	min(zones) != null
}

fix := array.concat(
	[
		"aws", "cloudwatch", "put-metric-alarm",
		"--region", input.home_region,
		sprintf("--alarm-name=%s", [input.alarm.name]),
		"--namespace", "AWS/Route53",
		"--metric-name", min(metrics),
		"--dimensions", sprintf("Name=HostedZoneId,Value=%s", [min(zones)]),
		"--statistic", "Sum",
		"--period", "14400",
		"--evaluation-periods", "1",
		"--threshold", "1",
		"--comparison-operator", "GreaterThanOrEqualToThreshold",
		"--treat-missing-data", "notBreaching",
	],
	actions,
) if {
	plain
}

fix := {"alarm_name": input.alarm.name, "region": region} if not plain

# Putting an alarm again without its actions would take them away.
actions := array.concat(["--alarm-actions"], input.alarm.alarm_actions) if count(input.alarm.alarm_actions) > 0

actions := ["--alarm-actions", "SNS_TOPIC_ARN"] if count(input.alarm.alarm_actions) == 0
