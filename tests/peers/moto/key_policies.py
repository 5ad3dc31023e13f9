"""The key policies of the tests, by kind.

Source: the Route 53 Developer Guide, "Key policies required for KSK management".
"""

from __future__ import annotations

from typing import Any

SERVICE = {"Service": "dnssec-route53.amazonaws.com"}

# documented: as the guide has it, without guards.
# guarded: for one zone of one account only.
# no_create_grant: Route 53 may use the key but not create grants.
# open: everybody may do everything.
KINDS = ("documented", "guarded", "no_create_grant", "open")


def document(kind: str, owner: str, zone_account: str, zone_id: str) -> dict[str, Any]:
    """The policy of a key that `owner` holds for a zone of `zone_account`."""
    if kind not in KINDS:
        raise ValueError(f"{kind} is none of {KINDS}")
    administrator = {
        "Sid": "Administrator",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{owner}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    use = {
        "Sid": "Route53Use",
        "Effect": "Allow",
        "Principal": SERVICE,
        "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
        "Resource": "*",
    }
    grant = {
        "Sid": "Route53Grant",
        "Effect": "Allow",
        "Principal": SERVICE,
        "Action": "kms:CreateGrant",
        "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }
    if kind == "guarded":
        use["Condition"] = {
            "StringEquals": {"aws:SourceAccount": zone_account},
            "ArnEquals": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{zone_id}"},
        }
    statements = [administrator, use]
    if kind != "no_create_grant":
        statements.append(grant)
    if kind == "open":
        administrator["Principal"] = "*"
    return {"Version": "2012-10-17", "Statement": statements}
