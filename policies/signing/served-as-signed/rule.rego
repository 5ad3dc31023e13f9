# METADATA
# title: Route 53 and DNS disagree on signing
# description: Route 53 says that it signs the zone and its servers serve it unsigned, or the other way round.
#   Resolvers believe what is served, and with a DS at the parent they refuse what is served unsigned.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
#   - https://www.rfc-editor.org/rfc/rfc4035#section-2
# custom:
#   id: served-as-signed
#   severity: critical
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dnssec, zone.dns.delegation.here]
#   needs_to_pass: [zone.dns.servers, "zone.dns.servers[].dnskey", "zone.dns.servers[].rrsig", zone.dns.dnskeys]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Read the signing status again, for signing may have been switched on or off within the hour.
#     Then look for NS records at the parent that lead to servers of another provider or of another zone.
#   fix: [aws, route53, get-dnssec, --hosted-zone-id, "{zone_id}"]
#   caused_by: [ds-without-signing, zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.served_as_signed

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

# Every other state has a rule of its own.
not_applicable if {
	input.zone.dnssec.serve_signature != "SIGNING"
	input.zone.dnssec.serve_signature != "NOT_SIGNING"
}

deny contains {
	"msg": sprintf("Route 53 signs %s, and it is served without DNSKEY records or without signatures over them at %d of %d answering addresses: %s.", [input.zone.name, count(unsigned), count(answering), told(unsigned)]),
	"at": "zone.dns.servers",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dnssec.serve_signature == "SIGNING"
	count(unsigned) > 0
}

deny contains {
	"msg": sprintf("Route 53 does not sign %s, and DNSKEY records are served at %d of %d answering addresses: %s.", [input.zone.name, count(signed), count(answering), told(signed)]),
	"at": "zone.dns.servers",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.dnssec.serve_signature == "NOT_SIGNING"
	count(signed) > 0
}

answering contains place(server) if {
	some server in input.zone.dns.servers
	server.outcome == "authoritative"
}

unsigned contains place(server) if {
	some server in input.zone.dns.servers
	server.dnskey == false
}

unsigned contains place(server) if {
	some server in input.zone.dns.servers
	server.rrsig == false
}

signed contains place(server) if {
	some server in input.zone.dns.servers
	server.dnskey == true
}

place(server) := sprintf("%s (%s)", [server.name, server.address])

told(places) := concat(", ", sort(places)) if count(places) <= 8

told(places) := sprintf("%s, …", [concat(", ", array.slice(sort(places), 0, 8))]) if count(places) > 8
