# METADATA
# title: No KSK age alarm
# description: Route 53 does not rotate a KSK; it only counts its age. An alarm that fires before the limit makes
#   the rollover a plan instead of a finding.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
# custom:
#   id: alarm-ksk-age
#   severity: low
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   reads: [alarms]
#   needs: [zone.dnssec, zone.alarms]
#   needs_to_pass: ["zone.alarms[].effective", "zone.alarms[].can_fire", "zone.alarms[].fires_from"]
#   params:
#     max_age_days:
#       type: integer
#       default: 1095
#       description: The greatest age of a KSK, in days; the alarm has to fire below it.
#     notified_by:
#       type: list
#       default: [action]
#       description: The ways by which people are told. action, the actions of the alarm; eventbridge, rules of
#         EventBridge on the state of alarms, which are not read.
#   controls:
#     nist-800-53-r5: [SC-12]
#     bsi-it-grundschutz: [APP.3.6.A7, APP.3.6.A17]
#   remediation: Create an alarm on the Maximum of DNSSECKeySigningKeyAge, in seconds, with a threshold some months
#     below the limit.
#   fix: [aws, cloudwatch, put-metric-alarm, --region, "{region}", --alarm-name, "dnssec-ksk-age-{zone_id}",
#     --namespace, AWS/Route53, --metric-name, DNSSECKeySigningKeyAge, --dimensions, "Name=HostedZoneId,Value={zone_id}",
#     --statistic, Maximum, --period, "14400", --evaluation-periods, "1", --threshold, "{threshold}",
#     --comparison-operator, GreaterThanOrEqualToThreshold, --treat-missing-data, notBreaching, --alarm-actions, SNS_TOPIC_ARN]
package zonewarden.alarm_ksk_age

import rego.v1

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

deny contains {
	"msg": sprintf("%s has no effective alarm on DNSSECKeySigningKeyAge below %v days%s%s.", [input.zone.name, input.params.max_age_days, searched, named]),
	"at": "zone.alarms",
	"fix": {"zone_id": input.zone.id, "region": input.home_region, "threshold": sprintf("%d", [floor(limit * 9 / 10)])},
} if {
	not covered
}

covered if {
	some alarm in input.zone.alarms
	alarm.metric_name == "DNSSECKeySigningKeyAge"
	not inadequate(alarm)
}

# In seconds, as the metric is.
limit := input.params.max_age_days * 86400

late(alarm) if alarm.fires_from == null

late(alarm) if {
	alarm.fires_from != null
	alarm.fires_from >= limit
}

inadequate(alarm) if late(alarm)

inadequate(alarm) if {
	alarm.effective.value == false
	not "eventbridge" in input.params.notified_by
}

inadequate(alarm) if alarm.can_fire.value == false

# Alarms of several accounts can cover a zone; source code has no accounts to count.
default searched := ""

searched := sprintf(" in %d of %d accounts", [input.coverage.accounts_read, input.coverage.accounts_in_scope]) if {
	input.coverage.accounts_in_scope > 0
}

reasons := sort({reason(alarm) |
	some alarm in input.zone.alarms
	alarm.metric_name == "DNSSECKeySigningKeyAge"
})

reason(alarm) := sprintf("%s fires too late", [alarm.name]) if late(alarm)

reason(alarm) := sprintf("%s is ineffective: %v", [alarm.name, alarm.effective.why]) if not late(alarm)

default named := ""

named := sprintf(" (%s%s)", [concat("; ", array.slice(reasons, 0, 3)), more]) if count(reasons) > 0

default more := ""

more := "; …" if count(reasons) > 3
