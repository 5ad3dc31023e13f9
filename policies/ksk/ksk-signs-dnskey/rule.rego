# METADATA
# title: Active KSK does not sign the DNSKEY records
# description: Route 53 says that the KSK is active, and no valid signature by it over the DNSKEY records is served.
#   A DS for it at the parent then proves nothing, and the zone is bogus if there is no other.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.3
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-zsk-management.html
# custom:
#   id: ksk-signs-dnskey
#   severity: critical
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [ksk.zone.dnssec, ksk.dns.delegated_here, ksk.dns.signs_dnskey]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Repair the KMS key first, that is, its policy, its state or its pending deletion. Then
#     activate the KSK again.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
#   caused_by: [ds-without-signing, key-exists, key-not-pending-deletion, key-enabled, key-usable-by-route53,
#     key-guard-matches, served-as-signed, ksk-published, zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.ksk_signs_dnskey

import rego.v1

not_applicable if input.ksk.dns.delegated_here == false

not_applicable if input.ksk.status != "ACTIVE"

# A KSK is active before signing is enabled, and still after it was disabled.
not_applicable if input.ksk.zone.dnssec.serve_signature == "NOT_SIGNING"

deny contains {
	"msg": sprintf("KSK %s of %s is active, and no valid signature by it over the DNSKEY records is served%s.", [input.ksk.name, input.ksk.zone.name, last]),
	"at": "ksk.dns.signs_dnskey",
	"fix": {"zone_id": input.ksk.zone.id, "ksk_name": input.ksk.name},
} if {
	input.ksk.dns.signs_dnskey == false
}

default last := ""

last := sprintf("; the last one that is served runs until %s", [input.ksk.dns.signature_expiration]) if {
	input.ksk.dns.signature_expiration != null
}
