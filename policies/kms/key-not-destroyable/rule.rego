# METADATA
# title: KMS key of a KSK can be destroyed
# description: Once the key is deleted nothing can sign for the zone by it again, and the zone fails until the DS
#   at the parent is replaced. Code that keeps the key, and the longest deletion window, leave time to notice.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
#   - https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
# custom:
#   id: key-not-destroyable
#   severity: low
#   scope: key
#   judges: [source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [key.declaration.kept, key.declaration.deletion_window_in_days]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: In Terraform, set prevent_destroy in the lifecycle block of the key. In CloudFormation, set its
#     DeletionPolicy and UpdateReplacePolicy to Retain. In either, leave the deletion window at 30 days.
package zonewarden.key_not_destroyable

import rego.v1

not_applicable if input.key.declaration == null

deny contains {
	"msg": sprintf("KMS key %s is not kept: a change of the code that declares it may destroy it.", [input.key.arn]),
	"at": "key.declaration.kept",
	"key": "kept",
} if {
	input.key.declaration.kept == false
}

deny contains {
	"msg": sprintf("KMS key %s is deleted %v days after it is destroyed, and AWS would wait 30.", [input.key.arn, input.key.declaration.deletion_window_in_days]),
	"at": "key.declaration.deletion_window_in_days",
	"key": "deletion_window_in_days",
} if {
	input.key.declaration.deletion_window_in_days < 30
}
