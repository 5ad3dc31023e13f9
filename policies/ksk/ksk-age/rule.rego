# METADATA
# title: KSK too old
# description: The longer a key is in use, the more time there has been to lose or steal it, and the less
#   practised its rollover is. Route 53 leaves the rotation of KSKs to the owner of the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://csrc.nist.gov/pubs/sp/800/81/r3/final
#   - https://www.rfc-editor.org/rfc/rfc6781
# custom:
#   id: ksk-age
#   severity: medium
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: []
#   params:
#     max_age_days:
#       type: integer
#       default: 1095
#       description: The greatest age of a KSK, in days since it was created.
#   controls:
#     nist-800-53-r5: [SC-12]
#     bsi-it-grundschutz: [APP.3.6.A17]
#   remediation: Create a second KSK with a new KMS key, publish its DS, wait out the TTLs, and then take
#     down the old DS and KSK. Delete the old one if it is inactive already and its DS is gone.
#   fix: [aws, route53, create-key-signing-key, --hosted-zone-id, "{zone_id}", --key-management-service-arn, KMS_KEY_ARN,
#     --name, KSK_NAME, --status, ACTIVE, --caller-reference, CALLER_REFERENCE]
package zonewarden.ksk_age

import rego.v1

not_applicable if input.ksk.created_date == null

deny contains {
	"msg": sprintf("KSK %s of %s is %d days old; the limit is %v.", [input.ksk.name, input.ksk.zone.name, floor(age / day), input.params.max_age_days]),
	"at": "ksk.created_date",
	"fix": {"zone_id": input.ksk.zone.id},
} if {
	age > input.params.max_age_days * day
}

# In nanoseconds.
day := 86400000000000

age := time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(input.ksk.created_date) if {
	input.ksk.created_date != null
}
