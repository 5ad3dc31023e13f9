# METADATA
# title: NS records differ between parent, zone and delegation set
# description: Resolvers follow the NS records of the parent and of the zone alike. A server in either list that
#   Route 53 did not assign answers out of other data, and unsigned or signed by other keys.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
#   - https://www.rfc-editor.org/rfc/rfc1034#section-4.2.2
# custom:
#   id: nameservers-agree
#   severity: critical
#   scope: zone
#   judges: [live]
#   reads: [dns]
#   needs: [zone.dns.delegation.here]
#   needs_to_pass: [zone.dns.name_servers.parent, zone.dns.name_servers.child, zone.dns.name_servers.parent_outside,
#     zone.dns.name_servers.child_outside, zone.dns.name_servers.unnamed]
#   controls: {}
#   remediation: Name the servers of the delegation set, all of them and no other, at the parent and in the NS
#     record set of the zone.
#   fix: [aws, route53domains, update-domain-nameservers, --region, us-east-1, --domain-name, "{domain}",
#     --nameservers, "{name_servers}"]
#   caused_by: [zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.nameservers_agree

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

deny contains {
	"msg": sprintf("The name servers of %s differ: %s.", [input.zone.name, concat("; ", sort(differences))]),
	"at": "zone.dns.name_servers",
	"severity": severity,
	"fix": fix,
} if {
	count(differences) > 0
}

parent := [server | some server in input.zone.dns.name_servers.parent]

child := [server | some server in input.zone.dns.name_servers.child]

parent_outside := [server | some server in input.zone.dns.name_servers.parent_outside]

child_outside := [server | some server in input.zone.dns.name_servers.child_outside]

unnamed := [server | some server in input.zone.dns.name_servers.unnamed]

both if {
	input.zone.dns.name_servers.parent != null
	input.zone.dns.name_servers.child != null
}

# Those that are not of the delegation set, or missing from it, are told as such.
only_parent := [server | some server in parent; both; not server in child; not server in parent_outside]

only_child := [server | some server in child; both; not server in parent; not server in child_outside; not server in unnamed]

differences contains sprintf("the parent names %s, which Route 53 did not assign", [told(parent_outside)]) if count(parent_outside) > 0

differences contains sprintf("the zone names %s, which Route 53 did not assign", [told(child_outside)]) if count(child_outside) > 0

differences contains sprintf("the parent does not name %s of the delegation set", [told(unnamed)]) if count(unnamed) > 0

differences contains sprintf("the zone does not name %s, which the parent does", [told(only_parent)]) if count(only_parent) > 0

differences contains sprintf("the parent does not name %s, which the zone does", [told(only_child)]) if count(only_child) > 0

told(servers) := concat(", ", servers) if count(servers) <= 8

told(servers) := sprintf("%s, …", [concat(", ", array.slice(servers, 0, 8))]) if count(servers) > 8

# Part of the answers come unsigned, or signed by keys that Route 53 does not have.
default severity := "medium"

severity := "critical" if {
	count(child_outside) > 0
	input.zone.dnssec.serve_signature == "SIGNING"
}

servers := [server | some server in input.zone.delegation_set]

parent_differs if count(parent_outside) > 0

parent_differs if count(unnamed) > 0

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(servers) > 0
}

name_set(zone, names, ttl) := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", zone,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "NS",
			"TTL": ttl,
			"ResourceRecords": [{"Value": name} | some name in names],
		},
	}]}),
]

fix := name_set(input.zone.hosted_parent.id, servers, 300) if {
	parent_differs
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "name_servers": name_servers} if {
	parent_differs
	not in_house
}

# The parent is right, by name or by address, so the zone is to name the same.
fix := name_set(input.zone.id, parent, 172800) if {
	not parent_differs
	count(parent) > 0
}

fix := name_set(input.zone.id, servers, 172800) if {
	not parent_differs
	count(parent) == 0
}

default name_servers := "NAME_SERVERS"

name_servers := json.marshal([{"Name": server} | some server in servers]) if count(servers) > 0
