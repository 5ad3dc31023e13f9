# METADATA
# title: Query logging that does not work
# description: Route 53 says that queries are logged, and nothing arrives, for there is no log group or Route 53 may
#   not write to it. Nobody is told of that until the logs are needed.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
#   - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
#   - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
# custom:
#   id: query-logging-works
#   severity: medium
#   scope: zone
#   judges: [live, source, plan]
#   reads: [log_groups]
#   needs: []
#   needs_to_pass: [zone.query_logs, "zone.query_logs[].log_group",
#     "zone.query_logs[].log_group.retention_in_days",
#     "zone.query_logs[].delivery", "zone.query_logs[].delivery.create_log_stream",
#     "zone.query_logs[].delivery.put_log_events"]
#   controls:
#     aws-fsbp: [Route53.2]
#     bsi-it-grundschutz: [APP.3.6.A7]
#   remediation: Create the log group, let route53.amazonaws.com write to it by a resource policy of the account
#     in the log group's region (policies that are attached to the log group itself are not read), and state for
#     how long the logs are kept.
#   fix: [aws, logs, put-resource-policy, --region, "{region}", --policy-name, zonewarden-route53-query-logs,
#     --policy-document, "{policy}"]
package zonewarden.query_logging_works

import rego.v1

deny contains {
	"key": "log-group",
	"msg": sprintf("%s logs its queries to %s, which does not exist.", [input.zone.name, arn_of(log)]),
	"at": "zone.query_logs",
	"fix": ["aws", "logs", "create-log-group", "--region", region_of(log), sprintf("--log-group-name=%s", [name_of(log)])],
} if {
	some log in input.zone.query_logs
	log.log_group == null
}

deny contains {
	"key": "policy",
	"msg": sprintf("%s logs its queries to %s, and the resource policies there do not allow route53.amazonaws.com %s.", [
		input.zone.name, arn_of(log), concat(" and ", sort(refused)),
	]),
	"at": "zone.query_logs",
	"fix": {"region": region_of(log), "policy": policy_for(log)},
} if {
	some log in input.zone.query_logs
	log.log_group != null
	refused := refused_of(log)
	count(refused) > 0
}

deny contains {
	"key": "retention",
	"msg": sprintf("%s keeps the queries of %s for ever.", [arn_of(log), input.zone.name]),
	"at": "zone.query_logs",
	"severity": "low",
	"fix": [
		"aws", "logs", "put-retention-policy", "--region", region_of(log),
		sprintf("--log-group-name=%s", [name_of(log)]), "--retention-in-days", "365",
	],
} if {
	some log in input.zone.query_logs
	log.log_group.retention_in_days == null
}

refused_of(log) := {action |
	some action, access in {
		"logs:CreateLogStream": log.delivery.create_log_stream.decision,
		"logs:PutLogEvents": log.delivery.put_log_events.decision,
	}
	access != "allowed"
}

arn_of(log) := trim_suffix(log.cloud_watch_logs_log_group_arn, ":*")

region_of(log) := split(log.cloud_watch_logs_log_group_arn, ":")[3]

name_of(log) := substring(arn_of(log), indexof(arn_of(log), ":log-group:") + 11, -1)

# Beside what other policies allow: one of the same name is overwritten, others are not.
policy_for(log) := json.marshal({
	"Version": "2012-10-17",
	"Statement": [{
		"Effect": "Allow",
		"Principal": {"Service": "route53.amazonaws.com"},
		"Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
		"Resource": sprintf("%s:*", [arn_of(log)]),
		"Condition": {"ArnLike": {"aws:SourceArn": input.zone.arn}},
	}],
})
