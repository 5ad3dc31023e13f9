# METADATA
# title: DS TTL too long
# description: For as long as the TTL of the DS, resolvers hold on to it after it was changed. A mistake
#   with the DS or the KSK lasts at least that long.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-enable-signing.html
# custom:
#   id: ds-ttl
#   severity: low
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: [zone.hosted_parent]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Lower the TTL of the DS record set in the parent zone, to 300 around a change, and to 3600
#     at most otherwise. A registry sets it for all of its zones alike.
package zonewarden.ds_ttl

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.ttl == null

deny contains {
	"msg": sprintf("The DS of %s at %s has a TTL of %v s, more than 86400.", [input.zone.name, input.zone.dns.delegation.parent, input.zone.dns.ds.ttl]),
	"at": "zone.dns.ds.ttl",
	"fix": fix,
} if {
	input.zone.dns.ds.ttl > 86400
}

deny contains {
	"msg": sprintf("The DS of %s in the hosted zone %s has a TTL of %v s, more than 3600.", [input.zone.name, input.zone.hosted_parent.id, input.zone.dns.ds.ttl]),
	"at": "zone.dns.ds.ttl",
	"fix": fix,
} if {
	input.zone.hosted_parent != null
	input.zone.dns.ds.ttl > 3600
	input.zone.dns.ds.ttl <= 86400
}

in_house if input.zone.hosted_parent != null

fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.hosted_parent.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "DS",
			"TTL": 3600,
			"ResourceRecords": [{"Value": sprintf("%v %v %v %s", [ds.key_tag, ds.algorithm, ds.digest_type, ds.digest])} |
				some ds in input.zone.dns.ds.records
			],
		},
	}]}),
] if {
	in_house
}

fix := null if not in_house
