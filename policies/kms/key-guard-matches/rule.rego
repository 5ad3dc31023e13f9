# METADATA
# title: Guard names a wrong account or zone
# description: A condition that guards against a confused deputy names another account or zone than the one that
#   uses the key, so Route 53 cannot sign. Hyphens in an account id and wildcards under StringEquals match nothing either.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
# custom:
#   id: key-guard-matches
#   severity: critical
#   scope: ksk
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: [ksk.key.metadata]
#   needs_to_pass: [ksk.access.describe_key, ksk.access.get_public_key, ksk.access.sign, ksk.access.describe_key.without_guards, ksk.access.get_public_key.without_guards, ksk.access.sign.without_guards]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Let aws:SourceAccount name the account of the zone, in twelve digits, and aws:SourceArn the
#     hosted zone, under ArnEquals or ArnLike.
#   fix: [aws, kms, put-key-policy, --key-id, "{key_arn}", --policy-name, default, --policy, "file://key-policy.json", --region, "{region}"]
package zonewarden.key_guard_matches

import rego.v1

not_applicable if input.ksk.key == null

not_applicable if input.ksk.key.metadata == null

deny contains {
	"msg": sprintf("The guards in the policy of KMS key %s do not match %s (%s of account %s): no %s.", [
		input.ksk.key.arn,
		input.ksk.zone.name,
		input.ksk.zone.id,
		input.ksk.zone.account.id,
		concat(", ", refused),
	]),
	"at": "ksk.access",
	"fix": {"key_arn": input.ksk.key.arn, "region": region},
} if {
	some access in input.ksk.access
	access.decision != "allowed"
	count(refused) > 0
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.ksk.key.region

actions := {"describe_key": "kms:DescribeKey", "get_public_key": "kms:GetPublicKey", "sign": "kms:Sign"}

refused := sort([actions[member] |
	some member, access in input.ksk.access
	access.decision != "allowed"
	access.without_guards == "allowed"
])
