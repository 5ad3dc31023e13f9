"""Zones that are parents of others, one of them with more record sets than a page holds."""

from __future__ import annotations

from typing import Any

from organisation import Account, Organisation

# A page of ListResourceRecordSets holds 300.
HOSTS = 650
# A change holds 1000 records, and replacing one counts twice.
CHANGED_AT_ONCE = 500


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    parents = organisation.account("parents", "/")
    children = organisation.account("children", "/")
    parent = parents.zone("parent.example")
    child = children.zone("child.parent.example")
    # A grandchild with no zone between is a child of the first zone above it.
    children.zone("deep.below.child.parent.example")
    children.zone("notparent.example")
    # The same name again: each zone of the name is a parent.
    organisation.management.zone("parent.example")
    delegate(parents, parent, children, child)
    fill(parents, parent)


def delegate(parents: Account, parent: str, children: Account, child: str) -> None:
    """Delegates a child, and says that it is signed."""
    servers = children.client("route53").get_hosted_zone(Id=child)["DelegationSet"]["NameServers"]
    digest = "6F1D0B53AC2E0B9F2B4E6A4BFE0C7A1D9C5B0C3C3D0A7C8BD2A3AE5D6A1F0E11"
    upsert(
        parents,
        parent,
        [
            {
                "Name": "child.parent.example",
                "Type": "NS",
                "TTL": 172800,
                "ResourceRecords": [{"Value": f"{server}."} for server in servers],
            },
            {
                "Name": "child.parent.example",
                "Type": "DS",
                "TTL": 3600,
                "ResourceRecords": [{"Value": f"12345 13 2 {digest}"}],
            },
        ],
    )


def fill(account: Account, zone_id: str) -> None:
    """More record sets: hosts, a wildcard, an alias, two that differ in their identifier, and some
    with a TTL at an hour, beyond it, and of a length that no command holds."""
    hosts: list[dict[str, Any]] = [
        {
            "Name": f"host-{number}.parent.example",
            "Type": "A",
            "TTL": 60 + number,
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        }
        for number in range(HOSTS)
    ]
    hosts.append(
        {
            "Name": "*.parent.example",
            "Type": "TXT",
            "TTL": 300,
            "ResourceRecords": [{"Value": '"a secret of the zone"'}],
        }
    )
    hosts.append(
        {
            "Name": "alias.parent.example",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": zone_id,
                "DNSName": "host-1.parent.example",
                "EvaluateTargetHealth": False,
            },
        }
    )
    hosts += [
        {
            "Name": "weighted.parent.example",
            "Type": "A",
            "TTL": 7200,
            "SetIdentifier": identifier,
            "Weight": 10,
            "ResourceRecords": [{"Value": "192.0.2.2"}],
        }
        for identifier in ("blue", "green")
    ]
    hosts += [
        {
            "Name": f"{label}.parent.example",
            "Type": "TXT",
            "TTL": ttl,
            "ResourceRecords": [{"Value": f'"{"x" * 250}"'} for _ in range(values)],
        }
        for label, ttl, values in [("hour", 3600, 1), ("longer", 3601, 1), ("large", 3601, 20)]
    ]
    upsert(account, zone_id, hosts)


def upsert(account: Account, zone_id: str, sets: list[dict[str, Any]]) -> None:
    """Writes record sets."""
    changes = [{"Action": "UPSERT", "ResourceRecordSet": record_set} for record_set in sets]
    for start in range(0, len(changes), CHANGED_AT_ONCE):
        batch = {"Changes": changes[start : start + CHANGED_AT_ONCE]}
        account.client("route53").change_resource_record_sets(
            HostedZoneId=zone_id, ChangeBatch=batch
        )
