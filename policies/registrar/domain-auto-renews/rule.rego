# METADATA
# title: Registered domain is not renewed by itself
# description: A domain that nobody renews in time falls to whoever registers it next, with the mail and the trust
#   that its names still have.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-renew.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_EnableDomainAutoRenew.html
# custom:
#   id: domain-auto-renews
#   severity: medium
#   scope: registration
#   judges: [live, source, plan]
#   partitions: [aws]
#   reads: [registrations]
#   needs: [registration.auto_renew]
#   needs_to_pass: []
#   controls: {}
#   remediation: Turn on automatic renewal, or leave it off for a domain that you mean to give up and say so in an
#     exception.
#   fix: [aws, route53domains, enable-domain-auto-renew, --region, us-east-1, --domain-name, "{domain}"]
package zonewarden.domain_auto_renews

import rego.v1

deny contains {
	"msg": sprintf("%s is not renewed by itself.", [input.registration.name]),
	"at": "registration.auto_renew",
	"fix": {"domain": trim_suffix(input.registration.name, ".")},
} if {
	input.registration.auto_renew == false
}
