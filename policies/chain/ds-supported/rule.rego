# METADATA
# title: Only DS records that validators do not support
# description: Validators treat a zone as unsigned if they know no algorithm or digest of its DS records.
#   The zone is signed, and insecure without a sign of it.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
#   - https://www.rfc-editor.org/rfc/rfc9904
# custom:
#   id: ds-supported
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Put a DS with algorithm 13 and digest type 2 for the active KSK at the parent, and remove
#     the others.
#   fix: [aws, route53domains, associate-delegation-signer-to-domain, --region, us-east-1, --domain-name,
#     "{domain}", --signing-attributes, "Algorithm=13,Flags=257,PublicKey={public_key}"]
package zonewarden.ds_supported

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.ttl == null

deny contains {
	"msg": sprintf("Validators follow no DS of %s at %s: %s.", [
		input.zone.name, input.zone.dns.delegation.parent,
		concat(", ", sort({sprintf("algorithm %v with digest type %v", [ds.algorithm, ds.digest_type]) | some ds in input.zone.dns.ds.records})),
	]),
	"at": "zone.dns.ds",
	"fix": fix,
} if {
	input.zone.dns.ds.supported == false
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
