# METADATA
# title: Signing needs action
# description: Route 53 has lost the use of a KMS key and no longer renews the signatures that depend on it.
#   When the last signature made ahead expires, validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-troubleshoot.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_DNSSECStatus.html
# custom:
#   id: signing-needs-no-action
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: [zone.dnssec]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Repair the KMS key first, that is, its policy, its state or its pending deletion. Then
#     activate the KSK again.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
#   caused_by: [ds-without-signing, key-exists, key-not-pending-deletion, key-enabled, key-usable-by-route53,
#     key-guard-matches]
package zonewarden.signing_needs_no_action

import rego.v1

not_applicable if input.zone.dnssec.serve_signature == "NOT_SIGNING"

deny contains {
	"msg": sprintf("Signing of %s needs action%s.", [input.zone.name, said]),
	"at": "zone.dnssec",
	"fix": {"zone_id": input.zone.id, "ksk_name": ksk_name},
} if {
	input.zone.dnssec.serve_signature == "ACTION_NEEDED"
}

default said := ""

said := sprintf(", and Route 53 says: %s", [trim_suffix(message, ".")]) if {
	message := input.zone.dnssec.status_message
	message != null
}

waiting := {ksk.name | some ksk in input.zone.ksks; ksk.status == "ACTION_NEEDED"}

default ksk_name := "KSK_NAME"

ksk_name := min(waiting) if count(waiting) > 0
