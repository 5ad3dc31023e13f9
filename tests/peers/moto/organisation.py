"""An organisation under construction, reached through boto3."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import boto3
import key_policies

REGION = "us-east-1"
ROLE = "OrganizationAccountAccessRole"

CONTACT = {
    "FirstName": "Ada",
    "LastName": "Example",
    "ContactType": "COMPANY",
    "OrganizationName": "Example",
    "AddressLine1": "1 Example Street",
    "City": "Anytown",
    "CountryCode": "US",
    "ZipCode": "12345",
    "PhoneNumber": "+1.2025550123",
    "Email": "dns@example.com",
}


class Account:
    """One account: its AWS clients, and what the profiles make in it."""

    def __init__(self, endpoint: str, session: boto3.Session, account_id: str) -> None:
        self.endpoint = endpoint
        self.session = session
        self.id = account_id
        self.clients: dict[str, Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        """The boto3 client of a service in a region."""
        name = f"{service} {region}"
        if name not in self.clients:
            self.clients[name] = self.session.client(
                service, region_name=region, endpoint_url=self.endpoint
            )
        return self.clients[name]

    def zone(self, name: str, *, comment: str = "", tags: dict[str, str] | None = None) -> str:
        """A public hosted zone; its id."""
        return self._zone(name, comment, tags or {}, {})

    def private_zone(self, name: str) -> str:
        """A private hosted zone; its id."""
        vpc = {"VPCRegion": REGION, "VPCId": "vpc-0123456789abcdef0"}
        return self._zone(name, "", {}, {"VPC": vpc}, private=True)

    def _zone(
        self,
        name: str,
        comment: str,
        tags: dict[str, str],
        more: dict[str, Any],
        *,
        private: bool = False,
    ) -> str:
        route53 = self.client("route53")
        answer = route53.create_hosted_zone(
            Name=name,
            CallerReference=name,
            HostedZoneConfig={"Comment": comment, "PrivateZone": private},
            **more,
        )
        zone_id = answer["HostedZone"]["Id"].removeprefix("/hostedzone/")
        if tags:
            route53.change_tags_for_resource(
                ResourceType="hostedzone",
                ResourceId=zone_id,
                AddTags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        return zone_id

    def key(self, zone_id: str, policy: str, *, owner: Account | None = None) -> str:
        """A key for the KSK of a zone, which `owner` holds (else this account); its ARN."""
        account = owner or self
        document = key_policies.document(policy, account.id, self.id, zone_id)
        answer = account.client("kms").create_key(
            KeySpec="ECC_NIST_P256",
            KeyUsage="SIGN_VERIFY",
            Policy=json.dumps(document),
            Description=policy,
        )
        return answer["KeyMetadata"]["Arn"]

    def ksk(self, zone_id: str, name: str, key: str, *, status: str = "ACTIVE") -> None:
        """A KSK of a zone."""
        self.client("route53").create_key_signing_key(
            CallerReference=name,
            HostedZoneId=zone_id,
            KeyManagementServiceArn=key,
            Name=name,
            Status=status,
        )

    def signed_zone(self, name: str, policy: str, **more: Any) -> tuple[str, str]:
        """A zone that is signed by one KSK, `ksk1`; its id and its key's ARN."""
        zone_id = self.zone(name, **more)
        key = self.key(zone_id, policy)
        self.ksk(zone_id, "ksk1", key)
        self.sign(zone_id)
        return zone_id, key

    def sign(self, zone_id: str) -> None:
        """Enables DNSSEC signing."""
        self.client("route53").enable_hosted_zone_dnssec(HostedZoneId=zone_id)

    def set_signing_status(self, zone_id: str, **status: str) -> None:
        """Gives a zone or KSK a state that only Route 53 itself gives."""
        body = json.dumps({"hosted_zone_id": zone_id, **status}).encode()
        urllib.request.urlopen(f"{self.endpoint}/zonewarden/ksk-status", data=body, timeout=10)

    def register(self, name: str, *, auto_renew: bool = True) -> None:
        """A domain registered for two years, without the hosted zone that moto makes for it."""
        self.client("route53domains").register_domain(
            DomainName=name,
            DurationInYears=2,
            AutoRenew=auto_renew,
            AdminContact=CONTACT,
            RegistrantContact=CONTACT,
            TechContact=CONTACT,
        )
        route53 = self.client("route53")
        for zone in route53.list_hosted_zones()["HostedZones"]:
            if zone["Name"].rstrip(".") == name:
                route53.delete_hosted_zone(Id=zone["Id"])

    def set_domain(self, name: str, status: list[str], keys: list[dict[str, Any]]) -> None:
        """Gives a domain the status and the DS records that only the registrar itself gives."""
        body = {
            "account": self.id,
            "domain_name": name,
            "status_list": status,
            "dnssec_keys": keys,
        }
        urllib.request.urlopen(
            f"{self.endpoint}/zonewarden/domain", data=json.dumps(body).encode(), timeout=10
        )

    def vpc(self, region: str, *, name: str | None = None, validation: str | None = None) -> None:
        """A VPC; its validation is told to Route 53 Resolver where it is given."""
        tags = {"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}]}
        answer = self.client("ec2", region).create_vpc(
            CidrBlock="10.0.0.0/16", TagSpecifications=[tags] if name else []
        )
        if validation:
            self._validate(region, answer["Vpc"]["VpcId"], validation)

    def validate_default_vpcs(self) -> None:
        """Lets the default VPC of each region validate, so that nothing is to be found there."""
        named = [{"Name": "is-default", "Values": ["true"]}]
        for region in self.client("ec2").describe_regions()["Regions"]:
            name = region["RegionName"]
            [vpc] = self.client("ec2", name).describe_vpcs(Filters=named)["Vpcs"]
            self._validate(name, vpc["VpcId"], "ENABLE")

    def _validate(self, region: str, vpc_id: str, validation: str) -> None:
        self.client("route53resolver", region).update_resolver_dnssec_config(
            ResourceId=vpc_id, Validation=validation
        )

    def query_log(self, zone_id: str, zone_name: str) -> None:
        """Query logging to a log group of its own, which Route 53 may write to."""
        group = f"/aws/route53/{zone_name}"
        logs = self.client("logs")
        logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=365)
        arn = f"arn:aws:logs:{REGION}:{self.id}:log-group:{group}:*"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "route53.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:{REGION}:{self.id}:log-group:/aws/route53/*",
        }
        logs.put_resource_policy(
            policyName="route53-query-logging",
            policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        self.client("route53").create_query_logging_config(
            HostedZoneId=zone_id, CloudWatchLogsLogGroupArn=arn
        )

    def topic(self, name: str, *, protocol: str | None = None, endpoint: str = "") -> str:
        """An SNS topic, subscribed to where a protocol is given; its ARN."""
        sns = self.client("sns")
        arn = sns.create_topic(Name=name)["TopicArn"]
        if protocol:
            sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        return arn

    def alarm(self, name: str, metric: str, zone_id: str, actions: list[str], **more: Any) -> None:
        """An alarm on a DNSSEC metric of a zone, as AWS recommends it unless `more` says else."""
        self.client("cloudwatch").put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": "AWS/Route53",
                "MetricName": metric,
                "Dimensions": [{"Name": "HostedZoneId", "Value": zone_id}],
                "Statistic": "Sum",
                "Period": 14400,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                "ActionsEnabled": True,
                "AlarmActions": actions,
                **more,
            }
        )

    def watch(self, zone_id: str, prefix: str, topic: str) -> None:
        """The three alarms that a signed zone needs."""
        self.alarm(f"{prefix}-internal-failure", "DNSSECInternalFailure", zone_id, [topic])
        self.alarm(f"{prefix}-ksk-action", "DNSSECKeySigningKeysNeedingAction", zone_id, [topic])
        self.alarm(
            f"{prefix}-ksk-age",
            "DNSSECKeySigningKeyAge",
            zone_id,
            [topic],
            Statistic="Maximum",
            Threshold=900 * 86400,
        )


