# METADATA
# title: Inactive KSK left over
# description: A KSK that has been inactive for a month and has no DS at the parent serves nobody. It takes one of
#   the two places that a zone has for KSKs, and keeps its KMS key in use.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteKeySigningKey.html
# custom:
#   id: ksk-no-leftover
#   severity: low
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [ksk.dns.ds_at_parent]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Delete the KSK, and then its KMS key if no other KSK uses it.
#   fix: [aws, route53, delete-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
#   caused_by: [zone-delegated, zone-delegated-here]
package zonewarden.ksk_no_leftover

import rego.v1

not_applicable if input.ksk.status != "INACTIVE"

not_applicable if input.ksk.last_modified_date == null

deny contains {
	"msg": sprintf("KSK %s of %s is inactive, was last changed %d days ago, and has no DS at the parent.", [input.ksk.name, input.ksk.zone.name, floor(age / day)]),
	"at": "ksk.last_modified_date",
	"fix": {"zone_id": input.ksk.zone.id, "ksk_name": input.ksk.name},
} if {
	input.ksk.dns.ds_at_parent == false
	age > 30 * day
}

# In nanoseconds.
day := 86400000000000

age := time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(input.ksk.last_modified_date) if {
	input.ksk.last_modified_date != null
}
