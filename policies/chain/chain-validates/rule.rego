# METADATA
# title: Zone does not validate
# description: The parent is secure and has a DS for the zone, and yet its answers do not validate. Every
#   validating resolver answers SERVFAIL for what is bogus.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.3
#   - https://www.rfc-editor.org/rfc/rfc8914
# custom:
#   id: chain-validates
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds, zone.dns.chain, zone.dns.chain.broken_above]
#   needs_to_pass: [zone.dns.chain.verdict]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Mend what the reason names. A signature that expired or is missing points to the KSK and
#     its KMS key, a missing DNSKEY to the DS at the parent.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
#   caused_by: [ds-without-signing, ds-supported, ds-matches-active-ksk, ds-matches, key-exists,
#     key-not-pending-deletion, key-enabled, key-usable-by-route53, key-guard-matches,
#     signing-needs-no-action, ksk-needs-no-action]
package zonewarden.chain_validates

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

# Without a DS that validators follow the zone is insecure, and not bogus.
not_applicable if input.zone.dns.ds.supported == false

# ancestors-signed speaks.
not_applicable if input.zone.dns.chain.broken_above != null

deny contains {
	"msg": sprintf("%s does not validate: %s%s.", [input.zone.name, reason, seen]),
	"at": "zone.dns.chain.verdict",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dns.chain.verdict.state == "bogus"
}

default error := "DNSSEC Bogus"

error := sprintf("%s (extended error %v)", [input.zone.dns.chain.verdict.error, input.zone.dns.chain.verdict.info_code]) if {
	input.zone.dns.chain.verdict.error != null
}

default text := ""

text := sprintf(", %s", [input.zone.dns.chain.verdict.text]) if input.zone.dns.chain.verdict.text != null

reason := concat("", [error, text])

default seen := ""

seen := sprintf("; seen in the answer of %s (%s) to %s", [
	input.zone.dns.chain.verdict.seen.server,
	input.zone.dns.chain.verdict.seen.address,
	input.zone.dns.chain.verdict.seen.question,
]) if {
	input.zone.dns.chain.verdict.seen != null
}
