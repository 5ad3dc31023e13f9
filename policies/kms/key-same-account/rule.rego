# METADATA
# title: Key of another account or multi-Region key
# description: AWS does not document KSKs on keys of another account or on multi-Region keys.
#   Either widens the circle of those who can sign for the zone or take the key away.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
# custom:
#   id: key-same-account
#   severity: low
#   scope: ksk
#   judges: [live, source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [ksk.key.account, ksk.key.metadata]
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Make sure that the other account or the replicas are meant and guarded as well as the zone, or
#     roll the KSK over to a single-Region key of the zone's own account.
#   fix: [aws, kms, describe-key, --key-id, "{key_arn}", --region, "{region}"]
package zonewarden.key_same_account

import rego.v1

not_applicable if input.ksk.key == null

deny contains {
	"msg": sprintf("The KMS key of KSK %s belongs to account %s, %s to account %s.", [input.ksk.name, input.ksk.key.account, input.ksk.zone.name, input.ksk.zone.account.id]),
	"at": "ksk.key_arn",
	"key": "account",
	"fix": {"key_arn": input.ksk.key.arn, "region": region},
} if {
	input.ksk.key.account != null
	input.ksk.key.account != input.ksk.zone.account.id
}

deny contains {
	"msg": sprintf("The KMS key of KSK %s of %s is a multi-Region key.", [input.ksk.name, input.ksk.zone.name]),
	"at": "ksk.key.metadata",
	"key": "multi_region",
	"fix": {"key_arn": input.ksk.key.arn, "region": region},
} if {
	input.ksk.key.metadata.multi_region == true
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.ksk.key.region
