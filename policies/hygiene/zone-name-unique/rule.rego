# METADATA
# title: Duplicate hosted zones for one name
# description: Of several public zones with one name only the delegated one is asked. Changes made in another have
#   no effect, and its DS or its signing says nothing of what resolvers see.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/AboutHZWorkingWith.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DeleteHostedZone.html
# custom:
#   id: zone-name-unique
#   severity: medium
#   scope: zone
#   judges: [live]
#   needs: []
#   needs_to_pass: [zone.same_name]
#   controls: {}
#   remediation: Compare the delegation set of each zone with the NS records at the parent, and delete the zone that
#     is not delegated.
#   fix: [aws, route53, get-hosted-zone, --id, "{zone_id}"]
package zonewarden.zone_name_unique

import rego.v1

deny contains {
	"msg": sprintf("%s is also the name of %s%s, found in %d of %d accounts%s.", [
		input.zone.name, concat(", ", array.slice(others, 0, 3)), more,
		input.coverage.accounts_read, input.coverage.accounts_in_scope, this,
	]),
	"at": "zone.same_name",
	"fix": fix,
} if {
	input.zone.same_name != []
}

# At most one is live. It comes first, so that it is told however many there are.
others := array.concat(
	[sprintf("%s of account %s (live)", [other.id, other.account]) | some other in input.zone.same_name; other.live == true],
	sort([sprintf("%s of account %s", [other.id, other.account]) | some other in input.zone.same_name; not is_live(other)]),
)

is_live(other) if other.live == true

default more := ""

more := sprintf(" and %d more", [count(others) - 3]) if count(others) > 3

# DNS may not have been asked, and then nothing is said of liveness.
default this := ""

this := "; this zone is live" if input.zone.dns.delegation.here == true

this := "; this zone is not live" if input.zone.dns.delegation.here == false

# Only what DNS proves to be dead may be deleted.
dead if {
	input.zone.dns.delegation.here == false
	some other in input.zone.same_name
	other.live == true
}

fix := ["aws", "route53", "delete-hosted-zone", "--id", input.zone.id] if dead

fix := {"zone_id": input.zone.id} if not dead
