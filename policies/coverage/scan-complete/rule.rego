# METADATA
# title: Coverage gap
# description: What could not be read could not be judged, so the account may hide any failure.
#   A report without it proves less than it seems to.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
#   - https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
# custom:
#   id: scan-complete
#   severity: high
#   scope: account
#   judges: [live]
#   needs: []
#   needs_to_pass: []
#   controls: {}
#   remediation: Give the scanner's role in the account the permissions that it lacks, and scan again. A gap that
#     is meant can be accepted until a date by a waiver.
#   fix: [aws, sts, assume-role, --role-arn, "arn:{partition}:iam::{account_id}:role/ROLE_NAME", --role-session-name, zonewarden]
package zonewarden.scan_complete

import rego.v1

deny contains {
	"msg": sprintf("Account %s could not be read whole; gaps (%d): %s%s", [input.account.id, count(input.account.gaps), concat(", ", array.slice(kinds, 0, 3)), more]),
	"at": "account.gaps",
	"fix": {"partition": input.partition, "account_id": input.account.id},
} if {
	count(input.account.gaps) > 0
}

kinds := sort({kind(gap) | some gap in input.account.gaps})

kind(gap) := sprintf("%s %s", [gap.operation, gap.reason]) if gap.operation != null

kind(gap) := sprintf("%s %s", [gap.collection, gap.reason]) if gap.operation == null

default more := ""

more := ", …" if count(kinds) > 3
