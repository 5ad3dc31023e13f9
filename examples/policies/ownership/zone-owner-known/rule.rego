# METADATA
# title: Zone has no owner
# description: A zone that breaks at night must lead to somebody who may mend it. The tag is what the on-call finds.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/tagging-resources.html
# custom:
#   id: zone-owner-known
#   severity: medium
#   scope: zone
#   judges: [live, source, plan]
#   needs: [zone.tags]
#   needs_to_pass: []
#   params:
#     tag:
#       type: string
#       default: owner
#       description: The name of the tag.
#   controls: {}
#   remediation: Tag the zone with the team that owns it.
#   fix: [aws, route53, change-tags-for-resource, --resource-type, hostedzone, --resource-id, "{zone_id}", --add-tags, "Key={tag},Value=TEAM"]
package zonewarden.zone_owner_known

import rego.v1

not_applicable if input.zone.live == false

deny contains {
	"msg": sprintf("%s has no tag named %s.", [input.zone.name, input.params.tag]),
	"at": "zone.tags",
	"fix": {"zone_id": input.zone.id, "tag": input.params.tag},
} if {
	not input.zone.tags[input.params.tag]
}
