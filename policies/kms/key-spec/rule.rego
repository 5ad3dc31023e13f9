# METADATA
# title: Wrong key spec or usage
# description: Route 53 signs with customer managed keys of the spec ECC_NIST_P256 and the usage SIGN_VERIFY.
#   No KSK can be made from any other key.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
#   - https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
# custom:
#   id: key-spec
#   severity: critical
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12, SC-13]
#   remediation: Create a key with the right spec and usage, since neither can be changed, and a KSK on it.
#   fix: [aws, kms, create-key, --region, "{region}", --key-spec, ECC_NIST_P256, --key-usage, SIGN_VERIFY, --policy, "file://key-policy.json"]
package zonewarden.key_spec

import rego.v1

not_applicable if input.key.metadata == null

deny contains finding("key_spec", "key spec", "ECC_NIST_P256") if {
	input.key.metadata.key_spec != "ECC_NIST_P256"
}

deny contains finding("key_usage", "key usage", "SIGN_VERIFY") if {
	input.key.metadata.key_usage != "SIGN_VERIFY"
}

deny contains finding("key_manager", "key manager", "CUSTOMER") if {
	input.key.metadata.key_manager != "CUSTOMER"
}

finding(member, name, wanted) := {
	"msg": sprintf("KMS key %s has the %s %v, not %s.", [input.key.arn, name, input.key.metadata[member], wanted]),
	"at": "key.metadata",
	"key": member,
	"fix": {"region": input.home_region},
}
