# METADATA
# title: TTL of more than a week
# description: While Route 53 signs a zone it serves no TTL of more than a week, whatever the record set says.
#   What is written and what resolvers see then differ, and a change is planned by the wrong number.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
# custom:
#   id: ttl-within-week
#   severity: low
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   reads: [all_records]
#   needs: [zone.dnssec]
#   needs_to_pass: [zone.record_sets.longest_ttls]
#   controls: {}
#   remediation: Give the record sets a TTL of a week (604800 seconds) or less. An hour to a day is usual.
#   fix: [aws, route53, change-resource-record-sets, --hosted-zone-id, "{zone_id}", --change-batch, CHANGE_BATCH]
package zonewarden.ttl_within_week

import rego.v1

not_applicable if input.zone.live == false

not_applicable if input.zone.record_sets == null

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

deny contains {
	"msg": sprintf("%s is signed, and has record sets with a TTL of more than a week; the longest are %s.", [input.zone.name, concat(", ", told)]),
	"at": "zone.record_sets.longest_ttls",
	"fix": fix,
} if {
	count(too_long) > 0
}

# In seconds.
week := 604800

too_long := [set | some set in input.zone.record_sets.longest_ttls; set.ttl > week]

told := [sprintf("%s %s (%d s)", [set.name, set.type, set.ttl]) | some set in too_long]

# Those that can be written again as they are but for their TTL.
plain := [set | some set in too_long; set.routing_policy == false; count(set.values) > 0]

# What is served does not change by it.
fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": set.name,
			"Type": set.type,
			"TTL": week,
			"ResourceRecords": [{"Value": value} | some value in set.values],
		},
	} |
		some set in plain
	]}),
] if {
	count(plain) == count(too_long)
}

fix := {"zone_id": input.zone.id} if count(plain) != count(too_long)
