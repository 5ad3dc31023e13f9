# METADATA
# title: Foreign key among the DNSKEY records
# description: A key-signing key is served that Route 53 does not have, so somebody else can sign for the zone.
#   Route 53 does not support signing together with another provider.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
#   - https://www.rfc-editor.org/rfc/rfc4034#section-2.1.1
# custom:
#   id: ksk-none-foreign
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here]
#   needs_to_pass: [zone.dns.dnskeys, "zone.dns.dnskeys[].ksk"]
#   controls:
#     nist-800-53-r5: [SC-20, SC-12]
#   remediation: Find the servers that serve the key, and take the other provider out of the NS records at the
#     parent and of the zone. Remove its DS from the parent first.
#   caused_by: [zone-delegated, zone-delegated-here, nameservers-answer]
package zonewarden.ksk_none_foreign

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

deny contains {
	"msg": sprintf("%s is served with keys that have the SEP flag and are none of its KSKs: %s%s.", [input.zone.name, concat(", ", array.slice(foreign, 0, 3)), more]),
	"at": "zone.dns.dnskeys",
} if {
	count(foreign) > 0
}

foreign := sort([sprintf("key tag %v with algorithm %v", [key.key_tag, key.algorithm]) |
	some key in input.zone.dns.dnskeys
	key.sep == true
	key.ksk == null
])

default more := ""

more := ", …" if count(foreign) > 3
