# METADATA
# title: One principal may both sign with the key and take it away
# description: Where signing and the life of the key are in one hand, one stolen session is enough to forge
#   answers and to destroy the key. Separate principals make either act visible to the other.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
#   - https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final
# custom:
#   id: key-duties-split
#   severity: info
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass:
#     - key.principals
#     - key.principals[].actions.kms:Sign
#     - key.principals[].actions.kms:DisableKey
#     - key.principals[].actions.kms:ScheduleKeyDeletion
#   controls:
#     nist-800-53-r5: [SC-12, AC-5]
#   remediation: Take kms:Sign from those who administer the key. Only Route 53 needs to sign with it.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_duties_split

import rego.v1

not_applicable if input.key.metadata == null

deny contains {
	"msg": sprintf("The policy of KMS key %s lets %s both kms:Sign and %s.", [input.key.arn, principal.principal, concat(", ", taking_away)]),
	"at": "key.policy",
	"key": principal.principal,
	"fix": {"key_arn": input.key.arn, "region": region},
} if {
	some principal in input.key.principals
	principal.root == false
	principal.kind != "service"
	principal.actions["kms:Sign"].decision == "allowed"
	taking_away := [action |
		some action in ["kms:DisableKey", "kms:ScheduleKeyDeletion"]
		principal.actions[action].decision == "allowed"
	]
	count(taking_away) > 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region
