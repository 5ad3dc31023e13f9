# METADATA
# title: KMS key reused over zones
# description: Every zone whose KSK stands on one KMS key fails when that one key does.
#   A key for each zone keeps a mistake with one key, or its theft, from reaching the others.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateKeySigningKey.html
# custom:
#   id: ksk-key-not-shared
#   severity: low
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [key.zones]
#   params:
#     max_zones:
#       type: integer
#       default: 1
#       description: The number of zones that one KMS key may serve.
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Create a key for each zone and roll each KSK over to it, or raise max_zones where sharing is intended.
#   fix: [aws, kms, create-key, --region, "{region}", --key-spec, ECC_NIST_P256, --key-usage, SIGN_VERIFY, --policy, "file://key-policy.json"]
package zonewarden.ksk_key_not_shared

import rego.v1

zones := {zone.arn | some zone in input.key.zones}

names := sort({zone.name | some zone in input.key.zones})

deny contains {
	"msg": sprintf("KMS key %s serves %d zones, more than %v%s: %s%s", [
		input.key.arn, count(zones), input.params.max_zones, searched,
		concat(", ", array.slice(names, 0, 3)), more,
	]),
	"at": "key.zones",
	"fix": {"region": input.home_region},
} if {
	count(zones) > input.params.max_zones
}

# Source code has no accounts to count.
default searched := ""

searched := sprintf(", found in %d of %d accounts", [input.coverage.accounts_read, input.coverage.accounts_in_scope]) if {
	input.coverage.accounts_in_scope > 0
}

default more := ""

more := ", …" if count(names) > 3
