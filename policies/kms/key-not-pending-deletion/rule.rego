# METADATA
# title: KMS key pending deletion
# description: A key that is scheduled for deletion can no longer sign, and once deleted it is lost for good.
#   Signatures made ahead expire within days, and then validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
# custom:
#   id: key-not-pending-deletion
#   severity: critical
#   scope: key
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: [key.metadata]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#   remediation: Cancel the deletion, enable the key (aws kms enable-key), and activate the KSK again if it
#     needs action.
#   fix: [aws, kms, cancel-key-deletion, --key-id, "{key_arn}", --region, "{region}"]
package zonewarden.key_not_pending_deletion

import rego.v1

not_applicable if input.key.metadata == null

deny contains {
	"msg": sprintf("KMS key %s is to be deleted %s. Zones that depend on it (%d): %s%s", [input.key.arn, due, count(zones), concat(", ", array.slice(zones, 0, 3)), more]),
	"at": "key.metadata",
	"fix": {"key_arn": input.key.arn, "region": region},
} if {
	input.key.metadata.key_state in {"PendingDeletion", "PendingReplicaDeletion"}
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.key.region

due := sprintf("on %s", [input.key.metadata.deletion_date]) if input.key.metadata.deletion_date != null

due := sprintf("(%s)", [input.key.metadata.key_state]) if input.key.metadata.deletion_date == null

zones := sort({zone.name | some zone in input.key.zones})

default more := ""

more := ", …" if count(zones) > 3
