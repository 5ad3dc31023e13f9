# METADATA
# title: Zone delegated elsewhere
# description: The parent names servers of which none serves this hosted zone, so resolvers are answered out of
#   another one. If that is not the plan, somebody else answers for the name.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-name-servers-glue-records.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/white-label-name-servers.html
# custom:
#   id: zone-delegated-here
#   severity: critical
#   scope: zone
#   judges: [live]
#   reads: [dns]
#   needs: [zone.dns.delegation.here]
#   needs_to_pass: []
#   controls: {}
#   remediation: Find out who runs the servers that the parent names. Delegate to this zone if it is the one that
#     should answer, and otherwise delete it.
#   fix: [aws, route53domains, update-domain-nameservers, --region, us-east-1, --domain-name, "{domain}",
#     --nameservers, "{name_servers}"]
#   caused_by: [zone-delegated]
package zonewarden.zone_delegated_here

import rego.v1

# zone-delegated speaks.
not_applicable if input.zone.dns.delegation.status != "delegated"

deny contains {
	"msg": sprintf("%s delegates %s to %s, which do not serve this hosted zone%s.", [input.zone.dns.delegation.parent, input.zone.name, at_parent, instead]),
	"at": "zone.dns.delegation.here",
	"severity": severity,
	"fix": fix,
} if {
	input.zone.dns.delegation.here == false
}

named := [server | some server in input.zone.dns.name_servers.parent]

default at_parent := "other servers"

at_parent := concat(", ", named) if {
	count(named) > 0
	count(named) <= 8
}

at_parent := sprintf("%s, …", [concat(", ", array.slice(named, 0, 8))]) if count(named) > 8

live := [sprintf("%s of account %s", [other.id, other.account]) | some other in input.zone.same_name; other.live == true]

default instead := ""

instead := sprintf(" but %s", [min(live)]) if count(live) > 0

default bogus := false

bogus if input.zone.dns.chain.verdict.state == "bogus"

# The name is answered by the organisation itself, and the findings of that zone say how well.
severity := "info" if count(live) > 0

severity := "critical" if {
	count(live) == 0
	bogus
}

severity := "high" if {
	count(live) == 0
	not bogus
}

servers := [server | some server in input.zone.delegation_set]

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(servers) > 0
}

# Where another zone of the organisation answers, this one is left over.
fix := ["aws", "route53", "get-hosted-zone", "--id", input.zone.id] if count(live) > 0

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
	count(live) == 0
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "name_servers": name_servers} if {
	count(live) == 0
	not in_house
}

default name_servers := "NAME_SERVERS"

name_servers := json.marshal([{"Name": server} | some server in servers]) if count(servers) > 0
