# METADATA
# title: No active KSK while signing
# description: Only an active KSK signs the DNSKEY records, and through them every other record of the zone.
#   Once the signatures made ahead expire, validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_ActivateKeySigningKey.html
# custom:
#   id: ksk-active
#   severity: critical
#   scope: zone
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [zone.dnssec, zone.ksks]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Activate the KSK whose DS is at the parent. Create one only if the zone has none, and then
#     change the DS at the parent.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
package zonewarden.ksk_active

import rego.v1

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

deny contains {
	"msg": sprintf("%s is signed, but %s.", [input.zone.name, why]),
	"at": "zone.ksks",
	"fix": fix,
} if {
	not active
}

why := "has no KSK" if count(input.zone.ksks) == 0

why := "its only KSK is not active" if count(input.zone.ksks) == 1

why := sprintf("none of its %d KSKs is active", [count(input.zone.ksks)]) if count(input.zone.ksks) > 1

active if {
	some ksk in input.zone.ksks
	ksk.status == "ACTIVE"
}

names := {ksk.name | some ksk in input.zone.ksks; ksk.status != "DELETING"}

fix := {"zone_id": input.zone.id, "ksk_name": min(names)} if count(names) > 0

fix := [
	"aws", "route53", "create-key-signing-key",
	"--hosted-zone-id", input.zone.id,
	"--key-management-service-arn", "KMS_KEY_ARN",
	"--name", "KSK_NAME",
	"--status", "ACTIVE",
	"--caller-reference", "CALLER_REFERENCE",
] if {
	count(names) == 0
}
