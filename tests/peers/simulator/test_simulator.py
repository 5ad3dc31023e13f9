"""The simulator against boto3, which parses by AWS's own service models, and dnspython."""

import base64
import datetime
import http.client
import json
import re
import signal
import urllib.error
import urllib.request

import botocore.model
import dns.dnssec
import dns.name
import dns.rdata
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

MANAGEMENT = "111122223333"
PRODUCTION = "222233334444"
IDENTIFIED = "333344445555"
FAULTY = "555566667777"
KEY = "arn:aws:kms:us-east-1:222233334444:key/00000000-0000-4000-8000-00000000000{}"


def refusal(call, **parameters):
    """The HTTP status, code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    assert response["ResponseMetadata"]["RequestId"]
    error = response["Error"]
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        error["Code"],
        error["Message"],
    )


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.timezone.utc)


def pages(client, operation, size, **parameters):
    """Every page of a paginated operation."""
    paginator = client.get_paginator(operation)
    return list(paginator.paginate(PaginationConfig={"PageSize": size}, **parameters))


def collected(all_pages, member):
    return [item for page in all_pages for item in page[member]]


# Who asks


def test_the_access_key_given_is_a_user_of_the_management_account(simulator):
    identity = simulator.client("sts").get_caller_identity()
    assert identity["Account"] == MANAGEMENT
    assert identity["Arn"] == "arn:aws:iam::111122223333:user/auditor"
    assert identity["UserId"].startswith("AIDA")


def test_an_assumed_role_speaks_for_its_account(simulator):
    answer = simulator.client("sts").assume_role(
        RoleArn="arn:aws:iam::333344445555:role/service/ReadOnly",
        RoleSessionName="peer@example",
        DurationSeconds=900,
    )
    arn = "arn:aws:sts::333344445555:assumed-role/ReadOnly/peer@example"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    credentials = answer["Credentials"]
    left = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(seconds=600) < left <= datetime.timedelta(seconds=900)
    identity = simulator.client(
        "sts",
        credentials={
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        },
    ).get_caller_identity()
    assert identity["Account"] == IDENTIFIED
    assert identity["Arn"] == arn
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


@pytest.mark.parametrize(
    ("role", "external_id"),
    [
        ("333344445555:role/Missing", None),
        ("333344445555:role/ReadOnly", None),
        ("999999999999:role/OrganizationAccountAccessRole", None),
        ("333344445555:role/External", None),
        ("333344445555:role/External", "wrong"),
        ("333344445555:role/Peer", None),
        ("444455556666:role/OrganizationAccountAccessRole", None),
    ],
    ids=["role", "path", "account", "no id", "wrong id", "not trusted", "suspended"],
)
def test_a_role_that_may_not_be_assumed_is_denied_in_the_words_of_sts(
    simulator, role, external_id
):
    arn = f"arn:aws:iam::{role}"
    more = {"ExternalId": external_id} if external_id else {}
    assert refusal(
        simulator.client("sts").assume_role,
        RoleArn=arn,
        RoleSessionName="peer",
        **more,
    ) == (
        403,
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform:"
        f" sts:AssumeRole on resource: {arn}",
    )


def test_the_right_external_id_opens_the_role(simulator):
    credentials = simulator.assume(IDENTIFIED, "External", ExternalId="s3cret")
    sts = simulator.client("sts", credentials=credentials)
    assert sts.get_caller_identity()["Account"] == IDENTIFIED


@pytest.mark.parametrize(
    "more", [{"DurationSeconds": 899}, {"RoleSessionName": "a b"}], ids=str
)
def test_sts_checks_what_it_is_given(simulator, more):
    parameters = {
        "RoleArn": "arn:aws:iam::333344445555:role/service/ReadOnly",
        "RoleSessionName": "peer",
    } | more
    # botocore would refuse some of it before it is sent.
    sts = simulator.client("sts", config=Config(parameter_validation=False))
    status, code, message = refusal(sts.assume_role, **parameters)
    assert (status, code) == (400, "ValidationError")
    assert "failed to satisfy constraint" in message


UNKNOWN = {"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA", "aws_secret_access_key": "no"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("sts", "get_caller_identity", {}, (403, "InvalidClientTokenId")),
        ("route53", "list_hosted_zones", {}, (403, "InvalidClientTokenId")),
        ("sns", "get_topic_attributes", {"TopicArn": "t"}, (403, "InvalidClientTokenId")),
        ("organizations", "list_roots", {}, (400, "UnrecognizedClientException")),
        ("kms", "describe_key", {"KeyId": "k"}, (400, "UnrecognizedClientException")),
    ],
)
def test_an_unknown_access_key_is_refused(
    simulator, service, operation, parameters, expected
):
    client = simulator.client(service, credentials=UNKNOWN)
    assert refusal(getattr(client, operation), **parameters) == (
        *expected,
        "The security token included in the request is invalid.",
    )


def test_a_session_token_serves_its_own_access_key_only(simulator):
    credentials = simulator.assume(PRODUCTION)
    forged = credentials["aws_session_token"][:-8] + "AAAAAAA="
    for changed in ({"aws_session_token": forged}, {"aws_access_key_id": "ASIAAAAA"}):
        sts = simulator.client("sts", credentials=credentials | changed)
        assert refusal(sts.get_caller_identity)[1] == "InvalidClientTokenId"


def test_a_request_without_a_signature_is_refused_in_its_own_protocol(simulator):
    endpoint = simulator.environment["AWS_ENDPOINT_URL"]
    xml = urllib.request.Request(f"{endpoint}/2013-04-01/hostedzone")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(xml)
    assert caught.value.code == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in caught.value.read()
    target = {"X-Amz-Target": "TrentService.DescribeKey"}
    request = urllib.request.Request(endpoint, data=b"{}", headers=target)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400
    answer = json.loads(caught.value.read())
    assert answer["__type"] == "MissingAuthenticationTokenException"


def test_what_is_not_simulated_is_an_unknown_operation(simulator):
    kms = simulator.client("kms")
    assert refusal(kms.list_keys)[:2] == (400, "UnknownOperationException")
    sts = simulator.client("sts")
    assert refusal(sts.get_session_token)[:2] == (400, "InvalidAction")
    route53 = simulator.client("route53")
    assert refusal(route53.list_health_checks)[:2] == (400, "InvalidAction")


# Organizations


def test_the_organisation_is_described_to_every_account(simulator):
    for client in (
        simulator.client("organizations"),
        simulator.member("organizations", PRODUCTION),
    ):
        organization = client.describe_organization()["Organization"]
        assert organization["Id"] == "o-peers00001"
        assert organization["FeatureSet"] == "ALL"
        assert organization["MasterAccountId"] == MANAGEMENT
        assert organization["MasterAccountEmail"] == "root@example.com"


def test_a_member_account_may_not_list_the_organisation(simulator):
    member = simulator.member("organizations", PRODUCTION)
    for call in (member.list_roots, member.list_accounts):
        assert refusal(call) == (
            400,
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        )


def test_the_tree_of_units_is_walked_down_to_every_account(simulator):
    organizations = simulator.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    assert re.fullmatch("r-[0-9a-z]{4}", root["Id"])
    found = {}

    def walk(parent, path):
        for page in pages(organizations, "list_accounts_for_parent", 1, ParentId=parent):
            for account in page["Accounts"]:
                found[account["Id"]] = (path, account["Name"], account["State"])
        for page in pages(
            organizations, "list_organizational_units_for_parent", 1, ParentId=parent
        ):
            for unit in page["OrganizationalUnits"]:
                assert re.fullmatch("ou-[0-9a-z]{4}-[0-9a-z]{8}", unit["Id"])
                walk(unit["Id"], f"{path}/{unit['Name']}")

    walk(root["Id"], "")
    assert found == {
        MANAGEMENT: ("", "Management", "ACTIVE"),
        PRODUCTION: ("/workloads/production", "Production <web> & Söhne", "ACTIVE"),
        IDENTIFIED: ("/workloads/production/teams", "Identified", "ACTIVE"),
        "444455556666": ("/workloads", "Closed", "SUSPENDED"),
        FAULTY: ("/sandbox", "Faulty", "ACTIVE"),
    }
    code = "ParentNotFoundException"
    for call in (
        organizations.list_accounts_for_parent,
        organizations.list_organizational_units_for_parent,
    ):
        assert refusal(call, ParentId="ou-none-00000000")[:2] == (400, code)


def test_accounts_come_in_pages(simulator):
    organizations = simulator.client("organizations")
    listed = pages(organizations, "list_accounts", 2)
    assert [len(page["Accounts"]) for page in listed] == [2, 2, 1]
    first = listed[0]["Accounts"][0]
    assert first["Arn"].endswith(":account/o-peers00001/111122223333")
    assert first["JoinedTimestamp"] == utc(2024, 6, 1)
    token = organizations.list_accounts(MaxResults=1)["NextToken"]
    for call, parameters in (
        (organizations.list_accounts, {"NextToken": "nonsense"}),
        (organizations.list_accounts, {"MaxResults": 21}),
        (organizations.list_roots, {"NextToken": token}),
    ):
        assert refusal(call, **parameters)[:2] == (400, "InvalidInputException")


def test_accounts_have_tags_and_units_may(simulator):
    organizations = simulator.client("organizations")
    tags = organizations.list_tags_for_resource(ResourceId=MANAGEMENT)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "owner": "platform",
        "env": "production",
    }
    (root,) = organizations.list_roots()["Roots"]
    assert organizations.list_tags_for_resource(ResourceId=root["Id"])["Tags"] == []
    missing = refusal(organizations.list_tags_for_resource, ResourceId="999999999999")
    assert missing[:2] == (400, "TargetNotFoundException")


def test_lists_may_begin_with_an_empty_page(start, tmp_path):
    file = tmp_path / "organization.toml"
    account = '[[account]]\nid = "111122223333"\nname = "one"\n'
    file.write_text("[organization]\nempty_pages = true\n" + account)
    organizations = start("--config", file).client("organizations")
    listed = pages(organizations, "list_accounts", 20)
    assert [len(page["Accounts"]) for page in listed] == [0, 1]


def test_an_account_may_belong_to_no_organisation(start, tmp_path):
    file = tmp_path / "organization.toml"
    account = '[[account]]\nid = "111122223333"\nname = "one"\n'
    file.write_text("[organization]\nin_use = false\n" + account)
    organizations = start("--config", file).client("organizations")
    code = "AWSOrganizationsNotInUseException"
    assert refusal(organizations.describe_organization)[:2] == (400, code)


# Route 53


def test_zones_come_in_pages_public_and_private(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    listed = pages(route53, "list_hosted_zones", 3)
    assert [len(page["HostedZones"]) for page in listed] == [3, 3, 1]
    assert [page["IsTruncated"] for page in listed] == [True, True, False]
    zones = {zone["Id"]: zone for zone in collected(listed, "HostedZones")}
    assert len(zones) == 7
    signed = zones["/hostedzone/ZSIGNED00000000000001"]
    assert signed["Name"] == "example.com."
    assert signed["Config"] == {"Comment": 'a < b & "c"', "PrivateZone": False}
    assert signed["ResourceRecordSetCount"] == 37
    assert signed["CallerReference"]
    assert zones["/hostedzone/ZPRIVATE0000000000001"]["Config"]["PrivateZone"] is True
    assert "Config" not in zones["/hostedzone/ZUNSIGNED000000000001"]
    assert zones["/hostedzone/ZLINKED00000000000001"]["LinkedService"] == {
        "ServicePrincipal": "servicediscovery.amazonaws.com",
        "Description": "made by Cloud Map",
    }
    assert zones["/hostedzone/ZWILD0000000000000001"]["Name"] == (
        r"\052.wild\101.example.com."
    )
    private = route53.list_hosted_zones(HostedZoneType="PrivateHostedZone")
    assert len(private["HostedZones"]) == 1
    assert refusal(route53.list_hosted_zones, Marker="ZNONE")[:2] == (
        400,
        "InvalidInput",
    )


def test_an_account_without_zones_lists_none(simulator):
    answer = simulator.client("route53").list_hosted_zones()
    assert answer["HostedZones"] == []
    assert answer["IsTruncated"] is False


def test_a_zone_has_its_delegation_set_and_a_private_one_its_vpc(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    signed = route53.get_hosted_zone(Id="ZSIGNED00000000000001")
    assert signed["HostedZone"]["Name"] == "example.com."
    assert signed["DelegationSet"]["NameServers"] == [
        "ns-1.example.net",
        "ns-2.example.net",
    ]
    unsigned = route53.get_hosted_zone(Id="ZUNSIGNED000000000001")
    servers = unsigned["DelegationSet"]["NameServers"]
    assert len(servers) == 4
    for server, domain in zip(servers, ("com", "net", "org", "co.uk")):
        assert re.fullmatch(rf"ns-\d+\.awsdns-\d\d\.{re.escape(domain)}", server)
    private = route53.get_hosted_zone(Id="ZPRIVATE0000000000001")
    assert private["VPCs"][0]["VPCRegion"] == "us-east-1"
    assert "DelegationSet" not in private


def test_signing_and_ksks_are_told_as_they_are(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    signed = route53.get_dnssec(HostedZoneId="ZSIGNED00000000000001")
    assert signed["Status"] == {"ServeSignature": "SIGNING"}
    first, second = signed["KeySigningKeys"]
    assert (first["Name"], first["Status"]) == ("ksk1", "ACTIVE")
    assert (second["Name"], second["Status"]) == ("ksk2", "INACTIVE")
    assert first["CreatedDate"] == utc(2025, 4, 27)
    assert first["LastModifiedDate"] == utc(2025, 4, 28)
    assert second["CreatedDate"] == utc(2026, 5, 1, 12)
    assert (first["Flag"], first["SigningAlgorithmType"]) == (257, 13)
    assert (first["SigningAlgorithmMnemonic"], first["DigestAlgorithmMnemonic"]) == (
        "ECDSAP256SHA256",
        "SHA-256",
    )
    action = route53.get_dnssec(HostedZoneId="ZACTION00000000000001")
    assert action["Status"] == {
        "ServeSignature": "ACTION_NEEDED",
        "StatusMessage": "see the KSK",
    }
    (ksk,) = action["KeySigningKeys"]
    assert ksk["Status"] == "ACTION_NEEDED"
    assert ksk["StatusMessage"] == "no access to the key"
    unsigned = route53.get_dnssec(HostedZoneId="ZUNSIGNED000000000001")
    assert unsigned["Status"]["ServeSignature"] == "NOT_SIGNING"
    assert unsigned["KeySigningKeys"] == []


def test_zones_that_cannot_be_read_are_refused(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    assert refusal(route53.get_dnssec, HostedZoneId="ZNONE") == (
        404,
        "NoSuchHostedZone",
        "No hosted zone found with ID: ZNONE",
    )
    private = refusal(route53.get_dnssec, HostedZoneId="ZPRIVATE0000000000001")
    assert private[:2] == (400, "InvalidArgument")
    management = simulator.client("route53")
    other = refusal(management.get_dnssec, HostedZoneId="ZSIGNED00000000000001")
    assert other[:2] == (403, "AccessDenied")
    assert "hostedzone/ZSIGNED00000000000001" in other[2]


def test_tags_come_for_ten_zones_at_most(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    sets = route53.list_tags_for_resources(
        ResourceType="hostedzone",
        ResourceIds=["ZSIGNED00000000000001", "ZUNSIGNED000000000001"],
    )["ResourceTagSets"]
    tags = {
        entry["ResourceId"]: {tag["Key"]: tag["Value"] for tag in entry["Tags"]}
        for entry in sets
    }
    assert tags == {
        "ZSIGNED00000000000001": {"owner": "web", "odd key": "<odd> & value"},
        "ZUNSIGNED000000000001": {},
    }
    eleven = refusal(
        route53.list_tags_for_resources,
        ResourceType="hostedzone",
        ResourceIds=["ZSIGNED00000000000001"] * 11,
    )
    assert eleven[:2] == (400, "InvalidInput")
    missing = refusal(
        route53.list_tags_for_resources,
        ResourceType="hostedzone",
        ResourceIds=["ZSIGNED00000000000001", "ZNONE"],
    )
    assert missing[:2] == (404, "NoSuchHostedZone")


def test_query_logging_configurations_come_in_pages_or_for_one_zone(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    listed = pages(route53, "list_query_logging_configs", 1)
    assert [len(page["QueryLoggingConfigs"]) for page in listed] == [1, 1]
    configs = collected(listed, "QueryLoggingConfigs")
    assert {config["HostedZoneId"] for config in configs} == {
        "ZSIGNED00000000000001",
        "ZUNSIGNED000000000001",
    }
    (one,) = route53.list_query_logging_configs(HostedZoneId="ZUNSIGNED000000000001")[
        "QueryLoggingConfigs"
    ]
    assert one["CloudWatchLogsLogGroupArn"] == (
        "arn:aws:logs:us-east-1:222233334444:log-group:/aws/route53/unsigned.example.com"
    )
    token = refusal(route53.list_query_logging_configs, NextToken="nonsense")
    assert token[:2] == (400, "InvalidPaginationToken")


# DNSSEC


def master_file_name(name):
    """A name as dnspython reads it: decimal escapes in place of Route 53's octal ones."""
    decimal = lambda match: f"\\{int(match[1], 8):03d}"
    return dns.name.from_text(re.sub(r"\\([0-7]{3})", decimal, name))


