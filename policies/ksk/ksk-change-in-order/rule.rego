# METADATA
# title: A KSK was deactivated out of order
# description: Until the DS of a KSK has left the parent and its TTL has passed, resolvers hold it, and need the DNSKEY set
#   signed by that KSK. Where it no longer signs, they answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
#   - https://www.rfc-editor.org/rfc/rfc6781#section-4.1.2
# custom:
#   id: ksk-change-in-order
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [previous]
#   needs: [zone.previous]
#   needs_to_pass: [zone.previous.ksks, "zone.previous.ksks[].deactivated_under_ds"]
#   controls:
#     nist-800-53-r5: [SC-12, SC-20]
#   remediation: Activate the KSK again. Remove its DS from the parent, wait until the TTL of the DS has passed, and then
#     deactivate it.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", "--name={ksk}"]
#   caused_by: [disable-in-order]
package zonewarden.ksk_change_in_order

import rego.v1

not_applicable if input.zone.previous == null

deny contains {
	"msg": sprintf("KSK %s of %s signed on %s and does so no more, while resolvers may hold the DS that stands for it.", [
		ksk.name,
		input.zone.name,
		input.zone.previous.finished_at,
	]),
	"at": "zone.previous.ksks",
	"key": ksk.name,
	"fix": {"zone_id": input.zone.id, "ksk": ksk.name},
} if {
	some ksk in input.zone.previous.ksks
	ksk.deactivated_under_ds == true
}
