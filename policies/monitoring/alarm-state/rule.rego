# METADATA
# title: Alarm in ALARM, or without data for a day
# description: A DNSSEC alarm in ALARM says that a zone is about to fail or has failed. One that has had no data
#   for a day watches nothing, for the metrics of a signed zone come every four hours.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-troubleshoot.html
# custom:
#   id: alarm-state
#   severity: high
#   scope: alarm
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [alarm.watches, "alarm.watches[].zone"]
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Mend what the metric reports, that is, the KMS key and then the KSK. For missing data, correct
#     the metric, the hosted zone or the region of the alarm.
#   fix: [aws, cloudwatch, describe-alarm-history, "--alarm-name={alarm_name}", --region, "{region}"]
#   caused_by: [ds-without-signing, key-exists, key-not-pending-deletion, key-enabled, key-usable-by-route53, key-guard-matches]
package zonewarden.alarm_state

import rego.v1

not_applicable if input.alarm.kind == "composite"

deny contains {
	"msg": sprintf("Alarm %s is in ALARM%s: %s%s", [input.alarm.name, since, concat(", ", array.slice(watched, 0, 3)), more]),
	"at": "alarm.state_value",
	"fix": {"alarm_name": input.alarm.name, "region": region},
} if {
	input.alarm.state_value == "ALARM"
	count(watched) > 0
}

deny contains {
	"msg": sprintf("Alarm %s has had no data for %d hours: %s%s", [input.alarm.name, floor(lasting / hour), concat(", ", array.slice(watched, 0, 3)), more]),
	"at": "alarm.state_value",
	"severity": "low",
	"fix": {"alarm_name": input.alarm.name, "region": region},
} if {
	input.alarm.state_value == "INSUFFICIENT_DATA"
	lasting > 24 * hour
	count(watched) > 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.alarm.region

# In nanoseconds.
hour := 3600000000000

lasting := time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(input.alarm.state_transitioned_timestamp) if {
	input.alarm.state_transitioned_timestamp != null
}

default since := ""

since := sprintf(" since %s", [input.alarm.state_transitioned_timestamp]) if {
	input.alarm.state_transitioned_timestamp != null
}

watched := sort({watched_by(watch) |
	some watch in input.alarm.watches
	startswith(watch.metric_name, "DNSSEC")
})

watched_by(watch) := sprintf("%s of %s", [watch.metric_name, watch.zone_name]) if watch.zone_name != null

watched_by(watch) := sprintf("%s of hosted zone %s", [watch.metric_name, watch.zone]) if {
	watch.zone_name == null
	watch.zone != null
}

watched_by(watch) := sprintf("%s of every zone", [watch.metric_name]) if {
	watch.zone_name == null
	watch.zone == null
}

default more := ""

more := ", …" if count(watched) > 3
