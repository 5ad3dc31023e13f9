# METADATA
# title: KMS key in the wrong region
# description: Route 53 uses KMS keys of one region of each partition only, us-east-1 or us-gov-west-1.
#   It cannot sign with a key that lies elsewhere.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
#   - https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-r53.html
# custom:
#   id: key-region
#   severity: critical
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [key.region]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Create a key in the right region and a KSK on it.
#   fix: [aws, kms, create-key, --region, "{region}", --key-spec, ECC_NIST_P256, --key-usage, SIGN_VERIFY, --policy, "file://key-policy.json"]
package zonewarden.key_region

import rego.v1

# The ARN names no region.
not_applicable if input.key.region == null

deny contains {
	"msg": sprintf("KMS key %s lies in %s; Route 53 signs with keys of %s only.", [input.key.arn, input.key.region, input.home_region]),
	"at": "key.region",
	"fix": {"region": input.home_region},
} if {
	input.key.region != input.home_region
}
