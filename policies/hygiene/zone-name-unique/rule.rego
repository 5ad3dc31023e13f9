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
	"msg": sprintf("%s is the name of %d other public zones too, found in %d of %d accounts: %s%s", [
		input.zone.name, count(others), input.coverage.accounts_read, input.coverage.accounts_in_scope,
		concat(", ", array.slice(others, 0, 3)), more,
	]),
	"at": "zone.same_name",
	"fix": {"zone_id": input.zone.id},
} if {
	count(others) > 0
}

others := sort([sprintf("%s of account %s", [other.id, other.account]) | some other in input.zone.same_name])

default more := ""

more := ", …" if count(others) > 3
