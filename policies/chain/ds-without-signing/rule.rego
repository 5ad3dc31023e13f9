# METADATA
# title: DS at the parent of a zone that is not signed
# description: The DS at the parent promises signatures that the zone does not serve. Every validating
#   resolver answers SERVFAIL for it, and to their users it does not exist.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-disable.html
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
# custom:
#   id: ds-without-signing
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds]
#   needs_to_pass: [zone.dnssec, zone.dns.unsigned]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Enable signing again at once if the KSK is still there, or remove the DS from the parent
#     and wait out its TTL. To stop signing in order, remove the DS first.
#   fix: [aws, route53, enable-hosted-zone-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.ds_without_signing

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

# Without a DS that validators follow, they ask for no signatures.
not_applicable if input.zone.dns.ds.supported == false

deny contains {
	"msg": sprintf("%s has a DS at %s, and Route 53 does not sign it.", [input.zone.name, input.zone.dns.delegation.parent]),
	"at": "zone.dns.ds",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dnssec.serve_signature == "NOT_SIGNING"
}

deny contains {
	"msg": sprintf("%s has a DS at %s, and no server of the zone serves a DNSKEY.", [input.zone.name, input.zone.dns.delegation.parent]),
	"at": "zone.dns.ds",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dns.unsigned == true
	not stated
}

# Said once, by what Route 53 states.
stated if input.zone.dnssec.serve_signature == "NOT_SIGNING"
