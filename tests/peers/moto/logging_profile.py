"""Zones that log their queries: to a log group, to one that is gone, and where Route 53 may not."""

from __future__ import annotations

from organisation import Account, Organisation


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    heard = organisation.account("heard", "/")
    logged(heard, "heard.example")
    gone = logged(heard, "gone.example")
    heard.client("logs").delete_log_group(logGroupName=gone)
    mute = organisation.account("mute", "/")
    kept = logged(mute, "mute.example")
    mute.client("logs").delete_retention_policy(logGroupName=kept)
    mute.client("logs").delete_resource_policy(policyName="route53-query-logging")


def logged(account: Account, name: str) -> str:
    """A zone that logs its queries; the name of the log group."""
    account.query_log(account.zone(name), name)
    return f"/aws/route53/{name}"
