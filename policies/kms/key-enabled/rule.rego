# METADATA
# title: KMS key not enabled
# description: KMS signs only with an enabled key, so Route 53 cannot renew the signatures of the zone.
#   Signatures made ahead expire within days, and then validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
# custom:
#   id: key-enabled
#   severity: critical
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Enable the key, or import its material again, or bring its key store back. Then activate the
#     KSK again if it needs action.
#   fix: [aws, kms, enable-key, --key-id, "{key_arn}", --region, "{region}"]
package zonewarden.key_enabled

import rego.v1

not_applicable if input.key.metadata == null

# A deletion is for key-not-pending-deletion to report.
not_applicable if {
	judged := {"Enabled", "Updating", "Disabled", "PendingImport", "Unavailable", "Creating"}
	count({input.key.metadata.key_state} - judged) > 0
}

deny contains {
	"msg": sprintf("KMS key %s is not enabled (%s). Zones that depend on it (%d): %s%s", [input.key.arn, input.key.metadata.key_state, count(zones), concat(", ", array.slice(zones, 0, 3)), more]),
	"at": "key.metadata",
	"fix": fix,
} if {
	input.key.metadata.key_state in {"Disabled", "PendingImport", "Unavailable", "Creating"}
}

fix := {"key_arn": input.key.arn, "region": region} if input.key.metadata.key_state == "Disabled"

# KMS enables no key that is in one of the other states.
fix := ["aws", "kms", "describe-key", "--key-id", input.key.arn, "--region", region] if {
	input.key.metadata.key_state != "Disabled"
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region

zones := sort({zone.name | some zone in input.key.zones})

default more := ""

more := ", …" if count(zones) > 3
