# METADATA
# title: Rollover stuck
# description: Two active KSKs are meant for the days of a rollover, until the new DS has replaced the old.
#   Left so for a month, the rollover has been forgotten and a key that should be retired can still sign.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://www.rfc-editor.org/rfc/rfc6781
# custom:
#   id: rollover-finished
#   severity: medium
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: [zone.ksks]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-12]
#     bsi-it-grundschutz: [APP.3.6.A17]
#   remediation: Make sure that the DS of the younger KSK is at the parent and the old DS has left every
#     cache. Then deactivate and delete the older KSK.
#   fix: [aws, route53, deactivate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
package zonewarden.rollover_finished

import rego.v1

active := [ksk | some ksk in input.zone.ksks; ksk.status == "ACTIVE"; ksk.created_date != null]

deny contains {
	"msg": sprintf("%s has had %d active KSKs for %d days: %s.", [input.zone.name, count(active), floor(age / day), concat(", ", sort([ksk.name | some ksk in active]))]),
	"at": "zone.ksks",
	"fix": {"zone_id": input.zone.id, "ksk_name": oldest},
} if {
	count(active) > 1
	age > 30 * day
}

# In nanoseconds.
day := 86400000000000

# By creation, then by name.
by_age := sort([[time.parse_rfc3339_ns(ksk.created_date), ksk.name] | some ksk in active])

age := time.parse_rfc3339_ns(input.now) - by_age[count(by_age) - 1][0]

oldest := by_age[0][1]
