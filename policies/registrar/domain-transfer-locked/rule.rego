# METADATA
# title: Registered domain without a transfer lock
# description: Whoever gets hold of the authorisation code can move the domain to another registrar, and with it
#   every name under it. The lock refuses that until it is taken off.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-lock.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/registrar-tld-list.html
# custom:
#   id: domain-transfer-locked
#   severity: medium
#   scope: registration
#   judges: [live, source, plan]
#   partitions: [aws]
#   reads: [registrations]
#   needs: [registration.top_level_domain, registration.status_list]
#   needs_to_pass: []
#   params:
#     without_lock:
#       type: list
#       default: [ar, au, ch, cl, de, es, eu, fi, fr, it, jp, nl, nz, qa, ru, se, uk, za]
#       description: Top-level domains whose registries know no transfer lock. The default holds those of which
#         the pages of the Route 53 Developer Guide on each top-level domain say that "domain locking to prevent
#         unauthorized transfers" is not supported (of fr, that it cannot be put on existing registrations).
#   controls:
#     bsi-it-grundschutz: [APP.3.6.A8]
#   remediation: Put on the transfer lock. Take it off only for the days in which you move the domain yourself.
#   fix: [aws, route53domains, enable-domain-transfer-lock, --region, us-east-1, --domain-name, "{domain}"]
package zonewarden.domain_transfer_locked

import rego.v1

not_applicable if input.registration.top_level_domain in input.params.without_lock

deny contains {
	"msg": sprintf("%s has no transfer lock.", [input.registration.name]),
	"at": "registration.status_list",
	"fix": {"domain": trim_suffix(input.registration.name, ".")},
} if {
	not "clientTransferProhibited" in input.registration.status_list
}
