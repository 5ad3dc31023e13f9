# METADATA
# title: Signing enabled before an active KSK exists
# description: Route 53 enables signing only where a KSK is active, and deactivates the last active one only where
#   signing is disabled. Without a dependency they are created and destroyed in any order, and the change fails halfway.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_EnableHostedZoneDNSSEC.html
#   - https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeactivateKeySigningKey.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-dnssec.html
# custom:
#   id: dnssec-depends-on-ksk
#   severity: high
#   scope: zone
#   judges: [source, plan]
#   partitions: [aws, aws-us-gov]
#   needs: []
#   needs_to_pass: [zone.declaration.signing_depends_on_ksk]
#   controls: {}
#   remediation: In Terraform, give aws_route53_hosted_zone_dnssec the hosted_zone_id of the active
#     aws_route53_key_signing_key, or name that in its depends_on. In CloudFormation, name the ACTIVE
#     AWS::Route53::KeySigningKey of the zone in DependsOn of AWS::Route53::DNSSEC.
package zonewarden.dnssec_depends_on_ksk

import rego.v1

not_applicable if input.zone.declaration == null

# Nothing enables signing.
not_applicable if input.zone.declaration.signing_depends_on_ksk == null

deny contains {
	"msg": sprintf("Signing of %s is enabled without waiting for an active KSK of the zone.", [input.zone.name]),
	"at": "zone.declaration.signing_depends_on_ksk",
} if {
	input.zone.declaration.signing_depends_on_ksk == false
}
