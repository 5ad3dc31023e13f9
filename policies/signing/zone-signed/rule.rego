# METADATA
# title: Zone not signed
# description: Without signatures a resolver cannot tell a forged answer for the zone from a true one.
#   Mail, certificates and logins that rely on the name can then be diverted unnoticed.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-enable-signing.html
#   - https://www.rfc-editor.org/rfc/rfc9364
# custom:
#   id: zone-signed
#   severity: high
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [zone.dnssec]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#     bsi-it-grundschutz: [APP.3.6.A17]
#   remediation: Lower the TTLs, create a KSK and enable signing. Publish the DS at the parent once
#     signed answers have replaced the unsigned ones in every cache.
#   fix: [aws, route53, enable-hosted-zone-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.zone_signed

import rego.v1

not_applicable if input.zone.live == false

# Every other state has a rule of its own.
not_applicable if {
	input.zone.dnssec.serve_signature != "SIGNING"
	input.zone.dnssec.serve_signature != "NOT_SIGNING"
}

deny contains {
	"msg": sprintf("%s is not signed.", [input.zone.name]),
	"at": "zone.dnssec",
	"fix": fix,
} if {
	input.zone.dnssec.serve_signature == "NOT_SIGNING"
}

active := {ksk.name | some ksk in input.zone.ksks; ksk.status == "ACTIVE"}

# Signing can be enabled only where a KSK is active.
fix := {"zone_id": input.zone.id} if count(active) > 0

fix := [
	"aws", "route53", "create-key-signing-key",
	"--hosted-zone-id", input.zone.id,
	"--key-management-service-arn", "KMS_KEY_ARN",
	"--name", "KSK_NAME",
	"--status", "ACTIVE",
	"--caller-reference", "CALLER_REFERENCE",
] if {
	count(active) == 0
}
