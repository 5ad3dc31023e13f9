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
	"fix": {"zone_id": input.zone.id},
} if {
	count(ttls) + count(minimum) > 0
}

# In seconds.
hour := 3600

ttls := [sprintf("the TTL of %s %s (%d s)", [set.name, set.type, set.ttl]) |
	some set in input.zone.record_sets.longest_ttls
	set.ttl > hour
]

minimum := [sprintf("the minimum of the SOA record (%d s)", [seconds]) |
	some seconds in [input.zone.record_sets.soa.minimum]
	seconds > hour
]
