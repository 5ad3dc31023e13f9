# METADATA
# title: The removal of signing does not end
# description: Route 53 takes minutes to remove signing. While it does not end, nobody knows whether the answers of the zone
#   are signed, and signing cannot be enabled again.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_DNSSECStatus.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-disable.html
# custom:
#   id: signing-removal-completes
#   severity: medium
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [previous]
#   params:
#     max_hours:
#       type: integer
#       default: 24
#       description: How many hours the removal may take.
#   needs: [zone.dnssec, zone.previous, zone.previous.dnssec]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Look at the status message; if the status stays, contact AWS Support.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.signing_removal_completes

import rego.v1

not_applicable if input.zone.previous == null

deny contains {
	"msg": sprintf("%s is DELETING, as it was on %s.", [input.zone.name, input.zone.previous.finished_at]),
	"at": "zone.dnssec",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dnssec.serve_signature == "DELETING"
	input.zone.previous.dnssec.serve_signature == "DELETING"
	input.zone.previous.interval_seconds > (input.params.max_hours * 60) * 60
}
