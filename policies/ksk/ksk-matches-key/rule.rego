# METADATA
# title: KSK does not match its KMS key
# description: The key tag, digest and public key that Route 53 states are what goes to the parent as the DS.
#   If they do not follow from the KMS key that signs, the chain of trust breaks with the next change.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4034
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_KeySigningKey.html
# custom:
#   id: ksk-matches-key
#   severity: high
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: [ksk.derived]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20, SC-12]
#   remediation: Do not change the DS at the parent. Compare the KSK with the public key of its KMS key and
#     with the served DNSKEY, and open a case with AWS Support.
#   fix: [aws, kms, get-public-key, --key-id, "{key_arn}", --region, "{region}"]
package zonewarden.ksk_matches_key

import rego.v1

not_applicable if input.ksk.derived == null

deny contains {
	"msg": sprintf("KSK %s of %s does not follow from its KMS key: %s differ.", [input.ksk.name, input.ksk.zone.name, concat(", ", differing)]),
	"at": sprintf("ksk.%s", [differing[0]]),
	"fix": {"key_arn": input.ksk.key_arn, "region": region},
} if {
	count(mismatches) > 0
}

differing := sort(mismatches)

mismatches contains "key_tag" if input.ksk.key_tag != input.ksk.derived.key_tag

mismatches contains "public_key" if input.ksk.public_key != input.ksk.derived.public_key

mismatches contains "digest_value" if {
	input.ksk.digest_value != input.ksk.derived.digest_value
	input.ksk.derived.digest_value != null
	not same(input.ksk.digest_value, input.ksk.derived.digest_value)
}

mismatches contains "ds_record" if {
	input.ksk.derived.digest_value != null
	derived := sprintf("%v %v %v %s", [
		input.ksk.derived.key_tag,
		input.ksk.signing_algorithm_type,
		input.ksk.digest_algorithm_type,
		input.ksk.derived.digest_value,
	])
	input.ksk.ds_record != derived
	not same(input.ksk.ds_record, derived)
}

# Hexadecimal digits count the same in either case.
same(stated, derived) if {
	stated != null
	upper(stated) == upper(derived)
}

# A region that is not known is for the reader to fill in.
default region := "REGION"

region := input.ksk.key.region
