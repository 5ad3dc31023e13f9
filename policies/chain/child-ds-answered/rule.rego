# METADATA
# title: DS for a child zone that has no such key
# description: The zone holds a DS for a zone below it whose servers serve no matching DNSKEY. Every
#   validating resolver answers SERVFAIL for that zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-disable.html
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
# custom:
#   id: child-ds-answered
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns, parent_records]
#   needs: [zone.dns.delegation.here]
#   needs_to_pass: [zone.record_sets, zone.record_sets.children, "zone.record_sets.children[].ds", "zone.record_sets.children[].ds_answered"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Delete the DS record set, or replace it by the DS of a key that the child serves. The child
#     is reachable again when the TTL of the DS has passed.
package zonewarden.child_ds_answered

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.record_sets == null

deny contains {
	"msg": sprintf("%s holds a DS for %s, whose servers serve no DNSKEY that it stands for.", [input.zone.name, child.name]),
	"at": "zone.record_sets.children",
	"key": child.name,
	"fix": fix(child),
} if {
	some child in input.zone.record_sets.children
	child.ds_answered == false
	child.ds != null
}

fix(child) := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "DELETE",
		"ResourceRecordSet": {
			"Name": child.name,
			"Type": "DS",
			"TTL": child.ds.ttl,
			"ResourceRecords": [{"Value": value} | some value in child.ds.values],
		},
	}]}),
]
