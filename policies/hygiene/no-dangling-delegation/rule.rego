# METADATA
# title: Dangling delegation to Route 53
# description: The zone delegates a name to servers of Route 53 that refuse to answer for it, since the hosted zone
#   is gone. Whoever makes a hosted zone of that name and is assigned one of them takes the name over.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/best-practices-dns.html
# custom:
#   id: no-dangling-delegation
#   severity: critical
#   scope: zone
#   judges: [live]
#   reads: [dns, parent_records]
#   needs: []
#   needs_to_pass: [zone.record_sets.children, "zone.record_sets.children[].ns", "zone.record_sets.children[].refusing"]
#   controls: {}
#   remediation: Delete the NS record set, and the DS record set beside it. If the name is in use, put the servers
#     of its hosted zone there instead.
#   fix: [aws, route53, list-resource-record-sets, --hosted-zone-id, "{zone_id}", --start-record-name, "{name}",
#     --start-record-type, NS, --max-items, "1"]
package zonewarden.no_dangling_delegation

import rego.v1

# Nobody asks a zone that is not live.
not_applicable if input.zone.live == false

not_applicable if input.zone.record_sets == null

deny contains {
	"msg": sprintf("%s delegates %s to servers of Route 53 that refuse it: %s", [input.zone.name, child.name, concat(", ", refusing)]),
	"at": "zone.record_sets.children",
	"key": child.name,
	"fix": fix(child),
} if {
	some child in input.zone.record_sets.children
	refusing := [server | some server in child.refusing; contains(server, ".awsdns-")]
	count(refusing) > 0
}

fix(child) := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "DELETE",
		"ResourceRecordSet": {
			"Name": child.name,
			"Type": "NS",
			"TTL": child.ns.ttl,
			"ResourceRecords": [{"Value": value} | some value in child.ns.values],
		},
	}]}),
] if {
	child.ns.ttl != null
}

# To delete a record set its TTL must be given.
fix(child) := {"zone_id": input.zone.id, "name": child.name} if child.ns.ttl == null