def check_records(zone, ksk):
    """That the records of a KSK follow from its public key, as dnspython reckons."""
    dnskey = dns.rdata.from_text("IN", "DNSKEY", ksk["DNSKEYRecord"])
    assert dns.dnssec.key_id(dnskey) == ksk["KeyTag"]
    assert base64.b64encode(dnskey.key).decode() == ksk["PublicKey"]
    ds = dns.dnssec.make_ds(master_file_name(zone), dnskey, "SHA256")
    assert ds == dns.rdata.from_text("IN", "DS", ksk["DSRecord"])
    assert ds.digest.hex().upper() == ksk["DigestValue"]
    assert (ds.algorithm, ds.digest_type) == (
        ksk["SigningAlgorithmType"],
        ksk["DigestAlgorithmType"],
    )


def check_public_key(kms, ksk):
    """That KMS has the public key of a KSK, and that it is a point of the curve."""
    answer = kms.get_public_key(KeyId=ksk["KmsArn"])
    assert (answer["KeySpec"], answer["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert answer["SigningAlgorithms"] == ["ECDSA_SHA_256"]
    key = load_der_public_key(answer["PublicKey"])
    assert isinstance(key.curve, ec.SECP256R1)
    numbers = key.public_numbers()
    point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    assert base64.b64encode(point).decode() == ksk["PublicKey"]


def test_key_tags_and_ds_follow_from_the_keys(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    kms = simulator.member("kms", PRODUCTION)
    for zone_id, name in (
        ("ZSIGNED00000000000001", "example.com."),
        ("ZWILD0000000000000001", r"\052.wild\101.example.com."),
    ):
        ksks = route53.get_dnssec(HostedZoneId=zone_id)["KeySigningKeys"]
        assert ksks
        for ksk in ksks:
            check_records(name, ksk)
            check_public_key(kms, ksk)


def test_one_key_has_one_dnskey_and_a_ds_for_each_zone(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    one, _ = route53.get_dnssec(HostedZoneId="ZSIGNED00000000000001")["KeySigningKeys"]
    (other,) = route53.get_dnssec(HostedZoneId="ZWILD0000000000000001")["KeySigningKeys"]
    assert one["KmsArn"] == other["KmsArn"]
    assert one["DNSKEYRecord"] == other["DNSKEYRecord"]
    assert one["DSRecord"] != other["DSRecord"]


def test_a_ksk_may_state_the_records_of_another_key(simulator):
    route53 = simulator.member("route53", PRODUCTION)
    kms = simulator.member("kms", PRODUCTION)
    (ksk,) = route53.get_dnssec(HostedZoneId="ZMISMATCH000000000001")["KeySigningKeys"]
    check_records("mismatch.example.com.", ksk)
    with pytest.raises(AssertionError):
        check_public_key(kms, ksk)


# KMS


def test_a_key_is_described_with_its_state(simulator):
    kms = simulator.member("kms", PRODUCTION)
    disabled = kms.describe_key(KeyId=KEY.format(1))["KeyMetadata"]
    assert disabled["AWSAccountId"] == PRODUCTION
    assert (disabled["KeyState"], disabled["Enabled"]) == ("Disabled", False)
    assert (disabled["KeyManager"], disabled["Origin"]) == ("CUSTOMER", "AWS_KMS")
    assert disabled["MultiRegion"] is False
    assert disabled["CreationDate"] == utc(2026, 3, 3)
    by_id = kms.describe_key(KeyId="00000000-0000-4000-8000-000000000002")
    doomed = by_id["KeyMetadata"]
    assert doomed["KeyState"] == "PendingDeletion"
    assert doomed["DeletionDate"] == utc(2026, 6, 8)
    symmetric = kms.describe_key(KeyId=KEY.format(5))["KeyMetadata"]
    assert symmetric["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert "SigningAlgorithms" not in symmetric


@pytest.mark.parametrize(
    ("key", "code", "message"),
    [
        (KEY.format(1), "DisabledException", f"{KEY.format(1)} is disabled."),
        (KEY.format(2), "KMSInvalidStateException", f"{KEY.format(2)} is pending deletion."),
        (KEY.format(3), "NotFoundException", f"Key '{KEY.format(3)}' does not exist"),
    ],
    ids=["disabled", "pending deletion", "missing"],
)
def test_the_state_of_a_key_decides_what_it_gives(simulator, key, code, message):
    kms = simulator.member("kms", PRODUCTION)
    assert refusal(kms.get_public_key, KeyId=key) == (400, code, message)


def test_a_key_is_known_in_its_own_region_only(simulator):
    arn = (
        "arn:aws:kms:eu-central-1:222233334444:key/mrk-00000000000040008000000000000004"
    )
    here = simulator.member("kms", PRODUCTION)
    assert refusal(here.describe_key, KeyId=arn) == (
        400,
        "NotFoundException",
        "Invalid arn eu-central-1",
    )
    there = simulator.member("kms", PRODUCTION, region="eu-central-1")
    metadata = there.describe_key(KeyId=arn)["KeyMetadata"]
    assert metadata["MultiRegion"] is True
    assert metadata["MultiRegionConfiguration"]["PrimaryKey"]["Arn"] == arn


def test_a_key_of_another_account_gives_what_its_policy_allows_but_not_the_policy(
    simulator,
):
    credentials = simulator.assume(IDENTIFIED, "service/ReadOnly")
    other = simulator.client("kms", credentials=credentials)
    shared = KEY.format(6)
    assert other.describe_key(KeyId=shared)["KeyMetadata"]["AWSAccountId"] == PRODUCTION
    assert other.get_public_key(KeyId=shared)["PublicKey"]
    own = simulator.member("kms", PRODUCTION)
    assert "333344445555" in own.get_key_policy(KeyId=shared)["Policy"]
    for call, key in (
        (other.get_key_policy, shared),
        (other.describe_key, KEY.format(1)),
        (other.describe_key, KEY.format(3)),
        (simulator.client("kms").describe_key, shared),
    ):
        status, code, message = refusal(call, KeyId=key)
        assert (status, code) == (400, "AccessDeniedException")
        assert f"on resource: {key} because" in message


def test_a_key_policy_is_the_document_of_its_template(simulator):
    kms = simulator.member("kms", PRODUCTION)
    answer = kms.get_key_policy(KeyId=KEY.format(1), PolicyName="default")
    assert answer["PolicyName"] == "default"
    statements = {
        statement["Sid"]: statement
        for statement in json.loads(answer["Policy"])["Statement"]
    }
    signing = statements["AllowRoute53DnssecService"]
    assert signing["Principal"] == {"Service": "dnssec-route53.amazonaws.com"}
    assert signing["Condition"] == {"StringEquals": {"aws:SourceAccount": PRODUCTION}}
    grant = statements["AllowRoute53DnssecServiceToCreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


# CloudWatch


@pytest.fixture(params=["smithy-rpc-v2-cbor", "json", "query"])
def alarms(request, monkeypatch, simulator):
    """Makes clients that speak one of the three protocols that CloudWatch has."""
    name = "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS"

    def client(account, region="us-east-1"):
        made = simulator.member("cloudwatch", account, region=region)
        assert made.meta.service_model.resolved_protocol == request.param
        return made

    simulator.member("sts", PRODUCTION)
    simulator.member("sts", FAULTY)
    monkeypatch.setattr(botocore.model, name, (request.param,))
    return client


def test_alarms_come_in_pages_metric_alarms_first(alarms):
    client = alarms(PRODUCTION)
    both = ["MetricAlarm", "CompositeAlarm"]
    listed = pages(client, "describe_alarms", 2, AlarmTypes=both)
    sizes = [(len(page["MetricAlarms"]), len(page["CompositeAlarms"])) for page in listed]
    assert sizes == [(2, 0), (2, 0), (0, 1)]
    names = [alarm["AlarmName"] for alarm in collected(listed, "MetricAlarms")]
    assert names == [
        "DNSSECInternalFailure-ZSIGNED00000000000001",
        "DNSSECKeySigningKeyAge-ZSIGNED00000000000001",
        "DNSSECKeySigningKeysNeedingAction-ZSIGNED00000000000001",
        "math",
    ]


def test_composite_alarms_are_left_out_unless_asked_for(alarms):
    client = alarms(PRODUCTION)
    assert client.describe_alarms()["CompositeAlarms"] == []
    answer = client.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert answer["MetricAlarms"] == []
    (composite,) = answer["CompositeAlarms"]
    assert composite["AlarmRule"] == 'ALARM("math")'
    assert composite["ActionsSuppressor"] == "quiet"
    assert composite["AlarmActions"] == ["arn:aws:sns:us-east-1:222233334444:oncall"]


def test_a_metric_alarm_has_all_its_fields(alarms):
    client = alarms(PRODUCTION)
    (alarm,) = client.describe_alarms(AlarmNamePrefix="DNSSECInternal")["MetricAlarms"]
    moment = utc(2026, 3, 3)
    assert alarm | {
        "AlarmArn": alarm["AlarmArn"].rsplit(":", 1)[0],
        "AlarmName": None,
        "AlarmDescription": None,
    } == {
        "AlarmName": None,
        "AlarmDescription": None,
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:222233334444:alarm",
        "AlarmConfigurationUpdatedTimestamp": moment,
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": ["arn:aws:sns:us-east-1:222233334444:oncall"],
        "InsufficientDataActions": [],
        "StateValue": "OK",
        "StateUpdatedTimestamp": moment,
        "StateTransitionedTimestamp": moment,
        "MetricName": "DNSSECInternalFailure",
        "Namespace": "AWS/Route53",
        "Statistic": "Sum",
        "Dimensions": [{"Name": "HostedZoneId", "Value": "ZSIGNED00000000000001"}],
        "Period": 14400,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }


def test_a_metric_math_alarm_has_its_queries(alarms):
    (alarm,) = alarms(PRODUCTION).describe_alarms(AlarmNames=["math"])["MetricAlarms"]
    assert "MetricName" not in alarm
    assert "Statistic" not in alarm
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateTransitionedTimestamp"] == utc(2026, 5, 29)
    assert (alarm["DatapointsToAlarm"], alarm["Threshold"]) == (2, 0.5)
    assert alarm["AlarmActions"][1].startswith("arn:aws:lambda:")
    assert alarm["Metrics"] == [
        {
            "Id": "m1",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Route53",
                    "MetricName": "DNSSECInternalFailure",
                    "Dimensions": [
                        {"Name": "HostedZoneId", "Value": "ZSIGNED00000000000001"}
                    ],
                },
                "Period": 14400,
                "Stat": "Sum",
            },
        },
        {
            "Id": "e1",
            "Expression": "FILL(m1, 0)",
            "ReturnData": True,
            "AccountId": "333344445555",
        },
    ]


def test_alarms_lie_in_a_region_and_pass_filters(alarms):
    (there,) = alarms(PRODUCTION, "eu-central-1").describe_alarms()["MetricAlarms"]
    assert (there["AlarmName"], there["ActionsEnabled"]) == ("elsewhere", False)
    assert there["ExtendedStatistic"] == "p99"
    assert there["EvaluateLowSampleCountPercentile"] == "ignore"
    here = alarms(PRODUCTION)
    named = lambda **filters: [
        alarm["AlarmName"] for alarm in here.describe_alarms(**filters)["MetricAlarms"]
    ]
    assert named(StateValue="ALARM") == ["math"]
    assert named(ActionPrefix="arn:aws:lambda:") == ["math"]
    assert named(AlarmNames=["none"]) == []


def test_cloudwatch_refuses_in_every_protocol(alarms):
    client = alarms(PRODUCTION)
    token = refusal(client.describe_alarms, NextToken="nonsense")
    assert token == (400, "InvalidNextToken", "The next token specified is invalid.")
    throttled = refusal(alarms(FAULTY).describe_alarms)
    assert throttled == (400, "Throttling", "Rate exceeded")


# SNS


def test_a_topic_tells_its_subscriptions(simulator):
    sns = simulator.member("sns", PRODUCTION)
    arn = "arn:aws:sns:us-east-1:222233334444:oncall"
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert attributes["TopicArn"] == arn
    assert attributes["SubscriptionsConfirmed"] == "2"
    assert attributes["SubscriptionsPending"] == "1"


def test_topics_that_cannot_be_read_are_refused(simulator):
    sns = simulator.member("sns", PRODUCTION)
    get = sns.get_topic_attributes
    removed = refusal(get, TopicArn="arn:aws:sns:us-east-1:222233334444:removed")
    assert removed == (404, "NotFound", "Topic does not exist")
    other = refusal(get, TopicArn="arn:aws:sns:us-east-1:333344445555:oncall")
    assert other[:2] == (403, "AuthorizationError")
    region = refusal(get, TopicArn="arn:aws:sns:eu-west-1:222233334444:oncall")
    assert region[:2] == (400, "InvalidParameter")


# CloudWatch Logs


def test_log_groups_come_in_pages_by_prefix_and_region(simulator):
    logs = simulator.member("logs", PRODUCTION)
    both = pages(logs, "describe_log_groups", 1, logGroupNamePrefix="/aws/route53/example.com")
    groups = collected(both, "logGroups")
    arn = "arn:aws:logs:us-east-1:222233334444:log-group:/aws/route53/example.com"
    assert [group["arn"] for group in groups] == [f"{arn}:*", f"{arn}-old:*"]
    assert [group.get("retentionInDays") for group in groups] == [365, None]
    gone = logs.describe_log_groups(logGroupNamePrefix="/aws/route53/unsigned.example.com")
    assert gone["logGroups"] == []
    other = simulator.member("logs", PRODUCTION, region="eu-west-1").describe_log_groups()
    assert [group["logGroupName"] for group in other["logGroups"]] == ["/elsewhere"]


def test_resource_policies_are_those_of_the_file_or_the_one_that_is_needed(simulator):
    own = simulator.member("logs", PRODUCTION).describe_resource_policies()["resourcePolicies"]
    assert [policy["policyName"] for policy in own] == ["own"]
    assert json.loads(own[0]["policyDocument"]) == {"Statement": []}
    [needed] = simulator.client("logs").describe_resource_policies()["resourcePolicies"]
    [statement] = json.loads(needed["policyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
    token = refusal(simulator.client("logs").describe_resource_policies, nextToken="no")
    assert token[:2] == (400, "InvalidParameterException")


# EC2 and Route 53 Resolver


def test_the_enabled_regions_are_the_home_region_and_those_of_the_vpcs(simulator):
    regions = simulator.member("ec2", PRODUCTION).describe_regions(AllRegions=False)["Regions"]
    assert [region["RegionName"] for region in regions] == ["eu-west-1", "us-east-1"]
    assert regions[0]["Endpoint"] == "ec2.eu-west-1.amazonaws.com"
    [home] = simulator.client("ec2").describe_regions()["Regions"]
    assert home["RegionName"] == "us-east-1"


def test_vpcs_come_in_pages_by_region_those_that_are_shared_among_them(simulator):
    ec2 = simulator.member("ec2", PRODUCTION, region="eu-west-1")
    both = pages(ec2, "describe_vpcs", 5)
    assert [len(page["Vpcs"]) for page in both] == [5, 1]
    web, default, shared, *_ = collected(both, "Vpcs")
    assert (web["VpcId"], web["OwnerId"], web["IsDefault"]) == ("vpc-0a", PRODUCTION, False)
    assert web["Tags"] == [{"Key": "Name", "Value": "<web> & more"}]
    assert re.fullmatch("vpc-[0-9a-f]{17}", default["VpcId"])
    assert (default["IsDefault"], default["CidrBlock"]) == (True, "172.31.0.0/16")
    assert (shared["VpcId"], shared["OwnerId"]) == ("vpc-0b", MANAGEMENT)
    assert simulator.member("ec2", PRODUCTION).describe_vpcs()["Vpcs"] == []


def test_validation_configurations_are_those_of_the_accounts_own_vpcs_and_profiles(simulator):
    resolver = simulator.member("route53resolver", PRODUCTION, region="eu-west-1")
    both = pages(resolver, "list_resolver_dnssec_configs", 2)
    assert [len(page["ResolverDnssecConfigs"]) for page in both] == [2, 1]
    configs = collected(both, "ResolverDnssecConfigs")
    statuses = [(config["ResourceId"], config["ValidationStatus"]) for config in configs]
    assert statuses[0] == ("vpc-0a", "ENABLED")
    assert statuses[1][1] == "DISABLING"
    assert statuses[2] == ("rp-0a", "USE_LOCAL_RESOURCE_SETTING")
    assert {config["OwnerId"] for config in configs} == {PRODUCTION}
    elsewhere = simulator.member("route53resolver", PRODUCTION).list_resolver_dnssec_configs()
    assert elsewhere["ResolverDnssecConfigs"] == []


def test_vpcs_and_configurations_that_cannot_be_read_are_refused(simulator):
    ec2 = simulator.client("ec2")
    assert refusal(ec2.describe_vpcs, MaxResults=1001)[:2] == (400, "InvalidParameterValue")
    assert refusal(ec2.describe_vpcs, NextToken="no")[:2] == (400, "InvalidParameterValue")
    named = refusal(ec2.describe_vpcs, Filters=[{"Name": "is-default", "Values": ["true"]}])
    assert named[:2] == (400, "InvalidParameterValue")
    every = refusal(ec2.describe_regions, AllRegions=True)
    assert every[:2] == (400, "InvalidParameterValue")
    resolver = simulator.client("route53resolver")
    token = refusal(resolver.list_resolver_dnssec_configs, NextToken="no")
    assert token[:2] == (400, "InvalidNextTokenException")
    denied = simulator.client("ec2", region="sa-east-1")
    status, code, message = refusal(denied.describe_vpcs)
    assert (status, code) == (403, "UnauthorizedOperation")
    assert "is not authorized to perform: ec2:DescribeVpcs" in message
    silent = simulator.client("route53resolver", region="sa-east-1")
    assert refusal(silent.list_resolver_dnssec_configs)[:2] == (400, "ThrottlingException")


# Route 53 Domains


def test_domains_come_in_pages(simulator):
    domains = simulator.member("route53domains", PRODUCTION)
    both = pages(domains, "list_domains", 2)
    assert [len(page["Domains"]) for page in both] == [2, 1]
    listed = {domain["DomainName"]: domain for domain in collected(both, "Domains")}
    assert listed.keys() == {"example.com", "parked.example", "action.example.com"}
    parked = listed["parked.example"]
    assert (parked["AutoRenew"], parked["TransferLock"]) == (False, False)
    assert parked["Expiry"] == utc(2026, 6, 21)
    assert listed["example.com"]["TransferLock"] is True
    assert simulator.client("route53domains").list_domains()["Domains"] == []


def test_a_domain_tells_what_the_registrar_holds(simulator):
    domains = simulator.member("route53domains", PRODUCTION)
    detail = domains.get_domain_detail(DomainName="example.com")
    assert detail["AutoRenew"] is True
    assert detail["StatusList"] == ["clientTransferProhibited"]
    assert detail["ExpirationDate"] == utc(2026, 12, 18)
    servers = [server["Name"] for server in detail["Nameservers"]]
    assert servers == ["ns-1.example.net", "ns-2.example.net"]
    route53 = simulator.member("route53", PRODUCTION)
    ksks = route53.get_dnssec(HostedZoneId="ZSIGNED00000000000001")["KeySigningKeys"]
    [active] = [ksk for ksk in ksks if ksk["Status"] == "ACTIVE"]
    [key] = detail["DnssecKeys"]
    assert key.pop("Id")
    assert key == {
        "KeyTag": active["KeyTag"],
        "Algorithm": 13,
        "DigestType": 2,
        "Digest": active["DigestValue"],
    }
    parked = domains.get_domain_detail(DomainName="parked.example")
    assert parked["Nameservers"] == [{"Name": "ns1.example.net"}]
    assert parked["DnssecKeys"] == []
    changed = domains.get_domain_detail(DomainName="action.example.com")["DnssecKeys"]
    assert [key["DigestType"] for key in changed] == [2, 4]


def test_domains_that_cannot_be_read_are_refused(simulator):
    domains = simulator.client("route53domains")
    other = refusal(domains.get_domain_detail, DomainName="example.com")
    assert other[:2] == (400, "InvalidInput")
    page = refusal(domains.list_domains, Marker="nonsense")
    assert page[:2] == (400, "InvalidInput")


# Limits and latency

LIMITED = """
[limits]
route53 = { burst = 3, rate = 0.000001 }
organizations = { burst = 2, rate = 0.000001 }
kms = { burst = 1, rate = 0.000001 }

[[account]]
id = "111122223333"
name = "one"

[[account]]
id = "222233334444"
name = "two"
"""


def test_each_account_has_its_own_limit_for_each_service(start, tmp_path):
    file = tmp_path / "organization.toml"
    file.write_text(LIMITED)
    simulator = start("--config", file)
    for route53 in (
        simulator.client("route53"),
        simulator.member("route53", PRODUCTION),
    ):
        for _ in range(3):
            route53.list_hosted_zones()
        assert refusal(route53.list_query_logging_configs) == (
            400,
            "Throttling",
            "Rate exceeded",
        )
    organizations = simulator.client("organizations")
    organizations.list_roots()
    organizations.list_accounts()
    assert refusal(organizations.list_roots)[:2] == (400, "TooManyRequestsException")


def test_each_operation_of_kms_has_its_own_limit(start, tmp_path):
    file = tmp_path / "organization.toml"
    file.write_text(LIMITED)
    kms = start("--config", file).client("kms")
    for call in (kms.describe_key, kms.get_public_key):
        assert refusal(call, KeyId="none")[1] == "NotFoundException"
        assert refusal(call, KeyId="none")[:2] == (400, "ThrottlingException")


def test_route53_lets_fifty_requests_through_at_once_unless_told_otherwise(start):
    route53 = start("--seed", 1, "--accounts", 1, "--zones", 1).client("route53")
    for _ in range(50):
        route53.list_hosted_zones()
    for _ in range(5000):
        try:
            route53.list_hosted_zones()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "Throttling"
            return
    pytest.fail("5000 requests in a row were let through")


def test_every_answer_waits_for_the_latency(start):
    simulator = start("--seed", 1, "--latency", "1h")
    sts = simulator.client("sts", config=Config(read_timeout=0.5))
    with pytest.raises(ReadTimeoutError):
        sts.get_caller_identity()


# Faults


def test_a_fault_may_end_after_some_attempts(simulator):
    route53 = simulator.member("route53", FAULTY)
    zone = {"HostedZoneId": "ZTHROTTLED00000000001"}
    for _ in range(2):
        assert refusal(route53.get_dnssec, **zone)[:2] == (400, "Throttling")
    assert route53.get_dnssec(**zone)["Status"]["ServeSignature"] == "NOT_SIGNING"


def test_a_fault_denies_or_fails_one_zone(simulator):
    route53 = simulator.member("route53", FAULTY)
    status, code, message = refusal(
        route53.get_dnssec, HostedZoneId="ZDENIED00000000000001"
    )
    assert (status, code) == (403, "AccessDenied")
    assert (
        "assumed-role/OrganizationAccountAccessRole/peer is not authorized to perform:"
        " route53:GetDNSSEC on resource: arn:aws:route53:::hostedzone/ZDENIED" in message
    )
    assert route53.get_hosted_zone(Id="ZDENIED00000000000001")
    failed = refusal(route53.get_hosted_zone, Id="ZERROR500000000000001")
    assert failed[:2] == (500, "InternalFailure")


def raw(simulator, zone):
    """The response of GetDNSSEC of a zone, its body not yet read."""
    endpoint = simulator.environment["AWS_ENDPOINT_URL"].removeprefix("http://")
    scope = f"{simulator.environment['AWS_ACCESS_KEY_ID']}/20260601/us-east-1/route53"
    connection = http.client.HTTPConnection(endpoint, timeout=2)
    connection.request(
        "GET",
        f"/2013-04-01/hostedzone/{zone}/dnssec",
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}/aws4_request,"
            " SignedHeaders=host, Signature=00"
        },
    )
    return connection.getresponse()


def test_a_fault_closes_the_connection_before_the_answer(simulator):
    route53 = simulator.member("route53", FAULTY)
    with pytest.raises(ConnectionClosedError):
        route53.get_dnssec(HostedZoneId="ZDROPPED0000000000001")


def test_a_fault_cuts_the_answer_off(simulator):
    response = raw(simulator, "ZTRUNCATED00000000001")
    told = int(response.headers["Content-Length"])
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    assert 0 < len(caught.value.partial) < told
    route53 = simulator.member("route53", FAULTY)
    with pytest.raises(ResponseParserError):
        route53.get_dnssec(HostedZoneId="ZTRUNCATED00000000001")


def test_a_slow_answer_is_whole_if_one_waits(simulator):
    route53 = simulator.member("route53", FAULTY)
    slow = route53.get_dnssec(HostedZoneId="ZSLOW0000000000000001")
    assert slow["Status"]["ServeSignature"] == "NOT_SIGNING"
    response = raw(simulator, "ZTRICKLE0000000000001")
    assert int(response.headers["Content-Length"]) > 0
    with pytest.raises(TimeoutError):
        response.read()


def test_a_fault_may_hit_a_whole_service(simulator):
    kms = simulator.member("kms", FAULTY)
    assert refusal(kms.describe_key, KeyId="k")[:2] == (400, "ThrottlingException")
    sns = simulator.member("sns", FAULTY)
    arn = "arn:aws:sns:us-east-1:555566667777:t"
    assert refusal(sns.get_topic_attributes, TopicArn=arn)[:2] == (
        403,
        "AuthorizationError",
    )


def test_chance_is_the_same_in_every_run(start):
    def outcomes():
        here = __file__.rsplit("/", 1)[0]
        simulator = start("--config", f"{here}/organization.toml", "--no-limits")
        route53 = simulator.member("route53", FAULTY)
        for _ in range(40):
            try:
                route53.get_dnssec(HostedZoneId="ZFLAKY000000000000001")
                yield True
            except ClientError as error:
                assert error.response["Error"]["Code"] == "InternalFailure"
                yield False

    first, second = list(outcomes()), list(outcomes())
    assert first == second
    assert 5 < sum(first) < 35


# Whole organisations


def test_the_demonstration_holds_together(demo):
    organizations = demo.client("organizations")
    states = {}
    zones = 0
    for account in collected(pages(organizations, "list_accounts", 20), "Accounts"):
        try:
            route53 = demo.member("route53", account["Id"])
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            continue
        kms = demo.member("kms", account["Id"])
        for zone in collected(pages(route53, "list_hosted_zones", 100), "HostedZones"):
            if zone["Config"]["PrivateZone"]:
                continue
            zones += 1
            try:
                dnssec = route53.get_dnssec(HostedZoneId=zone["Id"])
            except ClientError as error:
                assert error.response["Error"]["Code"] == "AccessDenied"
                states["denied"] = zone["Name"]
                continue
            for ksk in dnssec["KeySigningKeys"]:
                check_records(zone["Name"], ksk)
                metadata = kms.describe_key(KeyId=ksk["KmsArn"])["KeyMetadata"]
                states[metadata["KeyState"]] = zone["Name"]
                if metadata["Enabled"]:
                    check_public_key(kms, ksk)
    assert zones >= 14
    assert states.keys() == {"Enabled", "Disabled", "PendingDeletion", "denied"}


def test_a_seed_has_the_accounts_zones_and_share_it_says(start):
    groups = ("--accounts", 22, "--zones", 10, "--accounts", 1, "--zones", 120)
    simulator = start("--seed", 7, *groups, "--signed", 0.7, "--no-limits")
    organizations = simulator.client("organizations")
    accounts = collected(pages(organizations, "list_accounts", 20), "Accounts")
    assert len(accounts) == len({account["Id"] for account in accounts}) == 23
    last = simulator.member("route53", accounts[-1]["Id"])
    listed = pages(last, "list_hosted_zones", 100)
    assert [len(page["HostedZones"]) for page in listed] == [100, 21]
    public = [
        zone
        for zone in collected(listed, "HostedZones")
        if not zone["Config"]["PrivateZone"]
    ]
    assert len(public) == 120
    kms = simulator.member("kms", accounts[-1]["Id"])
    signed = 0
    for zone in public:
        ksks = last.get_dnssec(HostedZoneId=zone["Id"])["KeySigningKeys"]
        signed += len(ksks)
        for ksk in ksks:
            check_records(zone["Name"], ksk)
            kms.describe_key(KeyId=ksk["KmsArn"])
    assert signed == 84


# The process


def test_it_ends_when_standard_input_closes_or_when_it_is_told(start):
    from conftest import close

    assert close(start("--demo")) == 0
    for number in (signal.SIGTERM, signal.SIGINT):
        simulator = start("--demo")
        simulator.process.send_signal(number)
        assert simulator.process.wait(timeout=30) == 0


def test_it_gives_the_credentials_of_the_account_asked_for(start):
    sts = start("--demo", "--account", "333344445555").client("sts")
    assert sts.get_caller_identity()["Account"] == "333344445555"
