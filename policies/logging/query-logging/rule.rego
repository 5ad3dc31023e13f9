# METADATA
# title: No public query logging
# description: Without query logs nobody can tell who asked for what when an answer was forged or a name abused.
#   They also show which resolvers still ask a zone that is about to be taken down.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/route53-controls.html
# custom:
#   id: query-logging
#   severity: medium
#   scope: zone
#   judges: [live, source, plan]
#   needs: [zone.query_logs]
#   needs_to_pass: []
#   controls:
#     aws-fsbp: [Route53.2]
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Create a log group in the home region and the zone's own account, let route53.amazonaws.com write to
#     it by a resource policy, and create the configuration.
#   fix: [aws, route53, create-query-logging-config, --hosted-zone-id, "{zone_id}", --cloud-watch-logs-log-group-arn, LOG_GROUP_ARN]
package zonewarden.query_logging

import rego.v1

deny contains {
	"msg": sprintf("%s has no query logging configuration.", [input.zone.name]),
	"at": "zone.query_logs",
	"fix": {"zone_id": input.zone.id},
} if {
	input.zone.query_logs == []
}
