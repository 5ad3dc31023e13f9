# METADATA
# title: Proof of non-existence does not validate
# description: The zone proves by signed records that a name or type does not exist. If the proof is bogus,
#   resolvers answer SERVFAIL where they should say that there is nothing.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.4
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-proof-of-nonexistence.html
# custom:
#   id: denial-validates
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds, zone.dns.chain, zone.dns.chain.broken_above]
#   needs_to_pass: [zone.dns.chain.denial.name_error, zone.dns.chain.denial.no_data]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Mend first whatever else does not validate. If only the denial is bogus, open a case with
#     AWS Support, for Route 53 makes these records itself.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
#   caused_by: [ds-without-signing, ds-supported, ds-matches-active-ksk, ds-matches, key-exists,
#     key-not-pending-deletion, key-enabled, key-usable-by-route53, key-guard-matches,
#     signing-needs-no-action, ksk-needs-no-action, served-as-signed, ksk-signs-dnskey, ds-consistent,
#     chain-validates, zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.denial_validates

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.supported == false

# ancestors-signed speaks.
not_applicable if input.zone.dns.chain.broken_above != null

probes := {"name_error": "name", "no_data": "type"}

deny contains {
	"msg": sprintf("%s does not prove that a %s does not exist: %s.", [input.zone.name, what, reason(input.zone.dns.chain.denial[probe])]),
	"at": sprintf("zone.dns.chain.denial.%s", [probe]),
	"key": probe,
	"fix": {"zone_id": input.zone.id},
} if {
	some probe, what in probes
	input.zone.dns.chain.denial[probe].state == "bogus"
}

reason(validation) := "DNSSEC Bogus" if validation.error == null

reason(validation) := sprintf("%s (extended error %v)", [validation.error, validation.info_code]) if validation.error != null
