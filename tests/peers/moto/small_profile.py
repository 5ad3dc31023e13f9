"""Five accounts of which one cannot be read; the others hold nothing to find."""

from __future__ import annotations

from organisation import Account, Organisation


def healthy(account: Account, name: str) -> None:
    """A signed, watched and logged zone."""
    zone_id, _ = account.signed_zone(name, "guarded", tags={"owner": "dns"})
    queue = f"arn:aws:sqs:us-east-1:{account.id}:oncall"
    topic = account.topic("oncall", protocol="sqs", endpoint=queue)
    account.watch(zone_id, "dnssec", topic)
    account.query_log(zone_id, name)


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    healthy(organisation.management, "management.example")
    for name in ("alpha", "beta", "gamma"):
        healthy(organisation.account(name, "/prod", {"env": "prod"}), f"{name}.example")
    locked = organisation.account("delta", "/prod", locked=True)
    healthy(locked, "delta.example")
