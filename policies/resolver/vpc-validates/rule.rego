# METADATA
# title: VPC without DNSSEC validation
# description: The resolver of such a VPC takes forged answers for signed names, so that what the owners of zones
#   sign protects nothing that runs in it. New VPCs do not validate until they are told to.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dnssec-validation.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_ResolverDnssecConfig.html
# custom:
#   id: vpc-validates
#   severity: low
#   scope: vpcs
#   judges: [live, source, plan]
#   reads: [vpcs]
#   needs: []
#   needs_to_pass: [vpcs.vpcs, "vpcs.vpcs[].validates"]
#   controls:
#     nist-800-53-r5: [SC-21]
#   remediation: Turn on DNSSEC validation for each VPC, first where failures are noticed soon, for names whose chain
#     of trust is broken no longer resolve there. What is forwarded to another resolver has to be validated by that.
#     A default VPC that nothing runs in may be deleted instead.
#   fix: [aws, route53resolver, update-resolver-dnssec-config, --resource-id, "{vpc_id}", --validation, ENABLE, --region, "{region}"]
package zonewarden.vpc_validates

import rego.v1

# The same finding for each of them: one result tells of all.
deny contains {
	"msg": message,
	"at": "vpcs.vpcs",
	"severity": severity,
	"fix": {"vpc_id": vpc_id, "region": region},
} if {
	some vpc in input.vpcs.vpcs
	vpc.validates == false
}

without := [vpc | some vpc in input.vpcs.vpcs; vpc.validates == false]

message := sprintf("VPC %s%s does not validate DNSSEC.", [described(without[0]), place]) if count(without) == 1

message := sprintf("%d VPCs%s do not validate DNSSEC: %s%s.", [count(without), place, listed, more]) if count(without) > 1

listed := concat(", ", [described(vpc) | some vpc in array.slice(without, 0, 5)])

default more := ""

more := sprintf(" and %d more", [count(without) - 5]) if count(without) > 5

default place := ""

place := sprintf(" in %s", [input.vpcs.region]) if input.vpcs.region != ""

described(vpc) := sprintf("%s (the default VPC)", [vpc.id]) if vpc.is_default == true

described(vpc) := sprintf("%s (%s)", [vpc.id, vpc.name]) if {
	not vpc.is_default == true
	is_named(vpc)
}

described(vpc) := vpc.id if {
	not vpc.is_default == true
	not is_named(vpc)
}

is_named(vpc) if {
	vpc.name != null
	vpc.name != ""
}

# AWS makes a default VPC in every region, and most hold nothing.
default severity := "low"

severity := "info" if count([vpc | some vpc in without; vpc.is_default == true]) == count(without)

# Several are for the reader to fill in, one by one.
default vpc_id := "VPC_ID"

vpc_id := without[0].id if count(without) == 1

# So is a region that is not known.
default region := "REGION"

region := input.vpcs.region
