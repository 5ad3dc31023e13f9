# METADATA
# title: Route 53 cannot use the key
# description: Without kms:DescribeKey, kms:GetPublicKey and kms:Sign, Route 53 cannot renew the signatures of
#   the zone. The key policy alone is judged, for grants and resource control policies are not read.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
# custom:
#   id: key-usable-by-route53
#   severity: critical
#   scope: ksk
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [ksk.key.metadata]
#   needs_to_pass: [ksk.access.describe_key, ksk.access.get_public_key, ksk.access.sign, ksk.access.describe_key.without_guards, ksk.access.get_public_key.without_guards, ksk.access.sign.without_guards]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Allow dnssec-route53.amazonaws.com kms:DescribeKey, kms:GetPublicKey and kms:Sign in the key
#     policy, and take away any statement that denies them. Then activate the KSK again if it needs action.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_usable_by_route53

import rego.v1

not_applicable if input.ksk.key == null

not_applicable if input.ksk.key.metadata == null

# Guards alone stand in the way: key-guard-matches speaks.
not_applicable if {
	some access in input.ksk.access
	access.decision != "allowed"
	not_refused(input.ksk.access.describe_key)
	not_refused(input.ksk.access.get_public_key)
	not_refused(input.ksk.access.sign)
}

deny contains {
	"msg": sprintf("The policy of KMS key %s does not let Route 53 sign %s: no %s.", [input.ksk.key.arn, input.ksk.zone.name, concat(", ", refusals)]),
	"at": "ksk.access",
	"fix": {"key_arn": input.ksk.key.arn, "region": region},
} if {
	some access in input.ksk.access
	access.decision != "allowed"
	count(refusals) > 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.ksk.key.region

actions := {"describe_key": "kms:DescribeKey", "get_public_key": "kms:GetPublicKey", "sign": "kms:Sign"}

not_refused(access) if access.decision == "allowed"

not_refused(access) if access.without_guards == "allowed"

refusals := [refusal(actions[member], access) |
	some member, access in input.ksk.access
	access.decision != "allowed"
	access.without_guards != "allowed"
]

refusal(action, access) := action if access.statement == null

refusal(action, access) := sprintf("%s (denied by %s)", [action, access.statement]) if access.statement != null
