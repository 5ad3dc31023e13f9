# METADATA
# title: Zone not delegated
# description: The parent has no NS records for the name, so nobody who asks for it comes to this zone. What the
#   zone holds and how it is signed has no effect.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-name-servers-glue-records.html
#   - https://www.rfc-editor.org/rfc/rfc1034#section-4.2.2
# custom:
#   id: zone-delegated
#   severity: medium
#   scope: zone
#   judges: [live]
#   reads: [dns]
#   needs: [zone.dns.delegation]
#   needs_to_pass: []
#   controls: {}
#   remediation: Give the servers of the delegation set to the registrar, or put them as NS records into the zone
#     above. Delete the zone if the name is no longer used.
#   fix: [aws, route53domains, update-domain-nameservers, --region, us-east-1, --domain-name, "{domain}",
#     --nameservers, "{name_servers}"]
package zonewarden.zone_delegated

import rego.v1

deny contains {
	"msg": sprintf("%s is not delegated: %s", [input.zone.name, why[input.zone.dns.delegation.status]]),
	"at": "zone.dns.delegation",
	"fix": fix,
} if {
	input.zone.dns.delegation.status != "delegated"
}

why := {
	"name_error": sprintf("%s says that the name does not exist.", [input.zone.dns.delegation.parent]),
	"not_delegated": sprintf("%s has no NS records for it.", [input.zone.dns.delegation.parent]),
}

servers := [server | some server in input.zone.delegation_set]

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(servers) > 0
}

fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.hosted_parent.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "NS",
			"TTL": 300,
			"ResourceRecords": [{"Value": server} | some server in servers],
		},
	}]}),
] if {
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "name_servers": name_servers} if not in_house

default name_servers := "NAME_SERVERS"

name_servers := json.marshal([{"Name": server} | some server in servers]) if count(servers) > 0
