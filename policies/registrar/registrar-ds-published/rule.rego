# METADATA
# title: Registrar and parent hold different DS records
# description: What the registrar was given has not reached the parent, or the parent serves what the registrar no
#   longer holds. A change takes the registry minutes to a day; one that does not arrive was lost.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-configure-dnssec.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-contact-support.html
# custom:
#   id: registrar-ds-published
#   severity: medium
#   scope: registration
#   judges: [live]
#   partitions: [aws]
#   reads: [dns, registrations]
#   needs: [registration.zone, registration.dnssec_keys, registration.ds]
#   needs_to_pass: []
#   controls:
#     nist-800-53-r5: [SC-20]
#   remediation: Wait for a day. If the parent still serves other DS records than the registrar holds, contact
#     AWS Support about the domain registration.
#   fix: [aws, route53domains, get-domain-detail, --region, us-east-1, --domain-name, "{domain}"]
package zonewarden.registrar_ds_published

import rego.v1

not_applicable if input.registration.zone == null

held := {record(key) | some key in input.registration.dnssec_keys}

published := {record(ds) | some ds in input.registration.ds}

record(ds) := sprintf("%v %v %v %s", [ds.key_tag, ds.algorithm, ds.digest_type, upper(ds.digest)])

deny contains {
	"msg": sprintf("For %s the registrar holds %s, and the parent serves %s.", [
		input.registration.name, told(held), told(published),
	]),
	"at": "registration.dnssec_keys",
	"severity": severity,
	"fix": {"domain": trim_suffix(input.registration.name, ".")},
} if {
	held != published
}

default severity := "info"

# What lasts for more than a day has not merely not arrived yet.
severity := "medium" if {
	input.registration.previous.ds_differs == true
	day := (24 * 60) * 60
	input.registration.previous.interval_seconds > day
}

told(records) := "no DS" if count(records) == 0

told(records) := sprintf("DS %s", [concat("; ", sort(records))]) if count(records) > 0
