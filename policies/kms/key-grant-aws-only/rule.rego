# METADATA
# title: CreateGrant without GrantIsForAWSResource
# description: A grant hands on the use of the key past its policy. Without the condition
#   kms:GrantIsForAWSResource, grants are not confined to those that an AWS service makes for its own resources.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
#   - https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
# custom:
#   id: key-grant-aws-only
#   severity: medium
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass: [key.create_grant.for_aws_resource, key.create_grant.for_other]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Add the condition Bool kms:GrantIsForAWSResource = true to the statement that allows
#     dnssec-route53.amazonaws.com kms:CreateGrant.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_grant_aws_only

import rego.v1

not_applicable if input.key.metadata == null

# No grant may be created at all.
not_applicable if {
	input.key.create_grant.for_aws_resource.decision != "allowed"
	input.key.create_grant.for_other.decision != "allowed"
}

deny contains {
	"msg": sprintf("The policy of KMS key %s lets Route 53 create grants that are not for AWS resources%s.", [input.key.arn, by]),
	"at": "key.policy",
	"fix": {"key_arn": input.key.arn, "region": region},
} if {
	input.key.create_grant.for_other.decision == "allowed"
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region

default by := ""

by := sprintf(" (allowed by %s)", [statement]) if {
	statement := input.key.create_grant.for_other.statement
	statement != null
}
