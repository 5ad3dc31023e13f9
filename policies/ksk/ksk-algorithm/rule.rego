# METADATA
# title: Wrong algorithm or flag
# description: Route 53 signs with ECDSAP256SHA256 (13) under a DNSKEY with flags 257, and resolvers demand a
#   DS digest of SHA-256 (2) or SHA-384 (4). Any other value is weak, or is ignored by validators.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_KeySigningKey.html
#   - https://www.rfc-editor.org/rfc/rfc8624
# custom:
#   id: ksk-algorithm
#   severity: high
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20, SC-13]
#   remediation: Create a new KSK, which Route 53 makes with the right values, and roll over to it.
#   fix: [aws, route53, create-key-signing-key, --hosted-zone-id, "{zone_id}", --key-management-service-arn, KMS_KEY_ARN,
#     --name, KSK_NAME, --status, ACTIVE, --caller-reference, CALLER_REFERENCE]
package zonewarden.ksk_algorithm

import rego.v1

deny contains {
	"msg": sprintf("KSK %s of %s has the signing algorithm %v, not 13 (ECDSAP256SHA256).", [input.ksk.name, input.ksk.zone.name, input.ksk.signing_algorithm_type]),
	"at": "ksk.signing_algorithm_type",
	"key": "signing_algorithm_type",
	"fix": {"zone_id": input.ksk.zone.id},
} if {
	input.ksk.signing_algorithm_type != 13
}

deny contains {
	"msg": sprintf("KSK %s of %s has the flags %v, not 257.", [input.ksk.name, input.ksk.zone.name, input.ksk.flag]),
	"at": "ksk.flag",
	"key": "flag",
	"fix": {"zone_id": input.ksk.zone.id},
} if {
	input.ksk.flag != 257
}

deny contains {
	"msg": sprintf("KSK %s of %s has the digest algorithm %v, not 2 (SHA-256) or 4 (SHA-384).", [input.ksk.name, input.ksk.zone.name, input.ksk.digest_algorithm_type]),
	"at": "ksk.digest_algorithm_type",
	"key": "digest_algorithm_type",
	"fix": {"zone_id": input.ksk.zone.id},
} if {
	input.ksk.digest_algorithm_type != 2
	input.ksk.digest_algorithm_type != 4
}
