# METADATA
# title: No guard against a confused deputy
# description: Without a condition on the source, Route 53 may use the key for a zone of any account.
#   A stranger could then have a KSK made from it, with Route 53 as the deputy.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
# custom:
#   id: key-confused-deputy-guard
#   severity: medium
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata, key.service_statements]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Add the condition StringEquals aws:SourceAccount with the account of the zone, or ArnEquals
#     aws:SourceArn with its ARN, to each statement named.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_confused_deputy_guard

import rego.v1

not_applicable if input.key.metadata == null

not_applicable if {
	input.key.service_statements != null
	not of_use
}

deny contains {
	"msg": sprintf("The policy of KMS key %s lets Route 53 use the key for any account's zone (%s).", [input.key.arn, concat(", ", sort(unguarded))]),
	"at": "key.policy",
	"fix": {"key_arn": input.key.arn, "region": region},
} if {
	some statement in input.key.service_statements
	statement.grant_is_for_aws_resource == false
	statement.guards == []
	count(unguarded) > 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region

of_use if {
	some statement in input.key.service_statements
	statement.grant_is_for_aws_resource == false
	some action in statement.actions
	action in {"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"}
}

# AWS documents the statement for grants without such a guard.
unguarded := {name(statement) |
	some statement in input.key.service_statements
	statement.grant_is_for_aws_resource == false
	statement.guards == []
	some action in statement.actions
	action in {"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"}
}

name(statement) := statement.statement if statement.statement != null

name(statement) := "a statement without a Sid" if statement.statement == null
