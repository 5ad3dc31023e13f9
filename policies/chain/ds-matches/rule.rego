# METADATA
# title: No DS matches a served DNSKEY
# description: None of the DS records at the parent stands for a key that the zone serves. Every validating
#   resolver answers SERVFAIL for the zone.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-configure-dnssec.html
# custom:
#   id: ds-matches
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: ["zone.dns.ds.records[].dnskey"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Replace the DS at the parent by that of an active KSK. Until its TTL has passed, resolvers
#     may still hold the old one.
#   fix: [aws, route53domains, associate-delegation-signer-to-domain, --region, us-east-1, --domain-name,
#     "{domain}", --signing-attributes, "Algorithm=13,Flags=257,PublicKey={public_key}"]
#   caused_by: [ds-without-signing, registrar-ds-matches, ds-matches-active-ksk]
package zonewarden.ds_matches

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.supported == false

# Those that validators follow.
followed := [ds | some ds in input.zone.dns.ds.records; ds.supported; ds.ignored == false]

failing := [ds | some ds in followed; ds.dnskey.matches == false]

deny contains {
	"msg": sprintf("No DS of %s at %s matches a served DNSKEY: %s.", [
		input.zone.name, input.zone.dns.delegation.parent,
		concat("; ", sort({told(ds) | some ds in failing})),
	]),
	"at": "zone.dns.ds",
	"fix": fix,
} if {
	count(followed) > 0
	count(failing) == count(followed)
}

told(ds) := sprintf("no key has the key tag %v", [ds.key_tag]) if ds.dnskey.nearest == null

told(ds) := sprintf("the DS with key tag %v differs from the key with key tag %v in %s", [
	ds.key_tag, ds.dnskey.nearest.key_tag,
	concat(" and ", [names[field] | some field in ds.dnskey.differs]),
]) if {
	ds.dnskey.nearest != null
}

names := {"key_tag": "the key tag", "algorithm": "the algorithm", "digest": "the digest", "flags": "the flags"}

active := [ksk | some ksk in input.zone.ksks; ksk.status == "ACTIVE"; ksk.ds_record != null; ksk.public_key != null]

wanted := {ksk.ds_record | some ksk in active}

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(wanted) > 0
}

fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.hosted_parent.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "DS",
			"TTL": 300,
			"ResourceRecords": [{"Value": value} | some value in sort(wanted)],
		},
	}]}),
] if {
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "public_key": public_key} if not in_house

default public_key := "PUBLIC_KEY"

public_key := min({ksk.public_key | some ksk in active}) if count(active) > 0
