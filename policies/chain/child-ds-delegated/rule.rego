# METADATA
# title: DS record set without a delegation
# description: A DS record set is of use only at the top of a delegated zone. Without NS records beside it,
#   it is left over from a zone that is gone, and confuses the next one.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-2.4
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-disable.html
# custom:
#   id: child-ds-delegated
#   severity: low
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   reads: [parent_records]
#   needs: []
#   needs_to_pass: [zone.record_sets, zone.record_sets.children, "zone.record_sets.children[].ns", "zone.record_sets.children[].ds"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Delete the DS record set, or add the NS records of the zone that it was meant for.
package zonewarden.child_ds_delegated

import rego.v1

not_applicable if input.zone.record_sets == null

deny contains {
	"msg": sprintf("%s holds a DS for %s, and does not delegate it.", [input.zone.name, child.name]),
	"at": "zone.record_sets.children",
	"key": child.name,
	"fix": fix(child),
} if {
	some child in input.zone.record_sets.children
	child.ds != null
	child.ns == null
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
