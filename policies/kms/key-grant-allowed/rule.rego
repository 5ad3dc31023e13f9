# METADATA
# title: No CreateGrant statement
# description: AWS documents kms:CreateGrant as a part of the key policy that Route 53 needs for DNSSEC.
#   Without it a later change to the signing of the zone may fail.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
#   - https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
# custom:
#   id: key-grant-allowed
#   severity: medium
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata, key.create_grant.for_aws_resource]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Allow dnssec-route53.amazonaws.com kms:CreateGrant in the key policy, under the condition Bool
#     kms:GrantIsForAWSResource = true.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_grant_allowed

import rego.v1

not_applicable if input.key.metadata == null

deny contains {
	"msg": sprintf("The policy of KMS key %s does not let Route 53 create grants for its own resources%s.", [input.key.arn, by]),
	"at": "key.policy",
	"fix": {"key_arn": input.key.arn, "region": region},
} if {
	input.key.create_grant.for_aws_resource.decision != "allowed"
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region

default by := ""

by := sprintf(" (denied by %s)", [statement]) if {
	statement := input.key.create_grant.for_aws_resource.statement
	statement != null
}
