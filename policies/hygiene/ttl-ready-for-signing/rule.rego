# METADATA
# title: TTLs too long to enable signing
# description: When signing is enabled, and when it has to be taken back, caches keep what they hold for the TTL.
#   With long ones a mistake lasts for days instead of an hour.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-enable-signing.html
#   - https://www.rfc-editor.org/rfc/rfc2308#section-4
# custom:
#   id: ttl-ready-for-signing
#   severity: info
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   reads: [all_records]
#   needs: [zone.dnssec]
#   needs_to_pass: [zone.record_sets.longest_ttls, zone.record_sets.soa]
#   controls: {}
#   remediation: Lower the longest TTLs and the last field of the SOA record to an hour (3600 seconds) or less, and
#     wait out the old ones before signing is enabled. They may be raised again two weeks later.
#   fix: [aws, route53, change-resource-record-sets, --hosted-zone-id, "{zone_id}", --change-batch, CHANGE_BATCH]
package zonewarden.ttl_ready_for_signing

import rego.v1

not_applicable if input.zone.live == false

not_applicable if input.zone.record_sets == null

not_applicable if input.zone.dnssec.serve_signature != "NOT_SIGNING"

deny contains {
	"msg": sprintf("%s is not ready to be signed; over an hour: %s.", [input.zone.name, concat(", ", array.concat(ttls, minimum))]),
	"at": "zone.record_sets",
	"fix": fix,
} if {
	count(ttls) + count(minimum) > 0
}

# In seconds.
hour := 3600

too_long := [set | some set in input.zone.record_sets.longest_ttls; set.ttl > hour]

ttls := [sprintf("the TTL of %s %s (%d s)", [set.name, set.type, set.ttl]) | some set in too_long]

minimum := [sprintf("the minimum of the SOA record (%d s)", [seconds]) |
	some seconds in [input.zone.record_sets.soa.minimum]
	seconds > hour
]

# Those that can be written again as they are but for their TTL.
plain := [set | some set in too_long; set.routing_policy == false; count(set.values) > 0]

written(name, type, ttl, values) := {
	"Action": "UPSERT",
	"ResourceRecordSet": {
		"Name": name,
		"Type": type,
		"TTL": ttl,
		"ResourceRecords": [{"Value": value} | some value in values],
	},
}

# The SOA record is written once, whatever is too long of it.
of_sets := [written(set.name, set.type, hour, set.values) |
	some set in plain
	not is_soa_with_minimum(set)
]

is_soa_with_minimum(set) if {
	set.type == "SOA"
	count(minimum) > 0
}

of_minimum := [written(input.zone.name, "SOA", min([hour, soa.ttl]), [value]) |
	count(minimum) > 0
	some soa in [input.zone.record_sets.soa]
	soa.ttl != null
	soa.value != null
	fields := split(soa.value, " ")
	count(fields) == 7
	value := concat(" ", array.concat(array.slice(fields, 0, 6), [sprintf("%d", [hour])]))
]

whole if {
	count(plain) == count(too_long)
	count(of_minimum) == count(minimum)
}

fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.id,
	"--change-batch", json.marshal({"Changes": array.concat(of_sets, of_minimum)}),
] if {
	whole
}

fix := {"zone_id": input.zone.id} if not whole
