# METADATA
# title: Unknown status value
# description: Route 53 states a status that its documentation does not list, so no rule can tell what it means.
#   A state that the rules overlook may be an outage in the making.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_DNSSECStatus.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_KeySigningKey.html
# custom:
#   id: signing-status-recognised
#   severity: low
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [zone.dnssec, zone.ksks]
#   controls: {}
#   remediation: Look the status up in the API reference of Route 53 and update zonewarden.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.signing_status_recognised

import rego.v1

deny contains {
	"msg": sprintf("The signing status of %s is %s, which Route 53 does not document.", [input.zone.name, status]),
	"at": "zone.dnssec",
	"fix": {"zone_id": input.zone.id},
} if {
	not input.zone.dnssec.serve_signature in {"SIGNING", "NOT_SIGNING", "DELETING", "ACTION_NEEDED", "INTERNAL_FAILURE"}
	status := named(input.zone.dnssec.serve_signature)
}

deny contains {
	"msg": sprintf("The status of KSK %s of %s is %s, which Route 53 does not document.", [ksk.name, input.zone.name, named(ksk.status)]),
	"at": "zone.ksks",
	"key": ksk.name,
	"fix": {"zone_id": input.zone.id},
} if {
	some ksk in input.zone.ksks
	not ksk.status in {"ACTIVE", "INACTIVE", "DELETING", "ACTION_NEEDED", "INTERNAL_FAILURE"}
}

named(status) := "missing" if status == null

named(status) := status if status != null
