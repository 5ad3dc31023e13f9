"""An organisation in which a bit of everything is found."""

from __future__ import annotations

from typing import Any

from organisation import REGION, Account, Organisation

# One more than a page of ListHostedZones, so that there are two.
BULK_ZONES = 101


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    management = organisation.management
    management.zone("corp.example", comment="never signed")
    security = organisation.account("security", "/security", {"env": "prod", "owner": "ciso"})
    web = organisation.account("web", "/prod/web", {"env": "prod"})
    bulk = organisation.account("bulk", "/prod")
    sandbox = organisation.account("sandbox", "/sandbox", {"env": "dev"})
    retired = organisation.account("retired", "/sandbox", suspended=True)
    vault = organisation.account("vault", "/prod/vault", locked=True)
    seed_web(web, security)
    seed_bulk(bulk)
    seed_sandbox(sandbox)
    retired.zone("retired.example")
    vault.zone("vault.example")


def seed_web(web: Account, security: Account) -> None:
    """Signed zones, their alarms of every kind, and a key in another account."""
    queue = f"arn:aws:sqs:{REGION}:{web.id}:oncall"
    oncall = web.topic("oncall", protocol="sqs", endpoint=queue)
    silent = web.topic("silent")
    unconfirmed = web.topic("unconfirmed", protocol="email", endpoint="dns@example.com")
    tags = {"owner": "web", "tier": "1"}
    shop, _ = web.signed_zone("shop.example", "guarded", comment="the shop", tags=tags)
    web.query_log(shop, "shop.example")
    web.watch(shop, "shop", oncall)
    web.alarm("shop-unheard", "DNSSECInternalFailure", shop, [silent])
    web.alarm("shop-unconfirmed", "DNSSECInternalFailure", shop, [unconfirmed])
    blog, _ = web.signed_zone("blog.example", "documented", tags={"owner": "web"})
    seed_composite(web, blog, oncall)
    rolling, _ = web.signed_zone("rolling.example", "documented")
    web.ksk(rolling, "ksk2", web.key(rolling, "documented"), status="INACTIVE")
    shared = web.zone("shared.example")
    web.ksk(shared, "ksk1", web.key(shared, "guarded", owner=security))
    web.sign(shared)
    seed_metric_math(web, [rolling, shared], oncall)
    reverse, _ = web.signed_zone("0/26.2.0.192.in-addr.arpa", "documented")
    web.alarm("reverse-muted", "DNSSECInternalFailure", reverse, [oncall], ActionsEnabled=False)
    web.private_zone("internal.example")
    web.client("cloudwatch").put_metric_alarm(
        AlarmName="cpu",
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=90,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=True,
        AlarmActions=[oncall],
    )


def seed_composite(account: Account, zone_id: str, topic: str) -> None:
    """Two alarms without actions below a composite alarm that has one."""
    account.alarm("blog-internal-failure", "DNSSECInternalFailure", zone_id, [])
    account.alarm("blog-ksk-action", "DNSSECKeySigningKeysNeedingAction", zone_id, [])
    account.client("cloudwatch").put_composite_alarm(
        AlarmName="blog",
        AlarmRule='ALARM("blog-internal-failure") OR ALARM("blog-ksk-action")',
        ActionsEnabled=True,
        AlarmActions=[topic],
    )


def seed_metric_math(account: Account, zones: list[str], topic: str) -> None:
    """One alarm over the sum of a metric of several zones."""
    queries: list[dict[str, Any]] = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Route53",
                    "MetricName": "DNSSECInternalFailure",
                    "Dimensions": [{"Name": "HostedZoneId", "Value": zone_id}],
                },
                "Period": 14400,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for number, zone_id in enumerate(zones, start=1)
    ]
    total = " + ".join(query["Id"] for query in queries)
    queries.append({"Id": "total", "Expression": total, "ReturnData": True})
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="sum-internal-failure",
        Metrics=queries,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        ActionsEnabled=True,
        AlarmActions=[topic],
    )


def seed_bulk(bulk: Account) -> None:
    """More zones than a page holds; the last one is signed and tagged."""
    for number in range(BULK_ZONES - 1):
        tags = {"number": str(number)} if number % 10 == 0 else {}
        bulk.zone(f"zone-{number:03}.bulk.example", tags=tags)
    bulk.signed_zone(f"zone-{BULK_ZONES - 1:03}.bulk.example", "documented", tags={"last": "yes"})
    bulk.private_zone("internal.bulk.example")


def seed_sandbox(sandbox: Account) -> None:
    """What is broken: keys out of use, policies that say too much or too little, useless alarms."""
    kms = sandbox.client("kms")
    lost, key = sandbox.signed_zone("lost.example", "documented")
    # moto changes a key by its id alone, not by its ARN.
    kms.disable_key(KeyId=key.rpartition("/")[2])
    sandbox.set_signing_status(
        lost,
        name="ksk1",
        status="ACTION_NEEDED",
        status_message="The customer managed key is disabled.",
    )
    sandbox.set_signing_status(lost, serve_signature="ACTION_NEEDED")
    doomed, key = sandbox.signed_zone("doomed.example", "documented")
    kms.schedule_key_deletion(KeyId=key.rpartition("/")[2], PendingWindowInDays=7)
    sandbox.signed_zone("ungranted.example", "no_create_grant")
    sandbox.signed_zone("open.example", "open")
    sandbox.zone("unsigned.example")
    missing = f"arn:aws:sns:{REGION}:{sandbox.id}:missing"
    sandbox.alarm("lost-to-nobody", "DNSSECInternalFailure", lost, [missing])
    sandbox.alarm("doomed-misnamed", "DNSSECValidationFailures", doomed, [missing])
    sandbox.zone("corp.example", comment="left behind")
    idle = sandbox.zone("idle.example")
    sandbox.ksk(idle, "ksk1", sandbox.key(idle, "documented"), status="INACTIVE")
