# METADATA
# title: Signed zone without a DS at the parent
# description: Without a DS at the parent no resolver asks for the signatures of the zone. It is signed for
#   nobody, and a forged answer passes for a true one.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-enable-signing.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-configure-dnssec.html
# custom:
#   id: ds-present
#   severity: high
#   scope: zone
#   judges: [live]
#   partitions: [aws, aws-us-gov]
#   reads: [dns]
#   needs: [zone.dns.delegation.here, zone.dnssec, zone.dns.ds]
#   needs_to_pass: [zone.ksks, zone.dns.chain, zone.dns.chain.ds, zone.dns.chain.broken_above]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Give the public key of the active KSK to the registrar, or put its DS into the parent zone
#     with a TTL of 300 and raise that once it has held.
#   fix: [aws, route53domains, associate-delegation-signer-to-domain, --region, us-east-1, --domain-name,
#     "{domain}", --signing-attributes, "Algorithm=13,Flags=257,PublicKey={public_key}"]
#   caused_by: [served-as-signed, registrar-ds-matches]
package zonewarden.ds_present

import rego.v1

not_applicable if input.zone.dns.delegation.here == false

not_applicable if input.zone.dnssec.serve_signature != "SIGNING"

# The proof in a parent with NSEC3 and opt-out is not secure, for it covers unsigned names too (RFC 5155
# section 9.2).
denied if input.zone.dns.chain.ds.state in {"secure", "insecure"}

# Where the parent is not secure itself, ancestors-signed speaks.
deny contains {
	"msg": sprintf("%s is signed, and %s says that it has no DS for it.", [input.zone.name, input.zone.dns.delegation.parent]),
	"at": "zone.dns.ds",
	"fix": fix,
} if {
	count(input.zone.dns.ds.records) == 0
	denied
	input.zone.dns.chain.broken_above == null
	some ksk in input.zone.ksks
	ksk.status == "ACTIVE"
	ksk.created_date != null
	time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(ksk.created_date) > 48 * hour
}

# In nanoseconds.
hour := 3600000000000

active := [ksk | some ksk in input.zone.ksks; ksk.status == "ACTIVE"; ksk.ds_record != null; ksk.public_key != null]

wanted := {ksk.ds_record | some ksk in active}

# The parent is a hosted zone of the organisation: the command is for its account.
in_house if {
	input.zone.hosted_parent != null
	count(wanted) > 0
}

fix := [
	"aws", "route53", "change-resource-record-sets",
	"--hosted-zone-id", input.zone.hosted_parent.id,
	"--change-batch", json.marshal({"Changes": [{
		"Action": "UPSERT",
		"ResourceRecordSet": {
			"Name": input.zone.name,
			"Type": "DS",
			"TTL": 300,
			"ResourceRecords": [{"Value": value} | some value in sort(wanted)],
		},
	}]}),
] if {
	in_house
}

fix := {"domain": trim_suffix(input.zone.name, "."), "public_key": public_key} if not in_house

default public_key := "PUBLIC_KEY"

public_key := min({ksk.public_key | some ksk in active}) if count(active) > 0
