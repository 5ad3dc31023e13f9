# METADATA
# title: KMS key missing
# description: The KMS key behind a KSK is gone, and its private key cannot be brought back.
#   Signatures made ahead expire within days, and then validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-troubleshoot.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
# custom:
#   id: key-exists
#   severity: critical
#   scope: key
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Create a new KMS key and a KSK on it now, and add its DS at the parent. If signatures run
#     out before the old DS has left the caches, take the DS away at the parent first.
#   fix: [aws, kms, create-key, --region, "{region}", --key-spec, ECC_NIST_P256, --key-usage, SIGN_VERIFY, --policy, "file://key-policy.json"]
package zonewarden.key_exists

import rego.v1

deny contains {
	"msg": sprintf("KMS key %s does not exist. Zones that depend on it (%d): %s%s", [input.key.arn, count(zones), concat(", ", array.slice(zones, 0, 3)), more]),
	"at": "key.metadata",
	"fix": {"region": input.home_region},
} if {
	input.key.metadata == null
}

zones := sort({zone.name | some zone in input.key.zones})

default more := ""

more := ", …" if count(zones) > 3
