# METADATA
# title: Registered domain about to expire
# description: The registration ends soon and nothing renews it. Once it has ended, the registry takes the domain
#   out of the DNS and later gives it to others.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-renew.html
# custom:
#   id: domain-not-expiring
#   severity: high
#   scope: registration
#   judges: [live]
#   partitions: [aws]
#   reads: [registrations]
#   needs: []
#   needs_to_pass: [registration.auto_renew, registration.expiration_date]
#   params:
#     days:
#       type: integer
#       default: 30
#       description: How many days before the end of its registration a domain is about to expire.
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A8]
#   remediation: Renew the domain now, and turn on automatic renewal.
#   fix: [aws, route53domains, renew-domain, --region, us-east-1, --domain-name, "{domain}", --duration-in-years,
#     "1", --current-expiry-year, "{year}"]
package zonewarden.domain_not_expiring

import rego.v1

expiry := time.parse_rfc3339_ns(input.registration.expiration_date)

left := expiry - time.parse_rfc3339_ns(input.now)

deny contains {
	"msg": sprintf("%s %s on %s and is not renewed by itself.", [
		input.registration.name, verb, substring(input.registration.expiration_date, 0, 10),
	]),
	"at": "registration.expiration_date",
	"fix": {
		"domain": trim_suffix(input.registration.name, "."),
		"year": sprintf("%d", [time.date(expiry)[0]]),
	},
} if {
	input.registration.auto_renew == false
	left <= ((input.params.days * 24) * 3600) * 1000000000
}

default verb := "expires"

verb := "expired" if left <= 0