@dataclass
class Organisation:
    """The organisation of moto's default account, which becomes its management account."""

    endpoint: str
    accounts: dict[str, Account] = field(default_factory=dict)
    to_suspend: list[str] = field(default_factory=list)
    to_lock: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = boto3.Session(
            aws_access_key_id="management", aws_secret_access_key="any", region_name=REGION
        )
        management = Account(self.endpoint, session, "")
        management.id = management.client("sts").get_caller_identity()["Account"]
        management.validate_default_vpcs()
        self.management = management
        self.accounts[management.id] = management
        self.api = management.client("organizations")
        self.api.create_organization(FeatureSet="ALL")
        self.units["/"] = self.api.list_roots()["Roots"][0]["Id"]

    def unit(self, path: str) -> str:
        """The id of an organisational unit, made with those above it where it is new."""
        if path not in self.units:
            parent, _, name = path.rpartition("/")
            answer = self.api.create_organizational_unit(
                ParentId=self.unit(parent or "/"), Name=name
            )
            self.units[path] = answer["OrganizationalUnit"]["Id"]
        return self.units[path]

    def account(
        self,
        name: str,
        ou: str,
        tags: dict[str, str] | None = None,
        *,
        suspended: bool = False,
        locked: bool = False,
    ) -> Account:
        """A new member account.

        A suspended one is closed, a locked one loses the role, both by `withdraw`.
        """
        answer = self.api.create_account(
            AccountName=name,
            Email=f"{name}@example.com",
            RoleName=ROLE,
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )
        account_id = answer["CreateAccountStatus"]["AccountId"]
        if ou != "/":
            self.api.move_account(
                AccountId=account_id,
                SourceParentId=self.units["/"],
                DestinationParentId=self.unit(ou),
            )
        credentials = self.management.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account_id}:role/{ROLE}", RoleSessionName="seed"
        )["Credentials"]
        session = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=REGION,
        )
        account = Account(self.endpoint, session, account_id)
        account.validate_default_vpcs()
        self.accounts[account_id] = account
        if suspended:
            self.to_suspend.append(account_id)
        if locked:
            self.to_lock.append(account_id)
        return account

    def withdraw(self) -> None:
        """Closes the accounts to suspend and deletes the role of those to lock."""
        for account_id in self.to_suspend:
            self.api.close_account(AccountId=account_id)
        for account_id in self.to_lock:
            self.accounts[account_id].client("iam").delete_role(RoleName=ROLE)

    def state(self, account_id: str) -> str:
        """The `State` of an account."""
        return self.api.describe_account(AccountId=account_id)["Account"]["State"]
