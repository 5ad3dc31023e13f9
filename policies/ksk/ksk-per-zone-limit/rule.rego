# METADATA
# title: More than two KSKs for a zone
# description: Route 53 allows a hosted zone two KSKs and refuses to create another. The change fails halfway, and
#   what was to follow the third KSK is not done.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateKeySigningKey.html
# custom:
#   id: ksk-per-zone-limit
#   severity: high
#   scope: zone
#   judges: [source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [zone.ksks]
#   controls: {}
#   remediation: Declare at most two KSKs for the zone. For a rollover, remove the old one before another is added.
package zonewarden.ksk_per_zone_limit

import rego.v1

deny contains {
	"msg": sprintf("%s has %d KSKs, and Route 53 allows 2.", [input.zone.name, count(input.zone.ksks)]),
	"at": "zone.ksks",
} if {
	count(input.zone.ksks) > 2
}
