# METADATA
# title: Signing is taken away out of order
# description: While the parent has a DS record, resolvers refuse every answer of a zone that is no longer signed by the
#   key that the DS stands for. To take away signing, a KSK or its KMS key is the last step, when the DS has left the
#   parent and its TTL has passed.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-disable.html
#   - https://www.rfc-editor.org/rfc/rfc6781#section-4.1.2
# custom:
#   id: disable-in-order
#   severity: critical
#   scope: zone
#   judges: [plan, live]
#   partitions: [aws, aws-us-gov]
#   reads: [previous]
#   needs: []
#   needs_to_pass: [zone.previous, zone.previous.disabled_under_ds]
#   controls: {}
#   remediation: Do not apply such a plan; where it is done, enable signing again at once. Remove the DS from the parent, or
#     replace it by that of a KSK that stays, wait until its TTL has passed, and only then take signing away. A KMS key is
#     kept until then by prevent_destroy.
#   fix: [aws, route53, enable-hosted-zone-dnssec, --hosted-zone-id, "{zone_id}"]
package zonewarden.disable_in_order

import rego.v1

not_applicable if {
	input.zone.declaration == null
	input.zone.previous == null
}

deny contains {
	"msg": sprintf("The plan %s %s, on which the signing of %s rests, while the zone stays%s.", [
		verbs[withdrawal.how],
		withdrawal.address,
		input.zone.name,
		kept(withdrawal),
	]),
	"at": "zone.declaration.withdrawals",
	"key": withdrawal.address,
	"severity": severity(withdrawal),
	"fix": {"zone_id": null},
} if {
	some withdrawal in input.zone.declaration.withdrawals
	verbs[withdrawal.how]
}

deny contains {
	"msg": sprintf("%s was signed on %s and is so no more, while resolvers may hold a DS of it: they then answer nothing for the zone.", [
		input.zone.name,
		input.zone.previous.finished_at,
	]),
	"at": "zone.dnssec",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.previous.disabled_under_ds == true
}

verbs := {"destroyed": "destroys", "replaced": "replaces", "turned_off": "turns off"}

# The DS may be that of a KSK that stays.
severity(withdrawal) := "critical" if withdrawal.remaining == []

severity(withdrawal) := "high" if withdrawal.remaining != []

kept(withdrawal) := "" if withdrawal.remaining == []

kept(withdrawal) := sprintf("; %s remains", [concat(", ", withdrawal.remaining)]) if withdrawal.remaining != []
