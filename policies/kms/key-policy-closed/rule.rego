# METADATA
# title: Key policy too open
# description: Whoever may sign with the key can forge any answer of the zone, and whoever may change, disable
#   or delete it can take the zone down. Neither should be open to everybody or to a stranger's account.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
# custom:
#   id: key-policy-closed
#   severity: high
#   scope: key
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass:
#     - key.principals
#     - key.principals[].outside
#     - key.principals[].actions.kms:Sign
#     - key.principals[].actions.kms:PutKeyPolicy
#     - key.principals[].actions.kms:DisableKey
#     - key.principals[].actions.kms:ScheduleKeyDeletion
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Take the principal out of the key policy, or narrow it by a condition such as
#     aws:PrincipalOrgID.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_policy_closed

import rego.v1

not_applicable if input.key.metadata == null

deny contains finding(principal, "everyone") if {
	some principal in input.key.principals
	principal.kind == "everyone"
	principal.narrowed == false
	count(allowed(principal)) > 0
}

deny contains finding(principal, sprintf("the outsider %s", [principal.principal])) if {
	some principal in input.key.principals
	principal.outside == true
	principal.kind != "everyone"
	count(allowed(principal)) > 0
}

allowed(principal) := [action |
	some action in ["kms:Sign", "kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion"]
	principal.actions[action].decision == "allowed"
]

finding(principal, who) := {
	"msg": sprintf("The policy of KMS key %s lets %s %s.", [input.key.arn, who, concat(", ", allowed(principal))]),
	"at": "key.policy",
	"key": principal.principal,
	"fix": {"key_arn": input.key.arn, "region": region},
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region
