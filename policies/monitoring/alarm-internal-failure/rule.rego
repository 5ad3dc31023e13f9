# METADATA
# title: No effective DNSSECInternalFailure alarm
# description: Route 53 tells of an internal failure in signing by this metric alone.
#   AWS advises an alarm on it, because without one the zone can go dark before anybody looks.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
# custom:
#   id: alarm-internal-failure
#   severity: high
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   reads: [alarms]
#   needs: [zone.dnssec, zone.alarms]
#   needs_to_pass: ["zone.alarms[].effective", "zone.alarms[].can_fire"]
#   params:
#     notified_by:
#       type: list
#       default: [action]
#       description: The ways by which people are told. action, the actions of the alarm; eventbridge, rules of
#         EventBridge on the state of alarms, which are not read.
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Create an alarm in the home region that fires from a value of one and notifies somebody, or mend
#     the one that is named.
#   fix: [aws, cloudwatch, put-metric-alarm, --region, "{region}", --alarm-name, "dnssec-internal-failure-{zone_id}",
#     --namespace, AWS/Route53, --metric-name, DNSSECInternalFailure, --dimensions, "Name=HostedZoneId,Value={zone_id}",
#     --statistic, Sum, --period, "14400", --evaluation-periods, "1", --threshold, "1",
#     --comparison-operator, GreaterThanOrEqualToThreshold, --treat-missing-data, notBreaching, --alarm-actions, SNS_TOPIC_ARN]
package zonewarden.alarm_internal_failure

import rego.v1

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

deny contains {
	"msg": sprintf("%s has no effective alarm on DNSSECInternalFailure%s%s.", [input.zone.name, searched, named]),
	"at": "zone.alarms",
	"fix": {"zone_id": input.zone.id, "region": input.home_region},
} if {
	not covered
}

covered if {
	some alarm in input.zone.alarms
	alarm.metric_name == "DNSSECInternalFailure"
	not ineffective(alarm)
}

ineffective(alarm) if {
	alarm.effective.value == false
	not "eventbridge" in input.params.notified_by
}

ineffective(alarm) if alarm.can_fire.value == false

# Alarms of several accounts can cover a zone; source code has no accounts to count.
default searched := ""

searched := sprintf(" in %d of %d accounts", [input.coverage.accounts_read, input.coverage.accounts_in_scope]) if {
	input.coverage.accounts_in_scope > 0
}

reasons := sort({sprintf("%s is ineffective: %v", [alarm.name, alarm.effective.why]) |
	some alarm in input.zone.alarms
	alarm.metric_name == "DNSSECInternalFailure"
})

default named := ""

named := sprintf(" (%s%s)", [concat("; ", array.slice(reasons, 0, 3)), more]) if count(reasons) > 0

default more := ""

more := "; …" if count(reasons) > 3
