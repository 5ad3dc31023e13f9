# METADATA
# title: DS matches an inactive KSK only
# description: The DS at the parent stands for a KSK that no longer signs. Resolvers that follow it find no
#   signature of that key, and answer SERVFAIL for the zone.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-ksk.html
# custom:
#   id: ds-matches-active-ksk
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dns.ds, "zone.dns.ds.records[].ksk", "zone.dns.ds.records[].dnskey"]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Activate the KSK that the DS stands for, or replace the DS by that of an active KSK and
#     wait out its TTL.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
#   caused_by: [ds-without-signing, registrar-ds-matches]
package zonewarden.ds_matches_active_ksk

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dns.ds.supported == false

followed := [ds | some ds in input.zone.dns.ds.records; ds.supported; ds.ignored == false]

named := [ds.ksk | some ds in followed; ds.ksk != null]

retired := [ksk | some ksk in named; ksk.status in {"INACTIVE", "DELETING"}]

# A served key that is no KSK of the zone: another provider signs as well.
foreign if {
	some ds in followed
	ds.ksk == null
	ds.dnskey.matches == true
}

deny contains {
	"msg": sprintf("The DS of %s at %s stands for no active KSK: %s.", [
		input.zone.name, input.zone.dns.delegation.parent,
		concat(", ", sort({sprintf("%s is %s", [ksk.name, ksk.status]) | some ksk in retired})),
	]),
	"at": "zone.dns.ds",
	"fix": {"zone_id": input.zone.id, "ksk_name": min({ksk.name | some ksk in retired})},
} if {
	count(named) > 0
	count(retired) == count(named)
	not foreign
}
