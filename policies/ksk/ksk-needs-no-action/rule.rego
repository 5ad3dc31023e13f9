# METADATA
# title: KSK in ACTION_NEEDED
# description: Route 53 has lost the use of the KMS key behind the KSK and no longer renews its signatures.
#   When the last signature made ahead expires, validating resolvers answer nothing for the zone.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-troubleshoot.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-zsk-management.html
# custom:
#   id: ksk-needs-no-action
#   severity: critical
#   scope: ksk
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20, SC-12]
#   remediation: Repair the KMS key first, that is, its policy, its state or its pending deletion. Then
#     activate the KSK again.
#   fix: [aws, route53, activate-key-signing-key, --hosted-zone-id, "{zone_id}", --name, "{ksk_name}"]
#   caused_by: [ds-without-signing, key-exists, key-not-pending-deletion, key-enabled, key-usable-by-route53,
#     key-guard-matches]
package zonewarden.ksk_needs_no_action

import rego.v1

deny contains {
	"msg": sprintf("KSK %s of %s needs action%s%s.", [input.ksk.name, input.ksk.zone.name, said, until]),
	"at": "ksk.status",
	"fix": {"zone_id": input.ksk.zone.id, "ksk_name": input.ksk.name},
} if {
	input.ksk.status == "ACTION_NEEDED"
}

default said := ""

said := sprintf(", and Route 53 says: %s", [trim_suffix(message, ".")]) if {
	message := input.ksk.status_message
	message != null
}

# More signatures are made ahead than are served, so this is the earliest time, and no forecast.
default until := ""

until := sprintf("; validation fails not before %s, when the served signature by it over the DNSKEY records expires", [input.ksk.dns.signature_expiration]) if {
	served
	time.parse_rfc3339_ns(input.ksk.dns.signature_expiration) > time.parse_rfc3339_ns(input.now)
}

until := sprintf("; the served signature by it over the DNSKEY records expired at %s", [input.ksk.dns.signature_expiration]) if {
	served
	time.parse_rfc3339_ns(input.ksk.dns.signature_expiration) <= time.parse_rfc3339_ns(input.now)
}

# Where the parent delegates elsewhere, what is served is not of this zone.
served if {
	input.ksk.dns.delegated_here == true
	input.ksk.dns.signature_expiration != null
}
