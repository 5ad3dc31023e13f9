# METADATA
# title: Stale DS at the parent
# description: A DS at the parent stands for no key of the zone. Whoever holds its private key can sign for
#   the zone, and it hides a mistake in the next rollover.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-configure-dnssec.html
# custom:
#   id: ds-not-stale
#   severity: medium
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: ["zone.dns.ds.records[].dnskey", "zone.dns.ds.records[].ksk"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Remove the DS from the parent, unless it was put there ahead of a rollover that is about to
#     be finished.
#   fix: [aws, route53domains, disassociate-delegation-signer-from-domain, --region, us-east-1,
#     --domain-name, "{domain}", --id, DELEGATION_SIGNER_ID]
#   caused_by: [ds-consistent]
package zonewarden.ds_not_stale

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

# Where validators follow none at all, ds-supported speaks.
not_applicable if input.zone.dns.ds.supported == false

stale contains ds if {
	some ds in input.zone.dns.ds.records
	ds.dnskey.matches == false
	ds.ksk == null
}

# Where no other that validators follow matches, ds-matches speaks.
matched if {
	some ds in input.zone.dns.ds.records
	ds.ignored == false
	ds.dnskey.matches == true
}

matched if {
	some ds in input.zone.dns.ds.records
	ds.ignored == false
	ds.ksk != null
}

deny contains {
	"msg": sprintf("The DS %s of %s at %s stands for no served DNSKEY and no KSK.", [value(ds), input.zone.name, input.zone.dns.delegation.parent]),
	"at": "zone.dns.ds",
	"key": value(ds),
	"fix": fix,
} if {
	matched
	some ds in stale
}

value(ds) := sprintf("%v %v %v %s", [ds.key_tag, ds.algorithm, ds.digest_type, ds.digest])

in_house if input.zone.hosted_parent != null

# The record set without those that are stale.
fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.hosted_parent.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "DS",
			"TTL": input.zone.dns.ds.ttl,
			"ResourceRecords": [{"Value": value(ds)} |
				some ds in input.zone.dns.ds.records
				not ds in stale
			],
		},
	}]}),
] if {
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, ".")} if not in_house
