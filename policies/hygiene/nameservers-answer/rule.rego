# METADATA
# title: Lame or dead name server
# description: A server to which the parent sends resolvers does not answer for the zone. Some of them wait or fail,
#   and if the server's name can be had by somebody else, so can part of the zone's answers.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
#   - https://github.com/zonemaster/zonemaster/blob/master/docs/public/specifications/tests/Delegation-TP/delegation04.md
# custom:
#   id: nameservers-answer
#   severity: high
#   scope: zone
#   judges: [live]
#   reads: [dns]
#   needs: [zone.dns.delegation.here]
#   needs_to_pass: [zone.dns.servers, "zone.dns.servers[].faulty", zone.dns.name_servers.without_address]
#   controls:
#     nist-800-53-r5: [SC-22]
#   remediation: Take servers that are not of the delegation set out of the NS records at the parent and of the
#     zone. If one of Route 53 does not answer, see that it is of this zone's delegation set.
#   fix: [aws, route53domains, update-domain-nameservers, --region, us-east-1, --domain-name, "{domain}",
#     --nameservers, "{name_servers}"]
#   caused_by: [zone-delegated, zone-delegated-here]
package zonewarden.nameservers_answer

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

deny contains {
	"msg": sprintf("%s.", [concat("; ", array.concat(silent, nameless))]),
	"at": "zone.dns.servers",
	"fix": fix,
} if {
	count(faulty) + count(without_address) > 0
}

silent := [sprintf("Name servers of %s do not answer for it (%d of %d addresses): %s%s", [
	input.zone.name, count(faulty), count(input.zone.dns.servers), concat(", ", array.slice(told, 0, 8)), more,
]) |
	count(faulty) > 0
]

without_address := [server | some server in input.zone.dns.name_servers.without_address]

nameless := [sprintf("%d of the name servers of %s have no address (%s%s)", [
	count(without_address), input.zone.name, concat(", ", array.slice(without_address, 0, 8)), more_nameless,
]) |
	count(without_address) > 0
]

default more_nameless := ""

more_nameless := ", …" if count(without_address) > 8

faulty := [server | some server in input.zone.dns.servers; server.faulty == true]

told := sort([sprintf("%s (%s) %s", [server.name, server.address, how(server)]) | some server in faulty])

default more := ""

more := ", …" if count(told) > 8

outcomes := {
	"not_authoritative": "answers without authority",
	"refused": "refuses",
	"timeout": "does not answer",
	"network": "cannot be reached",
	"malformed": "answers something else",
}

how(server) := sprintf("answers %v", [server.rcode]) if server.outcome == "other_rcode"

how(server) := object.get(outcomes, server.outcome, server.outcome) if server.outcome != "other_rcode"

servers := [server | some server in input.zone.delegation_set]

outside := [server | some server in input.zone.dns.name_servers.parent_outside]

# A server at fault that Route 53 did not assign has no place at the parent.
stray if {
	some server in faulty
	server.name in outside
}

stray if {
	some server in without_address
	server in outside
}

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(servers) > 0
}

fix := ["aws", "route53", "get-hosted-zone", "--id", input.zone.id] if not stray

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
	stray
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "name_servers": name_servers} if {
	stray
	not in_house
}

default name_servers := "NAME_SERVERS"

name_servers := json.marshal([{"Name": server} | some server in servers]) if count(servers) > 0
