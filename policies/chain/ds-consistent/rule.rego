# METADATA
# title: Parent servers disagree on the DS
# description: The servers of the parent zone answer with different DS records. For minutes after a change
#   that is normal; if it lasts, some resolvers cannot validate the zone.
# related_resources:
#   - https://github.com/zonemaster/zonemaster/blob/master/docs/public/specifications/tests/DNSSEC-TP/dnssec07.md
# custom:
#   id: ds-consistent
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: [zone.dns.ds.consistent]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Look again in an hour. If the servers still differ, tell the registrar or whoever runs the
#     parent zone.
package zonewarden.ds_consistent

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

deny contains {
	"msg": sprintf("The servers of %s do not have the same DS for %s", [input.zone.dns.delegation.parent, input.zone.name]),
	"at": "zone.dns.ds",
	"severity": severity,
} if {
	input.zone.dns.ds.consistent == false
}

default severity := "info"

# What lasts for more than an hour is no change under way.
severity := "high" if {
	input.zone.previous.ds_consistent == false
	hour := 60 * 60
	input.zone.previous.interval_seconds > hour
}
