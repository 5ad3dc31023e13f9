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
#   needs_to_pass: [zone.dns.chain.verdict, "zone.dns.chain.samples[].exists", "zone.dns.chain.samples[].validation"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Mend what the reason names. A signature that expired or is missing points to the KSK and
#     its KMS key, a missing DNSKEY to the DS at the parent.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
#   caused_by: [ds-without-signing, ds-supported, ds-matches-active-ksk, ds-matches, key-exists,
#     key-not-pending-deletion, key-enabled, key-usable-by-route53, key-guard-matches,
#     signing-needs-no-action, ksk-needs-no-action, served-as-signed, ksk-signs-dnskey, ds-consistent,
#     zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.chain_validates

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

# Without a DS that validators follow the zone is insecure, and not bogus.
not_applicable if input.zone.dns.ds.supported == false

# ancestors-signed speaks.
not_applicable if input.zone.dns.chain.broken_above != null

deny contains {
	"msg": sprintf("%s does not validate: %s%s%s.", [
		input.zone.name, error(input.zone.dns.chain.verdict),
		text(input.zone.dns.chain.verdict), seen(input.zone.dns.chain.verdict),
	]),
	"at": "zone.dns.chain.verdict",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dns.chain.verdict.state == "bogus"
}

# Where the zone is bogus, so is every sample.
deny contains {
	"msg": sprintf("Not all that %s serves validates: %s.", [input.zone.name, concat("; ", told)]),
	"at": "zone.dns.chain.samples",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dns.chain.verdict.state != "bogus"
	count(told) > 0
}

# Of what does not exist, denial-validates speaks.
told := [sprintf("%s %s: %s%s%s", [
	sample.name, sample.type, error(sample.validation), text(sample.validation), seen(sample.validation),
]) |
	some sample in input.zone.dns.chain.samples
	sample.exists == true
	sample.validation.state == "bogus"
]

error(validation) := "DNSSEC Bogus" if validation.error == null

error(validation) := sprintf("%s (extended error %v)", [validation.error, validation.info_code]) if {
	validation.error != null
}

text(validation) := "" if validation.text == null

text(validation) := sprintf(", %s", [validation.text]) if validation.text != null

seen(validation) := "" if validation.seen == null

seen(validation) := sprintf("; seen in the answer of %s (%s) to %s", [
	validation.seen.server, validation.seen.address, validation.seen.question,
]) if {
	validation.seen != null
}
