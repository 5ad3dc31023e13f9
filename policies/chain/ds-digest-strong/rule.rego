# METADATA
# title: DS with a weak digest
# description: SHA-1 and GOST must no longer be used for DS records. Validators may ignore such a DS, and
#   then the zone is insecure or, beside no other, without a chain.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc9905
#   - https://www.rfc-editor.org/rfc/rfc8624#section-3.3
# custom:
#   id: ds-digest-strong
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Add a DS of digest type 2 (SHA-256) for the active KSK at the parent, and then remove the
#     weak one.
#   fix: [aws, route53domains, associate-delegation-signer-to-domain, --region, us-east-1, --domain-name,
#     "{domain}", --signing-attributes, "Algorithm=13,Flags=257,PublicKey={public_key}"]
package zonewarden.ds_digest_strong

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.ttl == null

weak := {1: "SHA-1", 3: "GOST R 34.11-94"}

# Beside a supported DS with another digest it is not needed any more.
strong if {
	some ds in input.zone.dns.ds.records
	ds.supported
	not weak[ds.digest_type]
}

severity := "medium" if strong

severity := "high" if not strong

deny contains {
	"msg": sprintf("The DS of %s at %s with key tag %v has the digest type %v (%s).", [input.zone.name, input.zone.dns.delegation.parent, ds.key_tag, ds.digest_type, weak[ds.digest_type]]),
	"at": "zone.dns.ds",
	"key": sprintf("%v %v %v %s", [ds.key_tag, ds.algorithm, ds.digest_type, ds.digest]),
	"severity": severity,
	"fix": fix,
} if {
	some ds in input.zone.dns.ds.records
	weak[ds.digest_type]
}

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
