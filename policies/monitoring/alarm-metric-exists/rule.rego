# METADATA
# title: Alarm on a metric that does not exist
# description: Route 53 has five metrics for a hosted zone, and an alarm on any other name never sees a value.
#   Whoever set it up believes the zone to be watched.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
# custom:
#   id: alarm-metric-exists
#   severity: medium
#   scope: alarm
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [alarm.watches, "alarm.watches[].zone"]
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Delete the alarm, and watch DNSSECInternalFailure and DNSSECKeySigningKeysNeedingAction instead.
#   fix: [aws, cloudwatch, delete-alarms, "--alarm-names={alarm_name}", --region, "{region}"]
package zonewarden.alarm_metric_exists

import rego.v1

not_applicable if input.alarm.kind == "composite"

deny contains {
	"msg": sprintf("Alarm %s watches %s, a metric that AWS/Route53 does not have for hosted zones.", [input.alarm.name, watch.metric_name]),
	"at": "alarm.watches",
	"key": watch.metric_name,
	"fix": {"alarm_name": input.alarm.name, "region": region},
} if {
	some watch in input.alarm.watches
	watch.known_metric == false
	of_hosted_zone(watch)
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.alarm.region

# The metrics of health checks share the namespace.
of_hosted_zone(watch) if watch.zone != null

of_hosted_zone(watch) if startswith(watch.metric_name, "DNSSEC")
