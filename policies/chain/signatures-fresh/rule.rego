# METADATA
# title: Signatures about to expire
# description: A resolver may keep a record set for as long as its TTL says. If the signature ends before
#   that, it is not being renewed, and the zone fails when the last one has expired.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-zsk-management.html
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.3.3
# custom:
#   id: signatures-fresh
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dnssec]
#   needs_to_pass: [zone.dns.signatures, "zone.dns.signatures[].outlives_ttl"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: See whether Route 53 can still use the KMS key of every active KSK, and repair the key
#     policy or the key. Then activate the KSK again.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
#   caused_by: [key-exists, key-not-pending-deletion, key-enabled, key-usable-by-route53, key-guard-matches,
#     signing-needs-no-action, ksk-needs-no-action, ksk-signs-dnskey, chain-validates, zone-delegated,
#     zone-delegated-here, nameservers-answer]
package zonewarden.signatures_fresh

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dnssec.serve_signature == "NOT_SIGNING"

deny contains {
	"msg": sprintf("The signatures over %s of %s last for %v s more, less than its TTL of %v s, on every server.", [signature.type_covered, input.zone.name, signature.remaining, signature.ttl]),
	"at": "zone.dns.signatures",
	"key": signature.type_covered,
	"fix": {"zone_id": input.zone.id},
} if {
	some signature in input.zone.dns.signatures
	signature.outlives_ttl == false
	signature.remaining > 0
}

deny contains {
	"msg": sprintf("The signatures over %s of %s expired at %s on every server.", [signature.type_covered, input.zone.name, signature.expiration]),
	"at": "zone.dns.signatures",
	"key": signature.type_covered,
	"fix": {"zone_id": input.zone.id},
} if {
	some signature in input.zone.dns.signatures
	signature.outlives_ttl == false
	signature.remaining <= 0
}
