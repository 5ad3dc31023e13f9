# METADATA
# title: Active KSK not served
# description: Route 53 says that the KSK is active, and no server serves its DNSKEY. A DS for it at the parent
#   then leads nowhere, and the zone is bogus as soon as it is the only one.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-2.1
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
# custom:
#   id: ksk-published
#   severity: critical
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [ksk.zone.dnssec, ksk.dns.delegated_here, ksk.dns.published]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Wait until the last change of the KSK is INSYNC. If the DNSKEY is missing after that, compare the
#     NS records at the parent with the delegation set, and open a case with AWS Support.
#   fix: [aws, route53, get-change, --id, CHANGE_ID]
#   caused_by: [ds-without-signing, served-as-signed, zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.ksk_published

import rego.v1

not_applicable if input.ksk.dns.delegated_here == false

not_applicable if input.ksk.status != "ACTIVE"

# A KSK is active before signing is enabled, and still after it was disabled.
not_applicable if input.ksk.zone.dnssec.serve_signature == "NOT_SIGNING"

deny contains {
	"msg": sprintf("KSK %s of %s is active, and its DNSKEY with key tag %v is not served.", [input.ksk.name, input.ksk.zone.name, input.ksk.key_tag]),
	"at": "ksk.dns.published",
	"fix": {},
} if {
	input.ksk.dns.published == false
}
