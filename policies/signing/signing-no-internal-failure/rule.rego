# METADATA
# title: Internal failure in signing
# description: While an internal failure lasts, Route 53 refuses every other change to the signing of the zone.
#   A rollover or a repair of the chain of trust has to wait until it is cleared.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-troubleshoot.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_KeySigningKey.html
# custom:
#   id: signing-no-internal-failure
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [zone.dnssec, zone.ksks]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Repeat the change that failed, that is, enable or disable signing, or activate or
#     deactivate the KSK. If it fails again, open a case with AWS Support.
#   fix: [aws, route53, enable-hosted-zone-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.signing_no_internal_failure

import rego.v1

deny contains {
	"msg": sprintf("Signing of %s is in INTERNAL_FAILURE%s.", [input.zone.name, said(input.zone.dnssec.status_message)]),
	"at": "zone.dnssec",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dnssec.serve_signature == "INTERNAL_FAILURE"
}

deny contains {
	"msg": sprintf("KSK %s of %s is in INTERNAL_FAILURE%s.", [ksk.name, input.zone.name, said(ksk.status_message)]),
	"at": "zone.ksks",
	"key": ksk.name,
	"fix": [
		"aws", "route53", "activate-key-signing-key",
		"--hosted-zone-id", input.zone.id,
		"--name", ksk.name,
	],
} if {
	some ksk in input.zone.ksks
	ksk.status == "INTERNAL_FAILURE"
}

said(message) := "" if message == null

said(message) := sprintf(", and Route 53 says: %s", [trim_suffix(message, ".")]) if message != null
