"""What an organisation holds, as boto3 reads it."""

from __future__ import annotations

from typing import Any

from organisation import Account, Organisation

TAGGED_AT_ONCE = 10


def read_back(organisation: Organisation) -> dict[str, Any]:
    """The document that `seed.py` describes."""
    described = organisation.api.describe_organization()["Organization"]
    held = {
        "organization": described["Id"],
        "management": described["MasterAccountId"],
        "accounts": read_accounts(organisation),
        "zones": [],
        "keys": [],
        "alarms": [],
        "topics": [],
        "domains": [],
        "log_groups": [],
        "log_policies": [],
        "vpcs": [],
    }
    for account in organisation.accounts.values():
        held["zones"] += read_zones(account)
        held["alarms"] += read_alarms(account)
        held["topics"] += read_topics(account)
        held["domains"] += read_domains(account)
        held["log_groups"] += read_log_groups(account)
        held["log_policies"] += read_log_policies(account)
        held["vpcs"] += read_vpcs(account)
    for account in organisation.accounts.values():
        held["keys"] += read_keys(account, held["zones"])
    return held


def read_accounts(organisation: Organisation) -> list[dict[str, Any]]:
    api = organisation.api
    paths = {unit_id: path for path, unit_id in organisation.units.items()}
    accounts = []
    for account in api.list_accounts()["Accounts"]:
        account_id = account["Id"]
        parent = api.list_parents(ChildId=account_id)["Parents"][0]["Id"]
        tags = api.list_tags_for_resource(ResourceId=account_id)["Tags"]
        accounts.append(
            {
                "id": account_id,
                "name": account["Name"],
                "ou": paths[parent],
                "state": account["State"],
                "tags": plain(tags),
                "readable": account_id not in organisation.to_lock + organisation.to_suspend,
            }
        )
    return accounts


def read_zones(account: Account) -> list[dict[str, Any]]:
    route53 = account.client("route53")
    logs: dict[str, list[str]] = {}
    for config in route53.list_query_logging_configs()["QueryLoggingConfigs"]:
        logs.setdefault(config["HostedZoneId"], []).append(config["CloudWatchLogsLogGroupArn"])
    pages = route53.get_paginator("list_hosted_zones").paginate()
    listed = [zone for page in pages for zone in page["HostedZones"]]
    ids = [zone["Id"].removeprefix("/hostedzone/") for zone in listed]
    tags = read_tags(route53, ids)
    zones = []
    for zone_id, zone in zip(ids, listed, strict=True):
        private = zone["Config"]["PrivateZone"]
        dnssec = {} if private else route53.get_dnssec(HostedZoneId=zone_id)
        status = dnssec.get("Status", {})
        zones.append(
            {
                "account": account.id,
                "id": zone_id,
                "name": zone["Name"],
                "private": private,
                "comment": zone["Config"].get("Comment"),
                "resource_record_set_count": zone["ResourceRecordSetCount"],
                "tags": {} if private else tags[zone_id],
                "serve_signature": status.get("ServeSignature"),
                "status_message": status.get("StatusMessage"),
                "query_logs": logs.get(zone_id, []),
                "ksks": [ksk_of(ksk) for ksk in dnssec.get("KeySigningKeys", [])],
                "delegation_set": [] if private else read_delegation_set(route53, zone_id),
                "record_sets": [] if private else read_record_sets(route53, zone_id),
            }
        )
    return zones


def read_delegation_set(route53: Any, zone_id: str) -> list[str]:
    return route53.get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"]


def read_record_sets(route53: Any, zone_id: str) -> list[dict[str, Any]]:
    # Of a size at which nothing is cut: other pages than the scanner's.
    listed = route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone_id, PaginationConfig={"PageSize": 10000}
    )
    return [
        {
            "name": found["Name"],
            "type": found["Type"],
            "ttl": found.get("TTL"),
            "set_identifier": found.get("SetIdentifier"),
            "values": [record["Value"] for record in found.get("ResourceRecords", [])],
        }
        for page in listed
        for found in page["ResourceRecordSets"]
    ]


def read_tags(route53: Any, zone_ids: list[str]) -> dict[str, dict[str, str]]:
    tags = {}
    for start in range(0, len(zone_ids), TAGGED_AT_ONCE):
        answer = route53.list_tags_for_resources(
            ResourceType="hostedzone", ResourceIds=zone_ids[start : start + TAGGED_AT_ONCE]
        )
        for tagged in answer["ResourceTagSets"]:
            tags[tagged["ResourceId"]] = plain(tagged["Tags"])
    return tags


