# METADATA
# title: Chain of trust broken above the zone
# description: A zone above is not signed, or does not validate, so no resolver can follow the chain of
#   trust down to this one. What Route 53 signs protects nobody then.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5
#   - https://www.rfc-editor.org/rfc/rfc9364
# custom:
#   id: ancestors-signed
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dnssec]
#   needs_to_pass: [zone.dns.chain, zone.dns.chain.broken_above]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Have the zone above signed and its DS published by whoever runs it. If it is yours, its own
#     findings say how.
#   caused_above: [ds-without-signing, ds-matches-active-ksk, ds-matches, ds-supported, chain-validates,
#     zone-signed, ds-present]
package zonewarden.ancestors_signed

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

deny contains {
	"msg": sprintf("The chain of trust to %s breaks at %s, which is %s%s.", [
		input.zone.name, input.zone.dns.chain.broken_above.zone,
		input.zone.dns.chain.broken_above.validation.state, said,
	]),
	"at": "zone.dns.chain.broken_above",
} if {
	input.zone.dns.chain.broken_above != null
}

default said := ""

said := sprintf(" (%s, extended error %v)", [
	input.zone.dns.chain.broken_above.validation.error,
	input.zone.dns.chain.broken_above.validation.info_code,
]) if {
	input.zone.dns.chain.broken_above.validation.error != null
}
