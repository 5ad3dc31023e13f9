# METADATA
# title: Registrar holds no DS of an active KSK
# description: What the registrar holds is what the parent serves, or soon will. A DS that stands for no active
#   KSK makes every validating resolver answer SERVFAIL for the domain; without one the zone is signed for nobody.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-configure-dnssec.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_DnssecKey.html
#   - https://www.rfc-editor.org/rfc/rfc4035#section-5.2
# custom:
#   id: registrar-ds-matches
#   severity: critical
#   scope: registration
#   judges: [live]
#   partitions: [aws]
#   reads: [registrations]
#   needs: [registration.zone, registration.zone.dnssec, registration.zone.ksks, registration.dnssec_keys]
#   needs_to_pass: ["registration.dnssec_keys[].ksk"]
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Give the public key of the active KSK to the registrar, wait until the parent serves its DS and
#     the TTL of the old one has passed, and only then take away the keys that stand for no KSK.
#   fix: [aws, route53domains, associate-delegation-signer-to-domain, --region, us-east-1, --domain-name,
#     "{domain}", --signing-attributes, "Algorithm=13,Flags=257,PublicKey={public_key}"]
package zonewarden.registrar_ds_matches

import rego.v1

not_applicable if input.registration.zone == null

# Of a zone that does not sign, ds-without-signing and zone-signed speak.
not_applicable if input.registration.zone.dnssec.serve_signature != "SIGNING"

keys := input.registration.dnssec_keys

# Those that are known to stand for no active KSK.
failing := [key | some key in keys; stands_for_no_active_ksk(key)]

stands_for_no_active_ksk(key) if key.ksk == null

stands_for_no_active_ksk(key) if key.ksk.status != "ACTIVE"

active := [ksk | some ksk in input.registration.zone.ksks; ksk.status == "ACTIVE"]

deny contains {
	"msg": sprintf("None of the DS records that the registrar holds for %s (key tags %s) stands for an active KSK of %s.", [
		input.registration.name,
		concat(", ", sort({sprintf("%v", [key.key_tag]) | some key in failing})),
		zone,
	]),
	"at": "registration.dnssec_keys",
	"fix": fix,
} if {
	count(keys) > 0
	count(failing) == count(keys)
	count(active) > 0
}

# The DS follows the signatures, after the TTLs of what was unsigned have passed.
deny contains {
	"msg": sprintf("The registrar holds no DS for %s, which %s signs.", [input.registration.name, zone]),
	"at": "registration.dnssec_keys",
	"severity": "high",
	"fix": fix,
} if {
	count(keys) == 0
	some ksk in active
	ksk.created_date != null
	time.parse_rfc3339_ns(input.now) - time.parse_rfc3339_ns(ksk.created_date) > 48 * hour
}

# In nanoseconds.
hour := 3600000000000

zone := sprintf("hosted zone %s of account %s", [input.registration.zone.id, input.registration.zone.account])

fix := {"domain": trim_suffix(input.registration.name, "."), "public_key": public_key}

public_keys := {ksk.public_key | some ksk in active; ksk.public_key != null}

default public_key := "PUBLIC_KEY"

public_key := min(public_keys) if count(public_keys) > 0