def ksk_of(ksk: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": ksk["Name"],
        "status": ksk["Status"],
        "status_message": ksk.get("StatusMessage"),
        "key": ksk["KmsArn"],
        "key_tag": ksk["KeyTag"],
        "digest_value": ksk["DigestValue"],
        "ds_record": ksk["DSRecord"],
        "dnskey_record": ksk["DNSKEYRecord"],
    }


def read_keys(account: Account, zones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kms = account.client("kms")
    pages = kms.get_paginator("list_keys").paginate()
    keys = []
    for listed in (key for page in pages for key in page["Keys"]):
        metadata = kms.describe_key(KeyId=listed["KeyId"])["KeyMetadata"]
        keys.append(
            {
                "arn": metadata["Arn"],
                "account": account.id,
                "state": metadata["KeyState"],
                "policy": metadata["Description"],
                "zones": [
                    zone["id"]
                    for zone in zones
                    if any(ksk["key"] == metadata["Arn"] for ksk in zone["ksks"])
                ],
            }
        )
    return keys


def read_alarms(account: Account) -> list[dict[str, Any]]:
    pages = (
        account.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    )
    alarms = []
    for page in pages:
        for kind, member in (("metric", "MetricAlarms"), ("composite", "CompositeAlarms")):
            alarms += [alarm_of(account, kind, alarm) for alarm in page.get(member, [])]
    return alarms


def alarm_of(account: Account, kind: str, alarm: dict[str, Any]) -> dict[str, Any]:
    metrics = [
        query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query
    ]
    if "MetricName" in alarm:
        metrics.append(alarm)
    return {
        "account": account.id,
        "arn": alarm["AlarmArn"],
        "name": alarm["AlarmName"],
        "kind": kind,
        "namespaces": sorted({metric["Namespace"] for metric in metrics}),
        "metric_names": sorted({metric["MetricName"] for metric in metrics}),
        "zones": [
            dimension["Value"]
            for metric in metrics
            for dimension in metric.get("Dimensions", [])
            if dimension["Name"] == "HostedZoneId"
        ],
        "alarm_actions": alarm.get("AlarmActions", []),
        "actions_enabled": alarm["ActionsEnabled"],
    }


def read_topics(account: Account) -> list[dict[str, Any]]:
    sns = account.client("sns")
    topics = []
    for topic in sns.list_topics()["Topics"]:
        attributes = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
        topics.append(
            {
                "arn": topic["TopicArn"],
                "confirmed": int(attributes["SubscriptionsConfirmed"]),
                "pending": int(attributes["SubscriptionsPending"]),
            }
        )
    return topics


def read_domains(account: Account) -> list[dict[str, Any]]:
    api = account.client("route53domains")
    domains = []
    for listed in api.list_domains()["Domains"]:
        detail = api.get_domain_detail(DomainName=listed["DomainName"])
        domains.append(
            {
                "account": account.id,
                "name": detail["DomainName"],
                "auto_renew": detail["AutoRenew"],
                "expiration": int(detail["ExpirationDate"].timestamp()),
                "status_list": detail["StatusList"],
                "nameservers": [server["Name"] for server in detail["Nameservers"]],
                "dnssec_keys": [
                    {
                        "id": key["Id"],
                        "key_tag": key["KeyTag"],
                        "algorithm": key["Algorithm"],
                        "digest_type": key["DigestType"],
                        "digest": key["Digest"],
                    }
                    for key in detail["DnssecKeys"]
                ],
            }
        )
    return domains


def read_log_groups(account: Account) -> list[dict[str, Any]]:
    return [
        {
            "account": account.id,
            "arn": group["arn"].removesuffix(":*"),
            "retention": group.get("retentionInDays"),
        }
        for group in account.client("logs").describe_log_groups()["logGroups"]
    ]


def read_log_policies(account: Account) -> list[dict[str, Any]]:
    policies = account.client("logs").describe_resource_policies()["resourcePolicies"]
    return [
        {
            "account": account.id,
            "name": policy["policyName"],
            "document": policy["policyDocument"],
        }
        for policy in policies
    ]


def read_vpcs(account: Account) -> list[dict[str, Any]]:
    regions = account.client("ec2").describe_regions()["Regions"]
    vpcs = []
    for region in sorted(region["RegionName"] for region in regions):
        listed = account.client("route53resolver", region).list_resolver_dnssec_configs()
        statuses = {
            config["ResourceId"]: config["ValidationStatus"]
            for config in listed["ResolverDnssecConfigs"]
        }
        vpcs += [
            {
                "account": account.id,
                "region": region,
                "id": vpc["VpcId"],
                "name": plain(vpc.get("Tags", [])).get("Name"),
                "is_default": vpc["IsDefault"],
                "validation_status": statuses.get(vpc["VpcId"]),
            }
            for vpc in account.client("ec2", region).describe_vpcs()["Vpcs"]
        ]
    return vpcs


def plain(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
